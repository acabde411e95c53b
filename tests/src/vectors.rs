//! Judges vector files: given inputs, the library must say what the file says. A file is known by its `format`;
//! an expectation that the judge does not understand is a disagreement, never passed over.

pub mod alipay;
mod alipay_engine;
pub mod engine;
pub mod hmac_callback;
pub mod paypal;
pub mod standard_webhooks;
pub mod stripe_form;
pub mod stripe_webhooks;
pub mod wechatpay;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// What came of one file.
#[derive(Debug, Default)]
pub struct Report {
    /// Cases in which the library says what the file says.
    pub passed: usize,
    /// The others, with the reason.
    pub disagreements: Vec<Disagreement>,
    /// What the library does not offer, and so was not judged; it is said, and counts for nothing.
    pub passed_over: Vec<String>,
}

/// A case in which library and file differ.
#[derive(Debug)]
pub struct Disagreement {
    /// The case's id.
    pub case: String,
    /// Both values.
    pub why: String,
}

impl Report {
    /// Judges the list `name` of a file, if it has one, case by case.
    fn judge_list(
        &mut self,
        file: &Value,
        name: &str,
        judge: impl Fn(&Value) -> Result<(), String>,
    ) -> Result<(), String> {
        let list = match file.get(name) {
            None => return Ok(()),
            Some(list) => list.as_array().ok_or_else(|| format!("{name} is not a list"))?,
        };
        for case in list {
            let id = case.get("id").and_then(Value::as_str).unwrap_or("(without id)");
            match judge(case) {
                Ok(()) => self.passed += 1,
                Err(why) => {
                    self.disagreements.push(Disagreement { case: format!("{name}.{id}"), why })
                }
            }
        }
        Ok(())
    }
}

/// Who says what a whole callback does to an order; without one, only what the gateway reads is judged.
pub type Engine = dyn Fn(&hmac_callback::Callback<'_>) -> Result<Verdict, String>;

/// What an engine did with a callback, in the classes of the vector files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `APPLY`, `NOOP`, `HOLD` or `REJECT`.
    pub result: String,
    /// The code of a `HOLD` or `REJECT`.
    pub code: Option<String>,
}

/// Judges one file. Fails where nothing can be judged: an unknown format, or no cases at all.
pub fn judge(file: &Value, engine: Option<&Engine>) -> Result<Report, String> {
    let report = match file.get("format").and_then(Value::as_str) {
        Some(hmac_callback::FORMAT) => hmac_callback::judge(file, engine)?,
        Some(stripe_form::FORMAT) => stripe_form::judge(file)?,
        Some(standard_webhooks::FORMAT) => standard_webhooks::judge(file)?,
        Some(stripe_webhooks::FORMAT) => stripe_webhooks::judge(file)?,
        Some(alipay::FORMAT) => alipay::judge(file)?,
        Some(wechatpay::FORMAT) => wechatpay::judge(file)?,
        Some(paypal::FORMAT) => paypal::judge(file)?,
        Some(other) => return Err(format!("the format {other:?} is not known")),
        None => return Err("the file does not name its format".to_owned()),
    };
    match report.passed + report.disagreements.len() {
        0 => Err("the file has no cases".to_owned()),
        _ => Ok(report),
    }
}

/// Compares, and words the difference.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, ours: T, expected: T) -> Result<(), String> {
    if ours == expected {
        return Ok(());
    }
    Err(format!("{what} is {ours:?}, the file says {expected:?}"))
}

/// Refuses members that nobody would look at.
fn only(object: &Value, known: &[&str]) -> Result<(), String> {
    let object = object.as_object().ok_or("an object is needed")?;
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("{name:?} is not understood")),
        None => Ok(()),
    }
}

/// Header lines from an object.
fn lines(headers: &Value) -> Result<Vec<(String, String)>, String> {
    let Some(headers) = headers.as_object() else {
        return if headers.is_null() {
            Ok(Vec::new())
        } else {
            Err("headers are no object".into())
        };
    };
    let line = |(name, value): (&String, &Value)| {
        let value = value.as_str().ok_or("a header's value is not text")?;
        Ok((name.clone(), value.to_owned()))
    };
    headers.iter().map(line).collect()
}

/// The body of a case, as text or in base64.
fn body(case: &Value) -> Result<Vec<u8>, String> {
    match (case["body"].as_str(), case["body_b64"].as_str()) {
        (Some(text), None) => Ok(text.as_bytes().to_vec()),
        (None, Some(text)) => STANDARD.decode(text).map_err(|e| e.to_string()),
        _ => Err("either body or body_b64 is needed".to_owned()),
    }
}
