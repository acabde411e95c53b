//! How processes share the write lock: how one waits for it, and how one lets go of it.
//! It never gives up a lock in the middle of a transaction.

use std::thread;
use std::time::Duration;

use crate::clock::Stopwatch;

/// The lock is asked for this often, however long it takes: whoever asks more and more rarely starves beside
/// a holder who commits as fast as it can. Asking costs about four microseconds.
const INTERVAL_US: u64 = 200;

/// Between two commits in a row the lock is free for a few microseconds only, which those who wait hardly ever
/// hit. So after this time in a row …
const ROW_MAX: Duration = Duration::from_millis(50);
/// … it is let go for so long that everyone asks at least once.
const LET_GO: Duration = Duration::from_micros(2 * INTERVAL_US);

/// For how long, at most, a lock is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    tries_max: u64,
}

impl Patience {
    pub(super) fn new(limit_ms: u64) -> Self {
        Patience { tries_max: limit_ms.saturating_mul(1_000) / INTERVAL_US }
    }

    /// Sleeps before another try, `tries` of which have failed; false when it has been long enough.
    pub(super) fn wait(self, tries: u64) -> bool {
        let goes_on = tries < self.tries_max;
        if goes_on {
            thread::sleep(Duration::from_micros(INTERVAL_US));
        }
        goes_on
    }
}

/// Keeps one process from holding the lock as good as always.
pub(super) struct Courtesy {
    /// When the lock was last free for long enough.
    let_go: Stopwatch,
    /// When the last transaction ended.
    ended: Stopwatch,
}

impl Courtesy {
    pub(super) fn new() -> Self {
        Courtesy { let_go: Stopwatch::start(), ended: Stopwatch::start() }
    }

    /// To be called before a transaction; sleeps if others must be given a chance.
    pub(super) fn before(&mut self) {
        let free_anyway = self.ended.elapsed() >= LET_GO;
        if !free_anyway && self.let_go.elapsed() < ROW_MAX {
            return;
        }
        if !free_anyway {
            thread::sleep(LET_GO);
        }
        self.let_go = Stopwatch::start();
    }

    /// To be called after a transaction.
    pub(super) fn after(&mut self) {
        self.ended = Stopwatch::start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects: waiting ends after the time that was set, and no time at all means one try.
    #[test]
    fn it_ends() {
        assert!(!Patience::new(0).wait(0));
        assert!(Patience::new(1).wait(4));
        assert!(!Patience::new(1).wait(5));
        assert!(!Patience::new(5_000).wait(25_000));
    }
}
