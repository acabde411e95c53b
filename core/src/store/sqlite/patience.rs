//! How a lock that another process holds is waited for. It reads no clock: it adds up its own sleeps.

use std::thread;
use std::time::Duration;

/// At first the lock is asked for this often, because its holder gives it away only for a moment.
const SHORT_US: u64 = 200;
/// So many short waits come first.
const SHORT_TRIES: u64 = 250;
/// Whoever holds it so long is not committing as fast as it can, and will not notice one millisecond.
const LONG_US: u64 = 1_000;

/// For how long, at most, a lock is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    limit_us: u64,
}

impl Patience {
    pub(super) fn new(limit_ms: u64) -> Self {
        Patience { limit_us: limit_ms.saturating_mul(1_000) }
    }

    /// Sleeps before another try, `tries` of which have failed; false when it has been long enough.
    pub(super) fn wait(self, tries: u64) -> bool {
        let (waited_us, next_us) = schedule(tries);
        let goes_on = waited_us < self.limit_us;
        if goes_on {
            thread::sleep(Duration::from_micros(next_us));
        }
        goes_on
    }
}

/// The sum of the sleeps before `tries`, and the next one, in microseconds.
fn schedule(tries: u64) -> (u64, u64) {
    let short = tries.min(SHORT_TRIES);
    let long = tries - short;
    let next_us = if tries < SHORT_TRIES { SHORT_US } else { LONG_US };
    (short * SHORT_US + long.saturating_mul(LONG_US), next_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects: the sum that ends the waiting is the sum of the sleeps made.
    #[test]
    fn the_schedule_adds_up() {
        let mut sum = 0;
        for tries in 0..1_000 {
            let (waited, next) = schedule(tries);
            assert_eq!(waited, sum, "{tries}");
            sum += next;
        }
        assert!(!Patience::new(0).wait(0));
        assert!(!Patience::new(5_000).wait(6_000));
    }
}
