//! Transfers: written once, summed in many ways.

use super::{Connection, JsonList, Value, all, integer, one};
use crate::error::Result;
use crate::ledger::{Account, AccountKind, Transfer, TransferKind, recipe};

/// Books a transfer under the journal row `entry`.
pub fn insert(connection: &mut dyn Connection, entry: i64, transfer: Transfer<'_>) -> Result<()> {
    let (debit, credit) = recipe(transfer.kind, transfer.source);
    connection
        .insert(
            "INSERT INTO transfers (entry, kind, debit, credit, amount, currency, gateway, \
             order_id, payment_id, refund_id, exception_id) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            &[
                Value::Integer(entry),
                Value::Text(transfer.kind.as_str()),
                Value::Text(debit.as_str()),
                Value::Text(credit.as_str()),
                Value::Integer(transfer.amount),
                Value::Text(transfer.currency),
                Value::Text(transfer.gateway),
                integer(transfer.order_key),
                integer(transfer.payment_key),
                integer(transfer.refund_key),
                integer(transfer.exception_key),
            ],
        )
        .map(drop)
}

/// What stands in one account in one currency, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The account.
    pub account: Account,
    /// The currency's code.
    pub currency: String,
    /// The sum of all debits.
    pub debit: i64,
    /// The sum of all credits.
    pub credit: i64,
}

/// One side of every transfer, with the name of whose account it is.
macro_rules! side {
    ($side:literal, $debit:literal, $credit:literal) => {
        concat!(
            "SELECT t.",
            $side,
            " AS kind, CASE t.",
            $side,
            " WHEN 'gateway' THEN t.gateway \
             WHEN 'order' THEN 'ord' WHEN 'deposit' THEN 'ord' \
             WHEN 'suspense' THEN CASE WHEN t.payment_id IS NULL THEN 'exc' ELSE 'pay' END \
             WHEN 'refund' THEN 'ref' END AS whose, CASE t.",
            $side,
            " WHEN 'order' THEN o.public_id WHEN 'deposit' THEN o.public_id \
             WHEN 'suspense' THEN coalesce(p.public_id, e.public_id) \
             WHEN 'refund' THEN r.public_id END AS owner, t.currency, t.amount AS ",
            $debit,
            ", 0 AS ",
            $credit,
            " FROM transfers t LEFT JOIN orders o ON o.id = t.order_id \
             LEFT JOIN payments p ON p.id = t.payment_id \
             LEFT JOIN refunds r ON r.id = t.refund_id \
             LEFT JOIN exceptions e ON e.id = t.exception_id"
        )
    };
}

/// All accounts with their sums, ordered by name; those that are even again are left out unless `all_accounts`.
pub fn balances(connection: &mut dyn Connection, all_accounts: bool) -> Result<Vec<Balance>> {
    all(
        connection,
        concat!(
            "SELECT kind, whose, owner, currency, sum(debit), sum(credit) FROM (",
            side!("debit", "debit", "credit"),
            " UNION ALL SELECT kind, whose, owner, currency, debit, credit FROM (",
            side!("credit", "credit", "debit"),
            ") b) a GROUP BY kind, whose, owner, currency \
             HAVING ?1 <> 0 OR sum(debit) <> sum(credit) ORDER BY kind, whose, owner, currency"
        ),
        &[Value::Integer(all_accounts.into())],
        |c| {
            let kind = c.word(AccountKind::parse)?;
            let whose = c.optional_string()?;
            let owner = c.optional_id(ulid::Ulid::from_bytes)?;
            let owner = match (whose, owner) {
                (Some(prefix), Some(id)) => Some(format!("{prefix}_{id}")),
                (whose, _) => whose,
            };
            Ok(Balance {
                account: Account { kind, owner },
                currency: c.string()?,
                debit: c.integer()?,
                credit: c.integer()?,
            })
        },
    )
}

/// A transfer as it is read back, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// Its key: its place in the ledger.
    pub key: i64,
    /// The journal row that it belongs to.
    pub entry: i64,
    /// Why.
    pub kind: TransferKind,
    /// The kind of account that is debited.
    pub debit: AccountKind,
    /// The kind of account that is credited.
    pub credit: AccountKind,
    /// How much, in minor units.
    pub amount: i64,
    /// The currency's code.
    pub currency: String,
}

/// The transfers of an order, in the order they were booked.
pub fn of_order(connection: &mut dyn Connection, order: i64) -> Result<Vec<Booked>> {
    all(
        connection,
        "SELECT id, entry, kind, debit, credit, amount, currency FROM transfers \
         WHERE order_id = ?1 ORDER BY id",
        &[Value::Integer(order)],
        |c| {
            Ok(Booked {
                key: c.integer()?,
                entry: c.integer()?,
                kind: c.word(TransferKind::parse)?,
                debit: c.word(AccountKind::parse)?,
                credit: c.word(AccountKind::parse)?,
                amount: c.integer()?,
                currency: c.string()?,
            })
        },
    )
}

/// Shows the transfers in `(after, last]` as stored, for hashing: key, and all columns as one text.
pub fn rows_between(
    connection: &mut dyn Connection,
    (after, last): (i64, i64),
    each: &mut dyn FnMut(i64, &str) -> Result<()>,
) -> Result<()> {
    connection.query(
        "SELECT id, entry, kind, debit, credit, amount, currency, gateway, order_id, payment_id, \
         refund_id, exception_id FROM transfers WHERE id > ?1 AND id <= ?2 ORDER BY id",
        &[Value::Integer(after), Value::Integer(last)],
        &mut |row| {
            let mut list = JsonList::default();
            list.integer(Some(row.integer(0)?));
            list.integer(Some(row.integer(1)?));
            for column in 2..5 {
                list.text(Some(row.text(column)?))?;
            }
            list.integer(Some(row.integer(5)?));
            list.text(Some(row.text(6)?))?;
            list.text(Some(row.text(7)?))?;
            for column in 8..12 {
                list.integer(row.optional_integer(column)?);
            }
            each(row.integer(0)?, &list.finish())
        },
    )
}

/// The newest keys of journal and ledger: what a seal made now would cover.
pub fn newest_keys(connection: &mut dyn Connection) -> Result<(i64, i64)> {
    let found = one(
        connection,
        "SELECT (SELECT coalesce(max(id), 0) FROM journal), \
         (SELECT coalesce(max(id), 0) FROM transfers)",
        &[],
        |c| Ok((c.integer()?, c.integer()?)),
    )?;
    Ok(found.unwrap_or((0, 0)))
}
