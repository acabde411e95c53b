//! When the server is asked or told again. It knows numbers, not payments.

use crate::clock::Time;

/// Delays after the first answers, in seconds: a payer who scans a code is done within half a minute.
const QUICK_SECONDS: [i64; 10] = [1, 1, 2, 2, 3, 3, 5, 5, 5, 10];
/// Afterwards, as long as it can be paid.
const STEADY_SECONDS: i64 = 15;
/// Once its time is over, until the server has closed it.
const CLOSING_SECONDS: i64 = 60;
/// A payment that nobody closes is asked about for as long as it is followed, but seldom.
const FORGOTTEN_SECONDS: i64 = 60 * 60;
/// After so long it counts as forgotten.
const FORGOTTEN_AFTER_SECONDS: i64 = 24 * 60 * 60;
/// In trouble the delays double up to this.
const TROUBLE_SECONDS_MAX: i64 = 5 * 60;
/// Delays differ by up to a tenth, so that applications which lost the network together do not come back together.
const JITTER_PER_MILLE: u64 = 100;

/// When to ask again after an answer that was not final. `questions` counts those that were answered since the payer
/// looked last; `over_at` is when its time ends.
pub fn after_answer(questions: i64, over_at: Option<Time>, dice: u64, now: Time) -> Time {
    let made = usize::try_from(questions).unwrap_or(0);
    let seconds = match over_at {
        Some(over_at) if over_at.plus_seconds(FORGOTTEN_AFTER_SECONDS) < now => FORGOTTEN_SECONDS,
        Some(over_at) if over_at < now => CLOSING_SECONDS,
        _ => QUICK_SECONDS.get(made).copied().unwrap_or(STEADY_SECONDS),
    };
    later(seconds, dice, now)
}

/// When to try again after `failures` in a row, the last one included; never before the server wants it.
pub fn after_trouble(failures: i64, retry_after: Option<i64>, dice: u64, now: Time) -> Time {
    let doublings = u32::try_from(failures.clamp(1, 16) - 1).unwrap_or(0);
    let seconds = 1_i64.saturating_mul(1 << doublings).min(TROUBLE_SECONDS_MAX);
    later(seconds, dice, now).max(now.plus_seconds(retry_after.unwrap_or(0)))
}

fn later(seconds: i64, dice: u64, now: Time) -> Time {
    let per_mille = 1000 + i64::try_from(dice % (2 * JITTER_PER_MILLE + 1)).unwrap_or(0) - 100;
    Time::from_millis(now.millis().saturating_add(seconds.saturating_mul(per_mille)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_millis(1_795_000_000_000);
    /// No jitter.
    const EVEN: u64 = JITTER_PER_MILLE;

    fn seconds(time: Time) -> i64 {
        time.seconds() - NOW.seconds()
    }

    /// Protects: a payer who waits hears within seconds, and a payment that nobody pays costs little.
    #[test]
    fn questions_grow_rare() {
        let delays: Vec<_> =
            (0..12).map(|made| seconds(after_answer(made, None, EVEN, NOW))).collect();
        assert_eq!(delays, [1, 1, 2, 2, 3, 3, 5, 5, 5, 10, 15, 15]);
        let over = |ago: i64| seconds(after_answer(0, Some(NOW.plus_seconds(-ago)), EVEN, NOW));
        assert_eq!([over(-5), over(0), over(1), over(100_000)], [1, 1, 60, 3600]);
        assert_eq!(seconds(after_answer(-7, None, EVEN, NOW)), 1);
    }

    /// Protects: a server in trouble is not made worse, and is found again within minutes.
    #[test]
    fn trouble_doubles_up_to_minutes() {
        let delays: Vec<_> = [1, 2, 3, 8, 9, 10, i64::MAX]
            .map(|n| seconds(after_trouble(n, None, EVEN, NOW)))
            .into();
        assert_eq!(delays, [1, 2, 4, 128, 256, 300, 300]);
        assert_eq!(seconds(after_trouble(1, Some(90), EVEN, NOW)), 90);
        assert_eq!(seconds(after_trouble(10, Some(1), EVEN, NOW)), 300);
    }

    /// Protects: jitter stays within a tenth either way.
    #[test]
    fn jitter_is_a_tenth() {
        let millis = |dice| after_trouble(10, None, dice, NOW).millis() - NOW.millis();
        assert_eq!([millis(0), millis(200), millis(201)], [270_000, 330_000, 270_000]);
    }
}
