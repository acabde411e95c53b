//! The pretend provider's own book: what it was asked for and what became of it. It knows only what requests,
//! tokens and its script told it, never what the engine thinks.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Secrets;
use super::entry::{Entry, RefundEntry};
use super::script::{Outcome, RefundOutcome, Script, Trouble};
use super::trigger::transaction_number;
use super::wire::{Body, PaymentObject, RefundObject, RefundOrder, Status, Terms};
use crate::error::Result;
use crate::id::PaymentId;

/// Beyond this many payments the oldest are forgotten, which the tokens and requests make good.
const PAYMENTS_MAX: usize = 100_000;

/// What the provider has besides its book.
pub(super) struct Office {
    pub(super) secrets: Secrets,
    /// The checkout page's address up to the token.
    pub(super) checkout: String,
}

/// What the provider does with a request, before it becomes a response.
pub(super) enum Deed {
    Payment(PaymentObject),
    Refund(RefundObject),
    /// Status, code and sentence of a refusal.
    Refused(u16, &'static str, &'static str),
    /// Something happened, or not, on the way.
    Trouble(Trouble),
    /// It was done, but the reply got lost.
    Lost,
}

#[derive(Default)]
pub(super) struct Book {
    entries: BTreeMap<PaymentId, Entry>,
    /// Creations that certainly never took place; to be asked about them is to know nothing.
    absent: BTreeSet<PaymentId>,
    payment_script: VecDeque<Outcome>,
    refund_script: VecDeque<RefundOutcome>,
    pub(super) payments_created: u64,
    pub(super) refunds_created: u64,
}

const UNKNOWN: Deed = Deed::Refused(404, "not_found", "There is no such payment or refund.");
const OTHER_TERMS: Deed =
    Deed::Refused(409, "idempotency", "The same id came before with other terms.");

impl Book {
    pub(super) fn extend_script(&mut self, script: Script) {
        self.payment_script.extend(script.payments);
        self.refund_script.extend(script.refunds);
    }

    pub(super) fn entry(&self, id: PaymentId) -> Option<&Entry> {
        self.entries.get(&id)
    }

    /// The payment, restored from its terms if it was forgotten.
    pub(super) fn restored(&mut self, id: PaymentId, terms: &Terms) -> &mut Entry {
        self.absent.remove(&id);
        while self.entries.len() >= PAYMENTS_MAX && !self.entries.contains_key(&id) {
            self.entries.pop_first();
        }
        self.entries.entry(id).or_insert_with(|| Entry::open(terms.clone()))
    }

    pub(super) fn create(&mut self, id: PaymentId, body: &Body, office: &Office) -> Result<Deed> {
        if let Some(known) = self.entries.get(&id) {
            return match known.has_same_terms(&body.payment) {
                true => known.object(office).map(Deed::Payment),
                false => Ok(OTHER_TERMS),
            };
        }
        let outcome = self.payment_script.pop_front().unwrap_or(Outcome::NeedsAction);
        if let Outcome::Trouble(trouble) = outcome
            && trouble != Trouble::Garbage
        {
            self.absent.insert(id);
            return Ok(Deed::Trouble(trouble));
        }
        self.payments_created += 1;
        let entry = self.restored(id, &body.payment);
        entry.begin(&outcome);
        Ok(match outcome {
            Outcome::LostReply | Outcome::LostSuccess => Deed::Lost,
            Outcome::Trouble(trouble) => Deed::Trouble(trouble),
            _ => Deed::Payment(entry.object(office)?),
        })
    }

    pub(super) fn capture(&mut self, id: PaymentId, body: &Body, office: &Office) -> Result<Deed> {
        let forgotten = !self.entries.contains_key(&id);
        let Some(entry) = self.recall(id, body, office) else { return Ok(UNKNOWN) };
        // Only a hold is ever captured, so a capture is how a forgotten hold is remembered.
        if forgotten && entry.terms.manual_capture && entry.status == Status::Open {
            entry.status = Status::Authorized;
        }
        let amount = body.capture_amount.unwrap_or(entry.terms.amount);
        match entry.status {
            Status::Authorized if (1..=entry.terms.amount).contains(&amount) => {
                entry.collect(amount)
            }
            Status::Authorized => {
                return Ok(Deed::Refused(422, "amount", "More than was authorized."));
            }
            Status::Succeeded if entry.collected == amount => {}
            _ => return Ok(Deed::Refused(409, "not_authorized", "The payment is not held.")),
        }
        entry.object(office).map(Deed::Payment)
    }

    pub(super) fn cancel(&mut self, id: PaymentId, body: &Body, office: &Office) -> Result<Deed> {
        let Some(entry) = self.recall(id, body, office) else { return Ok(UNKNOWN) };
        if matches!(entry.status, Status::Open | Status::Processing | Status::Authorized) {
            entry.status = Status::Cancelled;
        }
        entry.object(office).map(Deed::Payment)
    }

    pub(super) fn query(&mut self, id: PaymentId, body: &Body, office: &Office) -> Result<Deed> {
        let Some(entry) = self.recall(id, body, office) else { return Ok(UNKNOWN) };
        if entry.status == Status::Processing && entry.queries_left > 0 {
            entry.queries_left -= 1;
            if entry.queries_left == 0 {
                entry.pay();
            }
        }
        entry.object(office).map(Deed::Payment)
    }

    pub(super) fn refund(
        &mut self,
        id: PaymentId,
        body: &Body,
        order: &RefundOrder,
        office: &Office,
    ) -> Deed {
        let Some(entry) = self.recall(id, body, office) else { return UNKNOWN };
        if let Some(deed) = without_refunding(entry, order) {
            return deed;
        }
        let outcome = self.refund_script.pop_front().unwrap_or(RefundOutcome::Success);
        match outcome {
            RefundOutcome::Trouble(trouble) if trouble != Trouble::Garbage => {
                return Deed::Trouble(trouble);
            }
            _ => self.refunds_created += 1,
        }
        let refund = RefundEntry::begin(order.clone(), &outcome);
        let object = refund.object(&body.payment.id);
        // The entry was found above; it is looked up again only because the script was read in between.
        self.restored(id, &body.payment).refunds.insert(order.id.clone(), refund);
        match outcome {
            RefundOutcome::LostReply => Deed::Lost,
            RefundOutcome::Trouble(trouble) => Deed::Trouble(trouble),
            _ => Deed::Refund(object),
        }
    }

    pub(super) fn query_refund(&self, id: PaymentId, order: &RefundOrder) -> Deed {
        let entry = self.entries.get(&id);
        match entry.and_then(|e| e.refunds.get(&order.id).map(|refund| refund.object(&e.terms.id)))
        {
            Some(object) => Deed::Refund(object),
            None => UNKNOWN,
        }
    }

    /// The payment as the provider remembers it, or can remember it from what the request carries.
    fn recall(&mut self, id: PaymentId, body: &Body, office: &Office) -> Option<&mut Entry> {
        let proven =
            body.transaction_id.as_deref().and_then(|n| proven_minor(n, &body.payment, office));
        if proven.is_none() && self.absent.contains(&id) {
            return None;
        }
        let entry = self.restored(id, &body.payment);
        match proven {
            Some(minor) if entry.status != Status::Succeeded => entry.collect(minor),
            _ => {}
        }
        Some(entry)
    }
}

/// The answer to a refund that is known already, or that the payment does not allow.
fn without_refunding(entry: &Entry, order: &RefundOrder) -> Option<Deed> {
    let left = entry.collected.saturating_sub(entry.refunded());
    match entry.refunds.get(&order.id) {
        Some(known) if known.has_same_terms(order) => {
            Some(Deed::Refund(known.object(&entry.terms.id)))
        }
        Some(_) => Some(OTHER_TERMS),
        None if entry.status != Status::Succeeded || order.currency != entry.terms.currency => {
            Some(Deed::Refused(422, "not_refundable", "There is no such money to pay back."))
        }
        None if !(1..=left).contains(&order.amount) => {
            Some(Deed::Refused(422, "refund_exceeds", "More than is left of the payment."))
        }
        None => None,
    }
}

/// How much a transaction number of ours says was collected for this payment.
fn proven_minor(number: &str, terms: &Terms, office: &Office) -> Option<i64> {
    let minor = number.strip_prefix("mtx_")?.split_once('_')?.0.parse().ok()?;
    let secrets = &office.secrets;
    secrets
        .all()
        .any(|secret| transaction_number(secret, &terms.id, minor, &terms.currency) == number)
        .then_some(minor)
}
