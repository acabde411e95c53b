//! A played Stripe: a book of intents, sessions and refunds behind the paths of API v1, with idempotency keys honoured as
//! Stripe does, and every kind of lost word on command. It decides nothing about our payments.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use paywright::clock::{Clock as _, ManualClock};
use paywright::http::{NoResponse, Request, Response, Transport};
use paywright::secret::Secret;
use paywright::sign::stripe::{SIGNATURE, sign};
use serde_json::{Value, json};

/// The endpoint's secret.
pub const WEBHOOK_SECRET: &str = "whsec_throwaway";
/// The key.
pub const SECRET_KEY: &str = "sk_test_throwaway";
/// For so long an idempotency key is known.
const KEY_SECONDS: i64 = 24 * 60 * 60;

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

#[derive(Clone)]
struct Known {
    form: Vec<(String, String)>,
    answer: (u16, Value),
    at_s: i64,
}

#[derive(Default)]
struct Book {
    objects: BTreeMap<String, Value>,
    keys: BTreeMap<String, Known>,
    trouble: Vec<Trouble>,
    made: u32,
}

/// The provider, on a clock that is set by hand.
pub struct Fake {
    clock: ManualClock,
    book: Mutex<Book>,
}

impl Fake {
    /// An empty book.
    pub fn new(clock: ManualClock) -> Self {
        Fake { clock, book: Mutex::default() }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What shall happen to the next requests, one after the other.
    pub fn will(&self, trouble: &[Trouble]) {
        self.book().trouble = trouble.iter().rev().copied().collect();
    }

    /// All objects of a kind.
    pub fn all(&self, kind: &str) -> Vec<Value> {
        self.book().objects.values().filter(|object| object["object"] == kind).cloned().collect()
    }

    /// Changes an object, as payers and banks do.
    pub fn change(&self, id: &str, changes: Value) {
        change(self.book().objects.get_mut(id).expect("an object of that id"), &changes);
    }

    /// The payer pays, or the bank holds the money: an intent, or a session by a new intent of its own.
    pub fn paid(&self, id: &str) {
        let mut book = self.book();
        let intent = match book.objects[id]["object"] == "checkout.session" {
            false => id.to_owned(),
            true => {
                let session = book.objects[id].clone();
                let form = session["payment_intent_data"].clone();
                let intent = book.intent(session["amount_total"].clone(), &session["currency"]);
                change(book.objects.get_mut(&intent).expect("just made"), &form);
                let done = json!({"status": "complete", "payment_status": "paid", "url": null, "payment_intent": intent});
                change(book.objects.get_mut(id).expect("known above"), &done);
                intent
            }
        };
        let object = book.objects.get_mut(&intent).expect("an intent of that id");
        let amount = object["amount"].clone();
        let done = match object["capture_method"] == "manual" {
            true => json!({"status": "requires_capture", "amount_capturable": amount}),
            false => json!({"status": "succeeded", "amount_received": amount}),
        };
        change(object, &done);
    }

    /// What it would post about an object as it is now.
    pub fn message(&self, event: &str, kind: &str, id: &str) -> (Vec<(String, String)>, Vec<u8>) {
        let object = self.book().objects[id].clone();
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

fn change(object: &mut Value, changes: &Value) {
    for (name, value) in changes.as_object().into_iter().flatten() {
        object[name] = value.clone();
    }
}

impl Transport for Fake {
    fn send(&self, request: &Request) -> Result<Response, NoResponse> {
        let trouble = self.book().trouble.pop();
        let refusal =
            |code: &str| json!({"error": {"type": "invalid_request_error", "code": code}});
        let (status, body) = match trouble {
            Some(Trouble::NotSent) => return Err(NoResponse::NotSent("no connection".to_owned())),
            Some(Trouble::KeyInUse) => (409, refusal("idempotency_key_in_use")),
            Some(Trouble::TooMany) => (429, refusal("rate_limit")),
            _ => self.book().serve(request, self.clock.now().seconds()),
        };
        match trouble {
            Some(Trouble::AnswerLost) => Err(NoResponse::Unknown("the answer was lost".to_owned())),
            Some(Trouble::ServerError) => Ok(answer(500, &json!({"error": {"type": "api_error"}}))),
            _ => Ok(answer(status, &body)),
        }
    }
}

fn answer(status: u16, body: &Value) -> Response {
    let headers = vec![("Request-Id".to_owned(), "req_fake".to_owned())];
    Response { status, headers, body: body.to_string().into_bytes() }
}

fn refuse(status: u16, kind: &str, code: &str) -> (u16, Value) {
    (status, json!({"error": {"type": kind, "code": code}}))
}

impl Book {
    /// Keys first: the answer of the first request that was executed, for a day.
    fn serve(&mut self, request: &Request, now_s: i64) -> (u16, Value) {
        let header = |name: &str| {
            let found = request.headers.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone())
        };
        let rest = request.url.split_once("://").map_or("", |(_, rest)| rest);
        let target = rest.split_once('/').map_or("", |(_, path)| path).to_owned();
        if header("Authorization").as_deref() != Some(&format!("Bearer {SECRET_KEY}")) {
            return refuse(401, "invalid_request_error", "api_key_invalid");
        }
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let text = String::from_utf8_lossy(&request.body);
        let form = pairs(if request.method == "GET" { query } else { &text });
        let Some(key) = header("Idempotency-Key") else {
            return self.execute(request.method, path, &form);
        };
        let key = format!("{path} {key}");
        match self.keys.get(&key).filter(|known| now_s - known.at_s < KEY_SECONDS) {
            Some(known) if known.form == form => known.answer.clone(),
            Some(_) => refuse(400, "idempotency_error", ""),
            None => {
                let answer = self.execute(request.method, path, &form);
                self.keys.insert(key, Known { form, answer: answer.clone(), at_s: now_s });
                answer
            }
        }
    }

    fn execute(&mut self, method: &str, path: &str, form: &[(String, String)]) -> (u16, Value) {
        let parts: Vec<&str> = path.split('/').collect();
        match (method, parts.as_slice()) {
            ("POST", ["v1", "payment_intents"]) => {
                let id = self.intent(number(form, "amount"), &value(form, "currency"));
                let given = json!({"metadata": labels(form, "metadata"), "capture_method": value(form, "capture_method")});
                change(self.objects.get_mut(&id).expect("just made"), &given);
                self.shown(&id)
            }
            ("POST", ["v1", "checkout", "sessions"]) => self.session(form),
            ("POST", ["v1", "refunds"]) => self.refund(form),
            ("GET", ["v1", "refunds"]) => {
                let of = value(form, "payment_intent");
                let refunds = self.objects.values().filter(|object| object["object"] == "refund");
                let data: Vec<_> =
                    refunds.filter(|refund| refund["payment_intent"] == of).collect();
                (200, json!({"object": "list", "has_more": false, "data": data}))
            }
            ("GET", ["v1", "payment_intents", id] | ["v1", "checkout", "sessions", id]) => {
                self.shown(id)
            }
            ("POST", ["v1", "checkout", "sessions", id, "expire"]) => {
                self.moved(id, &["open"], json!({"status": "expired", "url": null}))
            }
            ("POST", ["v1", "payment_intents", id, "cancel"]) => {
                let from = ["requires_payment_method", "requires_action", "requires_capture"];
                self.moved(id, &from, json!({"status": "canceled", "amount_capturable": 0}))
            }
            ("POST", ["v1", "payment_intents", id, "capture"]) => {
                let amount = number(form, "amount_to_capture");
                let done = json!({"status": "succeeded", "amount_received": amount, "amount_capturable": 0});
                self.moved(id, &["requires_capture"], done)
            }
            _ => refuse(404, "invalid_request_error", "url_invalid"),
        }
    }

    fn next(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}_{}", self.made)
    }

    fn intent(&mut self, amount: Value, currency: &Value) -> String {
        let id = self.next("pi");
        let intent = json!({
            "id": id, "object": "payment_intent", "livemode": false, "amount": amount,
            "amount_received": 0, "amount_capturable": 0, "currency": currency,
            "status": "requires_payment_method", "client_secret": format!("{id}_secret_throwaway"),
        });
        self.objects.insert(id.clone(), intent);
        id
    }

    fn session(&mut self, form: &[(String, String)]) -> (u16, Value) {
        let id = self.next("cs_test");
        let of =
            |name: &str, line: usize| number(form, &format!("line_items[{line}]{name}")).as_i64();
        let price = |line| Some(of("[price_data][unit_amount]", line)? * of("[quantity]", line)?);
        let total: i64 = (0..).map_while(price).sum();
        let session = json!({
            "id": id, "object": "checkout.session", "livemode": false, "mode": "payment",
            "status": "open", "payment_status": "unpaid", "amount_total": total,
            "currency": value(form, "line_items[0][price_data][currency]"), "payment_intent": null,
            "url": format!("https://checkout.stripe.com/c/pay/{id}"), "metadata": labels(form, "metadata"),
            "payment_intent_data": {
                "metadata": labels(form, "payment_intent_data[metadata]"),
                "capture_method": value(form, "payment_intent_data[capture_method]"),
            },
        });
        self.objects.insert(id.clone(), session);
        self.shown(&id)
    }

    fn refund(&mut self, form: &[(String, String)]) -> (u16, Value) {
        let (of, amount) = (value(form, "payment_intent"), number(form, "amount"));
        let intent = of.as_str().and_then(|id| self.objects.get(id));
        let Some(received) = intent.and_then(|intent| intent["amount_received"].as_i64()) else {
            return refuse(404, "invalid_request_error", "resource_missing");
        };
        let earlier =
            self.objects.values().filter(|o| o["object"] == "refund" && o["payment_intent"] == of);
        let back: i64 = earlier.filter_map(|refund| refund["amount"].as_i64()).sum();
        if back + amount.as_i64().unwrap_or(i64::MAX / 2) > received {
            return refuse(400, "invalid_request_error", "charge_already_refunded");
        }
        let currency = intent.map(|intent| intent["currency"].clone());
        let id = self.next("re");
        let refund = json!({
            "id": id, "object": "refund", "payment_intent": of, "amount": amount, "currency": currency,
            "status": "succeeded", "metadata": labels(form, "metadata"),
        });
        self.objects.insert(id.clone(), refund);
        self.shown(&id)
    }

    fn moved(&mut self, id: &str, from: &[&str], to: Value) -> (u16, Value) {
        let Some(object) = self.objects.get_mut(id) else {
            return refuse(404, "invalid_request_error", "resource_missing");
        };
        if !from.iter().any(|status| object["status"] == *status) {
            if object["object"] == "checkout.session" {
                return refuse(400, "invalid_request_error", "");
            }
            let code = "payment_intent_unexpected_state";
            let shown = object.clone();
            return (
                400,
                json!({"error": {"type": "invalid_request_error", "code": code, "payment_intent": shown}}),
            );
        }
        change(object, &to);
        self.shown(id)
    }

    /// An object; a session with its intent inside, as we always ask for it.
    fn shown(&self, id: &str) -> (u16, Value) {
        let Some(object) = self.objects.get(id) else {
            return refuse(404, "invalid_request_error", "resource_missing");
        };
        let mut object = object.clone();
        let intent = object["payment_intent"].as_str().and_then(|id| self.objects.get(id));
        if let Some(intent) = intent.filter(|_| object["object"] == "checkout.session") {
            object["payment_intent"] = intent.clone();
        }
        (200, object)
    }
}

fn value(form: &[(String, String)], name: &str) -> Value {
    form.iter().find(|(known, _)| known == name).map_or(Value::Null, |(_, value)| json!(value))
}

fn number(form: &[(String, String)], name: &str) -> Value {
    value(form, name)
        .as_str()
        .and_then(|text| text.parse::<i64>().ok())
        .map_or(Value::Null, Value::from)
}

fn labels(form: &[(String, String)], place: &str) -> Value {
    let inside = |name: &str| {
        let rest = name.strip_prefix(place)?.strip_prefix('[')?.strip_suffix(']')?;
        Some(rest.to_owned())
    };
    let found = form.iter().filter_map(|(name, value)| Some((inside(name)?, json!(value))));
    Value::Object(found.collect())
}

fn pairs(form: &str) -> Vec<(String, String)> {
    let given = form.split('&').filter_map(|pair| pair.split_once('='));
    given.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let (code, rest) = piece.split_at_checked(2).unwrap_or(("", piece));
        bytes.extend(u8::from_str_radix(code, 16).ok());
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
