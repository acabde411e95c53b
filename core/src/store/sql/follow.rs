//! Payments of a server that are followed from afar, and what waits to be told to it: the tables of a follower's own file.

use super::{Columns, Connection, Value, all, count, integer, one, text, time};
use crate::clock::Time;
use crate::error::Result;
use crate::followed::{Followed, Told};
use crate::id::{MessageId, PaymentId};
use crate::payment::State;

macro_rules! followed_columns {
    () => {
        "public_id, order_id, state, amount, currency, action, expires_at, paid_at, failure_code, \
         failure_message, confirmed_at, questions, failures, last_status, last_error, due_at, \
         created_at, updated_at"
    };
}

fn read_followed(c: &mut Columns<'_>) -> Result<Followed> {
    Ok(Followed {
        id: c.id(PaymentId::from_bytes)?,
        order_id: c.optional_string()?,
        state: c.word(State::parse)?,
        amount: c.integer()?,
        currency: c.currency()?,
        action: c.string()?,
        expires_at: c.optional_time()?,
        paid_at: c.optional_time()?,
        failure_code: c.optional_string()?,
        failure_message: c.optional_string()?,
        confirmed_at: c.optional_time()?,
        questions: c.integer()?,
        failures: c.integer()?,
        last_status: c.optional_integer()?,
        last_error: c.optional_string()?,
        due_at: c.optional_time()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// Writes a payment, whether it is there already or not.
pub fn write_followed(connection: &mut dyn Connection, row: &Followed) -> Result<()> {
    let id = row.id.to_bytes();
    connection
        .execute(
            "INSERT INTO followed (public_id, order_id, state, amount, currency, action, expires_at, \
             paid_at, failure_code, failure_message, confirmed_at, questions, failures, \
             last_status, last_error, due_at, created_at, updated_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) \
             ON CONFLICT (public_id) DO UPDATE SET order_id = excluded.order_id, \
             state = excluded.state, action = excluded.action, expires_at = excluded.expires_at, \
             paid_at = excluded.paid_at, failure_code = excluded.failure_code, \
             failure_message = excluded.failure_message, confirmed_at = excluded.confirmed_at, \
             questions = excluded.questions, failures = excluded.failures, \
             last_status = excluded.last_status, last_error = excluded.last_error, \
             due_at = excluded.due_at, updated_at = excluded.updated_at",
            &[
                Value::Blob(&id),
                text(row.order_id.as_deref()),
                Value::Text(row.state.as_str()),
                Value::Integer(row.amount),
                Value::Text(row.currency.code()),
                Value::Text(&row.action),
                time(row.expires_at),
                time(row.paid_at),
                text(row.failure_code.as_deref()),
                text(row.failure_message.as_deref()),
                time(row.confirmed_at),
                Value::Integer(row.questions),
                Value::Integer(row.failures),
                integer(row.last_status),
                text(row.last_error.as_deref()),
                time(row.due_at),
                Value::Integer(row.created_at.millis()),
                Value::Integer(row.updated_at.millis()),
            ],
        )
        .map(drop)
}

/// One payment.
pub fn find_followed(connection: &mut dyn Connection, id: PaymentId) -> Result<Option<Followed>> {
    one(
        connection,
        concat!("SELECT ", followed_columns!(), " FROM followed WHERE public_id = ?1"),
        &[Value::Blob(&id.to_bytes())],
        read_followed,
    )
}

/// All payments, the first first.
pub fn all_followed(connection: &mut dyn Connection) -> Result<Vec<Followed>> {
    all(
        connection,
        concat!("SELECT ", followed_columns!(), " FROM followed ORDER BY id"),
        &[],
        read_followed,
    )
}

/// The payments that the server is to be asked about, the most urgent first.
pub fn followed_by_turn(connection: &mut dyn Connection) -> Result<Vec<(PaymentId, Time)>> {
    all(
        connection,
        "SELECT public_id, due_at FROM followed WHERE due_at IS NOT NULL ORDER BY due_at, id",
        &[],
        |c| Ok((c.id(PaymentId::from_bytes)?, c.time()?)),
    )
}

/// Forgets a payment; answers with whether it was there.
pub fn forget_followed(connection: &mut dyn Connection, id: PaymentId) -> Result<bool> {
    let values = [Value::Blob(&id.to_bytes()) as Value<'_>];
    connection.execute("DELETE FROM followed WHERE public_id = ?1", &values).map(|rows| rows > 0)
}

macro_rules! told_columns {
    () => {
        "public_id, body, attempts, last_status, last_error, due_at, created_at, updated_at"
    };
}

fn read_told(c: &mut Columns<'_>) -> Result<Told> {
    Ok(Told {
        id: c.id(MessageId::from_bytes)?,
        body: c.string()?,
        attempts: c.integer()?,
        last_status: c.optional_integer()?,
        last_error: c.optional_string()?,
        due_at: c.optional_time()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// Writes a message, whether it is there already or not. What it says never changes.
pub fn write_told(connection: &mut dyn Connection, row: &Told) -> Result<()> {
    connection
        .execute(
            "INSERT INTO told (public_id, body, attempts, last_status, last_error, due_at, created_at, \
             updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
             ON CONFLICT (public_id) DO UPDATE SET attempts = excluded.attempts, \
             last_status = excluded.last_status, last_error = excluded.last_error, \
             due_at = excluded.due_at, updated_at = excluded.updated_at",
            &[
                Value::Blob(&row.id.to_bytes()),
                Value::Text(&row.body),
                Value::Integer(row.attempts),
                integer(row.last_status),
                text(row.last_error.as_deref()),
                time(row.due_at),
                Value::Integer(row.created_at.millis()),
                Value::Integer(row.updated_at.millis()),
            ],
        )
        .map(drop)
}

/// One message.
pub fn find_told(connection: &mut dyn Connection, id: MessageId) -> Result<Option<Told>> {
    one(
        connection,
        concat!("SELECT ", told_columns!(), " FROM told WHERE public_id = ?1"),
        &[Value::Blob(&id.to_bytes())],
        read_told,
    )
}

/// All messages that were not taken, the first first.
pub fn all_told(connection: &mut dyn Connection) -> Result<Vec<Told>> {
    all(connection, concat!("SELECT ", told_columns!(), " FROM told ORDER BY id"), &[], read_told)
}

/// How many messages were not taken.
pub fn count_told(connection: &mut dyn Connection) -> Result<i64> {
    count(connection, "SELECT count(*) FROM told", &[])
}

/// The message whose turn it is: the first that waits.
pub fn first_told(connection: &mut dyn Connection) -> Result<Option<Told>> {
    one(
        connection,
        concat!(
            "SELECT ",
            told_columns!(),
            " FROM told WHERE due_at IS NOT NULL ORDER BY id LIMIT 1"
        ),
        &[],
        read_told,
    )
}

/// Forgets a message; answers with whether it was there.
pub fn forget_told(connection: &mut dyn Connection, id: MessageId) -> Result<bool> {
    let values = [Value::Blob(&id.to_bytes()) as Value<'_>];
    connection.execute("DELETE FROM told WHERE public_id = ?1", &values).map(|rows| rows > 0)
}

/// Has everything that waits for a later moment wait no longer.
pub fn hurry(connection: &mut dyn Connection, now: Time) -> Result<()> {
    let now = [Value::Integer(now.millis())];
    connection.execute("UPDATE followed SET due_at = ?1, questions = 0 WHERE due_at > ?1", &now)?;
    connection.execute("UPDATE told SET due_at = ?1 WHERE due_at > ?1", &now).map(drop)
}
