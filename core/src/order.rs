//! An order: what is owed. Its sums and what follows from them; it never moves money.

use std::collections::BTreeMap;

use crate::clock::Time;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::id::OrderId;
use crate::machine::words;
use crate::money::Money;

words! {
    /// What a line is for.
    LineKind: "line kind" {
        /// Something sold.
        Item = "item",
        /// A charge for something done.
        Fee = "fee",
        /// A tax.
        Tax = "tax",
        /// Less to pay; the only kind whose amount counts against the total.
        Discount = "discount",
        /// Held as a liability and returned in the end.
        Deposit = "deposit",
    }
}

words! {
    /// How far an order is paid; always derived from its sums.
    Settlement: "settlement" {
        /// Nothing is paid.
        Unsettled = "unsettled",
        /// Something is paid, something is due.
        Partial = "partial",
        /// Nothing is due.
        Settled = "settled",
    }
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is for.
    pub kind: LineKind,
    /// What the payer reads.
    pub description: String,
    /// How many.
    pub quantity: i64,
    /// For one of them, in minor units; positive for every kind.
    pub unit_amount: i64,
}

/// An order has at most this many lines: more is a mistake or an attack, not a basket.
pub const LINES_MAX: usize = 1000;

impl Line {
    /// Quantity times unit amount. Fails with `overflow`.
    pub fn amount(&self) -> Result<i64> {
        self.quantity.checked_mul(self.unit_amount).ok_or_else(overflow)
    }

    /// What it adds to the total: negative for a discount.
    fn share(&self) -> Result<i64> {
        let amount = self.amount()?;
        Ok(if self.kind == LineKind::Discount { -amount } else { amount })
    }
}

/// The sums of some lines: the total, and how much of it is deposit. Fails with `overflow`.
pub fn sum(lines: &[Line]) -> Result<(i64, i64)> {
    lines.iter().try_fold((0_i64, 0_i64), |(total, deposit), line| {
        let share = line.share()?;
        let held = if line.kind == LineKind::Deposit { share } else { 0 };
        let total = total.checked_add(share).ok_or_else(overflow)?;
        Ok((total, deposit.checked_add(held).ok_or_else(overflow)?))
    })
}

/// Adds to a sum. Fails with `overflow`, never wraps.
pub(crate) fn add(sum: &mut i64, amount: i64) -> Result<()> {
    *sum = sum.checked_add(amount).ok_or_else(overflow)?;
    Ok(())
}

fn overflow() -> Error {
    Error::new(Code::Overflow)
}

/// An order as it is stored. All sums are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The integer key inside the database; zero before it is stored.
    pub key: i64,
    /// The public id.
    pub id: OrderId,
    /// The host's own id, unique in its flow.
    pub reference: Option<String>,
    /// Who owes, in the host's words.
    pub customer: Option<String>,
    /// The name of its lifecycle.
    pub flow: String,
    /// Where it stands in that lifecycle.
    pub state: String,
    /// The currency of every sum.
    pub currency: Currency,
    /// The sum of all lines.
    pub total: i64,
    /// The part of the total that is deposit.
    pub deposit_total: i64,
    /// Collected by payments and applied money, ever.
    pub paid: i64,
    /// Paid back by the gateway, ever.
    pub refunded: i64,
    /// Accepted refunds that the gateway has not confirmed.
    pub refund_pending: i64,
    /// The part of `refunded` that was deposit; it does not become due again.
    pub deposit_returned: i64,
    /// The balance of the ledger account `order:…`.
    pub balance: i64,
    /// The balance of the ledger account `deposit:…`.
    pub deposit_balance: i64,
    /// The host's own notes.
    pub metadata: BTreeMap<String, String>,
    /// The order whose term this one extends once it is paid: a renewal or an upgrade.
    pub extends: Option<OrderId>,
    /// The last moment to create a payment.
    pub payable_until: Time,
    /// When `start` happens by itself.
    pub starts_at: Option<Time>,
    /// When `overdue` or `lapse` happens by itself.
    pub ends_at: Option<Time>,
    /// When time next makes something necessary.
    pub due_at: Option<Time>,
    /// When it was created.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Grows by one with every change.
    pub version: i64,
}

impl Order {
    /// What was collected and has not gone back, a returned deposit aside.
    fn collected(&self) -> i64 {
        self.paid.saturating_sub(self.refunded).saturating_add(self.deposit_returned)
    }

    /// What is still owed: never negative.
    pub fn due(&self) -> i64 {
        self.total.saturating_sub(self.collected()).max(0)
    }

    /// Derived from total, paid and refunded; nobody sets it.
    pub fn settlement(&self) -> Settlement {
        match self.collected() {
            collected if collected >= self.total => Settlement::Settled,
            collected if collected > 0 => Settlement::Partial,
            _ => Settlement::Unsettled,
        }
    }

    /// A sum of this order as money.
    pub fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency }
    }
}
