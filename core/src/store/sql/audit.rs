//! The invariants as questions to the database: each names the rows that break it, and finds none in sound books.

use ulid::Ulid;

use super::{Connection, all};
use crate::error::Result;
use crate::ledger::{AccountKind, TransferKind, recipe};

/// A row that breaks an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The public id, or what stands for one.
    pub subject: String,
    /// What is wrong with it.
    pub what: String,
}

/// One invariant: its number in the threat model, and the query that names what breaks it.
pub struct Invariant {
    /// The number.
    pub number: &'static str,
    statement: &'static str,
}

/// What the transfers say of the sums of a payment or an order: by kind of transfer, refunds of suspense aside.
macro_rules! sum_of {
    ($owner:literal, $signed:literal) => {
        concat!(
            "(SELECT coalesce(sum(CASE t.kind ",
            $signed,
            " ELSE 0 END), 0) FROM transfers t LEFT JOIN refunds r ON r.id = t.refund_id \
             WHERE t.",
            $owner,
            " AND coalesce(r.source, '') <> 'suspense')"
        )
    };
}

/// Every payment is in exactly one order, so its transfers are found through the order's index.
#[rustfmt::skip]
pub const INVARIANTS: &[Invariant] = &[
    Invariant { number: "M3", statement:
        "SELECT 'pay', public_id, 'refunded ' || refunded || ' and pending ' || refund_pending || \
         ' of captured ' || captured || ' of ' || amount FROM payments WHERE captured > amount \
         OR refunded < 0 OR refund_pending < 0 OR refunded + refund_pending > captured" },
    Invariant { number: "M4", statement:
        "SELECT 'transaction ' || transaction_id, NULL, 'funds ' || count(*) || ' payments' FROM payments \
         WHERE transaction_id IS NOT NULL GROUP BY gateway, transaction_id HAVING count(*) > 1" },
    Invariant { number: "M6", statement: concat!(
        "SELECT 'pay', p.public_id, 'captured ' || p.captured || ', transfers say ' || ",
        sum_of!("order_id = p.order_id AND t.payment_id = p.id", "WHEN 'payment' THEN t.amount WHEN 'suspense_applied' THEN t.amount"),
        " FROM payments p WHERE p.captured <> ",
        sum_of!("order_id = p.order_id AND t.payment_id = p.id", "WHEN 'payment' THEN t.amount WHEN 'suspense_applied' THEN t.amount")) },
    Invariant { number: "M6", statement: concat!(
        "SELECT 'pay', p.public_id, 'refunded ' || p.refunded || ' differs from its transfers' FROM payments p \
         WHERE p.refunded <> ",
        sum_of!("order_id = p.order_id AND t.payment_id = p.id", "WHEN 'refund_paid' THEN t.amount WHEN 'refund_bounced' THEN -t.amount")) },
    Invariant { number: "M6", statement: concat!(
        "SELECT 'pay', p.public_id, 'refund_pending ' || p.refund_pending || ' differs from its transfers' FROM payments p \
         WHERE p.refund_pending <> ",
        sum_of!("order_id = p.order_id AND t.payment_id = p.id", "WHEN 'refund_reserved' THEN t.amount WHEN 'refund_released' THEN -t.amount \
         WHEN 'refund_paid' THEN -t.amount WHEN 'refund_bounced' THEN t.amount")) },
    Invariant { number: "M6", statement: concat!(
        "SELECT 'ord', o.public_id, 'paid ' || o.paid || ' differs from its transfers' FROM orders o WHERE o.paid <> ",
        sum_of!("order_id = o.id", "WHEN 'payment' THEN t.amount WHEN 'suspense_applied' THEN t.amount")) },
    Invariant { number: "M6", statement: concat!(
        "SELECT 'ord', o.public_id, 'refunded ' || o.refunded || ' differs from its transfers' FROM orders o WHERE o.refunded <> ",
        sum_of!("order_id = o.id", "WHEN 'refund_paid' THEN t.amount WHEN 'refund_bounced' THEN -t.amount")) },
    Invariant { number: "M6", statement: concat!(
        "SELECT 'ord', o.public_id, 'refund_pending ' || o.refund_pending || ' differs from its transfers' FROM orders o \
         WHERE o.refund_pending <> ",
        sum_of!("order_id = o.id", "WHEN 'refund_reserved' THEN t.amount WHEN 'refund_released' THEN -t.amount \
         WHEN 'refund_paid' THEN -t.amount WHEN 'refund_bounced' THEN t.amount")) },
    Invariant { number: "M6", statement:
        "SELECT 'ord', o.public_id, 'balance ' || o.balance || ' differs from its account' FROM orders o WHERE o.balance <> \
         (SELECT coalesce(sum(CASE WHEN t.credit = 'order' THEN t.amount WHEN t.debit = 'order' THEN -t.amount ELSE 0 END), 0) \
         FROM transfers t WHERE t.order_id = o.id)" },
    Invariant { number: "M6", statement:
        "SELECT 'ord', o.public_id, 'deposit ' || o.deposit_balance || ' differs from its account' FROM orders o \
         WHERE o.deposit_balance <> \
         (SELECT coalesce(sum(CASE WHEN t.credit = 'deposit' THEN t.amount WHEN t.debit = 'deposit' THEN -t.amount ELSE 0 END), 0) \
         FROM transfers t WHERE t.order_id = o.id)" },
    Invariant { number: "M6", statement:
        "SELECT 'ord', o.public_id, 'deposit_returned ' || o.deposit_returned || ' differs from its refunds' FROM orders o \
         WHERE o.deposit_returned <> (SELECT coalesce(sum(r.amount), 0) FROM refunds r \
         WHERE r.order_id = o.id AND r.source = 'deposit' AND r.state = 'succeeded')" },
    Invariant { number: "M6", statement:
        "SELECT 'ord', o.public_id, 'total ' || o.total || ' differs from its lines' FROM orders o WHERE o.total <> \
         (SELECT coalesce(sum(l.quantity * l.unit_amount * CASE l.kind WHEN 'discount' THEN -1 ELSE 1 END), 0) \
         FROM lines l WHERE l.order_id = o.id)" },
    Invariant { number: "M6", statement:
        "SELECT 'ref', r.public_id, r.state || ' with ' || r.amount || ' differs from its transfers' FROM refunds r WHERE \
         (SELECT coalesce(sum(CASE WHEN t.credit = 'refund' THEN t.amount ELSE -t.amount END), 0) FROM transfers t \
         WHERE t.refund_id = r.id) <> CASE r.state WHEN 'pending' THEN r.amount ELSE 0 END OR \
         (SELECT coalesce(sum(CASE t.kind WHEN 'refund_paid' THEN t.amount WHEN 'refund_bounced' THEN -t.amount ELSE 0 END), 0) \
         FROM transfers t WHERE t.refund_id = r.id) <> CASE r.state WHEN 'succeeded' THEN r.amount ELSE 0 END" },
    Invariant { number: "M7", statement:
        "SELECT 'exc', e.public_id, 'money in suspense differs from what waits' FROM exceptions e WHERE \
         (SELECT coalesce(sum(CASE WHEN t.credit = 'suspense' THEN t.amount WHEN t.debit = 'suspense' THEN -t.amount ELSE 0 END), 0) \
         FROM transfers t WHERE t.exception_id = e.id) \
         NOT IN (CASE WHEN e.resolved_at IS NULL THEN coalesce(e.amount, 0) ELSE 0 END, \
         (SELECT coalesce(sum(r.amount), 0) FROM refunds r WHERE r.exception_id = e.id AND r.state IN ('failed', 'cancelled')))" },
    Invariant { number: "S8", statement:
        "SELECT 'ord', (SELECT o.public_id FROM orders o WHERE o.id = order_id), count(*) || ' active payments' FROM payments \
         WHERE state IN ('init', 'processing', 'authorized') GROUP BY order_id HAVING count(*) > 1" },
    Invariant { number: "S9", statement:
        "SELECT 'pay', p.public_id, 'is ' || p.state || ' and the journal does not say so' FROM payments p WHERE NOT EXISTS \
         (SELECT 1 FROM journal j WHERE j.order_id = p.order_id AND j.payment_id = p.id \
         AND j.event = CASE p.state WHEN 'init' THEN 'payment.created' ELSE 'payment.' || p.state END)" },
    Invariant { number: "S9", statement:
        "SELECT 'pay', (SELECT p.public_id FROM payments p WHERE p.id = j.payment_id), 'succeeded ' || count(*) || ' times' FROM journal j \
         WHERE j.event = 'payment.succeeded' GROUP BY j.payment_id HAVING count(*) > 1" },
    Invariant { number: "M5", statement:
        "SELECT 'transfer ' || t.id, NULL, 'belongs to no journal row' FROM transfers t \
         WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.id = t.entry)" },
];

impl Invariant {
    /// What breaks it.
    pub fn broken(&self, connection: &mut dyn Connection) -> Result<Vec<Broken>> {
        all(connection, self.statement, &[], |c| {
            let (kind, id) = (c.string()?, c.optional_id(Ulid::from_bytes)?);
            let subject = id.map_or(kind.clone(), |id| format!("{kind}_{id}"));
            Ok(Broken { subject, what: c.string()? })
        })
    }
}

/// Transfers whose accounts are not those of their recipe.
pub fn off_recipe(connection: &mut dyn Connection) -> Result<Vec<Broken>> {
    let kinds = all(connection, "SELECT DISTINCT kind, debit, credit FROM transfers", &[], |c| {
        Ok((c.word(TransferKind::parse)?, c.string()?, c.string()?))
    })?;
    let sources = [AccountKind::Order, AccountKind::Deposit, AccountKind::Suspense];
    let known = |kind, debit: &str, credit: &str| {
        sources.iter().any(|source| {
            let (d, c) = recipe(kind, *source);
            (d.as_str(), c.as_str()) == (debit, credit)
        })
    };
    Ok(kinds
        .into_iter()
        .filter(|(kind, debit, credit)| !known(*kind, debit, credit))
        .map(|(kind, debit, credit)| Broken {
            subject: format!("transfer kind {kind}"),
            what: format!("goes from {debit} to {credit}"),
        })
        .collect())
}

/// How much there is: orders, payments, refunds, transfers, journal rows.
pub fn sizes(connection: &mut dyn Connection) -> Result<[i64; 5]> {
    let found = super::one(
        connection,
        "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM payments), \
         (SELECT count(*) FROM refunds), (SELECT count(*) FROM transfers), \
         (SELECT count(*) FROM journal)",
        &[],
        |c| Ok([c.integer()?, c.integer()?, c.integer()?, c.integer()?, c.integer()?]),
    )?;
    Ok(found.unwrap_or_default())
}
