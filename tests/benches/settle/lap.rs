//! Laps and how they are printed: medians over rounds, percentiles over all calls. It judges nothing.

use std::time::Duration;

/// One round of one contestant.
pub struct Lap {
    /// How long it took as a whole.
    pub whole: Duration,
    /// How long each call took; for the raw limit, each commit.
    pub calls: Vec<Duration>,
    /// How many settles it was.
    pub settles: usize,
}

/// All rounds of one contestant.
#[derive(Default)]
pub struct Laps {
    per_second: Vec<u64>,
    calls: Vec<Duration>,
}

impl Laps {
    pub const fn new() -> Self {
        Laps { per_second: Vec::new(), calls: Vec::new() }
    }

    pub fn add(&mut self, lap: Lap) {
        let micros = lap.whole.as_micros().max(1);
        let per_second = lap.settles as u128 * 1_000_000 / micros;
        self.per_second.push(u64::try_from(per_second).unwrap_or(u64::MAX));
        self.calls.extend(lap.calls);
    }

    /// The median rate.
    pub fn rate(&self) -> u64 {
        let mut rates = self.per_second.clone();
        rates.sort_unstable();
        rates.get(rates.len() / 2).copied().unwrap_or_default()
    }

    /// The call that so many of a thousand do not exceed.
    pub fn per_mille(&mut self, share: usize) -> Duration {
        self.calls.sort_unstable();
        let last = self.calls.len().saturating_sub(1);
        self.calls.get((self.calls.len() * share / 1000).min(last)).copied().unwrap_or_default()
    }

    /// Prints a row of the table.
    pub fn row(&mut self, price: &str, who: &str) {
        let [p50, p99, p999] = [500, 990, 999].map(|share| millis(self.per_mille(share)));
        println!(
            "| {price:>6} | {who:<27} | {:>8} | {p50:>8} | {p99:>8} | {p999:>8} |",
            self.rate()
        );
    }
}

/// Begins a table.
pub fn heading(title: &str) {
    println!(
        "\n{title}: settles per second (median of the rounds), milliseconds of a call (raw: of a commit)\n"
    );
    println!(
        "| {:>6} | {:<27} | {:>8} | {:>8} | {:>8} | {:>8} |",
        "sync", "who", "per s", "p50", "p99", "p99.9"
    );
    println!(
        "|--------|-----------------------------|----------|----------|----------|----------|"
    );
}

/// Prints one rate over another.
pub fn ratio(name: &str, ours: &Laps, limit: &Laps) {
    let hundredths = ours.rate() * 100 / limit.rate().max(1);
    println!(
        "|        | {name:<27} | {:>5}.{:02} | {:>8} | {:>8} | {:>8} |",
        hundredths / 100,
        hundredths % 100,
        "",
        "",
        ""
    );
}

/// With three digits behind the point.
pub fn millis(duration: Duration) -> String {
    let micros = duration.as_micros();
    format!("{}.{:03}", micros / 1000, micros % 1000)
}
