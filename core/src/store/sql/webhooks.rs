//! Webhooks: endpoints with their place in the journal, and the messages that they did not take yet.

use super::{Columns, Connection, Listed, Page, Value, all, count, integer, one, text, time};
use crate::clock::Time;
use crate::error::Result;
use crate::id::MessageId;
use crate::webhook::{Failure, Message, Webhook};

macro_rules! columns {
    () => {
        "w.id, w.name, w.url, w.salt, w.position, w.failures, w.rest_until, w.busy_until, \
         w.disabled_at, w.last_status, w.last_error, w.failed_at"
    };
}

fn read(c: &mut Columns<'_>) -> Result<Webhook> {
    Ok(Webhook {
        key: c.integer()?,
        name: c.string()?,
        url: c.string()?,
        salt: c.id(|bytes| bytes)?,
        position: c.integer()?,
        failures: c.integer()?,
        rest_until: c.time()?,
        busy_until: c.time()?,
        disabled_at: c.optional_time()?,
        last_status: c.optional_integer()?,
        last_error: c.optional_string()?,
        failed_at: c.optional_time()?,
    })
}

/// Makes an endpoint known, from the journal's present end on. One that is known keeps its place; under another
/// address it is no longer disabled.
pub fn register(
    connection: &mut dyn Connection,
    (name, url): (&str, &str),
    salt: [u8; 16],
    now: Time,
) -> Result<()> {
    connection
        .execute(
            "INSERT INTO webhooks (name, url, salt, position, failures, rest_until, busy_until, \
             created_at) \
             VALUES (?1, ?2, ?3, (SELECT coalesce(max(id), 0) FROM journal), 0, 0, 0, ?4) \
             ON CONFLICT (name) DO UPDATE SET failures = 0, rest_until = 0, \
             disabled_at = NULL, url = excluded.url WHERE webhooks.url <> excluded.url",
            &[
                Value::Text(name),
                Value::Text(url),
                Value::Blob(&salt),
                Value::Integer(now.millis()),
            ],
        )
        .map(drop)
}

/// One endpoint by its name.
pub fn find(connection: &mut dyn Connection, name: &str) -> Result<Option<Webhook>> {
    let values = [Value::Text(name)];
    one(
        connection,
        concat!("SELECT ", columns!(), " FROM webhooks w WHERE w.name = ?1"),
        &values,
        read,
    )
}

/// An endpoint with what waits for it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The endpoint.
    pub webhook: Webhook,
    /// Journal rows that were not looked at for it yet.
    pub behind: i64,
    /// Messages that will be sent again.
    pub waiting: i64,
    /// Messages that were given up.
    pub given_up: i64,
}

/// All endpoints that were ever made known, by name.
pub fn standings(connection: &mut dyn Connection) -> Result<Vec<Standing>> {
    all(
        connection,
        concat!(
            "SELECT ",
            columns!(),
            ", (SELECT coalesce(max(id), 0) FROM journal), \
             (SELECT count(*) FROM deliveries d WHERE d.webhook_id = w.id AND d.due_at IS NOT NULL), \
             (SELECT count(*) FROM deliveries d WHERE d.webhook_id = w.id AND d.due_at IS NULL) \
             FROM webhooks w ORDER BY w.name"
        ),
        &[],
        |c| {
            let webhook = read(c)?;
            let behind = c.integer()? - webhook.position;
            Ok(Standing { webhook, behind, waiting: c.integer()?, given_up: c.integer()? })
        },
    )
}

/// Whether something could be sent to an endpoint: journal rows after its place, or messages that are due.
pub fn has_work(connection: &mut dyn Connection, webhook: &Webhook, now: Time) -> Result<bool> {
    let found = count(
        connection,
        "SELECT EXISTS (SELECT 1 FROM journal WHERE id > ?2) OR EXISTS \
         (SELECT 1 FROM deliveries WHERE webhook_id = ?1 AND due_at <= ?3)",
        &[
            Value::Integer(webhook.key),
            Value::Integer(webhook.position),
            Value::Integer(now.millis()),
        ],
    )?;
    Ok(found != 0)
}

/// Gives one process the turn to send to an endpoint; nobody else gets it before `until`.
pub fn claim(connection: &mut dyn Connection, webhook: &mut Webhook, until: Time) -> Result<()> {
    webhook.busy_until = until;
    connection
        .execute(
            "UPDATE webhooks SET busy_until = ?2 WHERE id = ?1",
            &[Value::Integer(webhook.key), Value::Integer(until.millis())],
        )
        .map(drop)
}

/// Writes what changed about an endpoint under the turn that `busy_until` stands for. Answers whether it still was ours.
pub fn update(
    connection: &mut dyn Connection,
    webhook: &Webhook,
    busy_until: Time,
) -> Result<bool> {
    let rows = connection.execute(
        "UPDATE webhooks SET position = ?3, failures = ?4, rest_until = ?5, busy_until = ?6, \
         disabled_at = ?7, last_status = ?8, last_error = ?9, failed_at = ?10 \
         WHERE id = ?1 AND busy_until = ?2",
        &[
            Value::Integer(webhook.key),
            Value::Integer(busy_until.millis()),
            Value::Integer(webhook.position),
            Value::Integer(webhook.failures),
            Value::Integer(webhook.rest_until.millis()),
            Value::Integer(webhook.busy_until.millis()),
            time(webhook.disabled_at),
            integer(webhook.last_status),
            text(webhook.last_error.as_deref()),
            time(webhook.failed_at),
        ],
    )?;
    Ok(rows == 1)
}

macro_rules! messages {
    ($condition:literal) => {
        concat!(
            "SELECT d.public_id, w.name, d.entry, j.event, d.attempts, d.due_at, d.last_status, \
             d.last_error, d.created_at, d.updated_at FROM deliveries d \
             JOIN webhooks w ON w.id = d.webhook_id JOIN journal j ON j.id = d.entry WHERE ",
            $condition
        )
    };
}

fn read_message(c: &mut Columns<'_>) -> Result<Message> {
    Ok(Message {
        id: c.id(MessageId::from_bytes)?,
        webhook: c.string()?,
        entry: c.integer()?,
        event: c.string()?,
        attempts: c.integer()?,
        due_at: c.optional_time()?,
        last_status: c.optional_integer()?,
        last_error: c.optional_string()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// The messages that are to be sent again now, the longest waiting first.
pub fn due(
    connection: &mut dyn Connection,
    webhook: i64,
    now: Time,
    limit: i64,
) -> Result<Vec<Message>> {
    all(
        connection,
        messages!("d.webhook_id = ?1 AND d.due_at <= ?2 ORDER BY d.due_at, d.entry LIMIT ?3"),
        &[Value::Integer(webhook), Value::Integer(now.millis()), Value::Integer(limit)],
        read_message,
    )
}

/// Keeps a message that was not taken, with its number of attempts and its next one.
pub fn keep(
    connection: &mut dyn Connection,
    (webhook, entry, id): (i64, i64, MessageId),
    (attempts, due_at): (i64, Option<Time>),
    failure: &Failure,
    now: Time,
) -> Result<()> {
    connection
        .execute(
            "INSERT INTO deliveries (public_id, webhook_id, entry, attempts, due_at, last_status, \
             last_error, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) \
             ON CONFLICT (webhook_id, entry) DO UPDATE SET attempts = excluded.attempts, \
             due_at = excluded.due_at, last_status = excluded.last_status, \
             last_error = excluded.last_error, updated_at = excluded.updated_at",
            &[
                Value::Blob(&id.to_bytes()),
                Value::Integer(webhook),
                Value::Integer(entry),
                Value::Integer(attempts),
                time(due_at),
                integer(failure.status),
                Value::Text(&failure.error),
                Value::Integer(now.millis()),
            ],
        )
        .map(drop)
}

/// Forgets a message that was taken.
pub fn forget(connection: &mut dyn Connection, webhook: i64, entry: i64) -> Result<()> {
    connection
        .execute(
            "DELETE FROM deliveries WHERE webhook_id = ?1 AND entry = ?2",
            &[Value::Integer(webhook), Value::Integer(entry)],
        )
        .map(drop)
}

/// How many messages to an endpoint were given up.
pub fn given_up(connection: &mut dyn Connection, webhook: i64) -> Result<i64> {
    count(
        connection,
        "SELECT count(*) FROM deliveries WHERE webhook_id = ?1 AND due_at IS NULL",
        &[Value::Integer(webhook)],
    )
}

/// Lets one message begin its attempts again at once; answers whether there is such a one.
pub fn restart(
    connection: &mut dyn Connection,
    webhook: i64,
    id: MessageId,
    now: Time,
) -> Result<bool> {
    let rows = connection.execute(
        "UPDATE deliveries SET attempts = 0, due_at = ?3 WHERE webhook_id = ?1 AND public_id = ?2",
        &[Value::Integer(webhook), Value::Blob(&id.to_bytes()), Value::Integer(now.millis())],
    )?;
    Ok(rows == 1)
}

/// Lets all messages that were given up begin their attempts again at once.
pub fn restart_given_up(connection: &mut dyn Connection, webhook: i64, now: Time) -> Result<u64> {
    connection.execute(
        "UPDATE deliveries SET attempts = 0, due_at = ?2 WHERE webhook_id = ?1 AND due_at IS NULL",
        &[Value::Integer(webhook), Value::Integer(now.millis())],
    )
}

/// Forgets the messages about rows after a place: they are all sent afresh.
pub fn forget_after(connection: &mut dyn Connection, webhook: i64, entry: i64) -> Result<()> {
    connection
        .execute(
            "DELETE FROM deliveries WHERE webhook_id = ?1 AND entry > ?2",
            &[Value::Integer(webhook), Value::Integer(entry)],
        )
        .map(drop)
}

/// A page of the messages that were not taken yet, oldest first.
pub fn list(
    connection: &mut dyn Connection,
    webhook: Option<&str>,
    given_up_only: bool,
    page: Page,
) -> Result<Listed<Message>> {
    let chosen = [text(webhook), Value::Integer(given_up_only.into())];
    let [name, only] = chosen;
    Ok(Listed {
        total: count(
            connection,
            "SELECT count(*) FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id \
             WHERE (?1 IS NULL OR w.name = ?1) AND (?2 = 0 OR d.due_at IS NULL)",
            &chosen,
        )?,
        items: all(
            connection,
            messages!(
                "(?1 IS NULL OR w.name = ?1) AND (?2 = 0 OR d.due_at IS NULL) \
                 ORDER BY d.entry, d.id LIMIT ?3 OFFSET ?4"
            ),
            &[name, only, Value::Integer(page.size), Value::Integer(page.offset())],
            read_message,
        )?,
    })
}
