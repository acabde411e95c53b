//! Judges `stripe-webhook-vectors/1`: whether a body comes from Stripe, and whether it is then a message that the gateway
//! can use. The reasons in such a file are one per message of the official libraries and informative only, so they are
//! not compared.
//!
//! Where a case says `either`, the library is the stricter one of the two, and that is compared: a body that is empty
//! or not UTF-8, a blank before the time and a signature with something behind it are all refused.
//!
//! `parses` is judged by the gateway, which always minds the age and takes no message that does not name its mode. Where
//! a case has another tolerance, an oddity in its header, or a body without mode, the body is signed anew, now and in
//! test mode, so that what is judged is the reading.

use paywright::clock::Time;
use paywright::error::{Code, Result as Outcome};
use paywright::gateway::stripe::{Stripe, StripeOptions};
use paywright::gateway::{Fact, Gateway, Moment};
use paywright::http::Headers;
use paywright::id::SeededRandomness;
use paywright::secret::Secret;
use paywright::sign::stripe::{SIGNATURE, TOLERANCE_S};
use paywright::signatures::{stripe_sign, stripe_verify};
use serde_json::Value;

use super::{Report, only, same};

/// What such a file calls itself.
pub const FORMAT: &str = "stripe-webhook-vectors/1";

/// What the library does where a file admits both.
const EITHER: bool = false;

/// Judges a whole file.
pub fn judge(file: &Value) -> Result<Report, String> {
    let mut report = Report::default();
    report.judge_list(file, "cases", judge_case)?;
    Ok(report)
}

fn judge_case(case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["verified", "either", "reasons", "parses"])?;
    let verified = expect["verified"].as_bool().ok_or("expect.verified is missing")?;
    let message = Message::of(case)?;
    let expected = if message.is_odd { EITHER } else { verified };
    same("verified", succeeded(message.verify())?, expected)?;
    match expect.get("parses") {
        None if !verified => Ok(()),
        None => Err("expect.parses is missing".to_owned()),
        Some(parses) => same("parses", Some(message.parses()?), parses.as_bool()),
    }
}

/// A case's message and what it is checked with.
struct Message<'c> {
    body: Vec<u8>,
    header: Option<&'c str>,
    secret: &'c str,
    now: i64,
    tolerance: i64,
    is_odd: bool,
}

impl<'c> Message<'c> {
    fn of(case: &'c Value) -> Result<Self, String> {
        let header = match &case["header"] {
            Value::Null => None,
            header => Some(header.as_str().ok_or("header is not text")?),
        };
        Ok(Message {
            body: super::body(case)?,
            header,
            secret: case["secret"].as_str().ok_or("secret is not text")?,
            now: case["now"].as_i64().ok_or("now is not Unix seconds")?,
            tolerance: case["tolerance"].as_i64().ok_or("tolerance is not a number")?,
            is_odd: case["expect"]["either"] == true,
        })
    }

    fn verify(&self) -> Outcome<()> {
        let secrets = [self.secret];
        stripe_verify(&self.body, self.header, &secrets, self.now, Some(self.tolerance)).map(drop)
    }

    /// Whether the gateway makes a usable notice of a snapshot event. What is none must be refused, or be a thin event
    /// that says nothing by itself.
    fn parses(&self) -> Result<bool, String> {
        let (body, header) = self.for_gateway()?;
        let header = header.map(|header| (SIGNATURE.to_owned(), header));
        let headers = Headers::new(header).map_err(|e| e.to_string())?;
        let gateway = gateway(self.secret)?;
        let now = Time::from_millis(self.now.saturating_mul(1000));
        let at = Moment { now, randomness: &SeededRandomness::new(1) };
        let notice = match gateway.receive(&headers, &body, at) {
            Ok(received) => received.notice().ok_or("Stripe needs no errand")?,
            Err(error) => return succeeded(Err(error)),
        };
        match (object(&body).as_deref(), notice.fact) {
            (Some("event"), fact) => Ok(!matches!(fact, Fact::Unreadable(_))),
            (Some("v2.core.event"), Fact::Hint | Fact::Unknown(_)) => Ok(false),
            (other, fact) => Err(format!("{other:?} became {fact:?}")),
        }
    }

    /// Body and header as they are, or as the gateway takes them.
    fn for_gateway(&self) -> Result<(Vec<u8>, Option<String>), String> {
        let in_a_mode = in_a_mode(&self.body);
        let is_usual = !self.is_odd && self.tolerance == i64::from(TOLERANCE_S);
        if is_usual && in_a_mode.is_none() {
            return Ok((self.body.clone(), self.header.map(str::to_owned)));
        }
        let body = in_a_mode.unwrap_or_else(|| self.body.clone());
        let header = stripe_sign(&body, self.secret, self.now).map_err(|e| e.to_string())?;
        Ok((body, Some(header)))
    }
}

/// Whether something succeeded; a defect of ours is neither.
fn succeeded(answer: Outcome<()>) -> Result<bool, String> {
    if let Err(error) = &answer {
        same("a defect", error.code() == Code::Internal, false)?;
    }
    Ok(answer.is_ok())
}

/// A body that is an object without mode, in test mode; nothing for any other.
fn in_a_mode(body: &[u8]) -> Option<Vec<u8>> {
    let Ok(Value::Object(mut object)) = serde_json::from_slice(body) else { return None };
    if object.contains_key("livemode") {
        return None;
    }
    object.insert("livemode".to_owned(), Value::Bool(false));
    Some(Value::Object(object).to_string().into_bytes())
}

/// What a body says that it is.
fn object(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    value["object"].as_str().map(str::to_owned)
}

fn gateway(secret: &str) -> Result<Stripe, String> {
    let key = |text: &str| Secret::new("the case's secret", text).map_err(|e| e.to_string());
    let options = StripeOptions {
        secret_key: key("sk_test_throwaway")?,
        webhook_secrets: vec![key(secret)?],
        publishable_key: None,
        account: None,
        api_version: None,
        name: None,
        methods: Vec::new(),
        base_url: None,
    };
    Stripe::new(options).map_err(|e| e.to_string())
}
