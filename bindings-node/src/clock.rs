//! A clock for tests that JavaScript can move. It never reads the machine's time.

use chrono::{DateTime, Utc};
use paywright::clock::{self, Clock, Time};
use paywright::error::Result;

use crate::given::{Given, Read};

/// A clock that stands still until it is told to move.
#[derive(Clone)]
pub struct ManualClock(clock::ManualClock);

impl ManualClock {
    /// One that shows a `Date`.
    pub fn new(now: Given) -> Result<Self> {
        Ok(ManualClock(clock::ManualClock::new(instant(now)?)))
    }

    /// What it shows.
    pub fn shows(&self) -> DateTime<Utc> {
        self.0.now().to_datetime()
    }

    /// Moves it, in either direction.
    pub fn set(&self, now: Given) -> Result<()> {
        self.0.set(instant(now)?);
        Ok(())
    }

    /// Moves it on by whole seconds.
    pub fn advance(&self, seconds: Given) -> Result<()> {
        self.0.advance(i64::read("seconds", seconds)?);
        Ok(())
    }
}

fn instant(now: Given) -> Result<Time> {
    DateTime::<Utc>::read("now", now).map(Time::from)
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        #[cfg(feature = "testing")]
        injected::panic_if_asked();
        self.0.now()
    }

    fn pause_millis(&self, millis: u64) {
        self.0.pause_millis(millis);
    }

    fn is_manual(&self) -> bool {
        self.0.is_manual()
    }
}

/// A panic inside the engine, on request: its next look at a manual clock fails.
#[cfg(feature = "testing")]
pub mod injected {
    use std::sync::atomic::{AtomicBool, Ordering};

    static ASKED: AtomicBool = AtomicBool::new(false);

    /// Asks for it.
    pub fn panic_once() {
        ASKED.store(true, Ordering::SeqCst);
    }

    pub(super) fn panic_if_asked() {
        if ASKED.swap(false, Ordering::SeqCst) {
            panic!("injected by a test");
        }
    }
}
