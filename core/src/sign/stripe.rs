//! Signatures as Stripe makes them: HMAC-SHA256 over `t.body`, carried as `t=…,v1=…`. The key is the whole text of the
//! secret, never decoded although it begins with `whsec_`, and nothing is looked into before it is verified.
//!
//! Where the official libraries differ or say nothing, the stricter answer is ours: two different `t` are refused, `t`
//! is digits only (no blank, no sign), a `v1` is exactly 64 lower-case hex digits, and a genuine body that is empty or
//! not UTF-8 is refused as `malformed`. A `t` in the future passes, because Stripe's own libraries have no such limit.

use subtle::Choice;

use crate::error::{Code, Error, Result};
use crate::http::{CALLBACK_BYTES_MAX, HEADER_BYTES_MAX};
use crate::secret::Secret;
use crate::sign::hmac::{MacKey, hex_digits, hmac_sha256, same_digits, to_hex};
use crate::sign::unix_seconds;

/// The header that carries the signatures.
pub const SIGNATURE: &str = "Stripe-Signature";
/// How old a message may be unless configured, in seconds; exactly so old still passes.
pub const TOLERANCE_S: u32 = 300;
/// What stands before a signature of the version that is verified.
const V1: &str = "v1=";

/// The secrets of one endpoint, prepared once; several while one of them is rolled.
#[derive(Clone)]
pub struct Keys(Vec<MacKey>);

impl Keys {
    /// Prepares the secrets. Fails with `secret_empty`.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s Secret>) -> Result<Self> {
        let keys = secrets.into_iter().map(|secret| MacKey::new(secret.expose()));
        Ok(Keys(keys.collect::<Result<_>>()?))
    }

    /// Every key is tried, whichever of them fits.
    fn check(&self, offered: &Offered<'_>, body: &[u8]) -> Result<()> {
        if self.0.is_empty() {
            return Err(Error::new(Code::AuthNotConfigured).with("gateway", "Stripe"));
        }
        let mut found = Choice::from(0);
        for key in &self.0 {
            let digits = hex_digits(&key.sign(&[offered.t.as_bytes(), b".", body]));
            found |= offered.any_equal(&digits);
        }
        if bool::from(found) { Ok(()) } else { Err(Error::new(Code::AuthMismatch)) }
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} keys [redacted]", self.0.len())
    }
}

/// The header that signs a body, with the time of this attempt in Unix seconds.
///
/// Fails with `argument_range` for a time before 1970.
pub fn sign(body: &[u8], secret: &Secret, timestamp_s: i64) -> Result<String> {
    if timestamp_s < 0 {
        return Err(Error::new(Code::ArgumentRange)
            .with("field", "timestamp")
            .with("given", timestamp_s)
            .with("rule", "Unix seconds, not before 1970"));
    }
    let t = timestamp_s.to_string();
    let signature = hmac_sha256(secret.expose(), &[t.as_bytes(), b".", body])?;
    Ok(format!("t={t},v1={}", to_hex(&signature)))
}

/// Proves that a body was signed with one of the keys and is not too old; hands it back as the text it is. A tolerance
/// of 0 switches the check of the age off.
///
/// The first of these refuses: `too_large`, `auth_missing`, `auth_malformed`, `auth_not_configured`, `auth_mismatch`,
/// `auth_stale`, and `malformed` for what is genuine but no text.
pub fn verify<'b>(
    body: &'b [u8],
    header: Option<&str>,
    keys: &Keys,
    now_s: i64,
    tolerance_s: u32,
) -> Result<&'b str> {
    check_size("the callback's body", body.len(), CALLBACK_BYTES_MAX)?;
    let header = header.filter(|header| !header.trim_ascii().is_empty());
    let header = header.ok_or_else(|| Error::new(Code::AuthMissing).with("field", SIGNATURE))?;
    check_size("the signature header", header.len(), HEADER_BYTES_MAX)?;
    let offered = Offered::read(header)?;
    keys.check(&offered, body)?;
    check_age(now_s.saturating_sub(offered.timestamp_s), tolerance_s)?;
    as_text(body)
}

/// What the header offers.
struct Offered<'h> {
    /// As it stands, because so it was signed.
    t: &'h str,
    timestamp_s: i64,
    header: &'h str,
}

impl<'h> Offered<'h> {
    fn read(header: &'h str) -> Result<Self> {
        let (mut t, mut signed) = (None, false);
        for item in header.split(',') {
            // Others are passed over: v0, which Stripe calls fake, and versions to come.
            if let Some(text) = item.strip_prefix("t=") {
                if t.is_some_and(|first| first != text) {
                    return Err(unreadable("it has two different times"));
                }
                t = Some(text);
            } else if item.starts_with(V1) {
                signed = true;
            } else if item == "v1" || item == "t" {
                return Err(unreadable("an item of the signature list is empty"));
            }
        }
        let t = t.ok_or_else(|| unreadable("it has no time"))?;
        let timestamp_s = unix_seconds(t).ok_or_else(|| unreadable("its time is not a number"))?;
        match signed {
            true => Ok(Offered { t, timestamp_s, header }),
            false => Err(unreadable("it has no signature of a known version")),
        }
    }

    fn any_equal(&self, digits: &[u8; 64]) -> Choice {
        let signatures = self.header.split(',').filter_map(|item| item.strip_prefix(V1));
        signatures.fold(Choice::from(0), |found, one| found | same_digits(digits, one.as_bytes()))
    }
}

fn check_age(age: i64, tolerance_s: u32) -> Result<()> {
    if tolerance_s == 0 || age <= i64::from(tolerance_s) {
        return Ok(());
    }
    Err(Error::new(Code::AuthStale).with("age", age).with("tolerance", tolerance_s))
}

fn as_text(body: &[u8]) -> Result<&str> {
    let malformed = |why: &str| Error::new(Code::Malformed).with("format", "JSON").with("why", why);
    match std::str::from_utf8(body) {
        Ok("") => Err(malformed("the body is empty")),
        Ok(text) => Ok(text),
        Err(_) => Err(malformed("not UTF-8")),
    }
}

fn check_size(field: &str, bytes: usize, limit: usize) -> Result<()> {
    if bytes <= limit {
        return Ok(());
    }
    let error = Error::new(Code::TooLarge).with("field", field);
    Err(error.with("limit", format_args!("{limit} bytes")))
}

fn unreadable(why: &str) -> Error {
    Error::new(Code::AuthMalformed).with("why", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000;
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    fn secret(text: &str) -> Secret {
        Secret::new("test", text).unwrap()
    }

    fn ours() -> Secret {
        secret("whsec_throwaway0123456789abcdef")
    }

    fn code(header: &str, now_s: i64, tolerance_s: u32) -> Result<(), Code> {
        let keys = Keys::new([&secret("whsec_throwaway_the_older"), &ours()]).unwrap();
        verify(BODY, Some(header), &keys, now_s, tolerance_s).map(drop).map_err(|e| e.code())
    }

    /// Protects: what we sign, we verify, with either of two secrets and up to the last second.
    #[test]
    fn signed_bodies_verify() {
        for signer in ["whsec_throwaway_the_older", "whsec_throwaway0123456789abcdef"] {
            let header = sign(BODY, &secret(signer), NOW).unwrap();
            assert_eq!(code(&header, NOW + 300, 300), Ok(()));
            assert_eq!(code(&header, NOW + 301, 300), Err(Code::AuthStale));
            assert_eq!(code(&header, NOW + 301, 0), Ok(()));
            assert_eq!(code(&header, NOW - 9_999_999, 300), Ok(()));
        }
        let header = sign(BODY, &secret("another"), NOW).unwrap();
        assert_eq!(code(&header, NOW, 300), Err(Code::AuthMismatch));
        assert_eq!(sign(BODY, &ours(), -1).unwrap_err().code(), Code::ArgumentRange);
    }

    /// Protects: X1, an endpoint without secrets verifies nothing; and nothing is verified without a header.
    #[test]
    fn nothing_verifies_without_keys_or_header() {
        let header = sign(BODY, &ours(), NOW).unwrap();
        let none = Keys::new([]).unwrap();
        let code = |keys, header| verify(BODY, header, keys, NOW, 300).unwrap_err().code();
        assert_eq!(code(&none, Some(&header)), Code::AuthNotConfigured);
        let keys = Keys::new([&ours()]).unwrap();
        assert_eq!(code(&keys, None), Code::AuthMissing);
        assert_eq!(code(&keys, Some(" ")), Code::AuthMissing);
    }

    /// Protects: a header is read one way only; what could be read in two ways is refused, even if it is genuine.
    #[test]
    fn headers_are_read_strictly() {
        let good = sign(BODY, &ours(), NOW).unwrap();
        let (t, v1) = good.split_once(',').unwrap();
        for accepted in [
            format!("{v1},{t}"),
            format!("{good},"),
            format!("{good},v0=1,x,v2="),
            format!("{t},{t},{v1}"),
            format!("{t},v1=,v1=zz,{v1}"),
        ] {
            assert_eq!(code(&accepted, NOW, 300), Ok(()), "{accepted}");
        }
        for unreadable in [
            t.to_owned(),
            v1.to_owned(),
            format!("{t}, {v1}"),
            format!("{t},t=1,{v1}"),
            format!("{t},v1,{v1}"),
            format!("t,{good}"),
            good.replace("t=", "t= "),
            good.replace("t=", "t=+"),
            good.replace(',', "abc,"),
            good.replace("t=", "T="),
            good.replace(&NOW.to_string(), &"9".repeat(20)),
            "this is not a signature".to_owned(),
        ] {
            assert_eq!(code(&unreadable, NOW, 300), Err(Code::AuthMalformed), "{unreadable}");
        }
        let upper = format!("{t},v1={}", v1["v1=".len()..].to_uppercase());
        for different in [upper, format!("{good}=x"), good[..good.len() - 1].to_owned()] {
            assert_eq!(code(&different, NOW, 300), Err(Code::AuthMismatch), "{different}");
        }
    }

    /// Protects: H34 and H53, what is too long is refused before anything is computed.
    #[test]
    fn sizes_are_limited() {
        let long = format!("t=1,v1={}", "0".repeat(HEADER_BYTES_MAX));
        assert_eq!(code(&long, NOW, 300), Err(Code::TooLarge));
        let keys = Keys::new([&ours()]).unwrap();
        let big = vec![b' '; CALLBACK_BYTES_MAX + 1];
        assert_eq!(verify(&big, Some("x"), &keys, NOW, 0).unwrap_err().code(), Code::TooLarge);
    }

    /// Protects: what is genuine but no text is refused, and only then.
    #[test]
    fn a_genuine_body_is_text() {
        let keys = Keys::new([&ours()]).unwrap();
        for body in [b"".as_slice(), b"{\"a\":\"\xe9\"}"] {
            let header = sign(body, &ours(), NOW).unwrap();
            let code =
                |header: &str| verify(body, Some(header), &keys, NOW, 300).unwrap_err().code();
            assert_eq!(code(&header), Code::Malformed);
            assert_eq!(code(&header.replace("v1=", "v1=0")), Code::AuthMismatch);
        }
    }

    /// Protects: H26, neither keys nor errors print a secret.
    #[test]
    fn secrets_stay_inside() {
        let keys = Keys::new([&secret("whsec_canary_canary_canary")]).unwrap();
        let header = sign(BODY, &ours(), NOW).unwrap();
        let error = verify(BODY, Some(&header), &keys, NOW, 300).unwrap_err();
        assert!(!format!("{keys:?} {error:?} {error}").contains("canary"));
    }
}
