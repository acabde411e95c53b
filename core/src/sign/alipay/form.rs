//! Forms as they travel, bytes in and bytes out, decoded exactly once. It never guesses what a broken escape meant and
//! never lets the last of two equal names win.

use std::borrow::Cow;

use crate::error::{Code, Error, Result};

/// More parameters than any genuine notice has; a form is compared name by name.
const PARAMETERS_MAX: usize = 256;

/// Room for what an ordinary notice has.
const PARAMETERS_USUAL: usize = 32;

/// A decoded name with its decoded value; still where it came from where there was nothing to decode.
pub type Pair<'b> = (Cow<'b, [u8]>, Cow<'b, [u8]>);

/// Reads a form. Fails with `malformed` (a broken escape, a piece without `=`), `duplicate_field` and `too_large`.
pub fn parse(body: &[u8]) -> Result<Vec<Pair<'_>>> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let mut pairs = Vec::with_capacity(PARAMETERS_USUAL);
    for piece in body.split(|b| *b == b'&') {
        let (name, value) = halves(piece).ok_or_else(|| malformed("a piece has no ="))?;
        pairs.push((decode(name)?, decode(value)?));
        if pairs.len() > PARAMETERS_MAX {
            return Err(Error::new(Code::TooLarge)
                .with("field", "the number of parameters")
                .with("limit", PARAMETERS_MAX));
        }
    }
    distinct(&pairs)?;
    Ok(pairs)
}

/// Writes a form that every reader of forms and addresses understands alike: what is not a letter, digit or one of
/// `-._~` is escaped, a blank as `%20`.
pub fn write(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        encode(&mut out, name);
        out.push('=');
        encode(&mut out, value);
    }
    out
}

fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

fn halves(piece: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = piece.iter().position(|b| *b == b'=')?;
    Some((piece.get(..at)?, piece.get(at + 1..)?))
}

fn decode(text: &[u8]) -> Result<Cow<'_, [u8]>> {
    if !text.iter().any(|byte| matches!(byte, b'+' | b'%')) {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (hex_digit(rest.next()), hex_digit(rest.next()));
                let (Some(high), Some(low)) = (high, low) else {
                    return Err(malformed("a broken percent escape"));
                };
                high * 16 + low
            }
            plain => *plain,
        });
    }
    Ok(Cow::Owned(out))
}

fn hex_digit(byte: Option<&u8>) -> Option<u8> {
    char::from(*byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn distinct(pairs: &[Pair<'_>]) -> Result<()> {
    let mut names: Vec<&[u8]> = pairs.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    match names.iter().zip(names.iter().skip(1)).find(|(a, b)| a == b) {
        Some((name, _)) => Err(Error::new(Code::DuplicateField).with("field", name.escape_ascii())),
        None => Ok(()),
    }
}

fn malformed(why: &str) -> Error {
    Error::new(Code::Malformed).with("format", "form").with("why", why)
}
