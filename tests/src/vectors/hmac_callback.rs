//! Judges `hmac-callback-vectors/1`: signatures case by case, and whole callbacks against an order. It computes no
//! signature itself.

use paywright::clock::Time;
use paywright::currency::Currency;
use paywright::error::Result as Outcome;
use paywright::gateway::signed::{Signed, SignedDescription};
use paywright::gateway::{ClaimedAmount, Fact, Gateway, Moment, Notice, PaymentFact, Subject};
use paywright::http::Headers;
use paywright::id::SeededRandomness;
use paywright::payment::Event;
use paywright::sign::hmac::to_hex;
use paywright::sign::hmac_callback::{Authentic, verify};
use serde_json::{Value, json};

use super::{Engine, Report, body, lines, only, same};

/// What such a file calls itself.
pub const FORMAT: &str = "hmac-callback-vectors/1";

/// A whole callback of the list `events`, for an engine to judge.
#[derive(Debug)]
pub struct Callback<'a> {
    /// The gateway that is to be configured.
    pub description: SignedDescription,
    /// The callback's header lines.
    pub headers: Vec<(String, String)>,
    /// The callback's body.
    pub body: Vec<u8>,
    /// When it arrives.
    pub now: Time,
    /// What is known of the payment before: `payment_id` (the reference it has at the gateway), `amount_minor`,
    /// `currency`, `status`, perhaps `transaction_id`.
    pub order: &'a Value,
    /// The first key's secret, to sign what happened before as its sender would have.
    pub secret: Option<&'a str>,
}

impl<'a> Callback<'a> {
    fn read(case: &'a Value) -> Result<Self, String> {
        let now = case["now"].as_i64().ok_or("now is not Unix seconds")?;
        Ok(Callback {
            description: description(&case["config"])?,
            headers: lines(&case["headers"])?,
            body: body(case)?,
            now: Time::from_millis(now * 1000),
            order: &case["order"],
            secret: case["config"]["keys"][0]["secret"].as_str(),
        })
    }
}

/// The gateway of a case: the file's configuration with a name and a method put in.
fn description(config: &Value) -> Result<SignedDescription, String> {
    let mut config = config.clone();
    let members = config.as_object_mut().ok_or("config is not an object")?;
    members.insert("name".to_owned(), json!("vectors"));
    members.insert("methods".to_owned(), json!(["any"]));
    SignedDescription::from_json(&config.to_string()).map_err(|e| e.to_string())
}

/// Judges a whole file.
pub fn judge(file: &Value, engine: Option<&Engine>) -> Result<Report, String> {
    let mut report = Report::default();
    report.judge_list(file, "cases", judge_case)?;
    report.judge_list(file, "events", |case| judge_event(case, engine))?;
    Ok(report)
}

fn judge_case(case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["verified", "reason", "canonical", "digest", "replay", "either"])?;
    let callback = Callback::read(case)?;
    let gateway = Signed::new(callback.description.clone());
    let headers = Headers::new(callback.headers.clone());
    let answer = match (&gateway, &headers) {
        (Ok(gateway), Ok(headers)) => {
            let config = gateway.verification().ok_or("it is no generic HMAC callback")?;
            verify(config, headers, &callback.body, callback.now)
        }
        (Err(error), _) | (_, Err(error)) => Err(error.clone()),
    };
    if expect["either"] == true {
        return Ok(());
    }
    match expect["verified"].as_bool() {
        Some(true) => judge_verified(case, answer),
        Some(false) => judge_refused(expect, answer),
        None => Err("expect.verified is missing".to_owned()),
    }
}

fn judge_verified(case: &Value, answer: Outcome<Authentic<'_>>) -> Result<(), String> {
    let expect = &case["expect"];
    let authentic = answer.map_err(|e| format!("refused with {e:?}, the file says verified"))?;
    let digest = to_hex(&authentic.digest);
    let replay = replay(&case["seen"], authentic.nonce.as_deref(), &digest);
    compare("canonical", authentic.canonical.as_deref(), &expect["canonical"])?;
    compare("digest", Some(&digest), &expect["digest"])?;
    compare("replay", Some(replay), &expect["replay"])
}

/// A refusal has one reason: the first in the order of the protocol page.
fn judge_refused(expect: &Value, answer: Outcome<Authentic<'_>>) -> Result<(), String> {
    match answer {
        Ok(_) => Err("verified, the file says refused".to_owned()),
        Err(error) => compare("reason", Some(error.code().as_str()), &expect["reason"]),
    }
}

/// Compares where the file says something.
fn compare(what: &str, ours: Option<&str>, expected: &Value) -> Result<(), String> {
    if expected.is_null() { Ok(()) } else { same(what, ours, expected.as_str()) }
}

/// What a store that holds `seen` says of a message: the rule of the page's section 4.
fn replay(seen: &Value, nonce: Option<&str>, digest: &str) -> &'static str {
    let seen = seen.as_array().map(Vec::as_slice).unwrap_or_default();
    if seen.iter().any(|row| row["digest"] == digest) {
        "duplicate"
    } else if nonce.is_some_and(|nonce| seen.iter().any(|row| row["nonce"] == nonce)) {
        "conflict"
    } else {
        "new"
    }
}

fn judge_event(case: &Value, engine: Option<&Engine>) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["verified", "result", "code", "event"])?;
    only(&case["order"], &["payment_id", "amount_minor", "currency", "status", "transaction_id"])?;
    let callback = Callback::read(case)?;
    let gateway = Signed::new(callback.description.clone()).map_err(|e| e.to_string())?;
    let at = Moment { now: callback.now, randomness: &SeededRandomness::new(1) };
    let answer = Headers::new(callback.headers.clone())
        .and_then(|headers| gateway.receive(&headers, &callback.body, at));
    match (answer, expect["verified"].as_bool()) {
        (Ok(received), Some(true)) => {
            judge_notice(case, &received.notice().ok_or("it wants to ask somebody first")?)?;
        }
        (Err(error), Some(false)) => compare("code", Some(error.code().as_str()), &expect["code"])?,
        (answer, expected) => same("verified", Some(answer.is_ok()), expected)?,
    }
    let Some(engine) = engine else { return Ok(()) };
    let verdict = engine(&callback)?;
    compare("result", Some(&verdict.result), &expect["result"])?;
    same("code", verdict.code.as_deref(), expect["code"].as_str())
}

/// What the gateway has read, as far as the file says it: the rest is the engine's.
fn judge_notice(case: &Value, notice: &Notice) -> Result<(), String> {
    let (expect, order) = (&case["expect"], &case["order"]);
    let ours = Subject::PaymentReference(order["payment_id"].as_str().unwrap_or_default().into());
    let is_other = expect["code"] == "unknown_payment";
    same("about another payment", notice.subject != ours, is_other)?;
    same("unreadable", matches!(notice.fact, Fact::Unreadable(_)), expect["code"] == "schema")?;
    match &notice.fact {
        Fact::Payment(fact) => {
            let differs = minor(fact, order)? != order["amount_minor"].as_i64();
            same("another amount", differs, expect["code"] == "amount_mismatch")?;
            judge_fact(fact, expect, order)
        }
        Fact::Unknown(_) => compare("event.kind", Some("unknown"), &expect["event"]["kind"]),
        Fact::Refund(_) | Fact::Dispute(_) | Fact::Hint | Fact::Unreadable(_) => {
            same("event", &Value::Null, &expect["event"])
        }
    }
}

fn judge_fact(fact: &PaymentFact, expect: &Value, order: &Value) -> Result<(), String> {
    let event = &expect["event"];
    if event.is_null() {
        return Ok(());
    }
    only(event, &["kind", "status", "amount_minor", "currency", "transaction_id"])?;
    compare("event.kind", Some("payment"), &event["kind"])?;
    compare("event.status", Some(status(fact.event)), &event["status"])?;
    if !event["amount_minor"].is_null() {
        same("event.amount_minor", minor(fact, order)?, event["amount_minor"].as_i64())?;
    }
    let said = fact.amount.as_ref().and_then(|claim| claim.currency.as_deref());
    compare("event.currency", said.or(order["currency"].as_str()), &event["currency"])?;
    compare("event.transaction_id", fact.transaction_id.as_deref(), &event["transaction_id"])
}

/// The word a vector file has for what happened.
pub(super) fn status(event: Event) -> &'static str {
    match event {
        Event::Submit => "processing",
        Event::Authorize => "authorized",
        Event::Succeed => "succeeded",
        Event::Fail => "failed",
        Event::Cancel => "cancelled",
        Event::Expire => "expired",
    }
}

/// What a fact claims, in minor units of the order's currency.
pub(super) fn minor(fact: &PaymentFact, order: &Value) -> Result<Option<i64>, String> {
    let code = order["currency"].as_str().ok_or("the order has no currency")?;
    let exponent = Currency::parse(code).map_err(|e| e.to_string())?.exponent();
    let Some(claim) = &fact.amount else { return Ok(None) };
    Ok(match &claim.amount {
        ClaimedAmount::Minor(minor) => Some(*minor),
        ClaimedAmount::Major(text) => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let width = usize::from(exponent);
            let digits = format!("{whole}{fraction:0<width$}");
            (fraction.len() <= width).then(|| digits.parse().ok()).flatten()
        }
    })
}
