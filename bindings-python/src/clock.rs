//! A clock for tests that Python can move. It never reads the machine's time.

use chrono::{DateTime, Utc};
use paywright::clock::{self, Clock, Time};
use pyo3::prelude::*;

use crate::given::Given;

/// A clock that stands still until it is told to move.
#[pyclass(frozen, module = "paywright.testing")]
pub struct ManualClock(clock::ManualClock);

#[pymethods]
impl ManualClock {
    #[new]
    fn new(now: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(ManualClock(clock::ManualClock::new(instant(now)?)))
    }

    /// What it shows.
    #[getter]
    fn now(&self) -> DateTime<Utc> {
        self.0.now().to_datetime()
    }

    /// Moves it, in either direction.
    fn set(&self, now: &Bound<'_, PyAny>) -> PyResult<()> {
        self.0.set(instant(now)?);
        Ok(())
    }

    /// Moves it on by whole seconds.
    fn advance(&self, seconds: &Bound<'_, PyAny>) -> PyResult<()> {
        self.0.advance(Given::given("seconds", seconds)?);
        Ok(())
    }

    fn __repr__(&self) -> String {
        format!("ManualClock({})", self.0.now())
    }
}

fn instant(now: &Bound<'_, PyAny>) -> PyResult<Time> {
    DateTime::<Utc>::given("now", now).map(Time::from)
}

impl ManualClock {
    /// The same clock for an engine.
    pub fn for_engine(&self) -> impl Clock + 'static {
        Shared(self.0.clone())
    }
}

struct Shared(clock::ManualClock);

impl Clock for Shared {
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

#[cfg(feature = "testing")]
pub use injected::_panic_once;

/// A panic inside the engine, on request: its next look at a manual clock fails.
#[cfg(feature = "testing")]
mod injected {
    use std::sync::atomic::{AtomicBool, Ordering};

    use pyo3::prelude::*;

    static ASKED: AtomicBool = AtomicBool::new(false);

    #[pyfunction]
    pub fn _panic_once() {
        ASKED.store(true, Ordering::SeqCst);
    }

    pub fn panic_if_asked() {
        if ASKED.swap(false, Ordering::SeqCst) {
            panic!("injected by a test");
        }
    }
}
