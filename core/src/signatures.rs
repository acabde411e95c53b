//! What payment providers sign, signed and verified without an engine: the functions of the surface table, with plain
//! arguments. It knows no time but what it is told, and never says which part of a signature was wrong. All it keeps is the
//! last secrets that a thread verified a message of Stripe with, next to the keys prepared from them.
//!
//! Secrets are text or bytes, bodies are the raw bytes that arrived. Who verifies many messages with the same secrets
//! prepares them once, with the types of [`crate::sign`].

use std::borrow::Cow;
use std::cell::RefCell;

use subtle::ConstantTimeEq;

use crate::api::guarded;
use crate::api::types::{Bytes, Done, Map, SignedCallback};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::http::Headers;
use crate::json::Object;
use crate::secret::Secret;
use crate::sign::certificate::Certificate;
use crate::sign::hmac::to_hex;
use crate::sign::hmac_callback::{self, Config, HeaderNames, Scheme};
use crate::sign::key_ring::{Key, KeyRing};
use crate::sign::rsa::{PrivateKey, PublicKey};
use crate::sign::{alipay, paypal, standard_webhooks, stripe, wechatpay};

/// The header `Stripe-Signature` for a body; `timestamp` is in Unix seconds.
///
/// Fails with `secret_empty`, `key_type` and `argument_range`.
///
/// ```
/// use paywright::signatures::{stripe_sign, stripe_verify};
///
/// let body = br#"{"id":"evt_1","object":"event"}"#;
/// let header = stripe_sign(body, "whsec_throwaway", 1_795_000_000)?;
/// stripe_verify(body, Some(&header), &["whsec_throwaway"], 1_795_000_001, None)?;
/// assert!(stripe_verify(body, Some(&header), &["whsec_other"], 1_795_000_001, None).is_err());
/// # Ok::<(), paywright::error::Error>(())
/// ```
pub fn stripe_sign(body: &[u8], secret: impl AsRef<[u8]>, timestamp: i64) -> Result<String> {
    guarded(|| stripe::sign(body, &shared(secret)?, timestamp))
}

/// Proves that a body comes from Stripe. `header` is the value of `Stripe-Signature`, `secrets` are those of the endpoint;
/// 300 seconds are tolerated unless said, 0 for any age.
///
/// Fails as [`stripe::verify`] does, and with `secret_empty`.
pub fn stripe_verify(
    body: &[u8],
    header: Option<&str>,
    secrets: &[impl AsRef<[u8]>],
    now: i64,
    tolerance_s: Option<i64>,
) -> Result<Done> {
    guarded(|| {
        with_stripe_keys(secrets, |keys| {
            let tolerance_s = tolerance(tolerance_s, stripe::TOLERANCE_S)?;
            stripe::verify(body, header, keys, now, tolerance_s)?;
            Ok(Done { ok: true })
        })
    })
}

/// The header `webhook-signature` for a message; a secret `whsec_…` signs `v1`, a private key `whsk_…` signs `v1a`.
///
/// Fails as [`standard_webhooks::sign`] does, and with `secret_empty`, `config_invalid` and `key_type`.
pub fn standard_webhooks_sign(
    id: &str,
    timestamp: i64,
    body: &[u8],
    secret: impl AsRef<[u8]>,
) -> Result<String> {
    guarded(|| {
        let key = standard_webhooks::SigningKey::new(&shared(secret)?)?;
        standard_webhooks::sign(id, timestamp, body, &key)
    })
}

/// Proves a message of Standard Webhooks genuine and of our time, with secrets `whsec_…` or public keys `whpk_…`.
///
/// Fails as [`standard_webhooks::verify`] does, and with `secret_empty`, `config_invalid` and `key_type`.
pub fn standard_webhooks_verify(
    body: &[u8],
    headers: &[(String, String)],
    secrets: &[impl AsRef<[u8]>],
    now: i64,
    tolerance_s: Option<i64>,
) -> Result<Done> {
    guarded(|| {
        let keys = standard_webhooks::Keys::new(&all_shared(secrets)?)?;
        let tolerance_s = tolerance(tolerance_s, standard_webhooks::TOLERANCE_S)?;
        let headers = Headers::new(headers.iter().cloned())?;
        standard_webhooks::verify(body, &headers, &keys, now, tolerance_s)?;
        Ok(Done { ok: true })
    })
}

/// The signature over the members of a generic HMAC callback, in the scheme `body`.
///
/// Fails with `canonical`, `secret_empty` and `key_type`.
pub fn hmac_callback_sign(fields: &Map, secret: impl AsRef<[u8]>) -> Result<String> {
    guarded(|| {
        let pairs: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        hmac_callback::sign_fields(&pairs, &shared(secret)?)
    })
}

/// Proves a generic HMAC callback genuine; what each argument means stands in the table.
///
/// Fails as [`hmac_callback::verify`] does, and with `secret_empty`, `value_unknown`, `argument_conflict` and
/// `config_invalid` (a tolerance that is no protection).
#[allow(clippy::too_many_arguments)] // each is a setting of the scheme, and all but three may be left out
pub fn hmac_callback_verify(
    body: &[u8],
    secrets: &[impl AsRef<[u8]>],
    now: i64,
    headers: Option<&[(String, String)]>,
    scheme: Option<&str>,
    signature_header: Option<&str>,
    header_names: Option<&Map>,
    key_ids: Option<&[impl AsRef<str>]>,
    require_fresh: Option<bool>,
    tolerance_s: Option<i64>,
) -> Result<SignedCallback> {
    guarded(|| {
        let scheme = callback_scheme(scheme, signature_header, header_names, require_fresh)?;
        let ids: Vec<_> = key_ids.unwrap_or_default().iter().map(AsRef::as_ref).collect();
        let ring = KeyRing::new("this sender", callback_keys(&all_shared(secrets)?, &ids)?)?;
        let tolerance_s = tolerance(tolerance_s, hmac_callback::TOLERANCE_S)?;
        let config = Config::new(scheme, ring, tolerance_s)?;
        let headers = Headers::new(headers.unwrap_or_default().iter().cloned())?;
        let now = Time::from_millis(now.saturating_mul(1000));
        let authentic = hmac_callback::verify(&config, &headers, body, now)?;
        let nonce = authentic.nonce.map(std::borrow::Cow::into_owned);
        Ok(SignedCallback { digest: to_hex(&authentic.digest), nonce })
    })
}

fn callback_scheme(
    scheme: Option<&str>,
    signature_header: Option<&str>,
    header_names: Option<&Map>,
    require_fresh: Option<bool>,
) -> Result<Scheme> {
    let no_names = header_names.is_none_or(Map::is_empty);
    match scheme.unwrap_or("body") {
        "body" if no_names => Ok(Scheme::Body {
            signature_header: signature_header.map(str::to_owned),
            require_fresh: require_fresh.unwrap_or(true),
        }),
        "header" if signature_header.is_none() && require_fresh != Some(false) => {
            Ok(Scheme::Header(callback_headers(header_names)?))
        }
        "body" => Err(conflict("header_names", "they belong to the scheme header")),
        "header" => Err(conflict(
            "signature_header, require_fresh",
            "they belong to the scheme body; a signed header is always fresh",
        )),
        other => Err(unknown("scheme", other, "body, header")),
    }
}

fn callback_headers(given: Option<&Map>) -> Result<HeaderNames> {
    let mut names = HeaderNames::default();
    for (part, name) in given.into_iter().flatten() {
        let place = match part.as_str() {
            "signature" => &mut names.signature,
            "timestamp" => &mut names.timestamp,
            "nonce" => &mut names.nonce,
            "key_id" => &mut names.key_id,
            other => {
                let known = "signature, timestamp, nonce, key_id";
                return Err(unknown("part of a signed header", other, known));
            }
        };
        place.clone_from(name);
    }
    Ok(names)
}

/// Secrets without ids answer for messages that name none.
fn callback_keys(secrets: &[Secret], ids: &[&str]) -> Result<Vec<Key>> {
    if !ids.is_empty() && ids.len() != secrets.len() {
        return Err(conflict("secrets, key_ids", "each secret has one id, or none has"));
    }
    let id = |index: usize| ids.get(index).copied().unwrap_or_default().to_owned();
    let key = |(index, secret): (usize, &Secret)| Key {
        id: id(index),
        secret: secret.clone(),
        not_before_s: None,
        not_after_s: None,
    };
    Ok(secrets.iter().enumerate().map(key).collect())
}

/// The header `Authorization` for a request to WeChat Pay.
///
/// Fails with `text_format` (a part that would end its line or its quotes), `secret_empty`, `key_type` and `key_weak`.
#[allow(clippy::too_many_arguments)] // each is a part of what is signed or of what the header says
pub fn wechatpay_authorization(
    method: &str,
    path: &str,
    body: &[u8],
    mchid: &str,
    serial: &str,
    private_key: impl AsRef<[u8]>,
    timestamp: i64,
    nonce: &str,
) -> Result<String> {
    guarded(|| {
        for (field, text) in [("method", method), ("mchid", mchid), ("serial", serial)] {
            letters_and_digits(field, text, WECHATPAY_PART_BYTES_MAX)?;
        }
        letters_and_digits("nonce", nonce, WECHATPAY_NONCE_BYTES_MAX)?;
        if !path.starts_with('/') || !path.bytes().all(|b| b.is_ascii_graphic()) {
            let error = Error::new(Code::TextFormat).with("field", "path");
            return Err(error.with("rule", "it begins with / and holds no blank"));
        }
        let private_key = PrivateKey::parse("private_key", private_key.as_ref())?;
        let merchant = wechatpay::Merchant { mchid, serial, private_key: &private_key };
        let stamp = wechatpay::Stamp { timestamp, nonce };
        wechatpay::authorization(merchant, method, path, body, stamp)
    })
}

const WECHATPAY_NONCE_BYTES_MAX: usize = 32;
const WECHATPAY_PART_BYTES_MAX: usize = 64;

fn letters_and_digits(field: &str, text: &str, most: usize) -> Result<()> {
    let is_plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_plain && (1..=most).contains(&text.len()) {
        return Ok(());
    }
    let error = Error::new(Code::TextFormat).with("field", field);
    Err(error.with("rule", format_args!("it is 1 to {most} letters, digits, _ or -")))
}

/// Proves a notice or an answer of WeChat Pay genuine; `keys` are certificates and public keys, PEM, by their serials.
///
/// Fails as [`wechatpay::verify`] does, with `auth_cert` for a certificate that is not valid now, and with `key_type` and
/// `key_weak`.
pub fn wechatpay_verify(
    body: &[u8],
    headers: &[(String, String)],
    keys: &Map,
    now: i64,
    tolerance_s: Option<i64>,
) -> Result<Done> {
    guarded(|| {
        let tolerance_s = tolerance(tolerance_s, hmac_callback::TOLERANCE_S)?.into();
        let headers = Headers::new(headers.iter().cloned())?;
        let mut unusable = None;
        let key_of = |serial: &str| {
            let named = wechatpay::normal_serial(serial);
            let found = keys.iter().find(|(own, _)| wechatpay::normal_serial(own) == named)?;
            platform_key(&named, found.1, now).map_err(|error| unusable = Some(error)).ok()
        };
        let verified = wechatpay::verify(body, &headers, key_of, now, tolerance_s);
        // A key that cannot be used says more than that there is none.
        match unusable {
            Some(error) => Err(error),
            None => verified.map(|()| Done { ok: true }),
        }
    })
}

/// The key that signs under a serial number.
fn platform_key(serial: &str, pem: &str, now: i64) -> Result<PublicKey> {
    let is_certificate = pem.contains("CERTIFICATE");
    if !is_certificate {
        return PublicKey::parse("keys", pem.as_bytes());
    }
    let certificate = Certificate::parse("keys", pem.as_bytes())?;
    let unacceptable = |why: &str| Error::new(Code::AuthCert).with("why", why);
    if wechatpay::normal_serial(&certificate.serial_hex()) != serial {
        return Err(unacceptable("its serial number is not the one that it is kept under"));
    }
    match certificate.is_valid_at(Time::from_millis(now.saturating_mul(1000))) {
        true => certificate.public_key(),
        false => Err(unacceptable("it is not valid now")),
    }
}

/// Opens an encrypted part of a message of WeChat Pay: the object `resource` as JSON text.
///
/// Fails with `key_type`, `malformed`, `duplicate_field` and `auth_decrypt`.
pub fn wechatpay_decrypt(resource: &str, api_v3_key: impl AsRef<[u8]>) -> Result<Bytes> {
    guarded(|| {
        let key = wechatpay::ApiKey::new("api_v3_key", shared(api_v3_key)?)?;
        let object = Object::parse(resource.as_bytes())?;
        wechatpay::decrypt(wechatpay::Resource::of(&object)?, &[key]).map(Bytes)
    })
}

/// The parameter `sign` of a request to Alipay; `private_key` is PEM or bare base64.
///
/// Fails with `secret_empty`, `key_type` and `key_weak`.
pub fn alipay_sign(params: &Map, private_key: impl AsRef<[u8]>) -> Result<String> {
    guarded(|| {
        let pairs: Vec<_> = params.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        alipay::sign(&pairs, &PrivateKey::parse("private_key", private_key.as_ref())?)
    })
}

/// Proves a notice of Alipay genuine; answers with its parameters but `sign` and `sign_type`.
///
/// Fails as [`alipay::verify_notify`] does, and with `secret_empty`, `key_type` and `key_weak`.
pub fn alipay_verify_notify(body: &[u8], public_key: &str) -> Result<Map> {
    guarded(|| {
        let key = PublicKey::parse("public_key", public_key.as_bytes())?;
        let parameters = alipay::verify_notify(body, &[key])?;
        let owned = |(name, value): &(Cow<'_, str>, Cow<'_, str>)| {
            (name.as_ref().to_owned(), value.as_ref().to_owned())
        };
        Ok(parameters.pairs().iter().map(owned).collect())
    })
}

/// Proves Alipay's answer to a method; answers with the piece of the text that was signed.
///
/// Fails as [`alipay::verify_response`] does, and with `secret_empty`, `key_type` and `key_weak`.
pub fn alipay_verify_response(text: &str, method: &str, public_key: &str) -> Result<String> {
    guarded(|| {
        let key = PublicKey::parse("public_key", public_key.as_bytes())?;
        alipay::verify_response(text, method, &[key]).map(str::to_owned)
    })
}

/// Proves a webhook of PayPal genuine, which does not make its body believable: PayPal signs a checksum of it.
///
/// Fails as [`paypal::verify`] does, with `too_large`, and with `value_unknown` for an unknown environment.
pub fn paypal_verify(
    body: &[u8],
    headers: &[(String, String)],
    webhook_id: &str,
    certificate: &str,
    roots: &[impl AsRef<str>],
    environment: &str,
    now: i64,
) -> Result<Done> {
    guarded(|| {
        let site = match environment {
            "live" => paypal::Site::Live,
            "sandbox" => paypal::Site::Sandbox,
            other => return Err(unknown("environment", other, "live, sandbox")),
        };
        let headers = Headers::new(headers.iter().cloned())?;
        let roots: Vec<_> = roots.iter().map(AsRef::as_ref).collect();
        let now = Time::from_millis(now.saturating_mul(1000));
        let certificate = certificate.as_bytes();
        paypal::verify(body, &headers, webhook_id, certificate, &roots, site, now)?;
        Ok(Done { ok: true })
    })
}

fn shared(secret: impl AsRef<[u8]>) -> Result<Secret> {
    Secret::new("secret", secret.as_ref())
}

fn all_shared(secrets: &[impl AsRef<[u8]>]) -> Result<Vec<Secret>> {
    secrets.iter().map(|secret| Secret::new("secrets", secret.as_ref())).collect()
}

/// As many secrets as are kept from one call to the next; an endpoint has one, and two while it is rolled.
const SECRETS_KEPT_MAX: usize = 4;

thread_local! {
    /// The secrets of this thread's last call and their keys. They are wiped when others take their place.
    static LAST: RefCell<Option<(Vec<Secret>, stripe::Keys)>> = const { RefCell::new(None) };
}

/// Lends the keys of these secrets, which are prepared anew only if the last call had others.
fn with_stripe_keys<T>(
    secrets: &[impl AsRef<[u8]>],
    work: impl FnOnce(&stripe::Keys) -> Result<T>,
) -> Result<T> {
    if secrets.len() > SECRETS_KEPT_MAX {
        return work(&stripe::Keys::new(&all_shared(secrets)?)?);
    }
    LAST.with_borrow_mut(|last| match last {
        Some((kept, keys)) if same_secrets(kept, secrets) => work(keys),
        _ => {
            // Nothing is kept of secrets that are refused, nor of those before them.
            *last = None;
            let kept = all_shared(secrets)?;
            let keys = stripe::Keys::new(&kept)?;
            work(&last.insert((kept, keys)).1)
        }
    })
}

fn same_secrets(kept: &[Secret], given: &[impl AsRef<[u8]>]) -> bool {
    kept.len() == given.len()
        && kept.iter().zip(given).all(|(a, b)| bool::from(a.expose().ct_eq(b.as_ref())))
}

fn tolerance(given: Option<i64>, usual: u32) -> Result<u32> {
    let Some(given) = given else { return Ok(usual) };
    u32::try_from(given).map_err(|_| {
        let error = Error::new(Code::ArgumentRange).with("field", "tolerance_s");
        error.with("given", given).with("rule", "seconds, not negative")
    })
}

fn conflict(fields: &str, rule: &str) -> Error {
    Error::new(Code::ArgumentConflict).with("fields", fields).with("rule", rule)
}

fn unknown(field: &str, given: &str, known: &str) -> Error {
    let error = Error::new(Code::ValueUnknown).with("field", field);
    error.with("given", given.escape_debug()).with("known", known)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000;
    const NONE: Option<&[&str]> = None;

    fn fields() -> Map {
        let nonce = "n0nce_0123456789abcdef";
        let pairs = [("payment_id", "1"), ("timestamp", "1795000000"), ("nonce", nonce)];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    fn body(key_id: Option<&str>) -> String {
        let mut fields = fields();
        fields.extend(key_id.map(|id| ("key_id".to_owned(), id.to_owned())));
        let signature = hmac_callback_sign(&fields, "throwaway-secret-01").unwrap();
        fields.insert("signature".to_owned(), signature);
        serde_json::to_string(&fields).unwrap()
    }

    /// Protects: what is signed through the facade verifies through it, and the nonce comes out for the replay store.
    #[test]
    fn callbacks_go_both_ways() {
        let verify = |body: &str, ids: Option<&[&str]>| {
            let secrets = ["throwaway-secret-02", "throwaway-secret-01"];
            let body = body.as_bytes();
            hmac_callback_verify(body, &secrets, NOW, None, None, None, None, ids, None, None)
        };
        let seen = verify(&body(None), NONE).unwrap();
        assert_eq!(
            (seen.nonce.as_deref(), seen.digest.len()),
            (Some("n0nce_0123456789abcdef"), 64)
        );
        let named = body(Some("k1"));
        assert_eq!(verify(&named, NONE).unwrap_err().code(), Code::AuthUnknownKey);
        assert!(verify(&named, Some(&["k2", "k1"])).is_ok());
        assert_eq!(verify(&named, Some(&["k1", "k2"])).unwrap_err().code(), Code::AuthMismatch);
        assert_eq!(verify(&named, Some(&["k1"])).unwrap_err().code(), Code::ArgumentConflict);
    }

    /// Protects: settings of one scheme are never silently without effect in the other.
    #[test]
    fn settings_belong_to_a_scheme() {
        let names = Map::from([("nonce".to_owned(), "X-Nonce".to_owned())]);
        let strange = Map::from([("colour".to_owned(), "red".to_owned())]);
        let code = |scheme, header, names, fresh| {
            callback_scheme(scheme, header, names, fresh).map(drop).map_err(|e| e.code())
        };
        assert_eq!(code(Some("header"), None, Some(&names), None), Ok(()));
        assert_eq!(code(None, Some("X-Sign"), None, Some(false)), Ok(()));
        assert_eq!(code(None, None, Some(&names), None), Err(Code::ArgumentConflict));
        let header = Some("header");
        assert_eq!(code(header, Some("X-Sign"), None, None), Err(Code::ArgumentConflict));
        assert_eq!(code(header, None, None, Some(false)), Err(Code::ArgumentConflict));
        assert_eq!(code(header, None, Some(&strange), None), Err(Code::ValueUnknown));
        assert_eq!(code(Some("both"), None, None, None), Err(Code::ValueUnknown));
    }

    /// Protects: keys kept from the call before verify for their own secrets only, whatever came between.
    #[test]
    fn kept_keys_are_those_of_the_secrets() {
        let header = stripe_sign(b"{}", "whsec_a", 1).unwrap();
        let verifies =
            |secrets: &[&str]| stripe_verify(b"{}", Some(&header), secrets, 1, None).is_ok();
        for _ in 0..2 {
            assert!(verifies(&["whsec_a"]) && verifies(&["whsec_a"]));
            assert!(!verifies(&["whsec_b"]) && !verifies(&["whsec_b"]));
            assert!(verifies(&["whsec_b", "whsec_a"]) && verifies(&["whsec_a", "whsec_b"]));
            assert!(verifies(&["whsec_a"]) && !verifies(&[" "]) && !verifies(&[" "]));
            assert!(!verifies(&["whsec_"]) && !verifies(&["whsec_aa"]) && !verifies(&[]));
            assert!(
                verifies(&["b", "c", "d", "e", "whsec_a"]) && !verifies(&["b", "c", "d", "e", "f"])
            );
        }
    }

    /// Protects: a secret that protects nothing, a PEM key in its place and a senseless tolerance are refused.
    #[test]
    fn secrets_and_tolerances_are_checked() {
        let code = |secret: &str, tolerance_s| {
            stripe_verify(b"{}", Some("t=1,v1=0"), &[secret], 1, tolerance_s).unwrap_err().code()
        };
        assert_eq!(code("  ", None), Code::SecretEmpty);
        assert_eq!(code("-----BEGIN PRIVATE KEY-----", None), Code::KeyType);
        assert_eq!(code("whsec_x", Some(-1)), Code::ArgumentRange);
        assert_eq!(code("whsec_x", None), Code::AuthMismatch);
    }
}
