//! Notices: a form whose parameters are proved over their bytes and decoded as text only afterwards. It reads no address
//! and no header, and repairs nothing.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};
use sha2::{Digest, Sha256};

use super::form::{self, Pair};
use super::{SIGN_TYPE, configured, verify_any};
use crate::error::{Code, Error, Result};
use crate::sign::rsa::PublicKey;

/// The parameters of a genuine notice, as text.
#[derive(Clone)]
pub struct Parameters<'b> {
    pairs: Vec<(Cow<'b, str>, Cow<'b, str>)>,
    signed: Vec<u8>,
}

/// Proves a notice genuine: the raw body of the POST, and the keys any of which may have signed it.
///
/// Fails, in this order, with `auth_not_configured`, `malformed`, `duplicate_field`, `too_large`, `auth_missing`,
/// `auth_algorithm`, `auth_malformed`, `auth_mismatch`, and `malformed` for text that is not in its charset.
pub fn verify_notify<'b>(body: &'b [u8], keys: &[PublicKey]) -> Result<Parameters<'b>> {
    configured(keys)?;
    let mut pairs = form::parse(body)?;
    let find = |name: &[u8]| pairs.iter().find(|(n, _)| **n == *name).map(|(_, v)| &**v);
    let signature = find(b"sign").unwrap_or_default();
    if signature.is_empty() {
        return Err(Error::new(Code::AuthMissing).with("field", "sign"));
    }
    let signature = String::from_utf8_lossy(signature).into_owned();
    check_algorithm(find(b"sign_type"))?;
    let encoding = encoding(find(b"charset"))?;
    pairs.retain(|(name, _)| **name != *b"sign" && **name != *b"sign_type");
    pairs.sort_unstable();
    // Decoded, nothing is longer than it came.
    let mut signed = Vec::with_capacity(body.len());
    write_signed(&mut signed, &pairs);
    verify_any(keys, &signed, &signature)?;
    let pairs = pairs.into_iter().map(|(n, v)| Ok((decode(encoding, n)?, decode(encoding, v)?)));
    Ok(Parameters { pairs: pairs.collect::<Result<_>>()?, signed })
}

impl<'b> Parameters<'b> {
    /// A parameter's value; `None` where the notice does not have it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_ref())
    }

    /// All of them but `sign` and `sign_type`, sorted by name.
    pub fn pairs(&self) -> &[(Cow<'b, str>, Cow<'b, str>)] {
        &self.pairs
    }

    /// The hash of what was signed.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.signed).into()
    }
}

fn check_algorithm(given: Option<&[u8]>) -> Result<()> {
    match given {
        Some(given) if given == SIGN_TYPE.as_bytes() => Ok(()),
        given => {
            let given =
                given.map_or_else(|| "nothing".to_owned(), |g| g.escape_ascii().to_string());
            Err(Error::new(Code::AuthAlgorithm).with("given", given).with("expected", SIGN_TYPE))
        }
    }
}

/// Empty values take part: a notice is signed as it is sent.
fn write_signed(out: &mut Vec<u8>, pairs: &[Pair<'_>]) {
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        out.push(b'=');
        out.extend_from_slice(value);
    }
}

/// UTF-8, which is what we ask for, unless the notice names the GBK family of older products.
fn encoding(charset: Option<&[u8]>) -> Result<&'static Encoding> {
    let Some(name) = charset else { return Ok(UTF_8) };
    let is = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
    if ["utf-8", "utf8"].iter().any(is) {
        Ok(UTF_8)
    } else if ["gbk", "gb2312", "gb18030"].iter().any(is) {
        Ok(GB18030)
    } else {
        let why = format!("the charset {} is not known", name.escape_ascii());
        Err(Error::new(Code::Malformed).with("format", "form").with("why", why))
    }
}

fn decode<'b>(encoding: &'static Encoding, bytes: Cow<'b, [u8]>) -> Result<Cow<'b, str>> {
    let text = match bytes {
        Cow::Borrowed(bytes) => encoding.decode_without_bom_handling_and_without_replacement(bytes),
        Cow::Owned(bytes) if encoding == UTF_8 => String::from_utf8(bytes).ok().map(Cow::Owned),
        Cow::Owned(bytes) => encoding
            .decode_without_bom_handling_and_without_replacement(&bytes)
            .map(|text| Cow::Owned(text.into_owned())),
    };
    text.filter(|text| !text.as_bytes().contains(&0)).ok_or_else(|| {
        let why = format!("it is not {} text", encoding.name());
        Error::new(Code::Malformed).with("format", "form").with("why", why)
    })
}
