//! What a server says about a payment, read from its JSON: the payment itself as its adapters answer, or an event of its
//! webhooks. Names are read as Python's adapters spell them and as Node's do. It believes nothing; it only reads.

use crate::clock::Time;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::followed::Word;
use crate::gateway::{Action, ActionKind};
use crate::id::PaymentId;
use crate::json::{Object, Value};
use crate::money::Money;
use crate::payment::State;

/// Larger than any answer about one payment.
pub const STATEMENT_BYTES_MAX: usize = 64 * 1024;
/// What an event about a payment begins with.
const PAYMENT_EVENT: &str = "payment.";

/// Reads a payment. Fails with `too_large`, `malformed`, `duplicate_field`, `id_format`, `value_unknown`, `amount_…`,
/// `currency`, `text_format` (a time).
pub fn of_payment(json: &[u8]) -> Result<Word> {
    let object = bounded(json)?;
    payment(&object)
}

/// Reads a push: a payment, or an event of the server's webhooks. Nothing where it is about no payment.
pub fn of_push(json: &[u8]) -> Result<Option<Word>> {
    let object = bounded(json)?;
    match (object.text("type"), object.object("data")) {
        (Some(name), Some(data)) => event(name, data),
        _ => payment(&object).map(Some),
    }
}

fn payment(object: &Object<'_>) -> Result<Word> {
    let id = text(object, ["id", "payment_id", "paymentId"]);
    let state = text(object, ["state", "status"]);
    Ok(Word {
        id: PaymentId::parse(id.ok_or_else(|| malformed("it has no id"))?)?,
        state: Some(State::parse(state.ok_or_else(|| malformed("it has no state"))?)?),
        order_id: owned(object, ["order_id", "orderId"]),
        money: money(object)?,
        action: object.object("action").map(|given| action(given)?.to_json()).transpose()?,
        expires_at: time(object, ["expires_at", "expiresAt"])?,
        paid_at: time(object, ["paid_at", "paidAt"])?,
        failure_code: owned(object, ["failure_code", "failureCode"]),
        failure_message: owned(object, ["failure_message", "failureMessage"]),
    })
}

/// The amount of an event is the part that moved, not what the payment shall collect: it is not read.
fn event(name: &str, data: &Object<'_>) -> Result<Option<Word>> {
    let Some(word) = name.strip_prefix(PAYMENT_EVENT) else { return Ok(None) };
    let Some(id) = data.text("payment_id") else { return Ok(None) };
    Ok(Some(Word {
        id: PaymentId::parse(id)?,
        state: State::parse(word).ok(),
        order_id: data.text("order_id").map(str::to_owned),
        money: None,
        action: None,
        expires_at: None,
        paid_at: None,
        failure_code: None,
        failure_message: None,
    }))
}

fn bounded(json: &[u8]) -> Result<Object<'_>> {
    if json.len() > STATEMENT_BYTES_MAX {
        let error = Error::new(Code::TooLarge).with("field", "the server's JSON");
        return Err(error.with("limit", format_args!("{STATEMENT_BYTES_MAX} bytes")));
    }
    Object::parse(json)
}

/// The member under the first of its names that is there.
fn text<'o>(
    object: &'o Object<'_>,
    names: impl IntoIterator<Item = &'static str>,
) -> Option<&'o str> {
    names.into_iter().find_map(|name| object.text(name))
}

fn owned(object: &Object<'_>, names: [&'static str; 2]) -> Option<String> {
    text(object, names).map(str::to_owned)
}

fn time(object: &Object<'_>, names: [&'static str; 2]) -> Result<Option<Time>> {
    let [field, _] = names;
    text(object, names).map(|found| Time::parse(field, found)).transpose()
}

/// An amount as text, or as a number that is taken exactly as it was written.
fn money(object: &Object<'_>) -> Result<Option<Money>> {
    let amount = match object.get("amount") {
        Some(Value::Text(text)) => text,
        Some(Value::Number(number)) => *number,
        _ => return Ok(None),
    };
    let currency =
        object.text("currency").ok_or_else(|| malformed("its amount has no currency"))?;
    let money = Money::parse("amount", amount, Currency::parse(currency)?)?;
    money.positive().map(Some)
}

fn action(object: &Object<'_>) -> Result<Action> {
    let kind = object.text("kind").ok_or_else(|| malformed("its action has no kind"))?;
    let mut action = Action { kind: ActionKind::parse(kind)?, ..Action::nothing() };
    action.url = object.text("url").map(str::to_owned);
    action.qr_text = owned(object, ["qr_text", "qrText"]);
    action.client_secret = owned(object, ["client_secret", "clientSecret"]);
    if let Some(parameters) = object.object("parameters") {
        for member in parameters.members() {
            let value =
                member.value.as_text().ok_or_else(|| malformed("a parameter is no text"))?;
            action.parameters.insert(member.name.to_string(), value.to_owned());
        }
    }
    Ok(action)
}

fn malformed(why: &str) -> Error {
    Error::new(Code::Malformed).with("format", "payment").with("why", why)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Protects: a payment is read as Python's adapters, Node's adapters and the engine itself write it.
    #[test]
    fn every_spelling_is_read() {
        let id = "pay_01J0000000000000000000000A";
        for json in [
            format!(
                r#"{{"payment_id":"{id}","status":"pending","state":"init","amount":"1.00","currency":"CNY"}}"#
            ),
            format!(r#"{{"paymentId":"{id}","status":"init","amount":1.00,"currency":"CNY"}}"#),
            format!(
                r#"{{"id":"{id}","state":"init","amount":"1","currency":"CNY","expires_at":null}}"#
            ),
        ] {
            let word = of_payment(json.as_bytes()).unwrap();
            assert_eq!(word.id.to_string(), id);
            assert_eq!(word.state, Some(State::Init), "{json}");
            assert_eq!(word.money.map(|money| money.minor), Some(100), "{json}");
        }
        let large = vec![b' '; STATEMENT_BYTES_MAX + 1];
        assert_eq!(of_payment(&large).unwrap_err().code(), Code::TooLarge);
        assert_eq!(of_push(&large).unwrap_err().code(), Code::TooLarge);
    }

    proptest! {
        /// Protects: whatever a server or somebody in its place sends, reading it ends.
        #[test]
        fn nothing_that_arrives_upsets_it(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            text in r#"\{("(id|state|type|data|amount|currency|action)":("[a-z_0-9.]{0,30}"|\{\}|[0-9e.]{1,8}),?){0,5}\}"#,
        ) {
            for sent in [bytes.as_slice(), text.as_bytes()] {
                drop(of_payment(sent));
                drop(of_push(sent));
            }
        }
    }
}
