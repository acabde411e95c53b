//! Idempotency keys: the second call with the same key and parameters gets the first one's answer.

use sha2::{Digest, Sha256};

use super::books::Books;
use crate::error::{Code, Error, Result};
use crate::store::sql::keys::{self, Call};
use crate::text;

/// While the first call may still be at work, the second is told so; never for longer than this.
const LEASE_SECONDS: i64 = 60;

/// A caller's key for one operation, with the digest of what was asked.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    /// The operation: keys of different operations do not meet.
    pub operation: &'static str,
    /// The key.
    pub key: String,
    fingerprint: [u8; 32],
}

/// What is known of a key.
pub(super) enum Known {
    /// Nothing: go ahead.
    Nothing,
    /// The thing with this public id was made.
    Made([u8; 16]),
}

impl IdempotencyKey {
    /// Takes the key and a canonical text of the parameters. Fails with `too_large` and `text_format`.
    pub fn new(operation: &'static str, key: String, parameters: &str) -> Result<Self> {
        text::idempotency_key(&key)?;
        Ok(IdempotencyKey { operation, key, fingerprint: Sha256::digest(parameters).into() })
    }

    /// Looks the key up. Fails with `idempotency` (other parameters) and `in_progress`.
    pub(super) fn look_up(&self, books: &mut Books<'_>) -> Result<Known> {
        match keys::find(books.connection, self.operation, &self.key)? {
            None => Ok(Known::Nothing),
            Some(call) if call.fingerprint != self.fingerprint => {
                Err(Error::new(Code::Idempotency))
            }
            Some(call) if call.lease_until > books.now => Err(Error::new(Code::InProgress)),
            Some(call) => Ok(call.result.map_or(Known::Nothing, Known::Made)),
        }
    }

    /// The key's answer is another thing from now on: what it named first came to nothing. On record where it was not.
    pub(super) fn point_to(&self, books: &mut Books<'_>, result: [u8; 16]) -> Result<()> {
        let known = (self.operation, self.key.as_str());
        match keys::point_to(books.connection, known, result)? {
            true => Ok(()),
            false => self.record(books, result, true),
        }
    }

    /// Records what was made. With `at_work` the call goes on after this unit of work, on a lease.
    pub(super) fn record(
        &self,
        books: &mut Books<'_>,
        result: [u8; 16],
        at_work: bool,
    ) -> Result<()> {
        let lease_until = match at_work {
            true => books.now.plus_seconds(LEASE_SECONDS),
            false => books.now,
        };
        let call =
            Call { fingerprint: self.fingerprint.to_vec(), result: Some(result), lease_until };
        keys::insert(books.connection, (self.operation, &self.key), &call, books.now)
    }
}
