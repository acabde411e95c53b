//! Payments.

use super::{
    Columns, Connection, Listed, Page, Value, all, changed, count, one, orders, text, time,
};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::id::{ExceptionId, OrderId, PaymentId};
use crate::order::Order;
use crate::payment::{Payment, Presentation, State};

/// The columns of a payment `p` of an order `o`, in the order in which [`read`] takes them.
macro_rules! columns {
    () => {
        "p.id, p.public_id, p.order_id, o.public_id, o.customer, o.currency, p.gateway, p.method, \
         p.reference, p.state, p.amount, p.captured, p.refunded, p.refund_pending, \
         p.transaction_id, p.late, p.manual, p.manual_capture, p.action, p.failure_code, \
         p.failure_message, p.description, p.return_url, p.presentation, p.queries, p.due_at, p.expires_at, \
         p.paid_at, p.created_at, p.updated_at, p.version"
    };
}
macro_rules! with_order {
    () => {
        " FROM payments p JOIN orders o ON o.id = p.order_id"
    };
}

fn read(c: &mut Columns<'_>) -> Result<Payment> {
    Ok(Payment {
        key: c.integer()?,
        id: c.id(PaymentId::from_bytes)?,
        order_key: c.integer()?,
        order_id: c.id(OrderId::from_bytes)?,
        customer: c.optional_string()?,
        currency: c.currency()?,
        gateway: c.string()?,
        method: c.string()?,
        reference: c.optional_string()?,
        state: c.word(State::parse)?,
        amount: c.integer()?,
        captured: c.integer()?,
        refunded: c.integer()?,
        refund_pending: c.integer()?,
        transaction_id: c.optional_string()?,
        late: c.flag()?,
        manual: c.flag()?,
        manual_capture: c.flag()?,
        action: c.optional_string()?,
        failure_code: c.optional_string()?,
        failure_message: c.optional_string()?,
        description: c.string()?,
        return_url: c.optional_string()?,
        presentation: c.optional_string()?.map(|json| presentation(&json)).transpose()?,
        queries: c.integer()?,
        due_at: c.optional_time()?,
        expires_at: c.time()?,
        paid_at: c.optional_time()?,
        created_at: c.time()?,
        updated_at: c.time()?,
        version: c.integer()?,
    })
}

/// Writes a new payment; answers with its key.
pub fn insert(connection: &mut dyn Connection, payment: &Payment) -> Result<i64> {
    let shown = payment.presentation.as_ref().map(serde_json::to_string);
    let shown = shown.transpose().map_err(Error::bug)?;
    connection.insert(
        "INSERT INTO payments (public_id, order_id, gateway, method, reference, state, amount, \
         captured, refunded, refund_pending, transaction_id, late, manual, manual_capture, \
         description, return_url, queries, due_at, expires_at, paid_at, created_at, updated_at, \
         version, presentation) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, ?9, ?10, ?11, ?12, \
         ?13, ?14, 0, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
        &[
            Value::Blob(&payment.id.to_bytes()),
            Value::Integer(payment.order_key),
            Value::Text(&payment.gateway),
            Value::Text(&payment.method),
            text(payment.reference.as_deref()),
            Value::Text(payment.state.as_str()),
            Value::Integer(payment.amount),
            Value::Integer(payment.captured),
            text(payment.transaction_id.as_deref()),
            Value::Integer(payment.late.into()),
            Value::Integer(payment.manual.into()),
            Value::Integer(payment.manual_capture.into()),
            Value::Text(&payment.description),
            text(payment.return_url.as_deref()),
            time(payment.due_at),
            Value::Integer(payment.expires_at.millis()),
            time(payment.paid_at),
            Value::Integer(payment.created_at.millis()),
            Value::Integer(payment.updated_at.millis()),
            Value::Integer(payment.version),
            text(shown.as_deref()),
        ],
    )
}

fn presentation(json: &str) -> Result<Presentation> {
    serde_json::from_str(json).map_err(|e| {
        Error::new(Code::StorageCorrupt).with("why", format_args!("a payment's presentation: {e}"))
    })
}

/// Writes what changed, and one more version. Fails with `version` when somebody else was faster.
pub fn update(connection: &mut dyn Connection, payment: &mut Payment, now: Time) -> Result<()> {
    let rows = connection.execute(
        "UPDATE payments SET state = ?2, captured = ?3, refunded = ?4, refund_pending = ?5, \
         transaction_id = ?6, late = ?7, manual = ?8, action = ?9, reference = ?10, \
         failure_code = ?11, failure_message = ?12, queries = ?13, due_at = ?14, expires_at = ?15, \
         paid_at = ?16, updated_at = ?17, version = version + 1 WHERE id = ?1 AND version = ?18",
        &[
            Value::Integer(payment.key),
            Value::Text(payment.state.as_str()),
            Value::Integer(payment.captured),
            Value::Integer(payment.refunded),
            Value::Integer(payment.refund_pending),
            text(payment.transaction_id.as_deref()),
            Value::Integer(payment.late.into()),
            Value::Integer(payment.manual.into()),
            text(payment.action.as_deref()),
            text(payment.reference.as_deref()),
            text(payment.failure_code.as_deref()),
            text(payment.failure_message.as_deref()),
            Value::Integer(payment.queries),
            time(payment.due_at),
            Value::Integer(payment.expires_at.millis()),
            time(payment.paid_at),
            Value::Integer(now.millis()),
            Value::Integer(payment.version),
        ],
    )?;
    changed(rows, payment.id)?;
    payment.updated_at = now;
    payment.version += 1;
    Ok(())
}

/// One payment by its public id.
pub fn find(connection: &mut dyn Connection, id: PaymentId) -> Result<Option<Payment>> {
    one(
        connection,
        concat!("SELECT ", columns!(), with_order!(), " WHERE p.public_id = ?1"),
        &[Value::Blob(&id.to_bytes())],
        read,
    )
}

/// One payment by its key.
pub fn by_key(connection: &mut dyn Connection, key: i64) -> Result<Option<Payment>> {
    one(
        connection,
        concat!("SELECT ", columns!(), with_order!(), " WHERE p.id = ?1"),
        &[Value::Integer(key)],
        read,
    )
}

/// Who else a movement of money belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A payment.
    Payment(PaymentId),
    /// An exception: the money waits in suspense.
    Exception(ExceptionId),
}

/// What a callback is settled against, read in one statement: the payment, its order, and who has the
/// gateway's transaction already.
#[derive(Clone, Debug)]
pub struct Target {
    /// The payment.
    pub payment: Payment,
    /// Its order.
    pub order: Order,
    /// Who has the transaction, if anybody has.
    pub owner: Option<Owner>,
}

macro_rules! target {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            ", ",
            orders::columns!(),
            ", (SELECT q.public_id FROM payments q WHERE q.gateway = ?2 AND q.transaction_id = ?3), \
             (SELECT e.public_id FROM exceptions e WHERE e.gateway = ?2 AND e.transaction_id = ?3)",
            with_order!(),
            " WHERE ",
            $condition
        )
    };
}

fn read_target(c: &mut Columns<'_>) -> Result<Target> {
    let (payment, order) = (read(c)?, orders::read(c)?);
    let in_payment = c.optional_id(PaymentId::from_bytes)?.map(Owner::Payment);
    let in_exception = c.optional_id(ExceptionId::from_bytes)?.map(Owner::Exception);
    Ok(Target { payment, order, owner: in_payment.or(in_exception) })
}

/// The target with this payment id, in the account `gateway`.
pub fn target(
    connection: &mut dyn Connection,
    id: PaymentId,
    gateway: &str,
    transaction_id: Option<&str>,
) -> Result<Option<Target>> {
    one(
        connection,
        target!("p.public_id = ?1 AND p.gateway = ?2"),
        &[Value::Blob(&id.to_bytes()), Value::Text(gateway), text(transaction_id)],
        read_target,
    )
}

/// The target that the account `gateway` knows under this reference.
pub fn target_by_reference(
    connection: &mut dyn Connection,
    reference: &str,
    gateway: &str,
    transaction_id: Option<&str>,
) -> Result<Option<Target>> {
    one(
        connection,
        target!("p.reference = ?1 AND p.gateway = ?2"),
        &[Value::Text(reference), Value::Text(gateway), text(transaction_id)],
        read_target,
    )
}

/// The target whose movement of money has this number in the account `gateway`.
pub fn target_by_transaction(
    connection: &mut dyn Connection,
    number: &str,
    gateway: &str,
    transaction_id: Option<&str>,
) -> Result<Option<Target>> {
    one(
        connection,
        target!("p.transaction_id = ?1 AND p.gateway = ?2"),
        &[Value::Text(number), Value::Text(gateway), text(transaction_id)],
        read_target,
    )
}

/// Who has a transaction of the account `gateway`, if anybody has.
pub fn owner(
    connection: &mut dyn Connection,
    gateway: &str,
    transaction_id: &str,
) -> Result<Option<Owner>> {
    let found = one(
        connection,
        "SELECT (SELECT public_id FROM payments WHERE gateway = ?1 AND transaction_id = ?2), \
         (SELECT public_id FROM exceptions WHERE gateway = ?1 AND transaction_id = ?2)",
        &[Value::Text(gateway), Value::Text(transaction_id)],
        |c| {
            let in_payment = c.optional_id(PaymentId::from_bytes)?.map(Owner::Payment);
            let in_exception = c.optional_id(ExceptionId::from_bytes)?.map(Owner::Exception);
            Ok(in_payment.or(in_exception))
        },
    )?;
    Ok(found.flatten())
}

/// The payments of an order, oldest first.
pub fn of_order(connection: &mut dyn Connection, order: i64) -> Result<Vec<Payment>> {
    all(
        connection,
        concat!("SELECT ", columns!(), with_order!(), " WHERE p.order_id = ?1 ORDER BY p.id"),
        &[Value::Integer(order)],
        read,
    )
}

/// The one payment of an order that may still bring money.
pub fn active(connection: &mut dyn Connection, order: i64) -> Result<Option<Payment>> {
    one(
        connection,
        concat!(
            "SELECT ",
            columns!(),
            with_order!(),
            " WHERE p.order_id = ?1 AND p.state IN ('init', 'processing', 'authorized')"
        ),
        &[Value::Integer(order)],
        read,
    )
}

/// Which payments to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Those of this order.
    pub order: Option<i64>,
    /// Those of this customer.
    pub customer: Option<&'a str>,
    /// Those in this state.
    pub state: Option<State>,
}

macro_rules! page_of {
    ($condition:literal) => {
        (
            concat!("SELECT count(*)", with_order!(), " WHERE ", $condition),
            concat!(
                "SELECT ",
                columns!(),
                with_order!(),
                " WHERE ",
                $condition,
                " ORDER BY p.id DESC LIMIT ?4 OFFSET ?5"
            ),
        )
    };
}

/// A page of payments, newest first.
pub fn list(
    connection: &mut dyn Connection,
    filter: Filter<'_>,
    page: Page,
) -> Result<Listed<Payment>> {
    let (counting, listing) = match (filter.order, filter.customer) {
        (Some(_), _) => page_of!(
            "p.order_id = ?1 AND (?2 IS NULL OR o.customer = ?2) AND (?3 IS NULL OR p.state = ?3)"
        ),
        (None, Some(_)) => {
            page_of!("?1 IS NULL AND o.customer = ?2 AND (?3 IS NULL OR p.state = ?3)")
        }
        (None, None) => page_of!("?1 IS NULL AND ?2 IS NULL AND (?3 IS NULL OR p.state = ?3)"),
    };
    let chosen = [
        super::integer(filter.order),
        text(filter.customer),
        text(filter.state.map(State::as_str)),
    ];
    let [order, customer, state] = chosen;
    let (size, offset) = (Value::Integer(page.size), Value::Integer(page.offset()));
    Ok(Listed {
        total: count(connection, counting, &chosen)?,
        items: all(connection, listing, &[order, customer, state, size, offset], read)?,
    })
}

/// The ids of payments for which time makes something necessary, the longest waiting first.
pub fn due(connection: &mut dyn Connection, now: Time, limit: i64) -> Result<Vec<PaymentId>> {
    all(
        connection,
        "SELECT public_id FROM payments WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2",
        &[Value::Integer(now.millis()), Value::Integer(limit)],
        |c| c.id(PaymentId::from_bytes),
    )
}
