//! Refunds at the moment they are accepted: the row, its journal entry, and the money set aside for it. It asks no
//! gateway and judges no request.

use super::books::{Books, Concerns, Movement, account_of};
use super::due;
use crate::clock::Time;
use crate::error::{Error, Result};
use crate::exception::Exception;
use crate::id::RefundId;
use crate::journal::{Detail, EventName, Source as Message};
use crate::ledger::{AccountKind, TransferKind};
use crate::money::Money;
use crate::order::{self, Order};
use crate::payment::Payment;
use crate::refund::{Refund, Source, State};
use crate::store::sql::{payments, refunds};

/// What a refund is taken from.
pub(super) struct Grant<'a> {
    pub(super) source: Source,
    pub(super) amount: i64,
    pub(super) reason: &'a str,
    pub(super) exception: Option<&'a Exception>,
    /// When it was accepted, if that was before now.
    pub(super) at: Option<Time>,
}

impl Books<'_> {
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
            at: None,
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
            created_at: grant.at.unwrap_or(self.now),
            updated_at: self.now,
            version: 1,
        })
    }

    /// An order's balance may have become a deposit held or revenue: what a refund needs is taken back from there.
    pub(super) fn make_room(&mut self, entry: i64, order: &mut Order, amount: i64) -> Result<()> {
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

    pub(super) fn book_refund(
        &mut self,
        entry: i64,
        kind: TransferKind,
        refund: &Refund,
    ) -> Result<()> {
        let movement = Movement {
            kind,
            amount: refund.amount,
            currency: refund.currency.code(),
            gateway: &refund.gateway,
            source: account_of(refund.source),
        };
        self.book(entry, Concerns::refund(refund), movement)
    }

    pub(super) fn announce_refund(
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
                let grant =
                    Grant { source: Source::Order, amount, reason, exception: None, at: None };
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
                let grant =
                    Grant { source: Source::Deposit, amount, reason, exception: None, at: None };
                follow_up.push(self.open_refund(&mut payment, order, &grant)?);
            }
        }
        Ok(())
    }
}
