//! What the members of a verified callback mean. A wrong shape is said in words, for the exception it becomes; it
//! is never read as something near it.

use super::{AmountUnit, Signed};
use crate::gateway::{Claim, ClaimedAmount, Fact, Mark, PaymentFact, Subject};
use crate::id::PaymentId;
use crate::json::{self, Object, Value};
use crate::payment::Event;
use crate::sign::hmac::to_hex;
use crate::sign::hmac_callback::Authentic;

/// Ids and numbers of the sender are kept for ever; no honest one is longer.
const TEXT_BYTES_MAX: usize = 128;
/// More of a message is not kept: enough for a person to see what was wrong with it.
pub(super) const REDACTED_BYTES_MAX: usize = 4096;
/// Room for an ordinary message, so that it is allocated once.
const REDACTED_BYTES_USUAL: usize = 256;
const REDACTED: &str = "\"[redacted]\"";

/// A nonce could come again with other content, so its digest is kept beside it; a digest needs nothing beside it.
pub(super) fn mark(authentic: &Authentic<'_>) -> Mark {
    match &authentic.nonce {
        Some(nonce) => Mark { id: nonce.to_string(), digest: Some(authentic.digest) },
        None => Mark { id: to_hex(&authentic.digest), digest: None },
    }
}

impl Signed {
    pub(super) fn fact(&self, object: &Object<'_>) -> Fact {
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

    pub(super) fn subject(&self, object: &Object<'_>) -> Result<Subject, String> {
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
    pub(super) fn redacted(&self, object: &Object<'_>) -> String {
        let fields = &self.fields;
        let read = [
            &fields.payment_id,
            &fields.transaction_id,
            &fields.status,
            &fields.amount,
            &fields.currency,
        ];
        let mut out = String::with_capacity(REDACTED_BYTES_USUAL);
        out.push('{');
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
