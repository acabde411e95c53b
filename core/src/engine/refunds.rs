//! Refunds: reserved before the gateway is asked, so that two at once cannot exceed what was collected; booked
//! when it paid, released when it did not. One refund here is at most one refund there.

use std::sync::Arc;

use super::Engine;
use super::books::Books;
use super::exchange::{Asked, Heard};
use super::idempotency::{IdempotencyKey, Known};
use super::orders::{ACTOR_MAX, TEXT_MAX};
use super::pay::{check_evidence, check_transaction};
use super::refund_open::Grant;
use super::refund_settle::{RefundSaid, Word};
use super::settle::Verdict;
use crate::error::{Code, Error, Result};
use crate::exception::Exception;
use crate::flow;
use crate::gateway::{PaymentIntent, RefundFact, RefundIntent};
use crate::id::{PaymentId, RefundId};
use crate::journal::SYSTEM;
use crate::money::Money;
use crate::order::Order;
use crate::payment::{Payment, State as PaymentState};
use crate::refund::{Event, Refund, Source};
use crate::store::sql::{orders, refunds};
use crate::text;

/// A refund to be made.
#[derive(Clone, Debug)]
pub struct NewRefund {
    /// The payment whose money goes back.
    pub payment: PaymentId,
    /// How much; all that can still be refunded unless said.
    pub amount: Option<Money>,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub actor: Option<String>,
    /// Only the intent is written; due work sends it, or the host does, step by step.
    pub intent_only: bool,
    /// Makes a repeated call answer with the first one's refund.
    pub idempotency_key: Option<IdempotencyKey>,
}

impl Engine {
    /// Reserves a refund and asks the gateway for it: at once, or after the commit where the caller's own transaction is
    /// open.
    pub fn refund(self: &Arc<Self>, new: NewRefund) -> Result<Refund> {
        text::line("reason", &new.reason, TEXT_MAX)?;
        let actor = new.actor.clone().unwrap_or_else(|| SYSTEM.to_owned());
        text::line("actor", &actor, ACTOR_MAX)?;
        let (key, mut intent_only) = (new.idempotency_key.clone(), new.intent_only);
        let (id, known) = self.transact(&actor, move |books| books.plan_refund(&new))?;
        if !known && !intent_only && self.store.in_transaction() {
            intent_only = true;
            self.send_refunds(&[id]);
        }
        if !known && !intent_only {
            let sent = self.send_refund(id);
            self.finish_call(key.as_ref())?;
            sent?;
        } else if !known {
            self.finish_call(key.as_ref())?;
        }
        self.find_refund(id)
    }

    /// A person confirms that a refund reached the payer, for gateways that cannot say so themselves.
    pub fn confirm_refund(
        self: &Arc<Self>,
        id: RefundId,
        actor: &str,
        reason: &str,
        transaction_id: Option<String>,
    ) -> Result<Refund> {
        check_evidence(actor, reason)?;
        check_transaction(transaction_id.as_deref())?;
        let known = self.find_refund(id)?;
        let gateway = self.gateway(&known.gateway)?;
        let facts = gateway.facts();
        if facts.queries && !facts.manual_confirmation {
            return Err(Error::new(Code::GatewayCannot)
                .with("gateway", &facts.name)
                .with("operation", "confirmation by hand; sync_refund asks the gateway itself"));
        }
        let reason = reason.to_owned();
        let (refund, more) = self.transact(actor, move |books| {
            let mut follow_up = Vec::new();
            let fact = RefundFact {
                transaction_id: transaction_id.clone(),
                ..RefundFact::plain(Event::Succeed)
            };
            let mut refund = books.refund(id)?;
            let word = Word::ByHand(&reason);
            let said = RefundSaid { fact: &fact, source: None, word };
            books.refund_said(&mut refund, said, &mut follow_up)?;
            Ok((refund, follow_up))
        })?;
        self.send_refunds(&more);
        Ok(refund)
    }

    /// Asks the gateway about a refund and records what it says.
    pub fn sync_refund(self: &Arc<Self>, id: RefundId) -> Result<Refund> {
        let refund = self.find_refund(id)?;
        let gateway = self.gateway(&refund.gateway)?;
        let (payment, asked) = self.refund_intents(&refund)?;
        let heard = self.exchange(&gateway, Asked::QueryRefund(asked), &payment)?;
        self.record_refund(&refund, heard, Word::Asked).map(|(refund, _)| refund)
    }

    /// Sends refunds that a unit of work left behind. What fails here stays pending, and due work sends it again.
    /// While the caller's own transaction is open, they are sent after its commit.
    pub(super) fn send_refunds(self: &Arc<Self>, ids: &[RefundId]) {
        if !ids.is_empty() && self.store.in_transaction() {
            let ids = ids.to_vec();
            return self.after_commit(move |engine| engine.send_refunds(&ids));
        }
        for id in ids {
            // The refund is on disk; its outcome is told by the journal, not by this call.
            drop(self.send_refund(*id));
        }
    }

    /// Sends a reserved refund: the same id is the same refund at the gateway, however often it is sent.
    pub(super) fn send_refund(self: &Arc<Self>, id: RefundId) -> Result<Refund> {
        let refund = self.find_refund(id)?;
        let gateway = self.gateway(&refund.gateway)?;
        let (payment, asked) = self.refund_intents(&refund)?;
        let heard = self.exchange(&gateway, Asked::Refund(asked), &payment)?;
        match self.record_refund(&refund, heard, Word::Unasked)? {
            // A message about it was faster than this answer, and says otherwise.
            (_, Verdict::Unconfirmed(id)) => self.sync_refund(id),
            (refund, _) => Ok(refund),
        }
    }

    pub(super) fn record_refund(
        self: &Arc<Self>,
        refund: &Refund,
        heard: Heard,
        word: Word<'static>,
    ) -> Result<(Refund, Verdict)> {
        let id = refund.id;
        let (refund, verdict, more) = self.transact(SYSTEM, move |books| {
            let mut follow_up = Vec::new();
            let mut refund = books.refund(id)?;
            let verdict = books.refund_heard(&mut refund, &heard, word, &mut follow_up)?;
            Ok((refund, verdict, follow_up))
        })?;
        self.send_refunds(&more);
        Ok((refund, verdict))
    }

    /// What a gateway is told about a refund and the payment behind it.
    pub(super) fn refund_intents(&self, refund: &Refund) -> Result<(PaymentIntent, RefundIntent)> {
        let asked = RefundIntent {
            transaction_id: refund.transaction_id.clone(),
            ..RefundIntent::new(refund.id, refund.money(), &refund.reason)
        };
        let of_payment = match refund.payment_id {
            Some(id) => Some(PaymentIntent::of(&self.payment(id)?)),
            None => None,
        };
        let payment = match (of_payment, refund.exception_id) {
            (Some(payment), None) => payment,
            (None, None) => return Err(Error::bug("a refund of nothing")),
            (of_payment, Some(id)) => suspended_intent(of_payment, &self.exception(id)?, refund),
        };
        Ok((payment, asked))
    }
}

/// What a gateway is told about money from suspense: it is the money of that transaction, whatever the payment that it
/// came for has collected otherwise, and whether or not we have that payment.
fn suspended_intent(
    of_payment: Option<PaymentIntent>,
    exception: &Exception,
    refund: &Refund,
) -> PaymentIntent {
    let transaction_id = exception.transaction_id.clone();
    let unknown = || PaymentIntent {
        id: PaymentId::from_bytes(refund.id.to_bytes()),
        reference: transaction_id.clone().unwrap_or_default(),
        amount: refund.money(),
        method: String::new(),
        manual_capture: false,
        description: refund.reason.clone(),
        return_url: None,
        expires_at: refund.created_at,
        transaction_id: None,
        created_at: refund.created_at,
        presentation: Default::default(),
    };
    let known = of_payment.unwrap_or_else(unknown);
    PaymentIntent { transaction_id: transaction_id.clone(), ..known }
}

impl Books<'_> {
    /// One refund. Fails with `refund_not_found`.
    pub(super) fn refund(&mut self, id: RefundId) -> Result<Refund> {
        refunds::find(self.connection, id)?
            .ok_or_else(|| Error::new(Code::RefundNotFound).with("refund", id))
    }

    /// The checks of a new refund and its reservation; answers with its id, and whether it was there already.
    fn plan_refund(&mut self, new: &NewRefund) -> Result<(RefundId, bool)> {
        if let Some(key) = &new.idempotency_key
            && let Known::Made(id) = key.look_up(self)?
        {
            return Ok((RefundId::from_bytes(id), true));
        }
        let mut payment = self.payment(new.payment)?;
        let amount = refund_amount(&payment, new.amount)?;
        let mut order = self.order(payment.order_id)?;
        let grant =
            Grant { source: Source::Order, amount, reason: &new.reason, exception: None, at: None };
        let id = self.open_refund(&mut payment, &mut order, &grant)?;
        self.asked_back(&mut order)?;
        orders::update(self.connection, &mut order, self.now)?;
        if let Some(key) = &new.idempotency_key {
            key.record(self, id.to_bytes(), true)?;
        }
        Ok((id, false))
    }

    /// Where everything collected is on its way back, the flow is told, if it has a word for it.
    pub(super) fn asked_back(&mut self, order: &mut Order) -> Result<()> {
        match order.refunded + order.refund_pending == order.paid {
            true => self.fire_if_possible(order, flow::REQUEST_REFUND, &mut Vec::new()),
            false => Ok(()),
        }
    }
}

/// How much a new refund is for. Fails with `payment_not_refundable`, `currency_mismatch`, `refund_exceeds`.
fn refund_amount(payment: &Payment, amount: Option<Money>) -> Result<i64> {
    if payment.state != PaymentState::Succeeded {
        return Err(Error::new(Code::NotRefundable)
            .with("payment", payment.id)
            .with("state", payment.state));
    }
    let available = payment.money(payment.refundable());
    let exceeds = |given: Money| {
        Error::new(Code::RefundExceeds).with("given", given).with("available", available)
    };
    let amount = match amount {
        Some(amount) => amount.positive()?,
        None if available.minor > 0 => available,
        None => return Err(exceeds(payment.money(payment.captured))),
    };
    if amount.currency != available.currency {
        return Err(Error::new(Code::CurrencyMismatch)
            .with("given", amount.currency)
            .with("expected", available.currency));
    }
    match amount.minor <= available.minor {
        true => Ok(amount.minor),
        false => Err(exceeds(amount)),
    }
}
