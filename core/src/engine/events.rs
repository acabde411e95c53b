//! The feed to the host: events in order, named consumers with a cursor, numbers for a monitor.

use std::sync::Arc;

use super::Engine;
use super::counters::Count;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::journal::{Event, SYSTEM};
use crate::store::sql::journal;
use crate::text;

/// Events per call, where the host does not say.
pub const EVENTS: i64 = 100;
/// Events per call, at most: they are held in memory.
pub const EVENTS_MAX: i64 = 1000;
/// A clock that stands this far before the newest entry was turned back; the other way, it ran away.
const CLOCK_SLACK_SECONDS: i64 = 60 * 60;

impl Engine {
    /// The events after a sequence number, in order, at most `limit`.
    pub fn events(&self, after: i64, limit: i64) -> Result<Vec<Event>> {
        check_limit(limit)?;
        self.read(|connection| journal::after(connection, after, limit))
    }

    /// What a named consumer has not acknowledged yet. Asking again gives the same events again.
    pub fn next_events(&self, consumer: &str, limit: i64) -> Result<Vec<Event>> {
        text::reference("consumer", consumer)?;
        check_limit(limit)?;
        self.read(|connection| {
            let position = journal::position(connection, consumer)?;
            journal::after(connection, position, limit)
        })
    }

    /// A named consumer has dealt with everything up to this sequence number; it never goes back.
    pub fn acknowledge_events(self: &Arc<Self>, consumer: &str, sequence: i64) -> Result<()> {
        text::reference("consumer", consumer)?;
        let consumer = consumer.to_owned();
        self.transact(SYSTEM, move |books| journal::advance(books.connection, &consumer, sequence))
    }

    /// Hands events to a consumer one by one. When the handler fails, the event stays unacknowledged and comes
    /// again next time; nothing is skipped. Answers with how many were dealt with.
    pub fn deliver_events(
        self: &Arc<Self>,
        consumer: &str,
        limit: i64,
        mut handler: impl FnMut(&Event) -> Result<()>,
    ) -> Result<usize> {
        let events = self.next_events(consumer, limit)?;
        for event in &events {
            handler(event)?;
            self.acknowledge_events(consumer, event.sequence)?;
        }
        Ok(events.len())
    }

    /// The named consumers that ever acknowledged something, and how far each has read.
    pub fn consumers(&self) -> Result<Vec<(String, i64)>> {
        self.read(journal::consumers)
    }

    /// What was counted since the engine was opened.
    pub fn counts(&self) -> Vec<Count> {
        self.counters.all()
    }

    /// What is odd about the clock, if anything: the newest entry is from the future, or long ago.
    pub fn clock_warning(&self) -> Result<Option<String>> {
        let now = self.now();
        let newest = self.read(journal::newest)?;
        Ok(newest.and_then(|newest| odd_clock(now, newest)))
    }
}

fn odd_clock(now: Time, newest: Time) -> Option<String> {
    let ahead = newest > now.plus_seconds(CLOCK_SLACK_SECONDS);
    let year = 366 * 24 * 60 * 60;
    if ahead {
        return Some(format!("the clock shows {now}, but the newest entry is from {newest}"));
    }
    (now > newest.plus_seconds(year)).then(|| {
        format!("the clock shows {now}, more than a year after the newest entry ({newest})")
    })
}

fn check_limit(limit: i64) -> Result<()> {
    match (1..=EVENTS_MAX).contains(&limit) {
        true => Ok(()),
        false => Err(Error::new(Code::ArgumentRange)
            .with("field", "limit")
            .with("given", limit)
            .with("rule", format_args!("1 to {EVENTS_MAX}"))),
    }
}
