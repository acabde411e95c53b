//! What a [`Store`] promises, as tests that every implementation runs with one line.
//! It never looks at how a store keeps its promises.

// Test code that stands in the library so that all stores, and hosts' own, can be held to it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::panic::resume_unwind;
use std::sync::Barrier;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::Duration;

use super::{Connection, Migration, Row, Store, Value, look_or_transact, read, transact};
use crate::error::{Code, Error, Result};

/// The tables of the contract, in SQLite's words.
pub const SQLITE: &[Migration] = &[Migration {
    number: 1,
    statements: "
        CREATE TABLE shelf (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, number INTEGER NOT NULL);
        CREATE TABLE mixed (id INTEGER PRIMARY KEY, number INTEGER, words TEXT, bytes BLOB);
    ",
}];

const PUT: &str = "INSERT INTO shelf (name, number) VALUES (?1, ?2)";
const ADD: &str = "UPDATE shelf SET number = number + 1 WHERE name = ?1";
const NUMBER: &str = "SELECT number FROM shelf WHERE name = ?1";
const NAMES: &str = "SELECT name FROM shelf ORDER BY id";
const MIX: &str = "INSERT INTO mixed (number, words, bytes) VALUES (?1, ?2, ?3)";
const MIXED: &str = "SELECT number, words, bytes FROM mixed WHERE id = ?1";

type Promise = (&'static str, fn(&dyn Store));

const PROMISES: &[Promise] = &[
    ("values return unchanged", values_return_unchanged),
    ("a text keeps its place for a null character", a_text_keeps_its_place),
    ("an error leaves no trace", an_error_leaves_no_trace),
    ("a panic leaves no trace", a_panic_leaves_no_trace),
    ("a broken constraint leaves no trace", a_broken_constraint_leaves_no_trace),
    ("a read sees one state", a_read_sees_one_state),
    ("a read cannot write", a_read_cannot_write),
    ("a panic in a read is an error", a_panic_in_a_read_is_an_error),
    ("a look changes nothing", a_look_changes_nothing),
    ("what returned is seen by all", what_returned_is_seen_by_all),
    ("no update is lost", no_update_is_lost),
    ("a failure touches nobody else", a_failure_touches_nobody_else),
    ("a stale version is tried again", a_stale_version_is_tried_again),
    ("refused writes stay refused", refused_writes_stay_refused),
    ("a closed store refuses", a_closed_store_refuses),
];

/// Holds stores to every promise; `make` gives a new, empty one with the tables above each time.
/// Panics with the name of the promise that is broken.
pub fn check(make: &dyn Fn() -> Box<dyn Store>) {
    for (name, promise) in PROMISES {
        let store = make();
        let kept = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| promise(&*store)));
        assert!(kept.is_ok(), "a store breaks the promise: {name}");
    }
}

fn put(connection: &mut dyn Connection, name: &str, number: i64) -> Result<i64> {
    connection.insert(PUT, &[Value::Text(name), Value::Integer(number)])
}

fn number(connection: &mut dyn Connection, name: &str) -> Result<i64> {
    let mut found = 0;
    connection.query(NUMBER, &[Value::Text(name)], &mut |row| {
        found = row.integer(0)?;
        Ok(())
    })?;
    Ok(found)
}

fn names(store: &dyn Store) -> Vec<String> {
    read(store, |connection| {
        let mut names = Vec::new();
        connection.query(NAMES, &[], &mut |row| {
            names.push(row.text(0)?.to_owned());
            Ok(())
        })?;
        Ok(names)
    })
    .unwrap()
}

fn values_return_unchanged(store: &dyn Store) {
    let id = transact(store, |connection| {
        connection.insert(
            MIX,
            &[Value::Integer(i64::MIN), Value::Text("¥1 元 "), Value::Blob(&[0, 255, 0])],
        )
    });
    let nothing = transact(store, |c| c.insert(MIX, &[Value::Null, Value::Null, Value::Null]));
    let filled = |row: &dyn Row| {
        assert_eq!(row.integer(0)?, i64::MIN);
        assert_eq!(row.text(1)?, "¥1 元 ");
        assert_eq!(row.blob(2)?, [0, 255, 0]);
        Ok(())
    };
    let empty = |row: &dyn Row| {
        assert_eq!(row.optional_integer(0)?, None);
        assert_eq!(row.optional_text(1)?, None);
        assert_eq!(row.optional_blob(2)?, None);
        for error in [row.integer(0).err(), row.text(1).err(), row.blob(2).err()] {
            assert_eq!(error.unwrap().code(), Code::StorageCorrupt);
        }
        Ok(())
    };
    let (id, nothing) = (id.unwrap(), nothing.unwrap());
    read(store, |c| c.query(MIXED, &[Value::Integer(id)], &mut { filled })).unwrap();
    read(store, |c| c.query(MIXED, &[Value::Integer(nothing)], &mut { empty })).unwrap();
}

/// PostgreSQL has no null character; what stands in its place is the sign for a character that cannot be shown.
fn a_text_keeps_its_place(store: &dyn Store) {
    let given = [Value::Null, Value::Text("a\u{0}b"), Value::Null];
    let id = transact(store, move |connection| connection.insert(MIX, &given)).unwrap();
    let mut found = String::new();
    read(store, |connection| {
        connection.query(MIXED, &[Value::Integer(id)], &mut |row| {
            found = row.text(1)?.to_owned();
            Ok(())
        })
    })
    .unwrap();
    assert!(["a\u{0}b", "a\u{fffd}b"].contains(&found.as_str()), "{found:?}");
}

fn an_error_leaves_no_trace(store: &dyn Store) {
    let failed: Result<()> = transact(store, |connection| {
        put(connection, "gone", 1)?;
        assert_eq!(number(connection, "gone")?, 1, "a unit of work sees what it wrote");
        Err(Error::new(Code::OrderNotFound))
    });
    assert_eq!(failed.unwrap_err().code(), Code::OrderNotFound);
    transact(store, |connection| put(connection, "kept", 1)).unwrap();
    assert_eq!(names(store), ["kept"]);
}

fn a_panic_leaves_no_trace(store: &dyn Store) {
    let failed: Result<()> = transact(store, |connection| {
        put(connection, "gone", 1)?;
        resume_unwind(Box::new("throwaway"))
    });
    assert_eq!(failed.unwrap_err().code(), Code::Internal);
    transact(store, |connection| put(connection, "kept", 1)).unwrap();
    assert_eq!(names(store), ["kept"]);
}

fn a_broken_constraint_leaves_no_trace(store: &dyn Store) {
    transact(store, |connection| put(connection, "first", 1)).unwrap();
    let failed = transact(store, |connection| {
        put(connection, "second", 2)?;
        put(connection, "first", 3)
    });
    assert_eq!(failed.unwrap_err().code(), Code::Internal);
    assert_eq!(names(store), ["first"]);
}

fn a_read_sees_one_state(store: &dyn Store) {
    transact(store, |connection| put(connection, "tally", 0)).unwrap();
    thread::scope(|scope| {
        let seen = read(store, |connection| {
            let before = number(connection, "tally")?;
            scope.spawn(|| transact(store, |c| c.execute(ADD, &[Value::Text("tally")])).unwrap());
            // Time enough for the writer, unless it has to wait for this read: both are right.
            thread::sleep(Duration::from_millis(20));
            Ok((before, number(connection, "tally")?))
        });
        assert_eq!(seen.unwrap(), (0, 0));
    });
    assert_eq!(read(store, |connection| number(connection, "tally")).unwrap(), 1);
}

fn a_read_cannot_write(store: &dyn Store) {
    let written = read(store, |connection| put(connection, "gone", 1));
    assert_eq!(written.unwrap_err().code(), Code::Internal);
    assert_eq!(names(store), [""; 0]);
    transact(store, |connection| put(connection, "kept", 1)).unwrap();
}

fn a_panic_in_a_read_is_an_error(store: &dyn Store) {
    let failed: Result<()> = read(store, |_| resume_unwind(Box::new("throwaway")));
    assert_eq!(failed.unwrap_err().code(), Code::Internal);
    assert_eq!(names(store), [""; 0]);
}

/// A store may look or not: the answer is the same.
fn a_look_changes_nothing(store: &dyn Store) {
    transact(store, |connection| put(connection, "kept", 1)).unwrap();
    let known = |connection: &mut dyn Connection| number(connection, "kept");
    let found = look_or_transact(store, "a", move |connection| known(connection).map(Some), known);
    assert_eq!(found.unwrap(), 1);
    look_or_transact(store, "a", |_| Ok(None), |connection| put(connection, "new", 2)).unwrap();
    assert_eq!(names(store), ["kept", "new"]);
    let written =
        look_or_transact(store, "a", |connection| put(connection, "gone", 3).map(Some), |_| Ok(0));
    assert!(written.map_or_else(|error| error.code() == Code::Internal, |none| none == 0));
    let failed = look_or_transact(
        store,
        "a",
        |_| Err::<Option<i64>, _>(Error::new(Code::OrderNotFound)),
        |_| Err(Error::new(Code::OrderNotFound)),
    );
    assert_eq!(failed.unwrap_err().code(), Code::OrderNotFound);
    assert_eq!(names(store), ["kept", "new"]);
}

fn what_returned_is_seen_by_all(store: &dyn Store) {
    const LAST: i64 = 200;
    transact(store, |connection| put(connection, "tally", 0)).unwrap();
    let returned = AtomicI64::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while returned.load(Ordering::SeqCst) < LAST {
                    let at_least = returned.load(Ordering::SeqCst);
                    let seen = read(store, |connection| number(connection, "tally")).unwrap();
                    assert!(seen >= at_least, "{seen} is read after {at_least} was returned");
                }
            });
        }
        for done in 1..=LAST {
            transact(store, |c| c.execute(ADD, &[Value::Text("tally")])).unwrap();
            returned.store(done, Ordering::SeqCst);
        }
    });
}

fn no_update_is_lost(store: &dyn Store) {
    const THREADS: i64 = 16;
    const TIMES: i64 = 200;
    transact(store, |connection| put(connection, "tally", 0)).unwrap();
    let add = || {
        for _ in 0..TIMES {
            transact(store, |c| c.execute(ADD, &[Value::Text("tally")])).unwrap();
        }
    };
    thread::scope(|scope| (0..THREADS).for_each(|_| drop(scope.spawn(add))));
    assert_eq!(read(store, |c| number(c, "tally")).unwrap(), THREADS * TIMES);
}

/// Callers of four kinds meet behind one that takes long, so that a store that batches has a batch of them.
fn a_failure_touches_nobody_else(store: &dyn Store) {
    const CALLERS: i64 = 24;
    let start = Barrier::new(CALLERS as usize + 1);
    thread::scope(|scope| {
        let slow = scope.spawn(|| {
            let slow = |_: &mut dyn Connection| {
                thread::sleep(Duration::from_millis(20));
                Ok(())
            };
            transact(store, slow).unwrap();
        });
        for caller in 0..CALLERS {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                let result = transact(store, move |connection| outcome(caller, connection));
                match caller % 4 {
                    0 => assert_eq!(
                        number_of(store, &caller.to_string()),
                        result.map(|_| caller).unwrap()
                    ),
                    1 => assert_eq!(result.unwrap_err().code(), Code::OrderSettled),
                    2 => assert_eq!(result.unwrap_err().code(), Code::Internal),
                    _ => assert_eq!(result.unwrap_err().code(), Code::OrderNotFound),
                }
            });
        }
        start.wait();
        slow.join().unwrap();
    });
    assert_eq!(names(store).len() as i64, CALLERS / 4);
}

/// Well, refused after a write, panicking after a write, refused before.
fn outcome(caller: i64, connection: &mut dyn Connection) -> Result<i64> {
    match caller % 4 {
        0 => put(connection, &caller.to_string(), caller),
        1 => put(connection, "gone", caller).and(Err(Error::new(Code::OrderSettled))),
        2 => put(connection, "gone", caller).map(|_| resume_unwind(Box::new("throwaway"))),
        _ => Err(Error::new(Code::OrderNotFound)),
    }
}

fn number_of(store: &dyn Store, name: &str) -> i64 {
    read(store, |connection| number(connection, name)).unwrap()
}

fn a_stale_version_is_tried_again(store: &dyn Store) {
    let mut tries = 0;
    let result = transact(store, move |connection| {
        tries += 1;
        put(connection, "once", tries)?;
        if tries < 3 { Err(Error::new(Code::Version)) } else { Ok(tries) }
    });
    assert_eq!(result.unwrap(), 3);
    assert_eq!(names(store), ["once"]);
    assert_eq!(number_of(store, "once"), 3);
}

fn refused_writes_stay_refused(store: &dyn Store) {
    transact(store, |connection| put(connection, "kept", 1)).unwrap();
    store.refuse_writes("the chain is broken at row 7");
    store.refuse_writes("a later reason");
    let refused = transact(store, |connection| put(connection, "gone", 1)).unwrap_err();
    assert_eq!(refused.code(), Code::StorageCorrupt);
    assert_eq!(refused.detail("why"), Some("the chain is broken at row 7"));
    assert_eq!(names(store), ["kept"]);
}

fn a_closed_store_refuses(store: &dyn Store) {
    transact(store, |connection| put(connection, "kept", 1)).unwrap();
    store.close();
    store.close();
    let written = transact(store, |connection| put(connection, "gone", 1));
    let seen = read(store, |connection| number(connection, "kept"));
    assert_eq!(written.unwrap_err().code(), Code::StoreClosed);
    assert_eq!(seen.unwrap_err().code(), Code::StoreClosed);
}
