//! Orders and their lines.

use super::{Columns, Connection, Listed, Page, Value, all, changed, count, one, text, time};
use crate::clock::Time;
use crate::error::Result;
use crate::id::OrderId;
use crate::order::{Line, LineKind, Order};

/// The columns of an order `o`, in the order in which [`read`] takes them.
macro_rules! columns {
    () => {
        "o.id, o.public_id, o.flow, o.state, o.currency, o.reference, o.customer, o.total, \
         o.deposit_total, o.paid, o.refunded, o.refund_pending, o.deposit_returned, o.balance, \
         o.deposit_balance, o.metadata, \
         (SELECT x.public_id FROM orders x WHERE x.id = o.extends_id), o.payable_until, o.starts_at, o.ends_at, o.due_at, \
         o.created_at, o.updated_at, o.version"
    };
}
pub(super) use columns;

pub(super) fn read(c: &mut Columns<'_>) -> Result<Order> {
    Ok(Order {
        key: c.integer()?,
        id: c.id(OrderId::from_bytes)?,
        flow: c.string()?,
        state: c.string()?,
        currency: c.currency()?,
        reference: c.optional_string()?,
        customer: c.optional_string()?,
        total: c.integer()?,
        deposit_total: c.integer()?,
        paid: c.integer()?,
        refunded: c.integer()?,
        refund_pending: c.integer()?,
        deposit_returned: c.integer()?,
        balance: c.integer()?,
        deposit_balance: c.integer()?,
        metadata: c.texts()?,
        extends: c.optional_id(OrderId::from_bytes)?,
        payable_until: c.time()?,
        starts_at: c.optional_time()?,
        ends_at: c.optional_time()?,
        due_at: c.optional_time()?,
        created_at: c.time()?,
        updated_at: c.time()?,
        version: c.integer()?,
    })
}

/// Writes a new order and its lines; answers with its key.
pub fn insert(connection: &mut dyn Connection, order: &Order, lines: &[Line]) -> Result<i64> {
    let metadata = match order.metadata.is_empty() {
        true => None,
        false => Some(serde_json::to_string(&order.metadata).map_err(crate::error::Error::bug)?),
    };
    let extends = order.extends.map(OrderId::to_bytes);
    let key = connection.insert(
        "INSERT INTO orders (public_id, flow, state, currency, reference, customer, total, \
         deposit_total, paid, refunded, refund_pending, deposit_returned, balance, \
         deposit_balance, metadata, extends_id, payable_until, starts_at, ends_at, due_at, \
         created_at, updated_at, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, 0, 0, 0, 0, \
         ?9, (SELECT x.id FROM (SELECT id FROM orders WHERE public_id = ?17) x), ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        &[
            Value::Blob(&order.id.to_bytes()),
            Value::Text(&order.flow),
            Value::Text(&order.state),
            Value::Text(order.currency.code()),
            text(order.reference.as_deref()),
            text(order.customer.as_deref()),
            Value::Integer(order.total),
            Value::Integer(order.deposit_total),
            text(metadata.as_deref()),
            Value::Integer(order.payable_until.millis()),
            time(order.starts_at),
            time(order.ends_at),
            time(order.due_at),
            Value::Integer(order.created_at.millis()),
            Value::Integer(order.updated_at.millis()),
            Value::Integer(order.version),
            extends.as_ref().map_or(Value::Null, |id| Value::Blob(id)),
        ],
    )?;
    insert_lines(connection, key, lines)?;
    Ok(key)
}

/// Adds lines to an order.
pub fn insert_lines(connection: &mut dyn Connection, order: i64, lines: &[Line]) -> Result<()> {
    for line in lines {
        connection.insert(
            "INSERT INTO lines (order_id, kind, description, quantity, unit_amount) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            &[
                Value::Integer(order),
                Value::Text(line.kind.as_str()),
                Value::Text(&line.description),
                Value::Integer(line.quantity),
                Value::Integer(line.unit_amount),
            ],
        )?;
    }
    Ok(())
}

/// Writes what changed, and one more version. Fails with `version` when somebody else was faster.
pub fn update(connection: &mut dyn Connection, order: &mut Order, now: Time) -> Result<()> {
    let rows = connection.execute(
        "UPDATE orders SET state = ?2, total = ?3, deposit_total = ?4, paid = ?5, refunded = ?6, \
         refund_pending = ?7, deposit_returned = ?8, balance = ?9, deposit_balance = ?10, \
         ends_at = ?11, due_at = ?12, updated_at = ?13, version = version + 1 \
         WHERE id = ?1 AND version = ?14",
        &[
            Value::Integer(order.key),
            Value::Text(&order.state),
            Value::Integer(order.total),
            Value::Integer(order.deposit_total),
            Value::Integer(order.paid),
            Value::Integer(order.refunded),
            Value::Integer(order.refund_pending),
            Value::Integer(order.deposit_returned),
            Value::Integer(order.balance),
            Value::Integer(order.deposit_balance),
            time(order.ends_at),
            time(order.due_at),
            Value::Integer(now.millis()),
            Value::Integer(order.version),
        ],
    )?;
    changed(rows, order.id)?;
    order.updated_at = now;
    order.version += 1;
    Ok(())
}

/// One order by its public id.
pub fn find(connection: &mut dyn Connection, id: OrderId) -> Result<Option<Order>> {
    one(
        connection,
        concat!("SELECT ", columns!(), " FROM orders o WHERE o.public_id = ?1"),
        &[Value::Blob(&id.to_bytes())],
        read,
    )
}

/// One order by its key.
pub fn by_key(connection: &mut dyn Connection, key: i64) -> Result<Option<Order>> {
    one(
        connection,
        concat!("SELECT ", columns!(), " FROM orders o WHERE o.id = ?1"),
        &[Value::Integer(key)],
        read,
    )
}

/// One order by the host's own id.
pub fn by_reference(
    connection: &mut dyn Connection,
    flow: &str,
    reference: &str,
) -> Result<Option<Order>> {
    one(
        connection,
        concat!("SELECT ", columns!(), " FROM orders o WHERE o.flow = ?1 AND o.reference = ?2"),
        &[Value::Text(flow), Value::Text(reference)],
        read,
    )
}

/// The lines of an order, in the order they were given.
pub fn lines(connection: &mut dyn Connection, order: i64) -> Result<Vec<Line>> {
    all(
        connection,
        "SELECT kind, description, quantity, unit_amount FROM lines WHERE order_id = ?1 \
         ORDER BY id",
        &[Value::Integer(order)],
        read_line,
    )
}

/// The same for a reader whose statements may see different states: none where the order is not as it was read.
pub fn lines_of_version(connection: &mut dyn Connection, order: &Order) -> Result<Vec<Line>> {
    all(
        connection,
        "SELECT l.kind, l.description, l.quantity, l.unit_amount FROM lines l \
         JOIN orders o ON o.id = l.order_id WHERE l.order_id = ?1 AND o.version = ?2 ORDER BY l.id",
        &[Value::Integer(order.key), Value::Integer(order.version)],
        read_line,
    )
}

fn read_line(c: &mut Columns<'_>) -> Result<Line> {
    Ok(Line {
        kind: c.word(LineKind::parse)?,
        description: c.string()?,
        quantity: c.integer()?,
        unit_amount: c.integer()?,
    })
}

/// Which orders to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Those of this customer.
    pub customer: Option<&'a str>,
    /// Those of this flow.
    pub flow: Option<&'a str>,
    /// Those in this state.
    pub state: Option<&'a str>,
}

macro_rules! by_customer {
    () => {
        " FROM orders o WHERE o.customer = ?1 AND (?2 IS NULL OR o.flow = ?2) \
         AND (?3 IS NULL OR o.state = ?3)"
    };
}
macro_rules! of_everybody {
    () => {
        " FROM orders o WHERE ?1 IS NULL AND (?2 IS NULL OR o.flow = ?2) \
         AND (?3 IS NULL OR o.state = ?3)"
    };
}

/// A page of orders, newest first.
pub fn list(
    connection: &mut dyn Connection,
    filter: Filter<'_>,
    page: Page,
) -> Result<Listed<Order>> {
    let (counting, listing) = match filter.customer {
        Some(_) => (
            concat!("SELECT count(*)", by_customer!()),
            concat!(
                "SELECT ",
                columns!(),
                by_customer!(),
                " ORDER BY o.id DESC LIMIT ?4 OFFSET ?5"
            ),
        ),
        None => (
            concat!("SELECT count(*)", of_everybody!()),
            concat!(
                "SELECT ",
                columns!(),
                of_everybody!(),
                " ORDER BY o.id DESC LIMIT ?4 OFFSET ?5"
            ),
        ),
    };
    let [customer, flow, state] = [filter.customer, filter.flow, filter.state].map(text);
    let (size, offset) = (Value::Integer(page.size), Value::Integer(page.offset()));
    Ok(Listed {
        total: count(connection, counting, &[customer, flow, state])?,
        items: all(connection, listing, &[customer, flow, state, size, offset], read)?,
    })
}

/// The ids of orders for which time makes something necessary, the longest waiting first.
pub fn due(connection: &mut dyn Connection, now: Time, limit: i64) -> Result<Vec<OrderId>> {
    all(
        connection,
        "SELECT public_id FROM orders WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2",
        &[Value::Integer(now.millis()), Value::Integer(limit)],
        |c| c.id(OrderId::from_bytes),
    )
}
