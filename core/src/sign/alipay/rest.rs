//! The signatures of Alipay's REST interface (v3): lines that are signed in a request and in an answer. It sends
//! nothing and knows no method.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{configured, verify_any};
use crate::error::Result;
use crate::sign::rsa::{PrivateKey, PublicKey};

/// What is signed of a request.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// `app_id=…,[app_cert_sn=…,]nonce=…,timestamp=…`, the time in milliseconds.
    pub auth_string: &'a str,
    /// `GET`, `POST`.
    pub method: &'a str,
    /// With the query, as it stands in the address.
    pub path: &'a str,
    /// The body, or nothing.
    pub body: &'a str,
    /// The token of a merchant on whose behalf it is.
    pub app_auth_token: Option<&'a str>,
}

impl Call<'_> {
    /// What is signed: each part ends its line.
    pub fn signed_text(&self) -> String {
        let Call { auth_string, method, path, body, app_auth_token } = self;
        let token = app_auth_token.map(|token| format!("{token}\n")).unwrap_or_default();
        format!("{auth_string}\n{method}\n{path}\n{body}\n{token}")
    }

    /// The value of the header `Authorization`.
    pub fn authorization(&self, key: &PrivateKey) -> Result<String> {
        let sign = STANDARD.encode(key.sign_sha256(self.signed_text().as_bytes())?);
        Ok(format!("ALIPAY-SHA256withRSA {},sign={sign}", self.auth_string))
    }
}

/// Proves an answer by its headers `alipay-timestamp`, `alipay-nonce` and `alipay-signature`.
///
/// Fails with `auth_not_configured`, `auth_missing`, `auth_malformed`, `auth_mismatch`.
pub fn verify(
    timestamp: &str,
    nonce: &str,
    body: &str,
    signature: &str,
    keys: &[PublicKey],
) -> Result<()> {
    configured(keys)?;
    verify_any(keys, format!("{timestamp}\n{nonce}\n{body}\n").as_bytes(), signature)
}
