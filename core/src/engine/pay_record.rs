//! What a gateway answered about a payment, written down: what the payer does next, what happened, or that nobody knows
//! yet. It decides no transition; `settle` does.

use super::books::{Books, Concerns};
use super::due;
use super::exchange::{Asked, Heard};
use super::pay::Confirmation;
use super::settle::Said;
use crate::error::{Code, Error, Result};
use crate::gateway::{Action, ActionKind, Answer, Claim, ClaimedAmount, Decline, PaymentFact};
use crate::id::RefundId;
use crate::journal::{Detail, EventName, SYSTEM};
use crate::payment::{Event, Payment, State};
use crate::store::sql::payments::{self, Target};

/// What was asked for, and who asked.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) asked: Asked,
    pub(super) actor: String,
}

impl Wish {
    pub(super) fn of(asked: Asked, actor: &str) -> Self {
        Wish { asked, actor: actor.to_owned() }
    }

    /// Nobody in particular asks.
    pub(super) fn of_nobody(asked: Asked) -> Self {
        Wish::of(asked, SYSTEM)
    }

    /// Whether this answer is the wish come true. A payer who was faster than a cancellation was not paid by whoever
    /// cancelled.
    fn is_granted_by(&self, heard: &Heard) -> bool {
        let Heard::Answer(Answer::Payment(fact)) = heard else { return false };
        match self.asked {
            Asked::Capture(_) => fact.event == Event::Succeed,
            Asked::Cancel => matches!(fact.event, Event::Cancel | Event::Expire),
            _ => false,
        }
    }
}

impl Books<'_> {
    /// Records what a gateway answered to somebody's wish: under their name where it came true, and with a row of its own
    /// where another message was faster, or nobody knows yet.
    pub(super) fn heard_for(
        &mut self,
        wish: &Wish,
        target: &mut Target,
        heard: &Heard,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        let before = target.payment.state;
        let granted = wish.is_granted_by(heard);
        let actor = if granted { &wish.actor } else { SYSTEM };
        self.acting_as(actor).heard(target, heard, follow_up)?;
        let moved = target.payment.state != before;
        if wish.actor == SYSTEM || (granted && moved) {
            return Ok(());
        }
        let detail = Detail::new()
            .with("operation", wish.asked.operation().as_str())
            .with("state", target.payment.state.as_str());
        let concerns = Concerns::payment(&target.payment);
        self.acting_as(&wish.actor).journal(EventName::PaymentAsked, concerns, detail).map(drop)
    }

    /// Records what a gateway answered, or that its answer is unknown.
    fn heard(
        &mut self,
        target: &mut Target,
        heard: &Heard,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        match heard {
            Heard::Answer(Answer::Waiting { action, reference }) => {
                self.waiting(&mut target.payment, action, reference.as_deref())
            }
            Heard::Answer(Answer::Payment(fact)) => {
                let said = Said { fact, source: None, by_hand: None };
                self.payment_said(target, said, follow_up).map(drop)
            }
            Heard::Answer(Answer::Refused { code, reason }) => {
                self.refused(target, *code, reason, follow_up)
            }
            // Not knowing a payment right after its creation is no failure: it is asked again.
            Heard::Answer(
                Answer::NotFound
                | Answer::Further { .. }
                | Answer::Agreed
                | Answer::Ask
                | Answer::SessionOver { .. },
            )
            | Heard::Unknown => self.outcome_is_open(target, follow_up),
            Heard::Answer(Answer::Refund(_)) => {
                Err(Error::bug("a gateway answered about a refund when asked about a payment"))
            }
        }
    }

    fn waiting(
        &mut self,
        payment: &mut Payment,
        action: &Action,
        reference: Option<&str>,
    ) -> Result<()> {
        if action.kind == ActionKind::Nothing && payment.action.is_some() {
            // It waits as before: what the payer was told still holds.
            return Ok(());
        }
        let action = action.to_json()?;
        // A gateway that knows the payment by our own id needs no second name for it.
        let own = payment.id.to_string();
        let reference = reference.filter(|r| *r != own);
        let known = reference.is_none() || payment.reference.as_deref() == reference;
        if payment.action.as_deref() == Some(action.as_str()) && known {
            return Ok(());
        }
        payment.action = Some(action);
        payment.reference = reference.map(str::to_owned).or(payment.reference.take());
        payments::update(self.connection, payment, self.now)
    }

    /// A clear refusal ends a payment that was never begun; one that is under way is only asked about later.
    fn refused(
        &mut self,
        target: &mut Target,
        code: Code,
        reason: &str,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        if target.payment.state != State::Init || target.payment.action.is_some() {
            return self.outcome_is_open(target, follow_up);
        }
        let decline = Decline { code: code.as_str().to_owned(), message: reason.to_owned() };
        let fact = PaymentFact { decline: Some(decline), ..PaymentFact::plain(Event::Fail) };
        let said = Said { fact: &fact, source: None, by_hand: None };
        self.payment_said(target, said, follow_up).map(drop)
    }

    /// The outcome of its creation is open: the payment counts as under way. Held money may have been collected or let go
    /// in the meantime. Either way due work asks.
    fn outcome_is_open(
        &mut self,
        target: &mut Target,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        let payment = &mut target.payment;
        match payment.state {
            State::Init if payment.action.is_none() => self.submit(target, follow_up),
            State::Authorized => {
                payment.queries += 1;
                payment.due_at = Some(due::next_query(payment.queries, self.now));
                payments::update(self.connection, payment, self.now)
            }
            _ => Ok(()),
        }
    }

    /// Whatever was heard: a payment that is still open after its turn has its next one later than this one.
    pub(super) fn ask_again_later(&mut self, payment: &mut Payment) -> Result<()> {
        if payment.due_at.is_none_or(|at| at > self.now) {
            return Ok(());
        }
        payment.queries += 1;
        payment.due_at = due::payment_due(payment, self.now);
        payments::update(self.connection, payment, self.now)
    }

    pub(super) fn confirm(
        &mut self,
        confirmation: &Confirmation,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<Payment> {
        let transaction = confirmation.transaction_id.as_deref();
        let mut target = self.target(confirmation.payment, transaction)?;
        let amount = target.payment.amount;
        let fact = PaymentFact {
            amount: Some(Claim { amount: ClaimedAmount::Minor(amount), currency: None }),
            transaction_id: confirmation.transaction_id.clone(),
            ..PaymentFact::plain(Event::Succeed)
        };
        let said = Said { fact: &fact, source: None, by_hand: Some(&confirmation.reason) };
        self.payment_said(&mut target, said, follow_up)?;
        Ok(target.payment)
    }
}
