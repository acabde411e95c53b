//! Reading: single things, lists, logs. It changes nothing.

use super::Engine;
use super::notice::target_of;
use crate::error::{Code, Error, Result};
use crate::exception::Exception;
use crate::gateway::Subject;
use crate::http::Reply;
use crate::id::{ExceptionId, OrderId, PaymentId, RefundId};
use crate::journal::Event;
use crate::order::{Line, Order};
use crate::payment::{self, Payment};
use crate::payment_reply;
use crate::refund::{self, Refund};
use crate::store::Connection;
use crate::store::sql::ledger::{Balance, Booked};
use crate::store::sql::{Listed, Page, exceptions, journal, ledger, orders, payments, refunds};

/// No name of a payment is longer than this.
const NAME_MAX: usize = 255;
/// A log or timeline shows at most this many rows.
const LOG_ROWS_MAX: i64 = 1000;

impl Engine {
    /// One order. Fails with `order_not_found`.
    pub fn order(&self, id: OrderId) -> Result<Order> {
        self.read(|connection| orders::find(connection, id))?
            .ok_or_else(|| Error::new(Code::OrderNotFound).with("order", id))
    }

    /// One order by the host's own id. Fails with `order_not_found`.
    pub fn order_by_reference(&self, flow: &str, reference: &str) -> Result<Order> {
        self.flow(flow)?;
        self.read(|connection| orders::by_reference(connection, flow, reference))?
            .ok_or_else(|| Error::new(Code::OrderNotFound).with("order", reference.escape_debug()))
    }

    /// The lines of an order.
    pub fn lines(&self, order: &Order) -> Result<Vec<Line>> {
        self.read(|connection| orders::lines(connection, order.key))
    }

    /// A page of orders, newest first.
    pub fn orders(&self, filter: orders::Filter<'_>, page: Page) -> Result<Listed<Order>> {
        self.read(|connection| orders::list(connection, filter, page))
    }

    /// One payment. Fails with `payment_not_found`.
    pub fn payment(&self, id: PaymentId) -> Result<Payment> {
        self.read(|connection| payments::find(connection, id))?
            .ok_or_else(|| Error::new(Code::PaymentNotFound).with("payment", id))
    }

    /// A page of payments, newest first.
    pub fn payments(
        &self,
        order: Option<OrderId>,
        customer: Option<&str>,
        state: Option<payment::State>,
        page: Page,
    ) -> Result<Listed<Payment>> {
        self.read(|connection| {
            let order = order.map(|id| order_key(connection, id)).transpose()?;
            payments::list(connection, payments::Filter { order, customer, state }, page)
        })
    }

    /// One refund. Fails with `refund_not_found`.
    pub fn find_refund(&self, id: RefundId) -> Result<Refund> {
        self.read(|connection| refunds::find(connection, id))?
            .ok_or_else(|| Error::new(Code::RefundNotFound).with("refund", id))
    }

    /// A page of refunds, newest first.
    pub fn refunds(
        &self,
        payment: Option<PaymentId>,
        order: Option<OrderId>,
        state: Option<refund::State>,
        page: Page,
    ) -> Result<Listed<Refund>> {
        self.read(|connection| {
            let order = order.map(|id| order_key(connection, id)).transpose()?;
            let payment = match payment {
                Some(id) => Some(
                    payments::find(connection, id)?
                        .ok_or_else(|| Error::new(Code::PaymentNotFound).with("payment", id))?
                        .key,
                ),
                None => None,
            };
            refunds::list(connection, refunds::Filter { payment, order, state }, page)
        })
    }

    /// One exception. Fails with `exception_not_found`.
    pub fn exception(&self, id: ExceptionId) -> Result<Exception> {
        self.read(|connection| exceptions::find(connection, id))?
            .ok_or_else(|| Error::new(Code::ExceptionNotFound).with("exception", id))
    }

    /// A page of exceptions, oldest first.
    pub fn exceptions(&self, open_only: bool, page: Page) -> Result<Listed<Exception>> {
        self.read(|connection| exceptions::list(connection, open_only, page))
    }

    /// What happened to an order, its payments and refunds, oldest first.
    pub fn timeline(&self, order: OrderId) -> Result<Vec<Event>> {
        self.read(|connection| {
            let order = order_key(connection, order)?;
            journal::of_order(connection, order, LOG_ROWS_MAX)
        })
    }

    /// What happened to a payment and its refunds, oldest first.
    pub fn logs(&self, payment: PaymentId) -> Result<Vec<Event>> {
        let events = self.timeline(self.payment(payment)?.order_id)?;
        Ok(events.into_iter().filter(|event| event.payment_id == Some(payment)).collect())
    }

    /// The transfers of an order, in the order they were booked.
    pub fn transfers(&self, order: OrderId) -> Result<Vec<Booked>> {
        self.read(|connection| {
            let order = order_key(connection, order)?;
            ledger::of_order(connection, order)
        })
    }

    /// What stands in every account that is not even.
    pub fn balances(&self) -> Result<Vec<Balance>> {
        self.read(|connection| ledger::balances(connection, false))
    }

    /// The payment of an account that a returning payer's address names: by our id, or by the gateway's name for it. Fails
    /// with `gateway_not_found` and `payment_not_found`.
    pub fn returning<'v>(
        &self,
        gateway: &str,
        values: impl Iterator<Item = &'v String>,
    ) -> Result<Payment> {
        self.gateway(gateway)?;
        let named: Vec<_> = values.filter(|v| v.len() <= NAME_MAX).collect();
        let found = self.read(|connection| {
            for value in &named {
                let subject = Subject::payment(value);
                if let Some(target) = target_of(connection, &subject, gateway, None)? {
                    return Ok(Some(target.payment));
                }
            }
            Ok(None)
        })?;
        found.ok_or_else(|| Error::new(Code::PaymentNotFound).with("payment", "?"))
    }

    /// The payment as JSON, for gateways whose senders expect it as the answer to a callback.
    pub(super) fn payment_reply(&self, payment: &Payment) -> Result<Reply> {
        let logs = self.logs(payment.id)?;
        Ok(Reply::json(200, payment_reply::payment_reply(payment, &logs)?))
    }
}

fn order_key(connection: &mut dyn Connection, id: OrderId) -> Result<i64> {
    match orders::find(connection, id)? {
        Some(order) => Ok(order.key),
        None => Err(Error::new(Code::OrderNotFound).with("order", id)),
    }
}
