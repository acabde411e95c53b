//! What a gateway says becomes a change, or not: the amount is compared, the table is asked, money is booked, the
//! order follows. The only place where a payment changes its state because of what a gateway said.

use super::books::{Books, Concerns, Movement};
use super::claims::{Misfit, compare, stated};
use crate::error::{Code, Error, Result};
use crate::exception::{Exception, Kind, Resolution};
use crate::flow;
use crate::gateway::PaymentFact;
use crate::id::RefundId;
use crate::journal::{Detail, EventName, Source};
use crate::ledger::{AccountKind, TransferKind};
use crate::machine::Answer;
use crate::money::Money;
use crate::order::{self, Order, Settlement};
use crate::payment::{self, Event, Payment, State};
use crate::store::sql::payments::{self, Owner, Target};
use crate::store::sql::{exceptions, journal, orders};

/// What became of what was said.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// It changed something.
    Applied,
    /// It is known, or says nothing that matters any more.
    Already,
    /// The very message was seen before.
    Duplicate,
    /// It could not be applied and waits for a person.
    Held(Box<Exception>),
    /// Nothing was written: the gateway is to be asked about this refund first.
    Unconfirmed(RefundId),
}

/// What was said about a payment, by whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    /// The words.
    pub(super) fact: &'a PaymentFact,
    /// The message they came in; nothing for an answer that we asked for.
    pub(super) source: Option<&'a Source>,
    /// A person said it, for this reason.
    pub(super) by_hand: Option<&'a str>,
}

impl Books<'_> {
    /// Settles what was said about a payment. `follow_up` receives the refunds that must go out afterwards.
    pub(super) fn payment_said(
        &mut self,
        target: &mut Target,
        said: Said<'_>,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<Verdict> {
        let fact = said.fact;
        let Target { payment, order, owner } = target;
        if let Some(verdict) = self.bound_already(payment, owner.as_ref(), said)? {
            return Ok(verdict);
        }
        if payment.state == State::Succeeded && fact.event == Event::Succeed {
            return self.told_again(payment, said);
        }
        let brings_money = matches!(fact.event, Event::Succeed | Event::Authorize);
        let money = match compare(payment, fact.amount.as_ref(), brings_money) {
            Ok(money) => money,
            Err(misfit) if payment::answer(payment.state, fact.event) == Answer::Already => {
                // Known money told again in other words changes nothing and opens nothing.
                return self.noted(payment, said, Some(misfit.explanation));
            }
            Err(misfit) => return self.hold(payment, said, misfit),
        };
        match payment::answer(payment.state, fact.event) {
            Answer::To(state) => self.apply(payment, order, said, state, money, follow_up),
            Answer::Already => self.noted(payment, said, None),
            // No row of a payment waits for a confirmation; a message never passes for one.
            Answer::Noted | Answer::Refused | Answer::IfConfirmed(_) => {
                let what = format!("{} after {}", fact.event, payment.state);
                self.noted(payment, said, Some(what))
            }
            Answer::Late => self.late(payment, order, said, money, follow_up),
            Answer::Hold => {
                let explanation = format!("money is held for a payment that is {}", payment.state);
                let misfit = Misfit { kind: Kind::UnwantedHold, explanation, money: None };
                self.hold(payment, said, misfit)
            }
        }
    }

    /// A movement of money belongs to one payment: to this one (known already), or to another (refused).
    fn bound_already(
        &mut self,
        payment: &Payment,
        owner: Option<&Owner>,
        said: Said<'_>,
    ) -> Result<Option<Verdict>> {
        let elsewhere = |owner: &dyn std::fmt::Display| {
            Error::new(Code::BoundElsewhere)
                .with("transaction", said.fact.transaction_id.as_deref().unwrap_or("?"))
                .with("owner", owner)
        };
        match owner {
            None => Ok(None),
            Some(Owner::Payment(id)) if *id == payment.id => Ok(None),
            Some(Owner::Payment(id)) => Err(elsewhere(id)),
            // The money is in suspense already, told again in another message.
            Some(Owner::Exception(id)) => {
                let what = format!("the money waits in {id}");
                self.noted(payment, said, Some(what)).map(Some)
            }
        }
    }

    /// A payment that succeeded is said to have succeeded. The same movement of money is known; a movement of another
    /// number is other money, which must not be lost.
    fn told_again(&mut self, payment: &mut Payment, said: Said<'_>) -> Result<Verdict> {
        match (&payment.transaction_id, &said.fact.transaction_id) {
            (Some(known), Some(new)) if known != new => {
                let explanation = format!("{known} had paid it, and now {new} did too");
                let otherwise = Some(payment.currency);
                let claim = said.fact.amount.as_ref();
                let money = claim.and_then(|claim| stated(claim, otherwise));
                self.hold(payment, said, Misfit { kind: Kind::Unapplied, explanation, money })
            }
            // Confirmed by hand without a number: the gateway's own word completes it.
            (None, Some(new)) => {
                let verdict = self.noted(payment, said, Some(format!("it is {new}")))?;
                payment.transaction_id = Some(new.clone());
                payments::update(self.connection, payment, self.now)?;
                Ok(verdict)
            }
            _ => self.noted(payment, said, None),
        }
    }

    /// The change itself, for the ordinary and the late case.
    fn apply(
        &mut self,
        payment: &mut Payment,
        order: &mut Order,
        said: Said<'_>,
        to: State,
        money: Option<Money>,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<Verdict> {
        let from = payment.state;
        let detail = moved(payment, from, to, said, money);
        let concerns = Concerns::payment(payment);
        let Some(entry) = self.mark(announcement(to), concerns, said.source, detail)? else {
            return Ok(Verdict::Duplicate);
        };
        payment.state = to;
        payment.manual |= said.by_hand.is_some();
        payment.due_at = super::due::payment_due(payment, self.now);
        // Nobody is sent anywhere any more, and a checkout's address may be longer than all the rest of the row.
        payment.action = payment.action.take().filter(|_| to.is_active());
        if let Some(decline) = &said.fact.decline {
            payment.failure_code = Some(decline.code.clone());
            payment.failure_message = Some(decline.message.clone());
        }
        if said.fact.transaction_id.is_some() {
            payment.transaction_id.clone_from(&said.fact.transaction_id);
        }
        if to == State::Succeeded {
            payment.captured = money.map_or(payment.amount, |m| m.minor);
            payment.paid_at = Some(self.now);
        }
        payments::update(self.connection, payment, self.now)?;
        match to {
            State::Succeeded => self.collected(entry, payment, order, follow_up)?,
            State::Failed => self.fire_if_possible(order, flow::PAYMENT_FAILED, follow_up)?,
            _ => {}
        }
        Ok(Verdict::Applied)
    }

    /// Money came for an order: books it and lets the order follow.
    pub(super) fn collected(
        &mut self,
        entry: i64,
        payment: &Payment,
        order: &mut Order,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        let movement = Movement {
            kind: TransferKind::Payment,
            amount: payment.captured,
            currency: order.currency.code(),
            gateway: &payment.gateway,
            source: AccountKind::Order,
        };
        self.book(entry, Concerns::payment(payment), movement)?;
        self.credited(entry, payment, order, follow_up)?;
        match payment.late {
            true => self.hurry_rivals(order),
            // An order has one active payment, and this was it.
            false => Ok(()),
        }
    }

    /// An order's account was credited with what a payment captured: its sums, settlement and state follow.
    pub(super) fn credited(
        &mut self,
        entry: i64,
        payment: &Payment,
        order: &mut Order,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        let before = (order.settlement(), order.due());
        order::add(&mut order.paid, payment.captured)?;
        order::add(&mut order.balance, payment.captured)?;
        let became_settled =
            before.0 != Settlement::Settled && order.settlement() == Settlement::Settled;
        if became_settled {
            self.set_deposit_aside(entry, payment, order)?;
        }
        self.announce_collected(order, became_settled, follow_up)?;
        orders::update(self.connection, order, self.now)?;
        if became_settled {
            self.extend(order, follow_up)?;
        }
        if payment.captured > before.1 {
            self.overpaid(payment, order, payment.captured - before.1)?;
        }
        Ok(())
    }

    fn set_deposit_aside(
        &mut self,
        entry: i64,
        payment: &Payment,
        order: &mut Order,
    ) -> Result<()> {
        let missing = order.deposit_total - order.deposit_returned - order.deposit_balance;
        let amount = missing.min(order.balance);
        if amount <= 0 {
            return Ok(());
        }
        order.balance -= amount;
        order.deposit_balance += amount;
        let movement = Movement {
            kind: TransferKind::DepositHeld,
            amount,
            currency: order.currency.code(),
            gateway: &payment.gateway,
            source: AccountKind::Order,
        };
        self.book(entry, Concerns::payment(payment), movement)
    }

    /// One journal row tells what the money did to the order.
    fn announce_collected(
        &mut self,
        order: &mut Order,
        became_settled: bool,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        let engine = self.engine;
        let row =
            engine.flow(&order.flow)?.row(&order.state, flow::PAID).filter(|_| became_settled);
        if let Some(row) = row {
            return self.follow(order, row, EventName::OrderPaid, Detail::new(), follow_up);
        }
        let event = if became_settled { EventName::OrderSettled } else { EventName::OrderUpdated };
        let detail = Detail::new().with("settlement", order.settlement().as_str());
        self.journal(event, Concerns::order(order), detail).map(drop)
    }

    /// A settled order needs no other payment: what is still open is closed at its gateway by due work.
    pub(super) fn hurry_rivals(&mut self, order: &Order) -> Result<()> {
        if order.settlement() != Settlement::Settled {
            return Ok(());
        }
        if let Some(mut rival) = payments::active(self.connection, order.key)? {
            rival.expires_at = self.now;
            rival.due_at = Some(self.now);
            payments::update(self.connection, &mut rival, self.now)?;
        }
        Ok(())
    }

    fn overpaid(&mut self, payment: &Payment, order: &Order, excess: i64) -> Result<()> {
        let explanation =
            format!("{} more than {} owed was collected", order.money(excess), order.id);
        let exception = Exception {
            order_key: Some(order.key),
            order_id: Some(order.id),
            ..self.about(payment, Kind::Overpaid, explanation)?
        };
        self.open_exception(exception, None).map(drop)
    }

    /// Money after we stopped waiting: the order takes it if it still owes that much.
    fn late(
        &mut self,
        payment: &mut Payment,
        order: &mut Order,
        said: Said<'_>,
        money: Option<Money>,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<Verdict> {
        let amount = money.map_or(payment.amount, |m| m.minor);
        let payable = self.engine.flow(&order.flow)?.is_payable(&order.state);
        if payable && amount <= order.due() {
            payment.late = true;
            return self.apply(payment, order, said, State::Succeeded, money, follow_up);
        }
        let explanation = format!(
            "money came after the payment was {}; the order is {} and owes {}",
            payment.state,
            order.state,
            order.money(order.due())
        );
        self.hold(payment, said, Misfit { kind: Kind::Unapplied, explanation, money })
    }

    /// A message that says nothing new is on record once.
    fn noted(
        &mut self,
        payment: &Payment,
        said: Said<'_>,
        what: Option<String>,
    ) -> Result<Verdict> {
        let Some(source) = said.source else { return Ok(Verdict::Already) };
        let detail = Detail::new()
            .with("event", said.fact.event.as_str())
            .with("state", payment.state.as_str())
            .with_some("note", what.as_deref());
        let concerns = Concerns::payment(payment);
        match self.mark(EventName::CallbackNoted, concerns, Some(source), detail)? {
            Some(_) => Ok(Verdict::Already),
            None => Ok(Verdict::Duplicate),
        }
    }

    /// What cannot be applied waits for a person; its money, if any came, waits in suspense.
    fn hold(&mut self, payment: &Payment, said: Said<'_>, misfit: Misfit) -> Result<Verdict> {
        if let Some(source) = said.source
            && journal::seen(self.connection, &source.name)?.is_some()
        {
            return Ok(Verdict::Duplicate);
        }
        if misfit.kind == Kind::UnwantedHold
            && exceptions::is_open(self.connection, payment.key, misfit.kind)?
        {
            return self.noted(payment, said, Some(misfit.explanation));
        }
        let came = said.fact.event == Event::Succeed;
        let money = misfit.money.filter(|_| came);
        let suggestion = match misfit.kind {
            // Nothing was collected: there is nothing to apply or to send back.
            Kind::UnwantedHold => Resolution::WriteOff,
            _ => Resolution::Refund,
        };
        let exception = Exception {
            suggestion,
            amount: money.map(|m| m.minor),
            currency: money.map(|m| m.currency),
            transaction_id: said.fact.transaction_id.clone().filter(|_| came),
            ..self.about(payment, misfit.kind, misfit.explanation)?
        };
        self.open_exception(exception, said.source).map(|e| Verdict::Held(Box::new(e)))
    }

    /// An exception about a payment, without money.
    pub(super) fn about(
        &self,
        payment: &Payment,
        kind: Kind,
        explanation: String,
    ) -> Result<Exception> {
        let id = self.exception_id()?;
        Ok(Exception {
            order_key: Some(payment.order_key),
            order_id: Some(payment.order_id),
            payment_key: Some(payment.key),
            payment_id: Some(payment.id),
            ..Exception::new(id, kind, &payment.gateway, explanation, self.now)
        })
    }
}

/// How a state is announced in the journal.
pub(super) fn announcement(state: State) -> EventName {
    match state {
        State::Init => EventName::PaymentCreated,
        State::Processing => EventName::PaymentProcessing,
        State::Authorized => EventName::PaymentAuthorized,
        State::Succeeded => EventName::PaymentSucceeded,
        State::Failed => EventName::PaymentFailed,
        State::Cancelled => EventName::PaymentCancelled,
        State::Expired => EventName::PaymentExpired,
    }
}

fn moved(
    payment: &Payment,
    from: State,
    to: State,
    said: Said<'_>,
    money: Option<Money>,
) -> Detail {
    let fact = said.fact;
    let amount = payment.money(money.map_or(payment.amount, |m| m.minor));
    Detail::new()
        .with("from", from.as_str())
        .with("to", to.as_str())
        .with("amount", &amount.to_text())
        .with("currency", amount.currency.code())
        .with_some("transaction_id", fact.transaction_id.as_deref())
        .with_some("failure_code", fact.decline.as_ref().map(|d| d.code.as_str()))
        .with_some("reason", said.by_hand)
        .with_some("late", payment.late.then_some("true"))
}
