//! HMAC-SHA256 and the lists of signatures that headers carry. It never compares byte by byte with an early exit,
//! and never computes anything under an empty secret.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use crate::error::{Code, Error, Result};
use crate::http::HEADER_BYTES_MAX;

/// Signatures in one header, at most; each is compared with each candidate key (THREATS H34).
pub const SIGNATURES_MAX: usize = 16;

/// A key that is ready to sign: the secret was mixed in once, so a callback costs two hash blocks less.
#[derive(Clone)]
pub struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// Prepares a secret. Fails with `secret_empty`: whoever knows nothing could sign under an empty one.
    pub fn new(secret: &[u8]) -> Result<Self> {
        if secret.is_empty() {
            return Err(Error::new(Code::SecretEmpty).with("setting", "a signature"));
        }
        let mac =
            Hmac::new_from_slice(secret).map_err(|e| Error::bug(format_args!("HMAC: {e}")))?;
        Ok(MacKey(mac))
    }

    /// The signature of the parts, one after the other.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }
}

/// HMAC-SHA256 of the parts, one after the other. Fails with `secret_empty`.
pub fn hmac_sha256(secret: &[u8], parts: &[&[u8]]) -> Result<[u8; 32]> {
    Ok(MacKey::new(secret)?.sign(parts))
}

/// Whether any offered signature is the computed one; the time it takes tells nothing about where they differ.
/// Choices of several keys are joined with `|`, so that no key is left untried either.
pub fn any_equal(computed: &[u8; 32], offered: &[[u8; 32]]) -> Choice {
    offered.iter().fold(Choice::from(0), |found, one| found | computed.as_slice().ct_eq(one))
}

/// As lower-case hex digits, two for each byte.
pub fn to_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The same digits where they are compared, without a place on the heap.
pub fn hex_digits(bytes: &[u8; 32]) -> [u8; 64] {
    let digit = |nibble: u8| nibble + if nibble < 10 { b'0' } else { b'a' - 10 };
    let mut digits = [0; 64];
    for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    digits
}

/// Whether an offered text is exactly these digits; like [`any_equal`], it tells nothing about where they differ.
pub fn same_digits(digits: &[u8; 64], offered: &[u8]) -> Choice {
    let (ours, _) = digits.as_chunks::<8>();
    let (theirs, rest) = offered.as_chunks::<8>();
    // The length of an offer is no secret.
    if theirs.len() != ours.len() || !rest.is_empty() {
        return Choice::from(0);
    }
    let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
    ours.iter().zip(theirs).fold(Choice::from(1), |same, (a, b)| same & word(a).ct_eq(&word(b)))
}

/// From exactly 64 hex digits of either case.
pub fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let mut pairs = pairs.iter();
    let mut bytes = [0; 32];
    for byte in &mut bytes {
        let [high, low] = *pairs.next()?;
        *byte = digit(high)? << 4 | digit(low)?;
    }
    pairs.next().is_none().then_some(bytes)
}

/// What a header with a list of signatures holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureList {
    /// Well formed, and these are of a kind that was asked for.
    Usable(Vec<[u8; 32]>),
    /// Well formed, but of other versions only.
    Unknown,
    /// An item is empty or is no signature; says which rule it broke.
    Malformed(&'static str),
}

/// Reads a list such as `v1=<hex>, v1=<hex>`: items between commas, blanks around them ignored. `names` are the
/// versions to be read; `""` among them admits an item without a name. Items of other names are passed over.
///
/// Fails with `too_large` beyond [`SIGNATURES_MAX`] items or [`HEADER_BYTES_MAX`], whatever the items are.
pub fn signature_list(header: &str, names: &[&str]) -> Result<SignatureList> {
    let too_large = |limit: String| {
        Error::new(Code::TooLarge).with("field", "the signature header").with("limit", limit)
    };
    if header.len() > HEADER_BYTES_MAX {
        return Err(too_large(format!("{HEADER_BYTES_MAX} bytes")));
    }
    if header.split(',').count() > SIGNATURES_MAX {
        return Err(too_large(format!("{SIGNATURES_MAX} signatures")));
    }
    Ok(read_items(header, names).unwrap_or_else(SignatureList::Malformed))
}

fn read_items(header: &str, names: &[&str]) -> Result<SignatureList, &'static str> {
    let mut usable = Vec::new();
    for item in header.split(',') {
        usable.extend(read_item(item.trim_matches([' ', '\t']), names)?);
    }
    Ok(if usable.is_empty() { SignatureList::Unknown } else { SignatureList::Usable(usable) })
}

/// One item: a signature, or `None` for a name that is not ours.
fn read_item(item: &str, names: &[&str]) -> Result<Option<[u8; 32]>, &'static str> {
    let (name, text) = item.split_once('=').unwrap_or(("", item));
    if text.is_empty() {
        return Err("an item of the signature list is empty");
    }
    if names.contains(&name) && !item.starts_with('=') {
        return from_hex(text).map(Some).ok_or("a signature is not 64 hex digits");
    }
    let is_name =
        |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if name.is_empty() || !is_name(name) {
        return Err("an item of the signature list has no proper name");
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use SignatureList::{Malformed, Unknown, Usable};

    const HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

    fn list(header: &str) -> SignatureList {
        signature_list(header, &["", "v1"]).unwrap()
    }

    /// Protects: test case 2 of RFC 4231, whole and cut into parts.
    #[test]
    fn signs_as_the_standard_says() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let whole = hmac_sha256(b"Jefe", &[b"what do ya want for nothing?"]).unwrap();
        let parts = hmac_sha256(b"Jefe", &[b"what do ya want", b"", b" for nothing?"]).unwrap();
        assert_eq!((to_hex(&whole), whole), (expected.to_owned(), parts));
    }

    /// Protects: nothing is ever signed or checked under an empty secret (X1).
    #[test]
    fn refuses_the_empty_secret_when_used() {
        assert_eq!(hmac_sha256(b"", &[b"x"]).unwrap_err().code(), Code::SecretEmpty);
    }

    /// Protects: a signature is found in every place, and one wrong bit anywhere is seen.
    #[test]
    fn finds_one_among_several() {
        let right = from_hex(HEX).unwrap();
        for place in 0..3 {
            let mut offered = [[0; 32]; 3];
            offered[place] = right;
            assert!(bool::from(any_equal(&right, &offered)));
        }
        for bit in 0..256 {
            let mut wrong = right;
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(!bool::from(any_equal(&right, &[wrong])));
        }
        assert!(!bool::from(any_equal(&right, &[])));
    }

    /// Protects: hex is 64 ASCII digits of either case and nothing else.
    #[test]
    fn hex_is_strict() {
        assert_eq!(to_hex(&from_hex(HEX).unwrap()), HEX.to_lowercase());
        for bad in ["", "0", &HEX[1..], &HEX[2..], &format!("{HEX}0"), &format!("{HEX}00")] {
            assert_eq!(from_hex(bad), None, "{bad}");
        }
        assert_eq!(from_hex(&HEX.replace("00", "+0")), None);
        assert_eq!(from_hex(&"１".repeat(64)), None);
    }

    /// Protects: usable, unknown and malformed lists are told apart, because protocols answer them differently.
    #[test]
    fn lists_are_told_apart() {
        let one = from_hex(HEX).unwrap();
        assert_eq!(list(HEX), Usable(vec![one]));
        assert_eq!(list(&format!(" v1={HEX} ,\tv9=later, {HEX}")), Usable(vec![one, one]));
        assert_eq!(list(&format!("v0={HEX}")), Unknown);
        assert_eq!(signature_list(&format!("t=1,v0={HEX}"), &["v1"]).unwrap(), Unknown);
        for bad in ["", " ", "v1=", "v1", "v0=", "=", ",", "abc", "é=1", "v1= "] {
            assert!(matches!(list(bad), Malformed(_)), "{bad:?}");
        }
        for bad in
            [format!("={HEX}"), format!("{HEX},"), format!("v1={HEX}0"), format!("v1 ={HEX}")]
        {
            assert!(matches!(list(&bad), Malformed(_)), "{bad:?}");
        }
        let unnamed = signature_list(HEX, &["v1"]).unwrap();
        assert!(matches!(unnamed, Malformed(_)), "a bare item only where it was asked for");
    }

    /// Protects: H34, seventeen signatures or more than 8 KiB are refused before any is compared.
    #[test]
    fn long_lists_are_too_large() {
        let items = |count: usize| vec![HEX; count].join(",");
        assert!(matches!(list(&items(16)), Usable(all) if all.len() == 16));
        for long in [items(17), "v".repeat(HEADER_BYTES_MAX + 1)] {
            assert_eq!(signature_list(&long, &["v1"]).unwrap_err().code(), Code::TooLarge);
        }
    }
}
