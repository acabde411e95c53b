//! Numbers of signed requests: taken once by whoever is first, also over a restart, and forgotten in time.

use std::sync::Arc;

use paywright::api::types::arguments;
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time};
use paywright::error::Code;
use paywright::store::schema::MIGRATIONS;
use paywright::store::sqlite::SqliteStore;
use paywright::store::{Store, read};
use paywright_tests::shop::{self, Folder};
use serde_json::json;

const NOW_S: i64 = 1_767_225_600;

fn claim(nonce: &str) -> arguments::claim_nonce {
    shop::read(json!({ "scope": "app", "nonce": nonce, "timestamp": NOW_S }))
}

fn kept(store: &dyn Store) -> i64 {
    read(store, |connection| {
        let mut count = 0;
        connection.query("SELECT count(*) FROM nonces", &[], &mut |row| {
            count = row.integer(0)?;
            Ok(())
        })?;
        Ok(count)
    })
    .unwrap()
}

/// Protects: the table of numbers does not grow for ever; due work forgets what no window lets in any more, and no run of
/// it is endless.
#[test]
fn due_work_forgets_what_its_time_refuses() {
    const TAKEN: i64 = 10_500;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory(MIGRATIONS).unwrap());
    let clock = ManualClock::new(Time::parse("now", shop::NOW).unwrap());
    let options = Options {
        clock: Arc::new(clock.clone()),
        store: Some(Arc::clone(&store)),
        ..Options::default()
    };
    let pay = Paywright::open("", options).unwrap();
    for number in 0..TAKEN {
        let timestamp = NOW_S + number % 60;
        let with = json!({ "scope": "app", "nonce": number.to_string(), "timestamp": timestamp });
        pay.claim_nonce(shop::read(with)).unwrap();
    }
    let due = || pay.run_due(arguments::run_due::new()).unwrap();
    clock.advance(3600);
    due();
    assert_eq!(kept(&*store), TAKEN, "a window of an hour lets the oldest in");
    clock.advance(1);
    due();
    assert_eq!(kept(&*store), TAKEN - 175, "those of the first second have expired");
    clock.advance(100);
    due();
    assert!((1..500).contains(&kept(&*store)), "one run forgets about ten thousand");
    due();
    assert_eq!(kept(&*store), 0);
}

/// Protects: a number that was taken stays taken when the process ends.
#[test]
fn a_restart_forgets_nothing() {
    let folder = Folder::new();
    let file = folder.file("shop.db");
    let pay = shop::open(&file).unwrap();
    pay.claim_nonce(claim("a81f0c")).unwrap();
    pay.close();
    let again = shop::open(&file).unwrap();
    assert_eq!(again.claim_nonce(claim("a81f0c")).unwrap_err().code(), Code::Replay);
    again.claim_nonce(claim("a81f0d")).unwrap();
}
