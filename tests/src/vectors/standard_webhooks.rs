//! Judges `standard-webhooks-vectors/1`: messages with shared secrets, messages with key pairs, and the published answers,
//! which are signed again where the key for it is known.
//!
//! Where a case says `either`, the library is the stricter one of the two, and that is compared: items that are not
//! `version,signature` between single spaces and a secret without its padding are refused.

use paywright::error::{Code, Result as Outcome};
use paywright::signatures::{standard_webhooks_sign, standard_webhooks_verify};
use serde_json::Value;

use super::{Report, only, same};

/// What such a file calls itself.
pub const FORMAT: &str = "standard-webhooks-vectors/1";

/// What the library does where a file admits both.
const EITHER: bool = false;

/// Judges a whole file.
pub fn judge(file: &Value) -> Result<Report, String> {
    let mut report = Report::default();
    report.judge_list(file, "cases", |case| judge_message(case, "secret"))?;
    report.judge_list(file, "v1a", |case| {
        judge_message(case, "public_key")?;
        judge_key_pair(case)
    })?;
    report.judge_list(file, "known_answers", judge_answer)?;
    Ok(report)
}

fn judge_message(case: &Value, key: &str) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["verified", "either"])?;
    let expected = expect["verified"].as_bool().ok_or("expect.verified is missing")?;
    let headers = super::lines(&case["headers"])?;
    let now = case["now"].as_i64().ok_or("now is not Unix seconds")?;
    let secret = text(case, key)?;
    let answer = standard_webhooks_verify(&super::body(case)?, &headers, &[secret], now, None);
    if let Err(error) = &answer {
        same("a defect", error.code() == Code::Internal, false)?;
    }
    let expected = if expect["either"] == true { EITHER } else { expected };
    same("verified", answer.is_ok(), expected)
}

/// Ed25519 has one signature for a message and a key: where the file says that one verifies, ours is among those.
fn judge_key_pair(case: &Value) -> Result<(), String> {
    let headers = &case["headers"];
    let (id, time) = (text(headers, "webhook-id")?, text(headers, "webhook-timestamp")?);
    let time = time.parse().map_err(|_| "webhook-timestamp is not Unix seconds")?;
    let signed = sign(id, time, case, "private_key")?.map_err(|e| e.to_string())?;
    let offered = text(headers, "webhook-signature")?;
    let is_ours = offered.split(' ').any(|one| one == signed);
    let fresh = case["now"].as_i64().is_some_and(|now: i64| now.abs_diff(time) <= 300);
    same("our signature is the one offered", is_ours && fresh, case["expect"]["verified"] == true)
}

fn judge_answer(case: &Value) -> Result<(), String> {
    let time = case["timestamp"].as_i64().ok_or("timestamp is not Unix seconds")?;
    let (id, signature) = (text(case, "id")?, text(case, "signature")?);
    let headers = [
        ("webhook-id", id),
        ("webhook-timestamp", &time.to_string()),
        ("webhook-signature", signature),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let is_shared = same("scheme", text(case, "scheme")?, "v1a").is_err();
    let key = text(case, if is_shared { "secret" } else { "public_key" })?;
    standard_webhooks_verify(&super::body(case)?, &headers, &[key], time, None)
        .map_err(|e| format!("refused with {e:?}"))?;
    if is_shared {
        let signed = sign(id, time, case, "secret")?.map_err(|e| e.to_string())?;
        same("our signature", signed.as_str(), signature)?;
    }
    Ok(())
}

fn sign(id: &str, time: i64, case: &Value, key: &str) -> Result<Outcome<String>, String> {
    Ok(standard_webhooks_sign(id, time, &super::body(case)?, text(case, key)?))
}

fn text<'a>(object: &'a Value, name: &str) -> Result<&'a str, String> {
    object[name].as_str().ok_or_else(|| format!("{name} is not text"))
}
