//! A provider with a protocol as plain as can be: JSON, whole minor units, our id as the number of everything, answers signed
//! by a shared secret. It serves no real gateway; it shows what every provider has to show.

use paywright::sign::hmac::{hmac_sha256, to_hex};
use serde::Deserialize;
use serde_json::{Value, json};

use super::server::{Answered, Received};
use super::trouble::Spoiling;
use super::{PaymentOnBook, Provider, RefundOnBook, Standing};

/// What answers are signed with.
pub const SECRET: &[u8] = b"throwaway-plain-secret";
/// Where the signature stands.
pub const SIGNATURE: &str = "x-plain-signature";

/// How the payer's money comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Paying collects, or holds where that was asked for.
    Direct,
    /// The same; what was done already is refused the second time.
    Strict,
    /// The payer only agrees; the money is then taken by a request of ours.
    Consent,
}

#[derive(Clone, Debug)]
struct Entry {
    id: String,
    amount: i64,
    hold: bool,
    status: &'static str,
    collected: i64,
}

#[derive(Clone, Debug)]
struct Refund {
    id: String,
    payment: String,
    amount: i64,
    paid: bool,
}

/// The provider.
#[derive(Clone, Debug)]
pub struct Plain {
    manner: Manner,
    payments: Vec<Entry>,
    refunds: Vec<Refund>,
    refunds_wait: bool,
}

impl Plain {
    /// With nothing on its book.
    pub fn new(manner: Manner) -> Self {
        Plain { manner, payments: Vec::new(), refunds: Vec::new(), refunds_wait: false }
    }

    fn pay(&mut self, asked: &Asked) -> Result<Value, (u16, &'static str)> {
        if self.manner == Manner::Strict && self.entry(&asked.id).is_ok() {
            return Err((409, "exists"));
        }
        if self.payments.iter().all(|known| known.id != asked.id) {
            self.payments.push(Entry {
                id: asked.id.clone(),
                amount: asked.amount,
                hold: asked.hold,
                status: "waiting",
                collected: 0,
            });
        }
        let entry = self.entry(&asked.id)?;
        if entry.amount != asked.amount { Err((409, "other_amount")) } else { Ok(entry.to_json()) }
    }

    fn entry(&mut self, id: &str) -> Result<&mut Entry, (u16, &'static str)> {
        self.payments.iter_mut().find(|known| known.id == id).ok_or((404, "not_found"))
    }

    fn refund(&mut self, payment: &str, asked: &Asked) -> Result<Value, (u16, &'static str)> {
        if let Some(known) = self.refunds.iter().find(|known| known.id == asked.id) {
            return match self.manner {
                Manner::Strict => Err((409, "exists")),
                _ => Ok(known.to_json()),
            };
        }
        let back: i64 =
            self.refunds.iter().filter(|known| known.payment == payment).map(|r| r.amount).sum();
        let entry = self.entry(payment)?;
        if back + asked.amount > entry.collected {
            return Err((409, "not_that_much"));
        }
        let refund = Refund {
            id: asked.id.clone(),
            payment: payment.to_owned(),
            amount: asked.amount,
            paid: !self.refunds_wait,
        };
        self.refunds.push(refund.clone());
        Ok(refund.to_json())
    }

    fn act(&mut self, request: &Received) -> Result<Value, (u16, &'static str)> {
        let asked: Asked = serde_json::from_slice(&request.body).unwrap_or_default();
        let path: Vec<_> = request.path().trim_start_matches('/').split('/').collect();
        match (request.method.as_str(), path.as_slice()) {
            ("POST", ["payments"]) => self.pay(&asked),
            ("GET", ["payments", id]) => self.entry(id).map(|entry| entry.to_json()),
            ("POST", ["payments", id, "close"]) => self.entry(id)?.close(),
            ("POST", ["payments", id, "capture"]) => {
                let strict = self.manner == Manner::Strict;
                let entry = self.entry(id)?;
                match entry.status == "paid" && strict {
                    true => Err((409, "captured")),
                    false => entry.take("held", asked.amount),
                }
            }
            ("POST", ["payments", id, "collect"]) => {
                let entry = self.entry(id)?;
                let amount = entry.amount;
                entry.take("agreed", amount)
            }
            ("POST", ["payments", id, "refunds"]) => self.refund(id, &asked),
            ("GET", ["refunds", id]) => {
                let found = self.refunds.iter().find(|known| known.id == *id);
                found.map(Refund::to_json).ok_or((404, "not_found"))
            }
            _ => Err((400, "what")),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    id: String,
    amount: i64,
    hold: bool,
}

impl Entry {
    fn to_json(&self) -> Value {
        let Entry { id, amount, status, collected, .. } = self;
        json!({"id": id, "amount": amount, "status": status, "collected": collected})
    }

    fn close(&mut self) -> Result<Value, (u16, &'static str)> {
        if self.status == "paid" {
            return Err((409, "paid"));
        }
        self.status = "closed";
        Ok(self.to_json())
    }

    fn take(&mut self, from: &str, amount: i64) -> Result<Value, (u16, &'static str)> {
        if self.status == from {
            (self.status, self.collected) = ("paid", amount);
        }
        if self.status == "paid" { Ok(self.to_json()) } else { Err((409, "nothing_to_take")) }
    }
}

impl Refund {
    fn to_json(&self) -> Value {
        json!({"id": self.id, "amount": self.amount, "status": if self.paid { "paid" } else { "pending" }})
    }
}

/// The signature of an answer.
pub fn signature(status: u16, body: &[u8]) -> String {
    let status = status.to_string();
    let parts: [&[u8]; 3] = [status.as_bytes(), b"\n", body];
    to_hex(&hmac_sha256(SECRET, &parts).expect("a secret that is not empty"))
}

fn signed(status: u16, body: Value) -> Answered {
    let body = body.to_string();
    let signature = signature(status, body.as_bytes());
    Answered::json(status, body).with(SIGNATURE, &signature)
}

impl Provider for Plain {
    fn verb(&self, request: &Received) -> &'static str {
        let path: Vec<_> = request.path().trim_start_matches('/').split('/').collect();
        match (request.method.as_str(), path.as_slice()) {
            ("POST", ["payments"]) => "pay",
            ("GET", ["payments", _]) => "query",
            ("POST", ["payments", _, "close"]) => "cancel",
            ("POST", ["payments", _, "capture"]) => "capture",
            ("POST", ["payments", _, "collect"]) => "collect",
            ("POST", ["payments", _, "refunds"]) => "refund",
            ("GET", ["refunds", _]) => "query_refund",
            _ => "other",
        }
    }

    fn answer(&mut self, request: &Received) -> Answered {
        match self.act(request) {
            Ok(said) => signed(200, said),
            Err((status, why)) => signed(status, json!({"error": why})),
        }
    }

    fn not_found(&self, _: &Received) -> Answered {
        signed(404, json!({"error": "not_found"}))
    }

    fn payments(&self) -> Vec<PaymentOnBook> {
        let on_book = |entry: &Entry| PaymentOnBook {
            intent: entry.id.clone(),
            standing: match entry.status {
                "held" => Standing::Held,
                "paid" => Standing::Collected,
                "closed" => Standing::Over,
                _ => Standing::Open,
            },
            collected: entry.collected,
        };
        self.payments.iter().map(on_book).collect()
    }

    fn refunds(&self) -> Vec<RefundOnBook> {
        let on_book =
            |r: &Refund| RefundOnBook { intent: r.id.clone(), amount: r.amount, paid: r.paid };
        self.refunds.iter().map(on_book).collect()
    }

    fn payer_pays(&mut self) {
        for entry in self.payments.iter_mut().filter(|entry| entry.status == "waiting") {
            (entry.status, entry.collected) = match (self.manner, entry.hold) {
                (Manner::Consent, _) => ("agreed", 0),
                (Manner::Direct | Manner::Strict, true) => ("held", 0),
                (Manner::Direct | Manner::Strict, false) => ("paid", entry.amount),
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

    fn spoilt(&self, answered: &Answered, how: Spoiling) -> Option<Answered> {
        let mut spoilt = answered.clone();
        spoilt.headers.retain(|(name, _)| name != SIGNATURE);
        match how {
            Spoiling::Missing => Some(spoilt),
            Spoiling::Wrong => Some(spoilt.with(SIGNATURE, &"0".repeat(64))),
        }
    }
}
