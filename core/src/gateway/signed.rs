//! A gateway described by data: any sender of signed JSON callbacks, in the sender's own field names and words.
//! It never calls anybody, so it cannot be asked about a payment: what it says, it says in callbacks.
//!
//! The protocol, with its peculiarities:
//! * signed are the sorted members of the body, or nonce, timestamp and raw body (`sign::hmac_callback`), or the message
//!   is one of Standard Webhooks (`sign::standard_webhooks`), which needs no secret here;
//! * amounts are decimal text in the major unit, unless described as whole minor units;
//! * members of the body have one type each: in the body scheme `100` and `"100"` have the same signature;
//! * a message that is taken is answered with 200 and a short JSON text, everything else with the same 403.

mod checkout;
mod description;
mod members;
mod messages;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::gateway::{
    Action, Answer, Call, Facts, Gateway, Moment, Notice, Operation, PaymentIntent, Received,
    Subject, cannot,
};
use crate::http::{Headers, Reply, Response};
use crate::json::Object;
use crate::payment::Event;
use crate::secret::Secret;
use crate::sign::hmac_callback::{self, Config, Scheme};
use crate::sign::key_ring::{Key, KeyRing};
use crate::sign::standard_webhooks::Kind;

use checkout::Checkout;
use description::USUAL_STATUSES;
pub use description::{
    AmountUnit, FieldNames, KeyDescription, ReplyKind, SchemeName, SecretText, SignedDescription,
};
use members::mark;
use messages::Messages;

/// A gateway made from a [`SignedDescription`].
#[derive(Debug)]
pub struct Signed {
    facts: Facts,
    proof: Proof,
    require_fresh: bool,
    fields: FieldNames,
    statuses: BTreeMap<String, Event>,
    unit: AmountUnit,
    reply: ReplyKind,
    checkout: Option<Checkout>,
}

/// How callbacks are proved genuine.
#[derive(Debug)]
enum Proof {
    /// With a secret that their sender has, too.
    Shared(Config),
    /// As messages of Standard Webhooks.
    Standard(Messages),
}

impl Signed {
    /// Checks a description as a whole. Fails with `config_invalid`, `secret_empty` or `key_type`, naming the setting.
    pub fn new(description: SignedDescription) -> Result<Self> {
        let invalid = |setting: &str, why: &str| {
            Error::new(Code::ConfigInvalid)
                .with("setting", format_args!("{}.{setting}", description.name.escape_debug()))
                .with("why", why)
        };
        check_names(&description).map_err(|(setting, why)| invalid(setting, why))?;
        let scheme = scheme(&description).map_err(|(setting, why)| invalid(setting, why))?;
        let proof = match scheme {
            Some(scheme) => {
                let ring = KeyRing::new(&description.name, keys(&description)?)?;
                Proof::Shared(Config::new(scheme, ring, description.tolerance_s)?)
            }
            None => Proof::Standard(Messages::new(&description)?),
        };
        let statuses = statuses(description.statuses.as_ref())
            .map_err(|e| invalid("statuses", &e.message()))?;
        let currencies = currencies(description.currencies.as_ref())
            .map_err(|e| invalid("currencies", &e.message()))?;
        let template = description.checkout_url.as_deref();
        let checkout = template
            .map(|template| Checkout::parse(template, description.live))
            .transpose()
            .map_err(|why| invalid("checkout_url", &why))?;
        Ok(Signed {
            proof,
            require_fresh: description.require_fresh,
            fields: description.fields,
            statuses,
            unit: description.amount_unit,
            reply: description.reply,
            checkout,
            facts: Facts {
                currencies,
                amounts: match description.amount_unit {
                    AmountUnit::Major => "decimal text",
                    AmountUnit::Minor => "whole minor units",
                },
                freshness_s: description.require_fresh.then_some(description.tolerance_s.into()),
                live: description.live,
                ..Facts::of(&description.name, "callbacks described by data", description.methods)
            },
        })
    }

    /// How its callbacks are verified, where that is with a shared secret of our own protocol.
    pub fn verification(&self) -> Option<&Config> {
        match &self.proof {
            Proof::Shared(config) => Some(config),
            Proof::Standard(_) => None,
        }
    }

    fn short_keys(&self) -> Vec<&str> {
        match &self.proof {
            Proof::Shared(config) => config.ring().short_keys().collect(),
            Proof::Standard(messages) => messages.short_keys().collect(),
        }
    }
}

impl Gateway for Signed {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        _: Moment<'_>,
    ) -> Result<Call> {
        if !matches!(operation, Operation::Pay) {
            return Err(cannot(&self.facts, operation));
        }
        let currency = payment.amount.currency;
        if self.facts.currencies.as_ref().is_some_and(|known| !known.contains(&currency)) {
            return Err(Error::new(Code::GatewayCurrency)
                .with("gateway", &self.facts.name)
                .with("currency", currency));
        }
        let action = match &self.checkout {
            Some(checkout) => Action::redirect(checkout.address(payment, self.unit)?),
            None => Action::nothing(),
        };
        Ok(Call::Answer(Answer::Waiting { action, reference: None }))
    }

    fn read(
        &self,
        _: Operation<'_>,
        _: &PaymentIntent,
        _: &Response,
        _: Moment<'_>,
    ) -> Result<Answer> {
        Err(Error::new(Code::BadResponse)
            .with("gateway", &self.facts.name)
            .with("why", "it is never asked anything"))
    }

    fn receive(&self, headers: &Headers, body: &[u8], at: Moment<'_>) -> Result<Received> {
        let (mark, object) = match &self.proof {
            Proof::Shared(config) => {
                let authentic = hmac_callback::verify(config, headers, body, at.now)?;
                (mark(&authentic), authentic.object)
            }
            Proof::Standard(messages) => (messages.prove(headers, body, at.now)?, None),
        };
        let object = match object {
            Some(object) => object,
            None => Object::parse(body)?,
        };
        Ok(Received::verified(Notice {
            mark,
            subject: self.subject(&object).unwrap_or(Subject::Nothing),
            fact: self.fact(&object),
            redacted_body: self.redacted(&object),
        }))
    }

    fn acknowledge(&self) -> Reply {
        match self.reply {
            ReplyKind::Ok => Reply::json(200, r#"{"ok":true}"#),
            ReplyKind::Code | ReplyKind::Payment => Reply::json(200, r#"{"code":"SUCCESS"}"#),
        }
    }

    fn warnings(&self) -> Vec<String> {
        let name = &self.facts.name;
        let mut warnings = Vec::new();
        if !self.require_fresh {
            warnings.push(format!(
                "{name}: require_fresh is off; an old callback stays genuine for ever"
            ));
        }
        warnings.extend(self.short_keys().into_iter().map(|id| {
            format!("{name}: the secret {} is short; take 32 random bytes", id.escape_debug())
        }));
        warnings
    }

    fn wants_payment_reply(&self) -> bool {
        self.reply == ReplyKind::Payment
    }
}

/// Reading the description. A refusal is the setting and what is wrong with it.
type Refusal = (&'static str, &'static str);

fn check_names(description: &SignedDescription) -> Result<(), Refusal> {
    let in_address = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let name = &description.name;
    if !(1..=64).contains(&name.len()) || !name.bytes().all(in_address) {
        return Err(("name", "it must be 1 to 64 letters, digits, - or _"));
    }
    if description.methods.is_empty() || description.methods.iter().any(String::is_empty) {
        return Err(("methods", "at least one is needed, none of them empty"));
    }
    let names = description.headers.as_ref();
    let headers = names.map(|n| [&n.signature, &n.timestamp, &n.nonce, &n.key_id]);
    let is_header = |name: &String| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b':' && b != b',')
    };
    if !headers.into_iter().flatten().chain(&description.signature_from).all(is_header) {
        return Err(("headers", "a header's name is empty or holds a blank, colon or comma"));
    }
    Ok(())
}

/// The scheme with a shared secret. `None` for messages of Standard Webhooks.
fn scheme(description: &SignedDescription) -> Result<Option<Scheme>, Refusal> {
    let signature_from = description.signature_from.as_ref();
    match description.scheme {
        SchemeName::Body => Ok(Some(Scheme::Body {
            signature_header: signature_from.cloned(),
            require_fresh: description.require_fresh,
        })),
        SchemeName::Header if signature_from.is_some() => {
            Err(("signature_from", "it belongs to the body scheme; use headers.signature"))
        }
        SchemeName::Header if !description.require_fresh => {
            Err(("require_fresh", "the header scheme always requires timestamp and nonce"))
        }
        SchemeName::Header => {
            Ok(Some(Scheme::Header(description.headers.clone().unwrap_or_default())))
        }
        SchemeName::StandardWebhooks if signature_from.is_some() => {
            Err(("signature_from", "it belongs to the body scheme; here it is webhook-signature"))
        }
        SchemeName::StandardWebhooks if description.headers.is_some() => {
            Err(("headers", "they belong to the header scheme; Standard Webhooks has its own"))
        }
        SchemeName::StandardWebhooks if !description.require_fresh => {
            Err(("require_fresh", "Standard Webhooks always requires id and timestamp"))
        }
        SchemeName::StandardWebhooks => Ok(None),
    }
}

fn keys(description: &SignedDescription) -> Result<Vec<Key>> {
    let key = |key: &KeyDescription| {
        let setting = format!("{}.keys.{}", description.name, key.id.escape_debug());
        Ok(Key {
            id: key.id.clone(),
            secret: secret(key, &setting)?,
            not_before_s: key.not_before,
            not_after_s: key.not_after,
        })
    };
    description.keys.iter().map(key).collect()
}

fn secret(key: &KeyDescription, setting: &str) -> Result<Secret> {
    let invalid = |why| Error::new(Code::ConfigInvalid).with("setting", setting).with("why", why);
    match (&key.secret, &key.secret_b64) {
        _ if key.public_key.is_some() => {
            Err(invalid("public_key belongs to the scheme standard_webhooks; give secret"))
        }
        (Some(text), None) => match Kind::of(text.expose()) {
            // Whoever has read a public key could sign with it.
            Some(kind @ (Kind::Public | Kind::Private)) => Err(Error::new(Code::KeyType)
                .with("setting", setting)
                .with("given", kind.words())
                .with("expected", "a shared secret")),
            Some(Kind::Shared) | None => Secret::new(setting, text.expose()),
        },
        (None, Some(text)) => {
            let bytes = STANDARD.decode(text.expose()).map_err(|_| invalid("it is not base64"))?;
            Secret::new(setting, bytes)
        }
        (None, None) => Err(Error::new(Code::SecretEmpty).with("setting", setting)),
        (Some(_), Some(_)) => Err(invalid("give secret or secret_b64, not both")),
    }
}

fn statuses(given: Option<&BTreeMap<String, String>>) -> Result<BTreeMap<String, Event>> {
    match given {
        None => Ok(USUAL_STATUSES.iter().map(|(word, event)| (word.to_string(), *event)).collect()),
        Some(map) => {
            map.iter().map(|(word, event)| Ok((word.clone(), Event::parse(event)?))).collect()
        }
    }
}

fn currencies(given: Option<&Vec<String>>) -> Result<Option<Vec<Currency>>> {
    given.map(|codes| codes.iter().map(|code| Currency::parse(code)).collect()).transpose()
}

#[cfg(test)]
mod tests;
