//! The two contestants: the engine through its public face, and plain `rusqlite` that writes the same rows.

use std::ops::Range;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use paywright::api::Paywright;
use paywright::api::types::CallbackOutcome;
use paywright::api::types::arguments::handle_callback;
use paywright::store::schema::MIGRATIONS;
use paywright::store::sqlite::{SqliteOptions, SqliteStore};
use paywright_tests::shop;
use paywright_tests::spy::UnitOfWork;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use crate::lap::Lap;
use crate::shelf::Shelf;

/// The engine, over a copy of a shelf.
pub struct Engine<'s> {
    pub pay: Paywright,
    callbacks: &'s [handle_callback],
}

impl<'s> Engine<'s> {
    pub fn new(shelf: &'s Shelf, vfs: &str) -> Self {
        let options = SqliteOptions { vfs: Some(vfs.to_owned()), ..SqliteOptions::default() };
        let store = SqliteStore::open(&shelf.copy(), options, MIGRATIONS).expect("the copy opens");
        let pay = shop::open_on(Arc::new(store)).expect("an engine over the copy");
        Engine { pay, callbacks: &shelf.callbacks }
    }

    /// Hands callbacks in from so many threads at once.
    pub fn settle(&mut self, round: Range<usize>, callers: usize) -> Lap {
        let callbacks = &self.callbacks[round];
        let settles = callbacks.len();
        // A host owns what it received; handing it over is no part of the call. Callers take turns, so that what
        // shares a commit are neighbours, as it is with the raw limit.
        let shares: Vec<Vec<_>> = (0..callers)
            .map(|caller| callbacks.iter().skip(caller).step_by(callers).cloned().collect())
            .collect();
        let start = Barrier::new(shares.len() + 1);
        thread::scope(|scope| {
            let hand_in = |share| {
                start.wait();
                hand_in(&self.pay, share)
            };
            let threads: Vec<_> =
                shares.into_iter().map(|share| scope.spawn(move || hand_in(share))).collect();
            start.wait();
            let begin = Instant::now();
            let calls = threads.into_iter().flat_map(|t| t.join().expect("no panic")).collect();
            Lap { whole: begin.elapsed(), calls, settles }
        })
    }
}

fn hand_in(pay: &Paywright, callbacks: Vec<handle_callback>) -> Vec<Duration> {
    let one = |callback| {
        let begin = Instant::now();
        let result = pay.handle_callback(callback).expect("a settled payment");
        let took = begin.elapsed();
        assert_eq!(result.outcome, CallbackOutcome::applied);
        took
    };
    callbacks.into_iter().map(one).collect()
}

/// What every writing connection of the library is set to.
const PRAGMAS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8192;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = 8388608;
";

/// Plain `rusqlite`, over a copy of a shelf.
pub struct Raw {
    connection: Connection,
    written: Arc<Vec<UnitOfWork>>,
}

impl Raw {
    pub fn new(shelf: &Shelf, vfs: &str) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags_and_vfs(shelf.copy(), flags, vfs).expect("the copy opens");
        connection.set_prepared_statement_cache_capacity(64);
        connection.execute_batch(PRAGMAS).expect("known pragmas");
        Raw { connection, written: Arc::clone(&shelf.written) }
    }

    /// Writes what the engine writes for these callbacks, so many of them per commit.
    pub fn settle(&mut self, round: Range<usize>, per_commit: usize) -> Lap {
        let written = &self.written[round];
        let begin = Instant::now();
        let calls = written.chunks(per_commit).map(|units| self.commit(units)).collect();
        Lap { whole: begin.elapsed(), calls, settles: written.len() }
    }

    fn commit(&self, units: &[UnitOfWork]) -> Duration {
        let begin = Instant::now();
        let run = |statement: &str| self.connection.prepare_cached(statement)?.execute([]);
        run("BEGIN IMMEDIATE").expect("the file is ours");
        for written in units.iter().flatten() {
            let mut statement =
                self.connection.prepare_cached(written.statement).expect("the same tables");
            statement.execute(params_from_iter(&written.values)).expect("the same rows");
        }
        run("COMMIT").expect("a commit");
        begin.elapsed()
    }
}
