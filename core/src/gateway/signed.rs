//! A gateway described by data: any sender of signed JSON callbacks, in the sender's own field names and words.
//! It never calls anybody, so it cannot be asked about a payment: what it says, it says in callbacks.
//!
//! The protocol, with its peculiarities:
//! * signed are the sorted members of the body, or nonce, timestamp and raw body (`sign::hmac_callback`);
//! * amounts are decimal text in the major unit, unless described as whole minor units;
//! * members of the body have one type each: in the body scheme `100` and `"100"` have the same signature;
//! * a message that is taken is answered with 200 and a short JSON text, everything else with the same 403.

mod checkout;
mod description;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::clock::Time;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::gateway::{
    Action, Answer, Call, Claim, ClaimedAmount, Fact, Facts, Gateway, Mark, Notice, Operation,
    PaymentFact, PaymentIntent, Subject, Verified, cannot,
};
use crate::http::{Headers, Reply, Response};
use crate::id::PaymentId;
use crate::json::{self, Object, Value};
use crate::payment::Event;
use crate::secret::Secret;
use crate::sign::hmac::to_hex;
use crate::sign::hmac_callback::{self, Authentic, Config, Scheme};
use crate::sign::key_ring::{Key, KeyRing};

use checkout::Checkout;
use description::USUAL_STATUSES;
pub use description::{
    AmountUnit, FieldNames, KeyDescription, ReplyKind, SchemeName, SecretText, SignedDescription,
};

/// Ids and numbers of the sender are kept for ever; no honest one is longer.
const TEXT_BYTES_MAX: usize = 128;
/// More of a message is not kept: enough for a person to see what was wrong with it.
const REDACTED_BYTES_MAX: usize = 4096;
const REDACTED: &str = "\"[redacted]\"";

/// A gateway made from a [`SignedDescription`].
#[derive(Debug)]
pub struct Signed {
    facts: Facts,
    config: Config,
    require_fresh: bool,
    fields: FieldNames,
    statuses: BTreeMap<String, Event>,
    unit: AmountUnit,
    reply: ReplyKind,
    checkout: Option<Checkout>,
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
        let ring = KeyRing::new(&description.name, keys(&description)?)?;
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
            config: Config::new(scheme, ring, description.tolerance_s)?,
            require_fresh: description.require_fresh,
            fields: description.fields,
            statuses,
            unit: description.amount_unit,
            reply: description.reply,
            checkout,
            facts: Facts {
                name: description.name,
                methods: description.methods,
                currencies,
                separate_capture: false,
                refunds: false,
                queries: false,
                manual_confirmation: false,
                live: description.live,
                mock: false,
            },
        })
    }

    /// How its callbacks are verified.
    pub fn verification(&self) -> &Config {
        &self.config
    }

    /// What an operator should hear at start-up: checks that are off, secrets that are short.
    pub fn warnings(&self) -> Vec<String> {
        let name = &self.facts.name;
        let mut warnings = Vec::new();
        if !self.require_fresh {
            warnings.push(format!(
                "{name}: require_fresh is off; an old callback stays genuine for ever"
            ));
        }
        warnings.extend(self.config.ring().short_keys().map(|id| {
            format!("{name}: the secret {} is short; take 32 random bytes", id.escape_debug())
        }));
        warnings
    }
}

impl Gateway for Signed {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(&self, operation: Operation<'_>, payment: &PaymentIntent) -> Result<Call> {
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

    fn read(&self, _: Operation<'_>, _: &PaymentIntent, _: &Response) -> Result<Answer> {
        Err(Error::new(Code::BadResponse)
            .with("gateway", &self.facts.name)
            .with("why", "it is never asked anything"))
    }

    fn receive(&self, headers: &Headers, body: &[u8], now: Time) -> Result<Verified<Notice>> {
        let authentic = hmac_callback::verify(&self.config, headers, body, now)?;
        let mark = mark(&authentic);
        let object = match authentic.object {
            Some(object) => object,
            None => Object::parse(body)?,
        };
        Ok(Verified::after_check(Notice {
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

    fn wants_payment_reply(&self) -> bool {
        self.reply == ReplyKind::Payment
    }
}

/// A nonce could come again with other content, so its digest is kept beside it; a digest needs nothing beside it.
fn mark(authentic: &Authentic<'_>) -> Mark {
    match &authentic.nonce {
        Some(nonce) => Mark { id: nonce.to_string(), digest: Some(authentic.digest) },
        None => Mark { id: to_hex(&authentic.digest), digest: None },
    }
}

/// Reading the members. What is wrong with a message is said in words, for the exception it becomes.
impl Signed {
    fn fact(&self, object: &Object<'_>) -> Fact {
        let Some(word) = object.text(&self.fields.status) else {
            return Fact::Unreadable(format!("{} is missing or not text", self.fields.status));
        };
        match self.statuses.get(word) {
            None => Fact::Unknown(word.chars().take(TEXT_BYTES_MAX).collect()),
            Some(event) => {
                self.payment_fact(*event, object).map_or_else(Fact::Unreadable, Fact::Payment)
            }
        }
    }

    fn payment_fact(&self, event: Event, object: &Object<'_>) -> Result<PaymentFact, String> {
        self.subject(object)?;
        let amount = self.claim(object)?;
        let transaction_id = optional_text(object, &self.fields.transaction_id)?;
        if matches!(event, Event::Succeed | Event::Authorize) && amount.is_none() {
            return Err(format!("{} is missing", self.fields.amount));
        }
        if event == Event::Succeed && transaction_id.is_none() {
            return Err(format!("{} is missing", self.fields.transaction_id));
        }
        Ok(PaymentFact {
            event,
            amount,
            transaction_id: transaction_id.map(str::to_owned),
            decline: None,
        })
    }

    fn subject(&self, object: &Object<'_>) -> Result<Subject, String> {
        let name = &self.fields.payment_id;
        let text = match object.get(name) {
            Some(Value::Number(written)) if is_whole(written) => short(name, written)?,
            Some(Value::Number(_)) => return Err(format!("{name} is not a whole number")),
            _ => optional_text(object, name)?.ok_or_else(|| format!("{name} is missing"))?,
        };
        Ok(match PaymentId::parse(text) {
            Ok(id) => Subject::Payment(id),
            Err(_) => Subject::PaymentReference(text.to_owned()),
        })
    }

    /// The amount as written. Its digits are compared later, in the payment's currency; its type is checked here.
    fn claim(&self, object: &Object<'_>) -> Result<Option<Claim>, String> {
        let name = &self.fields.amount;
        let amount = match (self.unit, object.get(name)) {
            (_, None | Some(Value::Null)) => return Ok(None),
            (AmountUnit::Major, Some(Value::Text(text))) => {
                ClaimedAmount::Major(short(name, text)?.to_owned())
            }
            (AmountUnit::Minor, Some(Value::Number(written))) => {
                let minor = is_whole(written).then(|| written.parse().ok()).flatten();
                ClaimedAmount::Minor(minor.ok_or_else(|| format!("{name} is not minor units"))?)
            }
            (AmountUnit::Major, Some(_)) => return Err(format!("{name} is not text")),
            (AmountUnit::Minor, Some(_)) => return Err(format!("{name} is not a number")),
        };
        let currency = optional_text(object, &self.fields.currency)?.map(str::to_owned);
        Ok(Some(Claim { amount, currency }))
    }

    /// The five members that are read, as they came; of all others only the names.
    fn redacted(&self, object: &Object<'_>) -> String {
        let fields = &self.fields;
        let read = [
            &fields.payment_id,
            &fields.transaction_id,
            &fields.status,
            &fields.amount,
            &fields.currency,
        ];
        let mut out = String::from("{");
        for member in object.members() {
            if out.len() > 1 {
                out.push(',');
            }
            json::write_text(&mut out, &member.name);
            out.push(':');
            let is_read = read.iter().any(|name| **name == member.name);
            write_redacted(&mut out, is_read.then_some(&member.value));
            if out.len() > REDACTED_BYTES_MAX {
                return cut(out);
            }
        }
        out.push('}');
        out
    }
}

fn cut(mut text: String) -> String {
    let fits = |(at, c): (usize, char)| {
        (at + c.len_utf8() <= REDACTED_BYTES_MAX).then_some(at + c.len_utf8())
    };
    text.truncate(text.char_indices().map_while(fits).last().unwrap_or(0));
    text.push('…');
    text
}

fn write_redacted(out: &mut String, value: Option<&Value<'_>>) {
    match value {
        Some(Value::Text(text)) if text.len() <= TEXT_BYTES_MAX => json::write_text(out, text),
        Some(Value::Number(written)) if written.len() <= TEXT_BYTES_MAX => out.push_str(written),
        Some(Value::True) => out.push_str("true"),
        Some(Value::False) => out.push_str("false"),
        Some(Value::Null) => out.push_str("null"),
        _ => out.push_str(REDACTED),
    }
}

/// Digits only: no sign, fraction or exponent. JSON has already refused leading zeros.
fn is_whole(written: &str) -> bool {
    written.bytes().all(|b| b.is_ascii_digit())
}

/// A member that may be absent or null, but is otherwise text of sensible form.
fn optional_text<'o>(object: &'o Object<'_>, name: &str) -> Result<Option<&'o str>, String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) => short(name, text).map(Some),
        Some(_) => Err(format!("{name} is not text")),
    }
}

fn short<'t>(name: &str, text: &'t str) -> Result<&'t str, String> {
    let is_sound =
        (1..=TEXT_BYTES_MAX).contains(&text.len()) && !text.chars().any(char::is_control);
    if is_sound {
        Ok(text)
    } else {
        Err(format!("{name} is not 1 to {TEXT_BYTES_MAX} plain bytes"))
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
    let names = &description.headers;
    let headers = [&names.signature, &names.timestamp, &names.nonce, &names.key_id];
    let is_header = |name: &String| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b':' && b != b',')
    };
    if !headers.into_iter().chain(&description.signature_from).all(is_header) {
        return Err(("headers", "a header's name is empty or holds a blank, colon or comma"));
    }
    Ok(())
}

fn scheme(description: &SignedDescription) -> Result<Scheme, Refusal> {
    match description.scheme {
        SchemeName::Body => Ok(Scheme::Body {
            signature_header: description.signature_from.clone(),
            require_fresh: description.require_fresh,
        }),
        SchemeName::Header if description.signature_from.is_some() => {
            Err(("signature_from", "it belongs to the body scheme; use headers.signature"))
        }
        SchemeName::Header if !description.require_fresh => {
            Err(("require_fresh", "the header scheme always requires timestamp and nonce"))
        }
        SchemeName::Header => Ok(Scheme::Header(description.headers.clone())),
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
        (Some(text), None) => Secret::new(setting, text.expose()),
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
