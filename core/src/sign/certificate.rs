//! X.509 certificates, read field by field. It believes nothing in them: whether one is to be trusted is decided by the
//! gateway that reads it, by key, validity and chain.

use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use super::der;
use super::pem;
use super::rsa::PublicKey;
use crate::clock::Time;
use crate::error::{Code, Error, Result};

/// SHA-256 with RSA, the one algorithm that a certificate's own signature is checked with.
const SHA256_WITH_RSA: &str = "1.2.840.113549.1.1.11";

/// One certificate.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    signed_part: Vec<u8>,
    signature: Vec<u8>,
    signature_algorithm: String,
    serial: Vec<u8>,
    serial_decimal: String,
    issuer: Vec<u8>,
    issuer_text: String,
    subject: Vec<u8>,
    subject_text: String,
    subject_common_name: Option<String>,
    not_before: Time,
    not_after: Time,
    is_authority: bool,
    public_key: Result<PublicKey>,
}

impl Certificate {
    /// The first certificate of a PEM text, or the one in bare base64.
    ///
    /// Fails with `secret_empty` and with `key_type`, which says what was given instead.
    pub fn parse(setting: &str, text: &[u8]) -> Result<Self> {
        if text.iter().all(u8::is_ascii_whitespace) {
            return Err(Error::new(Code::SecretEmpty).with("setting", setting));
        }
        let der = pem::first(text).ok_or_else(|| not_this(setting, der::GARBAGE))?;
        Certificate::from_der(setting, &der)
    }

    /// Every certificate of a PEM text that can be read, in its order. One that cannot is left out: a real bundle has one
    /// that strict parsers refuse, and [`Certificate::bundle_der`] still has its bytes.
    ///
    /// Fails like [`Certificate::parse`] where none can be read.
    pub fn bundle(setting: &str, text: &[u8]) -> Result<Vec<Self>> {
        let read = |der: &pem::Der| Certificate::from_der(setting, der).ok();
        let found: Vec<_> = pem::blocks(text).iter().flatten().filter_map(read).collect();
        if found.is_empty() {
            return Certificate::parse(setting, text).map(|one| vec![one]);
        }
        Ok(found)
    }

    /// The bytes of every PEM block, readable as a certificate or not.
    pub fn bundle_der(text: &[u8]) -> Vec<Vec<u8>> {
        pem::blocks(text).into_iter().flatten().map(|der| der.to_vec()).collect()
    }

    /// From its DER form. Fails with `key_type`.
    pub fn from_der(setting: &str, der: &[u8]) -> Result<Self> {
        let given = match der::kind(der) {
            der::Kind::Certificate => "a certificate that cannot be read",
            other => other.given(),
        };
        let (rest, read) = X509Certificate::from_der(der).map_err(|_| not_this(setting, given))?;
        if !rest.is_empty() {
            return Err(not_this(setting, given));
        }
        let tbs = &read.tbs_certificate;
        let serial = match tbs.raw_serial() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            serial => serial,
        };
        Ok(Certificate {
            signed_part: tbs.as_ref().to_vec(),
            signature: read.signature_value.data.to_vec(),
            signature_algorithm: read.signature_algorithm.algorithm.to_id_string(),
            serial: serial.to_vec(),
            serial_decimal: tbs.serial.to_str_radix(10),
            issuer: tbs.issuer.as_raw().to_vec(),
            issuer_text: name_text(&tbs.issuer),
            subject: tbs.subject.as_raw().to_vec(),
            subject_text: name_text(&tbs.subject),
            subject_common_name: tbs.subject.iter_common_name().next().map(value_text),
            not_before: seconds(tbs.validity.not_before.timestamp()),
            not_after: seconds(tbs.validity.not_after.timestamp()),
            is_authority: matches!(tbs.basic_constraints(), Ok(Some(found)) if found.value.ca),
            public_key: PublicKey::from_spki(setting, tbs.subject_pki.raw),
            der: der.to_vec(),
        })
    }

    /// As it was given.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The serial number as upper-case hex digits, two for each byte, without a sign.
    pub fn serial_hex(&self) -> String {
        self.serial.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// The serial number as an unsigned decimal number of any length.
    pub fn serial_decimal(&self) -> &str {
        &self.serial_decimal
    }

    /// The issuer: `TYPE=value` from the last attribute to the first, joined by `,`; only what is there.
    pub fn issuer_text(&self) -> &str {
        &self.issuer_text
    }

    /// Whom it is made out to, written like the issuer.
    pub fn subject_text(&self) -> &str {
        &self.subject_text
    }

    /// The name that it is made out to, if it has one.
    pub fn subject_common_name(&self) -> Option<&str> {
        self.subject_common_name.as_deref()
    }

    /// The algorithm of its own signature, as a dotted object identifier.
    pub fn signature_algorithm(&self) -> &str {
        &self.signature_algorithm
    }

    /// From when it may be used.
    pub fn not_before(&self) -> Time {
        self.not_before
    }

    /// Until when it may be used.
    pub fn not_after(&self) -> Time {
        self.not_after
    }

    /// Whether it may be used at this instant.
    pub fn is_valid_at(&self, now: Time) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// Whether it may sign other certificates.
    pub fn is_authority(&self) -> bool {
        self.is_authority
    }

    /// The key in it. Fails with `key_type` where that is not RSA, and with `key_weak`.
    pub fn public_key(&self) -> Result<PublicKey> {
        self.public_key.clone()
    }

    /// Whether this issuer signed it, by name and by SHA-256 with RSA. Says nothing of validity.
    pub fn is_issued_by(&self, issuer: &Certificate) -> bool {
        self.issuer == issuer.subject
            && self.signature_algorithm == SHA256_WITH_RSA
            && issuer.is_authority
            && issuer
                .public_key()
                .is_ok_and(|key| key.verify_sha256(&self.signed_part, &self.signature).is_ok())
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the certificate {} of {}", self.serial_hex(), self.issuer_text)
    }
}

fn not_this(setting: &str, given: &str) -> Error {
    Error::new(Code::KeyType)
        .with("setting", setting)
        .with("given", given)
        .with("expected", "a certificate")
}

fn seconds(timestamp: i64) -> Time {
    Time::from_millis(timestamp.saturating_mul(1000))
}

fn name_text(name: &X509Name<'_>) -> String {
    let attributes = name.iter_attributes().map(|attribute| {
        let kind = attribute.attr_type().to_id_string();
        format!("{}={}", short_name(&kind), value_text(attribute))
    });
    let mut attributes: Vec<_> = attributes.collect();
    attributes.reverse();
    attributes.join(",")
}

fn value_text(attribute: &AttributeTypeAndValue<'_>) -> String {
    let text = attribute.as_str().map(str::to_owned);
    text.unwrap_or_else(|_| String::from_utf8_lossy(attribute.as_slice()).into_owned())
}

fn short_name(oid: &str) -> &str {
    match oid {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLATFORM: &str =
        include_str!("../../../tests/vectors/keys/throwaway_wechat_platform_b_cert.pem");
    const ROOT: &str = include_str!("../../../tests/vectors/keys/throwaway_alipay_root_cert.pem");
    const BELOW: &str =
        include_str!("../../../tests/vectors/keys/throwaway_alipay_class2_cert.pem");
    const LEAF: &str = include_str!("../../../tests/vectors/keys/throwaway_alipay_app_cert.pem");
    const EC: &str = include_str!("../../../tests/vectors/keys/throwaway_alipay_root_ec_cert.pem");
    const REAL: &str = include_str!("../../../tests/vectors/keys/alipay_real_root_bundle.crt");

    fn read(text: &str) -> Certificate {
        Certificate::parse("a certificate", text.as_bytes()).unwrap()
    }

    /// Protects: pitfall 28, serial numbers keep their zeros as text and their size as numbers.
    #[test]
    fn serial_numbers() {
        let certificate = read(PLATFORM);
        assert_eq!(certificate.serial_hex(), "0A609DD1DC8CD295E106F99839DB7D106BD9EED0");
        let decimal = "59244527288364659712313160354724777509158252240";
        assert_eq!(certificate.serial_decimal(), decimal);
        assert_eq!(certificate.signature_algorithm(), SHA256_WITH_RSA);
    }

    /// Protects: H38, validity is inclusive at both ends and read from the certificate itself.
    #[test]
    fn validity() {
        let certificate = read(PLATFORM);
        let end = certificate.not_after();
        assert!(certificate.is_valid_at(end) && !certificate.is_valid_at(end.plus_seconds(1)));
        let begin = certificate.not_before();
        assert!(certificate.is_valid_at(begin) && !certificate.is_valid_at(begin.plus_seconds(-1)));
    }

    /// Protects: pitfall 29, the issuer is what is there, from the last attribute to the first.
    #[test]
    fn issuers() {
        assert_eq!(read(LEAF).issuer_text(), read(BELOW).subject_text());
        let text =
            include_str!("../../../tests/vectors/keys/throwaway_alipay_issuer_without_ou_cert.pem");
        assert_eq!(read(text).issuer_text(), "CN=no OU here,O=only O,C=CN");
    }

    /// Protects: a chain holds by name, authority and signature, and in one direction.
    #[test]
    fn chains() {
        let (root, below, leaf) = (read(ROOT), read(BELOW), read(LEAF));
        assert!(below.is_issued_by(&root) && leaf.is_issued_by(&below) && root.is_issued_by(&root));
        assert!(
            !leaf.is_issued_by(&root) && !root.is_issued_by(&leaf) && !leaf.is_issued_by(&leaf)
        );
    }

    /// Protects: pitfall 29, the real bundle is read in every layout; the certificate that a strict parser refuses does
    /// not take the others with it.
    #[test]
    fn the_real_bundle() {
        let squeezed = REAL.replace("\n\n", "\n");
        for text in [REAL.to_owned(), REAL.replace('\n', "\r\n"), squeezed, format!("text\n{REAL}")]
        {
            let found = Certificate::bundle("a bundle", text.as_bytes()).unwrap();
            assert_eq!(Certificate::bundle_der(text.as_bytes()).len(), 4);
            let rsa = found
                .iter()
                .filter(|one| one.signature_algorithm().starts_with("1.2.840.113549.1.1"));
            assert_eq!(rsa.count(), 2);
        }
    }

    /// Protects: what is no RSA certificate says so, and nothing panics on damaged ones.
    #[test]
    fn other_things() {
        let refusal = read(EC).public_key().unwrap_err();
        assert_eq!(refusal.detail("given"), Some("a public key that is not RSA"));
        let key =
            include_str!("../../../tests/vectors/keys/throwaway_wechat_merchant_private_pkcs8.pem");
        let refusal = Certificate::parse("x", key.as_bytes()).unwrap_err();
        assert_eq!(refusal.detail("given"), Some("a private key"));
        let der = read(PLATFORM).der().to_vec();
        for length in 0..der.len() {
            assert_eq!(
                Certificate::from_der("x", &der[..length]).unwrap_err().code(),
                Code::KeyType
            );
        }
    }
}
