//! The journal, its named readers and its seals.

use super::{Columns, Connection, JsonList, Value, all, integer, one, text};
use crate::clock::Time;
use crate::error::Result;
use crate::id::{ExceptionId, OrderId, PaymentId, RefundId};
use crate::journal::{Entry, Event};

/// Writes an entry; answers with its sequence number, or nothing if its source was seen before.
pub fn insert(connection: &mut dyn Connection, now: Time, entry: Entry<'_>) -> Result<Option<i64>> {
    let detail = entry.detail.finish();
    let values = [
        Value::Integer(now.millis()),
        Value::Text(entry.event.as_str()),
        Value::Text(entry.actor),
        text(entry.source.map(|s| s.name.as_str())),
        entry
            .source
            .and_then(|s| s.digest.as_ref())
            .map_or(Value::Null, |digest| Value::Blob(digest)),
        integer(entry.order_key),
        integer(entry.payment_key),
        integer(entry.refund_key),
        integer(entry.exception_key),
        Value::Text(&detail),
    ];
    let sequence = connection.insert(
        "INSERT INTO journal (at, event, actor, source, digest, order_id, payment_id, refund_id, \
         exception_id, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
         ON CONFLICT DO NOTHING",
        &values,
    )?;
    Ok((sequence > 0).then_some(sequence))
}

/// What is on record of a source that was seen before: the digest, and what the message was about.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The digest of the authenticated bytes, where one was kept.
    pub digest: Option<Vec<u8>>,
    /// What became of it.
    pub event: String,
    /// The order.
    pub order_id: Option<OrderId>,
    /// The payment.
    pub payment_id: Option<PaymentId>,
    /// The refund.
    pub refund_id: Option<RefundId>,
    /// The exception.
    pub exception_id: Option<ExceptionId>,
}

macro_rules! from_journal {
    () => {
        " FROM journal j LEFT JOIN orders o ON o.id = j.order_id \
         LEFT JOIN payments p ON p.id = j.payment_id LEFT JOIN refunds r ON r.id = j.refund_id \
         LEFT JOIN exceptions e ON e.id = j.exception_id WHERE "
    };
}

/// Looks a source up.
pub fn seen(connection: &mut dyn Connection, source: &str) -> Result<Option<Seen>> {
    one(
        connection,
        concat!(
            "SELECT j.digest, j.event, o.public_id, p.public_id, r.public_id, e.public_id",
            from_journal!(),
            "j.source = ?1"
        ),
        &[Value::Text(source)],
        |c| {
            Ok(Seen {
                digest: c.optional_blob()?,
                event: c.string()?,
                order_id: c.optional_id(OrderId::from_bytes)?,
                payment_id: c.optional_id(PaymentId::from_bytes)?,
                refund_id: c.optional_id(RefundId::from_bytes)?,
                exception_id: c.optional_id(ExceptionId::from_bytes)?,
            })
        },
    )
}

macro_rules! events {
    ($condition:literal) => {
        concat!(
            "SELECT j.id, j.at, j.event, j.actor, j.source, o.public_id, p.public_id, \
             r.public_id, e.public_id, j.detail",
            from_journal!(),
            $condition,
            " ORDER BY j.id LIMIT ?2"
        )
    };
}

fn read(c: &mut Columns<'_>) -> Result<Event> {
    Ok(Event {
        sequence: c.integer()?,
        at: c.time()?,
        event: c.string()?,
        actor: c.string()?,
        source: c.optional_string()?,
        order_id: c.optional_id(OrderId::from_bytes)?,
        payment_id: c.optional_id(PaymentId::from_bytes)?,
        refund_id: c.optional_id(RefundId::from_bytes)?,
        exception_id: c.optional_id(ExceptionId::from_bytes)?,
        detail: c.texts()?,
    })
}

/// The events after a sequence number, in order.
pub fn after(connection: &mut dyn Connection, sequence: i64, limit: i64) -> Result<Vec<Event>> {
    let values = [Value::Integer(sequence), Value::Integer(limit)];
    all(connection, events!("j.id > ?1"), &values, read)
}

/// The events of an order, its payments and refunds among them.
pub fn of_order(connection: &mut dyn Connection, order: i64, limit: i64) -> Result<Vec<Event>> {
    let values = [Value::Integer(order), Value::Integer(limit)];
    all(connection, events!("j.order_id = ?1"), &values, read)
}

/// When the newest entry was written.
pub fn newest(connection: &mut dyn Connection) -> Result<Option<Time>> {
    one(connection, "SELECT at FROM journal ORDER BY id DESC LIMIT 1", &[], |c| c.time())
}

/// How far a named consumer has read; zero before its first acknowledgement.
pub fn position(connection: &mut dyn Connection, consumer: &str) -> Result<i64> {
    let values = [Value::Text(consumer)];
    let found = one(connection, "SELECT position FROM consumers WHERE name = ?1", &values, |c| {
        c.integer()
    })?;
    Ok(found.unwrap_or(0))
}

/// The named consumers that ever acknowledged something, and how far each has read.
pub fn consumers(connection: &mut dyn Connection) -> Result<Vec<(String, i64)>> {
    all(connection, "SELECT name, position FROM consumers ORDER BY name", &[], |c| {
        Ok((c.string()?, c.integer()?))
    })
}

/// Moves a named consumer on; never back, so that a slow worker cannot undo a fast one.
pub fn advance(connection: &mut dyn Connection, consumer: &str, sequence: i64) -> Result<()> {
    connection
        .execute(
            "INSERT INTO consumers (name, position) VALUES (?1, ?2) \
             ON CONFLICT (name) DO UPDATE SET \
             position = max(consumers.position, excluded.position)",
            &[Value::Text(consumer), Value::Integer(sequence)],
        )
        .map(drop)
}

/// A seal over everything written since the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Its own key.
    pub key: i64,
    /// The last journal row that it covers.
    pub last_entry: i64,
    /// The last transfer that it covers.
    pub last_transfer: i64,
    /// The hash over the hash of the seal before and all rows covered.
    pub hash: Vec<u8>,
}

fn read_seal(c: &mut Columns<'_>) -> Result<Seal> {
    Ok(Seal {
        key: c.integer()?,
        last_entry: c.integer()?,
        last_transfer: c.integer()?,
        hash: c.optional_blob()?.unwrap_or_default(),
    })
}

/// The seals after a key, in order.
pub fn seals(connection: &mut dyn Connection, after: i64, limit: i64) -> Result<Vec<Seal>> {
    all(
        connection,
        "SELECT id, last_entry, last_transfer, hash FROM seals WHERE id > ?1 ORDER BY id LIMIT ?2",
        &[Value::Integer(after), Value::Integer(limit)],
        read_seal,
    )
}

/// The newest seals, newest first.
pub fn newest_seals(connection: &mut dyn Connection, limit: i64) -> Result<Vec<Seal>> {
    all(
        connection,
        "SELECT id, last_entry, last_transfer, hash FROM seals ORDER BY id DESC LIMIT ?1",
        &[Value::Integer(limit)],
        read_seal,
    )
}

/// Adds a seal.
pub fn insert_seal(connection: &mut dyn Connection, now: Time, seal: &Seal) -> Result<i64> {
    connection.insert(
        "INSERT INTO seals (at, last_entry, last_transfer, hash) VALUES (?1, ?2, ?3, ?4)",
        &[
            Value::Integer(now.millis()),
            Value::Integer(seal.last_entry),
            Value::Integer(seal.last_transfer),
            Value::Blob(&seal.hash),
        ],
    )
}

/// Shows the journal rows in `(after, last]` as stored, for hashing: key, and all columns as one text.
pub fn rows_between(
    connection: &mut dyn Connection,
    (after, last): (i64, i64),
    each: &mut dyn FnMut(i64, &str) -> Result<()>,
) -> Result<()> {
    connection.query(
        "SELECT id, at, event, actor, source, digest, order_id, payment_id, refund_id, \
         exception_id, detail FROM journal WHERE id > ?1 AND id <= ?2 ORDER BY id",
        &[Value::Integer(after), Value::Integer(last)],
        &mut |row| {
            let mut list = JsonList::default();
            list.integer(Some(row.integer(0)?));
            list.integer(Some(row.integer(1)?));
            list.text(Some(row.text(2)?))?;
            list.text(Some(row.text(3)?))?;
            list.text(row.optional_text(4)?)?;
            list.hex(row.optional_blob(5)?);
            for column in 6..10 {
                list.integer(row.optional_integer(column)?);
            }
            list.text(Some(row.text(10)?))?;
            each(row.integer(0)?, &list.finish())
        },
    )
}
