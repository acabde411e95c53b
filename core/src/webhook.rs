//! Webhooks to the host's other services: what is known of an endpoint and of a message that it did not take, what a
//! message says, and when it is tried again. It sends nothing and signs nothing.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::clock::Time;
use crate::error::{Error, Result};
use crate::http::{NoResponse, Response};
use crate::id::MessageId;
use crate::journal::Event;
use crate::text;

/// How long after the one before each attempt is made, in seconds: about 76 hours in all.
pub const SCHEDULE_SECONDS: [i64; 10] =
    [0, 5, 5 * 60, 30 * 60, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
const HOUR: i64 = 60 * 60;
/// Delays differ by up to a tenth, so that what failed together does not come back together.
const JITTER_PER_MILLE: i64 = 100;
/// An endpoint that is in trouble is left alone for so long at first; twice as long after each further failure.
const REST_SECONDS: i64 = 5;
/// A dead endpoint is tried at least so often, so that it is found when it lives again.
const REST_SECONDS_MAX: i64 = 5 * 60;
/// An endpoint may ask to be left alone for so long and no longer.
const RETRY_AFTER_SECONDS_MAX: i64 = HOUR;
/// Receivers refuse larger messages.
const BODY_BYTES_MAX: usize = 20_000;
/// Enough of a reason to act on.
const ERROR_CHARACTERS_MAX: usize = 200;

/// What is kept of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The integer key inside the database.
    pub key: i64,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Makes its message ids its own, whatever other databases count.
    pub salt: [u8; 16],
    /// The last journal row that was dealt with for it.
    pub position: i64,
    /// How often in a row it was in trouble.
    pub failures: i64,
    /// It is left alone until then.
    pub rest_until: Time,
    /// Somebody sends to it, at the longest until then.
    pub busy_until: Time,
    /// Since when it is gone.
    pub disabled_at: Option<Time>,
    /// The status of its last answer that was no success.
    pub last_status: Option<i64>,
    /// What was wrong then.
    pub last_error: Option<String>,
    /// When that was.
    pub failed_at: Option<Time>,
}

impl Webhook {
    /// Whether something may be sent to it now.
    pub fn is_ready(&self, now: Time) -> bool {
        self.disabled_at.is_none() && self.rest_until <= now && self.busy_until <= now
    }

    /// Remembers what was wrong with its last answer.
    pub fn note(&mut self, status: Option<i64>, error: &str, now: Time) {
        self.last_status = status;
        self.last_error = Some(error.to_owned());
        self.failed_at = Some(now);
    }

    /// The id of the message about a journal row, the same for every attempt. After a backup was restored, a number
    /// may be given again, so the row's time counts too.
    pub fn message_id(&self, event: &Event) -> MessageId {
        let digest = Sha256::new()
            .chain_update(self.salt)
            .chain_update(event.sequence.to_be_bytes())
            .chain_update(event.at.millis().to_be_bytes())
            .finalize();
        let mut id = [0; 16];
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        MessageId::from_bytes(id)
    }
}

/// A message that an endpoint did not take yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id, `msg_…`.
    pub id: MessageId,
    /// The endpoint's name.
    pub webhook: String,
    /// The journal row that it tells.
    pub entry: i64,
    /// What happened.
    pub event: String,
    /// How often it was sent.
    pub attempts: i64,
    /// When it is sent again; nothing once it was given up.
    pub due_at: Option<Time>,
    /// The status of the last answer.
    pub last_status: Option<i64>,
    /// What was wrong with it.
    pub last_error: Option<String>,
    /// When it failed first.
    pub created_at: Time,
    /// When it failed last.
    pub updated_at: Time,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    event: &'a str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    sequence: i64,
    order_id: Option<String>,
    payment_id: Option<String>,
    refund_id: Option<String>,
    exception_id: Option<String>,
    detail: &'a BTreeMap<String, String>,
}

/// What a message says: exactly what the feed shows, without who acted. A detail that is too long for receivers is left
/// to the feed.
pub fn body(event: &Event) -> Result<Vec<u8>> {
    let text = |id: Option<&dyn std::fmt::Display>| id.map(ToString::to_string);
    let nothing = BTreeMap::new();
    let with = |detail| {
        let data = Data {
            sequence: event.sequence,
            order_id: text(event.order_id.as_ref().map(|id| id as _)),
            payment_id: text(event.payment_id.as_ref().map(|id| id as _)),
            refund_id: text(event.refund_id.as_ref().map(|id| id as _)),
            exception_id: text(event.exception_id.as_ref().map(|id| id as _)),
            detail,
        };
        let body = Body { event: &event.event, timestamp: event.at.to_string(), data };
        serde_json::to_vec(&body).map_err(Error::bug)
    };
    let whole = with(&event.detail)?;
    if whole.len() <= BODY_BYTES_MAX { Ok(whole) } else { with(&nothing) }
}

/// What an endpoint made of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It took it.
    Taken,
    /// It is gone for good.
    Gone,
    /// It did not take it.
    Failed(Failure),
}

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The status of the answer, where one came.
    pub status: Option<i64>,
    /// What was wrong.
    pub error: String,
    /// How long the endpoint asks to be left alone, in seconds.
    pub retry_after: Option<i64>,
    /// The endpoint is in trouble, not the message: the others would fare no better.
    pub endpoint: bool,
}

impl Failure {
    /// That of a receiver which is gone, where that is no end of everything.
    pub fn gone() -> Self {
        let error = "it answered 410".to_owned();
        Failure { status: Some(410), error, retry_after: None, endpoint: false }
    }
}

/// Judges what came back. Only a 2xx is success; a redirect is not followed and no success.
pub fn judge(came: &Result<Response, NoResponse>, now: Time) -> Verdict {
    let response = match came {
        Ok(response) if (200..300).contains(&response.status) => return Verdict::Taken,
        Ok(response) if response.status == 410 => return Verdict::Gone,
        Ok(response) => response,
        Err(NoResponse::NotSent(why) | NoResponse::Unknown(why)) => {
            let why = why.chars().take(ERROR_CHARACTERS_MAX).collect::<String>();
            let error = format!("no answer: {}", text::escape_line(&why));
            return Verdict::Failed(Failure {
                status: None,
                error,
                retry_after: None,
                endpoint: true,
            });
        }
    };
    let status = response.status;
    let retry_after = response.one("retry-after").ok().flatten();
    Verdict::Failed(Failure {
        status: Some(status.into()),
        error: format!("it answered {status}"),
        retry_after: retry_after.and_then(|value| retry_after_seconds(value, now)),
        // A plain no to this message, or a handler that fell over it, says nothing about the next one.
        endpoint: match status {
            401 | 403 | 404 | 408 | 429 => true,
            400..=500 => false,
            _ => true,
        },
    })
}

/// The value of `Retry-After`: seconds or a date, bounded.
fn retry_after_seconds(value: &str, now: Time) -> Option<i64> {
    let value = value.trim();
    let seconds = match value.bytes().all(|byte| byte.is_ascii_digit()) {
        true if value.is_empty() => None,
        true => Some(value.parse().unwrap_or(i64::MAX)),
        false => Time::from_http_date(value).map(|at| at.seconds().saturating_sub(now.seconds())),
    };
    seconds.map(|seconds: i64| seconds.clamp(0, RETRY_AFTER_SECONDS_MAX))
}

/// When a message that failed so often is sent again; nothing once it has had all its attempts.
pub fn next_attempt(attempts: i64, retry_after: Option<i64>, dice: u64, now: Time) -> Option<Time> {
    let made = usize::try_from(attempts).ok()?;
    let seconds = SCHEDULE_SECONDS.get(made)?;
    let spread = i64::try_from(dice % (2 * JITTER_PER_MILLE.unsigned_abs() + 1)).unwrap_or(0)
        - JITTER_PER_MILLE;
    let millis = seconds * (1000 + spread);
    let planned = Time::from_millis(now.millis().saturating_add(millis));
    Some(planned.max(now.plus_seconds(retry_after.unwrap_or(0))))
}

/// Until when an endpoint is left alone that was in trouble so often in a row.
pub fn rest_until(failures: i64, retry_after: Option<i64>, now: Time) -> Time {
    let doublings = u32::try_from(failures.clamp(1, 16) - 1).unwrap_or(0);
    let rest = REST_SECONDS.saturating_mul(1 << doublings).min(REST_SECONDS_MAX);
    now.plus_seconds(rest.max(retry_after.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_millis(784_111_777_000); // Sun, 06 Nov 1994 08:49:37 GMT

    fn answered(status: u16, headers: &[(&str, &str)]) -> Verdict {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let headers = headers.iter().map(own).collect();
        judge(&Ok(Response { status, headers, body: Vec::new() }), NOW)
    }

    fn failure(verdict: Verdict) -> Failure {
        match verdict {
            Verdict::Failed(failure) => failure,
            other => panic!("{other:?}"),
        }
    }

    /// Protects: only a 2xx is success; a redirect is none; and one message's failure is not the endpoint's.
    #[test]
    fn answers_are_judged() {
        for status in [200, 201, 204, 299] {
            assert_eq!(answered(status, &[]), Verdict::Taken, "{status}");
        }
        assert_eq!(answered(410, &[]), Verdict::Gone);
        for (status, endpoint) in [
            (301, true),
            (302, true),
            (308, true),
            (400, false),
            (401, true),
            (404, true),
            (422, false),
            (429, true),
            (500, false),
            (502, true),
            (503, true),
            (504, true),
        ] {
            let failure = failure(answered(status, &[]));
            assert_eq!((failure.status, failure.endpoint), (Some(status.into()), endpoint));
        }
        let silent = judge(&Err(NoResponse::Unknown("timed\nout".into())), NOW);
        let silent = failure(silent);
        assert_eq!((silent.status, silent.endpoint), (None, true));
        assert_eq!(silent.error, "no answer: timed\\u{a}out");
    }

    /// Protects: an endpoint is heard when it asks for time, in both ways of asking, and cannot ask for all time.
    #[test]
    fn retry_after_is_honoured_and_bounded() {
        for (value, seconds) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("99999999999999999999", Some(3600)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("Tue, 08 Nov 1994 08:49:37 GMT", Some(3600)),
            ("soon", None),
            ("-5", None),
            ("", None),
        ] {
            let failure = failure(answered(503, &[("Retry-After", value)]));
            assert_eq!(failure.retry_after, seconds, "{value}");
        }
        assert_eq!(rest_until(1, Some(120), NOW), NOW.plus_seconds(120));
        assert!(next_attempt(1, Some(120), 0, NOW) >= Some(NOW.plus_seconds(120)));
    }

    /// Protects: ten attempts over about 76 hours, spread by a tenth, and none after the last.
    #[test]
    fn attempts_follow_the_schedule() {
        let delay = |attempts, dice| next_attempt(attempts, None, dice, NOW).unwrap().millis();
        for (made, seconds) in SCHEDULE_SECONDS.iter().enumerate().skip(1) {
            let made = i64::try_from(made).unwrap();
            assert_eq!(delay(made, 0) - NOW.millis(), seconds * 900);
            assert_eq!(delay(made, 100) - NOW.millis(), seconds * 1000);
            assert_eq!(delay(made, 200) - NOW.millis(), seconds * 1100);
            assert_eq!(delay(made, 201), delay(made, 0));
        }
        assert_eq!(next_attempt(10, None, 0, NOW), None);
        assert_eq!(SCHEDULE_SECONDS.iter().sum::<i64>() / HOUR, 75);
    }

    /// Protects: a dead endpoint costs little and is found again within minutes.
    #[test]
    fn rests_grow_to_five_minutes() {
        let rests = (1..=8).map(|n| rest_until(n, None, NOW).seconds() - NOW.seconds());
        assert_eq!(rests.collect::<Vec<_>>(), [5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(rest_until(i64::MAX, None, NOW), NOW.plus_seconds(300));
    }

    fn event(detail: &str) -> Event {
        Event {
            sequence: 7,
            at: NOW,
            event: "order.created".into(),
            actor: "alice".into(),
            source: Some("mock/evt_1".into()),
            order_id: None,
            payment_id: None,
            refund_id: None,
            exception_id: None,
            detail: BTreeMap::from([("reason".to_owned(), detail.to_owned())]),
        }
    }

    /// Protects: the shape that receivers are written for, without the name of whoever acted, and below 20 KB.
    #[test]
    fn messages_are_small_and_plain() {
        assert_eq!(
            String::from_utf8(body(&event("\"x\"")).unwrap()).unwrap(),
            r#"{"type":"order.created","timestamp":"1994-11-06T08:49:37.000Z","data":{"sequence":7,"order_id":null,"payment_id":null,"refund_id":null,"exception_id":null,"detail":{"reason":"\"x\""}}}"#
        );
        let long = body(&event(&"x".repeat(30_000))).unwrap();
        assert!(String::from_utf8(long).unwrap().ends_with(r#""detail":{}}}"#));
    }
}
