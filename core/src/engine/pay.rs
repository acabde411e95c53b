//! Payments: created, captured, confirmed by hand, given up, asked about. An intent is on disk before its request
//! leaves, and no request is sent inside a unit of work.

use std::sync::Arc;

use super::Engine;
use super::books::Books;
use super::exchange::{Asked, Heard};
use super::idempotency::{IdempotencyKey, Known};
use super::orders::{ACTOR_MAX, TEXT_MAX};
use super::pay_plan::{NewPayment, Plan};
use super::pay_record::Wish;
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

/// What one account made of a call for a new payment.
enum Attempt {
    Made(Box<Created>),
    /// Nothing happened there, for this reason: the account after this one may be tried.
    Nothing(Error, Option<String>),
}

impl Attempt {
    fn made(payment: Payment, reused: bool) -> Self {
        Attempt::Made(Box::new(Created { payment, reused }))
    }
}

impl Engine {
    /// Creates a payment for an order, or returns the active one that is the same. Where the account certainly did
    /// nothing (unreachable, busy, or not taking our keys), the next one of `fallback` is tried.
    pub fn create_payment(self: &Arc<Self>, order: OrderId, new: NewPayment) -> Result<Created> {
        new.check()?;
        let mut attempt = new.clone();
        if !new.fallback.is_empty() {
            self.order(order)?;
            attempt.method = Some(new.fallback_method(self)?);
        }
        if self.store.in_transaction() && !new.intent_only {
            return self.create_in_transaction(order, new, attempt);
        }
        let made = self.create_once(order, &attempt);
        self.create_or_fall_back(order, &new, attempt, made)
    }

    /// The caller's own transaction is open: only the intent is written, and sent once it is durable.
    fn create_in_transaction(
        self: &Arc<Self>,
        order: OrderId,
        new: NewPayment,
        mut attempt: NewPayment,
    ) -> Result<Created> {
        attempt.intent_only = true;
        let made = self.create_once(order, &attempt);
        let created = self.create_or_fall_back(order, &new, attempt.clone(), made)?;
        let unsent = created.payment.action.is_none() && created.payment.state == State::Init;
        if unsent {
            let id = created.payment.id;
            attempt.intent_only = false;
            self.after_commit(move |engine| drop(engine.send_intent(order, id, &new, attempt)));
        }
        Ok(created)
    }

    /// Sends an intent that became durable with the caller's transaction. Nobody waits for the answer: a failure is told by
    /// the journal, and another call for the same payment sends it again.
    fn send_intent(
        self: &Arc<Self>,
        order: OrderId,
        id: PaymentId,
        new: &NewPayment,
        attempt: NewPayment,
    ) -> Result<()> {
        let payment = self.payment(id)?;
        if payment.action.is_some() || payment.state != State::Init {
            return Ok(());
        }
        let made = self.first_try(payment, false);
        self.create_or_fall_back(order, new, attempt, made).map(drop)
    }

    /// What one account made of it; where it certainly did nothing, what the next ones make of it.
    fn create_or_fall_back(
        self: &Arc<Self>,
        order: OrderId,
        new: &NewPayment,
        mut attempt: NewPayment,
        mut made: Result<Attempt>,
    ) -> Result<Created> {
        loop {
            let (error, account) = match made {
                Ok(Attempt::Made(created)) => return Ok(*created),
                Ok(Attempt::Nothing(error, account)) => (error, account),
                // The key is this call's own only after the call has written something.
                Err(error) if !attempt.instead => return Err(error),
                Err(error) => {
                    self.finish_call(new.idempotency_key.as_ref())?;
                    return Err(error);
                }
            };
            let Some(account) = new.account_after(account.as_deref()) else {
                self.finish_call(new.idempotency_key.as_ref())?;
                return Err(error);
            };
            attempt.gateway = Some(account.to_owned());
            attempt.instead = true;
            made = self.create_once(order, &attempt);
        }
    }

    fn create_once(self: &Arc<Self>, order: OrderId, new: &NewPayment) -> Result<Attempt> {
        let planned = match self.plan_payment(order, new) {
            Ok(Plan::Close(expired)) => {
                self.close_payment(expired)?;
                self.plan_payment(order, new)
            }
            planned => planned,
        };
        match planned {
            // The circuit is open: nothing was written and nothing sent.
            Err(error) if error.code() == Code::GatewayDown => {
                Ok(Attempt::Nothing(error, new.gateway.clone()))
            }
            Err(error) => Err(error),
            Ok(Plan::Ask(payment)) => {
                let made = self.first_try(*payment, new.intent_only);
                if !matches!(made, Ok(Attempt::Nothing(..))) {
                    self.finish_call(new.idempotency_key.as_ref())?;
                }
                made
            }
            Ok(Plan::Take(payment)) if payment.action.is_none() && payment.state.is_active() => {
                if new.intent_only {
                    return Ok(Attempt::made(*payment, true));
                }
                // The first call's answer got lost: the same key brings the same payment at the gateway.
                self.ask_to_pay(&payment).map(|payment| Attempt::made(payment, true))
            }
            Ok(Plan::Take(payment)) => match still_good(&payment) {
                Ok(()) => Ok(Attempt::made(*payment, true)),
                // An earlier call was cut off between two accounts.
                Err(error) if self.nothing_is_there(payment.id, &error)? => {
                    Ok(Attempt::Nothing(error, Some(payment.gateway)))
                }
                Err(error) => Err(error),
            },
            Ok(Plan::Close(open)) => Err(Error::new(Code::OutcomeUnknown).with("gateway", open)),
        }
    }

    fn first_try(self: &Arc<Self>, payment: Payment, intent_only: bool) -> Result<Attempt> {
        if intent_only {
            return Ok(Attempt::made(payment, false));
        }
        match self.ask_to_pay(&payment) {
            Ok(payment) => Ok(Attempt::made(payment, false)),
            Err(error) if self.nothing_is_there(payment.id, &error)? => {
                Ok(Attempt::Nothing(error, Some(payment.gateway)))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether it is certain that the account holds no live payment: it failed for a reason that is not the payer's.
    fn nothing_is_there(&self, id: PaymentId, error: &Error) -> Result<bool> {
        let clear = matches!(error.code(), Code::GatewayDown | Code::RateLimit | Code::Credentials);
        Ok(clear && self.payment(id)?.state == State::Failed)
    }

    fn plan_payment(self: &Arc<Self>, order: OrderId, new: &NewPayment) -> Result<Plan> {
        let new = new.clone();
        self.transact(SYSTEM, move |books| {
            if let Some(key) = new.idempotency_key.as_ref().filter(|_| !new.instead)
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
        self.carry_out(payment, Wish::of_nobody(Asked::Pay))
    }

    /// Records what a gateway answered about a payment, in one unit of work.
    pub(super) fn record(self: &Arc<Self>, payment: &Payment, heard: Heard) -> Result<Payment> {
        self.record_for(&Wish::of_nobody(Asked::Query), payment, heard)
    }

    /// The same for what somebody asked for: their name stands in the journal.
    fn record_for(
        self: &Arc<Self>,
        wish: &Wish,
        payment: &Payment,
        heard: Heard,
    ) -> Result<Payment> {
        let id = payment.id;
        let heard = Arc::new(heard);
        let wish = wish.clone();
        let (payment, refunds) = self.transact(SYSTEM, move |books| {
            let mut follow_up = Vec::new();
            let mut target = books.target(id, heard.transaction_id())?;
            books.heard_for(&wish, &mut target, &heard, &mut follow_up)?;
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
        actor: &str,
    ) -> Result<Payment> {
        text::line("actor", actor, ACTOR_MAX)?;
        let payment = self.payment(id)?;
        match to_capture(&payment, amount)? {
            Some(asked) => self.carry_out(&payment, Wish::of(asked, actor)),
            None => Ok(payment),
        }
    }

    /// Has something done about a payment, and records what came of it.
    fn carry_out(self: &Arc<Self>, payment: &Payment, wish: Wish) -> Result<Payment> {
        let gateway = self.gateway(&payment.gateway)?;
        let heard = self.exchange(&gateway, wish.asked.clone(), &PaymentIntent::of(payment))?;
        self.conclude(&wish, payment, heard)
    }

    /// Records what came of something that was asked for. What a caller is told then: the payment, or why it is not what
    /// was wanted.
    pub(super) fn conclude(
        self: &Arc<Self>,
        wish: &Wish,
        payment: &Payment,
        heard: Heard,
    ) -> Result<Payment> {
        let unknown = || Error::new(Code::OutcomeUnknown).with("gateway", &payment.gateway);
        let refusal = heard.refusal(&payment.gateway);
        let payment = self.record_for(wish, payment, heard)?;
        match wish.asked {
            Asked::Capture(_) if payment.state == State::Authorized => {
                Err(refusal.unwrap_or_else(unknown))
            }
            Asked::Pay | Asked::Capture(_) => still_good(&payment).map(|()| payment),
            Asked::Cancel if payment.state == State::Succeeded => Err(paid(&payment)),
            Asked::Cancel if payment.state.is_active() => Err(unknown()),
            _ => Ok(payment),
        }
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
        match to_cancel(&payment)? {
            Some(asked) => self.carry_out(&payment, Wish::of(asked, actor)),
            None => Ok(payment),
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

/// What capturing takes; nothing where it is done. Fails with `transition` and `amount_mismatch`.
pub(super) fn to_capture(payment: &Payment, amount: Option<Money>) -> Result<Option<Asked>> {
    if payment.state == State::Succeeded {
        return Ok(None);
    }
    if payment.state != State::Authorized {
        return Err(impossible(payment, "capture"));
    }
    let whole = payment.money(payment.amount);
    let amount = amount.unwrap_or(whole).positive()?;
    if amount.currency != whole.currency || amount.minor > whole.minor {
        return Err(Error::new(Code::AmountMismatch)
            .with("payment_amount", amount)
            .with("order_amount", whole));
    }
    Ok(Some(Asked::Capture(amount)))
}

/// What giving up takes; nothing where it is over. Fails with `paid`.
pub(super) fn to_cancel(payment: &Payment) -> Result<Option<Asked>> {
    match payment::answer(payment.state, Event::Cancel) {
        machine::Answer::To(_) => Ok(Some(Asked::Cancel)),
        machine::Answer::Refused => Err(paid(payment)),
        _ => Ok(None),
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
