//! The checkout token: what a payment is about, signed, in the address of the checkout page. Because of it the
//! provider may forget everything and still know each payment. It never grants more than choosing an outcome.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Secrets;
use super::wire::{Terms, json};
use crate::error::{Code, Error, Result};
use crate::sign::hmac::{self, MacKey};

/// A longer token is not ours; it is refused before it is decoded.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// Addresses have limits too, so the token takes only the beginning of a long description.
const DESCRIPTION_CHARACTERS_MAX: usize = 200;
/// A return address longer than this is left out of the token, for the same reason.
const RETURN_URL_BYTES_MAX: usize = 2048;

/// A token for these terms.
pub(super) fn write(key: &MacKey, terms: &Terms) -> Result<String> {
    let mut terms = terms.clone();
    terms.description = terms.description.chars().take(DESCRIPTION_CHARACTERS_MAX).collect();
    terms.return_url = terms.return_url.filter(|url| url.len() <= RETURN_URL_BYTES_MAX);
    let payload = URL_SAFE_NO_PAD.encode(json(&terms)?);
    let signature = URL_SAFE_NO_PAD.encode(seal(key, &payload));
    Ok(format!("{payload}.{signature}"))
}

/// The terms in a token of ours. Fails with `too_large`, `auth_malformed` and `auth_mismatch`.
pub(super) fn read(secrets: &Secrets, token: &str) -> Result<Terms> {
    let malformed = |why| Error::new(Code::AuthMalformed).with("why", why);
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Error::new(Code::TooLarge)
            .with("field", "the checkout token")
            .with("limit", format_args!("{TOKEN_BYTES_MAX} bytes")));
    }
    let (payload, signature) =
        token.split_once('.').ok_or_else(|| malformed("it is not a checkout token"))?;
    let given: [u8; 32] = URL_SAFE_NO_PAD
        .decode(signature)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| malformed("the checkout token was cut off"))?;
    let fits = |key| hmac::any_equal(&seal(key, payload), &[given]).into();
    if !secrets.all().any(fits) {
        return Err(Error::new(Code::AuthMismatch));
    }
    URL_SAFE_NO_PAD
        .decode(payload)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| malformed("the checkout token is of another version"))
}

/// The prefix keeps a callback's signature from ever serving as a token's.
fn seal(key: &MacKey, payload: &str) -> [u8; 32] {
    key.sign(&[b"mock checkout token.", payload.as_bytes()])
}
