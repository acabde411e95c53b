//! What an event does to an order: journal, state, effects, deposits and revenue. It decides no row; the flow does.

use super::books::{Books, Concerns, Movement};
use super::due;
use crate::error::{Code, Error, Result};
use crate::flow::{self, Effect, Row};
use crate::id::RefundId;
use crate::journal::{Detail, EventName};
use crate::ledger::{AccountKind, TransferKind};
use crate::order::{Order, Settlement};
use crate::store::sql::orders;

impl Books<'_> {
    /// A paid extension moves the end of the order it extends, and brings that one back if it had lapsed.
    pub(super) fn extend(&mut self, by: &Order, follow_up: &mut Vec<RefundId>) -> Result<()> {
        let Some(id) = by.extends else { return Ok(()) };
        let mut extended = self.order(id)?;
        extended.ends_at = by.ends_at.max(extended.ends_at);
        let engine = self.engine;
        let flow = engine.flow(&extended.flow)?;
        let detail = Detail::new().with("extended_by", &by.id.to_string());
        if let Some(row) = flow.row(&extended.state, flow::PAID).filter(|_| extended.due() == 0) {
            self.follow(&mut extended, row, EventName::OrderPaid, detail, follow_up)?;
        } else {
            self.journal(EventName::OrderUpdated, Concerns::order(&extended), detail)?;
            extended.due_at = due::order_due(flow, &extended);
        }
        orders::update(self.connection, &mut extended, self.now)
    }

    /// Fires an event and writes the order. Fails with `transition`.
    pub(super) fn fire(
        &mut self,
        order: &mut Order,
        event: &str,
        detail: Detail,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        let engine = self.engine;
        let Some(row) = engine.flow(&order.flow)?.row(&order.state, event) else {
            return Err(engine.impossible(order, event));
        };
        let name = match row.to.as_str() {
            "completed" => EventName::OrderCompleted,
            "cancelled" => EventName::OrderCancelled,
            _ => EventName::OrderUpdated,
        };
        self.follow(order, row, name, detail, follow_up)?;
        orders::update(self.connection, order, self.now)
    }

    /// Fires an event where the flow knows it, and does nothing where it does not.
    pub(super) fn fire_if_possible(
        &mut self,
        order: &mut Order,
        event: &str,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        match self.engine.flow(&order.flow)?.row(&order.state, event) {
            Some(_) => self.fire(order, event, Detail::new(), follow_up),
            None => Ok(()),
        }
    }

    /// Follows a row: journal, state, effects. The caller writes the order.
    pub(super) fn follow(
        &mut self,
        order: &mut Order,
        row: &Row,
        name: EventName,
        detail: Detail,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        let detail = detail
            .with("event", &row.event)
            .with("from", &row.from)
            .with("to", &row.to)
            .with("settlement", order.settlement().as_str());
        let entry = self.journal(name, Concerns::order(order), detail)?;
        order.state.clone_from(&row.to);
        for effect in &row.effects {
            match effect {
                Effect::RefundAll => self.refund_all(order, follow_up)?,
                Effect::RefundDeposit => self.return_deposit(order, follow_up)?,
                Effect::RecogniseRevenue => self.recognise_revenue(entry, order)?,
            }
        }
        order.due_at = due::order_due(self.engine.flow(&order.flow)?, order);
        Ok(())
    }

    fn recognise_revenue(&mut self, entry: i64, order: &mut Order) -> Result<()> {
        if order.balance == 0 {
            return Ok(());
        }
        let movement = Movement {
            kind: TransferKind::RevenueRecognised,
            amount: order.balance,
            currency: order.currency.code(),
            gateway: "",
            source: AccountKind::Order,
        };
        order.balance = 0;
        self.book(entry, Concerns::order(order), movement)
    }

    pub(super) fn check_withhold(&self, order: &Order, event: &str) -> Result<()> {
        let row = self.engine.flow(&order.flow)?.row(&order.state, event);
        let returns_deposit = row.is_some_and(|r| r.effects.contains(&Effect::RefundDeposit));
        match (row, returns_deposit) {
            (None, _) => Err(self.engine.impossible(order, event)),
            (Some(_), true) => Ok(()),
            (Some(_), false) => {
                Err(Error::new(Code::ArgumentConflict).with("fields", "withhold and event").with(
                    "rule",
                    format_args!("\"{event}\" returns no deposit in flow {}", order.flow),
                ))
            }
        }
    }

    pub(super) fn withhold_deposit(
        &mut self,
        order: &mut Order,
        amount: i64,
        reason: &str,
    ) -> Result<()> {
        if amount > order.deposit_balance {
            return Err(Error::new(Code::WithholdExceeds)
                .with("given", order.money(amount))
                .with("available", order.money(order.deposit_balance)));
        }
        let detail =
            Detail::new().with("amount", &order.money(amount).to_text()).with("reason", reason);
        let entry = self.journal(EventName::DepositWithheld, Concerns::order(order), detail)?;
        order.deposit_balance -= amount;
        let movement = Movement {
            kind: TransferKind::DepositWithheld,
            amount,
            currency: order.currency.code(),
            gateway: "",
            source: AccountKind::Deposit,
        };
        self.book(entry, Concerns::order(order), movement)
    }

    /// An order whose time to pay ran out without any money is given up.
    pub(super) fn expire_order(
        &mut self,
        order: &mut Order,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        if order.settlement() != Settlement::Unsettled {
            return Ok(());
        }
        let detail = Detail::new().with("reason", "nothing was paid in time");
        self.fire(order, flow::CANCEL, detail, follow_up)
    }
}
