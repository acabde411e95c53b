//! Webhooks that were proved to come from PayPal. Their body is believed in nothing but which question to ask: what a
//! notice says comes from the API's answer alone.

use super::order;
use super::wire::{Movement, id, linked_id, objects};
use super::{bad_response, money};
use crate::error::{Code, Error, Result};
use crate::gateway::{DisputeEvent, DisputeFact, Fact, Mark, Notice, PaymentFact, Subject};
use crate::id::RefundId;
use crate::json::{Object, write_text};
use crate::payment;

/// No event's id or type is longer.
const WORD_MAX: usize = 128;

/// What an event is about, which says where the truth about it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Capture,
    Refund,
    Authorization,
    /// Read back as the event itself: the API's own copy says type and resource.
    Copy,
    /// A reason to ask about the payment.
    Order,
}

/// The types that we know.
const TYPES: [(&str, Kind); 19] = [
    ("CHECKOUT.ORDER.APPROVED", Kind::Order),
    ("CHECKOUT.ORDER.COMPLETED", Kind::Order),
    ("CHECKOUT.PAYMENT-APPROVAL.REVERSED", Kind::Order),
    ("PAYMENT.CAPTURE.COMPLETED", Kind::Capture),
    ("PAYMENT.CAPTURE.PENDING", Kind::Capture),
    ("PAYMENT.CAPTURE.DENIED", Kind::Capture),
    ("PAYMENT.CAPTURE.DECLINED", Kind::Capture),
    ("PAYMENT.CAPTURE.REFUNDED", Kind::Refund),
    ("PAYMENT.REFUND.PENDING", Kind::Refund),
    ("PAYMENT.REFUND.FAILED", Kind::Refund),
    ("PAYMENT.REFUND.COMPLETED", Kind::Refund),
    ("PAYMENT.CAPTURE.REVERSED", Kind::Copy),
    ("PAYMENT.AUTHORIZATION.CREATED", Kind::Authorization),
    ("PAYMENT.AUTHORIZATION.VOIDED", Kind::Authorization),
    ("PAYMENT.AUTHORIZATION.DENIED", Kind::Authorization),
    ("PAYMENT.AUTHORIZATION.PENDING", Kind::Authorization),
    ("CUSTOMER.DISPUTE.CREATED", Kind::Copy),
    ("CUSTOMER.DISPUTE.UPDATED", Kind::Copy),
    ("CUSTOMER.DISPUTE.RESOLVED", Kind::Copy),
];

/// What the body of a webhook asks us to look at.
#[derive(Debug)]
pub(super) struct Event {
    id: String,
    name: String,
    kind: Option<Kind>,
    /// The id of what it is about, where it names one.
    resource: Option<String>,
}

impl Event {
    /// Reads the envelope. Fails with `malformed` and `duplicate_field`.
    pub(super) fn read(body: &[u8]) -> Result<Self> {
        let envelope = Object::parse(body)?;
        let word = |name: &'static str| {
            envelope.text(name).filter(|text| is_word(text)).map(str::to_owned).ok_or_else(|| {
                Error::new(Code::Malformed)
                    .with("format", "event")
                    .with("why", format_args!("{name} is missing or no word"))
            })
        };
        let name = word("event_type")?;
        let resource = envelope.object("resource").and_then(|resource| id(resource, "id"));
        Ok(Event {
            id: word("id")?,
            kind: TYPES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind),
            name,
            resource: resource.map(str::to_owned),
        })
    }

    /// Where the API tells what is true about it; nothing where nothing has to be believed.
    pub(super) fn evidence(&self) -> Option<String> {
        let under = match self.kind? {
            Kind::Capture => "captures",
            Kind::Refund => "refunds",
            Kind::Authorization => "authorizations",
            Kind::Copy => return Some(format!("/v1/notifications/webhooks-events/{}", self.id)),
            Kind::Order => return None,
        };
        Some(format!("/v2/payments/{under}/{}", self.resource.as_ref()?))
    }

    /// What it comes to where nothing has to be believed: a hint, or something to be put on record.
    pub(super) fn without_evidence(&self) -> Notice {
        let (subject, fact) = match (self.kind, &self.resource) {
            (None, _) => (Subject::Nothing, Fact::Unknown(self.name.clone())),
            (Some(Kind::Order), Some(id)) => (Subject::PaymentReference(id.clone()), Fact::Hint),
            _ => {
                let why = format!("{} without the id of what it is about", self.name);
                (Subject::Nothing, Fact::Unreadable(why))
            }
        };
        self.notice(subject, fact, None)
    }

    /// What it comes to, as the API tells it. Fails with `bad_response`, so that it comes again, where the API knows
    /// nothing of the kind or says something unusable.
    pub(super) fn with_evidence(&self, gateway: &str, answer: &[u8]) -> Result<Notice> {
        let bad = |why: &str| bad_response(gateway, why);
        if answer.is_empty() {
            return Err(bad("it does not know what its own message is about"));
        }
        let object = Object::parse(answer).map_err(|_| bad("it is not JSON as we read it"))?;
        if self.kind == Some(Kind::Copy) {
            return self.with_copy(gateway, &object);
        }
        let movement =
            Movement::read(&object).ok_or_else(|| bad("a thing without id or status"))?;
        if Some(movement.id) != self.resource.as_deref() {
            return Err(bad("it is another thing than was asked for"));
        }
        let (subject, fact) = match self.kind {
            Some(Kind::Refund) => refund(&movement, &object),
            Some(Kind::Authorization) => {
                let fact = order::authorization(&movement);
                // That it was captured is told by the capture, which has an event of its own.
                let fact = fact.filter(|fact| fact.event != payment::Event::Submit);
                (payment_of(&movement, &object), said(fact, &movement))
            }
            _ => (payment_of(&movement, &object), said(order::capture(&movement), &movement)),
        };
        Ok(self.notice(subject, fact, Some(&movement)))
    }

    /// A reversal or a dispute, from the API's own copy of the event.
    fn with_copy(&self, gateway: &str, copy: &Object<'_>) -> Result<Notice> {
        let bad = |why: &str| bad_response(gateway, why);
        if copy.text("id") != Some(self.id.as_str()) {
            return Err(bad("it is another event than was asked for"));
        }
        let (Some(name), Some(resource)) = (copy.text("event_type"), copy.object("resource"))
        else {
            return Err(bad("an event without type or resource"));
        };
        let (subject, fact) = match name {
            "PAYMENT.CAPTURE.REVERSED" => reversal(resource),
            _ if name.starts_with("CUSTOMER.DISPUTE.") => dispute(name, resource),
            _ => (Subject::Nothing, Fact::Unknown(name.to_owned())),
        };
        Ok(self.notice(subject, fact, None))
    }

    /// The mark is the event's id with what was asked for it. An id alone could be worn out: whoever crafts a body with
    /// the checksum of a genuine one chooses the id in it.
    fn notice(&self, subject: Subject, fact: Fact, movement: Option<&Movement<'_>>) -> Notice {
        let about = match (self.kind, &self.resource) {
            (None, _) => self.name.clone(),
            (Some(Kind::Copy), _) => "event".to_owned(),
            (Some(kind), Some(id)) => format!("{kind:?}/{id}").to_ascii_lowercase(),
            (Some(_), None) => "nothing".to_owned(),
        };
        Notice {
            mark: Mark { id: format!("{}/{about}", self.id), digest: None },
            subject,
            fact,
            redacted_body: self.redacted(movement),
        }
    }

    /// What the notice was made of, without the payer.
    fn redacted(&self, movement: Option<&Movement<'_>>) -> String {
        let mut members = vec![("id", self.id.as_str()), ("event_type", self.name.as_str())];
        members.extend(self.resource.as_deref().map(|id| ("resource", id)));
        if let Some(movement) = movement {
            members.push(("status", movement.status));
            members.extend(movement.custom_id.map(|id| ("custom_id", id)));
        }
        let mut text = String::from("{");
        for (name, value) in members {
            if text.len() > 1 {
                text.push(',');
            }
            write_text(&mut text, name);
            text.push(':');
            write_text(&mut text, value);
        }
        text + "}"
    }
}

fn is_word(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    (1..=WORD_MAX).contains(&text.len()) && text.bytes().all(plain)
}

/// The payment by the id that we gave it, else by the order that the movement belongs to.
fn payment_of(movement: &Movement<'_>, object: &Object<'_>) -> Subject {
    let related = object.object("supplementary_data").and_then(|data| data.object("related_ids"));
    match (movement.custom_id, related.and_then(|ids| id(ids, "order_id"))) {
        (Some(own), _) => Subject::payment(own),
        (None, Some(order)) => Subject::PaymentReference(order.to_owned()),
        (None, None) => Subject::Transaction(movement.id.to_owned()),
    }
}

fn said(fact: Option<PaymentFact>, movement: &Movement<'_>) -> Fact {
    match fact {
        Some(fact) => Fact::Payment(fact),
        None => Fact::Unknown(format!("{} is {}", movement.id, movement.status)),
    }
}

/// Ours by our id; every other one belongs to the capture that it goes back from.
fn refund(movement: &Movement<'_>, object: &Object<'_>) -> (Subject, Fact) {
    let Some(fact) = order::refund(movement) else {
        return (Subject::Nothing, Fact::Unknown(format!("a refund is {}", movement.status)));
    };
    let ours = movement.custom_id.and_then(|own| RefundId::parse(own).ok());
    match (ours, linked_id(object, "up", "/captures")) {
        (Some(own), _) => (Subject::Refund(own), Fact::Refund(fact)),
        (None, Some(capture)) => (Subject::Transaction(capture.to_owned()), Fact::Refund(fact)),
        (None, None) => {
            (Subject::Nothing, Fact::Unreadable("a refund without its capture".to_owned()))
        }
    }
}

/// PayPal or the payer's bank took the money back: lost like a dispute, and not a refund of ours.
fn reversal(resource: &Object<'_>) -> (Subject, Fact) {
    let movement = Movement::read(resource);
    let (Some(movement), Some(capture)) = (movement, linked_id(resource, "up", "/captures")) else {
        return (Subject::Nothing, Fact::Unreadable("a reversal without its capture".to_owned()));
    };
    let fact = DisputeFact {
        event: DisputeEvent::Lose,
        id: movement.id.to_owned(),
        amount: movement.amount,
        reason: Some("reversed".to_owned()),
    };
    (Subject::Transaction(capture.to_owned()), Fact::Dispute(fact))
}

fn dispute(name: &str, resource: &Object<'_>) -> (Subject, Fact) {
    let transactions = objects(resource, "disputed_transactions");
    let capture = transactions.first().and_then(|one| id(one, "seller_transaction_id"));
    let number = resource.text("dispute_id").filter(|text| is_word(text));
    let (Some(capture), Some(number)) = (capture, number) else {
        let why = "a dispute without its number or its capture".to_owned();
        return (Subject::Nothing, Fact::Unreadable(why));
    };
    let subject = Subject::Transaction(capture.to_owned());
    let outcome = resource.object("dispute_outcome").and_then(|o| o.text("outcome_code"));
    let event = match (name, outcome) {
        ("CUSTOMER.DISPUTE.CREATED", _) => DisputeEvent::Open,
        ("CUSTOMER.DISPUTE.RESOLVED", Some(outcome)) => match outcome_of(outcome) {
            Some(event) => event,
            None => return (subject, Fact::Unknown(format!("the outcome {outcome}"))),
        },
        ("CUSTOMER.DISPUTE.RESOLVED", None) => {
            return (subject, Fact::Unreadable("a resolved dispute without an outcome".to_owned()));
        }
        // It goes on: that it is open has been told.
        _ => return (subject, Fact::Unknown(name.to_owned())),
    };
    let fact = DisputeFact {
        event,
        id: number.to_owned(),
        amount: resource.object("dispute_amount").and_then(money::claim),
        reason: resource.text("reason").filter(|word| is_word(word)).map(str::to_ascii_lowercase),
    };
    (subject, Fact::Dispute(fact))
}

/// Who has the money after a dispute.
fn outcome_of(code: &str) -> Option<DisputeEvent> {
    match code {
        "RESOLVED_SELLER_FAVOUR" | "CANCELED_BY_BUYER" | "DENIED" => Some(DisputeEvent::Win),
        "RESOLVED_BUYER_FAVOUR" | "RESOLVED_WITH_PAYOUT" | "ACCEPTED" => Some(DisputeEvent::Lose),
        _ => None,
    }
}
