//! Callbacks signed with a shared secret: over sorted `name=value` members of the body, or over
//! `nonce.timestamp.body`. The message never chooses the scheme, and nothing ambiguous verifies, even if signed.

use std::borrow::Cow;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::http::{CALLBACK_BYTES_MAX, Headers};
use crate::json::{Object, Value};
use crate::secret::Secret;
use crate::sign::hmac::{
    SIGNATURES_MAX, SignatureList, from_hex, hmac_sha256, signature_list, to_hex,
};
use crate::sign::key_ring::KeyRing;
use crate::sign::unix_seconds;

/// How far a message's time may be from ours unless configured: long enough for a slow network.
pub const TOLERANCE_S: u32 = 300;
/// The widest tolerance that can be configured; beyond it the replay window is no protection.
pub const TOLERANCE_S_MAX: u32 = 900;

const SIGNATURE: &str = "signature";
const TIMESTAMP: &str = "timestamp";
const NONCE: &str = "nonce";
const KEY_ID: &str = "key_id";
/// Twelve digits reach to the year 33658; milliseconds have thirteen and are refused.
const TIMESTAMP_DIGITS_MAX: usize = 12;
const NAME_BYTES_MAX: usize = 64;

/// What is signed, and where the signature stands.
#[derive(Clone, Debug)]
pub enum Scheme {
    /// The members of a flat JSON object, sorted: for senders that already exist.
    Body {
        /// The header that carries the signature; `None` for the member `signature`.
        signature_header: Option<String>,
        /// Whether `timestamp` and `nonce` are required. Without them an old message stays genuine for ever.
        require_fresh: bool,
    },
    /// Nonce, timestamp and the raw body: for everything new.
    Header(HeaderNames),
}

/// The headers of [`Scheme::Header`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HeaderNames {
    /// Carries the signatures.
    pub signature: String,
    /// Carries Unix seconds.
    pub timestamp: String,
    /// Carries the nonce.
    pub nonce: String,
    /// May name the key.
    pub key_id: String,
}

impl Default for HeaderNames {
    fn default() -> Self {
        HeaderNames {
            signature: "X-Payment-Signature".to_owned(),
            timestamp: "X-Payment-Timestamp".to_owned(),
            nonce: "X-Payment-Nonce".to_owned(),
            key_id: "X-Payment-Key-Id".to_owned(),
        }
    }
}

/// How one account's callbacks are verified.
#[derive(Clone, Debug)]
pub struct Config {
    scheme: Scheme,
    ring: KeyRing,
    tolerance_s: u32,
}

impl Config {
    /// Fails with `config_invalid` when the tolerance is not within 1 to [`TOLERANCE_S_MAX`].
    pub fn new(scheme: Scheme, ring: KeyRing, tolerance_s: u32) -> Result<Self> {
        Ok(Config { scheme, ring, tolerance_s: checked_tolerance(tolerance_s)? })
    }

    /// The keys.
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    fn check_age(&self, timestamp_s: i64, now: Time) -> Result<()> {
        let age = now.seconds().abs_diff(timestamp_s);
        if age <= u64::from(self.tolerance_s) {
            return Ok(());
        }
        Err(Error::new(Code::AuthStale).with("age", age).with("tolerance", self.tolerance_s))
    }
}

/// A tolerance that is a protection. Fails with `config_invalid` outside 1 to [`TOLERANCE_S_MAX`].
pub(crate) fn checked_tolerance(seconds: u32) -> Result<u32> {
    if (1..=TOLERANCE_S_MAX).contains(&seconds) {
        return Ok(seconds);
    }
    let why = format_args!("{seconds} is not between 1 and {TOLERANCE_S_MAX} seconds");
    Err(Error::new(Code::ConfigInvalid).with("setting", "tolerance_s").with("why", why))
}

/// A callback that was proved genuine and fresh. Whether it was seen before is the store's to say.
#[derive(Debug)]
pub struct Authentic<'a> {
    /// SHA-256 of the authenticated bytes.
    pub digest: [u8; 32],
    /// The sender's number for this message; `None` only where freshness is not required.
    pub nonce: Option<Cow<'a, str>>,
    /// In the body scheme, the members.
    pub object: Option<Object<'a>>,
    /// In the body scheme, the text that was signed.
    pub canonical: Option<String>,
}

/// Checks a callback over its raw bytes.
///
/// The first of these refuses: `too_large`; in the body scheme `malformed`, `duplicate_field`; then `auth_missing`
/// and `auth_malformed` (signature), `canonical`, `auth_malformed` (timestamp, nonce), `auth_unknown_key`,
/// `auth_not_configured`, `auth_mismatch`; and last `auth_stale`, so that the answer does not help guessing.
/// In the header scheme the body is not looked into.
pub fn verify<'a>(
    config: &Config,
    headers: &'a Headers,
    body: &'a [u8],
    now: Time,
) -> Result<Authentic<'a>> {
    if body.len() > CALLBACK_BYTES_MAX {
        return Err(Error::new(Code::TooLarge)
            .with("field", "the callback's body")
            .with("limit", format_args!("{CALLBACK_BYTES_MAX} bytes")));
    }
    match &config.scheme {
        Scheme::Body { signature_header: None, require_fresh } => {
            let object = Object::parse(body)?;
            let offered = signature_member(&object)?;
            verify_members(config, object, Some(SIGNATURE), offered, *require_fresh, now)
        }
        Scheme::Body { signature_header: Some(name), require_fresh } => {
            let object = Object::parse(body)?;
            let offered = one_signature(required(headers, name)?)?;
            verify_members(config, object, None, offered, *require_fresh, now)
        }
        Scheme::Header(names) => verify_body(config, names, headers, body, now),
    }
}

/// The body scheme, from the signature on; `left_out` is the member that is not signed.
fn verify_members<'a>(
    config: &Config,
    object: Object<'a>,
    left_out: Option<&str>,
    offered: [u8; 32],
    require_fresh: bool,
    now: Time,
) -> Result<Authentic<'a>> {
    let text = canonical_members(&object, left_out)?;
    let fresh = require_fresh.then(|| Fresh::from_members(&object)).transpose()?;
    let key_id = key_id_member(&object)?;
    config.ring.check(key_id, now, &[text.as_bytes()], &[offered])?;
    if let Some(fresh) = &fresh {
        config.check_age(fresh.timestamp_s, now)?;
    }
    Ok(Authentic {
        digest: Sha256::digest(&text).into(),
        nonce: fresh.map(|fresh| fresh.nonce),
        object: Some(object),
        canonical: Some(text),
    })
}

/// The header scheme.
fn verify_body<'a>(
    config: &Config,
    names: &HeaderNames,
    headers: &'a Headers,
    body: &[u8],
    now: Time,
) -> Result<Authentic<'a>> {
    let offered = match signature_list(required(headers, &names.signature)?, &["", "v1", "sha256"])?
    {
        SignatureList::Usable(signatures) => signatures,
        SignatureList::Unknown => return Err(unreadable("it has no signature of a known version")),
        SignatureList::Malformed(why) => return Err(unreadable(why)),
    };
    let timestamp = headers.one(&names.timestamp)?.unwrap_or_default();
    let nonce = headers.one(&names.nonce)?.unwrap_or_default();
    let fresh = Fresh::new(timestamp, Cow::Borrowed(nonce))?;
    let parts: [&[u8]; 5] = [nonce.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    config.ring.check(headers.one(&names.key_id)?, now, &parts, &offered)?;
    config.check_age(fresh.timestamp_s, now)?;
    let digest = parts.iter().fold(Sha256::new(), Sha256::chain_update).finalize().into();
    Ok(Authentic { digest, nonce: Some(fresh.nonce), object: None, canonical: None })
}

/// When a message was made, and the number that its sender never uses again.
struct Fresh<'a> {
    timestamp_s: i64,
    nonce: Cow<'a, str>,
}

impl<'a> Fresh<'a> {
    fn new(timestamp: &str, nonce: Cow<'a, str>) -> Result<Self> {
        let is_short = timestamp.len() <= TIMESTAMP_DIGITS_MAX;
        let timestamp_s = if is_short { unix_seconds(timestamp) } else { None };
        let timestamp_s =
            timestamp_s.ok_or_else(|| unreadable("the timestamp is not Unix seconds"))?;
        if !is_nonce(&nonce) {
            return Err(unreadable("the nonce is not 16 to 64 letters, digits, _ or -"));
        }
        Ok(Fresh { timestamp_s, nonce })
    }

    fn from_members(object: &Object<'a>) -> Result<Self> {
        let timestamp = match object.get(TIMESTAMP) {
            Some(Value::Number(written)) => written,
            Some(Value::Text(text)) => text.as_ref(),
            _ => return Err(unreadable("the timestamp is missing or of another type")),
        };
        match object.get(NONCE) {
            Some(Value::Text(nonce)) => Fresh::new(timestamp, nonce.clone()),
            _ => Err(unreadable("the nonce is missing or of another type")),
        }
    }
}

fn is_nonce(text: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    (16..=64).contains(&text.len()) && text.bytes().all(is_allowed)
}

fn unreadable(why: &str) -> Error {
    Error::new(Code::AuthMalformed).with("why", why)
}

fn missing(field: &str) -> Error {
    Error::new(Code::AuthMissing).with("field", field)
}

fn required<'h>(headers: &'h Headers, name: &str) -> Result<&'h str> {
    headers.one(name)?.ok_or_else(|| missing(name))
}

fn one_signature(text: &str) -> Result<[u8; 32]> {
    from_hex(text).ok_or_else(|| unreadable("it is not 64 hex digits"))
}

fn signature_member(object: &Object<'_>) -> Result<[u8; 32]> {
    match object.get(SIGNATURE) {
        None | Some(Value::Null) => Err(missing(SIGNATURE)),
        Some(Value::Text(text)) => one_signature(text),
        Some(_) => Err(unreadable("it is not text")),
    }
}

fn key_id_member<'o>(object: &'o Object<'_>) -> Result<Option<&'o str>> {
    match object.get(KEY_ID) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(id)) => Ok(Some(id)),
        Some(_) => Err(unreadable("the key id is not text")),
    }
}

/// The text that a body-scheme signature covers.
fn canonical_members(object: &Object<'_>, left_out: Option<&str>) -> Result<String> {
    let members = object.members().iter().filter(|m| Some(m.name.as_ref()) != left_out);
    let mut pairs = Vec::with_capacity(object.members().len());
    for member in members {
        pairs.push((member.name.as_ref(), scalar(&member.name, &member.value)?));
    }
    canonical(pairs)
}

/// A value as it is signed. Numbers stay as written: `1.10` and `1.1` are different messages.
fn scalar<'v>(name: &str, value: &'v Value<'_>) -> Result<&'v str> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Number(written) => Ok(written),
        Value::True => Ok("true"),
        Value::False => Ok("false"),
        Value::Null => Ok("null"),
        Value::Object(_) | Value::Array(_) => Err(ambiguous("holds other values", name)),
    }
}

/// Sorted by the bytes of the names and joined as `name=value&name=value`. Fails with `canonical` where another
/// set of members would give the same text.
fn canonical(mut pairs: Vec<(&str, &str)>) -> Result<String> {
    if pairs.is_empty() {
        return Err(Error::new(Code::Canonical).with("why", "there is nothing to sign"));
    }
    pairs.sort_unstable();
    let length = pairs.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    let mut text = String::with_capacity(length);
    for (name, value) in pairs {
        check_pair(name, value)?;
        if !text.is_empty() {
            text.push('&');
        }
        text.extend([name, "=", value]);
    }
    Ok(text)
}

fn check_pair(name: &str, value: &str) -> Result<()> {
    let in_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    if !(1..=NAME_BYTES_MAX).contains(&name.len()) || !name.bytes().all(in_name) {
        return Err(ambiguous("is not 1 to 64 letters, digits, _, . or -", name));
    }
    if value.bytes().any(|b| matches!(b, b'&' | b'=') || b.is_ascii_control()) {
        return Err(ambiguous("holds &, = or a control character", name));
    }
    Ok(())
}

fn ambiguous(why: &str, name: &str) -> Error {
    let shown: String = name.chars().take(NAME_BYTES_MAX).collect();
    let why = format!("the member \"{}\" {why}", shown.escape_debug());
    Error::new(Code::Canonical).with("why", why)
}

/// Signs members the way [`Scheme::Body`] checks them; the signature itself is not among them.
///
/// Fails with `canonical` for what could be read in two ways and with `duplicate_field`.
pub fn sign_fields(fields: &[(&str, &str)], secret: &Secret) -> Result<String> {
    let is_repeated = |i: usize, name: &str| fields.iter().take(i).any(|(n, _)| *n == name);
    if let Some((_, (name, _))) = fields.iter().enumerate().find(|(i, (n, _))| is_repeated(*i, n)) {
        return Err(Error::new(Code::DuplicateField).with("field", name.escape_debug()));
    }
    let text = canonical(fields.to_vec())?;
    Ok(to_hex(&hmac_sha256(secret.expose(), &[text.as_bytes()])?))
}

/// The headers that sign a body the way [`Scheme::Header`] checks it: one signature per secret, so that a receiver
/// verifies before and after a change of keys. Take a new `nonce` and the present time for each attempt.
///
/// Fails with `text_format` (nonce), `argument_range` (a time before 1970) and `argument_missing` (no secret).
pub fn sign_headers(
    nonce: &str,
    timestamp: Time,
    body: &[u8],
    secrets: &[&Secret],
) -> Result<Vec<(String, String)>> {
    if !is_nonce(nonce) {
        return Err(Error::new(Code::TextFormat)
            .with("field", NONCE)
            .with("rule", "it is 16 to 64 letters, digits, _ or -"));
    }
    if !(1..=SIGNATURES_MAX).contains(&secrets.len()) {
        return Err(Error::new(Code::ArgumentMissing)
            .with("field", "secrets")
            .with("rule", format_args!("give one to {SIGNATURES_MAX}")));
    }
    let seconds = timestamp.seconds().to_string();
    Fresh::new(&seconds, Cow::Borrowed(nonce)).map_err(|_| {
        Error::new(Code::ArgumentRange)
            .with("field", TIMESTAMP)
            .with("given", timestamp)
            .with("rule", "between the years 1970 and 33658")
    })?;
    let parts: [&[u8]; 5] = [nonce.as_bytes(), b".", seconds.as_bytes(), b".", body];
    let sign =
        |secret: &&Secret| Ok(format!("v1={}", to_hex(&hmac_sha256(secret.expose(), &parts)?)));
    let signatures = secrets.iter().map(sign).collect::<Result<Vec<_>>>()?;
    let names = HeaderNames::default();
    Ok(vec![
        (names.signature, signatures.join(",")),
        (names.timestamp, seconds),
        (names.nonce, nonce.to_owned()),
    ])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sign::key_ring::Key;

    const NOW: Time = Time::from_millis(1_795_000_000_000);
    const NONCE_TEXT: &str = "n0nce_0123456789abcdef";

    fn secret(text: &str) -> Secret {
        Secret::new("test", text).unwrap()
    }

    fn config(scheme: Scheme) -> Config {
        let secret = secret("throwaway-callback-secret-1");
        let key = Key { id: "k1".to_owned(), secret, not_before_s: None, not_after_s: None };
        Config::new(scheme, KeyRing::new("shop", [key]).unwrap(), TOLERANCE_S).unwrap()
    }

    fn body_scheme() -> Scheme {
        Scheme::Body { signature_header: None, require_fresh: true }
    }

    fn code(scheme: Scheme, headers: &Headers, body: &[u8]) -> Result<(), Code> {
        verify(&config(scheme), headers, body, NOW).map(drop).map_err(|e| e.code())
    }

    /// Protects: what `sign_fields` signs, the body scheme verifies; the order of the fields does not matter.
    #[test]
    fn signed_fields_verify() {
        let fields =
            [("timestamp", "1795000000"), ("nonce", NONCE_TEXT), ("a.b", ""), ("a", "é 1")];
        let signature = sign_fields(&fields, &secret("throwaway-callback-secret-1")).unwrap();
        let body = format!(
            r#"{{"a":"é 1","a.b":"","nonce":"{NONCE_TEXT}","signature":"{signature}","timestamp":1795000000}}"#
        );
        let headers = Headers::default();
        let config = config(body_scheme());
        let authentic = verify(&config, &headers, body.as_bytes(), NOW).unwrap();
        let text = format!("a=é 1&a.b=&nonce={NONCE_TEXT}&timestamp=1795000000");
        assert_eq!(authentic.canonical, Some(text));
        assert_eq!(authentic.nonce.as_deref(), Some(NONCE_TEXT));
    }

    /// Protects: H50, nothing that can be read in two ways is ever signed by us.
    #[test]
    fn ambiguous_fields_are_not_signed() {
        let code = |fields: &[(&str, &str)]| {
            sign_fields(fields, &secret("throwaway")).map(drop).map_err(|e| e.code())
        };
        for bad in
            [("a", "1&b=2"), ("a", "="), ("a", "\n"), ("a", "\u{7f}"), ("", "1"), ("a=b", "1")]
        {
            assert_eq!(code(&[bad]), Err(Code::Canonical), "{bad:?}");
        }
        assert_eq!(code(&[]), Err(Code::Canonical));
        assert_eq!(code(&[(&"n".repeat(65), "1")]), Err(Code::Canonical));
        assert_eq!(code(&[("a", "1"), ("b", "2"), ("a", "1")]), Err(Code::DuplicateField));
        assert_eq!(code(&[(&"n".repeat(64), "\u{80}%26+\"")]), Ok(()));
    }

    /// Protects: what `sign_headers` signs, the header scheme verifies, under any of the secrets.
    #[test]
    fn signed_headers_verify() {
        let (old, new) = (secret("throwaway-other"), secret("throwaway-callback-secret-1"));
        let lines = sign_headers(NONCE_TEXT, NOW, b"\xff any", &[&old, &new]).unwrap();
        let headers = Headers::new(lines.clone()).unwrap();
        let scheme = || Scheme::Header(HeaderNames::default());
        assert_eq!(code(scheme(), &headers, b"\xff any"), Ok(()));
        assert_eq!(code(scheme(), &headers, b"\xff anx"), Err(Code::AuthMismatch));
        let doubled = Headers::new(lines.iter().chain(&lines).cloned()).unwrap();
        assert_eq!(code(scheme(), &doubled, b"\xff any"), Err(Code::DuplicateField));
        let refusal = |nonce, at, secrets: &[&Secret]| {
            sign_headers(nonce, at, b"", secrets).unwrap_err().code()
        };
        assert_eq!(refusal("short", NOW, &[&new]), Code::TextFormat);
        assert_eq!(refusal(NONCE_TEXT, Time::from_millis(-1), &[&new]), Code::ArgumentRange);
        assert_eq!(refusal(NONCE_TEXT, NOW, &[]), Code::ArgumentMissing);
    }

    /// Protects: H53, one byte too many is refused before anything is read.
    #[test]
    fn size_comes_first() {
        let mut body = vec![b' '; CALLBACK_BYTES_MAX + 1];
        let none = Headers::default();
        assert_eq!(code(body_scheme(), &none, &body), Err(Code::TooLarge));
        assert_eq!(code(Scheme::Header(HeaderNames::default()), &none, &body), Err(Code::TooLarge));
        body.pop();
        assert_eq!(code(body_scheme(), &none, &body), Err(Code::Malformed));
    }

    /// Protects: the tolerance cannot be switched off or widened without end.
    #[test]
    fn the_tolerance_is_bounded() {
        let of = |seconds| Config::new(body_scheme(), KeyRing::new("x", []).unwrap(), seconds);
        assert!(of(1).is_ok() && of(900).is_ok());
        for wrong in [0, 901, u32::MAX] {
            let error = of(wrong).unwrap_err();
            assert_eq!(
                (error.code(), error.detail("setting")),
                (Code::ConfigInvalid, Some("tolerance_s"))
            );
        }
    }

    /// Protects: X4, a secret stands in no printed configuration and in no error.
    #[test]
    fn prints_no_secret() {
        let config = config(body_scheme());
        let error = verify(&config, &Headers::default(), b"{\"a\":1}", NOW).unwrap_err();
        assert!(!format!("{config:?} {error:?} {error}").contains("throwaway"));
    }

    /// Signatures, timestamps and nonces that are right or nearly so.
    fn header_text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[ -~]{0,80}",
            "\\PC{0,20}",
            "(v1=)?[0-9a-f]{64}(,[0-9a-f]{62,65}){0,2}",
            "[0-9]{1,13}",
            "[a-z0-9_-]{14,66}"
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Protects: no headers and no bytes make a check panic, and none of them verifies.
        #[test]
        fn survives_anything(
            values in prop::array::uniform4(header_text()),
            body in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..300),
                "\\{(\"(signature|nonce|timestamp|a)\":(\"[0-9a-f]{0,66}\"|[0-9]{1,14}|null),?){0,5}\\}".prop_map(String::into_bytes),
            ],
            seconds in any::<i64>(),
        ) {
            let names = HeaderNames::default();
            let names = [names.signature, names.timestamp, names.nonce, names.key_id];
            let headers = Headers::new(names.into_iter().zip(values)).unwrap();
            let now = Time::from_millis(seconds);
            for scheme in [
                body_scheme(),
                Scheme::Body { signature_header: None, require_fresh: false },
                Scheme::Body { signature_header: Some("x-payment-signature".to_owned()), require_fresh: true },
                Scheme::Header(HeaderNames::default()),
            ] {
                prop_assert!(verify(&config(scheme), &headers, &body, now).is_err());
            }
        }
    }
}
