//! Judges vector files: given inputs, the library must say what the file says. A file is known by its `format`;
//! an expectation that the judge does not understand is a disagreement, never passed over.

pub mod alipay;
mod alipay_engine;
pub mod engine;
pub mod hmac_callback;
pub mod paypal;
pub mod wechatpay;

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
