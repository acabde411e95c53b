//! Judges `paypal-webhook-vectors/1`: deliveries with the certificate that their address would give. It computes no
//! signature itself, and fetches nothing.

use paywright::clock::Time;
use paywright::error::{Code, Error};
use paywright::http::Headers;
use paywright::sign::paypal::{Site, verify};
use serde_json::Value;

use super::{Report, only, same};

/// What such a file calls itself.
pub const FORMAT: &str = "paypal-webhook-vectors/1";

const CASE: [&str; 10] = [
    "id",
    "description",
    "environment",
    "webhook_id",
    "headers",
    "body",
    "cert",
    "now",
    "expect",
    "sdk",
];

/// Judges one file.
pub(super) fn judge(file: &Value) -> Result<Report, String> {
    let roots = file["trust_roots"].as_array().ok_or("trust_roots is not a list")?;
    let roots: Vec<_> = roots.iter().filter_map(Value::as_str).collect();
    let mut report = Report::default();
    report.judge_list(file, "cases", |case| judge_case(case, &file["certs"], &roots))?;
    let cases = report.passed + report.disagreements.len();
    same("the number of cases", Some(cases as u64), file["count"].as_u64())?;
    Ok(report)
}

fn judge_case(case: &Value, certificates: &Value, roots: &[&str]) -> Result<(), String> {
    only(case, &CASE)?;
    only(&case["expect"], &["verified", "reason"])?;
    let said = match delivered(case, certificates, roots)? {
        Ok(()) => "ok",
        Err(error) => reason(&error)?,
    };
    same("verified", Some(said == "ok"), case["expect"]["verified"].as_bool())?;
    same("reason", Some(said), case["expect"]["reason"].as_str())
}

fn delivered(
    case: &Value,
    certificates: &Value,
    roots: &[&str],
) -> Result<Result<(), Error>, String> {
    let site = match text(case, "environment")? {
        "live" => Site::Live,
        "sandbox" => Site::Sandbox,
        other => return Err(format!("the environment {other:?} is not known")),
    };
    let lines = case["headers"].as_object().ok_or("headers is not an object")?.iter();
    let lines = lines.map(|(name, value)| {
        value.as_str().map(|value| (name.clone(), value.to_owned())).ok_or("a header is not text")
    });
    let headers = Headers::new(lines.collect::<Result<Vec<_>, _>>()?).map_err(|e| e.message())?;
    Ok(verify(
        text(case, "body")?.as_bytes(),
        &headers,
        text(case, "webhook_id")?,
        text(certificates, text(case, "cert")?)?.as_bytes(),
        roots,
        site,
        Time::parse("now", text(case, "now")?).map_err(|e| e.message())?,
    ))
}

fn text<'v>(object: &'v Value, name: &str) -> Result<&'v str, String> {
    object[name].as_str().ok_or_else(|| format!("{name} is not text"))
}

/// The file's word for one of our refusals.
fn reason(error: &Error) -> Result<&'static str, String> {
    match error.code() {
        Code::AuthMissing => Ok("missing_header"),
        Code::AuthAlgorithm => Ok("unsupported_algorithm"),
        // The file counts the other world's addresses among those that are not allowed; the threat model has a code for it.
        Code::AuthCertUrl | Code::WrongMode => Ok("cert_url_not_allowed"),
        Code::AuthCert => Ok("certificate_invalid"),
        // To the file, what is no signature at all does not fit either.
        Code::AuthMismatch | Code::AuthMalformed => Ok("signature_mismatch"),
        other => Err(format!("the refusal {other} has no word in the file")),
    }
}
