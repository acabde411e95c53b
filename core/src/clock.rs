//! Time, always handed in. The only file that looks at a clock; the rest of the core never does.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
#[cfg(feature = "sqlite")]
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::error::{Code, Error, Result};

/// An instant in UTC, to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn from_millis(millis: i64) -> Self {
        Time(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole Unix seconds, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This many seconds later; stays at the end of time instead of wrapping.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Time(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Reads RFC 3339 text with an offset, such as `2026-01-31T12:00:00Z`. Fails with `text_format`.
    pub fn parse(field: &str, text: &str) -> Result<Self> {
        DateTime::parse_from_rfc3339(text).map(|t| Time(t.timestamp_millis())).map_err(|_| {
            Error::new(Code::TextFormat)
                .with("field", field)
                .with("rule", "a time with an offset is needed, such as 2026-01-31T12:00:00Z")
        })
    }

    /// Reads a date of HTTP, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub fn from_http_date(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc2822(text).ok().map(|time| Time(time.timestamp_millis()))
    }

    /// As a calendar time.
    pub fn to_datetime(self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
            .checked_add_signed(TimeDelta::milliseconds(self.0))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl From<DateTime<Utc>> for Time {
    fn from(time: DateTime<Utc>) -> Self {
        Time(time.timestamp_millis())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_datetime().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// Where the engine reads the time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Time;

    /// Waits, before something is tried again.
    fn pause_millis(&self, millis: u64);

    /// Whether somebody sets it by hand; nothing for real money.
    fn is_manual(&self) -> bool {
        false
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        Time::from(Utc::now())
    }

    fn pause_millis(&self, millis: u64) {
        std::thread::sleep(std::time::Duration::from_millis(millis));
    }
}

/// A clock that stands still until it is told to move; for tests, demonstrations and replays.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: Time) -> Self {
        ManualClock(Arc::new(AtomicI64::new(now.millis())))
    }

    /// Moves the clock, in either direction.
    pub fn set(&self, now: Time) {
        self.0.store(now.millis(), Ordering::SeqCst);
    }

    /// Moves the clock on by whole seconds (back, if negative).
    pub fn advance(&self, seconds: i64) {
        self.set(self.now().plus_seconds(seconds));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }

    /// A clock that stands still makes nobody wait.
    fn pause_millis(&self, _millis: u64) {}

    fn is_manual(&self) -> bool {
        true
    }
}

/// How long something has taken, for pacing only: it decides nothing that is recorded or answered.
#[cfg(feature = "sqlite")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

#[cfg(feature = "sqlite")]
impl Stopwatch {
    pub(crate) fn start() -> Self {
        Stopwatch(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
