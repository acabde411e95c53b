//! Webhooks as PayPal signs them: RSA over transmission id, time, webhook id and the CRC-32 of the raw body, with a key
//! whose certificate is named by its address. Nothing here is fetched, and nothing here makes a body believable.
//!
//! A CRC is no cryptographic hash: whoever holds one genuine delivery can craft another body with the same checksum,
//! which passes every check of this file. So a genuine signature is a reason to ask the API, never a reason to act.
//!
//! Stricter than PayPal's own libraries: SHA-1 is refused, the certificate's address is compared part by part before
//! anything is fetched, and the certificate's names must be exactly the signer's.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage};

use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::http::Headers;
use crate::sign::certificate::Certificate;

/// Certificates longer than this in all are not looked at.
pub const CERTIFICATES_BYTES_MAX: usize = 64 * 1024;
/// The one algorithm that is accepted, as the header names it.
const ALGORITHM: &str = "SHA256withRSA";
/// What every certificate address has behind its host.
const CERTIFICATE_PATH: &str = "/v1/notifications/certs/";
/// No certificate's name is longer.
const CERTIFICATE_NAME_MAX: usize = 128;

/// Which of PayPal's two worlds signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// Real money.
    Live,
    /// Play money.
    Sandbox,
}

impl Site {
    /// The hosts that its certificates come from. PayPal publishes no list; these are the ones that it names.
    pub fn certificate_hosts(self) -> [&'static str; 2] {
        match self {
            Site::Live => ["api.paypal.com", "api-m.paypal.com"],
            Site::Sandbox => ["api.sandbox.paypal.com", "api-m.sandbox.paypal.com"],
        }
    }

    /// Whom its certificates are made out to.
    fn signer(self) -> &'static str {
        match self {
            Site::Live => "messageverificationcerts.paypal.com",
            Site::Sandbox => "messageverificationcerts.sandbox.paypal.com",
        }
    }

    fn other(self) -> Self {
        match self {
            Site::Live => Site::Sandbox,
            Site::Sandbox => Site::Live,
        }
    }

    fn mode(self) -> &'static str {
        match self {
            Site::Live => "live",
            Site::Sandbox => "test",
        }
    }
}

/// Proves a webhook genuine. That says who sent it, not that the body is what was sent: see the head of this file.
///
/// Fails, in this order, with `auth_missing`, `duplicate_field`, `auth_algorithm`, `auth_cert_url`, `wrong_mode`,
/// `auth_malformed`, `auth_cert` and `auth_mismatch`; with `key_type` where a root cannot be read.
pub fn verify(
    body: &[u8],
    headers: &Headers,
    webhook_id: &str,
    certificate_pem: &[u8],
    roots_pem: &[&str],
    site: Site,
    now: Time,
) -> Result<()> {
    let sent = Transmission::read(headers, site)?;
    let signer = Signer::read(certificate_pem)?;
    signer.check(&Roots::new(roots_pem)?, site, now)?;
    sent.verify(&signer, webhook_id, body)
}

/// What the headers of a delivery say, as far as that can be judged before anything is fetched.
#[derive(Debug)]
pub struct Transmission<'h> {
    id: &'h str,
    time: &'h str,
    signature: Vec<u8>,
    /// Where the certificate is: an address of the right world, and of PayPal's.
    pub certificate_url: &'h str,
}

impl<'h> Transmission<'h> {
    /// Reads the five headers. Fails as [`verify`] does before it looks at a certificate.
    pub fn read(headers: &'h Headers, site: Site) -> Result<Self> {
        let id = required(headers, "PAYPAL-TRANSMISSION-ID")?;
        let time = required(headers, "PAYPAL-TRANSMISSION-TIME")?;
        let signature = required(headers, "PAYPAL-TRANSMISSION-SIG")?;
        let certificate_url = required(headers, "PAYPAL-CERT-URL")?;
        let algorithm = required(headers, "PAYPAL-AUTH-ALGO")?;
        if algorithm != ALGORITHM {
            return Err(Error::new(Code::AuthAlgorithm)
                .with("given", algorithm.escape_debug())
                .with("expected", ALGORITHM));
        }
        check_address(certificate_url, site)?;
        let signature = STANDARD.decode(signature).map_err(|_| malformed("it is not base64"))?;
        // The signed text is joined by this sign, so that a part with one in it could be read in two ways.
        if id.contains('|') || time.contains('|') {
            return Err(malformed("id or time holds the separator"));
        }
        Ok(Transmission { id, time, signature, certificate_url })
    }

    /// Compares the signature with the raw body. Fails with `auth_mismatch`.
    pub fn verify(&self, signer: &Signer, webhook_id: &str, body: &[u8]) -> Result<()> {
        let checksum = crc32fast::hash(body);
        let text = format!("{}|{}|{webhook_id}|{checksum}", self.id, self.time);
        signer.leaf(|leaf| {
            leaf.verify_signature(
                webpki::ring::RSA_PKCS1_2048_8192_SHA256,
                text.as_bytes(),
                &self.signature,
            )
            .map_err(|_| Error::new(Code::AuthMismatch))
        })
    }
}

fn required<'h>(headers: &'h Headers, name: &'static str) -> Result<&'h str> {
    match headers.one(name)? {
        Some(value) if !value.trim().is_empty() => Ok(value),
        _ => Err(Error::new(Code::AuthMissing).with("field", name)),
    }
}

fn malformed(why: &str) -> Error {
    Error::new(Code::AuthMalformed).with("why", why)
}

/// A certificate's address is PayPal's own, to the letter. Fails with `auth_cert_url`, and with `wrong_mode` where it
/// is right for the other world.
fn check_address(url: &str, site: Site) -> Result<()> {
    let is_of = |site: Site| {
        let rest = url.strip_prefix("https://").unwrap_or_default();
        let host = site.certificate_hosts().into_iter().find(|host| {
            rest.strip_prefix(host).is_some_and(|path| path.starts_with(CERTIFICATE_PATH))
        });
        let name =
            host.map_or("", |host| rest.get(host.len() + CERTIFICATE_PATH.len()..).unwrap_or(""));
        (1..=CERTIFICATE_NAME_MAX).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if is_of(site) {
        return Ok(());
    }
    if is_of(site.other()) {
        return Err(Error::new(Code::WrongMode)
            .with("given", site.other().mode())
            .with("expected", site.mode()));
    }
    Err(Error::new(Code::AuthCertUrl).with(
        "why",
        format_args!(
            "{} is not https://{}{CERTIFICATE_PATH}…",
            url.escape_debug(),
            site.certificate_hosts()[0]
        ),
    ))
}

/// Whom we trust to vouch for a signer.
pub struct Roots(Vec<TrustAnchor<'static>>);

impl Roots {
    /// The roots that browsers trust, and these, each a PEM text of one or more. Fails with `key_type`.
    pub fn new(more: &[&str]) -> Result<Self> {
        let mut anchors = webpki_roots::TLS_SERVER_ROOTS.to_vec();
        for text in more {
            for root in Certificate::bundle("trusted_roots", text.as_bytes())? {
                let der = CertificateDer::from(root.der());
                let anchor = webpki::anchor_from_trusted_cert(&der).map_err(|why| {
                    Error::new(Code::KeyType)
                        .with("setting", "trusted_roots")
                        .with("given", format_args!("a certificate that is no root ({why})"))
                        .with("expected", "a root certificate")
                })?;
                anchors.push(anchor.to_owned());
            }
        }
        Ok(Roots(anchors))
    }
}

impl std::fmt::Debug for Roots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} roots", self.0.len())
    }
}

/// A signer's certificate with those that lead from it to a root, as PayPal serves them. Not trusted by being read.
#[derive(Clone)]
pub struct Signer {
    leaf: Vec<u8>,
    common_name: String,
    not_after: Time,
    intermediates: Vec<CertificateDer<'static>>,
}

impl Signer {
    /// Reads PEM text: the signer first, then what leads on from it. Fails with `auth_cert`.
    pub fn read(pem: &[u8]) -> Result<Self> {
        if pem.len() > CERTIFICATES_BYTES_MAX {
            return Err(unacceptable("it is too long"));
        }
        let bundle = Certificate::bundle("the certificate", pem)
            .map_err(|_| unacceptable("there is none at its address"))?;
        let (leaf, others) =
            bundle.split_first().ok_or_else(|| unacceptable("there is none at its address"))?;
        Ok(Signer {
            leaf: leaf.der().to_vec(),
            common_name: leaf.subject_common_name().unwrap_or_default().to_owned(),
            not_after: leaf.not_after(),
            intermediates: others.iter().map(|c| CertificateDer::from(c.der().to_vec())).collect(),
        })
    }

    /// When it ends.
    pub fn not_after(&self) -> Time {
        self.not_after
    }

    /// Checks its names, and the chain to a root at this instant: every validity, every signature, what each may
    /// sign. Fails with `auth_cert`.
    pub fn check(&self, roots: &Roots, site: Site, now: Time) -> Result<()> {
        if self.common_name != site.signer() {
            let name = self.common_name.escape_debug();
            return Err(unacceptable(format_args!("it is made out to {name}")));
        }
        let seconds = u64::try_from(now.seconds()).unwrap_or_default();
        let name = ServerName::try_from(site.signer()).map_err(Error::bug)?;
        self.leaf(|leaf| {
            leaf.verify_for_usage(
                ALL_VERIFICATION_ALGS,
                &roots.0,
                &self.intermediates,
                UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
                KeyUsage::server_auth(),
                None,
                None,
            )
            .map_err(unacceptable)?;
            leaf.verify_is_valid_for_subject_name(&name).map_err(unacceptable)
        })
    }

    fn leaf<T>(&self, with: impl FnOnce(&EndEntityCert<'_>) -> Result<T>) -> Result<T> {
        let der = CertificateDer::from(self.leaf.as_slice());
        with(&EndEntityCert::try_from(&der).map_err(unacceptable)?)
    }
}

fn unacceptable(why: impl std::fmt::Display) -> Error {
    Error::new(Code::AuthCert).with("why", why)
}
