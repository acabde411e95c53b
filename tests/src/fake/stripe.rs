//! A played Stripe: Payment Intents and Refunds of API v1, with idempotency keys that bring back the first answer word for
//! word, as its documents say. It knows one account and no cards: whoever pays, pays.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::server::{Answered, Received};
use super::{PaymentOnBook, Provider, RefundOnBook, Standing};

type Form = BTreeMap<String, String>;
type Said = Result<Value, (u16, Value)>;

#[derive(Clone, Debug)]
struct Intent {
    id: String,
    label: String,
    currency: String,
    manual: bool,
    amount: i64,
    received: i64,
    status: &'static str,
}

#[derive(Clone, Debug)]
struct Refund {
    id: String,
    intent: String,
    labels: Value,
    currency: String,
    amount: i64,
    paid: bool,
}

/// The provider.
#[derive(Clone, Debug, Default)]
pub struct Stripe {
    intents: Vec<Intent>,
    refunds: Vec<Refund>,
    /// What each idempotency key was first used for, and what was answered.
    keys: BTreeMap<String, (Vec<u8>, u16, Value)>,
    refunds_wait: bool,
}

impl Stripe {
    fn pay(&mut self, form: &Form) -> Said {
        let intent = Intent {
            id: format!("pi_throwaway{:04}", self.intents.len() + 1),
            label: text(form, "metadata[payment_id]"),
            currency: text(form, "currency"),
            manual: text(form, "capture_method") == "manual",
            amount: whole(form, "amount"),
            received: 0,
            status: "requires_payment_method",
        };
        let said = intent.to_json();
        self.intents.push(intent);
        Ok(said)
    }

    fn intent(&mut self, id: &str) -> Result<&mut Intent, (u16, Value)> {
        self.intents.iter_mut().find(|intent| intent.id == id).ok_or_else(missing)
    }

    fn refund(&mut self, form: &Form) -> Said {
        let id = text(form, "payment_intent");
        let back: i64 =
            self.refunds.iter().filter(|known| known.intent == id).map(|known| known.amount).sum();
        let paid = !self.refunds_wait;
        let intent = self.intent(&id)?;
        let amount = whole(form, "amount");
        if back + amount > intent.received {
            return Err((400, trouble("charge_already_refunded", None)));
        }
        let refund = Refund {
            currency: intent.currency.clone(),
            id: format!("re_throwaway{:04}", self.refunds.len() + 1),
            intent: id,
            labels: json!({
                "refund_id": text(form, "metadata[refund_id]"),
                "payment_id": text(form, "metadata[payment_id]"),
            }),
            amount,
            paid,
        };
        let said = refund.to_json();
        self.refunds.push(refund);
        Ok(said)
    }

    fn act(&mut self, request: &Received) -> Said {
        let form = form(&String::from_utf8_lossy(&request.body));
        let path: Vec<_> = request.path().trim_start_matches('/').split('/').collect();
        match (request.method.as_str(), &path[..]) {
            ("POST", ["v1", "payment_intents"]) => self.pay(&form),
            ("GET", ["v1", "payment_intents", id]) => self.intent(id).map(|known| known.to_json()),
            ("POST", ["v1", "payment_intents", id, "capture"]) => {
                self.intent(id)?.capture(whole(&form, "amount_to_capture"))
            }
            ("POST", ["v1", "payment_intents", id, "cancel"]) => self.intent(id)?.cancel(),
            ("POST", ["v1", "refunds"]) => self.refund(&form),
            ("GET", ["v1", "refunds"]) => {
                let query = request.target.split_once('?').map_or("", |(_, query)| query);
                let of = text(&self::form(query), "payment_intent");
                let known = self.refunds.iter().filter(|refund| refund.intent == of);
                Ok(json!({"object": "list", "has_more": false,
                    "data": known.map(Refund::to_json).collect::<Vec<_>>()}))
            }
            _ => Err((404, trouble("resource_missing", None))),
        }
    }
}

impl Intent {
    fn to_json(&self) -> Value {
        let held = if self.status == "requires_capture" { self.amount } else { 0 };
        json!({
            "id": self.id, "object": "payment_intent", "livemode": false, "status": self.status,
            "amount": self.amount, "amount_received": self.received, "amount_capturable": held,
            "currency": self.currency, "client_secret": format!("{}_secret_throwaway", self.id),
            "metadata": {"payment_id": self.label},
        })
    }

    fn elsewhere(&self) -> (u16, Value) {
        (400, trouble("payment_intent_unexpected_state", Some(self.to_json())))
    }

    fn capture(&mut self, amount: i64) -> Said {
        if self.status != "requires_capture" {
            return Err(self.elsewhere());
        }
        (self.status, self.received) = ("succeeded", amount);
        Ok(self.to_json())
    }

    fn cancel(&mut self) -> Said {
        if matches!(self.status, "succeeded" | "canceled") {
            return Err(self.elsewhere());
        }
        self.status = "canceled";
        Ok(self.to_json())
    }
}

impl Refund {
    fn to_json(&self) -> Value {
        json!({
            "id": self.id, "object": "refund", "amount": self.amount, "currency": self.currency,
            "payment_intent": self.intent, "metadata": self.labels,
            "status": if self.paid { "succeeded" } else { "pending" },
        })
    }
}

fn trouble(code: &str, intent: Option<Value>) -> Value {
    json!({"error": {"type": "invalid_request_error", "code": code, "payment_intent": intent}})
}

fn missing() -> (u16, Value) {
    (404, trouble("resource_missing", None))
}

fn answered(status: u16, body: &Value) -> Answered {
    Answered::json(status, body.to_string()).with("Request-Id", "req_throwaway")
}

fn text(form: &Form, name: &str) -> String {
    form.get(name).cloned().unwrap_or_default()
}

fn whole(form: &Form, name: &str) -> i64 {
    text(form, name).parse().unwrap_or(0)
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
            ("GET", ["v1", "refunds"]) => "query_refund",
            _ => "other",
        }
    }

    fn answer(&mut self, request: &Received) -> Answered {
        let key = request.header("idempotency-key").map(str::to_owned);
        if let Some((body, status, said)) = key.as_ref().and_then(|key| self.keys.get(key)) {
            return match *body == request.body {
                true => answered(*status, said),
                false => answered(400, &json!({"error": {"type": "idempotency_error"}})),
            };
        }
        let (status, said) = match self.act(request) {
            Ok(said) => (200, said),
            Err((status, said)) => (status, said),
        };
        if let Some(key) = key {
            self.keys.insert(key, (request.body.clone(), status, said.clone()));
        }
        answered(status, &said)
    }

    fn not_found(&self, request: &Received) -> Answered {
        match self.verb(request) {
            "query_refund" => answered(200, &json!({"data": [], "has_more": false})),
            _ => answered(404, &trouble("resource_missing", None)),
        }
    }

    fn payments(&self) -> Vec<PaymentOnBook> {
        let on_book = |intent: &Intent| PaymentOnBook {
            intent: intent.label.clone(),
            standing: match intent.status {
                "requires_capture" => Standing::Held,
                "succeeded" => Standing::Collected,
                "canceled" => Standing::Over,
                _ => Standing::Open,
            },
            collected: intent.received,
        };
        self.intents.iter().map(on_book).collect()
    }

    fn refunds(&self) -> Vec<RefundOnBook> {
        let on_book = |refund: &Refund| RefundOnBook {
            intent: refund.labels["refund_id"].as_str().unwrap_or_default().to_owned(),
            amount: refund.amount,
            paid: refund.paid,
        };
        self.refunds.iter().map(on_book).collect()
    }

    fn payer_pays(&mut self) {
        for intent in self.intents.iter_mut().filter(|i| i.status == "requires_payment_method") {
            (intent.status, intent.received) = match intent.manual {
                true => ("requires_capture", 0),
                false => ("succeeded", intent.amount),
            };
        }
    }

    fn refunds_wait(&mut self) {
        self.refunds_wait = true;
    }

    fn refunds_arrive(&mut self) {
        self.refunds.iter_mut().for_each(|refund| refund.paid = true);
    }

    fn remembered(&self) -> Box<dyn Provider> {
        Box::new(self.clone())
    }
}
