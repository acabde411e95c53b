//! What payment providers sign, signed and verified without an engine: the functions of the surface table, with plain
//! arguments. It knows no time but what it is told, and never says which part of a signature was wrong.
//!
//! Secrets are text or bytes, bodies are the raw bytes that arrived. Who verifies many messages with the same secrets
//! prepares them once, with the types of [`crate::sign`].

#[cfg(feature = "merchant")]
mod merchant;

use crate::api::guarded;
use crate::api::types::{Done, Map, SignedCallback};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::http::Headers;
use crate::secret::Secret;
use crate::sign::hmac::to_hex;
use crate::sign::hmac_callback::{self, Config, HeaderNames, Scheme};
use crate::sign::key_ring::{Key, KeyRing};
use crate::sign::standard_webhooks;

#[cfg(feature = "merchant")]
pub use merchant::{
    alipay_sign, alipay_verify_notify, alipay_verify_response, paypal_verify, stripe_sign,
    stripe_verify, wechatpay_authorization, wechatpay_decrypt, wechatpay_verify,
};

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

fn shared(secret: impl AsRef<[u8]>) -> Result<Secret> {
    Secret::new("secret", secret.as_ref())
}

fn all_shared(secrets: &[impl AsRef<[u8]>]) -> Result<Vec<Secret>> {
    secrets.iter().map(|secret| Secret::new("secrets", secret.as_ref())).collect()
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
}
