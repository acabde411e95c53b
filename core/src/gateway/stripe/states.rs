//! The tables: where Stripe's objects stand becomes what happened to ours. A word that is not in a table is an error in
//! words, never a guess.

use super::account::is_id;
use super::amounts;
use super::trouble::decline;
use super::wire::{Object, Whole};
use crate::gateway::{Claim, Decline, DisputeEvent, DisputeFact, PaymentFact, RefundFact};
use crate::payment::Event;
use crate::refund;

/// What an object says about its payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It waits for the payer.
    Open,
    /// Something happened.
    Said(PaymentFact),
}

/// Why an object could not be read, in words.
pub(super) type Unclear = String;

/// A Payment Intent. A declined card brings it back to `requires_payment_method`: it waits again, nothing is over.
pub(super) fn of_intent(intent: &Object<'_>) -> Result<Meaning, Unclear> {
    let plain = |event| Ok(Meaning::Said(PaymentFact::plain(event)));
    match intent.status.or_empty() {
        "requires_payment_method" | "requires_confirmation" | "requires_action" => {
            Ok(Meaning::Open)
        }
        "processing" => plain(Event::Submit),
        "requires_capture" => money(Event::Authorize, intent, intent.amount_capturable, intent),
        "succeeded" => money(Event::Succeed, intent, intent.amount_received, intent),
        "canceled" => plain(match intent.cancellation_reason.or_empty() {
            // Stripe closed it: the hold ran out, or its time did.
            "automatic" | "expired" => Event::Expire,
            _ => Event::Cancel,
        }),
        other => Err(format!("an intent is {other:?}")),
    }
}

/// A Checkout Session, with its intent where that was asked for.
pub(super) fn of_session(session: &Object<'_>) -> Result<Meaning, Unclear> {
    match (session.status.or_empty(), session.payment_intent.object()) {
        ("open", _) => Ok(Meaning::Open),
        ("expired", _) => Ok(Meaning::Said(PaymentFact::plain(Event::Expire))),
        ("complete", Some(intent)) => match of_intent(intent)? {
            // The payer has left the page: what is declined now is declined for good.
            Meaning::Open => Ok(Meaning::Said(declined(intent))),
            said => Ok(said),
        },
        ("complete", None) => Err("a complete session has no intent".to_owned()),
        (other, _) => Err(format!("a session is {other:?}")),
    }
}

/// A failure with its reason, as far as there is one.
pub(super) fn declined(object: &Object<'_>) -> PaymentFact {
    let decline = decline(object.last_payment_error.as_deref());
    PaymentFact { decline: Some(decline), ..PaymentFact::plain(Event::Fail) }
}

/// Money that is held or collected: `amount` of `named`, moved by the intent `intent`.
pub(super) fn money(
    event: Event,
    named: &Object<'_>,
    amount: Whole,
    intent: &Object<'_>,
) -> Result<Meaning, Unclear> {
    let transaction = intent.id.get().filter(|id| is_id(id, "pi_"));
    moved(event, named, amount, transaction)
}

/// The same, by the intent's id.
pub(super) fn moved(
    event: Event,
    named: &Object<'_>,
    amount: Whole,
    transaction: Option<&str>,
) -> Result<Meaning, Unclear> {
    let transaction = transaction.ok_or("money moved, and no intent is named")?;
    Ok(Meaning::Said(PaymentFact {
        amount: Some(claimed(named, amount)?),
        transaction_id: Some(transaction.to_owned()),
        ..PaymentFact::plain(event)
    }))
}

fn claimed(object: &Object<'_>, amount: Whole) -> Result<Claim, Unclear> {
    let wire = amount.0.ok_or("it names no amount")?;
    let currency = object.currency.get().ok_or("it names no currency")?;
    amounts::claim(wire, currency).ok_or_else(|| format!("{wire} is no amount of {currency:?}"))
}

/// A refund. `succeeded` may still turn into `failed`, weeks later.
pub(super) fn of_refund(object: &Object<'_>) -> Result<RefundFact, Unclear> {
    let event = match object.status.or_empty() {
        "pending" | "requires_action" => refund::Event::Accept,
        "succeeded" => refund::Event::Succeed,
        "failed" => refund::Event::Fail,
        "canceled" => refund::Event::Cancel,
        other => return Err(format!("a refund is {other:?}")),
    };
    // Refunds of other methods than cards are numbered with `pyr_`.
    let number = object.id.get().filter(|id| is_id(id, "re_") || is_id(id, "pyr_"));
    let decline = (event == refund::Event::Fail).then(|| Decline {
        code: object.failure_reason.get().unwrap_or("unknown").to_owned(),
        message: "The refund could not be paid out.".to_owned(),
    });
    Ok(RefundFact {
        amount: Some(claimed(object, object.amount)?),
        transaction_id: Some(number.ok_or("a refund has no number")?.to_owned()),
        decline,
        ..RefundFact::plain(event)
    })
}

/// A dispute. An inquiry takes no money yet, but evidence is due as well; where it is closed, the money stays.
pub(super) fn of_dispute(object: &Object<'_>) -> Result<DisputeFact, Unclear> {
    let event = match object.status.or_empty() {
        "needs_response"
        | "under_review"
        | "warning_needs_response"
        | "warning_under_review"
        | "appeal_needs_response"
        | "appeal_under_review" => DisputeEvent::Open,
        "won" | "warning_closed" => DisputeEvent::Win,
        "lost" => DisputeEvent::Lose,
        other => return Err(format!("a dispute is {other:?}")),
    };
    Ok(DisputeFact {
        event,
        id: object.id.get().ok_or("a dispute has no number")?.to_owned(),
        amount: Some(claimed(object, object.amount)?),
        reason: object.reason.get().map(str::to_owned),
    })
}
