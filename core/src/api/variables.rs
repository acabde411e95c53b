//! Gateways configured by the environment. Which variables there are follows from the surface table: a gateway's name
//! and a field's name, such as `STRIPE_SECRET_KEY`. It reads what it is handed, and says no value back.

use zeroize::Zeroizing;

use super::accounts;
use super::describe::{Field, GATEWAYS, Type};
use super::files;
use super::types::{self, Flag, GatewayConfig, List, Optional, Secret, Text};
use super::{DATABASE_VARIABLE, MODE_VARIABLE};
use crate::error::{Code, Error, Result};

/// The variable that names a JSON file with a list of gateways: for several accounts of one gateway.
pub const GATEWAYS_VARIABLE: &str = "PAYWRIGHT_GATEWAYS";
/// What a variable's name ends in that names a file with the value.
const FILE: &str = "_FILE";
/// A name that differs from one of ours by this many letters is a slip; short ones by one.
const SLIP_LETTERS_MAX: usize = 2;
const SHORT_NAME: usize = 10;

/// A variable that is read, and the setting it stands for.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Such as `STRIPE_SECRET_KEY`; with `_FILE` behind it, it names a file with the value.
    pub name: String,
    /// The gateway, as the table calls it.
    pub gateway: &'static str,
    /// The field of its configuration.
    pub field: &'static Field,
}

impl Variable {
    fn new(gateway: &'static str, field: &'static Field) -> Self {
        Variable { name: name(gateway, field.name), gateway, field }
    }

    /// Whether its gateway cannot do without it.
    pub fn is_needed(&self) -> bool {
        matches!(self.field.kind, Type { name: "Text" | "Secret", .. })
    }
}

/// Every variable that configures a gateway, in the order of the table.
pub fn all() -> Vec<Variable> {
    let gateways = GATEWAYS.iter().filter(|gateway| is_read(gateway.name));
    gateways.flat_map(|g| g.fields.iter().map(|field| Variable::new(g.name, field))).collect()
}

/// A stand-in is never what the environment of a real service asks for.
fn is_read(gateway: &str) -> bool {
    gateway != GatewayConfig::Mock(types::Mock::default()).kind()
}

/// `STRIPE_SECRET_KEY`; a field that begins with the gateway's own name does not say it twice: `BANK_NAME`.
fn name(gateway: &str, field: &str) -> String {
    let (gateway, field) = (gateway.to_uppercase(), field.to_uppercase());
    match field.strip_prefix(&format!("{gateway}_")) {
        Some(rest) => format!("{gateway}_{rest}"),
        None => format!("{gateway}_{field}"),
    }
}

/// The environment, as far as it is looked at.
pub struct Environment<'a> {
    /// Looks a variable up.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The names of all variables there are: to notice slips.
    pub names: Vec<String>,
}

impl Environment<'_> {
    /// The gateways that the environment configures: those of which any variable is set, and those of the file that
    /// `PAYWRIGHT_GATEWAYS` names. Fails with `config_missing` (a partner variable is not set), `config_invalid`,
    /// `secret_empty` and `key_type`, naming the variable.
    pub fn gateways(&self) -> Result<Vec<GatewayConfig>> {
        let mut found = configured(self)?;
        for config in &found {
            accounts::one(config).map_err(|error| named_by_variable(error, config.kind()))?;
        }
        if let Some(path) = self.look(GATEWAYS_VARIABLE) {
            found.extend(files::listed(GATEWAYS_VARIABLE, &path)?);
        }
        Ok(found)
    }

    /// Variables that look like ours and are not read.
    pub fn slips(&self) -> Vec<String> {
        let told = |name: &String| Some(format!("{name} is not read; is {} meant?", meant(name)?));
        self.names.iter().filter_map(told).chain(self.webhook_slips()).collect()
    }

    /// A variable that holds something; an empty one is not set.
    fn look(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn is_set(&self, name: &str) -> bool {
        self.look(name).is_some() || self.look(&format!("{name}{FILE}")).is_some()
    }

    fn any(&self, gateway: &str, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.is_set(&name(gateway, field)))
    }

    /// The value of a variable, or of the file that its `_FILE` names, with the name of whichever was set.
    fn value(&self, name: &str) -> Result<Option<(String, Zeroizing<String>)>> {
        let in_file = format!("{name}{FILE}");
        let (name, text) = match (self.look(name), self.look(&in_file)) {
            (Some(_), Some(_)) => {
                return Err(invalid(&in_file, &format!("give {name} or {in_file}, not both")));
            }
            (None, None) => return Ok(None),
            (Some(value), None) => (name.to_owned(), Zeroizing::new(value)),
            (None, Some(path)) => {
                let text = files::text(&in_file, &path)?;
                let line = text.strip_suffix('\n').unwrap_or(&text);
                let line = line.strip_suffix('\r').unwrap_or(line);
                (in_file, Zeroizing::new(line.to_owned()))
            }
        };
        if is_pem(&text) {
            // Where a variable can have no line ends, PEM is written with `\n` for each.
            return Ok(Some((name, Zeroizing::new(text.replace("\\n", "\n")))));
        }
        if text.trim() != text.as_str() {
            let why = "it begins or ends with a blank or a line end, which would be taken for a part of it";
            return Err(invalid(&name, why));
        }
        Ok(Some((name, text)))
    }

    fn missing(&self, gateway: &'static str, name: &str) -> Error {
        let of_it = all().into_iter().filter(|variable| variable.gateway == gateway);
        let set = of_it.map(|variable| variable.name).find(|other| self.is_set(other));
        let slip = self.names.iter().find(|other| meant(other).as_deref() == Some(name));
        let slip = slip.map(|slip| format!("; {slip} is set and not read")).unwrap_or_default();
        let set = set.unwrap_or_default();
        Error::new(Code::ConfigMissing)
            .with("setting", name)
            .with("rule", format_args!("{set} is set, and goes with it{slip}"))
    }
}

/// A field of a configuration, read from its variable.
trait Read: Sized {
    fn read(from: &Environment<'_>, gateway: &'static str, name: &str) -> Result<Self>;
}

impl Read for Text {
    fn read(from: &Environment<'_>, gateway: &'static str, name: &str) -> Result<Self> {
        Optional::<Text>::read(from, gateway, name)?.ok_or_else(|| from.missing(gateway, name))
    }
}

impl Read for Optional<Text> {
    fn read(from: &Environment<'_>, _: &'static str, name: &str) -> Result<Self> {
        Ok(from.value(name)?.map(|(_, text)| text.to_string()))
    }
}

impl Read for Secret {
    fn read(from: &Environment<'_>, gateway: &'static str, name: &str) -> Result<Self> {
        let value = from.value(name)?.ok_or_else(|| from.missing(gateway, name))?;
        Ok(Secret::from(value.1.as_str()))
    }
}

impl Read for Optional<Flag> {
    fn read(from: &Environment<'_>, _: &'static str, name: &str) -> Result<Self> {
        let Some((name, text)) = from.value(name)? else { return Ok(None) };
        match text.as_str() {
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            _ => Err(invalid(&name, "it is true or false")),
        }
    }
}

impl Read for List<Text> {
    fn read(from: &Environment<'_>, _: &'static str, name: &str) -> Result<Self> {
        let Some((name, text)) = from.value(name)? else { return Ok(List::new()) };
        Ok(items(&name, &text).map(str::to_owned).collect())
    }
}

impl Read for List<Secret> {
    fn read(from: &Environment<'_>, _: &'static str, name: &str) -> Result<Self> {
        let Some((name, text)) = from.value(name)? else { return Ok(List::new()) };
        Ok(items(&name, &text).map(Secret::from).collect())
    }
}

/// The items of a list: blocks of PEM, the lines of a file, or what stands between commas.
fn items<'t>(name: &str, text: &'t str) -> impl Iterator<Item = &'t str> {
    const BEGIN: &str = "-----BEGIN";
    let ends: Vec<usize> = match is_pem(text) {
        true => text.match_indices(BEGIN).map(|(at, _)| at).skip(1).collect(),
        false => Vec::new(),
    };
    let separator = if name.ends_with(FILE) { '\n' } else { ',' };
    let blocks = std::iter::once(0).chain(ends.clone()).zip(ends.into_iter().chain([text.len()]));
    let blocks = blocks.filter_map(|(from, to)| text.get(from..to));
    let split = blocks.flat_map(move |block| match is_pem(block) {
        true => vec![block.trim_matches([',', ' ', '\n', '\r'])],
        false => block.split(separator).map(str::trim).collect(),
    });
    split.filter(|item| !item.is_empty())
}

fn is_pem(text: &str) -> bool {
    text.trim_start().starts_with("-----BEGIN")
}

macro_rules! gateways {
    (
        choices { $($choices:tt)* }
        inputs { $($inputs:tt)* }
        gateways { $($(#[doc = $gateway_doc:literal])* $gateway:ident {
            $($(#[doc = $doc:literal])* $field:ident: $type:ident $(<$inner:ident>)?,)* })* }
        records { $($records:tt)* }
        methods { $($methods:tt)* }
        functions { $($functions:tt)* }
    ) => {
        /// The configurations of which any variable is set, in the order of the table.
        fn configured(from: &Environment<'_>) -> Result<Vec<GatewayConfig>> {
            let mut found = Vec::new();
            $(
                let gateway = stringify!($gateway);
                if is_read(gateway) && from.any(gateway, &[$(stringify!($field)),*]) {
                    found.push(GatewayConfig::$gateway(types::$gateway {
                        $($field: Read::read(from, gateway, &name(gateway, stringify!($field)))?,)*
                    }));
                }
            )*
            Ok(found)
        }
    };
}

crate::surface!(gateways);

/// An error of a gateway's constructor, naming the variable in place of the setting.
fn named_by_variable(error: Error, gateway: &'static str) -> Error {
    let Some(setting) = error.detail("setting") else { return error };
    let field = setting.rsplit('.').next().unwrap_or(setting);
    let of_it = all().into_iter().find(|v| v.gateway == gateway && v.field.name == field);
    let Some(variable) = of_it else { return error };
    let named = |told: Error, (detail, value): (&'static str, &str)| match detail {
        "setting" => told.with(detail, &variable.name),
        _ => told.with(detail, value),
    };
    error.details().fold(Error::new(error.code()), named)
}

/// The variable of ours that a name is a slip of.
fn meant(name: &str) -> Option<String> {
    let ours = all().into_iter().map(|variable| variable.name);
    let engine = [DATABASE_VARIABLE, MODE_VARIABLE, GATEWAYS_VARIABLE].map(str::to_owned);
    let ours: Vec<String> = ours.chain(engine).collect();
    let bare = name.strip_suffix(FILE).unwrap_or(name);
    if ours.iter().any(|known| known == bare || known == name) || webhooks::parts(bare).is_some() {
        return None;
    }
    let most = if bare.len() < SHORT_NAME { 1 } else { SLIP_LETTERS_MAX };
    let near = |known: &String| Some(distance(bare, known)).filter(|letters| *letters <= most);
    let nearest = ours.into_iter().filter_map(|known| Some((near(&known)?, known))).min();
    nearest.map(|(_, known)| format!("{known}{}", if bare == name { "" } else { FILE }))
}

/// How many letters must be changed, added or taken away to make one name of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut left = i + 1;
        let mut diagonal = i;
        let mut next = vec![left];
        for (above, b) in row.iter().skip(1).zip(other.bytes()) {
            left = (diagonal + usize::from(a != b)).min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

fn invalid(setting: &str, why: &str) -> Error {
    Error::new(Code::ConfigInvalid).with("setting", setting).with("why", why)
}

mod webhooks;

pub use webhooks::{FIELDS as WEBHOOK_FIELDS, WEBHOOK_PREFIX};

#[cfg(test)]
mod tests;
