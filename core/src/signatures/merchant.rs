//! What providers whose gateways need a merchant's secret sign: Stripe, WeChat Pay, Alipay and PayPal, signed and verified
//! without an engine. It knows no time but what it is told. All it keeps is the last secrets that a thread verified a message
//! of Stripe with, next to the keys prepared from them.

use std::borrow::Cow;
use std::cell::RefCell;

use subtle::ConstantTimeEq;

use super::{all_shared, shared, tolerance, unknown};
use crate::api::guarded;
use crate::api::types::{Bytes, Done, Map};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::http::Headers;
use crate::json::Object;
use crate::secret::Secret;
use crate::sign::certificate::Certificate;
use crate::sign::hmac_callback;
use crate::sign::rsa::{PrivateKey, PublicKey};
use crate::sign::{alipay, paypal, stripe, wechatpay};

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

#[cfg(test)]
mod tests {
    use super::*;

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
