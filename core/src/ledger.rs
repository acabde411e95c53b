//! The ledger: accounts, and the transfers between them that each event of money books. A transfer names one
//! account to debit, one to credit and a positive amount, so that it balances by construction; it is never changed.

use std::fmt;

use crate::machine::words;

words! {
    /// A kind of account. Where a kind has many accounts, the row says whose it is.
    AccountKind: "account" {
        /// Money that a gateway owes us: `gateway:stripe`.
        Gateway = "gateway",
        /// What a payer has put into an order: `order:ord_…`.
        Order = "order",
        /// A deposit that is owed back: `deposit:ord_…`.
        Deposit = "deposit",
        /// Real money that could not be applied: `suspense:pay_…`, or `suspense:exc_…` without a payment.
        Suspense = "suspense",
        /// Money on its way back to a payer: `refund:ref_…`.
        Refund = "refund",
        /// Earned.
        Revenue = "revenue",
        /// What gateways keep.
        Fees = "fees",
        /// Our own bank account.
        Bank = "bank",
        /// Differences that a gateway's rounding explains.
        Rounding = "rounding",
    }
}

words! {
    /// What made a transfer necessary.
    TransferKind: "transfer kind" {
        /// A payment brought money for its order.
        Payment = "payment",
        /// An order became settled and its deposit is set aside.
        DepositHeld = "deposit_held",
        /// A part of the deposit is kept, with a reason.
        DepositWithheld = "deposit_withheld",
        /// A part of the deposit is needed for an ordinary refund.
        DepositReleased = "deposit_released",
        /// The order's balance was earned.
        RevenueRecognised = "revenue_recognised",
        /// Earned money is needed for a refund.
        RevenueReversed = "revenue_reversed",
        /// A refund was accepted and its money set aside.
        RefundReserved = "refund_reserved",
        /// The gateway paid a refund.
        RefundPaid = "refund_paid",
        /// A refund did not happen; its money goes back to where it was.
        RefundReleased = "refund_released",
        /// A refund that was called done bounced.
        RefundBounced = "refund_bounced",
        /// Money that could not be applied.
        Suspended = "suspended",
        /// Money from suspense counts for an order.
        SuspenseApplied = "suspense_applied",
        /// Money from suspense is kept, with a reason.
        SuspenseWrittenOff = "suspense_written_off",
    }
}

use AccountKind::{Deposit, Gateway, Order, Refund, Revenue, Suspense};

/// The account that a refund is paid from stands for this in the recipes below.
const SOURCE: Option<AccountKind> = None;

/// What is booked, by kind: the account to debit and the account to credit.
#[rustfmt::skip]
const RECIPES: [(TransferKind, Option<AccountKind>, Option<AccountKind>); 13] = [
    //                                  debit           credit
    (TransferKind::Payment,            Some(Gateway),  Some(Order)),
    (TransferKind::DepositHeld,        Some(Order),    Some(Deposit)),
    (TransferKind::DepositWithheld,    Some(Deposit),  Some(Revenue)),
    (TransferKind::DepositReleased,    Some(Deposit),  Some(Order)),
    (TransferKind::RevenueRecognised,  Some(Order),    Some(Revenue)),
    (TransferKind::RevenueReversed,    Some(Revenue),  Some(Order)),
    (TransferKind::RefundReserved,     SOURCE,         Some(Refund)),
    (TransferKind::RefundPaid,         Some(Refund),   Some(Gateway)),
    (TransferKind::RefundReleased,     Some(Refund),   SOURCE),
    (TransferKind::RefundBounced,      Some(Gateway),  Some(Refund)),
    (TransferKind::Suspended,          Some(Gateway),  Some(Suspense)),
    (TransferKind::SuspenseApplied,    Some(Suspense), Some(Order)),
    (TransferKind::SuspenseWrittenOff, Some(Suspense), Some(Revenue)),
];

/// The accounts of a kind of transfer: `(debit, credit)`. `source` is where a refund takes its money from.
pub fn recipe(kind: TransferKind, source: AccountKind) -> (AccountKind, AccountKind) {
    RECIPES.iter().find(|(k, _, _)| *k == kind).map_or((source, source), |(_, debit, credit)| {
        (debit.unwrap_or(source), credit.unwrap_or(source))
    })
}

/// All recipes as `(kind, debit, credit)` for the documentation; `source` marks the refund's source.
pub fn recipes() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let name = |account: Option<AccountKind>| account.map_or("source", AccountKind::as_str);
    RECIPES.iter().map(move |(kind, debit, credit)| (kind.as_str(), name(*debit), name(*credit)))
}

/// A named account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    /// Its kind.
    pub kind: AccountKind,
    /// Whose it is, for the kinds that have many.
    pub owner: Option<String>,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.owner {
            Some(owner) => write!(f, "{}:{owner}", self.kind),
            None => write!(f, "{}", self.kind),
        }
    }
}

/// A row to be written. Which order, payment, refund or exception owns an account follows from the keys.
#[derive(Clone, Copy, Debug)]
pub struct Transfer<'a> {
    /// Why.
    pub kind: TransferKind,
    /// Where a refund takes its money from; without meaning for the other kinds.
    pub source: AccountKind,
    /// How much, in minor units; positive.
    pub amount: i64,
    /// The currency's code.
    pub currency: &'a str,
    /// The gateway's account name.
    pub gateway: &'a str,
    /// The order.
    pub order_key: Option<i64>,
    /// The payment.
    pub payment_key: Option<i64>,
    /// The refund.
    pub refund_key: Option<i64>,
    /// The exception.
    pub exception_key: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects: every kind of transfer has exactly one recipe, and no recipe moves money onto itself.
    #[test]
    fn every_kind_has_one_recipe() {
        for kind in TransferKind::ALL {
            assert_eq!(RECIPES.iter().filter(|(k, _, _)| k == kind).count(), 1, "{kind}");
            for source in [Order, Deposit, Suspense] {
                let (debit, credit) = recipe(*kind, source);
                assert!(debit != credit, "{kind}");
            }
        }
    }
}
