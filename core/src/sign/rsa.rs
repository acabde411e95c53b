//! RSA signatures, PKCS#1 v1.5 with SHA-256, and the keys for them in every wrapping that people have. It never takes the
//! algorithm from a message, and never shows a private key.

use std::fmt;
use std::sync::Arc;

use ring::signature::{self, RsaKeyPair, UnparsedPublicKey};
// It blinds the private operation against listeners at the wall; no byte of a signature depends on it.
use ring::rand as blinding;

use super::certificate::Certificate;
use super::der::{self, Kind};
use super::pem;
use crate::error::{Code, Error, Result};

/// Shorter moduli are refused, ours and theirs.
pub const MODULUS_BITS_MIN: usize = 2048;

/// A private key. Its `Debug` form is `[redacted]`.
#[derive(Clone)]
pub struct PrivateKey(Arc<RsaKeyPair>);

impl PrivateKey {
    /// Reads PKCS#8 or PKCS#1, as PEM or bare base64. `setting` names it in errors.
    ///
    /// Fails with `secret_empty`, with `key_type` that says what was given instead, and with `key_weak` under
    /// [`MODULUS_BITS_MIN`].
    pub fn parse(setting: &str, text: &[u8]) -> Result<Self> {
        let not_this = |given| key_type(setting, given, "an RSA private key");
        let der = read(setting, text)?.ok_or_else(|| not_this(unreadable(text)))?;
        let pair = match der::kind(&der) {
            Kind::Pkcs8 => RsaKeyPair::from_pkcs8(&der),
            Kind::Pkcs1 => RsaKeyPair::from_der(&der),
            other => return Err(not_this(other.given())),
        };
        let pair = pair.map_err(|rejected| match rejected.to_string().as_str() {
            "TooSmall" => key_weak(setting),
            _ => not_this("a private key with parts that do not belong together"),
        })?;
        Ok(PrivateKey(Arc::new(pair)))
    }

    /// The signature of a message: the same every time.
    pub fn sign_sha256(&self, message: &[u8]) -> Result<Vec<u8>> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let random = blinding::SystemRandom::new();
        self.0
            .sign(&signature::RSA_PKCS1_SHA256, &random, message, &mut signature)
            .map_err(|_| Error::bug("an RSA key that cannot sign"))?;
        Ok(signature)
    }

    /// Its public half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.public().as_ref().to_vec())
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A public key, kept as PKCS#1; two are equal if modulus and exponent are.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

impl PublicKey {
    /// Reads SubjectPublicKeyInfo or PKCS#1, as PEM or bare base64, or takes the key of a certificate.
    ///
    /// Fails with `secret_empty`, `key_type` and `key_weak` like [`PrivateKey::parse`].
    pub fn parse(setting: &str, text: &[u8]) -> Result<Self> {
        let not_this = |given| key_type(setting, given, "an RSA public key");
        let der = read(setting, text)?.ok_or_else(|| not_this(unreadable(text)))?;
        match der::kind(&der) {
            Kind::Spki(key) => PublicKey::from_pkcs1(setting, key),
            Kind::Pkcs1Public => PublicKey::from_pkcs1(setting, &der),
            Kind::Certificate => Certificate::from_der(setting, &der)?.public_key(),
            other => Err(not_this(other.given())),
        }
    }

    /// From SubjectPublicKeyInfo, as it stands in a certificate.
    pub(super) fn from_spki(setting: &str, spki: &[u8]) -> Result<Self> {
        match der::kind(spki) {
            Kind::Spki(key) => PublicKey::from_pkcs1(setting, key),
            other => Err(key_type(setting, other.given(), "an RSA public key")),
        }
    }

    fn from_pkcs1(setting: &str, der: &[u8]) -> Result<Self> {
        let broken = || key_type(setting, "a damaged public key", "an RSA public key");
        if der::kind(der) != Kind::Pkcs1Public {
            return Err(broken());
        }
        let key = PublicKey(der.to_vec());
        match key.modulus_bits().ok_or_else(broken)? {
            ..MODULUS_BITS_MIN => Err(key_weak(setting)),
            _ => Ok(key),
        }
    }

    fn modulus_bits(&self) -> Option<usize> {
        let (modulus, _) = self.components()?;
        let first = modulus.iter().position(|byte| *byte != 0)?;
        let leading = usize::try_from(modulus.get(first)?.leading_zeros()).ok()?;
        (modulus.len() - first).checked_mul(8)?.checked_sub(leading)
    }

    /// Modulus and exponent, big-endian.
    fn components(&self) -> Option<(&[u8], &[u8])> {
        use x509_parser::asn1_rs::{Any, FromDer};
        let (_, outer) = Any::from_der(&self.0).ok()?;
        let (rest, modulus) = Any::from_der(outer.data).ok()?;
        let (_, exponent) = Any::from_der(rest).ok()?;
        Some((modulus.data, exponent.data))
    }

    /// As PKCS#1 DER.
    pub fn as_pkcs1(&self) -> &[u8] {
        &self.0
    }

    /// Fails with `auth_mismatch` unless the owner of the private half signed this message.
    pub fn verify_sha256(&self, message: &[u8], signature: &[u8]) -> Result<()> {
        UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, &self.0)
            .verify(message, signature)
            .map_err(|_| Error::new(Code::AuthMismatch))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an RSA public key of {} bits", self.modulus_bits().unwrap_or_default())
    }
}

fn read(setting: &str, text: &[u8]) -> Result<Option<pem::Der>> {
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::new(Code::SecretEmpty).with("setting", setting));
    }
    Ok(pem::first(text))
}

/// What a text is that holds no base64.
fn unreadable(text: &[u8]) -> &'static str {
    let is_encrypted = text.windows(9).any(|window| window == b"ENCRYPTED");
    if is_encrypted { "an encrypted private key" } else { der::GARBAGE }
}

fn key_type(setting: &str, given: &str, expected: &str) -> Error {
    Error::new(Code::KeyType)
        .with("setting", setting)
        .with("given", given)
        .with("expected", expected)
}

fn key_weak(setting: &str) -> Error {
    let rule = format_args!("an RSA key needs at least {MODULUS_BITS_MIN} bits").to_string();
    Error::new(Code::KeyWeak).with("setting", setting).with("rule", rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::der::GARBAGE;

    macro_rules! file {
        ($name:literal) => {
            include_str!(concat!("../../../tests/vectors/keys/", $name))
        };
    }

    const PRIVATE: &str = file!("throwaway_wechat_merchant_private_pkcs8.pem");
    const CERTIFICATE: &str = file!("throwaway_wechat_merchant_cert.pem");
    const OTHER: &str = file!("throwaway_wechat_attacker_private_pkcs8.pem");
    const CURVE: &str = file!("throwaway_alipay_root_ec_private_pkcs8.pem");

    fn private(text: &str) -> Result<PrivateKey> {
        PrivateKey::parse("the key", text.as_bytes())
    }

    fn bare(pem: &str) -> String {
        pem.lines().filter(|line| !line.starts_with('-')).collect()
    }

    /// PKCS#1 lies inside PKCS#8, behind 26 bytes for a key of this size.
    fn pkcs1() -> String {
        let der = pem::first(PRIVATE.as_bytes()).unwrap();
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &der[26..])
    }

    fn wrapped(base64: &str, label: &str) -> String {
        let lines = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap());
        let lines: Vec<_> = lines.collect();
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    }

    /// Protects: H38, pitfall 27: one key in each of its wrappings is one key, whatever its label says.
    #[test]
    fn every_wrapping_is_read() {
        let expected = private(PRIVATE).unwrap().sign_sha256(b"message").unwrap();
        let wrappings = [
            PRIVATE.replace('\n', "\r\n"),
            bare(PRIVATE),
            pkcs1(),
            wrapped(&pkcs1(), "RSA PRIVATE KEY"),
            wrapped(&pkcs1(), "PRIVATE KEY"),
            wrapped(&bare(PRIVATE), "RSA PRIVATE KEY"),
        ];
        for text in wrappings {
            let key = private(&text).unwrap();
            assert_eq!(key.sign_sha256(b"message").unwrap(), expected, "{text}");
            key.public_key().verify_sha256(b"message", &expected).unwrap();
        }
    }

    /// Protects: H38, each wrong thing is named.
    #[test]
    fn wrong_things_are_named() {
        let encrypted = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END";
        // AlgorithmIdentifier, then an octet string: the outline of an encrypted PKCS#8 key.
        let sealed = wrapped("MAkwBAYCKgMEAQA=", "ENCRYPTED PRIVATE KEY");
        let cases = [
            (CERTIFICATE, "a certificate"),
            (CURVE, "a private key that is not RSA"),
            (encrypted, "an encrypted private key"),
            (&sealed, "an encrypted private key"),
            ("0123456789abcdef", GARBAGE),
            ("hello, world", GARBAGE),
        ];
        for (text, given) in cases {
            let refusal = private(text).unwrap_err();
            assert_eq!((refusal.code(), refusal.detail("given")), (Code::KeyType, Some(given)));
        }
        let refusal = PublicKey::parse("the key", PRIVATE.as_bytes()).unwrap_err();
        assert_eq!(refusal.detail("given"), Some("a private key"));
        for empty in ["", " \r\n"] {
            assert_eq!(private(empty).unwrap_err().code(), Code::SecretEmpty);
            assert_eq!(
                PublicKey::parse("x", empty.as_bytes()).unwrap_err().code(),
                Code::SecretEmpty
            );
        }
    }

    /// Protects: H38, short keys are refused on both sides.
    #[test]
    fn short_keys_are_refused() {
        for weak in [WEAK_PRIVATE, WEAK_PRIVATE_PKCS1] {
            assert_eq!(private(weak).unwrap_err().code(), Code::KeyWeak);
        }
        assert_eq!(
            PublicKey::parse("x", WEAK_PUBLIC.as_bytes()).unwrap_err().code(),
            Code::KeyWeak
        );
    }

    /// Protects: a signature fits one message and one key, and has one length.
    #[test]
    fn signatures_are_checked() {
        let key = PublicKey::parse("x", CERTIFICATE.as_bytes()).unwrap();
        let signature = private(PRIVATE).unwrap().sign_sha256(b"message").unwrap();
        key.verify_sha256(b"message", &signature).unwrap();
        assert_eq!(key, private(PRIVATE).unwrap().public_key());
        let other = private(OTHER).unwrap();
        let forged = other.sign_sha256(b"message").unwrap();
        for (message, signature) in [
            (b"messagE".as_slice(), signature.as_slice()),
            (b"message", &forged),
            (b"message", &signature[1..]),
            (b"message", b""),
        ] {
            let refusal = key.verify_sha256(message, signature).unwrap_err();
            assert_eq!(refusal.code(), Code::AuthMismatch);
        }
        assert_ne!(key, other.public_key());
    }

    /// Protects: X4, neither half shows its numbers.
    #[test]
    fn keys_are_not_printed() {
        let key = private(PRIVATE).unwrap();
        assert_eq!(format!("{key:?}"), "[redacted]");
        assert_eq!(format!("{:?}", key.public_key()), "an RSA public key of 2048 bits");
    }

    /// A throwaway key of 1024 bits.
    const WEAK_PRIVATE: &str = "\
        MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAJr3OdwqyqRMr3JCvFW/ZkWQc+wB91yqO2GqyvHU\
        9fcfoDARi1amnlZsmMLHml+CgBIT9xzIEQ4FEteHKlRfX2h+ELAQNlF2Ty7WF9X6HA+JULzD1qvKhOrA43LQTzgq\
        wfn1dvNPrP375xabMzS9UngGP6UxHtoDzAyE3Lybg1uXAgMBAAECgYAo9qlI1dbzT4IhRhra39l9Eg5SmMJ2sFk6\
        HBfBjXXneWiyzDB1G15HojVPZ8wa6zhHjxeHeCtp9VVhu80ouH1TjJG+0F24KE1iB8u4C6MqQVtU94AUp0s/zmYe\
        UpmTmrcpOa815Q3bewOOuyLagkc85YhI0b6Tkk6aBsWRreugIQJBAMhjhGhm2hchHH68pZqw/a6EYjJVMg/4agqy\
        k/vVTUisF9lc9+JKiWYwpIQ2eSPKMvId9kTSE60Ygy58Nz25Qi0CQQDF+KlZPzuzgWFpTKaKZud3S3Zd42qbKd0T\
        BbXbZLlYf6EyJIJ8o2h0Y7oLYOXYhDQaYTDBRxS0LeL8Ltzp+eNTAkEAjfHofee1PsMGo0PP7tbGq9M8l7i/oI5v\
        1yoOJ0o912eH8UGomZQA5fE46CqJ/u8gzV6p7q/8nhWJ/uigXMmY9QJAMK65Vk0KbVX/kllbCuXLPba84NGvwYBF\
        8QuScOUP/wdDqIT54ZR9d0Ge2nV1kAzSkzobNyw3lydBjiooARGGKQJBAKWdKCAFekSmAJOcOyFQzfHf6jyN0oRP\
        bUSUukZeI+Fz7ox0HZVokpseZ/hfye31c7bC0dfifQ/PpQMFRNQvD9E=";

    /// The same as PKCS#1.
    const WEAK_PRIVATE_PKCS1: &str = "\
        MIICXQIBAAKBgQCa9zncKsqkTK9yQrxVv2ZFkHPsAfdcqjthqsrx1PX3H6AwEYtWpp5WbJjCx5pfgoASE/ccyBEO\
        BRLXhypUX19ofhCwEDZRdk8u1hfV+hwPiVC8w9aryoTqwONy0E84KsH59XbzT6z9++cWmzM0vVJ4Bj+lMR7aA8wM\
        hNy8m4NblwIDAQABAoGAKPapSNXW80+CIUYa2t/ZfRIOUpjCdrBZOhwXwY1153losswwdRteR6I1T2fMGus4R48X\
        h3grafVVYbvNKLh9U4yRvtBduChNYgfLuAujKkFbVPeAFKdLP85mHlKZk5q3KTmvNeUN23sDjrsi2oJHPOWISNG+\
        k5JOmgbFka3roCECQQDIY4RoZtoXIRx+vKWasP2uhGIyVTIP+GoKspP71U1IrBfZXPfiSolmMKSENnkjyjLyHfZE\
        0hOtGIMufDc9uUItAkEAxfipWT87s4FhaUymimbnd0t2XeNqmyndEwW122S5WH+hMiSCfKNodGO6C2Dl2IQ0GmEw\
        wUcUtC3i/C7c6fnjUwJBAI3x6H3ntT7DBqNDz+7WxqvTPJe4v6COb9cqDidKPddnh/FBqJmUAOXxOOgqif7vIM1e\
        qe6v/J4Vif7ooFzJmPUCQDCuuVZNCm1V/5JZWwrlyz22vODRr8GARfELknDlD/8HQ6iE+eGUfXdBntp1dZAM0pM6\
        GzcsN5cnQY4qKAERhikCQQClnSggBXpEpgCTnDshUM3x3+o8jdKET21ElLpGXiPhc+6MdB2VaJKbHmf4X8nt9XO2\
        wtHX4n0Pz6UDBUTULw/R";

    /// Its public half.
    const WEAK_PUBLIC: &str = "\
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCa9zncKsqkTK9yQrxVv2ZFkHPsAfdcqjthqsrx1PX3H6AwEYtW\
        pp5WbJjCx5pfgoASE/ccyBEOBRLXhypUX19ofhCwEDZRdk8u1hfV+hwPiVC8w9aryoTqwONy0E84KsH59XbzT6z9\
        ++cWmzM0vVJ4Bj+lMR7aA8wMhNy8m4NblwIDAQAB";
}
