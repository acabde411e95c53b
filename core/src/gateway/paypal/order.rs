//! What an order says about its payment. The captures and authorizations in it count for more than its own status; a
//! word that we do not know is an unusable answer, never a guess.

use super::bad_response;
use super::wire::{self, Movement, link, objects};
use crate::error::Result;
use crate::gateway::{
    Action, Answer, Decline, Operation, PaymentFact, PaymentIntent, RefundFact, RefundIntent,
};
use crate::json::Object;
use crate::payment::Event;
use crate::refund;

/// Where the payer goes to agree: the one relation with a payment source, the other without.
const APPROVE: [&str; 2] = ["payer-action", "approve"];

/// The order that we know under this id, or nothing where it never got one.
pub(super) fn id_of(payment: &PaymentIntent) -> Option<&str> {
    Some(payment.reference.as_str()).filter(|id| payment.is_named_there() && wire::is_id(id))
}

/// Reads an order as an answer about its payment. Fails with `bad_response`, also where it is another payment's order.
pub(super) fn read(gateway: &str, payment: &PaymentIntent, order: &Object<'_>) -> Result<Answer> {
    let bad = |why: &str| Err(bad_response(gateway, why));
    let Some(id) = wire::id(order, "id") else { return bad("it is not an order") };
    if id_of(payment).is_some_and(|known| known != id) {
        return bad("it is another order");
    }
    let units = objects(order, "purchase_units");
    let own = payment.id.to_string();
    if units.len() > 1 || units.iter().any(|unit| unit.text("custom_id") != Some(own.as_str())) {
        return bad("it is another payment's order");
    }
    if let Some(unit) = units.first()
        && let Some(answer) = moved(gateway, unit)?
    {
        return Ok(answer);
    }
    match order.text("status") {
        Some("CREATED" | "SAVED" | "PAYER_ACTION_REQUIRED") => Ok(waiting(id, order)),
        Some("APPROVED") => Ok(Answer::Agreed),
        Some("VOIDED") => Ok(Answer::Payment(PaymentFact::plain(Event::Cancel))),
        Some("COMPLETED") => bad("a completed order without a movement of money"),
        _ => bad("the order's status is a word that we do not know"),
    }
}

/// An order that was not carried out is closed by our own word: only we could turn the payer's consent into money.
pub(super) fn closed(answer: Answer) -> Answer {
    match answer {
        Answer::Waiting { .. } | Answer::Agreed => {
            Answer::Payment(PaymentFact::plain(Event::Cancel))
        }
        answer => answer,
    }
}

/// The payer has to act. Without an address to go to, the action that is known stays as it is.
fn waiting(id: &str, order: &Object<'_>) -> Answer {
    match link(order, &APPROVE) {
        Some(url) => Answer::Waiting {
            action: Action::redirect(url.to_owned()),
            reference: Some(id.to_owned()),
        },
        None => Answer::Payment(PaymentFact::plain(Event::Submit)),
    }
}

/// What the movements of money in a unit say together: money that came before money that is held, that before what is
/// open, that before what did not work.
fn moved(gateway: &str, unit: &Object<'_>) -> Result<Option<Answer>> {
    let Some(payments) = unit.object("payments") else { return Ok(None) };
    let mut found: Option<PaymentFact> = None;
    let kinds: [(&str, Reader); 2] = [("captures", capture), ("authorizations", authorization)];
    for (kind, fact_of) in kinds {
        for object in objects(payments, kind) {
            let movement = Movement::read(object);
            let fact = movement.as_ref().and_then(fact_of);
            let Some(fact) = fact else {
                return Err(bad_response(gateway, "a movement of money that we cannot read"));
            };
            if found.as_ref().is_none_or(|known| weight(&fact) > weight(known)) {
                found = Some(fact);
            }
        }
    }
    Ok(found.map(Answer::Payment))
}

type Reader = fn(&Movement<'_>) -> Option<PaymentFact>;

fn weight(fact: &PaymentFact) -> u8 {
    match fact.event {
        Event::Succeed => 4,
        Event::Authorize => 3,
        Event::Submit => 2,
        Event::Fail => 1,
        Event::Cancel | Event::Expire => 0,
    }
}

/// What a capture says. Nothing for a word that we do not know.
pub(super) fn capture(capture: &Movement<'_>) -> Option<PaymentFact> {
    match capture.status {
        "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => Some(brought(Event::Succeed, capture)),
        "PENDING" => Some(PaymentFact::plain(Event::Submit)),
        "DECLINED" | "FAILED" => Some(declined(capture)),
        _ => None,
    }
}

/// What an authorization says. One that was captured says no more than that: the capture says the rest.
pub(super) fn authorization(authorization: &Movement<'_>) -> Option<PaymentFact> {
    match authorization.status {
        "CREATED" => Some(brought(Event::Authorize, authorization)),
        "PENDING" | "CAPTURED" | "PARTIALLY_CAPTURED" => Some(PaymentFact::plain(Event::Submit)),
        "DENIED" => Some(declined(authorization)),
        "VOIDED" => Some(PaymentFact::plain(Event::Cancel)),
        "EXPIRED" => Some(PaymentFact::plain(Event::Expire)),
        _ => None,
    }
}

fn brought(event: Event, movement: &Movement<'_>) -> PaymentFact {
    PaymentFact {
        amount: movement.amount.clone(),
        transaction_id: Some(movement.id.to_owned()),
        ..PaymentFact::plain(event)
    }
}

fn declined(movement: &Movement<'_>) -> PaymentFact {
    let decline = Decline {
        code: movement.reason.map_or("declined".to_owned(), str::to_ascii_lowercase),
        message: "PayPal did not accept the payment; please choose another way to pay.".to_owned(),
    };
    PaymentFact { decline: Some(decline), ..PaymentFact::plain(Event::Fail) }
}

/// Reads what a capture of held money, or its release, answered. Fails with `bad_response`.
pub(super) fn read_movement(
    gateway: &str,
    operation: Operation<'_>,
    object: &Object<'_>,
) -> Result<Answer> {
    let movement = Movement::read(object);
    let fact_of: Reader = match operation {
        Operation::Cancel => authorization,
        _ => capture,
    };
    match movement.as_ref().and_then(fact_of) {
        Some(fact) => Ok(Answer::Payment(fact)),
        None => Err(bad_response(gateway, "a movement of money that we cannot read")),
    }
}

/// What a refund says. Nothing for a word that we do not know.
pub(super) fn refund(refund: &Movement<'_>) -> Option<RefundFact> {
    let event = match refund.status {
        "COMPLETED" => refund::Event::Succeed,
        "PENDING" => refund::Event::Accept,
        "FAILED" => refund::Event::Fail,
        "CANCELLED" => refund::Event::Cancel,
        _ => return None,
    };
    let decline = (event == refund::Event::Fail).then(|| Decline {
        code: refund.reason.map_or("failed".to_owned(), str::to_ascii_lowercase),
        message: "PayPal could not pay the money back.".to_owned(),
    });
    Some(RefundFact {
        amount: refund.amount.clone(),
        transaction_id: Some(refund.id.to_owned()),
        decline,
        ..RefundFact::plain(event)
    })
}

/// The refund of this intent among those that an order lists.
///
/// PayPal finds a refund only by its own id, which an intent does not carry. Sending the refund again under the same id
/// would tell its state as well, but would make it where the first request never arrived; a question must move nothing.
/// So the order is read, and our id is looked for in its refunds.
pub(super) fn find_refund(
    gateway: &str,
    order: &Object<'_>,
    intent: &RefundIntent,
) -> Result<Answer> {
    let own = intent.id.to_string();
    for unit in objects(order, "purchase_units") {
        let refunds = unit.object("payments").map(|p| objects(p, "refunds")).unwrap_or_default();
        let is_ours = |o: &&&Object<'_>| {
            [o.text("custom_id"), o.text("invoice_id")].contains(&Some(own.as_str()))
        };
        if let Some(object) = refunds.iter().find(is_ours) {
            return read_refund(gateway, object);
        }
    }
    Ok(Answer::NotFound)
}

/// Reads a refund as an answer. Fails with `bad_response`.
pub(super) fn read_refund(gateway: &str, object: &Object<'_>) -> Result<Answer> {
    let movement = Movement::read(object);
    match movement.as_ref().and_then(refund) {
        Some(fact) => Ok(Answer::Refund(fact)),
        None => Err(bad_response(gateway, "a refund that we cannot read")),
    }
}

/// The authorization in an order that still holds money.
pub(super) fn hold(order: &Object<'_>) -> Option<String> {
    let units = objects(order, "purchase_units");
    let payments = units.first().and_then(|unit| unit.object("payments"))?;
    let open = |o: &&Object<'_>| matches!(o.text("status"), Some("CREATED" | "PENDING"));
    let found = objects(payments, "authorizations").into_iter().find(open)?;
    wire::id(found, "id").map(str::to_owned)
}
