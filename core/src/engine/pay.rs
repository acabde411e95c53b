//! Payments: created, captured, confirmed by hand, given up, asked about. An intent is on disk before its request
//! leaves, and no request is sent inside a unit of work.

use std::sync::Arc;

use super::Engine;
use super::books::Books;
use super::exchange::{Asked, Heard};
use super::idempotency::{IdempotencyKey, Known};
use super::orders::{ACTOR_MAX, TEXT_MAX};
use super::pay_plan::{NewPayment, Plan};
use crate::error::{Code, Error, Result};
use crate::gateway::PaymentIntent;
use crate::id::{OrderId, PaymentId};
use crate::journal::SYSTEM;
use crate::machine;
use crate::money::Money;
use crate::payment::{self, Event, Payment, State};
use crate::store::sql::payments::{self, Target};
use crate::text;

/// A person's word that money came.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// The payment.
    pub payment: PaymentId,
    /// Who says so.
    pub actor: String,
    /// On what evidence.
    pub reason: String,
    /// The number on the bank statement, if there is one.
    pub transaction_id: Option<String>,
}

/// A payment that a call for a new one returns, and whether it existed before.
#[derive(Clone, Debug)]
pub struct Created {
    /// The payment.
    pub payment: Payment,
    /// It was there already.
    pub reused: bool,
}

impl Engine {
    /// Creates a payment for an order, or returns the active one that is the same.
    pub fn create_payment(self: &Arc<Self>, order: OrderId, new: NewPayment) -> Result<Created> {
        new.check()?;
        let plan = match self.plan_payment(order, &new)? {
            Plan::Close(expired) => {
                self.close_payment(expired)?;
                self.plan_payment(order, &new)?
            }
            plan => plan,
        };
        match plan {
            Plan::Ask(payment) => {
                let asked = self.ask_to_pay(&payment);
                self.finish_call(new.idempotency_key.as_ref())?;
                asked.map(|payment| Created { payment, reused: false })
            }
            Plan::Take(payment) if payment.action.is_none() && payment.state.is_active() => {
                // The first call's answer got lost: the same key brings the same payment at the gateway.
                self.ask_to_pay(&payment).map(|payment| Created { payment, reused: true })
            }
            Plan::Take(payment) => {
                still_good(&payment)?;
                Ok(Created { payment: *payment, reused: true })
            }
            Plan::Close(open) => Err(Error::new(Code::OutcomeUnknown).with("gateway", open)),
        }
    }

    fn plan_payment(self: &Arc<Self>, order: OrderId, new: &NewPayment) -> Result<Plan> {
        let new = new.clone();
        self.transact(SYSTEM, move |books| {
            if let Some(key) = &new.idempotency_key
                && let Known::Made(id) = key.look_up(books)?
            {
                let known = books.payment(PaymentId::from_bytes(id))?;
                return Ok(Plan::Take(Box::new(known)));
            }
            books.plan_payment(order, &new)
        })
    }

    /// The call behind a key is over, however it ended: a repeat need not wait for its lease.
    pub(super) fn finish_call(self: &Arc<Self>, key: Option<&IdempotencyKey>) -> Result<()> {
        let Some(key) = key.cloned() else { return Ok(()) };
        self.transact(SYSTEM, move |books| books.finish_key(&key))
    }

    /// Sends the intent of a payment and records the answer.
    fn ask_to_pay(self: &Arc<Self>, payment: &Payment) -> Result<Payment> {
        let gateway = self.gateway(&payment.gateway)?;
        let heard = self.exchange(&gateway, Asked::Pay, &PaymentIntent::of(payment))?;
        let asked = self.record(payment, heard)?;
        still_good(&asked)?;
        Ok(asked)
    }

    /// Records what a gateway answered about a payment, in one unit of work.
    pub(super) fn record(self: &Arc<Self>, payment: &Payment, heard: Heard) -> Result<Payment> {
        let id = payment.id;
        let heard = Arc::new(heard);
        let (payment, refunds) = self.transact(SYSTEM, move |books| {
            let mut follow_up = Vec::new();
            let mut target = books.target(id, heard.transaction_id())?;
            books.heard(&mut target, &heard, &mut follow_up)?;
            books.ask_again_later(&mut target.payment)?;
            Ok((target.payment, follow_up))
        })?;
        self.send_refunds(&refunds);
        Ok(payment)
    }

    /// Collects held money: all of it, or less. Fails with `transition` unless money is held.
    pub fn capture_payment(
        self: &Arc<Self>,
        id: PaymentId,
        amount: Option<Money>,
    ) -> Result<Payment> {
        let payment = self.payment(id)?;
        let gateway = self.gateway(&payment.gateway)?;
        if payment.state == State::Succeeded {
            return Ok(payment);
        }
        if payment.state != State::Authorized {
            return Err(impossible(&payment, "capture"));
        }
        let whole = payment.money(payment.amount);
        let amount = amount.unwrap_or(whole).positive()?;
        if amount.currency != whole.currency || amount.minor > whole.minor {
            return Err(Error::new(Code::AmountMismatch)
                .with("payment_amount", amount)
                .with("order_amount", whole));
        }
        let heard =
            self.exchange(&gateway, Asked::Capture(amount), &PaymentIntent::of(&payment))?;
        let captured = self.record(&payment, heard)?;
        still_good(&captured)?;
        Ok(captured)
    }

    /// A person confirms that money came, for gateways that cannot say so themselves.
    pub fn confirm_payment(self: &Arc<Self>, confirmation: Confirmation) -> Result<Payment> {
        let evidence = check_evidence(&confirmation.actor, &confirmation.reason);
        evidence.and(check_transaction(confirmation.transaction_id.as_deref()))?;
        let payment = self.payment(confirmation.payment)?;
        let gateway = self.gateway(&payment.gateway)?;
        let facts = gateway.facts();
        if facts.queries && !facts.manual_confirmation {
            return Err(Error::new(Code::GatewayCannot)
                .with("gateway", &facts.name)
                .with("operation", "confirmation by hand; sync_payment asks the gateway itself"));
        }
        let actor = confirmation.actor.clone();
        let (payment, refunds) = self.transact(&actor, move |books| {
            let mut follow_up = Vec::new();
            let payment = books.confirm(&confirmation, &mut follow_up)?;
            Ok((payment, follow_up))
        })?;
        self.send_refunds(&refunds);
        Ok(payment)
    }

    /// Gives a payment up: closes it at the gateway first. Fails with `paid` when the payer was faster.
    pub fn cancel_payment(self: &Arc<Self>, id: PaymentId, actor: &str) -> Result<Payment> {
        text::line("actor", actor, ACTOR_MAX)?;
        let payment = self.payment(id)?;
        match payment::answer(payment.state, Event::Cancel) {
            machine::Answer::To(_) => {}
            machine::Answer::Refused => return Err(paid(&payment)),
            _ => return Ok(payment),
        }
        let gateway = self.gateway(&payment.gateway)?;
        let heard = self.exchange(&gateway, Asked::Cancel, &PaymentIntent::of(&payment))?;
        let cancelled = self.record(&payment, heard)?;
        match cancelled.state {
            State::Cancelled => Ok(cancelled),
            State::Succeeded => Err(paid(&cancelled)),
            state if state.is_active() => {
                Err(Error::new(Code::OutcomeUnknown).with("gateway", &cancelled.gateway))
            }
            _ => Ok(cancelled),
        }
    }

    /// Asks the gateway about a payment and records what it says.
    pub fn sync_payment(self: &Arc<Self>, id: PaymentId) -> Result<Payment> {
        let payment = self.payment(id)?;
        let gateway = self.gateway(&payment.gateway)?;
        let heard = self.ask(&gateway, &payment)?;
        self.record(&payment, heard)
    }
}

impl Books<'_> {
    /// One payment. Fails with `payment_not_found`.
    pub(super) fn payment(&mut self, id: PaymentId) -> Result<Payment> {
        payments::find(self.connection, id)?
            .ok_or_else(|| Error::new(Code::PaymentNotFound).with("payment", id))
    }

    /// A payment with its order, and who has the transaction. Fails with `payment_not_found`.
    pub(super) fn target(&mut self, id: PaymentId, transaction: Option<&str>) -> Result<Target> {
        let payment = self.payment(id)?;
        payments::target(self.connection, id, &payment.gateway, transaction)?
            .ok_or_else(|| Error::bug("a payment without an order"))
    }
}

/// A payment that can go on, or the error that ended it.
fn still_good(payment: &Payment) -> Result<()> {
    if payment.state != State::Failed {
        return Ok(());
    }
    let word = payment.failure_code.as_deref().unwrap_or_default();
    let reason = payment.failure_message.as_deref().unwrap_or(word);
    let code = Code::ALL.iter().copied().find(|c| c.as_str() == word);
    Err(Error::new(code.unwrap_or(Code::PaymentDeclined))
        .with("reason", reason)
        .with("decline_code", word)
        .with("gateway", &payment.gateway)
        .with("payment", payment.id))
}

fn paid(payment: &Payment) -> Error {
    Error::new(Code::Paid).with("payment", payment.id)
}

pub(super) fn impossible(payment: &Payment, event: &str) -> Error {
    let possible: Vec<_> = payment::possible(payment.state).map(Event::as_str).collect();
    Error::new(Code::Transition)
        .with("subject", payment.id)
        .with("state", payment.state)
        .with("event", event)
        .with("possible", possible.join(", "))
}

/// Acting by hand needs a name and a reason. Fails with `manual_evidence`.
pub(super) fn check_evidence(actor: &str, reason: &str) -> Result<()> {
    for (name, value) in [("actor", actor), ("reason", reason)] {
        if value.trim().is_empty() {
            return Err(Error::new(Code::ManualEvidence).with("missing", name));
        }
    }
    text::line("actor", actor, ACTOR_MAX)?;
    text::line("reason", reason, TEXT_MAX)
}

pub(super) fn check_transaction(transaction_id: Option<&str>) -> Result<()> {
    transaction_id.map_or(Ok(()), |id| text::transaction_id("transaction_id", id))
}
