//! What a large database does to the next settle, to reads, and to the disk.

use std::time::{Duration, Instant};

use paywright_test_vfs::Vfs;
use paywright_tests::crowd::copy_newest_order;
use paywright_tests::shop::{self, Folder, read};
use serde_json::json;

use crate::contest::{Engine, Raw};
use crate::lap::{Laps, heading, millis};
use crate::shelf::Shelf;

/// Payments in the small database.
const SMALL: i64 = 10_000;
/// Payments in the large one; the short form makes do with fewer.
const LARGE: i64 = 1_000_000;
const MEDIUM: i64 = 100_000;
/// Settles, in rounds that alternate between the databases.
const ROUNDS: usize = 7;
const SETTLES: usize = 1_600;
/// Reads of each kind.
const READS: usize = 20_000;
const SYNC: Duration = Duration::from_micros(65);

/// Settles on a small and on a large database in turn.
pub fn report(vfs: &Vfs, full: bool) {
    let large = if full { LARGE } else { MEDIUM };
    let shelves = [SMALL, large].map(grown);
    let mut engines = [0, 1].map(|i| Engine::new(&shelves[i], vfs.name()));
    let mut raws = [0, 1].map(|i| Raw::new(&shelves[i], vfs.name()));
    let (mut engine_laps, mut raw_laps) = ([const { Laps::new() }; 2], [const { Laps::new() }; 2]);
    vfs.set_sync_delay(SYNC);
    for round in shelves[0].rounds(SETTLES) {
        for i in [0, 1] {
            engine_laps[i].add(engines[i].settle(round.clone(), 1));
            raw_laps[i].add(raws[i].settle(round.clone(), 1));
        }
    }
    vfs.set_sync_delay(Duration::ZERO);
    heading("growth, one caller");
    for (i, payments) in [SMALL, large].into_iter().enumerate() {
        engine_laps[i].row("65 µs", &format!("engine at {payments}"));
        raw_laps[i].row("65 µs", &format!("raw at {payments}"));
    }
    let [small, grown] = engine_laps.each_mut().map(|laps| laps.per_mille(990).as_micros());
    println!("\np99 at {large} over p99 at {SMALL}: {}%", grown * 100 / small.max(1));
    for (engine, payments) in engines.iter().zip([SMALL, large]) {
        reads(engine, payments);
    }
}

/// A shelf behind so many settled payments.
fn grown(payments: i64) -> Shelf {
    let folder = Folder::new();
    let file = folder.file("template.db");
    let pay = shop::open(&file).expect("a new database");
    let first = shop::awaited(&pay, 1).expect("a payment").remove(0);
    pay.handle_callback(first.callback).expect("a settled payment");
    pay.close();
    let bytes = || std::fs::metadata(&file).expect("the file").len();
    let before = bytes();
    copy_newest_order(&file, payments).expect("copies of the payment");
    let each = (bytes() - before) / payments.unsigned_abs();
    println!("{payments} settled payments: {each} bytes of database each, all tables and indices");
    Shelf::over(folder, SETTLES * ROUNDS)
}

fn reads(engine: &Engine<'_>, payments: i64) {
    let pay = &engine.pay;
    let page = |customer: String| pay.payments(read(json!({ "customer": customer, "size": 20 })));
    // Customers of the copies are numbered through; a stride walks over all of them.
    let customers = payments / 20;
    let stride = |i: usize| (i as i64).wrapping_mul(7_919).rem_euclid(customers);
    let listed = page("C1".to_owned()).expect("a page");
    let ids: Vec<_> = (0..200)
        .flat_map(|i| page(format!("C{}", stride(i))).expect("a page").items)
        .map(|payment| payment.id)
        .collect();
    let begin = Instant::now();
    for i in 0..READS {
        let id = &ids[i % ids.len()];
        pay.payment(read(json!({ "payment_id": id }))).expect("a payment");
    }
    let by_id = begin.elapsed() / READS as u32;
    let begin = Instant::now();
    for i in 0..READS / 10 {
        page(format!("C{}", stride(i))).expect("a page");
    }
    let by_page = begin.elapsed() / (READS / 10) as u32;
    println!(
        "reads at {payments}: by id {} ms, a page of {} of a customer's history {} ms",
        millis(by_id),
        listed.items.len(),
        millis(by_page)
    );
}
