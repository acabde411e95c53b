//! A clock for tests that a host can move. It never reads the machine's time.

use std::sync::Arc;

use paywright::clock::{self, Clock};

use crate::values::Time;

/// A clock that stands still until it is told to move.
#[derive(uniffi::Object)]
pub struct ManualClock(clock::ManualClock);

#[uniffi::export]
impl ManualClock {
    /// One that shows an instant.
    #[uniffi::constructor]
    pub fn new(now: Time) -> Arc<Self> {
        Arc::new(ManualClock(clock::ManualClock::new(now.into())))
    }

    /// What it shows.
    pub fn now(&self) -> Time {
        self.0.now().to_datetime()
    }

    /// Moves it, in either direction.
    pub fn set(&self, now: Time) {
        self.0.set(now.into());
    }

    /// Moves it on by whole seconds.
    pub fn advance(&self, seconds: i64) {
        self.0.advance(seconds);
    }
}

/// A clock as the engine asks it.
pub struct Asked(pub Arc<ManualClock>);

impl Clock for Asked {
    fn now(&self) -> clock::Time {
        #[cfg(feature = "testing")]
        injected::panic_if_asked();
        self.0.0.now()
    }

    fn pause_millis(&self, millis: u64) {
        self.0.0.pause_millis(millis);
    }

    fn is_manual(&self) -> bool {
        self.0.0.is_manual()
    }
}

/// A panic inside the engine, on request: its next look at a manual clock fails.
#[cfg(feature = "testing")]
mod injected {
    use std::sync::atomic::{AtomicBool, Ordering};

    static ASKED: AtomicBool = AtomicBool::new(false);

    /// Asks for it.
    #[uniffi::export]
    pub fn panic_once() {
        ASKED.store(true, Ordering::SeqCst);
    }

    pub(super) fn panic_if_asked() {
        if ASKED.swap(false, Ordering::SeqCst) {
            panic!("injected by a test");
        }
    }
}
