//! The victim of the crash suite: settles callbacks from several threads, over and over, and says which payments
//! were acknowledged to be settled, until it is killed. It never ends well by itself.
//!
//! `crash_child <database> <file with payments> <place to begin>`

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use paywright::api::Paywright;
use paywright_tests::shop::{self, Awaited};

/// Threads that settle at once, each its own payments.
const WRITERS: usize = 4;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [database, payments, first] = &arguments[..] else { return ExitCode::FAILURE };
    match settle_all(Path::new(database), Path::new(payments), first) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("failed: {why}");
            ExitCode::FAILURE
        }
    }
}

fn settle_all(database: &Path, payments: &Path, first: &str) -> Result<(), String> {
    let pay = shop::open(database).map_err(|e| format!("{e:?}"))?;
    let payments = std::fs::read(payments).map_err(|e| e.to_string())?;
    let mut awaited: Vec<Awaited> = serde_json::from_slice(&payments).map_err(|e| e.to_string())?;
    let first: usize = first.parse().map_err(|_| "the place to begin is a number")?;
    let count = awaited.len();
    awaited.rotate_left(first % count);
    thread::scope(|scope| {
        let settle = |writer| {
            let (pay, awaited) = (&pay, &awaited);
            scope.spawn(move || settle_own(pay, awaited.iter().skip(writer).step_by(WRITERS)))
        };
        let writers: Vec<_> = (0..WRITERS).map(settle).collect();
        writers.into_iter().try_for_each(|w| w.join().map_err(|_| "a panic".to_owned())?)
    })
}

/// Settles these again and again; what was acknowledged is said at once, in one write.
fn settle_own<'a>(
    pay: &Paywright,
    own: impl Iterator<Item = &'a Awaited> + Clone,
) -> Result<(), String> {
    for awaited in own.cycle() {
        pay.handle_callback(awaited.callback.clone()).map_err(|e| format!("{e:?}"))?;
        let told = io::stdout().lock().write_all(format!("{}\n", awaited.payment).as_bytes());
        told.map_err(|e| e.to_string())?;
    }
    Ok(())
}
