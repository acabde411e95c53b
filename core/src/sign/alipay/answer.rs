//! Answers: a JSON object whose one member `…_response` is signed as it was written. What is verified is the very slice
//! that is read afterwards. It never searches text for a member.

use super::{configured, verify_any};
use crate::error::{Code, Error, Result};
use crate::json::{Object, Value};
use crate::sign::rsa::PublicKey;

/// What the member of an answer ends in.
const RESPONSE: &str = "_response";
/// Errors about the request itself come under this name, usually unsigned.
const ERROR_RESPONSE: &str = "error_response";

/// An answer that was taken apart and not yet proved.
pub struct Envelope<'a> {
    name: String,
    /// The value under the signature, byte for byte.
    written: &'a str,
    /// The value again, for hints only as long as nothing is proved.
    value: Value<'a>,
    signature: Option<String>,
    /// The serial number of the certificate that signed, in certificate mode.
    pub certificate_serial: Option<String>,
}

/// Proves an answer to `method` genuine and hands out the slice that was signed: what is read must be this slice.
///
/// Fails with `auth_not_configured`, `malformed`, `duplicate_field`, `event_mismatch` (an answer to another method),
/// `auth_missing`, `auth_malformed`, `auth_mismatch`.
pub fn verify_response<'a>(text: &'a str, method: &str, keys: &[PublicKey]) -> Result<&'a str> {
    configured(keys)?;
    Envelope::open(text)?.verify(method, keys)
}

impl<'a> Envelope<'a> {
    /// Takes an answer apart. Fails with `malformed` and `duplicate_field`.
    pub fn open(text: &'a str) -> Result<Self> {
        let (object, written) = Object::parse_written(text.as_bytes())?;
        let member = |name: &str| object.text(name).map(str::to_owned);
        let (signature, certificate_serial) = (member("sign"), member("alipay_cert_sn"));
        let mut answers = object
            .members()
            .iter()
            .zip(written)
            .filter(|(member, _)| member.name.ends_with(RESPONSE));
        match (answers.next(), answers.next()) {
            (Some((member, written)), None) => Ok(Envelope {
                name: member.name.to_string(),
                written,
                value: member.value.clone(),
                signature,
                certificate_serial,
            }),
            _ => Err(Error::new(Code::Malformed)
                .with("format", "answer")
                .with("why", "it has not exactly one member that ends in _response")),
        }
    }

    /// The signed slice, once it is proved. The errors of [`verify_response`].
    pub fn verify(&self, method: &str, keys: &[PublicKey]) -> Result<&'a str> {
        if self.name != expected_name(method) && self.name != ERROR_RESPONSE {
            let why = format!("{} is no answer to {method}", self.name.escape_debug());
            return Err(Error::new(Code::EventMismatch).with("why", why));
        }
        let signature = self.signature.as_deref().unwrap_or_default();
        verify_any(keys, self.written.as_bytes(), signature)?;
        match self.name == ERROR_RESPONSE {
            true => Err(Error::new(Code::EventMismatch)
                .with("why", format_args!("a signed error is no answer to {method}"))),
            false => Ok(self.written),
        }
    }

    /// A member of the answer before anything is proved: for a certificate, which is proved by itself.
    pub fn unproved(&self, name: &str) -> Option<&str> {
        let Value::Object(object) = &self.value else { return None };
        object.text(name)
    }

    /// What an answer says of itself, proved or not: a word for people, never evidence.
    pub fn hint(&self) -> Option<(&str, &str)> {
        let Value::Object(object) = &self.value else { return None };
        Some((object.text("code")?, object.text("sub_code").unwrap_or_default()))
    }
}

/// `alipay.trade.query` is answered under `alipay_trade_query_response`.
fn expected_name(method: &str) -> String {
    format!("{}{RESPONSE}", method.replace('.', "_"))
}
