//! The configuration of an account: which key is which, and whether they belong together. It never looks beyond the
//! prefix of a key, and never repeats one.

use super::{NAME, StripeOptions};
use crate::error::{Code, Error, Result};
use crate::gateway::Environment;
use crate::http;
use crate::secret::Secret;

/// Secret keys, whole and restricted, with the world they belong to.
const SECRET_KEYS: [(&str, Environment); 4] = [
    ("sk_test_", Environment::Test),
    ("sk_live_", Environment::Live),
    ("rk_test_", Environment::Test),
    ("rk_live_", Environment::Live),
];
/// Keys for the payer's browser.
const PUBLISHABLE_KEYS: [(&str, Environment); 2] =
    [("pk_test_", Environment::Test), ("pk_live_", Environment::Live)];
/// Secrets of webhook endpoints, which are the same in both worlds.
const WEBHOOK_SECRET: &str = "whsec_";
/// The names that may stand in a callback address.
const NAME_BYTES_MAX: usize = 64;

/// What requests are made with.
#[derive(Debug)]
pub(super) struct Credentials {
    pub secret_key: Secret,
    pub publishable_key: Option<String>,
    pub account: Option<String>,
}

/// A configuration that holds together.
pub(super) struct Checked {
    pub name: String,
    pub host: String,
    pub environment: Environment,
    pub live: bool,
    pub credentials: Credentials,
}

/// Checks all of it before anything is opened.
pub(super) fn check(options: &StripeOptions) -> Result<Checked> {
    let name = options.name.clone().unwrap_or_else(|| NAME.to_owned());
    check_name(&name)?;
    let setting = |part: &str| format!("{name}.{part}");
    let key = text_of(&setting("secret_key"), &options.secret_key)?;
    let expected = "a secret key, sk_… or rk_…";
    let environment = known(&setting("secret_key"), key, &SECRET_KEYS, expected)?;
    if options.webhook_secrets.is_empty() {
        return Err(Error::new(Code::ConfigMissing)
            .with("setting", setting("webhook_secrets"))
            .with("rule", "without the endpoint's whsec_… no message can be believed"));
    }
    for secret in &options.webhook_secrets {
        let place = setting("webhook_secrets");
        let text = text_of(&place, secret)?;
        let kinds = [(WEBHOOK_SECRET, environment)];
        known(&place, text, &kinds, "a webhook endpoint's secret, whsec_…")?;
    }
    if let Some(key) = &options.publishable_key {
        check_publishable(&setting("publishable_key"), key, environment)?;
    }
    check_words(options, &setting)?;
    Ok(Checked {
        host: host(&setting("base_url"), options.base_url.as_deref())?,
        environment,
        live: environment == Environment::Live,
        credentials: Credentials {
            secret_key: options.secret_key.clone(),
            publishable_key: options.publishable_key.clone(),
            account: options.account.clone(),
        },
        name,
    })
}

fn invalid(setting: &str, why: impl std::fmt::Display) -> Error {
    Error::new(Code::ConfigInvalid).with("setting", setting).with("why", why)
}

fn check_name(name: &str) -> Result<()> {
    let in_address = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    match (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(in_address) {
        true => Ok(()),
        false => Err(invalid("the account's name", "it must be 1 to 64 letters, digits, - or _")),
    }
}

/// A key is one line of plain characters; anything else could add a header to a request.
fn text_of<'s>(setting: &str, secret: &'s Secret) -> Result<&'s str> {
    let text = std::str::from_utf8(secret.expose()).unwrap_or_default();
    match !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(text),
        false => {
            Err(invalid(setting, "it holds a blank, a line break or another strange character"))
        }
    }
}

/// The world that a key's prefix names. Fails with `secret_empty` where nothing follows a prefix of any kind, and with
/// `key_type` for a key of another kind.
fn known(
    setting: &str,
    key: &str,
    kinds: &[(&str, Environment)],
    expected: &str,
) -> Result<Environment> {
    let all = SECRET_KEYS.iter().chain(&PUBLISHABLE_KEYS).map(|(prefix, _)| *prefix);
    let mut prefixes = all.chain([WEBHOOK_SECRET]);
    if prefixes.any(|prefix| prefix.trim_end_matches('_') == key.trim_end_matches('_')) {
        return Err(Error::new(Code::SecretEmpty).with("setting", setting));
    }
    let found = kinds.iter().find(|(prefix, _)| key.starts_with(prefix));
    found.map(|(_, environment)| *environment).ok_or_else(|| {
        Error::new(Code::KeyType)
            .with("setting", setting)
            .with("given", given(key))
            .with("expected", expected)
    })
}

/// What a key of the wrong kind is, without showing it.
fn given(key: &str) -> &'static str {
    let starts = |kinds: &[(&str, Environment)]| kinds.iter().any(|(p, _)| key.starts_with(p));
    match key {
        _ if key.starts_with(WEBHOOK_SECRET) => "a webhook endpoint's secret",
        _ if starts(&SECRET_KEYS) => "a secret key",
        _ if starts(&PUBLISHABLE_KEYS) => "a publishable key",
        _ => "something that is none of Stripe's keys",
    }
}

fn check_publishable(setting: &str, key: &str, environment: Environment) -> Result<()> {
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(invalid(
            setting,
            "it holds a blank, a line break or another strange character",
        ));
    }
    let own = known(setting, key, &PUBLISHABLE_KEYS, "a publishable key, pk_…")?;
    match own == environment {
        true => Ok(()),
        false => {
            Err(invalid(setting, format!("it is a {own} key, the secret key is {environment}")))
        }
    }
}

fn check_words(options: &StripeOptions, setting: &dyn Fn(&str) -> String) -> Result<()> {
    if options.account.as_deref().is_some_and(|account| !is_id(account, "acct_")) {
        return Err(invalid(&setting("account"), "acct_ and letters and digits are needed"));
    }
    let in_version = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    let is_version = |text: &str| text.starts_with("20") && text.bytes().all(in_version);
    if options.api_version.as_deref().is_some_and(|version| !is_version(version)) {
        return Err(invalid(
            &setting("api_version"),
            "a date and a name, such as 2026-03-25.dahlia",
        ));
    }
    match options.methods.iter().any(String::is_empty) {
        true => Err(invalid(&setting("methods"), "none of them may be empty")),
        false => Ok(()),
    }
}

/// Keys go to Stripe and, in tests, to this machine: nowhere else.
fn host(setting: &str, base_url: Option<&str>) -> Result<String> {
    let Some(url) = base_url else {
        return Ok(super::BASE_URL.trim_start_matches("https://").to_owned());
    };
    let host = http::authority(url).filter(|host| http::is_loopback(host));
    let plain = url
        .split_once("://")
        .is_some_and(|(_, rest)| host.is_some_and(|host| rest.trim_end_matches('/') == host));
    match host {
        Some(host) if plain => Ok(host.to_owned()),
        _ => Err(invalid(setting, "an address of this machine without a path is needed")),
    }
}

/// Whether a text is an id of this kind: nothing in it could change an address.
pub(super) fn is_id(text: &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix).unwrap_or_default();
    !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
