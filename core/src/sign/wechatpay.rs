//! What WeChat Pay's interface (API v3) has signed and encrypted: requests, answers, notices, parameters for its client
//! libraries. It never tries a key that a message did not name, and gives no byte of what it could not authenticate.
//!
//! * Every text to sign is lines, each ended by LF, the last one too; signatures are RSA PKCS#1 v1.5 with SHA-256.
//! * Requests: method, path with query, time, nonce, body. Answers and notices: time, nonce, body.
//! * Encrypted parts are AES-256-GCM under the APIv3 key: 32 characters as the merchant typed them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::rsa::{PrivateKey, PublicKey};
use super::unix_seconds;
use crate::error::{Code, Error, Result};
use crate::http::Headers;
use crate::json::{Object, Value};
use crate::secret::Secret;

/// The one scheme of signatures: RSA with SHA-256. The other one, SM2, is agreed per merchant and not offered here.
pub const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";
/// A message may be this many seconds old, or early; at 300 it is still taken.
pub const TOLERANCE_S: i64 = 300;
/// What the id of a public key starts with; everything else is the serial number of a certificate.
pub const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_";
/// What a deliberately wrong signature starts with: WeChat sends one now and then, to see that it is refused.
const PROBE: &str = "WECHATPAY/SIGNTEST/";
/// The one algorithm of encrypted parts.
const ALGORITHM: &str = "AEAD_AES_256_GCM";
/// Characters of an APIv3 key.
const API_KEY_BYTES: usize = 32;
/// Longest time in seconds that is worth reading.
const TIME_DIGITS_MAX: usize = 12;

/// Whose key signs: the merchant number and the serial number of the merchant's own API certificate.
#[derive(Clone, Copy, Debug)]
pub struct Merchant<'a> {
    /// The merchant number.
    pub mchid: &'a str,
    /// The serial number of the merchant's API certificate.
    pub serial: &'a str,
    /// The private key behind that certificate.
    pub private_key: &'a PrivateKey,
}

/// When something is signed, and the nonce for it; neither is used twice.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// Unix seconds.
    pub timestamp: i64,
    /// At most 32 letters and digits.
    pub nonce: &'a str,
}

/// The value of the header `Authorization` for a request. `path` is the path with its query as it goes over the wire,
/// `body` the bytes that are sent.
pub fn authorization(
    merchant: Merchant<'_>,
    method: &str,
    path: &str,
    body: &[u8],
    stamp: Stamp<'_>,
) -> Result<String> {
    let Stamp { timestamp, nonce } = stamp;
    let head = format!("{method}\n{path}\n{timestamp}\n{nonce}\n");
    let signature = sign(merchant.private_key, &[head.as_bytes(), body, b"\n"].concat())?;
    let Merchant { mchid, serial, .. } = merchant;
    Ok(format!(
        "{SCHEME} mchid=\"{mchid}\",nonce_str=\"{nonce}\",signature=\"{signature}\",\
         timestamp=\"{timestamp}\",serial_no=\"{serial}\""
    ))
}

/// Which client library the payer's side has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// The bridge in pages inside the wallet.
    Page,
    /// A mini-programme.
    MiniProgramme,
    /// The library in apps.
    App,
}

/// The signature for a client library over its four lines: application, time, nonce, and what is to be paid
/// (`prepay_id=…` in pages and mini-programmes, the bare id in apps).
pub fn pay_sign(
    private_key: &PrivateKey,
    appid: &str,
    stamp: Stamp<'_>,
    what: &str,
) -> Result<String> {
    let Stamp { timestamp, nonce } = stamp;
    sign(private_key, format!("{appid}\n{timestamp}\n{nonce}\n{what}\n").as_bytes())
}

/// What a client library is handed, under the names that it wants.
pub fn client_parameters(
    client: Client,
    merchant: Merchant<'_>,
    appid: &str,
    prepay_id: &str,
    stamp: Stamp<'_>,
) -> Result<BTreeMap<String, String>> {
    let package = format!("prepay_id={prepay_id}");
    let what = if client == Client::App { prepay_id } else { &package };
    let signature = pay_sign(merchant.private_key, appid, stamp, what)?;
    let timestamp = stamp.timestamp.to_string();
    let mut parameters = vec![("timeStamp", timestamp.as_str()), ("nonceStr", stamp.nonce)];
    parameters.extend(match client {
        Client::Page | Client::MiniProgramme => {
            [("package", package.as_str()), ("signType", "RSA"), ("paySign", &signature)]
        }
        Client::App => {
            [("prepayId", prepay_id), ("packageValue", "Sign=WXPay"), ("sign", &signature)]
        }
    });
    match client {
        Client::Page => parameters.push(("appId", appid)),
        Client::App => parameters.extend([("appId", appid), ("partnerId", merchant.mchid)]),
        Client::MiniProgramme => {}
    }
    Ok(parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn sign(key: &PrivateKey, message: &[u8]) -> Result<String> {
    Ok(STANDARD.encode(key.sign_sha256(message)?))
}

/// Checks an answer or a notice over its raw body. `key_of` gives the key that a serial number names and that may be
/// used now; no other one is tried.
///
/// Fails with `auth_algorithm`, `auth_missing`, `duplicate_field` (a header twice), `auth_malformed` (a time that is
/// none), `auth_stale`, `auth_unknown_key` and `auth_mismatch`, in this order.
pub fn verify(
    body: &[u8],
    headers: &Headers,
    key_of: impl FnOnce(&str) -> Option<PublicKey>,
    now_s: i64,
    tolerance_s: i64,
) -> Result<()> {
    if let Some(given) = headers.one("Wechatpay-Signature-Type")?.filter(|given| *given != SCHEME) {
        return Err(Error::new(Code::AuthAlgorithm)
            .with("given", given.escape_debug())
            .with("expected", SCHEME));
    }
    let timestamp = needed(headers, "Wechatpay-Timestamp")?;
    let nonce = needed(headers, "Wechatpay-Nonce")?;
    let signature = needed(headers, "Wechatpay-Signature")?;
    let serial = needed(headers, "Wechatpay-Serial")?;
    check_age(timestamp, now_s, tolerance_s)?;
    let key = key_of(serial)
        .ok_or_else(|| Error::new(Code::AuthUnknownKey).with("key", serial.escape_debug()))?;
    if signature.starts_with(PROBE) {
        return Err(Error::new(Code::AuthMismatch).with("what", "a signature probe"));
    }
    let signature = STANDARD.decode(signature).map_err(|_| Error::new(Code::AuthMismatch))?;
    let head = format!("{timestamp}\n{nonce}\n");
    key.verify_sha256(&[head.as_bytes(), body, b"\n"].concat(), &signature)
}

fn needed<'h>(headers: &'h Headers, name: &'static str) -> Result<&'h str> {
    let value = headers.one(name)?.filter(|value| !value.is_empty());
    value.ok_or_else(|| Error::new(Code::AuthMissing).with("field", name))
}

fn check_age(timestamp: &str, now_s: i64, tolerance_s: i64) -> Result<()> {
    let time = unix_seconds(timestamp).filter(|_| timestamp.len() <= TIME_DIGITS_MAX);
    let time = time.ok_or_else(|| {
        Error::new(Code::AuthMalformed).with("why", "its time is not whole Unix seconds")
    })?;
    let age = now_s.saturating_sub(time);
    match age.saturating_abs() <= tolerance_s {
        true => Ok(()),
        false => Err(Error::new(Code::AuthStale).with("age", age).with("tolerance", tolerance_s)),
    }
}

/// A serial number in the spelling that two of them are compared in: hex without leading zeros, in upper case. The id of
/// a public key is left as it is.
pub fn normal_serial(serial: &str) -> String {
    match serial.starts_with(PUBLIC_KEY_ID) {
        true => serial.to_owned(),
        false => serial.trim_start_matches('0').to_ascii_uppercase(),
    }
}

/// The APIv3 key. Its `Debug` form is redacted.
#[derive(Clone, Debug)]
pub struct ApiKey(Secret);

impl ApiKey {
    /// Takes the key as it was typed. Fails with `key_type` unless it is 32 visible ASCII characters: a line end from a
    /// file, or the hexadecimal form, would open nothing.
    pub fn new(setting: &str, key: Secret) -> Result<Self> {
        let bytes = key.expose();
        let given = match bytes.len() {
            API_KEY_BYTES if bytes.iter().all(u8::is_ascii_graphic) => return Ok(ApiKey(key)),
            API_KEY_BYTES => "a secret with blanks or other invisible characters".to_owned(),
            length if bytes.last().is_some_and(u8::is_ascii_whitespace) => {
                format!("a secret of {length} bytes that ends in white space")
            }
            length => format!("a secret of {length} bytes"),
        };
        Err(Error::new(Code::KeyType)
            .with("setting", setting)
            .with("given", given)
            .with("expected", "an APIv3 key of 32 characters"))
    }
}

/// An encrypted part of a message, as it stands there.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// Always `AEAD_AES_256_GCM`.
    pub algorithm: &'a str,
    /// Twelve characters.
    pub nonce: &'a str,
    /// What is authenticated with it; may be empty.
    pub associated_data: &'a str,
    /// Base64 of ciphertext and tag.
    pub ciphertext: &'a str,
}

impl<'a> Resource<'a> {
    /// Reads the members of a JSON object. Fails with `auth_decrypt`, as everything about encrypted parts does.
    pub fn of(object: &'a Object<'a>) -> Result<Self> {
        let text = |name| object.text(name).ok_or_else(undecryptable);
        let associated_data = match object.get("associated_data") {
            None | Some(Value::Null) => "",
            Some(value) => value.as_text().ok_or_else(undecryptable)?,
        };
        Ok(Resource {
            algorithm: text("algorithm")?,
            nonce: text("nonce")?,
            associated_data,
            ciphertext: text("ciphertext")?,
        })
    }
}

/// Opens an encrypted part with any of the keys: the tag decides which. Fails with `auth_decrypt` for every cause.
pub fn decrypt(resource: Resource<'_>, keys: &[ApiKey]) -> Result<Vec<u8>> {
    let sealed = STANDARD.decode(resource.ciphertext).map_err(|_| undecryptable())?;
    let nonce: [u8; 12] = resource.nonce.as_bytes().try_into().map_err(|_| undecryptable())?;
    if resource.algorithm != ALGORITHM || sealed.len() < AES_256_GCM.tag_len() {
        return Err(undecryptable());
    }
    let aad = resource.associated_data.as_bytes();
    keys.iter().find_map(|key| open(key, nonce, aad, sealed.clone())).ok_or_else(undecryptable)
}

fn open(key: &ApiKey, nonce: [u8; 12], aad: &[u8], mut sealed: Vec<u8>) -> Option<Vec<u8>> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.0.expose()).ok()?);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let length = key.open_in_place(nonce, Aad::from(aad), &mut sealed).ok()?.len();
    sealed.truncate(length);
    Some(sealed)
}

fn undecryptable() -> Error {
    Error::new(Code::AuthDecrypt)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects: pitfall 34, a key of another length says what is wrong with it, and not what it is.
    #[test]
    fn api_keys_have_one_length() {
        let read = |text: &str| ApiKey::new("api_v3_keys", Secret::new("x", text).unwrap());
        let key = read("throwaway-apiv3-key-for-tests-01").unwrap();
        assert!(!format!("{key:?}").contains("throwaway"));
        for (text, given) in [
            ("throwaway-apiv3-key-for-tests-01\n", "a secret of 33 bytes that ends in white space"),
            ("throwaway", "a secret of 9 bytes"),
            (
                "throwaway apiv3 key for tests 01",
                "a secret with blanks or other invisible characters",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!((error.code(), error.detail("given")), (Code::KeyType, Some(given)));
        }
    }

    /// Protects: H35, serial numbers are compared as numbers, ids of public keys as texts.
    #[test]
    fn serials_are_compared_as_what_they_are() {
        assert_eq!(normal_serial("0a60"), normal_serial("A60"));
        assert_ne!(normal_serial("PUB_KEY_ID_0a"), normal_serial("PUB_KEY_ID_0A"));
    }
}
