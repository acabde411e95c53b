//! Refunds: reserved before the gateway is asked, so that two at once cannot exceed what was collected; booked
//! when it paid, released when it did not. One refund here is at most one refund there.

use std::sync::Arc;

use super::books::{Books, Concerns, Movement, account_of};
use super::idempotency::{IdempotencyKey, Known};
use super::orders::{ACTOR_MAX, TEXT_MAX};
use super::outgoing::Heard;
use super::pay::{check_evidence, check_transaction};
use super::settle::Verdict;
use super::{Engine, due};
use crate::error::{Code, Error, Result};
use crate::exception::{Exception, Kind, Resolution};
use crate::flow;
use crate::gateway::{
    Answer, Claim, ClaimedAmount, Decline, Gateway, Operation, PaymentIntent, RefundFact,
    RefundIntent,
};
use crate::id::{PaymentId, RefundId};
use crate::journal::{Detail, EventName, SYSTEM, Source as Message};
use crate::ledger::{AccountKind, TransferKind};
use crate::machine;
use crate::money::Money;
use crate::order::{self, Order};
use crate::payment::{Payment, State as PaymentState};
use crate::refund::{self, Event, Refund, Source, State};
use crate::store::sql::{journal, orders, payments, refunds};
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
    /// Makes a repeated call answer with the first one's refund.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// What a refund is taken from.
pub(super) struct Grant<'a> {
    pub(super) source: Source,
    pub(super) amount: i64,
    pub(super) reason: &'a str,
    pub(super) exception: Option<&'a Exception>,
}

impl Engine {
    /// Reserves a refund and asks the gateway for it.
    pub fn refund(self: &Arc<Self>, new: NewRefund) -> Result<Refund> {
        text::line("reason", &new.reason, TEXT_MAX)?;
        let actor = new.actor.clone().unwrap_or_else(|| SYSTEM.to_owned());
        text::line("actor", &actor, ACTOR_MAX)?;
        let key = new.idempotency_key.clone();
        let (id, known) = self.transact(&actor, move |books| books.plan_refund(&new))?;
        if !known {
            self.send_refund(id)?;
            if let Some(key) = key {
                self.transact(SYSTEM, move |books| books.finish_key(&key))?;
            }
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
        let facts = self.gateway(&known.gateway)?.facts();
        if facts.queries && !facts.manual_confirmation {
            return Err(Error::new(Code::GatewayCannot)
                .with("gateway", &facts.name)
                .with("operation", "confirmation by hand; sync_refund asks the gateway itself"));
        }
        let reason = reason.to_owned();
        let (refund, more) = self.transact(actor, move |books| {
            let mut follow_up = Vec::new();
            let fact =
                RefundFact { transaction_id: transaction_id.clone(), ..plain(Event::Succeed) };
            let mut refund = books.refund(id)?;
            books.refund_said(&mut refund, &fact, None, Some(&reason), &mut follow_up)?;
            Ok((refund, follow_up))
        })?;
        self.send_refunds(&more);
        Ok(refund)
    }

    /// Asks the gateway about a refund and records what it says.
    pub fn sync_refund(self: &Arc<Self>, id: RefundId) -> Result<Refund> {
        let refund = self.find_refund(id)?;
        let gateway = Arc::clone(self.gateway(&refund.gateway)?);
        let (payment, asked) = self.refund_intents(&refund)?;
        let heard = self.exchange(&gateway, Operation::QueryRefund(&asked), &payment)?;
        self.record_refund(&refund, heard)
    }

    /// Sends refunds that a unit of work left behind. What fails here stays pending, and due work sends it again.
    pub(super) fn send_refunds(self: &Arc<Self>, ids: &[RefundId]) {
        for id in ids {
            // The refund is on disk; its outcome is told by the journal, not by this call.
            drop(self.send_refund(*id));
        }
    }

    /// Sends a reserved refund: the same id is the same refund at the gateway, however often it is sent.
    pub(super) fn send_refund(self: &Arc<Self>, id: RefundId) -> Result<Refund> {
        let refund = self.find_refund(id)?;
        let gateway = Arc::clone(self.gateway(&refund.gateway)?);
        let (payment, asked) = self.refund_intents(&refund)?;
        let heard = self.ask_for_refund(&gateway, &payment, &asked)?;
        self.record_refund(&refund, heard)
    }

    fn ask_for_refund(
        &self,
        gateway: &Arc<dyn Gateway>,
        payment: &PaymentIntent,
        asked: &RefundIntent,
    ) -> Result<Heard> {
        match self.exchange(gateway, Operation::Refund(asked), payment) {
            // A gateway without refunds leaves them to a person, who confirms by hand.
            Err(error) if error.code() == Code::GatewayCannot => {
                Ok(Heard::Answer(Answer::Refund(plain(Event::Accept))))
            }
            other => other,
        }
    }

    fn record_refund(self: &Arc<Self>, refund: &Refund, heard: Heard) -> Result<Refund> {
        let id = refund.id;
        let heard = Arc::new(heard);
        let (refund, more) = self.transact(SYSTEM, move |books| {
            let mut follow_up = Vec::new();
            let mut refund = books.refund(id)?;
            books.refund_heard(&mut refund, &heard, &mut follow_up)?;
            Ok((refund, follow_up))
        })?;
        self.send_refunds(&more);
        Ok(refund)
    }

    /// What a gateway is told about a refund and the payment behind it.
    fn refund_intents(&self, refund: &Refund) -> Result<(PaymentIntent, RefundIntent)> {
        let asked =
            RefundIntent { id: refund.id, amount: refund.money(), reason: refund.reason.clone() };
        let payment = match (refund.payment_id, refund.exception_id) {
            (Some(id), _) => PaymentIntent::of(&self.payment(id)?),
            (None, Some(id)) => unknown_intent(&self.exception(id)?, refund),
            (None, None) => return Err(Error::bug("a refund of nothing")),
        };
        Ok((payment, asked))
    }
}

/// A payment that we do not have, as far as a refund of its money needs it.
fn unknown_intent(exception: &Exception, refund: &Refund) -> PaymentIntent {
    let transaction = exception.transaction_id.clone();
    PaymentIntent {
        id: PaymentId::from_bytes(refund.id.to_bytes()),
        reference: transaction.clone().unwrap_or_default(),
        amount: refund.money(),
        method: String::new(),
        manual_capture: false,
        description: refund.reason.clone(),
        return_url: None,
        expires_at: refund.created_at,
        transaction_id: transaction,
        created_at: refund.created_at,
    }
}

/// A fact that says nothing but what happened.
fn plain(event: Event) -> RefundFact {
    RefundFact { event, amount: None, transaction_id: None, decline: None }
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
        let grant = Grant { source: Source::Order, amount, reason: &new.reason, exception: None };
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

    /// Writes a refund of an order's payment and reserves its money. The caller writes the order.
    pub(super) fn open_refund(
        &mut self,
        payment: &mut Payment,
        order: &mut Order,
        grant: &Grant<'_>,
    ) -> Result<RefundId> {
        let refund = self.insert_refund(grant, &payment.gateway, Some(payment), Some(order))?;
        let entry = self.announce_refund(EventName::RefundCreated, &refund, None, None)?;
        if grant.source == Source::Order {
            self.make_room(entry, order, grant.amount)?;
            order.balance -= grant.amount;
        } else {
            order.deposit_balance -= grant.amount;
        }
        self.book_refund(entry, TransferKind::RefundReserved, &refund)?;
        order::add(&mut order.refund_pending, grant.amount)?;
        order::add(&mut payment.refund_pending, grant.amount)?;
        payments::update(self.connection, payment, self.now)?;
        Ok(refund.id)
    }

    /// Writes a refund of money that waits in suspense.
    pub(super) fn open_suspense_refund(
        &mut self,
        exception: &Exception,
        money: Money,
        reason: &str,
    ) -> Result<RefundId> {
        let grant = Grant {
            source: Source::Suspense,
            amount: money.minor,
            reason,
            exception: Some(exception),
        };
        let payment = match exception.payment_id {
            Some(id) => Some(self.payment(id)?),
            None => None,
        };
        let mut refund = self.new_refund(&grant, &exception.gateway, money.currency)?;
        refund.payment_key = payment.as_ref().map(|p| p.key);
        refund.payment_id = payment.as_ref().map(|p| p.id);
        refund.key = refunds::insert(self.connection, &refund)?;
        let entry = self.announce_refund(EventName::RefundCreated, &refund, None, None)?;
        self.book_refund(entry, TransferKind::RefundReserved, &refund)?;
        Ok(refund.id)
    }

    fn insert_refund(
        &mut self,
        grant: &Grant<'_>,
        gateway: &str,
        payment: Option<&Payment>,
        order: Option<&Order>,
    ) -> Result<Refund> {
        let currency = order.map(|o| o.currency).or(payment.map(|p| p.currency));
        let currency = currency.ok_or_else(|| Error::bug("a refund without a currency"))?;
        let mut refund = self.new_refund(grant, gateway, currency)?;
        refund.payment_key = payment.map(|p| p.key);
        refund.payment_id = payment.map(|p| p.id);
        refund.order_key = order.map(|o| o.key);
        refund.order_id = order.map(|o| o.id);
        refund.key = refunds::insert(self.connection, &refund)?;
        Ok(refund)
    }

    fn new_refund(
        &self,
        grant: &Grant<'_>,
        gateway: &str,
        currency: crate::currency::Currency,
    ) -> Result<Refund> {
        Ok(Refund {
            key: 0,
            id: RefundId::new(self.now, self.engine.randomness())?,
            payment_key: None,
            payment_id: None,
            order_key: None,
            order_id: None,
            exception_key: grant.exception.map(|e| e.key),
            exception_id: grant.exception.map(|e| e.id),
            gateway: gateway.to_owned(),
            source: grant.source,
            state: State::Pending,
            currency,
            amount: grant.amount,
            reason: grant.reason.to_owned(),
            transaction_id: None,
            failure_code: None,
            failure_message: None,
            queries: 0,
            due_at: Some(due::next_query(0, self.now)),
            created_at: self.now,
            updated_at: self.now,
            version: 1,
        })
    }

    /// An order's balance may have become a deposit held or revenue: what a refund needs is taken back from there.
    fn make_room(&mut self, entry: i64, order: &mut Order, amount: i64) -> Result<()> {
        let from_deposit = (amount - order.balance).clamp(0, order.deposit_balance);
        order.deposit_balance -= from_deposit;
        let from_revenue = (amount - order.balance - from_deposit).max(0);
        order.balance += from_deposit + from_revenue;
        for (kind, amount) in [
            (TransferKind::DepositReleased, from_deposit),
            (TransferKind::RevenueReversed, from_revenue),
        ] {
            if amount > 0 {
                let movement = Movement {
                    kind,
                    amount,
                    currency: order.currency.code(),
                    gateway: "",
                    source: AccountKind::Order,
                };
                self.book(entry, Concerns::order(order), movement)?;
            }
        }
        Ok(())
    }

    fn book_refund(&mut self, entry: i64, kind: TransferKind, refund: &Refund) -> Result<()> {
        let movement = Movement {
            kind,
            amount: refund.amount,
            currency: refund.currency.code(),
            gateway: &refund.gateway,
            source: account_of(refund.source),
        };
        self.book(entry, Concerns::refund(refund), movement)
    }

    fn announce_refund(
        &mut self,
        event: EventName,
        refund: &Refund,
        source: Option<&Message>,
        by_hand: Option<&str>,
    ) -> Result<i64> {
        let detail = Detail::new()
            .with("state", refund.state.as_str())
            .with("amount", &refund.money().to_text())
            .with("currency", refund.currency.code())
            .with("reason", by_hand.unwrap_or(&refund.reason))
            .with_some("transaction_id", refund.transaction_id.as_deref())
            .with_some("failure_code", refund.failure_code.as_deref());
        self.mark(event, Concerns::refund(refund), source, detail)?
            .ok_or_else(|| Error::bug("a message was seen between two looks"))
    }

    /// Everything that an order's payments collected and did not refund goes back.
    pub(super) fn refund_all(
        &mut self,
        order: &mut Order,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        for mut payment in payments::of_order(self.connection, order.key)? {
            let amount = payment.refundable();
            if amount > 0 {
                let reason = "the order was cancelled";
                let grant = Grant { source: Source::Order, amount, reason, exception: None };
                follow_up.push(self.open_refund(&mut payment, order, &grant)?);
            }
        }
        Ok(())
    }

    /// The deposit that is held goes back, through the newest payments first.
    pub(super) fn return_deposit(
        &mut self,
        order: &mut Order,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        for mut payment in payments::of_order(self.connection, order.key)?.into_iter().rev() {
            let amount = payment.refundable().min(order.deposit_balance);
            if amount > 0 {
                let reason = "the deposit is returned";
                let grant = Grant { source: Source::Deposit, amount, reason, exception: None };
                follow_up.push(self.open_refund(&mut payment, order, &grant)?);
            }
        }
        Ok(())
    }

    /// Settles what was said about a refund.
    pub(super) fn refund_said(
        &mut self,
        refund: &mut Refund,
        fact: &RefundFact,
        source: Option<&Message>,
        by_hand: Option<&str>,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<Verdict> {
        if let Some(source) = source
            && journal::seen(self.connection, &source.name)?.is_some()
        {
            return Ok(Verdict::Duplicate);
        }
        if let Some(explanation) = misfit(refund, fact.amount.as_ref()) {
            return self.hold_refund(refund, Kind::AmountMismatch, explanation, source);
        }
        match refund::answer(refund.state, fact.event) {
            machine::Answer::To(state) => {
                self.move_refund(refund, fact, state, source, by_hand, follow_up)
            }
            _ => self.note_refund(refund, fact, source),
        }
    }

    fn note_refund(
        &mut self,
        refund: &mut Refund,
        fact: &RefundFact,
        source: Option<&Message>,
    ) -> Result<Verdict> {
        if refund.transaction_id.is_none() && fact.transaction_id.is_some() {
            refund.transaction_id.clone_from(&fact.transaction_id);
            refunds::update(self.connection, refund, self.now)?;
        }
        if source.is_some() {
            let detail = Detail::new()
                .with("event", fact.event.as_str())
                .with("state", refund.state.as_str());
            self.mark(EventName::CallbackNoted, Concerns::refund(refund), source, detail)?;
        }
        Ok(Verdict::Already)
    }

    fn move_refund(
        &mut self,
        refund: &mut Refund,
        fact: &RefundFact,
        to: State,
        source: Option<&Message>,
        by_hand: Option<&str>,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<Verdict> {
        let from = refund.state;
        let mut affected = self.affected(refund)?;
        if from != State::Pending && to == State::Succeeded && !affected.can_reserve(refund) {
            let explanation = format!(
                "the gateway paid {} after {} had been given up, and that much is not left",
                refund.money(),
                refund.id
            );
            return self.hold_refund(refund, Kind::Unapplied, explanation, source);
        }
        refund.state = to;
        refund.due_at = None;
        if fact.transaction_id.is_some() {
            refund.transaction_id.clone_from(&fact.transaction_id);
        }
        refund.failure_code = fact.decline.as_ref().map(|d| d.code.clone());
        refund.failure_message = fact.decline.as_ref().map(|d| d.message.clone());
        refunds::update(self.connection, refund, self.now)?;
        let event = match to {
            State::Succeeded => EventName::RefundSucceeded,
            State::Cancelled => EventName::RefundCancelled,
            State::Failed | State::Pending => EventName::RefundFailed,
        };
        let entry = self.announce_refund(event, refund, source, by_hand)?;
        for kind in steps(from, to) {
            if *kind == TransferKind::RefundReserved
                && refund.source == Source::Order
                && let Some((_, order)) = &mut affected.0
            {
                self.make_room(entry, order, refund.amount)?;
            }
            self.book_refund(entry, *kind, refund)?;
            affected.follow(refund, *kind)?;
        }
        self.after_refund(refund, affected, follow_up)?;
        Ok(Verdict::Applied)
    }

    /// Payment and order follow their refund.
    fn after_refund(
        &mut self,
        refund: &Refund,
        affected: Affected,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        if refund.state == State::Failed {
            self.refund_failed(refund)?;
        }
        let Some((mut payment, mut order)) = affected.0 else { return Ok(()) };
        payments::update(self.connection, &mut payment, self.now)?;
        if refund.state == State::Succeeded && refund.source == Source::Deposit {
            let detail = Detail::new()
                .with("amount", &refund.money().to_text())
                .with("currency", refund.currency.code());
            self.journal(EventName::DepositReturned, Concerns::refund(refund), detail)?;
        }
        let nothing_pending = order.refund_pending == 0;
        let event = match refund.state {
            State::Succeeded if nothing_pending && order.refunded == order.paid => {
                Some(flow::REFUND_COMPLETED)
            }
            State::Failed | State::Cancelled if nothing_pending => Some(flow::RESUME),
            _ => None,
        };
        if let Some(event) = event {
            self.fire_if_possible(&mut order, event, follow_up)?;
        }
        orders::update(self.connection, &mut order, self.now)
    }

    /// A refund that did not work is a matter for a person: the payer waits for money.
    fn refund_failed(&mut self, refund: &Refund) -> Result<()> {
        let why = refund.failure_message.as_deref().or(refund.failure_code.as_deref());
        let explanation = format!(
            "the gateway could not pay {} back: {}",
            refund.money(),
            why.unwrap_or("it gave no reason")
        );
        let exception = self.about_refund(refund, Kind::RefundFailed, explanation)?;
        self.open_exception(exception, None).map(drop)
    }

    fn hold_refund(
        &mut self,
        refund: &Refund,
        kind: Kind,
        explanation: String,
        source: Option<&Message>,
    ) -> Result<Verdict> {
        let exception = self.about_refund(refund, kind, explanation)?;
        self.open_exception(exception, source).map(|e| Verdict::Held(Box::new(e)))
    }

    fn about_refund(&self, refund: &Refund, kind: Kind, explanation: String) -> Result<Exception> {
        Ok(Exception {
            key: 0,
            id: self.exception_id()?,
            kind,
            gateway: refund.gateway.clone(),
            order_key: refund.order_key,
            order_id: refund.order_id,
            payment_key: refund.payment_key,
            payment_id: refund.payment_id,
            refund_key: Some(refund.key),
            refund_id: Some(refund.id),
            amount: None,
            currency: None,
            transaction_id: None,
            explanation,
            body: None,
            suggestion: Resolution::Refund,
            resolution: None,
            actor: None,
            reason: None,
            created_at: self.now,
            resolved_at: None,
        })
    }

    fn affected(&mut self, refund: &Refund) -> Result<Affected> {
        let (Some(payment), Some(order)) = (refund.payment_id, refund.order_id) else {
            return Ok(Affected(None));
        };
        Ok(Affected(Some((self.payment(payment)?, self.order(order)?))))
    }

    fn refund_heard(
        &mut self,
        refund: &mut Refund,
        heard: &Heard,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        let fact = match heard {
            Heard::Answer(Answer::Refund(fact)) => fact.clone(),
            Heard::Answer(Answer::Refused { code, reason }) if !code.retryable() => {
                let decline =
                    Decline { code: code.as_str().to_owned(), message: reason.to_owned() };
                RefundFact { decline: Some(decline), ..plain(Event::Fail) }
            }
            // Busy, unreachable, silent or ignorant: the reservation stays and due work sends or asks again.
            Heard::Answer(_) | Heard::Unknown => plain(Event::Accept),
        };
        self.refund_said(refund, &fact, None, None, follow_up)?;
        if refund.state == State::Pending {
            refund.queries += 1;
            refund.due_at = Some(due::next_query(refund.queries, self.now));
            refunds::update(self.connection, refund, self.now)?;
        }
        Ok(())
    }
}

/// What is booked when a refund goes from one state to another.
fn steps(from: State, to: State) -> &'static [TransferKind] {
    use TransferKind::{RefundBounced, RefundPaid, RefundReleased, RefundReserved};
    match (from, to) {
        (State::Pending, State::Succeeded) => &[RefundPaid],
        (State::Pending, State::Failed | State::Cancelled) => &[RefundReleased],
        (State::Succeeded, State::Failed) => &[RefundBounced, RefundReleased],
        (State::Failed | State::Cancelled, State::Succeeded) => &[RefundReserved, RefundPaid],
        _ => &[],
    }
}

/// The payment and order whose sums follow a refund; nothing for money from suspense.
struct Affected(Option<(Payment, Order)>);

impl Affected {
    /// Whether the money of a refund that was given up is still there.
    fn can_reserve(&self, refund: &Refund) -> bool {
        self.0.as_ref().is_some_and(|(payment, order)| {
            let left = match refund.source {
                Source::Deposit => payment.refundable().min(order.deposit_balance),
                Source::Order | Source::Suspense => payment.refundable(),
            };
            refund.amount <= left
        })
    }

    /// Moves the sums as the transfer of this kind moved the money.
    fn follow(&mut self, refund: &Refund, kind: TransferKind) -> Result<()> {
        let Some((payment, order)) = &mut self.0 else { return Ok(()) };
        let amount = refund.amount;
        let (pending, done) = match kind {
            TransferKind::RefundReserved => (amount, 0),
            TransferKind::RefundPaid => (-amount, amount),
            TransferKind::RefundBounced => (amount, -amount),
            _ => (-amount, 0),
        };
        for sum in [&mut payment.refund_pending, &mut order.refund_pending] {
            order::add(sum, pending)?;
        }
        for sum in [&mut payment.refunded, &mut order.refunded] {
            order::add(sum, done)?;
        }
        let account = match refund.source {
            Source::Deposit => {
                order::add(&mut order.deposit_returned, done)?;
                &mut order.deposit_balance
            }
            Source::Order | Source::Suspense => &mut order.balance,
        };
        match kind {
            TransferKind::RefundReserved => order::add(account, -amount),
            TransferKind::RefundReleased => order::add(account, amount),
            _ => Ok(()),
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

/// Why a claim does not fit a refund, if it does not.
fn misfit(refund: &Refund, claim: Option<&Claim>) -> Option<String> {
    let claim = claim?;
    let currency = claim.currency.as_deref().unwrap_or(refund.currency.code());
    let amount = match &claim.amount {
        ClaimedAmount::Minor(minor) => Some(*minor),
        ClaimedAmount::Major(text) => {
            Money::from_wire_text(text, refund.currency).map(|money| money.minor)
        }
    };
    let fits =
        amount == Some(refund.amount) && currency.eq_ignore_ascii_case(refund.currency.code());
    (!fits).then(|| format!("the gateway reports another amount than {}", refund.money()))
}
