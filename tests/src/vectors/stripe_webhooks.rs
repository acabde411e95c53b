//! Judges `stripe-webhook-vectors/1`: whether a body comes from Stripe. The reasons in such a file are one per message of
//! the official libraries and informative only, so they are not compared.
//!
//! Where a case says `either`, the library is the stricter one of the two, and that is compared: a body that is empty
//! or not UTF-8, a blank before the time and a signature with something behind it are all refused.

use paywright::error::{Code, Result as Outcome};
use paywright::signatures::stripe_verify;
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
    let expected = expect["verified"].as_bool().ok_or("expect.verified is missing")?;
    let body = super::body(case)?;
    let answer = verify(case, &body)?;
    if let Err(error) = &answer {
        same("a defect", error.code() == Code::Internal, false)?;
    }
    let expected = if expect["either"] == true { EITHER } else { expected };
    same("verified", answer.is_ok(), expected)
}

fn verify(case: &Value, body: &[u8]) -> Result<Outcome<()>, String> {
    let header = match &case["header"] {
        Value::Null => None,
        header => Some(header.as_str().ok_or("header is not text")?),
    };
    let secret = case["secret"].as_str().ok_or("secret is not text")?;
    let now = case["now"].as_i64().ok_or("now is not Unix seconds")?;
    let tolerance = case["tolerance"].as_i64().ok_or("tolerance is not a number")?;
    Ok(stripe_verify(body, header, &[secret], now, Some(tolerance)).map(drop))
}
