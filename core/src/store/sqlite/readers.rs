//! Reading connections, lent to one reader at a time. Each read sees one state of the database, and never
//! waits for a writer.

use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::Connection;

use super::failure::translate;
use super::open::Opener;
use super::session::{Access, Session, run};
use crate::error::{Code, Error, Result};
use crate::store::group_commit::{lock, unpanicked};

/// Connections that are opened when they are first needed, up to a number.
pub(super) struct Readers {
    opener: Opener,
    max: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    /// Idle or lent.
    open: usize,
    closed: bool,
}

impl Readers {
    pub(super) fn new(opener: Opener, max: usize) -> Self {
        Readers { opener, max: max.max(1), state: Mutex::default(), freed: Condvar::new() }
    }

    /// Shows one state of the database to `work`.
    pub(super) fn read(
        &self,
        work: &mut dyn FnMut(&mut dyn crate::store::Connection) -> Result<()>,
    ) -> Result<()> {
        let mut lent = self.lend()?;
        let result = lent.with(|connection| snapshot(connection, work));
        // What failed in the disk is not used again.
        lent.keep = !matches!(&result, Err(error) if error.code() == Code::StorageFailed);
        result
    }

    /// Waits for running reads, and closes all connections.
    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        self.freed.notify_all();
        while state.open > state.idle.len() {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.idle.clear();
        state.open = 0;
    }

    fn lend(&self) -> Result<Lent<'_>> {
        let mut state = lock(&self.state);
        loop {
            if state.closed {
                return Err(Error::new(Code::StoreClosed));
            }
            if let Some(connection) = state.idle.pop() {
                return Ok(Lent { readers: self, connection: Some(connection), keep: true });
            }
            if state.open < self.max {
                break;
            }
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.open += 1;
        drop(state);
        // Made before the connection is: if that fails, dropping it gives the place back.
        let mut lent = Lent { readers: self, connection: None, keep: true };
        lent.connection = Some(self.opener.reader()?);
        Ok(lent)
    }
}

/// A place among the readers, given back when dropped.
struct Lent<'r> {
    readers: &'r Readers,
    connection: Option<Connection>,
    keep: bool,
}

impl Lent<'_> {
    fn with(&self, work: impl FnOnce(&Connection) -> Result<()>) -> Result<()> {
        match &self.connection {
            Some(connection) => work(connection),
            None => Err(Error::bug("a reader without a connection")),
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let usable = |connection: &Connection| self.keep && connection.is_autocommit();
        let connection = self.connection.take().filter(usable);
        let mut state = lock(&self.readers.state);
        match connection {
            Some(connection) => state.idle.push(connection),
            None => state.open -= 1,
        }
        let closed = state.closed;
        drop(state);
        match closed {
            true => self.readers.freed.notify_all(),
            false => self.readers.freed.notify_one(),
        }
    }
}

/// Reads in a transaction, so that all queries see the same state: that of the first.
fn snapshot(
    connection: &Connection,
    work: &mut dyn FnMut(&mut dyn crate::store::Connection) -> Result<()>,
) -> Result<()> {
    run(connection, "BEGIN").map_err(translate)?;
    let result = guarded(connection, work);
    // Nothing was written, so how it ends makes no difference; a connection that cannot end it is not kept.
    let _ = run(connection, "COMMIT");
    result
}

/// Runs a read; a failure of the database counts, even if the work made light of it.
pub(super) fn guarded(
    connection: &Connection,
    work: &mut dyn FnMut(&mut dyn crate::store::Connection) -> Result<()>,
) -> Result<()> {
    let mut session = Session::new(connection, Access::Read);
    let result = unpanicked(|| work(&mut session));
    session.broken().map_or(result, Err)
}
