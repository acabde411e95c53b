//! Events of the pretend provider: how they are written, and what they mean in our words.
//! It never guesses: a word it does not know is reported as unknown, a gap as unreadable.

use serde::Serialize;

use super::wire::{DeclineObject, RefundStatus, Status};
use crate::error::{Code, Error, Result};
use crate::gateway::{
    Claim, ClaimedAmount, Decline, Fact, Mark, Notice, PaymentFact, RefundFact, Subject,
};
use crate::id::{PaymentId, RefundId};
use crate::json::{self, Object, Value};
use crate::{payment, refund};

/// Ids and words of an event are shorter than this; what is longer is not ours.
const WORD_BYTES_MAX: usize = 64;

/// An event on the wire, as it is written.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Event {
    pub id: String,
    pub r#type: String,
    /// Unix seconds.
    pub created: i64,
    pub data: EventDetails,
}

/// What an event is about, as it is written.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct EventDetails {
    pub payment: String,
    pub reference: String,
    pub status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Reads the body of a callback whose signature was just checked, under the id of its header. An authentic event
/// may lack anything, and that is not the parser's to judge.
pub(super) fn read(id: &str, digest: [u8; 32], body: &[u8]) -> Result<Notice> {
    let event = Object::parse(body)?;
    let said = |why: &str| Fact::Unreadable(why.to_owned());
    let data = event.object("data");
    let (subject, fact) = match (event.text("id"), event.text("type"), data) {
        (Some(inner), ..) if inner != id => {
            return Err(Error::new(Code::Malformed)
                .with("format", "event")
                .with("why", "the ids in header and body differ"));
        }
        (Some(_), Some(kind), Some(data)) => read_event(kind, data),
        (None, ..) => (Subject::Nothing, said("the event has no id")),
        (_, None, _) => (Subject::Nothing, said("the event has no type")),
        (_, _, None) => (Subject::Nothing, said("the event has no data")),
    };
    let redacted_body = redacted(id, &event);
    Ok(Notice {
        mark: Mark { id: id.to_owned(), digest: Some(digest) },
        subject,
        fact,
        redacted_body,
    })
}

fn read_event(kind: &str, data: &Object<'_>) -> (Subject, Fact) {
    let family = kind.split_once('.').map_or((kind, ""), |pair| pair);
    let subject = subject(data);
    let fact = match family {
        ("payment", word) => match Status::parse(word).ok().and_then(payment_event) {
            Some(event) => payment_fact(word, event, data).map(Fact::Payment),
            None => Ok(Fact::Unknown(kind.to_owned())),
        },
        ("refund", word) => match RefundStatus::parse(word).ok().map(refund_event) {
            Some(event) => refund_fact(word, event, data).map(Fact::Refund),
            None => Ok(Fact::Unknown(kind.to_owned())),
        },
        _ => Ok(Fact::Unknown(kind.to_owned())),
    };
    match (fact, &subject) {
        (Ok(Fact::Payment(_) | Fact::Refund(_)), Subject::Nothing) => {
            (Subject::Nothing, Fact::Unreadable("it names no payment or refund".to_owned()))
        }
        (Ok(fact), _) => (subject, fact),
        (Err(why), _) => (subject, Fact::Unreadable(why.to_owned())),
    }
}

/// Their states, our events. `open` is not news.
pub(super) fn payment_event(status: Status) -> Option<payment::Event> {
    Some(match status {
        Status::Open => return None,
        Status::Processing => payment::Event::Submit,
        Status::Authorized => payment::Event::Authorize,
        Status::Succeeded => payment::Event::Succeed,
        Status::Failed => payment::Event::Fail,
        Status::Cancelled => payment::Event::Cancel,
        Status::Expired => payment::Event::Expire,
    })
}

/// Their states, our events.
pub(super) fn refund_event(status: RefundStatus) -> refund::Event {
    match status {
        RefundStatus::Pending => refund::Event::Accept,
        RefundStatus::Succeeded => refund::Event::Succeed,
        RefundStatus::Failed => refund::Event::Fail,
    }
}

/// A refund by our id; else a payment by ours, or by whatever name the provider has for it.
fn subject(data: &Object<'_>) -> Subject {
    let refund = data.text("refund").and_then(|id| RefundId::parse(id).ok());
    let payment = data.text("payment").filter(|id| id.len() <= WORD_BYTES_MAX);
    match (refund, payment, data.get("refund")) {
        (Some(refund), ..) => Subject::Refund(refund),
        (None, Some(id), None) => PaymentId::parse(id)
            .map_or_else(|_| Subject::PaymentReference(id.to_owned()), Subject::Payment),
        _ => Subject::Nothing,
    }
}

fn payment_fact(
    word: &str,
    event: payment::Event,
    data: &Object<'_>,
) -> Result<PaymentFact, &'static str> {
    let claim = claim(word, data)?;
    let moved = matches!(event, payment::Event::Succeed);
    if claim.is_none() && (moved || event == payment::Event::Authorize) {
        return Err("money without amount and currency");
    }
    let transaction_id = transaction_id(data)?;
    if moved && transaction_id.is_none() {
        return Err("money without a transaction_id");
    }
    let decline = decline(data).filter(|_| event == payment::Event::Fail);
    Ok(PaymentFact { event, amount: claim, transaction_id, decline })
}

fn refund_fact(
    word: &str,
    event: refund::Event,
    data: &Object<'_>,
) -> Result<RefundFact, &'static str> {
    let claim = claim(word, data)?;
    let transaction_id = transaction_id(data)?;
    if event == refund::Event::Succeed && (claim.is_none() || transaction_id.is_none()) {
        return Err("money without amount, currency or transaction_id");
    }
    let decline = decline(data).filter(|_| event == refund::Event::Fail);
    Ok(RefundFact { event, amount: claim, total: None, transaction_id, decline })
}

/// The amount and currency, neither or both; and the state must be the one that the type says.
fn claim(word: &str, data: &Object<'_>) -> Result<Option<Claim>, &'static str> {
    if data.text("status") != Some(word) {
        return Err("type and status differ");
    }
    match (data.get("amount"), data.get("currency")) {
        (None, None) => Ok(None),
        (Some(Value::Number(amount)), Some(Value::Text(currency))) => {
            let minor = amount.parse().map_err(|_| "the amount is not whole minor units")?;
            let amount = ClaimedAmount::Minor(minor);
            Ok(Some(Claim { amount, currency: Some(currency.to_string()) }))
        }
        _ => Err("amount and currency are an integer and a code"),
    }
}

fn transaction_id(data: &Object<'_>) -> Result<Option<String>, &'static str> {
    match data.get("transaction_id") {
        None => Ok(None),
        Some(Value::Text(id)) if !id.is_empty() && id.len() <= WORD_BYTES_MAX => {
            Ok(Some(id.to_string()))
        }
        Some(_) => Err("the transaction_id is a short text"),
    }
}

fn decline(data: &Object<'_>) -> Option<Decline> {
    let code = data.text("reason").filter(|code| code.len() <= WORD_BYTES_MAX)?;
    let DeclineObject { code, message } = DeclineObject::new(code);
    Some(Decline { code, message })
}

/// The fields that a person needs to sort it out, and none that could hold a payer's details.
const KEPT: [&str; 6] = ["payment", "refund", "status", "amount", "currency", "transaction_id"];

fn redacted(id: &str, event: &Object<'_>) -> String {
    let mut out = String::from("{\"id\":");
    json::write_text(&mut out, id);
    let data = event.object("data");
    let kept = KEPT.iter().map(|name| (*name, data.and_then(|data| data.get(name))));
    for (name, value) in std::iter::once(("type", event.get("type"))).chain(kept) {
        let mut member = |write: &dyn Fn(&mut String)| {
            out.push(',');
            json::write_text(&mut out, name);
            out.push(':');
            write(&mut out);
        };
        // A number or a word; anything longer or nested could hold something that is nobody's business.
        match value {
            Some(Value::Number(written)) if written.len() <= WORD_BYTES_MAX => {
                member(&|out| out.push_str(written));
            }
            Some(Value::Text(text)) if text.len() <= WORD_BYTES_MAX => {
                member(&|out| json::write_text(out, text));
            }
            _ => {}
        }
    }
    out.push('}');
    out
}
