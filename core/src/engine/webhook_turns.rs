//! Webhooks: the journal is delivered to the endpoints that the host configures. What is to be sent is read in one unit of
//! work, sent outside of all, and what became of it written in another; a crash between them repeats the message under
//! the same id. It never lets one endpoint wait for another.

use std::sync::Arc;
use std::thread;

use super::books::{Books, Concerns};
use super::endpoints::Endpoint;
use super::{Engine, apart};
use crate::clock::Time;
use crate::error::{Error, Result};
use crate::http::NoResponse;
use crate::id::MessageId;
use crate::journal::{Detail, Event, EventName, SYSTEM};
use crate::store::Connection;
use crate::store::sql::{journal, webhooks};
use crate::webhook::{self, Failure, Verdict, Webhook};

/// A turn of an endpoint begins no other message after this long: a slow one must not stretch the run.
const TURN_SECONDS: i64 = 30;
/// Longer than a turn with the call that ends it. Only a process that died in its turn makes others wait so long.
const LEASE_SECONDS: i64 = 120;
/// Journal rows that a turn looks at, at most; they are held in memory.
const SCAN: i64 = 1000;

/// What a run did for webhooks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Delivered {
    /// Messages that were taken.
    pub(super) taken: i64,
    /// Messages that were not.
    pub(super) failed: i64,
    /// Turns that the database ended: `webhook …: code`.
    pub(super) failures: Vec<String>,
}

/// One endpoint's turn.
struct Turn<'e> {
    endpoint: &'e Endpoint,
    webhook: Webhook,
    /// Chance for the delays of this turn.
    dice: u64,
    /// Messages that failed before, and are due, with how often they were sent.
    again: Vec<(Event, i64)>,
    /// Events after the endpoint's place that it wants.
    fresh: Vec<Event>,
    /// The last journal row that was looked at.
    scanned: i64,
}

/// What a turn begins with: the endpoint's row, what is due again, what is new, how far the journal was looked at.
type Begun = (Webhook, Vec<(Event, i64)>, Vec<Event>, i64);

impl Engine {
    /// Gives every endpoint that has something to be sent a turn of at most `limit` messages, all at the same time.
    pub(super) fn deliver_webhooks(self: &Arc<Self>, limit: i64) -> Delivered {
        let mut delivered = Delivered::default();
        let mut turns = Vec::new();
        for endpoint in &self.webhooks {
            match self.begin_turn(endpoint, limit) {
                Ok(turn) => turns.extend(turn),
                Err(error) => delivered.note(endpoint, &error),
            }
        }
        if self.store.wants_callers_thread() {
            for turn in turns {
                let endpoint = turn.endpoint;
                match apart(|| Ok(self.take_turn(turn))) {
                    Ok(done) => delivered.add(endpoint, done),
                    Err(error) => delivered.note(endpoint, &error),
                }
            }
            return delivered;
        }
        // One after the other, a slow endpoint would hold up the rest.
        thread::scope(|scope| {
            let begun: Vec<_> = turns
                .into_iter()
                .map(|turn| {
                    let endpoint = turn.endpoint;
                    (endpoint, scope.spawn(move || self.take_turn(turn)))
                })
                .collect();
            for (endpoint, turn) in begun {
                match turn.join() {
                    Ok(done) => delivered.add(endpoint, done),
                    Err(_) => delivered.note(endpoint, &Error::bug("a webhook's turn panicked")),
                }
            }
        });
        delivered
    }

    /// Reads what an endpoint shall get now, and keeps other processes from sending it as well.
    fn begin_turn<'e>(
        self: &Arc<Self>,
        endpoint: &'e Endpoint,
        limit: i64,
    ) -> Result<Option<Turn<'e>>> {
        let now = self.now();
        let idle = self.read(|connection| Ok(ready(connection, endpoint, now)?.is_none()))?;
        if idle {
            return Ok(None);
        }
        let mut dice = [0; 8];
        self.randomness.fill(&mut dice)?;
        let name = endpoint.name().to_owned();
        let engine = Arc::clone(self);
        let begun = self.transact(SYSTEM, move |books| {
            let Some(endpoint) = engine.endpoint(&name) else { return Ok(None) };
            let Some(mut webhook) = ready(books.connection, endpoint, books.now)? else {
                return Ok(None);
            };
            let until = books.now.plus_seconds(LEASE_SECONDS);
            webhooks::claim(books.connection, &mut webhook, until)?;
            read_turn(books.connection, endpoint, webhook, books.now, limit).map(Some)
        })?;
        let dice = u64::from_be_bytes(dice);
        Ok(begun.map(|(webhook, again, fresh, scanned)| Turn {
            endpoint,
            webhook,
            dice,
            again,
            fresh,
            scanned,
        }))
    }

    /// Sends one message after the other, until all are sent, the endpoint is in trouble, or its time is over.
    fn take_turn(self: &Arc<Self>, mut turn: Turn<'_>) -> (i64, i64, Result<()>) {
        let (mut taken, mut failed) = (0, 0);
        let begun = self.now();
        let again = std::mem::take(&mut turn.again).into_iter();
        let fresh = std::mem::take(&mut turn.fresh).into_iter().map(|event| (event, 0));
        let mut may_go_on = true;
        for (event, attempts) in again.chain(fresh) {
            if !may_go_on || self.now() > begun.plus_seconds(TURN_SECONDS) {
                return (taken, failed, self.end_turn(&mut turn));
            }
            let verdict = match self.deliver(&turn, &event) {
                Ok(verdict) => verdict,
                Err(error) => return (taken, failed, Err(error)),
            };
            match verdict {
                Verdict::Taken => taken += 1,
                Verdict::Gone | Verdict::Failed(_) => failed += 1,
            }
            match self.record_delivery(&mut turn, &event, attempts, verdict) {
                Ok(go_on) => may_go_on = go_on,
                Err(error) => return (taken, failed, Err(error)),
            }
        }
        if may_go_on {
            turn.webhook.position = turn.webhook.position.max(turn.scanned);
        }
        (taken, failed, self.end_turn(&mut turn))
    }

    fn deliver(&self, turn: &Turn<'_>, event: &Event) -> Result<Verdict> {
        let now = self.now();
        let id = turn.webhook.message_id(event);
        let request = turn.endpoint.request(id, now.seconds(), webhook::body(event)?)?;
        let came = match &self.transport {
            // A transport may be a host's own code: its panic is the failure of this message.
            Some(transport) => apart(|| Ok(transport.send(&request)))
                .unwrap_or_else(|_| Err(NoResponse::Unknown("the transport panicked".to_owned()))),
            None => Err(NoResponse::NotSent("no transport is configured".to_owned())),
        };
        Ok(webhook::judge(&came, self.now()))
    }

    /// Writes what became of a message. Answers whether the turn may go on.
    fn record_delivery(
        self: &Arc<Self>,
        turn: &mut Turn<'_>,
        event: &Event,
        attempts: i64,
        verdict: Verdict,
    ) -> Result<bool> {
        let now = self.now();
        let webhook = &mut turn.webhook;
        let in_trouble = match &verdict {
            Verdict::Taken => {
                webhook.failures = 0;
                false
            }
            Verdict::Gone => {
                webhook.disabled_at = Some(now);
                webhook.note(Some(410), "it answered 410", now);
                true
            }
            Verdict::Failed(failure) => {
                webhook.note(failure.status, &failure.error, now);
                if failure.endpoint {
                    webhook.failures = webhook.failures.saturating_add(1);
                    webhook.rest_until =
                        webhook::rest_until(webhook.failures, failure.retry_after, now);
                }
                failure.endpoint
            }
        };
        if verdict != Verdict::Gone {
            webhook.position = webhook.position.max(event.sequence);
        }
        let id = webhook.message_id(event);
        let done = Done { webhook: webhook.clone(), id, entry: event.sequence, verdict, attempts };
        // Chance of its own for every message, though it was drawn once.
        let dice = turn.dice.wrapping_add(event.sequence.unsigned_abs().wrapping_mul(7919));
        let outcome = self.transact(SYSTEM, move |books| books.record_delivery(&done, dice))?;
        if let Some(outcome) = outcome {
            self.counters.webhook(turn.endpoint.name(), outcome);
        }
        Ok(outcome.is_some() && !in_trouble)
    }

    /// Lets the next turn begin.
    fn end_turn(self: &Arc<Self>, turn: &mut Turn<'_>) -> Result<()> {
        let mut webhook = turn.webhook.clone();
        webhook.busy_until = Time::from_millis(0);
        let ours = turn.webhook.busy_until;
        self.transact(SYSTEM, move |books| {
            webhooks::update(books.connection, &webhook, ours).map(drop)
        })
    }

    pub(super) fn endpoint(&self, name: &str) -> Option<&Endpoint> {
        self.webhooks.iter().find(|endpoint| endpoint.name() == name)
    }
}

/// A message and what became of it.
struct Done {
    webhook: Webhook,
    id: MessageId,
    entry: i64,
    verdict: Verdict,
    attempts: i64,
}

impl Books<'_> {
    /// The outcome in a word, or nothing if the turn was somebody else's by now: then nothing is written.
    fn record_delivery(&mut self, done: &Done, dice: u64) -> Result<Option<&'static str>> {
        let Done { webhook, entry, .. } = done;
        if !webhooks::update(self.connection, webhook, webhook.busy_until)? {
            return Ok(None);
        }
        match &done.verdict {
            Verdict::Taken => {
                webhooks::forget(self.connection, webhook.key, *entry)?;
                Ok(Some("taken"))
            }
            Verdict::Gone => {
                let detail = Detail::new().with("webhook", &webhook.name);
                self.journal(EventName::WebhookDisabled, Concerns::default(), detail)?;
                Ok(Some("gone"))
            }
            Verdict::Failed(failure) => self.keep_message(done, failure, dice).map(Some),
        }
    }

    fn keep_message(&mut self, done: &Done, failure: &Failure, dice: u64) -> Result<&'static str> {
        let Done { webhook, entry, .. } = done;
        let attempts = done.attempts.saturating_add(1);
        let next = webhook::next_attempt(attempts, failure.retry_after, dice, self.now);
        if next.is_none() && webhooks::given_up(self.connection, webhook.key)? == 0 {
            let detail = Detail::new()
                .with("webhook", &webhook.name)
                .with("message", &done.id.to_string())
                .with("sequence", &entry.to_string())
                .with("error", &failure.error);
            self.journal(EventName::WebhookGivenUp, Concerns::default(), detail)?;
        }
        let message = (webhook.key, *entry, done.id);
        webhooks::keep(self.connection, message, (attempts, next), failure, self.now)?;
        Ok(if next.is_some() { "failed" } else { "given_up" })
    }
}

/// The endpoint's row, if something may and could be sent to it.
fn ready(
    connection: &mut dyn Connection,
    endpoint: &Endpoint,
    now: Time,
) -> Result<Option<Webhook>> {
    let found = webhooks::find(connection, endpoint.name())?.filter(|w| w.is_ready(now));
    match found {
        Some(webhook) if webhooks::has_work(connection, &webhook, now)? => Ok(Some(webhook)),
        _ => Ok(None),
    }
}

/// What an endpoint gets in one turn: what is due again, at most half of it, then what is new, in the journal's order.
fn read_turn(
    connection: &mut dyn Connection,
    endpoint: &Endpoint,
    webhook: Webhook,
    now: Time,
    limit: i64,
) -> Result<Begun> {
    let limit = limit.min(SCAN);
    let mut again = Vec::new();
    for message in webhooks::due(connection, webhook.key, now, (limit + 1) / 2)? {
        let found = journal::after(connection, message.entry - 1, 1)?;
        again.extend(found.into_iter().map(|event| (event, message.attempts)));
    }
    let room = usize::try_from(limit).unwrap_or(0).saturating_sub(again.len());
    let mut scanned = webhook.position;
    let mut fresh = Vec::new();
    for event in journal::after(connection, webhook.position, SCAN)? {
        if endpoint.wants(&event.event) {
            if fresh.len() >= room {
                break;
            }
            fresh.push(event.clone());
        }
        scanned = event.sequence;
    }
    Ok((webhook, again, fresh, scanned))
}

impl Delivered {
    fn add(&mut self, endpoint: &Endpoint, (taken, failed, done): (i64, i64, Result<()>)) {
        self.taken += taken;
        self.failed += failed;
        if let Err(error) = done {
            self.note(endpoint, &error);
        }
    }

    fn note(&mut self, endpoint: &Endpoint, error: &Error) {
        self.failures.push(format!("webhook {}: {}", endpoint.name(), error.code()));
    }
}
