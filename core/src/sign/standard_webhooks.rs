//! Signatures of Standard Webhooks: over `id.timestamp.body`, HMAC-SHA256 (`v1`) or Ed25519 (`v1a`). The key is what the
//! secret's base64 decodes to, never its text; and one kind of key never answers for the other.
//!
//! Where the official libraries differ, the stricter answer is ours: items stand between single spaces, an item
//! without a comma makes the list unreadable, a secret's base64 has its padding, and what is signed has no dot in its id.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::error::{Code, Error, Result};
use crate::http::{CALLBACK_BYTES_MAX, HEADER_BYTES_MAX, Headers};
use crate::secret::Secret;
use crate::sign::hmac::{MacKey, SIGNATURES_MAX};
use crate::sign::unix_seconds;

/// How far a message's time may be from ours unless configured, both ways, in seconds.
pub const TOLERANCE_S: u32 = 300;
/// Identifies the message; the same on every retry.
pub const ID: &str = "webhook-id";
/// Unix seconds of this attempt.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The signatures, separated by spaces.
pub const SIGNATURE: &str = "webhook-signature";

/// An id of a message is not longer.
pub const ID_BYTES_MAX: usize = 256;
/// The prefix of each kind of key.
const PREFIXES: [(&str, Kind); 3] =
    [("whsec_", Kind::Shared), ("whsk_", Kind::Private), ("whpk_", Kind::Public)];
/// The specification wants 24 to 64 random bytes in a shared secret.
const SHARED_BYTES_RECOMMENDED: usize = 24;
/// An Ed25519 private key before its public half follows.
const SEED_BYTES: usize = 32;

/// What a key is, as its prefix says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `whsec_…`: both sides have it, and either could sign.
    Shared,
    /// `whsk_…`: the half that signs.
    Private,
    /// `whpk_…`: the half that verifies, and is no secret.
    Public,
}

/// A key that signs: `whsec_…` (or its base64 alone) for `v1`, `whsk_…` for `v1a`.
pub enum SigningKey {
    /// Shared with the receiver.
    Shared(MacKey),
    /// The receiver has only the public half.
    Private(Ed25519KeyPair),
}

/// The keys that verify one sender's messages, prepared once: `whsec_…` (or its base64 alone) for `v1`, `whpk_…` for `v1a`.
#[derive(Clone)]
pub struct Keys {
    shared: Vec<MacKey>,
    public: Vec<[u8; 32]>,
    short: bool,
}

impl Kind {
    /// The kind of a key. `None` for a text without any of the prefixes, which may be anything.
    pub fn of(text: &str) -> Option<Self> {
        split(text).map(|(kind, _)| kind)
    }

    /// In words, for errors.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Shared => "a shared secret (whsec_…)",
            Kind::Private => "a private key (whsk_…)",
            Kind::Public => "a public key (whpk_…)",
        }
    }
}

impl SigningKey {
    /// Fails with `secret_empty`, `config_invalid` (no base64, or of a wrong length) and `key_type` (a public key).
    pub fn new(secret: &Secret) -> Result<Self> {
        match read(secret)? {
            (Kind::Private, encoded) => private_key(&decode(encoded)?).map(SigningKey::Private),
            (Kind::Public, _) => Err(wrong_type("a public key", "the private one (whsk_…)")),
            (Kind::Shared, encoded) => Ok(SigningKey::Shared(MacKey::new(&decode(encoded)?)?)),
        }
    }

    fn sign(&self, parts: [&[u8]; 5]) -> String {
        match self {
            SigningKey::Shared(key) => format!("v1,{}", BASE64.encode(key.sign(&parts))),
            SigningKey::Private(key) => {
                format!("v1a,{}", BASE64.encode(key.sign(&parts.concat()).as_ref()))
            }
        }
    }
}

impl Keys {
    /// Fails as [`SigningKey::new`] does, with `key_type` for a private key: who verifies has no use for it.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s Secret>) -> Result<Self> {
        let mut keys = Keys { shared: Vec::new(), public: Vec::new(), short: false };
        for secret in secrets {
            match read(secret)? {
                (Kind::Public, encoded) => keys.public.push(
                    decode(encoded)?.as_slice().try_into().map_err(|_| invalid("not 32 bytes"))?,
                ),
                (Kind::Private, _) => {
                    return Err(wrong_type("a private key", "the public one (whpk_…)"));
                }
                (Kind::Shared, encoded) => {
                    let bytes = decode(encoded)?;
                    keys.short |= bytes.len() < SHARED_BYTES_RECOMMENDED;
                    keys.shared.push(MacKey::new(&bytes)?);
                }
            }
        }
        Ok(keys)
    }

    /// Whether a shared secret is so short that an operator should be warned.
    pub fn has_short(&self) -> bool {
        self.short
    }

    /// Every shared key is tried, whichever of them fits.
    fn check(&self, parts: [&[u8]; 5], offered: &str) -> Result<()> {
        if self.shared.is_empty() && self.public.is_empty() {
            return Err(Error::new(Code::AuthNotConfigured).with("gateway", "this sender"));
        }
        check_items(offered)?;
        let mut found = Choice::from(0);
        for key in &self.shared {
            let mut text = [0; 44]; // 32 bytes as base64
            let computed = key.sign(&parts);
            BASE64.encode_slice(computed, &mut text).map_err(Error::bug)?;
            found |= labelled(offered, "v1,")
                .fold(Choice::from(0), |found, one| found | text.ct_eq(one.as_bytes()));
        }
        if bool::from(found) || self.is_publicly_signed(parts, offered)? {
            return Ok(());
        }
        Err(Error::new(Code::AuthMismatch))
    }

    /// Verifying costs much more than comparing, so the number of tries is limited.
    fn is_publicly_signed(&self, parts: [&[u8]; 5], offered: &str) -> Result<bool> {
        if self.public.is_empty() {
            return Ok(false);
        }
        if labelled(offered, "v1a,").count() > SIGNATURES_MAX {
            return Err(too_large("the signature header", format!("{SIGNATURES_MAX} signatures")));
        }
        let message = parts.concat();
        let signatures = labelled(offered, "v1a,").filter_map(|one| BASE64.decode(one).ok());
        let fits = |signature: &Vec<u8>| {
            self.public.iter().any(|key| {
                UnparsedPublicKey::new(&ED25519, key).verify(&message, signature).is_ok()
            })
        };
        Ok(signatures.into_iter().any(|signature| fits(&signature)))
    }
}

/// All keys of several, such as those that are valid at one moment.
impl<'k> FromIterator<&'k Keys> for Keys {
    fn from_iter<I: IntoIterator<Item = &'k Keys>>(several: I) -> Self {
        let mut all = Keys { shared: Vec::new(), public: Vec::new(), short: false };
        for keys in several {
            all.shared.extend(keys.shared.iter().cloned());
            all.public.extend(&keys.public);
            all.short |= keys.short;
        }
        all
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} shared and {} public keys [redacted]", self.shared.len(), self.public.len())
    }
}

/// Whether an id can be taken for nothing else: 1 to [`ID_BYTES_MAX`] visible ASCII characters without a dot, which could
/// be read as the end of the id.
pub fn is_id(text: &str) -> bool {
    let in_id = |b: u8| b.is_ascii_graphic() && b != b'.';
    (1..=ID_BYTES_MAX).contains(&text.len()) && text.bytes().all(in_id)
}

/// The header `webhook-signature` for one key. While keys change, join those of both with a space.
///
/// Fails with `text_format` (an id that is empty, too long, or holds a dot, a blank or a control character) and with
/// `argument_range` (a time before 1970).
pub fn sign(id: &str, timestamp_s: i64, body: &[u8], key: &SigningKey) -> Result<String> {
    if !is_id(id) {
        return Err(Error::new(Code::TextFormat).with("field", ID).with(
            "rule",
            format_args!("it is 1 to {ID_BYTES_MAX} visible ASCII characters, no dot"),
        ));
    }
    if timestamp_s < 0 {
        return Err(Error::new(Code::ArgumentRange)
            .with("field", TIMESTAMP)
            .with("given", timestamp_s)
            .with("rule", "Unix seconds, not before 1970"));
    }
    Ok(key.sign([id.as_bytes(), b".", timestamp_s.to_string().as_bytes(), b".", body]))
}

/// Proves that a message was signed with one of the keys and is of our time. Whether its id was seen before is the
/// caller's to say.
///
/// The first of these refuses: `too_large`, `duplicate_field`, `auth_missing`, `auth_malformed`,
/// `auth_not_configured`, `auth_mismatch`, `auth_stale`.
pub fn verify(
    body: &[u8],
    headers: &Headers,
    keys: &Keys,
    now_s: i64,
    tolerance_s: u32,
) -> Result<()> {
    if body.len() > CALLBACK_BYTES_MAX {
        return Err(too_large("the callback's body", format!("{CALLBACK_BYTES_MAX} bytes")));
    }
    let id = required(headers, ID)?;
    let timestamp = required(headers, TIMESTAMP)?;
    let offered = required(headers, SIGNATURE)?;
    let timestamp_s =
        unix_seconds(timestamp).ok_or_else(|| unreadable("the timestamp is not Unix seconds"))?;
    keys.check([id.as_bytes(), b".", timestamp.as_bytes(), b".", body], offered)?;
    let age = now_s.abs_diff(timestamp_s);
    if age <= u64::from(tolerance_s) {
        return Ok(());
    }
    Err(Error::new(Code::AuthStale).with("age", age).with("tolerance", tolerance_s))
}

fn required<'h>(headers: &'h Headers, name: &str) -> Result<&'h str> {
    let value = headers.one(name)?.filter(|value| !value.is_empty());
    let value = value.ok_or_else(|| Error::new(Code::AuthMissing).with("field", name))?;
    match value.len() > HEADER_BYTES_MAX {
        true => Err(too_large("the signature header", format!("{HEADER_BYTES_MAX} bytes"))),
        false => Ok(value),
    }
}

/// The signatures under one label, its comma included.
fn labelled<'h>(offered: &'h str, label: &str) -> impl Iterator<Item = &'h str> {
    offered.split(' ').filter_map(move |item| item.strip_prefix(label))
}

fn check_items(offered: &str) -> Result<()> {
    let is_item =
        |item: &str| matches!(item.split_once(','), Some((_, rest)) if !rest.contains(','));
    match offered.split(' ').all(is_item) {
        true => Ok(()),
        false => Err(unreadable("an item of the signature list is not version,signature")),
    }
}

/// Kind and base64, for a key with a prefix.
fn split(text: &str) -> Option<(Kind, &str)> {
    PREFIXES.into_iter().find_map(|(prefix, kind)| Some((kind, text.strip_prefix(prefix)?)))
}

/// Kind and base64; a secret without a prefix is a shared one.
fn read(secret: &Secret) -> Result<(Kind, &str)> {
    let text = std::str::from_utf8(secret.expose()).map_err(|_| invalid("not text"))?;
    Ok(split(text).unwrap_or((Kind::Shared, text)))
}

fn decode(encoded: &str) -> Result<Zeroizing<Vec<u8>>> {
    let bytes = BASE64.decode(encoded).map_err(|_| invalid("not base64 with its padding"))?;
    match bytes.is_empty() {
        true => Err(Error::new(Code::SecretEmpty).with("setting", SETTING)),
        false => Ok(Zeroizing::new(bytes)),
    }
}

/// The seed alone, or the seed and the public key that belongs to it.
fn private_key(bytes: &[u8]) -> Result<Ed25519KeyPair> {
    let (seed, public) =
        bytes.split_at_checked(SEED_BYTES).ok_or_else(|| invalid("shorter than 32 bytes"))?;
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| invalid("no Ed25519 key"))?;
    if public.is_empty() || pair.public_key().as_ref() == public {
        return Ok(pair);
    }
    Err(invalid("its two halves do not belong together"))
}

const SETTING: &str = "a webhook secret";

fn invalid(why: &str) -> Error {
    Error::new(Code::ConfigInvalid).with("setting", SETTING).with("why", why)
}

fn wrong_type(given: &str, expected: &str) -> Error {
    let error = Error::new(Code::KeyType).with("setting", SETTING);
    error.with("given", given).with("expected", expected)
}

fn too_large(field: &str, limit: String) -> Error {
    Error::new(Code::TooLarge).with("field", field).with("limit", limit)
}

fn unreadable(why: &str) -> Error {
    Error::new(Code::AuthMalformed).with("why", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000;
    const BODY: &[u8] = br#"{"type":"payment.succeeded"}"#;
    /// Throwaway keys, the last two made for each other: the seed is 32 times the byte 7.
    const OLD: &str = "whsec_dGhyb3dhd2F5LW9sZC1zZWNyZXQtMDAwMQ==";
    const NEW: &str = "whsec_dGhyb3dhd2F5LW5ldy1zZWNyZXQtMDAwMQ==";

    fn secret(text: &str) -> Secret {
        Secret::new("test", text).unwrap()
    }

    fn pair() -> (String, String) {
        let public = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let public = BASE64.encode(public.public_key().as_ref());
        (format!("whsk_{}", BASE64.encode([7; 32])), format!("whpk_{public}"))
    }

    fn signed(secret_text: &str) -> String {
        sign("msg_1", NOW, BODY, &SigningKey::new(&secret(secret_text)).unwrap()).unwrap()
    }

    fn headers(signature: &str) -> Headers {
        let lines = [(ID, "msg_1"), (TIMESTAMP, &NOW.to_string()), (SIGNATURE, signature)];
        Headers::new(lines.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap()
    }

    fn code(secrets: &[&str], signature: &str, now_s: i64) -> Result<(), Code> {
        let secrets: Vec<_> = secrets.iter().map(|text| secret(text)).collect();
        let keys = Keys::new(&secrets).unwrap();
        verify(BODY, &headers(signature), &keys, now_s, 300).map_err(|e| e.code())
    }

    fn refused(secret_text: &str) -> [Code; 2] {
        let secret = secret(secret_text);
        let signing = SigningKey::new(&secret).map(drop).unwrap_err().code();
        [signing, Keys::new([&secret]).map(drop).unwrap_err().code()]
    }

    /// Protects: what we sign, we verify: both schemes, each of several keys, both ends of the tolerance.
    #[test]
    fn signed_messages_verify() {
        let (private, public) = pair();
        for signer in [OLD, NEW, &private] {
            let keys = [OLD, NEW, &public];
            let signature = signed(signer);
            assert_eq!(code(&keys, &signature, NOW + 300), Ok(()));
            assert_eq!(code(&keys, &signature, NOW - 300), Ok(()));
            assert_eq!(code(&keys, &signature, NOW + 301), Err(Code::AuthStale));
            assert_eq!(code(&keys, &signature, NOW - 301), Err(Code::AuthStale));
            assert_eq!(code(&keys, &format!("v9,x {signature}"), NOW), Ok(()));
        }
        assert_eq!(code(&[OLD], &signed(NEW), NOW), Err(Code::AuthMismatch));
        assert_eq!(code(&[], &signed(NEW), NOW), Err(Code::AuthNotConfigured));
    }

    /// Protects: a public key is never taken for a shared secret, nor one label for the other.
    #[test]
    fn schemes_are_not_confused() {
        let (private, public) = pair();
        let as_shared = public.replace("whpk_", "whsec_");
        assert_eq!(code(&[&public], &signed(&as_shared), NOW), Err(Code::AuthMismatch));
        assert_eq!(code(&[OLD], &signed(OLD).replace("v1,", "v1a,"), NOW), Err(Code::AuthMismatch));
        let relabelled = signed(&private).replace("v1a,", "v1,");
        assert_eq!(code(&[OLD, &public], &relabelled, NOW), Err(Code::AuthMismatch));
    }

    /// Protects: a list is read one way only, and a long one of costly signatures is not tried.
    #[test]
    fn lists_are_read_strictly() {
        let (_, public) = pair();
        let good = signed(OLD);
        for bad in ["junk ", "v1,x  ", " "].map(|before| format!("{before}{good}")) {
            assert_eq!(code(&[OLD], &bad, NOW), Err(Code::AuthMalformed), "{bad:?}");
        }
        assert_eq!(code(&[OLD], &format!("{good},{good}"), NOW), Err(Code::AuthMalformed));
        assert_eq!(code(&[OLD], &good.replace('=', ""), NOW), Err(Code::AuthMismatch));
        assert_eq!(code(&[&public], &["v1a,x"; 17].join(" "), NOW), Err(Code::TooLarge));
    }

    /// Protects: keys are refused when they are prepared, with the reason.
    #[test]
    fn wrong_keys_are_refused() {
        let (private, public) = pair();
        assert_eq!(refused("whsec_"), [Code::SecretEmpty; 2]);
        assert_eq!(refused("whsec_not base64"), [Code::ConfigInvalid; 2]);
        assert_eq!(refused(NEW.trim_end_matches('=')), [Code::ConfigInvalid; 2]);
        assert_eq!(SigningKey::new(&secret(&public)).unwrap_err().code(), Code::KeyType);
        assert_eq!(Keys::new([&secret(&private)]).unwrap_err().code(), Code::KeyType);
        let halves = format!("whsk_{}", BASE64.encode([7; 64]));
        assert_eq!(SigningKey::new(&secret(&halves)).unwrap_err().code(), Code::ConfigInvalid);
        assert_eq!(Keys::new([&secret("whpk_AAAA")]).unwrap_err().code(), Code::ConfigInvalid);
    }

    /// Protects: an id cannot be moved into the time or the body, nor end the header line.
    #[test]
    fn ids_are_unambiguous() {
        let key = SigningKey::new(&secret(OLD)).unwrap();
        for id in ["", "a.1", "a b", "a\n", "é", &"a".repeat(257)] {
            let refused = sign(id, NOW, BODY, &key).unwrap_err();
            assert_eq!(refused.code(), Code::TextFormat, "{id:?}");
        }
        assert_eq!(sign("a", -1, BODY, &key).unwrap_err().code(), Code::ArgumentRange);
    }
}
