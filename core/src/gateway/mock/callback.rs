//! Callbacks of the pretend provider: how they are signed, checked and read. It never believes an unsigned byte,
//! and never looks into a body whose signature it has not checked.
//!
//! Three headers: `Mock-Id` (the event's id), `Mock-Timestamp` (Unix seconds), `Mock-Signature` (a list such as
//! `v1=<hex>,v1=<hex>`: HMAC-SHA256 over `id.timestamp.body`, one for each secret during a rotation).

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::event;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::gateway::{Notice, Verified};
use crate::http::{CALLBACK_BYTES_MAX, Headers};
use crate::secret::Secret;

/// The name of the header with the event's id.
pub const ID: &str = "Mock-Id";
/// The name of the header with the time of signing.
pub const TIMESTAMP: &str = "Mock-Timestamp";
/// The name of the header with the signatures.
pub const SIGNATURE: &str = "Mock-Signature";

/// How far a callback's time may be from ours, in either direction (THREATS H28).
pub const TOLERANCE_S: u64 = 300;
/// More signatures than a rotation ever needs are an attempt to make us work (THREATS H34).
const SIGNATURES_MAX: usize = 16;
/// Longer ids are not ours; the provider's are 36 characters.
const ID_CHARACTERS_MAX: usize = 64;
/// Digits of a timestamp: enough for three thousand years.
const TIMESTAMP_DIGITS_MAX: usize = 11;

/// The signature of a callback as it stands in the header.
pub(super) fn sign(secret: &Secret, id: &str, timestamp: &str, body: &[u8]) -> String {
    format!("v1={}", hex(&hmac_sha256(secret.expose(), &message(id, timestamp, body))))
}

/// Checks a callback and reads it.
pub(super) fn receive(
    secrets: &[Secret],
    headers: &Headers,
    body: &[u8],
    now: Time,
) -> Result<Verified<Notice>> {
    if body.len() > CALLBACK_BYTES_MAX {
        return Err(too_large("the body", format_args!("{CALLBACK_BYTES_MAX} bytes")));
    }
    let signatures = headers
        .one(SIGNATURE)?
        .ok_or_else(|| Error::new(Code::AuthMissing).with("field", SIGNATURE))?;
    let signatures = signature_list(signatures)?;
    let id = event_id(headers)?;
    let timestamp = headers.one(TIMESTAMP)?.ok_or_else(|| unreadable("there is no time"))?;
    let seconds = unix_seconds(timestamp)?;

    let message = message(id, timestamp, body);
    if !any_fits(secrets, &signatures, &message) {
        return Err(Error::new(Code::AuthMismatch));
    }
    refuse_stale(seconds, now)?;
    let digest = Sha256::new_with_prefix(body).finalize().into();
    event::read(id, digest, body).map(Verified::after_check)
}

/// The `v1` signatures of the header; other versions are passed over, so that alone they fit nothing.
fn signature_list(header: &str) -> Result<Vec<[u8; 32]>> {
    if header.split(',').count() > SIGNATURES_MAX {
        return Err(too_large("the signature list", format_args!("{SIGNATURES_MAX} signatures")));
    }
    let mut signatures = Vec::new();
    for item in header.split(',') {
        let (version, value) = item
            .trim()
            .split_once('=')
            .ok_or_else(|| unreadable("a list such as v1=<hex>,v1=<hex> is expected"))?;
        if version == "v1" {
            signatures.push(unhex(value).ok_or_else(|| unreadable("v1 takes 64 hex digits"))?);
        }
    }
    Ok(signatures)
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
fn any_fits(secrets: &[Secret], signatures: &[[u8; 32]], message: &[&[u8]]) -> bool {
    secrets.iter().fold(false, |found, secret| {
        let expected = hmac_sha256(secret.expose(), message);
        signatures.iter().fold(found, |found, given| found | equal(given, &expected))
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

fn too_large(field: &str, limit: std::fmt::Arguments<'_>) -> Error {
    Error::new(Code::TooLarge).with("field", field).with("limit", limit)
}

fn message<'a>(id: &'a str, timestamp: &'a str, body: &'a [u8]) -> [&'a [u8]; 5] {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body]
}

/// HMAC-SHA256 over the parts, one after the other.
pub(super) fn hmac_sha256(secret: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // RFC 2104: a key is padded to the block with zeros, a longer one is hashed first.
    let mut key = hmac::digest::Key::<Hmac<Sha256>>::default();
    let short = match secret.len() <= key.len() {
        true => secret,
        false => &Sha256::digest(secret),
    };
    key.iter_mut().zip(short).for_each(|(to, from)| *to = *from);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&key);
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// Whether two digests are the same, in a time that does not depend on where they differ.
pub(super) fn equal(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.ct_eq(other).into()
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
