//! How Alipay and its merchants prove themselves: RSA-SHA256 over sorted parameters, over a raw piece of an answer, over
//! lines of the REST interface. It never takes the algorithm from a message and never sends anything.
//!
//! * A request is signed over all its parameters but `sign` and the empty ones, `sign_type` included.
//! * A notice is signed over all its parameters but `sign` and `sign_type`, the empty ones included.
//! * An answer is signed over the bytes of its one member `…_response`, as they were written.
//! * Serial numbers of certificates are an MD5 of issuer and number: names, not proofs.

mod answer;
pub mod form;
mod notice;
pub mod rest;
mod serial;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use answer::{Envelope, verify_response};
pub use notice::{Parameters, verify_notify};
pub use serial::{certificate_serial, root_certificate_serial};

use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::sign::rsa::{PrivateKey, PublicKey};

/// The one way of signing that is taken: RSASSA-PKCS1-v1_5 with SHA-256.
pub const SIGN_TYPE: &str = "RSA2";
/// China's time is this far ahead of UTC, in summer too.
const CHINA_OFFSET_S: i64 = 8 * 60 * 60;

/// The signature of a request, base64: over all parameters that are not empty, but `sign`.
pub fn sign(parameters: &[(&str, &str)], key: &PrivateKey) -> Result<String> {
    let signature = key.sign_sha256(signed_text(parameters).as_bytes())?;
    Ok(STANDARD.encode(signature))
}

/// What a request's signature is made over.
pub fn signed_text(parameters: &[(&str, &str)]) -> String {
    let counts = |(name, value): &&(&str, &str)| *name != "sign" && !value.is_empty();
    let mut counted: Vec<_> = parameters.iter().filter(counts).collect();
    counted.sort_unstable();
    let pairs: Vec<_> = counted.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// An instant as Alipay writes it: China time without a zone.
pub fn china_text(time: Time) -> String {
    let there = time.plus_seconds(CHINA_OFFSET_S).to_datetime();
    there.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Reads a time as Alipay writes it, perhaps with a fraction of a second. `None` for anything else.
pub fn china_time(text: &str) -> Option<Time> {
    let is_written = |b: u8| b.is_ascii_digit() || b"- :.".contains(&b);
    if !(19..=23).contains(&text.len()) || !text.bytes().all(is_written) {
        return None;
    }
    let (day, rest) = text.split_once(' ')?;
    let there = Time::parse("time", &format!("{day}T{rest}Z")).ok()?;
    Some(there.plus_seconds(-CHINA_OFFSET_S))
}

/// Any of the keys may have signed. Fails with `auth_not_configured`, `auth_missing`, `auth_malformed`, `auth_mismatch`.
fn verify_any(keys: &[PublicKey], message: &[u8], signature: &str) -> Result<()> {
    if signature.is_empty() {
        return Err(Error::new(Code::AuthMissing).with("field", "sign"));
    }
    let signature = STANDARD
        .decode(signature)
        .map_err(|_| Error::new(Code::AuthMalformed).with("why", "sign is not base64"))?;
    configured(keys)?;
    match keys.iter().any(|key| key.verify_sha256(message, &signature).is_ok()) {
        true => Ok(()),
        false => Err(Error::new(Code::AuthMismatch)),
    }
}

/// Without a key nothing can be proved, and nothing is looked at.
fn configured(keys: &[PublicKey]) -> Result<()> {
    match keys.is_empty() {
        true => {
            Err(Error::new(Code::AuthNotConfigured)
                .with("gateway", "an account without Alipay's key"))
        }
        false => Ok(()),
    }
}
