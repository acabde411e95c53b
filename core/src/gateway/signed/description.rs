//! A signed-callback gateway as data: what a configuration file says about it. It never prints a secret, not even
//! one that stands in the wrong place.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny};
use zeroize::Zeroizing;

use crate::error::{Code, Error, Result};
use crate::payment::Event;
use crate::sign::hmac_callback::{HeaderNames, TOLERANCE_S};

/// Everything that makes one gateway of this kind. Members that are not listed here are refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedDescription {
    /// The account's name; the last part of its callback address.
    pub name: String,
    /// The payment methods it offers.
    pub methods: Vec<String>,
    /// What is signed.
    pub scheme: SchemeName,
    /// The keys that prove its callbacks. With an empty list every callback is refused (`auth_not_configured`).
    pub keys: Vec<KeyDescription>,
    /// Body scheme: the header with the signature; without it, the member `signature`.
    #[serde(default)]
    pub signature_from: Option<String>,
    /// Whether timestamp and nonce are required. Off only in the body scheme, for senders that have neither.
    #[serde(default = "yes")]
    pub require_fresh: bool,
    /// How many seconds a message's time may be away from ours, 1 to 900.
    #[serde(default = "tolerance")]
    pub tolerance_s: u32,
    /// Header scheme: names of the headers; without it, the usual ones.
    #[serde(default)]
    pub headers: Option<HeaderNames>,
    /// Names of the body's members.
    #[serde(default)]
    pub fields: FieldNames,
    /// The sender's status words and the payment events they mean (`succeed`, `fail`, `cancel`, `expire`,
    /// `submit`, `authorize`); without it, the usual words. A word outside the map changes nothing.
    #[serde(default)]
    pub statuses: Option<BTreeMap<String, String>>,
    /// How the sender writes amounts.
    #[serde(default)]
    pub amount_unit: AmountUnit,
    /// The currencies it collects; without it, every one.
    #[serde(default)]
    pub currencies: Option<Vec<String>>,
    /// What the sender wants to read when a message was taken.
    #[serde(default)]
    pub reply: ReplyKind,
    /// Where the payer is sent, with `{reference}`, `{amount}`, `{currency}` and `{payment_id}` filled in.
    #[serde(default)]
    pub checkout_url: Option<String>,
    /// Whether it moves real money.
    #[serde(default)]
    pub live: bool,
}

fn yes() -> bool {
    true
}

fn tolerance() -> u32 {
    TOLERANCE_S
}

impl SignedDescription {
    /// Reads a description from JSON. Fails with `config_invalid`, saying where and what is needed instead.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|e| {
            let place = format!("line {}, column {}", e.line(), e.column());
            Error::new(Code::ConfigInvalid)
                .with("setting", "the signed gateway")
                .with("why", format_args!("{} ({place})", without_values(&e.to_string())))
        })
    }
}

/// The part of a reader's complaint that names settings and types, but no value: a value may be a secret.
fn without_values(complaint: &str) -> &str {
    let complaint = complaint.rsplit_once(" at line ").map_or(complaint, |(before, _)| before);
    let names_only =
        ["unknown field `", "missing field `", "duplicate field `", "a secret must be text"];
    if names_only.iter().any(|start| complaint.starts_with(start)) {
        return complaint;
    }
    complaint
        .rfind("expected ")
        .and_then(|at| complaint.get(at..))
        .unwrap_or("not well-formed JSON")
}

/// One key, in one of its three members: a shared secret for the body and the header scheme is `secret` or `secret_b64`; for
/// Standard Webhooks the key is `public_key` or, on servers, `secret`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyDescription {
    /// What a message may call it.
    pub id: String,
    /// A shared secret. Its UTF-8 bytes are the key, nothing is trimmed or decoded; for Standard Webhooks it is `whsec_…`.
    #[serde(default)]
    pub secret: Option<SecretText>,
    /// A shared secret as standard base64, for the body and the header scheme.
    #[serde(default)]
    pub secret_b64: Option<SecretText>,
    /// Standard Webhooks: the sender's public key, `whpk_…`. Held like a secret, because it may be the private one by mistake.
    #[serde(default)]
    pub public_key: Option<SecretText>,
    /// Valid from this Unix second on, inclusive.
    #[serde(default)]
    pub not_before: Option<i64>,
    /// Valid up to this Unix second, inclusive.
    #[serde(default)]
    pub not_after: Option<i64>,
}

/// Text of a configuration that is never printed and is wiped when dropped.
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Takes the text unchanged.
    pub fn new(text: impl Into<String>) -> Self {
        SecretText(Zeroizing::new(text.into()))
    }

    /// The text, for the one call that makes a key of it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// A secret of another type must not be repeated in the complaint about it.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Given {
            Text(String),
            Other(IgnoredAny),
        }
        match Given::deserialize(deserializer)? {
            Given::Text(text) => Ok(SecretText::new(text)),
            Given::Other(_) => Err(D::Error::custom("a secret must be text")),
        }
    }
}

/// What is signed, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemeName {
    /// The sorted members of the body, with a shared secret.
    Body,
    /// Nonce, timestamp and raw body, with a shared secret; they stand in headers.
    Header,
    /// A message of Standard Webhooks: id, time and raw body, with a private key of which we have the public half.
    StandardWebhooks,
}

/// How amounts are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AmountUnit {
    /// Decimal text, such as `"100.00"`.
    #[default]
    Major,
    /// A whole number of minor units, such as `10000`.
    Minor,
}

/// What the sender wants to read when a message was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReplyKind {
    /// `{"ok":true}`
    Ok,
    /// `{"code":"SUCCESS"}`
    #[default]
    Code,
    /// The payment as JSON. It shows the payment to whoever can repeat a message, so it is never the default.
    Payment,
}

/// The members of the body that are read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FieldNames {
    /// Our payment id, or the reference under which the sender knows it.
    pub payment_id: String,
    /// The sender's number of the movement of money.
    pub transaction_id: String,
    /// What happened.
    pub status: String,
    /// How much.
    pub amount: String,
    /// The currency, where the sender says it.
    pub currency: String,
}

impl Default for FieldNames {
    fn default() -> Self {
        FieldNames {
            payment_id: "payment_id".to_owned(),
            transaction_id: "transaction_id".to_owned(),
            status: "status".to_owned(),
            amount: "amount".to_owned(),
            currency: "currency".to_owned(),
        }
    }
}

/// What the usual status words mean.
pub(super) const USUAL_STATUSES: [(&str, Event); 8] = [
    ("SUCCESS", Event::Succeed),
    ("FAIL", Event::Fail),
    ("FAILED", Event::Fail),
    ("CANCELLED", Event::Cancel),
    ("CANCELED", Event::Cancel),
    ("EXPIRED", Event::Expire),
    ("PENDING", Event::Submit),
    ("PROCESSING", Event::Submit),
];

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = r#"{"name":"shop","methods":["wallet"],"scheme":"body",
        "keys":[{"id":"k1","secret":"throwaway-1"}]}"#;

    /// Protects: what is not said has the safe meaning.
    #[test]
    fn defaults_are_strict() {
        let description = SignedDescription::from_json(LEAST).unwrap();
        assert!(description.require_fresh && !description.live);
        assert_eq!(description.tolerance_s, 300);
        assert_eq!(description.reply, ReplyKind::Code);
        assert_eq!(description.amount_unit, AmountUnit::Major);
    }

    /// Protects: a misspelt setting is refused and named; a half-read configuration would weaken a check.
    #[test]
    fn unknown_settings_are_refused() {
        for place in [r#""name""#, r#""id""#] {
            let json = LEAST.replacen(place, &format!(r#""require_fersh":false,{place}"#), 1);
            let error = SignedDescription::from_json(&json).unwrap_err();
            assert_eq!(error.code(), Code::ConfigInvalid);
            assert!(error.message().contains("`require_fersh`"), "{error}");
        }
    }

    /// Protects: X4, no complaint about a description repeats a value, whatever is wrong with it.
    #[test]
    fn complaints_hold_no_values() {
        let wrong = [
            (r#"[{"id":"k1","secret":"throwaway-1"}]"#, r#""throwaway-1""#),
            (r#""throwaway-1""#, r#"["throwaway-1"]"#),
            (r#""body""#, r#""throwaway-1""#),
            (r#"["wallet"]"#, r#""throwaway-1, expected nothing""#),
            (r#""secret""#, r#""not_before":"throwaway-1","secret""#),
            ("}]}", "}]"),
        ];
        for (from, to) in wrong {
            let error = SignedDescription::from_json(&LEAST.replacen(from, to, 1)).unwrap_err();
            assert_eq!(error.code(), Code::ConfigInvalid);
            assert!(!format!("{error:?}").contains("throwaway"), "{error:?}");
        }
        let number = LEAST.replacen(r#""throwaway-1""#, "123456", 1);
        let error = SignedDescription::from_json(&number).unwrap_err();
        assert!(error.message().contains("a secret must be text"), "{error}");
        assert!(!error.message().contains("123456"));
        let description = SignedDescription::from_json(LEAST).unwrap();
        assert!(!format!("{description:?}").contains("throwaway"));
    }
}
