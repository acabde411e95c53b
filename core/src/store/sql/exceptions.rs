//! Exceptions.

use super::{Columns, Connection, Listed, Page, Value, all, changed, count, integer, one, text};
use crate::clock::Time;
use crate::currency::Currency;
use crate::error::Result;
use crate::exception::{Exception, Kind, Resolution};
use crate::id::{ExceptionId, OrderId, PaymentId, RefundId};

/// The columns of an exception `e`, in the order in which [`read`] takes them.
macro_rules! columns {
    () => {
        "e.id, e.public_id, e.kind, e.gateway, e.order_id, o.public_id, e.payment_id, \
         p.public_id, e.refund_id, r.public_id, e.amount, e.currency, e.transaction_id, \
         e.explanation, e.body, e.suggestion, e.resolution, e.actor, e.reason, e.created_at, \
         e.resolved_at FROM exceptions e LEFT JOIN orders o ON o.id = e.order_id \
         LEFT JOIN payments p ON p.id = e.payment_id LEFT JOIN refunds r ON r.id = e.refund_id"
    };
}

fn read(c: &mut Columns<'_>) -> Result<Exception> {
    Ok(Exception {
        key: c.integer()?,
        id: c.id(ExceptionId::from_bytes)?,
        kind: c.word(Kind::parse)?,
        gateway: c.string()?,
        order_key: c.optional_integer()?,
        order_id: c.optional_id(OrderId::from_bytes)?,
        payment_key: c.optional_integer()?,
        payment_id: c.optional_id(PaymentId::from_bytes)?,
        refund_key: c.optional_integer()?,
        refund_id: c.optional_id(RefundId::from_bytes)?,
        amount: c.optional_integer()?,
        currency: c.optional_word(Currency::parse)?,
        transaction_id: c.optional_string()?,
        explanation: c.string()?,
        body: c.optional_string()?,
        suggestion: c.word(Resolution::parse)?,
        resolution: c.optional_word(Resolution::parse)?,
        actor: c.optional_string()?,
        reason: c.optional_string()?,
        created_at: c.time()?,
        resolved_at: c.optional_time()?,
    })
}

/// Writes a new exception; answers with its key.
pub fn insert(connection: &mut dyn Connection, exception: &Exception) -> Result<i64> {
    connection.insert(
        "INSERT INTO exceptions (public_id, kind, gateway, order_id, payment_id, refund_id, \
         amount, currency, transaction_id, explanation, body, suggestion, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        &[
            Value::Blob(&exception.id.to_bytes()),
            Value::Text(exception.kind.as_str()),
            Value::Text(&exception.gateway),
            integer(exception.order_key),
            integer(exception.payment_key),
            integer(exception.refund_key),
            integer(exception.amount),
            text(exception.currency.map(Currency::code)),
            text(exception.transaction_id.as_deref()),
            Value::Text(&exception.explanation),
            text(exception.body.as_deref()),
            Value::Text(exception.suggestion.as_str()),
            Value::Integer(exception.created_at.millis()),
        ],
    )
}

/// Marks an exception as resolved. Fails with `version` when somebody else was faster.
pub fn resolve(
    connection: &mut dyn Connection,
    exception: &mut Exception,
    resolution: Resolution,
    (actor, reason): (&str, &str),
    now: Time,
) -> Result<()> {
    let rows = connection.execute(
        "UPDATE exceptions SET resolution = ?2, actor = ?3, reason = ?4, resolved_at = ?5 \
         WHERE id = ?1 AND resolved_at IS NULL",
        &[
            Value::Integer(exception.key),
            Value::Text(resolution.as_str()),
            Value::Text(actor),
            Value::Text(reason),
            Value::Integer(now.millis()),
        ],
    )?;
    changed(rows, exception.id)?;
    exception.resolution = Some(resolution);
    exception.actor = Some(actor.to_owned());
    exception.reason = Some(reason.to_owned());
    exception.resolved_at = Some(now);
    Ok(())
}

/// One exception by its public id.
pub fn find(connection: &mut dyn Connection, id: ExceptionId) -> Result<Option<Exception>> {
    one(
        connection,
        concat!("SELECT ", columns!(), " WHERE e.public_id = ?1"),
        &[Value::Blob(&id.to_bytes())],
        read,
    )
}

/// Whether an exception of this kind about a payment waits already.
pub fn is_open(connection: &mut dyn Connection, payment: i64, kind: Kind) -> Result<bool> {
    let open = count(
        connection,
        "SELECT count(*) FROM exceptions WHERE resolved_at IS NULL AND payment_id = ?1 AND kind = ?2",
        &[Value::Integer(payment), Value::Text(kind.as_str())],
    )?;
    Ok(open > 0)
}

/// A page of exceptions, oldest first: they wait for a person.
pub fn list(
    connection: &mut dyn Connection,
    open_only: bool,
    page: Page,
) -> Result<Listed<Exception>> {
    let (counting, listing) = match open_only {
        true => (
            "SELECT count(*) FROM exceptions e WHERE e.resolved_at IS NULL",
            concat!(
                "SELECT ",
                columns!(),
                " WHERE e.resolved_at IS NULL ORDER BY e.id LIMIT ?1 OFFSET ?2"
            ),
        ),
        false => (
            "SELECT count(*) FROM exceptions e",
            concat!("SELECT ", columns!(), " ORDER BY e.id LIMIT ?1 OFFSET ?2"),
        ),
    };
    let window = [Value::Integer(page.size), Value::Integer(page.offset())];
    Ok(Listed {
        total: count(connection, counting, &[])?,
        items: all(connection, listing, &window, read)?,
    })
}
