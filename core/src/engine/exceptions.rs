//! Exceptions: a person decides what becomes of money that could not be applied. Nothing is decided without a name
//! and a reason.

use std::sync::Arc;

use super::Engine;
use super::books::{Books, Concerns, Movement};
use super::pay::check_evidence;
use super::refund_open::Grant;
use super::settle::announcement;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::exception::{Exception, Kind, Resolution};
use crate::id::{ExceptionId, OrderId, PaymentId, RefundId};
use crate::journal::{Detail, EventName};
use crate::ledger::{AccountKind, TransferKind};
use crate::machine::Answer;
use crate::money::Money;
use crate::order::Order;
use crate::payment::{self, Event, Payment, State};
use crate::refund::{self, Source};
use crate::store::sql::{exceptions, orders, payments, refunds};

/// What a person decided about an exception.
#[derive(Clone, Debug)]
pub struct ResolveException {
    /// Which.
    pub exception: ExceptionId,
    /// What becomes of it.
    pub resolution: Resolution,
    /// For `apply`: the order that the money counts for; the exception's own unless said.
    pub order: Option<OrderId>,
    /// Who decides.
    pub actor: String,
    /// Why.
    pub reason: String,
}

impl Engine {
    /// Resolves an exception. A refund that follows goes out before this returns.
    pub fn resolve_exception(self: &Arc<Self>, resolve: ResolveException) -> Result<Exception> {
        check_evidence(&resolve.actor, &resolve.reason)?;
        let actor = resolve.actor.clone();
        let (exception, refunds) = self.transact(&actor, move |books| {
            let mut follow_up = Vec::new();
            let exception = books.resolve(&resolve, &mut follow_up)?;
            Ok((exception, follow_up))
        })?;
        self.send_refunds(&refunds);
        Ok(exception)
    }
}

impl Books<'_> {
    fn resolve(
        &mut self,
        resolve: &ResolveException,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<Exception> {
        let mut exception =
            exceptions::find(self.connection, resolve.exception)?.ok_or_else(|| {
                Error::new(Code::ExceptionNotFound).with("exception", resolve.exception)
            })?;
        if let Some(done) = exception.resolution {
            return Err(Error::new(Code::ExceptionResolved)
                .with("exception", exception.id)
                .with("resolution", done));
        }
        let evidence = (resolve.actor.as_str(), resolve.reason.as_str());
        exceptions::resolve(
            self.connection,
            &mut exception,
            resolve.resolution,
            evidence,
            self.now,
        )?;
        let detail = Detail::new()
            .with("resolution", resolve.resolution.as_str())
            .with("reason", &resolve.reason);
        let concerns = Concerns::exception(&exception);
        let entry = self.journal(EventName::ExceptionResolved, concerns, detail)?;
        match resolve.resolution {
            Resolution::Apply => {
                self.apply_suspense(entry, &exception, resolve.order, follow_up)?
            }
            Resolution::Refund => self.refund_exception(&exception, &resolve.reason, follow_up)?,
            Resolution::WriteOff => self.write_off(entry, &exception)?,
        }
        Ok(exception)
    }

    /// Money from suspense counts for an order, as a payment of its own unless it fits the one it came for.
    fn apply_suspense(
        &mut self,
        entry: i64,
        exception: &Exception,
        order: Option<OrderId>,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        let money = suspended(exception, Resolution::Apply)?;
        let id = order.or(exception.order_id).ok_or_else(|| {
            Error::new(Code::ArgumentMissing)
                .with("field", "order_id")
                .with("rule", "the exception belongs to no order; say which one gets the money")
        })?;
        let mut order = self.order(id)?;
        if order.currency != money.currency {
            return Err(Error::new(Code::CurrencyMismatch)
                .with("given", money.currency)
                .with("expected", order.currency));
        }
        let payment = match self.own_payment(exception, &order, money)? {
            Some(payment) => self.succeed_from_suspense(payment, exception, money)?,
            None => {
                self.close_open_payment(exception)?;
                self.payment_from_suspense(exception, &order, money)?
            }
        };
        let movement = Movement {
            kind: TransferKind::SuspenseApplied,
            amount: money.minor,
            currency: money.currency.code(),
            gateway: "",
            source: AccountKind::Suspense,
        };
        let concerns = Concerns { exception: Some(exception.key), ..Concerns::payment(&payment) };
        self.book(entry, concerns, movement)?;
        self.credited(entry, &payment, &mut order, follow_up)?;
        self.hurry_rivals(&order)
    }

    /// The payment that the money came for, if the money can still be its own.
    fn own_payment(
        &mut self,
        exception: &Exception,
        order: &Order,
        money: Money,
    ) -> Result<Option<Payment>> {
        let Some(id) = exception.payment_id else { return Ok(None) };
        let payment = self.payment(id)?;
        let takes =
            matches!(payment::answer(payment.state, Event::Succeed), Answer::To(_) | Answer::Late);
        let fits = payment.order_key == order.key
            && money.minor <= payment.amount
            && money.currency == payment.currency;
        Ok((takes && fits).then_some(payment))
    }

    fn succeed_from_suspense(
        &mut self,
        mut payment: Payment,
        exception: &Exception,
        money: Money,
    ) -> Result<Payment> {
        let from = payment.state;
        payment.late = !from.is_active();
        payment.manual = true;
        payment.state = State::Succeeded;
        payment.captured = money.minor;
        payment.paid_at = Some(self.now);
        payment.due_at = None;
        payment.transaction_id.clone_from(&exception.transaction_id);
        payments::update(self.connection, &mut payment, self.now)?;
        let detail = applied_detail(exception, money).with("from", from.as_str());
        self.journal(EventName::PaymentSucceeded, Concerns::payment(&payment), detail)?;
        Ok(payment)
    }

    fn payment_from_suspense(
        &mut self,
        exception: &Exception,
        order: &Order,
        money: Money,
    ) -> Result<Payment> {
        let method = match exception.payment_id {
            Some(id) => self.payment(id)?.method,
            None => exception.gateway.clone(),
        };
        let mut payment = Payment {
            key: 0,
            id: PaymentId::new(self.now, self.engine.randomness())?,
            order_key: order.key,
            order_id: order.id,
            customer: order.customer.clone(),
            gateway: exception.gateway.clone(),
            method,
            reference: None,
            state: State::Succeeded,
            currency: money.currency,
            amount: money.minor,
            captured: money.minor,
            refunded: 0,
            refund_pending: 0,
            transaction_id: exception.transaction_id.clone(),
            late: false,
            manual: true,
            manual_capture: false,
            action: None,
            failure_code: None,
            failure_message: None,
            description: exception.explanation.clone(),
            return_url: None,
            presentation: None,
            queries: 0,
            due_at: None,
            expires_at: self.now,
            paid_at: Some(self.now),
            created_at: self.now,
            updated_at: self.now,
            version: 1,
        };
        payment.key = payments::insert(self.connection, &payment)?;
        let detail = applied_detail(exception, money);
        self.journal(EventName::PaymentSucceeded, Concerns::payment(&payment), detail)?;
        Ok(payment)
    }

    /// The payment that the money came for will get no other: it stops waiting.
    fn close_open_payment(&mut self, exception: &Exception) -> Result<()> {
        let Some(id) = exception.payment_id else { return Ok(()) };
        let mut payment = self.payment(id)?;
        if exception.amount.is_none() || !payment.state.is_active() {
            return Ok(());
        }
        let Answer::To(state) = payment::answer(payment.state, Event::Cancel) else {
            return Ok(());
        };
        let detail = Detail::new()
            .with("from", payment.state.as_str())
            .with("to", state.as_str())
            .with("reason", "its money was dealt with as an exception");
        (payment.state, payment.due_at) = (state, None);
        payments::update(self.connection, &mut payment, self.now)?;
        self.journal(announcement(state), Concerns::payment(&payment), detail).map(drop)
    }

    fn refund_exception(
        &mut self,
        exception: &Exception,
        reason: &str,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        match exception.kind {
            Kind::Overpaid => self.refund_excess(exception, reason, follow_up),
            Kind::RefundFailed => self.refund_again(exception, reason, follow_up),
            _ => {
                let money = suspended(exception, Resolution::Refund)?;
                self.close_open_payment(exception)?;
                follow_up.push(self.open_suspense_refund(exception, money, reason)?);
                Ok(())
            }
        }
    }

    fn refund_excess(
        &mut self,
        exception: &Exception,
        reason: &str,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        let (mut payment, mut order) = self.both(exception)?;
        let kept = order.total - order.deposit_returned;
        let excess = order.paid - order.refunded - order.refund_pending - kept;
        let amount = excess.min(payment.refundable());
        if amount <= 0 {
            return Err(impossible(exception, Resolution::Refund, "nothing is overpaid any more"));
        }
        let grant = Grant { source: Source::Order, amount, reason, exception: None, at: None };
        follow_up.push(self.open_refund(&mut payment, &mut order, &grant)?);
        orders::update(self.connection, &mut order, self.now)
    }

    fn refund_again(
        &mut self,
        exception: &Exception,
        reason: &str,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        let failed = match exception.refund_id {
            Some(id) => refunds::find(self.connection, id)?,
            None => None,
        };
        let failed = failed.ok_or_else(|| Error::bug("a failed refund without a refund"))?;
        if failed.state == refund::State::Succeeded {
            let why = "the gateway has paid it after all";
            return Err(impossible(exception, Resolution::Refund, why));
        }
        if failed.source == Source::Suspense {
            let origin = match failed.exception_id {
                Some(id) => exceptions::find(self.connection, id)?,
                None => None,
            };
            let origin = origin.ok_or_else(|| Error::bug("a suspense refund of nothing"))?;
            follow_up.push(self.open_suspense_refund(&origin, failed.money(), reason)?);
            return Ok(());
        }
        let (mut payment, mut order) = self.both(exception)?;
        let left = match failed.source {
            Source::Deposit => payment.refundable().min(order.deposit_balance),
            Source::Order | Source::Suspense => payment.refundable(),
        };
        if failed.amount > left {
            return Err(impossible(exception, Resolution::Refund, "that much is not left"));
        }
        let grant = Grant {
            source: failed.source,
            amount: failed.amount,
            reason,
            exception: None,
            at: None,
        };
        follow_up.push(self.open_refund(&mut payment, &mut order, &grant)?);
        self.asked_back(&mut order)?;
        orders::update(self.connection, &mut order, self.now)
    }

    fn both(&mut self, exception: &Exception) -> Result<(Payment, Order)> {
        match (exception.payment_id, exception.order_id) {
            (Some(payment), Some(order)) => Ok((self.payment(payment)?, self.order(order)?)),
            _ => Err(Error::bug("an exception without its payment and order")),
        }
    }

    fn write_off(&mut self, entry: i64, exception: &Exception) -> Result<()> {
        let (Some(amount), Some(currency)) = (exception.amount, exception.currency) else {
            return Ok(());
        };
        self.close_open_payment(exception)?;
        let movement = Movement {
            kind: TransferKind::SuspenseWrittenOff,
            amount,
            currency: currency.code(),
            gateway: "",
            source: AccountKind::Suspense,
        };
        self.book(entry, Concerns::exception(exception), movement)
    }
}

/// The money that waits with an exception. Fails with `resolution_impossible` when none does.
fn suspended(exception: &Exception, resolution: Resolution) -> Result<Money> {
    exception
        .amount
        .zip(exception.currency)
        .map(|(minor, currency): (i64, Currency)| Money { minor, currency })
        .ok_or_else(|| impossible(exception, resolution, "no money waits with it"))
}

fn impossible(exception: &Exception, resolution: Resolution, why: &str) -> Error {
    Error::new(Code::ResolutionImpossible)
        .with("exception", exception.id)
        .with("resolution", resolution)
        .with("why", why)
}

fn applied_detail(exception: &Exception, money: Money) -> Detail {
    Detail::new()
        .with("to", State::Succeeded.as_str())
        .with("amount", &money.to_text())
        .with("currency", money.currency.code())
        .with("exception", &exception.id.to_string())
        .with_some("transaction_id", exception.transaction_id.as_deref())
}
