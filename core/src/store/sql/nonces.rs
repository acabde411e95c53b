//! Numbers of signed requests that were taken: each once in its scope, and forgotten when its time has passed.

use super::{Connection, Value, one};
use crate::clock::Time;
use crate::error::Result;

/// Takes a number, to be kept until `expires_at`. Answers with whether nobody had taken it.
pub fn claim(
    connection: &mut dyn Connection,
    (scope, nonce): (&str, &str),
    expires_at: Time,
) -> Result<bool> {
    let rows = connection.execute(
        "INSERT INTO nonces (scope, nonce, expires_at) VALUES (?1, ?2, ?3) \
         ON CONFLICT DO NOTHING",
        &[Value::Text(scope), Value::Text(nonce), Value::Integer(expires_at.millis())],
    )?;
    Ok(rows > 0)
}

/// Up to which time about `limit` numbers have expired by now, the oldest first; nothing if none has.
pub fn expired(connection: &mut dyn Connection, now: Time, limit: i64) -> Result<Option<Time>> {
    let oldest = one(
        connection,
        "SELECT expires_at FROM nonces WHERE expires_at <= ?1 \
         ORDER BY expires_at LIMIT 1",
        &[Value::Integer(now.millis())],
        |c| c.time(),
    )?;
    if oldest.is_none() {
        return Ok(None);
    }
    let last = one(
        connection,
        "SELECT expires_at FROM nonces WHERE expires_at <= ?1 \
         ORDER BY expires_at LIMIT 1 OFFSET ?2",
        &[Value::Integer(now.millis()), Value::Integer(limit)],
        |c| c.time(),
    )?;
    Ok(last.or(Some(now)))
}

/// Forgets the numbers that have expired at `until`.
pub fn forget(connection: &mut dyn Connection, until: Time) -> Result<u64> {
    connection
        .execute("DELETE FROM nonces WHERE expires_at <= ?1", &[Value::Integer(until.millis())])
}
