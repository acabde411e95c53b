//! Idempotency keys of callers: who called with what, and what became of it.

use super::{Connection, Value, one};
use crate::clock::Time;
use crate::error::Result;

/// What is on record of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The digest of the parameters.
    pub fingerprint: Vec<u8>,
    /// The public id of what was made; nothing while the first call runs.
    pub result: Option<[u8; 16]>,
    /// Until when the first call may still be running.
    pub lease_until: Time,
}

/// Looks a key up.
pub fn find(connection: &mut dyn Connection, operation: &str, key: &str) -> Result<Option<Call>> {
    one(
        connection,
        "SELECT fingerprint, result, lease_until FROM idempotency \
         WHERE operation = ?1 AND key = ?2",
        &[Value::Text(operation), Value::Text(key)],
        |c| {
            Ok(Call {
                fingerprint: c.optional_blob()?.unwrap_or_default(),
                result: c.optional_id(|bytes| bytes)?,
                lease_until: c.time()?,
            })
        },
    )
}

/// Records a key with what was made, and until when the call that made it may still be at work.
pub fn insert(
    connection: &mut dyn Connection,
    (operation, key): (&str, &str),
    call: &Call,
    now: Time,
) -> Result<()> {
    connection
        .execute(
            "INSERT INTO idempotency (operation, key, fingerprint, result, lease_until, \
             created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                Value::Text(operation),
                Value::Text(key),
                Value::Blob(&call.fingerprint),
                call.result.as_ref().map_or(Value::Null, |id| Value::Blob(id)),
                Value::Integer(call.lease_until.millis()),
                Value::Integer(now.millis()),
            ],
        )
        .map(drop)
}

/// The key names another thing. Answers with whether it was on record.
pub fn point_to(
    connection: &mut dyn Connection,
    (operation, key): (&str, &str),
    result: [u8; 16],
) -> Result<bool> {
    let rows = connection.execute(
        "UPDATE idempotency SET result = ?3 WHERE operation = ?1 AND key = ?2",
        &[Value::Text(operation), Value::Text(key), Value::Blob(&result)],
    )?;
    Ok(rows > 0)
}

/// The call is over: the same key gets its answer from now on.
pub fn finish(connection: &mut dyn Connection, operation: &str, key: &str) -> Result<()> {
    connection
        .execute(
            "UPDATE idempotency SET lease_until = 0 WHERE operation = ?1 AND key = ?2",
            &[Value::Text(operation), Value::Text(key)],
        )
        .map(drop)
}
