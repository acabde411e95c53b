//! What the server is to be told: kept until it is taken, sent in the order it was given, each under one number that the
//! server recognises it by. What it means is between the application and its server.

use super::{PaymentFollower, ServerMessage};
use crate::api::guarded;
use crate::api::values::to_time;
use crate::error::{Code, Error, Result};
use crate::followed::Told;
use crate::http::{NoResponse, Response};
use crate::id::MessageId;
use crate::json::Object;
use crate::store::sql;
use crate::webhook::{Failure, Verdict, judge};

/// A message is a fact, not a file.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// A server that is not reached for so many messages needs somebody to look.
const MESSAGES_MAX: i64 = 10_000;

impl PaymentFollower {
    /// Keeps a message for the server, a JSON object: on disk when this returns, posted by the next steps, in order, until the
    /// server answers with a success or refuses it for good.
    ///
    /// Errors: `config_missing` (no `messages_url`), `malformed`, `duplicate_field`, `too_large`, `storage_…`.
    pub fn tell(&self, body: &str) -> Result<ServerMessage> {
        guarded(|| {
            if self.messages_url.is_none() {
                let missing = Error::new(Code::ConfigMissing).with("setting", "messages_url");
                return Err(missing.with("rule", "it says where messages are posted"));
            }
            if body.len() > BODY_BYTES_MAX {
                return Err(too_large("a message", format!("{BODY_BYTES_MAX} bytes")));
            }
            Object::parse(body.as_bytes())?;
            let now = self.clock.now();
            let row = Told {
                id: MessageId::new(now, &*self.randomness)?,
                body: body.to_owned(),
                attempts: 0,
                last_status: None,
                last_error: None,
                due_at: Some(now),
                created_at: now,
                updated_at: now,
            };
            let written = row.clone();
            self.transact(move |connection| {
                if sql::follow::count_told(connection)? >= MESSAGES_MAX {
                    return Err(too_large("the queue", format!("{MESSAGES_MAX} messages")));
                }
                sql::follow::write_told(connection, &written)
            })?;
            Ok(shown(row, false))
        })
    }

    /// All messages that the server did not take yet, or refused, the first first.
    pub fn messages(&self) -> Result<Vec<ServerMessage>> {
        guarded(|| {
            let rows = self.read(sql::follow::all_told)?;
            Ok(rows.into_iter().map(|row| shown(row, false)).collect())
        })
    }

    /// Forgets a message, sent or not. Errors: `message_not_found`, `id_format`.
    pub fn forget_message(&self, message_id: &str) -> Result<()> {
        guarded(|| {
            let id = MessageId::parse(message_id)?;
            match self.transact(move |connection| sql::follow::forget_told(connection, id))? {
                true => Ok(()),
                false => Err(Error::new(Code::MessageNotFound)
                    .with("message", id)
                    .with("webhook", "this follower's server")),
            }
        })
    }

    /// Writes what became of an attempt.
    pub(super) fn note_attempt(
        &self,
        id: MessageId,
        came: Result<Response, NoResponse>,
    ) -> Result<Option<ServerMessage>> {
        let (dice, now) = (self.dice()?, self.clock.now());
        let verdict = judge(&came, now);
        self.transact(move |connection| {
            let Some(mut row) = sql::follow::find_told(connection, id)? else { return Ok(None) };
            row.attempts = row.attempts.saturating_add(1);
            row.updated_at = now;
            let failure = match &verdict {
                Verdict::Taken => {
                    sql::follow::forget_told(connection, id)?;
                    return Ok(Some(shown(row, true)));
                }
                Verdict::Gone => &Failure::gone(),
                Verdict::Failed(failure) => failure,
            };
            row.note(failure, dice, now);
            sql::follow::write_told(connection, &row)?;
            Ok(Some(shown(row, false)))
        })
    }
}

/// As it is shown.
fn shown(row: Told, is_taken: bool) -> ServerMessage {
    ServerMessage {
        id: row.id.to_string(),
        body: row.body,
        is_taken,
        is_refused: !is_taken && row.due_at.is_none(),
        attempts: row.attempts,
        next_attempt_at: row.due_at.filter(|_| !is_taken).map(to_time),
        last_status: row.last_status,
        last_error: row.last_error,
        created_at: to_time(row.created_at),
    }
}

fn too_large(field: &str, limit: String) -> Error {
    Error::new(Code::TooLarge).with("field", field).with("limit", limit)
}
