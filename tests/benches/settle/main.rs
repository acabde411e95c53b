//! What settling a signed callback costs through the whole public face, beside the raw limit: the same statements
//! with the same values, run by plain `rusqlite` with the same pragmas on a copy of the same file.
//!
//! This is a plain program without a harness: engine and limit must take turns within one run, and the slowest call
//! in a thousand counts as much as the middle one. Every sync gets the same price from a file layer over a file system
//! in memory, so that other users of the disk do not blur the figures. It asserts nothing about time.
//!
//! `cargo bench -p paywright-tests --bench settle [-- one many growth --full]`: words choose parts, `--full` grows the
//! database to a million payments (minutes).

mod contest;
mod growth;
mod lap;
mod shelf;

use std::time::Duration;

use paywright_test_vfs::Vfs;

use self::contest::{Engine, Raw};
use self::lap::{Laps, heading, ratio};
use self::shelf::Shelf;

/// Rounds of engine and limit in turn; the figures are medians over them.
const ROUNDS: usize = 7;
/// Callers at once, in the part with many.
const CALLERS: usize = 32;

/// A price of a sync, and how many settles a round takes so that it lasts a fraction of a second.
struct Price {
    name: &'static str,
    sync: Duration,
    alone: usize,
    together: usize,
}

const PRICES: [Price; 3] = [
    Price { name: "0", sync: Duration::ZERO, alone: 3_200, together: 6_400 },
    Price { name: "65 µs", sync: Duration::from_micros(65), alone: 1_600, together: 6_400 },
    Price { name: "1 ms", sync: Duration::from_millis(1), alone: 320, together: 3_200 },
];

fn main() {
    let words: Vec<_> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let full = words.iter().any(|word| word == "--full");
    let all = words.iter().all(|word| word.starts_with("--"));
    let chosen = |part: &str| all || words.iter().any(|word| word == part);
    let vfs = Vfs::register("priced");
    if chosen("one") {
        heading("one caller");
        PRICES.iter().for_each(|price| one_caller(&vfs, price));
    }
    if chosen("many") {
        heading(&format!("{CALLERS} callers"));
        PRICES.iter().for_each(|price| many_callers(&vfs, price));
    }
    if chosen("growth") {
        growth::report(&vfs, full);
    }
}

fn one_caller(vfs: &Vfs, price: &Price) {
    let shelf = Shelf::new(price.alone * ROUNDS);
    let mut engine = Engine::new(&shelf, vfs.name());
    let mut raw = Raw::new(&shelf, vfs.name());
    let (mut engine_laps, mut raw_laps) = (Laps::default(), Laps::default());
    vfs.set_sync_delay(price.sync);
    for round in shelf.rounds(price.alone) {
        engine_laps.add(engine.settle(round.clone(), 1));
        raw_laps.add(raw.settle(round, 1));
    }
    vfs.set_sync_delay(Duration::ZERO);
    engine_laps.row(price.name, "engine");
    raw_laps.row(price.name, "raw, 1 per commit");
    ratio("engine / raw", &engine_laps, &raw_laps);
}

fn many_callers(vfs: &Vfs, price: &Price) {
    let shelf = Shelf::new(price.together * ROUNDS);
    let mut engine = Engine::new(&shelf, vfs.name());
    let mut batches = Raw::new(&shelf, vfs.name());
    let mut singles = Raw::new(&shelf, vfs.name());
    let [mut engine_laps, mut batch_laps, mut single_laps] = [const { Laps::new() }; 3];
    vfs.set_sync_delay(price.sync);
    for round in shelf.rounds(price.together) {
        let part = round.start..round.start + price.alone;
        engine_laps.add(engine.settle(round.clone(), CALLERS));
        batch_laps.add(batches.settle(round, CALLERS));
        single_laps.add(singles.settle(part, 1));
    }
    vfs.set_sync_delay(Duration::ZERO);
    engine_laps.row(price.name, "engine");
    batch_laps.row(price.name, &format!("raw, {CALLERS} per commit"));
    single_laps.row(price.name, "raw, 1 per commit");
    ratio(&format!("engine / raw {CALLERS} per commit"), &engine_laps, &batch_laps);
    ratio("engine / raw 1 per commit", &engine_laps, &single_laps);
}
