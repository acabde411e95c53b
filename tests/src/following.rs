//! Plays the stories of followed payments: each step is one call of a follower, compared with what the file expects. The
//! format is described in `tests/followings/README.md`. Also what the application of the kill test has of its server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use paywright::api::types::Secret;
use paywright::clock::{Clock, ManualClock, SystemClock, Time};
use paywright::error::Error;
use paywright::follow::{FollowedPayment, FollowerOptions, PaymentFollower};
use paywright::http::{NoResponse, Request, Response, Transport};
use paywright::id::SeededRandomness;
use paywright::signatures::standard_webhooks_sign;
use paywright::transport::HttpTransport;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::scenario::compare;

const STATUS_URL: &str = "https://shop.example/payments/{payment_id}/status";
const BEGIN: &str = "2026-01-01T00:00:00Z";
/// Throwaway keys that sign.
const SERVER: &str =
    "whsk_dGhyb3dhd2F5IGtleSBvZiB0aGUgc2VydmVyIC4uLi7wEXv3/UgB5T0mrCp2qkPQle8NgKMGrRzF82S9kYQPiQ==";
const SERVER_PUBLIC: &str = "whpk_8BF79/1IAeU9JqwqdqpD0JXvDYCjBq0cxfNkvZGED4k=";
const OTHER: &str =
    "whsk_dGhyb3dhd2F5IGtleSBvZiB0aGUgb3RoZXIgLi4uLi6a7PcGavnAtQvpOxVMVxfZLhd+EmkaxXLXwQ8Lhr10bg==";

/// A file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Following {
    /// What it shows, in one line.
    pub title: String,
    /// The server's keys.
    #[serde(default)]
    pub public_keys: Vec<Secret>,
    /// Where messages go.
    #[serde(default)]
    pub messages_url: Option<String>,
    /// What happens.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    call: String,
    with: Map<String, Value>,
    expect: Option<Value>,
    refused: Option<String>,
    save: BTreeMap<String, String>,
    advance: Option<i64>,
    kill: bool,
}

/// The folder of the stories.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("followings")
}

/// Where a story stands.
struct Play<'s> {
    story: &'s Following,
    file: &'s Path,
    clock: ManualClock,
    follower: PaymentFollower,
    ticket: String,
    saved: BTreeMap<String, Value>,
}

impl Following {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
        serde_json::from_str(&text).map_err(|e| e.to_string())
    }

    /// Plays it on a file that is not there yet.
    pub fn play(&self, file: &Path) -> Result<(), String> {
        let begin = Time::parse("clock", BEGIN).map_err(|e| e.message())?;
        let clock = ManualClock::new(begin);
        let follower = open(self, file, &clock)?;
        let mut play = Play {
            story: self,
            file,
            clock,
            follower,
            ticket: String::new(),
            saved: BTreeMap::new(),
        };
        for (number, step) in self.steps.iter().enumerate() {
            play.step(step).map_err(|why| format!("step {number}: {why}"))?;
        }
        Ok(())
    }
}

fn open(story: &Following, file: &Path, clock: &ManualClock) -> Result<PaymentFollower, String> {
    let options = FollowerOptions {
        status_url: STATUS_URL.to_owned(),
        messages_url: story.messages_url.clone(),
        public_keys: story.public_keys.clone(),
        clock: Arc::new(clock.clone()),
        randomness: Arc::new(SeededRandomness::new(1)),
    };
    PaymentFollower::open(&file.to_string_lossy(), options).map_err(|e| e.message())
}

impl Play<'_> {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        if let Some(seconds) = step.advance {
            self.clock.advance(seconds);
            return Ok(());
        }
        if step.kill {
            // The old one lives on beside the new one, as if it had died without a word.
            let follower = open(self.story, self.file, &self.clock)?;
            std::mem::forget(std::mem::replace(&mut self.follower, follower));
            return Ok(());
        }
        let found = match (self.call(&step.call, &step.with)?, &step.refused) {
            (Err(error), Some(code)) if error.code().as_str() == code => return Ok(()),
            (Err(error), _) => return Err(format!("{} ({})", error.message(), error.code())),
            (Ok(found), Some(code)) => return Err(format!("{found} instead of {code}")),
            (Ok(found), None) => found,
        };
        if let Some(expected) = &step.expect {
            let expected = self.filled(expected);
            compare(&step.call, &expected, &found).map_err(|failure| failure.to_string())?;
        }
        for (name, path) in &step.save {
            self.saved.insert(name.clone(), found[path].clone());
        }
        Ok(())
    }

    fn call(&mut self, call: &str, with: &Map<String, Value>) -> Result<Made, String> {
        let text = |name: &str| match self.filled(&with.get(name).cloned().unwrap_or_default()) {
            Value::String(text) => text,
            Value::Null => String::new(),
            object => object.to_string(),
        };
        let either = |name: &str| match with.contains_key(name) {
            true => text(name),
            false => text(&format!("{name}_text")),
        };
        let follower = &self.follower;
        Ok(match call {
            "follow" => made(follower.follow(&either("payment"))),
            "followed" => made(follower.followed(&text("payment_id"))),
            "all_followed" => made(follower.all_followed()),
            "ask_now" => made(follower.ask_now(&text("payment_id"))),
            "forget" => made(follower.forget(&text("payment_id"))),
            "hurry" => made(follower.hurry()),
            "tell" => made(follower.tell(&either("body"))),
            "messages" => made(follower.messages()),
            "forget_message" => made(follower.forget_message(&text("message_id"))),
            "receive_push" => {
                let body = either("body");
                made(follower.receive_push(self.headers(with, &body)?, body.as_bytes()))
            }
            "next_step" => {
                let next = follower.next_step();
                if let Ok(Some(ticket)) = next.as_ref().map(|s| s.as_ref()?.ticket.clone()) {
                    self.ticket = ticket;
                }
                made(next)
            }
            "answer" => {
                let ticket = match with.contains_key("ticket") {
                    true => text("ticket"),
                    false => self.ticket.clone(),
                };
                made(follower.resume(&ticket, self.came(with, either("body"))?))
            }
            other => return Err(format!("no such call: {other}")),
        })
    }

    fn came(
        &self,
        with: &Map<String, Value>,
        body: String,
    ) -> Result<Result<Response, NoResponse>, String> {
        Ok(match with.get("failure").and_then(Value::as_str) {
            Some("not_sent") => Err(NoResponse::NotSent("no network".to_owned())),
            Some(_) => Err(NoResponse::Unknown("it timed out".to_owned())),
            None => {
                let status = with.get("status").and_then(Value::as_u64).unwrap_or_default();
                let headers = self.headers(with, &body)?;
                let status = u16::try_from(status).map_err(|e| e.to_string())?;
                Ok(Response { status, headers, body: body.into_bytes() })
            }
        })
    }

    fn headers(
        &self,
        with: &Map<String, Value>,
        body: &str,
    ) -> Result<Vec<(String, String)>, String> {
        let mut headers = Vec::new();
        for (name, value) in with.get("headers").and_then(Value::as_object).into_iter().flatten() {
            headers.push((name.clone(), value.as_str().unwrap_or_default().to_owned()));
        }
        let key = match with.get("signed_by").and_then(Value::as_str) {
            None => return Ok(headers),
            Some("server") => SERVER,
            Some(_) => OTHER,
        };
        let at = match with.get("at").and_then(Value::as_str) {
            Some(text) => Time::parse("at", text).map_err(|e| e.message())?,
            None => self.clock.now(),
        };
        let signature = standard_webhooks_sign("msg_1", at.seconds(), body.as_bytes(), key);
        let signature = signature.map_err(|e| e.message())?;
        let own = |name: &str, value: String| (name.to_owned(), value);
        headers.push(own("webhook-id", "msg_1".to_owned()));
        headers.push(own("webhook-timestamp", at.seconds().to_string()));
        headers.push(own("webhook-signature", signature));
        Ok(headers)
    }

    /// With what was saved in place of its names.
    fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => match text.strip_prefix('$') {
                Some(name) => self.saved.get(name).cloned().unwrap_or_default(),
                None => value.clone(),
            },
            Value::Array(items) => items.iter().map(|item| self.filled(item)).collect(),
            Value::Object(members) => {
                let filled = members.iter().map(|(name, value)| (name.clone(), self.filled(value)));
                Value::Object(filled.collect())
            }
            other => other.clone(),
        }
    }
}

/// The address of an application's own server.
pub struct Server(String);

impl Server {
    /// One that listens there, such as `http://127.0.0.1:8000`.
    pub fn at(address: &str) -> Self {
        Server(address.to_owned())
    }

    /// A follower of its payments, on a file, by the machine's clock.
    pub fn follower(&self, file: &Path) -> Result<PaymentFollower, String> {
        let options = FollowerOptions {
            status_url: format!("{}/payments/{{payment_id}}/status", self.0),
            messages_url: Some(format!("{}/messages", self.0)),
            public_keys: vec![Secret::from(SERVER_PUBLIC)],
            ..FollowerOptions::default()
        };
        PaymentFollower::open(&file.to_string_lossy(), options).map_err(|e| e.message())
    }
}

/// The headers that the server signs an answer with.
pub fn signed(body: &[u8]) -> Result<Vec<(&'static str, String)>, Error> {
    let now = SystemClock.now().seconds();
    let signature = standard_webhooks_sign("msg_1", now, body, SERVER)?;
    Ok(vec![
        ("webhook-id", "msg_1".to_owned()),
        ("webhook-timestamp", now.to_string()),
        ("webhook-signature", signature),
    ])
}

/// Sends what is due over the network, until nothing is; what is shown after each answer is handed to `show`.
pub fn carry(
    follower: &PaymentFollower,
    show: &mut dyn FnMut(FollowedPayment) -> Result<(), String>,
) -> Result<(), String> {
    let network = HttpTransport::default();
    while let Some(step) = follower.next_step().map_err(|e| e.message())? {
        let (Some(ticket), Some(request)) = (step.ticket, step.request) else { break };
        let method = if request.method == "POST" { "POST" } else { "GET" };
        let headers = request.headers.0.iter().map(|(name, value)| {
            let name = match name.as_str() {
                "accept" => "accept",
                "content-type" => "content-type",
                _ => "idempotency-key",
            };
            (name, value.clone())
        });
        let request =
            Request { method, url: request.url, headers: headers.collect(), body: request.body.0 };
        let answer = follower.resume(&ticket, network.send(&request)).map_err(|e| e.message())?;
        answer.payment.map_or(Ok(()), &mut *show)?;
    }
    Ok(())
}

type Made = Result<Value, Error>;

fn made<T: Serialize>(found: Result<T, Error>) -> Made {
    found.map(|found| json!(found))
}
