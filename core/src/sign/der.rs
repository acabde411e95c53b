//! What a piece of DER is: which kind of key or certificate, told by the outline of its first members. It checks no
//! value; whoever reads the inside does.

use x509_parser::asn1_rs::{Any, Class, FromDer, Tag};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// An RSA private key in an algorithm-neutral wrapping.
    Pkcs8,
    /// An RSA private key as PKCS#1.
    Pkcs1,
    /// A public key with its algorithm; these are the bytes within.
    Spki(&'a [u8]),
    /// An RSA public key as PKCS#1.
    Pkcs1Public,
    /// A certificate.
    Certificate,
    /// None of these; the words for it.
    Other(&'static str),
}

impl Kind<'_> {
    /// In the words of an error.
    pub fn given(self) -> &'static str {
        match self {
            Kind::Pkcs8 | Kind::Pkcs1 => "a private key",
            Kind::Spki(_) | Kind::Pkcs1Public => "a public key",
            Kind::Certificate => "a certificate",
            Kind::Other(what) => what,
        }
    }
}

/// Neither PEM nor base64 of anything known.
pub const GARBAGE: &str = "something that is no key at all";

/// rsaEncryption, 1.2.840.113549.1.1.1, with its tag and length.
const RSA_ENCRYPTION: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// Tells what this is.
pub fn kind(der: &[u8]) -> Kind<'_> {
    let Some(members) = members(der) else { return Kind::Other(GARBAGE) };
    let tags: Vec<Tag> = members.iter().map(|member| member.header.tag()).collect();
    match (tags.as_slice(), members.as_slice()) {
        ([Tag::Integer, Tag::Sequence, ..], [version, algorithm, ..]) => match version.data {
            [0] | [1] if is_rsa(algorithm) => Kind::Pkcs8,
            [0] | [1] => Kind::Other("a private key that is not RSA"),
            _ => Kind::Other("a PKCS#12 container"),
        },
        ([Tag::Integer, Tag::Integer], _) => Kind::Pkcs1Public,
        ([Tag::Integer, Tag::Integer, ..], _) => Kind::Pkcs1,
        ([Tag::Integer, Tag::OctetString, ..], _) => Kind::Other("a private key that is not RSA"),
        ([Tag::Sequence, Tag::OctetString], _) => Kind::Other("an encrypted private key"),
        ([Tag::Sequence, Tag::BitString], [algorithm, key]) => match key.data {
            [0, key @ ..] if is_rsa(algorithm) => Kind::Spki(key),
            _ => Kind::Other("a public key that is not RSA"),
        },
        ([Tag::Sequence, Tag::Sequence, Tag::BitString], _) => Kind::Certificate,
        _ => Kind::Other(GARBAGE),
    }
}

/// The members of a sequence that is all there is.
fn members(der: &[u8]) -> Option<Vec<Any<'_>>> {
    let (rest, outer) = Any::from_der(der).ok()?;
    if !rest.is_empty() || outer.header.tag() != Tag::Sequence {
        return None;
    }
    let mut rest = outer.data;
    let mut members = Vec::new();
    // The longest of them, a PKCS#1 private key of many primes, has ten.
    while !rest.is_empty() && members.len() < 16 {
        let (after, member) = Any::from_der(rest).ok()?;
        let is_plain = member.header.class() == Class::Universal;
        members.push(member);
        rest = after;
        if !is_plain {
            break;
        }
    }
    Some(members)
}

fn is_rsa(algorithm: &Any<'_>) -> bool {
    algorithm.data.starts_with(RSA_ENCRYPTION)
}
