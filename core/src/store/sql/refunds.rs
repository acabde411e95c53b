//! Refunds.

use super::{
    Columns, Connection, Listed, Page, Value, all, changed, count, integer, one, text, time,
};
use crate::clock::Time;
use crate::error::Result;
use crate::id::{ExceptionId, OrderId, PaymentId, RefundId};
use crate::refund::{Refund, Source, State};

/// The columns of a refund `r`, in the order in which [`read`] takes them.
macro_rules! columns {
    () => {
        "r.id, r.public_id, r.payment_id, p.public_id, r.order_id, o.public_id, r.exception_id, \
         e.public_id, r.gateway, r.source, r.state, r.currency, r.amount, r.reason, \
         r.transaction_id, r.failure_code, r.failure_message, r.queries, r.due_at, r.created_at, \
         r.updated_at, r.version FROM refunds r LEFT JOIN payments p ON p.id = r.payment_id \
         LEFT JOIN orders o ON o.id = r.order_id LEFT JOIN exceptions e ON e.id = r.exception_id"
    };
}

fn read(c: &mut Columns<'_>) -> Result<Refund> {
    Ok(Refund {
        key: c.integer()?,
        id: c.id(RefundId::from_bytes)?,
        payment_key: c.optional_integer()?,
        payment_id: c.optional_id(PaymentId::from_bytes)?,
        order_key: c.optional_integer()?,
        order_id: c.optional_id(OrderId::from_bytes)?,
        exception_key: c.optional_integer()?,
        exception_id: c.optional_id(ExceptionId::from_bytes)?,
        gateway: c.string()?,
        source: c.word(Source::parse)?,
        state: c.word(State::parse)?,
        currency: c.currency()?,
        amount: c.integer()?,
        reason: c.string()?,
        transaction_id: c.optional_string()?,
        failure_code: c.optional_string()?,
        failure_message: c.optional_string()?,
        queries: c.integer()?,
        due_at: c.optional_time()?,
        created_at: c.time()?,
        updated_at: c.time()?,
        version: c.integer()?,
    })
}

/// Writes a new refund; answers with its key.
pub fn insert(connection: &mut dyn Connection, refund: &Refund) -> Result<i64> {
    connection.insert(
        "INSERT INTO refunds (public_id, payment_id, order_id, exception_id, gateway, source, \
         state, currency, amount, reason, queries, due_at, created_at, updated_at, version) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12, ?13, ?14)",
        &[
            Value::Blob(&refund.id.to_bytes()),
            integer(refund.payment_key),
            integer(refund.order_key),
            integer(refund.exception_key),
            Value::Text(&refund.gateway),
            Value::Text(refund.source.as_str()),
            Value::Text(refund.state.as_str()),
            Value::Text(refund.currency.code()),
            Value::Integer(refund.amount),
            Value::Text(&refund.reason),
            time(refund.due_at),
            Value::Integer(refund.created_at.millis()),
            Value::Integer(refund.updated_at.millis()),
            Value::Integer(refund.version),
        ],
    )
}

/// Writes what changed, and one more version. Fails with `version` when somebody else was faster.
pub fn update(connection: &mut dyn Connection, refund: &mut Refund, now: Time) -> Result<()> {
    let rows = connection.execute(
        "UPDATE refunds SET state = ?2, transaction_id = ?3, failure_code = ?4, \
         failure_message = ?5, queries = ?6, due_at = ?7, updated_at = ?8, version = version + 1 \
         WHERE id = ?1 AND version = ?9",
        &[
            Value::Integer(refund.key),
            Value::Text(refund.state.as_str()),
            text(refund.transaction_id.as_deref()),
            text(refund.failure_code.as_deref()),
            text(refund.failure_message.as_deref()),
            Value::Integer(refund.queries),
            time(refund.due_at),
            Value::Integer(now.millis()),
            Value::Integer(refund.version),
        ],
    )?;
    changed(rows, refund.id)?;
    refund.updated_at = now;
    refund.version += 1;
    Ok(())
}

/// One refund by its public id.
pub fn find(connection: &mut dyn Connection, id: RefundId) -> Result<Option<Refund>> {
    one(
        connection,
        concat!("SELECT ", columns!(), " WHERE r.public_id = ?1"),
        &[Value::Blob(&id.to_bytes())],
        read,
    )
}

/// The refund that the account `gateway` knows under this number.
pub fn by_transaction(
    connection: &mut dyn Connection,
    gateway: &str,
    number: &str,
) -> Result<Option<Refund>> {
    one(
        connection,
        concat!(
            "SELECT ",
            columns!(),
            " WHERE r.gateway = ?1 AND r.transaction_id = ?2 ORDER BY r.id LIMIT 1"
        ),
        &[Value::Text(gateway), Value::Text(number)],
        read,
    )
}

/// Which refunds to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Those of this payment.
    pub payment: Option<i64>,
    /// Those of this order.
    pub order: Option<i64>,
    /// Those in this state.
    pub state: Option<State>,
}

macro_rules! page_of {
    ($condition:literal) => {
        (
            concat!("SELECT count(*) FROM refunds r WHERE ", $condition),
            concat!(
                "SELECT ",
                columns!(),
                " WHERE ",
                $condition,
                " ORDER BY r.id DESC LIMIT ?4 OFFSET ?5"
            ),
        )
    };
}

/// A page of refunds, newest first.
pub fn list(connection: &mut dyn Connection, filter: Filter, page: Page) -> Result<Listed<Refund>> {
    let (counting, listing) = match (filter.payment, filter.order) {
        (Some(_), _) => page_of!(
            "r.payment_id = ?1 AND (?2 IS NULL OR r.order_id = ?2) AND (?3 IS NULL OR r.state = ?3)"
        ),
        (None, Some(_)) => {
            page_of!("?1 IS NULL AND r.order_id = ?2 AND (?3 IS NULL OR r.state = ?3)")
        }
        (None, None) => page_of!("?1 IS NULL AND ?2 IS NULL AND (?3 IS NULL OR r.state = ?3)"),
    };
    let chosen =
        [integer(filter.payment), integer(filter.order), text(filter.state.map(State::as_str))];
    let [payment, order, state] = chosen;
    let (size, offset) = (Value::Integer(page.size), Value::Integer(page.offset()));
    Ok(Listed {
        total: count(connection, counting, &chosen)?,
        items: all(connection, listing, &[payment, order, state, size, offset], read)?,
    })
}

/// The ids of refunds for which time makes something necessary, the longest waiting first.
pub fn due(connection: &mut dyn Connection, now: Time, limit: i64) -> Result<Vec<RefundId>> {
    all(
        connection,
        "SELECT public_id FROM refunds WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2",
        &[Value::Integer(now.millis()), Value::Integer(limit)],
        |c| c.id(RefundId::from_bytes),
    )
}
