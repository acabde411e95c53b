//! What Stripe's messages say. Which objects matter is a table; the rest is on record and changes nothing. Nothing here
//! is reached before the signature was checked.

use super::Stripe;
use super::account::is_id;
use super::states::{self, Meaning, Unclear};
use super::wire::{Event as Message, Object, write_json};
use crate::error::{Code, Error, Result};
use crate::gateway::{Fact, Mark, Notice, PaymentFact, Subject};
use crate::id::RefundId;
use crate::payment::Event;

/// Snapshots and thin messages, by their `object`.
const SNAPSHOT: &str = "event";
const THIN: &str = "v2.core.event";
/// Longer ids than these are none of Stripe's.
const ID_BYTES_MAX: usize = 255;

impl Stripe {
    /// A genuine message. Fails with `wrong_mode`, `wrong_account` and `malformed`.
    pub(super) fn notice(&self, message: &Message<'_>) -> Result<Notice> {
        let malformed =
            |why: &str| Error::new(Code::Malformed).with("format", "event").with("why", why);
        let id = message.id.get().filter(|id| is_printable(id));
        let id = id.ok_or_else(|| malformed("it has no id"))?.to_owned();
        let live = message.livemode.ok_or_else(|| malformed("it does not say its mode"))?;
        self.check_bound(live, message)?;
        let kind = message.kind.get().ok_or_else(|| malformed("it does not say its type"))?;
        let data = message.data.as_ref().and_then(|data| data.object.as_deref());
        let nothing = Object::default();
        let object = match message.object.or_empty() {
            SNAPSHOT => data.ok_or_else(|| malformed("it carries no object"))?,
            THIN => message.related_object.as_deref().unwrap_or(&nothing),
            _ => return Err(malformed("it is no event")),
        };
        let (subject, fact) = match message.object.or_empty() {
            THIN => hinted(kind, object),
            _ => (subject(kind, object), fact(kind, object)),
        };
        let redacted_body = redacted(message, object);
        // A redelivery differs in `pending_webhooks`, so the id alone makes a message the same.
        Ok(Notice { mark: Mark { id, digest: None }, subject, fact, redacted_body })
    }

    /// A message belongs to one world and to one account: ours, or the connected one that we act for.
    fn check_bound(&self, live: bool, message: &Message<'_>) -> Result<()> {
        if live != self.facts.live {
            let word = |live| if live { "live" } else { "test" };
            return Err(Error::new(Code::WrongMode)
                .with("given", word(live))
                .with("expected", word(self.facts.live)));
        }
        let given = message.account.get().or(message.context.get());
        let expected = self.credentials.account.as_deref();
        match given == expected {
            true => Ok(()),
            false => Err(Error::new(Code::WrongAccount)
                .with("given", given.unwrap_or("of the platform itself"))
                .with("expected", expected.unwrap_or("the platform itself"))),
        }
    }
}

/// What happened, by the table of types. Types that say nothing more than others are left to those.
fn fact(kind: &str, object: &Object<'_>) -> Fact {
    let said = match kind {
        // Waiting for the payer, again or still: the outcome is open.
        "payment_intent.requires_action" | "payment_intent.payment_failed" => {
            Ok(Fact::Payment(PaymentFact::plain(Event::Submit)))
        }
        "payment_intent.processing"
        | "payment_intent.amount_capturable_updated"
        | "payment_intent.succeeded"
        | "payment_intent.canceled" => states::of_intent(object).and_then(|m| told(kind, m)),
        "charge.expired" => Ok(Fact::Payment(PaymentFact::plain(Event::Expire))),
        "checkout.session.completed"
        | "checkout.session.async_payment_succeeded"
        | "checkout.session.async_payment_failed"
        | "checkout.session.expired" => session(kind, object),
        // `charge.refunded` shows the charge: a sum that these messages give one by one.
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            states::of_refund(object).map(Fact::Refund)
        }
        "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.closed"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated" => states::of_dispute(object).map(Fact::Dispute),
        _ => return Fact::Unknown(kind.chars().take(ID_BYTES_MAX).collect()),
    };
    said.unwrap_or_else(Fact::Unreadable)
}

/// A message about an intent must not contradict the intent that it shows.
fn told(kind: &str, meaning: Meaning) -> Result<Fact, Unclear> {
    match (kind, meaning) {
        ("payment_intent.processing", Meaning::Said(fact)) if fact.event == Event::Submit => {
            Ok(Fact::Payment(fact))
        }
        ("payment_intent.succeeded", Meaning::Said(fact)) if fact.event == Event::Succeed => {
            Ok(Fact::Payment(fact))
        }
        ("payment_intent.amount_capturable_updated", Meaning::Said(fact))
            if matches!(fact.event, Event::Authorize | Event::Succeed) =>
        {
            Ok(Fact::Payment(fact))
        }
        ("payment_intent.canceled", Meaning::Said(fact))
            if matches!(fact.event, Event::Cancel | Event::Expire) =>
        {
            Ok(Fact::Payment(fact))
        }
        _ => Err(format!("{kind} shows an intent in another state")),
    }
}

/// A message about a session. Sessions that sell something else than our payments are not ours.
fn session(kind: &str, session: &Object<'_>) -> Result<Fact, Unclear> {
    let mode = session.mode.or_empty();
    if mode != "payment" {
        return Ok(Fact::Unknown(format!("{kind} in mode {mode:?}")));
    }
    let plain = |event| Ok(Fact::Payment(PaymentFact::plain(event)));
    match (kind, session.payment_status.or_empty()) {
        ("checkout.session.expired", _) => plain(Event::Expire),
        ("checkout.session.async_payment_failed", _) => {
            Ok(Fact::Payment(states::declined(session)))
        }
        (_, "paid") => {
            let intent = session.payment_intent.id().filter(|id| is_id(id, "pi_"));
            match states::moved(Event::Succeed, session, session.amount_total, intent)? {
                Meaning::Said(fact) => Ok(Fact::Payment(fact)),
                Meaning::Open => Err("a paid session that is open".to_owned()),
            }
        }
        // A slow method is under way, or the money is only held: the intent tells which.
        ("checkout.session.completed", "unpaid") => plain(Event::Submit),
        (_, other) => Err(format!("{kind} with payment status {other:?}")),
    }
}

/// Whom a message is about: by our label, else by Stripe's own numbers.
fn subject(kind: &str, object: &Object<'_>) -> Subject {
    let ours = object.payment_label().map(Subject::payment);
    let ours = ours.filter(|subject| matches!(subject, Subject::Payment(_)));
    let intent = object.payment_intent.id();
    let (family, rest) = kind.split_once('.').unwrap_or_default();
    match family {
        "payment_intent" | "checkout" => {
            ours.or(object.id.get().map(reference)).unwrap_or(Subject::Nothing)
        }
        "refund" => refund_subject(object),
        "charge" if rest.starts_with("refund.") => refund_subject(object),
        "charge" if rest.starts_with("dispute.") => {
            intent.map(transaction).unwrap_or(Subject::Nothing)
        }
        "charge" => ours.or(intent.map(reference)).unwrap_or(Subject::Nothing),
        _ => Subject::Nothing,
    }
}

/// One of our refunds, or one that was made in Stripe's dashboard.
fn refund_subject(object: &Object<'_>) -> Subject {
    match object.refund_label().map(RefundId::parse) {
        Some(Ok(id)) => Subject::Refund(id),
        _ => object.payment_intent.id().map(transaction).unwrap_or(Subject::Nothing),
    }
}

fn transaction(id: &str) -> Subject {
    Subject::Transaction(id.to_owned())
}

fn reference(id: &str) -> Subject {
    Subject::PaymentReference(id.to_owned())
}

/// A thin message names a thing without showing it: a reason to ask, where it is one that we could ask about.
fn hinted(kind: &str, related: &Object<'_>) -> (Subject, Fact) {
    match related.id.get().filter(|id| is_id(id, "pi_") || is_id(id, "cs_")) {
        Some(id) => (reference(id), Fact::Hint),
        None => (Subject::Nothing, Fact::Unknown(kind.chars().take(ID_BYTES_MAX).collect())),
    }
}

fn is_printable(id: &str) -> bool {
    id.len() <= ID_BYTES_MAX && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What a person needs who finds the message later: no secret, nothing about the payer.
fn redacted(message: &Message<'_>, object: &Object<'_>) -> String {
    // Each name brings the end of the value before it, so that little is written in many pieces.
    let texts = [
        (r#"{"id":""#, message.id.read()),
        (r#"","type":""#, message.kind.read()),
        (r#"","object":""#, object.id.read()),
        (r#"","payment_intent":""#, object.payment_intent.read()),
        (r#"","status":""#, object.status.read()),
        (r#"","payment_status":""#, object.payment_status.read()),
        (r#"","currency":""#, object.currency.read()),
    ];
    let numbers = [
        (r#"","amount":""#, object.amount),
        (r#"","amount_total":""#, object.amount_total),
        (r#"","amount_received":""#, object.amount_received),
    ];
    let mut out = String::with_capacity(320);
    for (name, text) in texts {
        let Some(text) = text else { continue };
        out.push_str(name);
        write_json(&mut out, text);
    }
    let mut digits = itoa::Buffer::new();
    for (name, number) in numbers {
        let Some(number) = number.0 else { continue };
        out.push_str(name);
        out.push_str(digits.format(number));
    }
    out.push_str(r#""}"#);
    out
}
