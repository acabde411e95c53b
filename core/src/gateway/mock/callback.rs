//! Callbacks of the pretend provider: how they are signed, checked and read. It never believes an unsigned byte,
//! and never looks into a body whose signature it has not checked.
//!
//! Three headers: `Mock-Id` (the event's id), `Mock-Timestamp` (Unix seconds), `Mock-Signature` (a list such as
//! `v1=<hex>,v1=<hex>`: HMAC-SHA256 over `id.timestamp.body`, one for each secret during a rotation).

use sha2::{Digest, Sha256};

use super::event;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::gateway::{Notice, Verified};
use crate::http::{CALLBACK_BYTES_MAX, Headers};
use crate::sign::hmac::{self, MacKey, SignatureList};

/// The name of the header with the event's id.
pub const ID: &str = "Mock-Id";
/// The name of the header with the time of signing.
pub const TIMESTAMP: &str = "Mock-Timestamp";
/// The name of the header with the signatures.
pub const SIGNATURE: &str = "Mock-Signature";

/// How far a callback's time may be from ours, in either direction (THREATS H28).
pub const TOLERANCE_S: u64 = 300;
/// Longer ids are not ours; the provider's are 36 characters.
const ID_CHARACTERS_MAX: usize = 64;
/// Digits of a timestamp: enough for three thousand years.
const TIMESTAMP_DIGITS_MAX: usize = 11;

/// The signature of a callback as it stands in the header.
pub(super) fn sign(key: &MacKey, id: &str, timestamp: &str, body: &[u8]) -> String {
    format!("v1={}", hmac::to_hex(&key.sign(&message(id, timestamp, body))))
}

/// Checks a callback and reads it.
pub(super) fn receive(
    keys: &[MacKey],
    headers: &Headers,
    body: &[u8],
    now: Time,
) -> Result<Verified<Notice>> {
    if body.len() > CALLBACK_BYTES_MAX {
        return Err(Error::new(Code::TooLarge)
            .with("field", "the callback's body")
            .with("limit", format_args!("{CALLBACK_BYTES_MAX} bytes")));
    }
    let signatures = headers
        .one(SIGNATURE)?
        .ok_or_else(|| Error::new(Code::AuthMissing).with("field", SIGNATURE))?;
    let signatures = signature_list(signatures)?;
    let id = event_id(headers)?;
    let timestamp = headers.one(TIMESTAMP)?.ok_or_else(|| unreadable("there is no time"))?;
    let seconds = unix_seconds(timestamp)?;

    let message = message(id, timestamp, body);
    if !any_fits(keys, &signatures, &message) {
        return Err(Error::new(Code::AuthMismatch));
    }
    refuse_stale(seconds, now)?;
    let digest = Sha256::new_with_prefix(body).finalize().into();
    event::read(id, digest, body).map(Verified::after_check)
}

/// The `v1` signatures of the header. Other versions alone are well formed and fit nothing (THREATS H32).
fn signature_list(header: &str) -> Result<Vec<[u8; 32]>> {
    match hmac::signature_list(header, &["v1"])? {
        SignatureList::Usable(signatures) => Ok(signatures),
        SignatureList::Unknown => Ok(Vec::new()),
        SignatureList::Malformed(why) => Err(unreadable(why)),
    }
}

fn event_id(headers: &Headers) -> Result<&str> {
    let id = headers.one(ID)?.ok_or_else(|| unreadable("there is no event id"))?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    match !id.is_empty() && id.len() <= ID_CHARACTERS_MAX && id.bytes().all(plain) {
        true => Ok(id),
        false => Err(unreadable("the event id takes letters, digits, - and _")),
    }
}

fn unix_seconds(text: &str) -> Result<i64> {
    Some(text)
        .filter(|t| t.len() <= TIMESTAMP_DIGITS_MAX && t.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| unreadable("the time is Unix seconds in digits"))
}

/// The list is walked to its end whatever fits, so that time tells nothing about which secret is in use.
fn any_fits(keys: &[MacKey], signatures: &[[u8; 32]], message: &[&[u8]]) -> bool {
    keys.iter().fold(false, |found, key| {
        found | bool::from(hmac::any_equal(&key.sign(message), signatures))
    })
}

fn refuse_stale(seconds: i64, now: Time) -> Result<()> {
    let age = seconds.abs_diff(now.seconds());
    match age <= TOLERANCE_S {
        true => Ok(()),
        false => Err(Error::new(Code::AuthStale).with("age", age).with("tolerance", TOLERANCE_S)),
    }
}

fn unreadable(why: &str) -> Error {
    Error::new(Code::AuthMalformed).with("why", why)
}

fn message<'a>(id: &'a str, timestamp: &'a str, body: &'a [u8]) -> [&'a [u8]; 5] {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body]
}
