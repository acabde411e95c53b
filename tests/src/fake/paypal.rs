//! PayPal, played: tokens, orders, captures, holds and refunds with a book of its own, as its protocol document has them. It
//! signs no webhooks: nobody but PayPal has a certificate of PayPal's.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::server::{Answered, Received};
use super::{PaymentOnBook, Provider, RefundOnBook, Standing};

const TOKEN: &str = "throwaway-access-token";

/// What a request comes to: status and body, or status and issue.
type Said = Result<(u16, Value), (u16, &'static str)>;

/// Money that moved, is held or went back.
#[derive(Clone, Debug)]
struct Movement {
    id: String,
    status: &'static str,
    minor: i64,
    custom_id: String,
}

#[derive(Clone, Debug)]
struct Order {
    id: String,
    /// `CAPTURE` or `AUTHORIZE`.
    intent: String,
    status: &'static str,
    custom_id: String,
    minor: i64,
    captures: Vec<Movement>,
    authorizations: Vec<Movement>,
    refunds: Vec<Movement>,
}

/// The provider.
#[derive(Clone, Debug, Default)]
pub struct PayPal {
    orders: Vec<Order>,
    /// What each `PayPal-Request-Id` did: the path, and the number of the thing that it made.
    requests: BTreeMap<String, (String, String)>,
    refunds_wait: bool,
    numbers: u32,
}

impl PayPal {
    fn number(&mut self, kind: &str) -> String {
        self.numbers += 1;
        format!("{kind}{:013}", self.numbers)
    }

    fn order(&mut self, id: &str) -> Result<&mut Order, (u16, &'static str)> {
        self.orders.iter_mut().find(|order| order.id == id).ok_or((404, "INVALID_RESOURCE_ID"))
    }

    fn order_with(
        &mut self,
        id: &str,
        list: fn(&Order) -> &Vec<Movement>,
    ) -> Result<&mut Order, (u16, &'static str)> {
        let holds = |order: &&mut Order| list(order).iter().any(|movement| movement.id == id);
        self.orders.iter_mut().find(holds).ok_or((404, "INVALID_RESOURCE_ID"))
    }

    fn create(&mut self, asked: &Value) -> Said {
        let unit = &asked["purchase_units"][0];
        let order = Order {
            id: self.number("ORD"),
            intent: text(&asked["intent"])?,
            status: "PAYER_ACTION_REQUIRED",
            custom_id: text(&unit["custom_id"])?,
            minor: minor(&unit["amount"])?,
            captures: Vec::new(),
            authorizations: Vec::new(),
            refunds: Vec::new(),
        };
        let said = order.to_json();
        self.orders.push(order);
        Ok((201, said))
    }

    fn carry_out(&mut self, id: &str, verb: &str) -> Said {
        let number = self.number("MOV");
        let order = self.order(id)?;
        match (order.status, order.intent.as_str(), verb) {
            ("COMPLETED", _, _) => return Err((422, "ORDER_ALREADY_CAPTURED")),
            ("APPROVED", "CAPTURE", "capture") => order.captures.push(Movement {
                id: number,
                status: "COMPLETED",
                minor: order.minor,
                custom_id: order.custom_id.clone(),
            }),
            ("APPROVED", "AUTHORIZE", "authorize") => order.authorizations.push(Movement {
                id: number,
                status: "CREATED",
                minor: order.minor,
                custom_id: order.custom_id.clone(),
            }),
            ("APPROVED", ..) => return Err((422, "ACTION_DOES_NOT_MATCH_INTENT")),
            _ => return Err((422, "ORDER_NOT_APPROVED")),
        }
        order.status = "COMPLETED";
        Ok((201, order.to_json()))
    }

    fn capture_hold(&mut self, id: &str, asked: &Value) -> Said {
        let number = self.number("CAP");
        let order = self.order_with(id, |order| &order.authorizations)?;
        let amount = minor(&asked["amount"])?;
        let custom_id = order.custom_id.clone();
        let Some(hold) = order.authorizations.iter_mut().find(|hold| hold.id == id) else {
            return Err((404, "INVALID_RESOURCE_ID"));
        };
        match hold.status {
            "CREATED" if amount <= hold.minor => hold.status = "CAPTURED",
            "CREATED" => return Err((422, "MAX_CAPTURE_AMOUNT_EXCEEDED")),
            "VOIDED" => return Err((422, "AUTHORIZATION_VOIDED")),
            _ => return Err((422, "AUTHORIZATION_ALREADY_CAPTURED")),
        }
        let capture = Movement { id: number, status: "COMPLETED", minor: amount, custom_id };
        let said = capture.to_json();
        order.captures.push(capture);
        Ok((201, said))
    }

    fn void_hold(&mut self, id: &str) -> Said {
        let order = self.order_with(id, |order| &order.authorizations)?;
        for hold in order.authorizations.iter_mut().filter(|hold| hold.id == id) {
            match hold.status {
                "CREATED" => hold.status = "VOIDED",
                "VOIDED" => return Err((422, "PREVIOUSLY_VOIDED")),
                _ => return Err((422, "PREVIOUSLY_CAPTURED")),
            }
        }
        Ok((204, Value::Null))
    }

    fn refund(&mut self, capture: &str, asked: &Value) -> Said {
        let status = if self.refunds_wait { "PENDING" } else { "COMPLETED" };
        let id = self.number("REF");
        let custom_id = text(&asked["custom_id"])?;
        if self.orders.iter().flat_map(|order| &order.refunds).any(|r| r.custom_id == custom_id) {
            return Err((422, "DUPLICATE_INVOICE_ID"));
        }
        let order = self.order_with(capture, |order| &order.captures)?;
        let minor = minor(&asked["amount"])?;
        let back: i64 = order.refunds.iter().map(|refund| refund.minor).sum();
        let collected: i64 = order.captures.iter().map(|capture| capture.minor).sum();
        if back + minor > collected {
            return Err((422, "REFUND_AMOUNT_EXCEEDED"));
        }
        let refund = Movement { id, status, minor, custom_id };
        let said = refund.to_json();
        order.refunds.push(refund);
        Ok((201, said))
    }

    /// What an idempotency key did before, as it is now.
    fn repeated(&mut self, request: &Received) -> Option<Said> {
        let (path, number) = self.requests.get(request.header("paypal-request-id")?)?.clone();
        if path != request.path() {
            return Some(Err((422, "DUPLICATE_REQUEST_ID")));
        }
        let of = |order: &Order| {
            let movements =
                order.captures.iter().chain(&order.authorizations).chain(&order.refunds);
            let mut found = movements.filter(|movement| movement.id == number);
            found.next().map(Movement::to_json).or((order.id == number).then(|| order.to_json()))
        };
        self.orders.iter().find_map(of).map(|said| Ok((200, said)))
    }

    fn act(&mut self, request: &Received) -> Said {
        let asked: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let path: Vec<_> = request.path().trim_start_matches('/').split('/').collect();
        if path == ["v1", "oauth2", "token"] {
            return Ok((200, json!({"access_token": TOKEN, "expires_in": 32_400})));
        }
        if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return Err((401, "AUTHENTICATION_FAILURE"));
        }
        if let Some(said) = self.repeated(request) {
            return said;
        }
        let said = match (request.method.as_str(), path.as_slice()) {
            ("POST", ["v2", "checkout", "orders"]) => self.create(&asked),
            ("GET", ["v2", "checkout", "orders", id]) => self.order(id).map(|o| (200, o.to_json())),
            ("POST", ["v2", "checkout", "orders", id, verb]) => self.carry_out(id, verb),
            ("POST", ["v2", "payments", "authorizations", id, "capture"]) => {
                self.capture_hold(id, &asked)
            }
            ("POST", ["v2", "payments", "authorizations", id, "void"]) => self.void_hold(id),
            ("POST", ["v2", "payments", "captures", id, "refund"]) => self.refund(id, &asked),
            _ => Err((404, "INVALID_RESOURCE_ID")),
        }?;
        if let (Some(key), Some(id)) = (request.header("paypal-request-id"), said.1["id"].as_str())
        {
            self.requests.insert(key.to_owned(), (request.path().to_owned(), id.to_owned()));
        }
        Ok(said)
    }
}

fn text(value: &Value) -> Result<String, (u16, &'static str)> {
    value.as_str().map(str::to_owned).ok_or((400, "MISSING_REQUIRED_PARAMETER"))
}

/// Dollars as PayPal writes them, with exactly two places.
fn minor(amount: &Value) -> Result<i64, (u16, &'static str)> {
    let digits = amount["value"].as_str().and_then(|value| {
        let (whole, cents) = value.split_once('.')?;
        (cents.len() == 2).then(|| format!("{whole}{cents}"))
    });
    digits.and_then(|digits| digits.parse().ok()).ok_or((400, "INVALID_PARAMETER_SYNTAX"))
}

fn dollars(minor: i64) -> Value {
    json!({"currency_code": "USD", "value": format!("{}.{:02}", minor / 100, minor % 100)})
}

impl Movement {
    fn to_json(&self) -> Value {
        let Movement { id, status, minor, custom_id } = self;
        json!({
            "id": id, "status": status, "amount": dollars(*minor),
            "custom_id": custom_id, "invoice_id": custom_id,
        })
    }
}

impl Order {
    fn to_json(&self) -> Value {
        let Order { id, intent, status, custom_id, minor, .. } = self;
        let list = |movements: &[Movement]| -> Vec<_> {
            movements.iter().map(Movement::to_json).collect()
        };
        json!({
            "id": id, "intent": intent, "status": status,
            "purchase_units": [{
                "reference_id": "default", "custom_id": custom_id, "amount": dollars(*minor),
                "payments": {
                    "captures": list(&self.captures),
                    "authorizations": list(&self.authorizations),
                    "refunds": list(&self.refunds),
                },
            }],
            "links": [{
                "rel": "payer-action", "method": "GET",
                "href": format!("https://www.sandbox.paypal.com/checkoutnow?token={id}"),
            }],
        })
    }
}

fn problem(status: u16, issue: &str) -> Answered {
    let name = match status {
        401 => "AUTHENTICATION_FAILURE",
        404 => "RESOURCE_NOT_FOUND",
        422 => "UNPROCESSABLE_ENTITY",
        _ => "INVALID_REQUEST",
    };
    let body = json!({"name": name, "debug_id": "played", "details": [{"issue": issue}]});
    Answered::json(status, body.to_string())
}

impl Provider for PayPal {
    /// Refunds are looked for in their order, so that who asks for an order with refunds asks about them. That an order was
    /// not carried out is asked with the same question; only a hold is cancelled by a request of its own.
    fn verb(&self, request: &Received) -> &'static str {
        let path: Vec<_> = request.path().trim_start_matches('/').split('/').collect();
        match (request.method.as_str(), path.as_slice()) {
            ("POST", [.., "orders"]) => "pay",
            ("GET", [.., "orders", _]) => match Provider::refunds(self).is_empty() {
                true => "query",
                false => "query_refund",
            },
            ("POST", [.., "orders", _, _]) => "collect",
            ("POST", [.., "authorizations", _, "capture"]) => "capture",
            ("POST", [.., "authorizations", _, "void"]) => "cancel",
            ("POST", [.., "captures", _, "refund"]) => "refund",
            _ => "token",
        }
    }

    fn answer(&mut self, request: &Received) -> Answered {
        match self.act(request) {
            Ok((204, _)) => Answered::json(204, ""),
            Ok((status, said)) => Answered::json(status, said.to_string()),
            Err((status, issue)) => problem(status, issue),
        }
    }

    fn not_found(&self, _: &Received) -> Answered {
        problem(404, "INVALID_RESOURCE_ID")
    }

    /// An order that was not carried out is over as soon as we say so: only a request of ours could bring money.
    fn payments(&self) -> Vec<PaymentOnBook> {
        let on_book = |order: &Order| {
            let collected = order.captures.iter().map(|capture| capture.minor).sum();
            let is_held = order.authorizations.iter().any(|hold| hold.status == "CREATED");
            PaymentOnBook {
                intent: order.custom_id.clone(),
                standing: match (collected, is_held) {
                    (0, true) => Standing::Held,
                    (0, false) => Standing::Over,
                    _ => Standing::Collected,
                },
                collected,
            }
        };
        self.orders.iter().map(on_book).collect()
    }

    fn refunds(&self) -> Vec<RefundOnBook> {
        let on_book = |refund: &Movement| RefundOnBook {
            intent: refund.custom_id.clone(),
            amount: refund.minor,
            paid: refund.status == "COMPLETED",
        };
        self.orders.iter().flat_map(|order| &order.refunds).map(on_book).collect()
    }

    fn payer_pays(&mut self) {
        for order in &mut self.orders {
            if order.status == "PAYER_ACTION_REQUIRED" {
                order.status = "APPROVED";
            }
        }
    }

    fn refunds_wait(&mut self) {
        self.refunds_wait = true;
    }

    fn refunds_arrive(&mut self) {
        let refunds = self.orders.iter_mut().flat_map(|order| &mut order.refunds);
        refunds.for_each(|refund| refund.status = "COMPLETED");
    }

    fn remembered(&self) -> Box<dyn Provider> {
        Box::new(self.clone())
    }
}
