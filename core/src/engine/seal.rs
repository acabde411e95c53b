//! Seals: from time to time everything new in journal and ledger is hashed together with the seal before, so that a
//! changed or missing row is found. Done by due work in batches; no writer ever waits for a hash.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Engine;
use crate::error::{Code, Error, Result};
use crate::journal::SYSTEM;
use crate::store::Connection;
use crate::store::sql::journal::{self, Seal};
use crate::store::sql::ledger;

/// A seal covers at most this many rows of each kind, which bounds the memory and time of one.
const ROWS_MAX: i64 = 10_000;
/// One run makes at most this many seals; the next run goes on.
const SEALS_MAX: usize = 10;
/// When a database is opened, this many of the newest seals are checked.
const CHECKED_AT_OPEN: i64 = 2;
/// While everything is verified, seals are read in portions of this many.
const PORTION: i64 = 256;

impl Engine {
    /// Seals what was written since the last seal; answers with how many rows that were.
    pub(super) fn seal(self: &Arc<Self>) -> Result<i64> {
        let mut sealed = 0;
        for _ in 0..SEALS_MAX {
            let (before, next) = self.read(|connection| next_seal(connection))?;
            let rows =
                next.last_entry - before.last_entry + next.last_transfer - before.last_transfer;
            if rows == 0 || !self.add_seal(before, next)? {
                break;
            }
            sealed += rows;
        }
        Ok(sealed)
    }

    /// Adds a seal unless somebody else added one meanwhile.
    fn add_seal(self: &Arc<Self>, before: Seal, next: Seal) -> Result<bool> {
        self.transact(SYSTEM, move |books| {
            if last_seal(books.connection)? != before {
                return Ok(false);
            }
            journal::insert_seal(books.connection, books.now, &next).map(|_| true)
        })
    }

    /// Checks the newest seals, as is done when a database is opened. A broken one makes the store refuse
    /// writes; reading stays possible.
    pub fn check_newest_seals(&self) -> Result<()> {
        let broken = self.read(|connection| {
            let mut newest = journal::newest_seals(connection, CHECKED_AT_OPEN + 1)?;
            newest.reverse();
            if newest.len() <= usize::try_from(CHECKED_AT_OPEN).unwrap_or(0) {
                newest.insert(0, genesis());
            }
            first_broken(connection, &newest)
        })?;
        match broken {
            None => Ok(()),
            Some(seal) => {
                let why = format!("seal {seal} does not fit the rows it covers");
                self.store.refuse_writes(&why);
                Err(Error::new(Code::StorageCorrupt).with("why", why))
            }
        }
    }
}

/// The seal before all seals.
fn genesis() -> Seal {
    Seal { key: 0, last_entry: 0, last_transfer: 0, hash: Vec::new() }
}

fn last_seal(connection: &mut dyn Connection) -> Result<Seal> {
    Ok(journal::newest_seals(connection, 1)?.pop().unwrap_or_else(genesis))
}

/// The last seal, and the one that would follow it now.
fn next_seal(connection: &mut dyn Connection) -> Result<(Seal, Seal)> {
    let before = last_seal(connection)?;
    let (entry, transfer) = ledger::newest_keys(connection)?;
    let mut next = Seal {
        key: 0,
        last_entry: entry.min(before.last_entry + ROWS_MAX),
        last_transfer: transfer.min(before.last_transfer + ROWS_MAX),
        hash: Vec::new(),
    };
    next.hash = hash(connection, &before, &next)?;
    Ok((before, next))
}

/// The hash of a seal: over the one before, and every row between the two in its stored form.
fn hash(connection: &mut dyn Connection, before: &Seal, seal: &Seal) -> Result<Vec<u8>> {
    let mut hasher = Sha256::new();
    hasher.update(&before.hash);
    let mut row = |_key: i64, text: &str| {
        hasher.update(text.len().to_be_bytes());
        hasher.update(text);
        Ok(())
    };
    journal::rows_between(connection, (before.last_entry, seal.last_entry), &mut row)?;
    ledger::rows_between(connection, (before.last_transfer, seal.last_transfer), &mut row)?;
    Ok(hasher.finalize().to_vec())
}

/// The key of the first seal that does not fit the one before it and its rows.
fn first_broken(connection: &mut dyn Connection, seals: &[Seal]) -> Result<Option<i64>> {
    for pair in seals.windows(2) {
        if let [before, seal] = pair
            && hash(connection, before, seal)? != seal.hash
        {
            return Ok(Some(seal.key));
        }
    }
    Ok(None)
}

/// Checks every seal there is.
pub(super) fn broken_seal(connection: &mut dyn Connection) -> Result<Option<i64>> {
    let mut before = genesis();
    loop {
        let mut portion = journal::seals(connection, before.key, PORTION)?;
        let Some(last) = portion.last().cloned() else { return Ok(None) };
        portion.insert(0, before);
        if let Some(broken) = first_broken(connection, &portion)? {
            return Ok(Some(broken));
        }
        before = last;
    }
}
