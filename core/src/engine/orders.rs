//! Orders: created, extended, moved along their flow, given up. Money follows only through refunds and the ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::books::{Books, Concerns};
use super::idempotency::{IdempotencyKey, Known};
use super::{Engine, due};
use crate::clock::Time;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::flow;
use crate::id::OrderId;
use crate::journal::{Detail, EventName};
use crate::order::{self, LINES_MAX, Line, Order};
use crate::payment::Payment;
use crate::store::sql::{keys, orders, payments};
use crate::{journal, text};

/// An order may be paid for this long, unless the host says otherwise.
const PAYABLE_SECONDS: i64 = 24 * 60 * 60;
/// A line's or a reason's text has at most this many characters: what fits on a receipt.
pub(super) const TEXT_MAX: usize = 500;
/// The name of whoever acts has at most this many characters.
pub(super) const ACTOR_MAX: usize = 100;

/// A line to be ordered.
pub type NewLine = Line;

/// An order to be created.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// What is owed; at least one line.
    pub lines: Vec<NewLine>,
    /// The currency of every amount.
    pub currency: Currency,
    /// The host's own id.
    pub reference: Option<String>,
    /// Who owes.
    pub customer: Option<String>,
    /// The name of its lifecycle.
    pub flow: String,
    /// The host's own notes.
    pub metadata: BTreeMap<String, String>,
    /// The last moment to create a payment.
    pub payable_until: Option<Time>,
    /// When `start` happens by itself.
    pub starts_at: Option<Time>,
    /// When `overdue` or `lapse` happens by itself.
    pub ends_at: Option<Time>,
    /// The order whose term this one extends once it is paid.
    pub extends: Option<OrderId>,
    /// Makes a repeated call answer with the first one's order.
    pub idempotency_key: Option<IdempotencyKey>,
}

impl NewOrder {
    pub(super) fn check(&self) -> Result<()> {
        if let Some(reference) = &self.reference {
            text::reference("reference", reference)?;
        }
        if let Some(customer) = &self.customer {
            text::reference("customer", customer)?;
        }
        text::metadata(&self.metadata)?;
        check_lines(&self.lines)
    }
}

fn check_lines(lines: &[NewLine]) -> Result<()> {
    if lines.is_empty() {
        return Err(Error::new(Code::ArgumentMissing)
            .with("field", "lines")
            .with("rule", "an order needs an amount or at least one line"));
    }
    if lines.len() > LINES_MAX {
        return Err(too_many_lines());
    }
    for line in lines {
        text::line("description", &line.description, TEXT_MAX)?;
        if line.quantity < 1 {
            return Err(Error::new(Code::ArgumentRange)
                .with("field", "quantity")
                .with("given", line.quantity)
                .with("rule", "at least 1"));
        }
        line.amount()?;
    }
    Ok(())
}

fn too_many_lines() -> Error {
    Error::new(Code::TooLarge).with("field", "lines").with("limit", LINES_MAX)
}

/// An event that a host fires on an order.
#[derive(Clone, Debug)]
pub struct Transition {
    /// The order.
    pub order: OrderId,
    /// The event.
    pub event: String,
    /// Who says so.
    pub actor: Option<String>,
    /// A part of the deposit that is kept, in minor units, with the reason.
    pub withhold: Option<(i64, String)>,
}

impl Engine {
    /// Creates an order.
    pub fn create_order(self: &Arc<Self>, new: NewOrder) -> Result<Order> {
        new.check()?;
        let flow = self.flow(&new.flow)?;
        let (total, deposit_total) = order::sum(&new.lines)?;
        new_total(total, new.currency)?;
        let initial = flow.initial().to_owned();
        self.transact(journal::SYSTEM, move |books| {
            if let Some(key) = &new.idempotency_key
                && let Known::Made(id) = key.look_up(books)?
            {
                return books.order(OrderId::from_bytes(id));
            }
            let mut order = new.order(books, initial.clone(), total, deposit_total)?;
            books.write_order(&mut order, &new.lines)?;
            if let Some(key) = &new.idempotency_key {
                key.record(books, order.id.to_bytes(), false)?;
            }
            Ok(order)
        })
    }

    /// Adds lines to an order that still takes payments; what is due grows with them.
    pub fn add_lines(self: &Arc<Self>, id: OrderId, lines: Vec<NewLine>) -> Result<Order> {
        check_lines(&lines)?;
        self.transact(journal::SYSTEM, move |books| {
            let mut order = books.order(id)?;
            let flow = books.engine.flow(&order.flow)?;
            if !flow.is_payable(&order.state) {
                return Err(not_payable(&order));
            }
            let mut all = orders::lines(books.connection, order.key)?;
            all.extend(lines.iter().cloned());
            if all.len() > LINES_MAX {
                return Err(too_many_lines());
            }
            let (total, deposit_total) = order::sum(&all)?;
            new_total(total, order.currency)?;
            orders::insert_lines(books.connection, order.key, &lines)?;
            let before = order.money(order.total).to_text();
            (order.total, order.deposit_total) = (total, deposit_total);
            let detail = Detail::new()
                .with("total_before", &before)
                .with("total", &order.money(total).to_text());
            books.journal(EventName::OrderUpdated, Concerns::order(&order), detail)?;
            orders::update(books.connection, &mut order, books.now)?;
            Ok(order)
        })
    }

    /// Fires an event on an order. The refunds that follow from it go out before this returns.
    pub fn transition_order(self: &Arc<Self>, transition: Transition) -> Result<Order> {
        if flow::RESERVED.contains(&transition.event.as_str()) {
            return Err(Error::new(Code::TransitionReserved).with("event", &transition.event));
        }
        if let Some(actor) = &transition.actor {
            text::line("actor", actor, ACTOR_MAX)?;
        }
        if let Some((_, reason)) = &transition.withhold {
            text::line("reason", reason, TEXT_MAX)?;
        }
        let id = transition.order;
        let actor = transition.actor.clone();
        let refunds = self.transact(actor.as_deref().unwrap_or(journal::SYSTEM), move |books| {
            let mut follow_up = Vec::new();
            let mut order = books.order(transition.order)?;
            if let Some((amount, reason)) = &transition.withhold {
                books.check_withhold(&order, &transition.event)?;
                books.withhold_deposit(&mut order, *amount, reason)?;
            }
            books.fire(&mut order, &transition.event, Detail::new(), &mut follow_up)?;
            Ok(follow_up)
        })?;
        self.send_refunds(&refunds);
        self.order(id)
    }

    /// Gives an order up: closes its open payment at the gateway, then fires `cancel`.
    /// Fails with `paid` when the payer was faster.
    pub fn cancel_order(
        self: &Arc<Self>,
        id: OrderId,
        actor: Option<String>,
        reason: Option<String>,
    ) -> Result<Order> {
        let who = actor.as_deref().unwrap_or(journal::SYSTEM);
        text::line("actor", who, ACTOR_MAX)?;
        if let Some(reason) = &reason {
            text::line("reason", reason, TEXT_MAX)?;
        }
        self.check_cancellable(id)?;
        if let Some(open) = self.open_payment(id)? {
            self.cancel_payment(open.id, who)?;
        }
        let refunds = self.transact(who, move |books| {
            let mut follow_up = Vec::new();
            let mut order = books.order(id)?;
            if let Some(open) = payments::active(books.connection, order.key)? {
                // A payment was begun between our two looks; nobody cancels what may be paid right now.
                return Err(active_payment(&order, &open));
            }
            let detail = Detail::new().with_some("reason", reason.as_deref());
            books.fire(&mut order, flow::CANCEL, detail, &mut follow_up)?;
            Ok(follow_up)
        })?;
        self.send_refunds(&refunds);
        self.order(id)
    }

    /// Refuses before the gateway is asked to close anything for an order that cannot be cancelled.
    fn check_cancellable(&self, id: OrderId) -> Result<()> {
        let order = self.order(id)?;
        match self.flow(&order.flow)?.row(&order.state, flow::CANCEL) {
            Some(_) => Ok(()),
            None => Err(self.impossible(&order, flow::CANCEL)),
        }
    }

    fn open_payment(&self, id: OrderId) -> Result<Option<Payment>> {
        self.read(|connection| {
            let Some(order) = orders::find(connection, id)? else { return Ok(None) };
            payments::active(connection, order.key)
        })
    }

    pub(super) fn impossible(&self, order: &Order, event: &str) -> Error {
        let possible = self
            .flow(&order.flow)
            .map(|flow| flow.possible(&order.state).collect::<Vec<_>>().join(", "))
            .unwrap_or_default();
        Error::new(Code::Transition)
            .with("subject", order.id)
            .with("state", &order.state)
            .with("event", event.escape_debug())
            .with("possible", possible)
    }
}

impl NewOrder {
    pub(super) fn order(
        &self,
        books: &Books<'_>,
        state: String,
        total: i64,
        deposit_total: i64,
    ) -> Result<Order> {
        Ok(Order {
            key: 0,
            id: OrderId::new(books.now, books.engine.randomness())?,
            reference: self.reference.clone(),
            customer: self.customer.clone(),
            flow: self.flow.clone(),
            state,
            currency: self.currency,
            total,
            deposit_total,
            paid: 0,
            refunded: 0,
            refund_pending: 0,
            deposit_returned: 0,
            balance: 0,
            deposit_balance: 0,
            metadata: self.metadata.clone(),
            extends: self.extends,
            payable_until: self
                .payable_until
                .unwrap_or_else(|| books.now.plus_seconds(PAYABLE_SECONDS)),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            due_at: None,
            created_at: books.now,
            updated_at: books.now,
            version: 1,
        })
    }
}

fn new_total(total: i64, currency: Currency) -> Result<()> {
    crate::money::Money { minor: total, currency }.positive().map(drop)
}

pub(super) fn not_payable(order: &Order) -> Error {
    Error::new(Code::OrderNotPayable).with("order", order.id).with("state", &order.state)
}

pub(super) fn active_payment(order: &Order, payment: &Payment) -> Error {
    Error::new(Code::ActivePayment)
        .with("order", order.id)
        .with("payment", payment.id)
        .with("amount", payment.money(payment.amount))
        .with("method", &payment.method)
}

impl Books<'_> {
    /// One order. Fails with `order_not_found`.
    pub(super) fn order(&mut self, id: OrderId) -> Result<Order> {
        orders::find(self.connection, id)?
            .ok_or_else(|| Error::new(Code::OrderNotFound).with("order", id))
    }

    /// Writes a new order and its journal row. Fails with `reference_taken`, and where it extends what it cannot.
    pub(super) fn write_order(&mut self, order: &mut Order, lines: &[NewLine]) -> Result<()> {
        if let Some(reference) = &order.reference
            && let Some(other) = orders::by_reference(self.connection, &order.flow, reference)?
        {
            return Err(Error::new(Code::ReferenceTaken)
                .with("reference", reference)
                .with("owner", other.id));
        }
        self.check_extension(order)?;
        order.due_at = due::order_due(self.engine.flow(&order.flow)?, order);
        order.key = orders::insert(self.connection, order, lines)?;
        let detail = Detail::new()
            .with("state", &order.state)
            .with("total", &order.money(order.total).to_text())
            .with("currency", order.currency.code());
        self.journal(EventName::OrderCreated, Concerns::order(order), detail).map(drop)
    }

    /// An extension must have something to extend, and a later end than it has.
    fn check_extension(&mut self, order: &Order) -> Result<()> {
        let Some(id) = order.extends else { return Ok(()) };
        let extended = self.order(id)?;
        let conflict = |rule: &str| {
            Err(Error::new(Code::ArgumentConflict).with("fields", "extends").with("rule", rule))
        };
        match (order.ends_at, extended.ends_at) {
            _ if extended.flow != order.flow => conflict("both orders follow the same flow"),
            (None, _) => Err(Error::new(Code::ArgumentMissing)
                .with("field", "ends_at")
                .with("rule", "an order that extends another says until when")),
            (Some(new), Some(old)) if new <= old => conflict("the new end is later than the old"),
            _ => Ok(()),
        }
    }

    /// Marks the call behind a key as over.
    pub(super) fn finish_key(&mut self, key: &IdempotencyKey) -> Result<()> {
        keys::finish(self.connection, key.operation, &key.key)
    }
}
