//! Webhooks configured by the environment: `PAYWRIGHT_WEBHOOK_CRM_URL` and its partners describe the endpoint `crm`. It
//! says no value back.

use std::collections::BTreeSet;

use super::super::types::{Flag, List, Optional, Secret, Text, Webhook};
use super::super::webhooks::endpoint;
use super::{Environment, FILE, Read};
use crate::error::{Code, Error, Result};

/// What the name of each such variable begins with; the endpoint's name follows, then one of [`FIELDS`].
pub const WEBHOOK_PREFIX: &str = "PAYWRIGHT_WEBHOOK_";
/// The last part of a name, whether an endpoint needs it, and what it says.
pub const FIELDS: [(&str, bool, &str); 4] = [
    ("URL", true, "Where the journal is delivered to: https, or http to this machine."),
    ("SECRETS", true, "`whsec_…` or `whsk_…`; several while they are changed."),
    (
        "EVENTS",
        false,
        "The events that it is told of, such as `payment.succeeded`; all unless said.",
    ),
    (
        "ALLOW_PRIVATE",
        false,
        "Whether the host of its address may be a number of a private network.",
    ),
];

/// The endpoint and the field that a variable is about.
pub(super) fn parts(variable: &str) -> Option<(&str, &'static str)> {
    let rest = variable.strip_prefix(WEBHOOK_PREFIX)?;
    FIELDS.iter().find_map(|(field, ..)| {
        let name = rest.strip_suffix(field)?.strip_suffix('_')?;
        (!name.is_empty()).then_some((name, *field))
    })
}

impl Environment<'_> {
    /// The webhooks that the environment configures, by name. Fails as [`Environment::gateways`] does, naming the variable.
    pub fn webhooks(&self) -> Result<Vec<Webhook>> {
        let set = self.names.iter().map(|name| name.strip_suffix(FILE).unwrap_or(name));
        let named = set.filter(|name| self.is_set(name)).filter_map(parts);
        let names: BTreeSet<&str> = named.map(|(name, _)| name).collect();
        names.into_iter().map(|name| self.webhook(name)).collect()
    }

    fn webhook(&self, name: &str) -> Result<Webhook> {
        let variable = |field: &str| format!("{WEBHOOK_PREFIX}{name}_{field}");
        let read = |field: &str| Optional::<Text>::read(self, "", &variable(field));
        let missing = |field: &str| {
            Error::new(Code::ConfigMissing)
                .with("setting", variable(field))
                .with("rule", format_args!("webhook {} needs it", name.to_lowercase()))
        };
        let webhook = Webhook {
            url: read("URL")?.ok_or_else(|| missing("URL"))?,
            secrets: List::<Secret>::read(self, "", &variable("SECRETS"))?,
            events: List::<Text>::read(self, "", &variable("EVENTS"))?,
            name: Some(name.to_lowercase()),
            allow_private: Optional::<Flag>::read(self, "", &variable("ALLOW_PRIVATE"))?,
        };
        if webhook.secrets.is_empty() {
            return Err(missing("SECRETS"));
        }
        endpoint(&webhook).map(drop).map_err(|error| self.of_variable(error, &variable))?;
        Ok(webhook)
    }

    /// An error of the endpoint's own checks, naming the variable in place of the setting.
    fn of_variable(&self, error: Error, variable: &dyn Fn(&str) -> String) -> Error {
        let Some(setting) = error.detail("setting") else { return error };
        let field = setting.rsplit('.').next().unwrap_or(setting).to_uppercase();
        let named = |told: Error, (detail, value): (&'static str, &str)| match detail {
            "setting" => told.with(detail, variable(&field)),
            _ => told.with(detail, value),
        };
        error.details().fold(Error::new(error.code()), named)
    }

    /// Variables that begin like those of a webhook and are none.
    pub(super) fn webhook_slips(&self) -> impl Iterator<Item = String> {
        let fields = FIELDS.map(|(field, ..)| format!("_{field}")).join(", ");
        let ours = self.names.iter().filter(|name| name.starts_with(WEBHOOK_PREFIX));
        let slips = ours.filter(|name| parts(name.strip_suffix(FILE).unwrap_or(name)).is_none());
        slips.map(move |name| format!("{name} is not read; a webhook's variables end in {fields}"))
    }
}
