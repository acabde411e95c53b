//! The journal, once or as it grows. It never moves a consumer's cursor.

use std::thread;
use std::time::{Duration, Instant};

use paywright::api::Paywright;
use paywright::api::types::{Event, arguments as call};

use super::{LOG, log_row, when};
use crate::arguments::Events;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::table::Table;

/// Shows events.
pub(super) fn events(pay: &Paywright, a: &Events, console: &mut Console<'_>) -> Outcome {
    if a.follow {
        return follow(pay, a, console);
    }
    let events = ask(pay, a.after, a.limit)?;
    if console.json() {
        console.document(&events)?;
    } else if events.is_empty() {
        let after = if a.after > 0 { format!(" after {}", a.after) } else { " yet".to_owned() };
        console.line(&format!("no events{after}"))?;
    } else {
        table(&events, console)?;
        if let Some(last) = events.last().filter(|_| events.len() as i64 == a.limit) {
            console.line(&format!("maybe more: --after {}", last.sequence))?;
        }
    }
    Ok(true)
}

fn ask(pay: &Paywright, after: i64, limit: i64) -> Result<Vec<Event>, Failure> {
    Ok(pay.events(call::events { after: Some(after), limit: Some(limit) })?)
}

fn table(events: &[Event], console: &mut Console<'_>) -> Result<(), Failure> {
    let [sequence, at, event, who, detail] = LOG;
    let mut table = Table::new(&[sequence, at, event, "about", who, detail]);
    for event in events {
        let [sequence, at, name, who, detail] = log_row(event);
        table.row([sequence, at, name, about(event), who, detail]);
    }
    console.table(&table)
}

/// Writes what is there, then what comes, until somebody has had enough.
fn follow(pay: &Paywright, a: &Events, console: &mut Console<'_>) -> Outcome {
    let end = a.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut after = a.after;
    while !console.stopped() {
        let events = ask(pay, after, a.limit)?;
        for event in &events {
            after = event.sequence;
            match console.json() {
                true => console.document_line(event)?,
                false => line(event, console)?,
            }
        }
        console.flush()?;
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            break;
        }
        let more = events.len() as i64 == a.limit;
        if !more {
            let interval = Duration::from_millis(a.interval);
            thread::sleep(left.map_or(interval, |left| left.min(interval)));
        }
    }
    Ok(true)
}

/// One event as it comes; the widths are those of nearly all.
fn line(event: &Event, console: &mut Console<'_>) -> Result<(), Failure> {
    let [sequence, _, name, who, detail] = log_row(event);
    let at = when(event.at);
    let line = format!("{sequence:>6}  {at}  {name:<20}  {}  {who}  {detail}", about(event));
    console.line(&paywright::text::escape_line(line.trim_end()))
}

/// The most particular thing that an event is about.
fn about(event: &Event) -> String {
    let ids = [&event.exception_id, &event.refund_id, &event.payment_id, &event.order_id];
    ids.into_iter().flatten().next().cloned().unwrap_or_default()
}
