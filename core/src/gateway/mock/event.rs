//! Events of the pretend provider: how they are written, and what they mean in our words.
//! It never guesses: a word it does not know is reported as unknown, a gap as unreadable.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::{DeclineObject, RefundStatus, Status};
use crate::error::{Code, Error, Result};
use crate::gateway::{
    Claim, ClaimedAmount, Decline, Fact, Mark, Notice, PaymentFact, RefundFact, Subject,
};
use crate::id::{PaymentId, RefundId};
use crate::{payment, refund};

/// Ids and words of an event are shorter than this; what is longer is not ours.
const WORD_BYTES_MAX: usize = 64;
/// Nesting beyond this is an attack, not an event (THREATS H54).
const JSON_DEPTH_MAX: u32 = 64;

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

/// An event as it is read: an authentic one may lack anything, and that is not the parser's to judge.
#[derive(Debug, Default, Deserialize)]
struct Incoming {
    id: Option<Value>,
    r#type: Option<Value>,
    #[serde(default)]
    data: IncomingDetails,
}

#[derive(Debug, Default, Deserialize)]
struct IncomingDetails {
    payment: Option<Value>,
    status: Option<Value>,
    refund: Option<Value>,
    amount: Option<Value>,
    currency: Option<Value>,
    transaction_id: Option<Value>,
    reason: Option<Value>,
}

/// Reads the body of a callback whose signature was just checked, under the id of its header.
pub(super) fn read(id: &str, digest: [u8; 32], body: &[u8]) -> Result<Notice> {
    notice(id, digest, &read_json(body)?)
}

/// Reads a body strictly: one object, no field twice, not too deep.
fn read_json(body: &[u8]) -> Result<Incoming> {
    let malformed = |why: &str| Error::new(Code::Malformed).with("format", "JSON").with("why", why);
    refuse_deep(body).map_err(malformed)?;
    serde_json::from_slice(body).map_err(|error| {
        // The parser has no code for this, and its message is a fixed text around the field's name.
        match error.to_string().split_once("duplicate field `").and_then(|(_, t)| t.split_once('`'))
        {
            Some((field, _)) => Error::new(Code::DuplicateField).with("field", field),
            None => malformed(&format!("line {}, column {}", error.line(), error.column())),
        }
    })
}

fn refuse_deep(body: &[u8]) -> Result<(), &'static str> {
    let (mut depth, mut in_text, mut escaped) = (0_u32, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > JSON_DEPTH_MAX {
            return Err("it is nested too deeply");
        }
    }
    Ok(())
}

fn notice(id: &str, digest: [u8; 32], event: &Incoming) -> Result<Notice> {
    let said = |why: &str| Fact::Unreadable(why.to_owned());
    let (subject, fact) = match (text(&event.id), text(&event.r#type)) {
        (Some(inner), _) if inner != id => {
            return Err(Error::new(Code::Malformed)
                .with("format", "event")
                .with("why", "the ids in header and body differ"));
        }
        (Some(_), Some(kind)) => read_event(kind, &event.data),
        (None, _) => (Subject::Nothing, said("the event has no id")),
        (_, None) => (Subject::Nothing, said("the event has no type")),
    };
    Ok(Notice {
        mark: Mark { id: id.to_owned(), digest: Some(digest) },
        subject,
        fact,
        redacted_body: redacted(id, event)?,
    })
}

fn read_event(kind: &str, data: &IncomingDetails) -> (Subject, Fact) {
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
fn subject(data: &IncomingDetails) -> Subject {
    let refund = text(&data.refund).and_then(|id| RefundId::parse(id).ok());
    let payment = text(&data.payment).filter(|id| id.len() <= WORD_BYTES_MAX);
    match (refund, payment, &data.refund) {
        (Some(refund), ..) => Subject::Refund(refund),
        (None, Some(id), None) => PaymentId::parse(id)
            .map_or_else(|_| Subject::PaymentReference(id.to_owned()), Subject::Payment),
        _ => Subject::Nothing,
    }
}

fn payment_fact(
    word: &str,
    event: payment::Event,
    data: &IncomingDetails,
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
    data: &IncomingDetails,
) -> Result<RefundFact, &'static str> {
    let claim = claim(word, data)?;
    let transaction_id = transaction_id(data)?;
    if event == refund::Event::Succeed && (claim.is_none() || transaction_id.is_none()) {
        return Err("money without amount, currency or transaction_id");
    }
    let decline = decline(data).filter(|_| event == refund::Event::Fail);
    Ok(RefundFact { event, amount: claim, transaction_id, decline })
}

/// The amount and currency, neither or both; and the state must be the one that the type says.
fn claim(word: &str, data: &IncomingDetails) -> Result<Option<Claim>, &'static str> {
    if text(&data.status) != Some(word) {
        return Err("type and status differ");
    }
    match (&data.amount, &data.currency) {
        (None, None) => Ok(None),
        (Some(Value::Number(amount)), Some(Value::String(currency))) => {
            let minor = amount.as_i64().ok_or("the amount is not whole minor units")?;
            let amount = ClaimedAmount::Minor(minor);
            Ok(Some(Claim { amount, currency: Some(currency.clone()) }))
        }
        _ => Err("amount and currency are an integer and a code"),
    }
}

fn transaction_id(data: &IncomingDetails) -> Result<Option<String>, &'static str> {
    match &data.transaction_id {
        None => Ok(None),
        Some(Value::String(id)) if !id.is_empty() && id.len() <= WORD_BYTES_MAX => {
            Ok(Some(id.clone()))
        }
        Some(_) => Err("the transaction_id is a short text"),
    }
}

fn decline(data: &IncomingDetails) -> Option<Decline> {
    let code = text(&data.reason).filter(|code| code.len() <= WORD_BYTES_MAX)?;
    let DeclineObject { code, message } = DeclineObject::new(code);
    Some(Decline { code, message })
}

/// The fields that a person needs to sort it out, and none that could hold a payer's details.
fn redacted(id: &str, event: &Incoming) -> Result<String> {
    #[derive(Serialize)]
    struct Kept<'a> {
        id: &'a str,
        r#type: Option<&'a Value>,
        payment: Option<&'a Value>,
        refund: Option<&'a Value>,
        status: Option<&'a Value>,
        amount: Option<&'a Value>,
        currency: Option<&'a Value>,
        transaction_id: Option<&'a Value>,
    }
    let data = &event.data;
    let kept = Kept {
        id,
        r#type: plain(&event.r#type),
        payment: plain(&data.payment),
        refund: plain(&data.refund),
        status: plain(&data.status),
        amount: plain(&data.amount),
        currency: plain(&data.currency),
        transaction_id: plain(&data.transaction_id),
    };
    serde_json::to_string(&kept).map_err(|e| Error::bug(format_args!("no JSON: {e}")))
}

/// A number or a word; anything longer or nested could hold something that is nobody's business.
fn plain(value: &Option<Value>) -> Option<&Value> {
    value.as_ref().filter(|value| match value {
        Value::Number(_) => true,
        Value::String(text) => text.len() <= WORD_BYTES_MAX,
        _ => false,
    })
}

fn text(value: &Option<Value>) -> Option<&str> {
    value.as_ref().and_then(Value::as_str)
}
