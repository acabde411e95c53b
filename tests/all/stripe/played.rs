//! The way to the played Stripe for stories that need no network: every kind of lost word on command, and the messages that
//! it would post. It decides nothing about our payments.

use std::sync::{Mutex, MutexGuard, PoisonError};

use paywright::clock::{Clock as _, ManualClock};
use paywright::http::{NoResponse, Request, Response, Transport};
use paywright::secret::Secret;
use paywright::sign::stripe::{SIGNATURE, sign};
use paywright_tests::fake::Provider as _;
use paywright_tests::fake::server::Received;
use paywright_tests::fake::stripe::Stripe;
use serde_json::{Value, json};

/// The endpoint's secret.
pub const WEBHOOK_SECRET: &str = "whsec_throwaway";

/// What happens to the next request; once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It never arrives.
    NotSent,
    /// It arrives and is acted upon, and the answer is lost.
    AnswerLost,
    /// It is acted upon, and the answer is an error of the server.
    ServerError,
    /// It is turned away because another with its key is still running.
    KeyInUse,
    /// It is turned away because there are too many.
    TooMany,
}

/// The provider, and what stands between it and us.
pub struct Fake {
    clock: ManualClock,
    book: Mutex<Stripe>,
    trouble: Mutex<Vec<Trouble>>,
    asked: Mutex<Vec<String>>,
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

fn locked<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Fake {
    /// An empty book.
    pub fn new(clock: ManualClock) -> Self {
        let book = Mutex::new(Stripe::new(&clock));
        Fake {
            clock,
            book,
            trouble: Mutex::default(),
            asked: Mutex::default(),
            meanwhile: Mutex::default(),
        }
    }

    /// The book.
    pub fn book(&self) -> MutexGuard<'_, Stripe> {
        locked(&self.book)
    }

    /// What shall happen to the next requests, one after the other.
    pub fn will(&self, trouble: &[Trouble]) {
        *locked(&self.trouble) = trouble.iter().rev().copied().collect();
    }

    /// What was asked since this was last called: methods and targets.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *locked(&self.asked))
    }

    /// What happens between the next request and its answer.
    pub fn meanwhile(&self, happens: impl FnOnce() + Send + 'static) {
        *locked(&self.meanwhile) = Some(Box::new(happens));
    }

    /// All objects of a kind.
    pub fn all(&self, kind: &str) -> Vec<Value> {
        self.book().all(kind).cloned().collect()
    }

    /// Changes an object, as payers and banks do.
    pub fn change(&self, id: &str, changes: Value) {
        self.book().change(id, &changes);
    }

    /// The payer pays, or the bank holds the money.
    pub fn paid(&self, id: &str) {
        self.book().paid(id);
    }

    /// What it would post about an object as it is now.
    pub fn message(&self, event: &str, kind: &str, id: &str) -> (Vec<(String, String)>, Vec<u8>) {
        let object = self.book().object(id).clone();
        let body = json!({
            "id": event, "object": "event", "livemode": false, "type": kind, "data": {"object": object},
            "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null},
        });
        let body = body.to_string().into_bytes();
        let secret = Secret::new("fake", WEBHOOK_SECRET).expect("a secret");
        let line = sign(&body, &secret, self.clock.now().seconds()).expect("a signature");
        (vec![(SIGNATURE.to_owned(), line)], body)
    }
}

impl Transport for Fake {
    fn send(&self, request: &Request) -> Result<Response, NoResponse> {
        let trouble = locked(&self.trouble).pop();
        let received = received(request);
        locked(&self.asked).push(format!("{} {}", received.method, received.target));
        let refusal =
            |code: &str| json!({"error": {"type": "invalid_request_error", "code": code}});
        match trouble {
            Some(Trouble::NotSent) => return Err(NoResponse::NotSent("no connection".to_owned())),
            Some(Trouble::KeyInUse) => return Ok(answer(409, &refusal("idempotency_key_in_use"))),
            Some(Trouble::TooMany) => return Ok(answer(429, &refusal("rate_limit"))),
            Some(Trouble::AnswerLost | Trouble::ServerError) | None => {}
        }
        let answered = self.book().answer(&received);
        let meanwhile = locked(&self.meanwhile).take();
        if let Some(happens) = meanwhile {
            happens();
        }
        match trouble {
            Some(Trouble::AnswerLost) => Err(NoResponse::Unknown("the answer was lost".to_owned())),
            Some(Trouble::ServerError) => Ok(answer(500, &json!({"error": {"type": "api_error"}}))),
            _ => Ok(Response {
                status: answered.status,
                headers: answered.headers,
                body: answered.body,
            }),
        }
    }
}

fn received(request: &Request) -> Received {
    let rest = request.url.split_once("://").map_or("", |(_, rest)| rest);
    let target = rest.find('/').map_or("/", |start| &rest[start..]);
    let lower = |(name, value): &(&'static str, String)| (name.to_ascii_lowercase(), value.clone());
    Received {
        method: request.method.to_owned(),
        target: target.to_owned(),
        headers: request.headers.iter().map(lower).collect(),
        body: request.body.clone(),
    }
}

fn answer(status: u16, body: &Value) -> Response {
    let headers = vec![("Request-Id".to_owned(), "req_fake".to_owned())];
    Response { status, headers, body: body.to_string().into_bytes() }
}
