//! A played Stripe: a book of intents, sessions and refunds behind the paths of API v1, with idempotency keys that bring
//! back the first answer word for word, for a day, as its documents say. It knows one account and no cards: whoever pays,
//! pays.

use std::collections::BTreeMap;

use paywright::clock::{Clock as _, ManualClock};
use serde_json::{Value, json};

use super::server::{Answered, Received};
use super::{PaymentOnBook, Provider, RefundOnBook, Standing};

/// The account's key.
pub const SECRET_KEY: &str = "sk_test_throwaway";
/// For so long an idempotency key is known.
const KEY_SECONDS: i64 = 24 * 60 * 60;

type Form = BTreeMap<String, String>;
/// A status, and the body with it.
type Said = (u16, Value);

#[derive(Clone, Debug)]
struct Known {
    form: Form,
    answer: Said,
    at_s: i64,
}

/// The provider, on a clock that is set by hand.
#[derive(Clone)]
pub struct Stripe {
    clock: ManualClock,
    objects: BTreeMap<String, Value>,
    /// What each idempotency key was first used for, and what was answered.
    keys: BTreeMap<String, Known>,
    /// The ids of refunds, the oldest first.
    refunds: Vec<String>,
    made: u32,
    refunds_wait: bool,
}

impl Stripe {
    /// An empty book.
    pub fn new(clock: &ManualClock) -> Self {
        Stripe {
            clock: clock.clone(),
            objects: BTreeMap::new(),
            keys: BTreeMap::new(),
            refunds: Vec::new(),
            made: 0,
            refunds_wait: false,
        }
    }

    /// All objects of a kind.
    pub fn all(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.objects.values().filter(move |object| object["object"] == kind)
    }

    /// An object as it is now.
    pub fn object(&self, id: &str) -> &Value {
        &self.objects[id]
    }

    /// Changes an object, as payers and banks do.
    pub fn change(&mut self, id: &str, changes: &Value) {
        let object = self.objects.get_mut(id).expect("an object of that id");
        for (name, value) in changes.as_object().into_iter().flatten() {
            object[name] = value.clone();
        }
    }

    /// The payer pays, or the bank holds the money: an intent, or a session by a new intent of its own.
    pub fn paid(&mut self, id: &str) {
        let intent = match self.objects[id]["object"] == "checkout.session" {
            false => id.to_owned(),
            true => {
                let session = self.objects[id].clone();
                let intent = self.intent(&session["amount_total"], &session["currency"]);
                self.change(&intent, &session["payment_intent_data"]);
                let done = json!({"status": "complete", "payment_status": "paid", "url": null, "payment_intent": intent});
                self.change(id, &done);
                intent
            }
        };
        let (object, amount) = (&self.objects[&intent], self.objects[&intent]["amount"].clone());
        let done = match object["capture_method"] == "manual" {
            true => json!({"status": "requires_capture", "amount_capturable": amount}),
            false => json!({"status": "succeeded", "amount_received": amount}),
        };
        self.change(&intent, &done);
    }

    /// A refund that is made in its dashboard: it bears no label of ours.
    pub fn refund_by_hand(&mut self, intent: &str, amount: i64) -> String {
        let form = [("payment_intent", intent.to_owned()), ("amount", amount.to_string())];
        let form = form.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let (_, refund) = self.refund(&form);
        refund["id"].as_str().expect("money to pay back").to_owned()
    }

    /// Keys first: the answer of the first request that was executed, for a day.
    fn serve(&mut self, request: &Received) -> Said {
        if request.header("authorization") != Some(&format!("Bearer {SECRET_KEY}")) {
            return refuse(401, "invalid_request_error", "api_key_invalid");
        }
        let path = request.path().trim_start_matches('/').to_owned();
        let query = request.target.split_once('?').map_or("", |(_, query)| query);
        let text = String::from_utf8_lossy(&request.body);
        let form = form(if request.method == "GET" { query } else { &text });
        let Some(key) = request.header("idempotency-key") else {
            return self.execute(&request.method, &path, &form);
        };
        let (key, now_s) = (format!("{path} {key}"), self.clock.now().seconds());
        match self.keys.get(&key).filter(|known| now_s - known.at_s < KEY_SECONDS) {
            Some(known) if known.form == form => known.answer.clone(),
            Some(_) => refuse(400, "idempotency_error", ""),
            None => {
                let answer = self.execute(&request.method, &path, &form);
                self.keys.insert(key, Known { form, answer: answer.clone(), at_s: now_s });
                answer
            }
        }
    }

    fn execute(&mut self, method: &str, path: &str, form: &Form) -> Said {
        let parts: Vec<&str> = path.split('/').collect();
        match (method, parts.as_slice()) {
            ("POST", ["v1", "payment_intents"]) => {
                let id = self.intent(&number(form, "amount"), &value(form, "currency"));
                let given = json!({"metadata": labels(form, "metadata"), "capture_method": value(form, "capture_method")});
                self.change(&id, &given);
                self.shown(&id)
            }
            ("POST", ["v1", "checkout", "sessions"]) => self.session(form),
            ("POST", ["v1", "refunds"]) => self.refund(form),
            ("GET", ["v1", "refunds"]) => self.page_of_refunds(form),
            (
                "GET",
                ["v1", "payment_intents" | "refunds", id] | ["v1", "checkout", "sessions", id],
            ) => self.shown(id),
            ("POST", ["v1", "checkout", "sessions", id, "expire"]) => {
                self.moved(id, &["open"], &json!({"status": "expired", "url": null}))
            }
            ("POST", ["v1", "payment_intents", id, "cancel"]) => {
                let from = ["requires_payment_method", "requires_action", "requires_capture"];
                self.moved(id, &from, &json!({"status": "canceled", "amount_capturable": 0}))
            }
            ("POST", ["v1", "payment_intents", id, "capture"]) => {
                let amount = number(form, "amount_to_capture");
                let done = json!({"status": "succeeded", "amount_received": amount, "amount_capturable": 0});
                self.moved(id, &["requires_capture"], &done)
            }
            _ => refuse(404, "invalid_request_error", "url_invalid"),
        }
    }

    fn next(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}_{}", self.made)
    }

    fn intent(&mut self, amount: &Value, currency: &Value) -> String {
        let id = self.next("pi");
        let intent = json!({
            "id": id, "object": "payment_intent", "livemode": false, "amount": amount,
            "amount_received": 0, "amount_capturable": 0, "currency": currency,
            "status": "requires_payment_method", "client_secret": format!("{id}_secret_throwaway"),
        });
        self.objects.insert(id.clone(), intent);
        id
    }

    fn session(&mut self, form: &Form) -> Said {
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

    fn refund(&mut self, form: &Form) -> Said {
        let (of, amount) = (value(form, "payment_intent"), number(form, "amount"));
        let intent = of.as_str().and_then(|id| self.objects.get(id)).cloned();
        let Some(intent) = intent else {
            return refuse(404, "invalid_request_error", "resource_missing");
        };
        let stands =
            |refund: &&Value| refund["payment_intent"] == of && refund["status"] != "failed";
        let back: i64 =
            self.all("refund").filter(stands).filter_map(|refund| refund["amount"].as_i64()).sum();
        let received = intent["amount_received"].as_i64().unwrap_or(0);
        if back + amount.as_i64().unwrap_or(i64::MAX / 2) > received {
            return refuse(400, "invalid_request_error", "charge_already_refunded");
        }
        let id = self.next("re");
        let refund = json!({
            "id": id, "object": "refund", "payment_intent": of, "amount": amount,
            "currency": intent["currency"], "metadata": labels(form, "metadata"),
            "status": if self.refunds_wait { "pending" } else { "succeeded" },
        });
        self.objects.insert(id.clone(), refund);
        self.refunds.push(id.clone());
        self.shown(&id)
    }

    /// The newest first, as many as are asked for, behind the one that is named.
    fn page_of_refunds(&self, form: &Form) -> Said {
        let of = value(form, "payment_intent");
        let newest = self.refunds.iter().rev().map(|id| &self.objects[id]);
        let ours: Vec<_> = newest.filter(|refund| refund["payment_intent"] == of).collect();
        let behind = match form.get("starting_after") {
            None => 0,
            Some(id) => match ours.iter().position(|refund| refund["id"] == id.as_str()) {
                Some(place) => place + 1,
                None => return refuse(400, "invalid_request_error", "resource_missing"),
            },
        };
        let limit = number(form, "limit").as_u64().unwrap_or(10).clamp(1, 100) as usize;
        let page: Vec<_> = ours.iter().skip(behind).take(limit).collect();
        let has_more = ours.len() > behind + page.len();
        (200, json!({"object": "list", "has_more": has_more, "data": page}))
    }

    fn moved(&mut self, id: &str, from: &[&str], to: &Value) -> Said {
        let Some(object) = self.objects.get(id) else {
            return refuse(404, "invalid_request_error", "resource_missing");
        };
        if !from.iter().any(|status| object["status"] == *status) {
            if object["object"] == "checkout.session" {
                return refuse(400, "invalid_request_error", "");
            }
            let code = "payment_intent_unexpected_state";
            let error =
                json!({"type": "invalid_request_error", "code": code, "payment_intent": object});
            return (400, json!({ "error": error }));
        }
        self.change(id, to);
        self.shown(id)
    }

    /// An object; a session with its intent inside, as we always ask for it.
    fn shown(&self, id: &str) -> Said {
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

fn refuse(status: u16, kind: &str, code: &str) -> Said {
    (status, json!({"error": {"type": kind, "code": code}}))
}

fn answered((status, body): &Said) -> Answered {
    Answered::json(*status, body.to_string()).with("Request-Id", "req_throwaway")
}

fn value(form: &Form, name: &str) -> Value {
    form.get(name).map_or(Value::Null, |value| json!(value))
}

fn number(form: &Form, name: &str) -> Value {
    form.get(name).and_then(|text| text.parse::<i64>().ok()).map_or(Value::Null, Value::from)
}

fn labels(form: &Form, place: &str) -> Value {
    let inside = |name: &str| {
        let rest = name.strip_prefix(place)?.strip_prefix('[')?.strip_suffix(']')?;
        Some(rest.to_owned())
    };
    Value::Object(form.iter().filter_map(|(name, v)| Some((inside(name)?, json!(v)))).collect())
}

/// The members of a form.
pub fn form(text: &str) -> Form {
    let member = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (plain(name), plain(value))
    };
    text.split('&').filter(|pair| !pair.is_empty()).map(member).collect()
}

/// Text without the escapes of a form.
fn plain(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        let digit = |byte: Option<u8>| (byte.unwrap_or(b'0') as char).to_digit(16).unwrap_or(0);
        out.push(match byte {
            b'+' => b' ',
            b'%' => (digit(bytes.next()) * 16 + digit(bytes.next())) as u8,
            byte => byte,
        });
    }
    String::from_utf8_lossy(&out).into_owned()
}

impl Provider for Stripe {
    fn verb(&self, request: &Received) -> &'static str {
        let path: Vec<_> = request.path().trim_start_matches('/').split('/').collect();
        match (request.method.as_str(), &path[..]) {
            ("POST", ["v1", "payment_intents"]) => "pay",
            ("GET", ["v1", "payment_intents", _]) => "query",
            ("POST", ["v1", "payment_intents", _, "capture"]) => "capture",
            ("POST", ["v1", "payment_intents", _, "cancel"]) => "cancel",
            ("POST", ["v1", "refunds"]) => "refund",
            ("GET", ["v1", "refunds"] | ["v1", "refunds", _]) => "query_refund",
            _ => "other",
        }
    }

    fn answer(&mut self, request: &Received) -> Answered {
        answered(&self.serve(request))
    }

    fn not_found(&self, request: &Received) -> Answered {
        match request.path() {
            "/v1/refunds" => answered(&(200, json!({"data": [], "has_more": false}))),
            _ => answered(&refuse(404, "invalid_request_error", "resource_missing")),
        }
    }

    fn payments(&self) -> Vec<PaymentOnBook> {
        let on_book = |intent: &Value| PaymentOnBook {
            intent: intent["metadata"]["payment_id"].as_str().unwrap_or_default().to_owned(),
            standing: match intent["status"].as_str() {
                Some("requires_capture") => Standing::Held,
                Some("succeeded") => Standing::Collected,
                Some("canceled") => Standing::Over,
                _ => Standing::Open,
            },
            collected: intent["amount_received"].as_i64().unwrap_or(0),
        };
        self.all("payment_intent").map(on_book).collect()
    }

    fn refunds(&self) -> Vec<RefundOnBook> {
        let on_book = |refund: &Value| RefundOnBook {
            intent: refund["metadata"]["refund_id"].as_str().unwrap_or_default().to_owned(),
            amount: refund["amount"].as_i64().unwrap_or(0),
            paid: refund["status"] == "succeeded",
        };
        self.all("refund").map(on_book).collect()
    }

    fn payer_pays(&mut self) {
        let open = |intent: &&Value| intent["status"] == "requires_payment_method";
        let ids = self.all("payment_intent").filter(open).map(|intent| intent["id"].clone());
        for id in ids.collect::<Vec<_>>() {
            self.paid(id.as_str().unwrap_or_default());
        }
    }

    fn refunds_wait(&mut self) {
        self.refunds_wait = true;
    }

    fn refunds_arrive(&mut self) {
        for id in self.refunds.clone() {
            self.change(&id, &json!({"status": "succeeded"}));
        }
    }

    fn remembered(&self) -> Box<dyn Provider> {
        Box::new(self.clone())
    }
}
