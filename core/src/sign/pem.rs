//! Keys and certificates as people paste them: PEM blocks between other text, or bare base64. It never believes a label;
//! what is inside is told by its own structure.

use zeroize::Zeroizing;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The bytes of one block, wiped when dropped: it may be a private key.
pub type Der = Zeroizing<Vec<u8>>;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// What stands between BEGIN and END, block by block. Line ends, blank lines and text around the blocks do not matter;
/// a block that is no base64 (an encrypted PKCS#1 key has headers) is `None`.
pub fn blocks(text: &[u8]) -> Vec<Option<Der>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = split(rest, BEGIN) {
        let block = split(after, DASHES).and_then(|(_, body)| split(body, END));
        let Some((body, after)) = block else {
            found.push(None);
            break;
        };
        found.push(decode(body));
        rest = after;
    }
    found
}

/// The first PEM block, or the whole text as base64 where there is none.
pub fn first(text: &[u8]) -> Option<Der> {
    match blocks(text).into_iter().next() {
        Some(block) => block,
        None => decode(text),
    }
}

fn split<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text.windows(mark.len()).position(|window| window == mark)?;
    Some((text.get(..at)?, text.get(at.checked_add(mark.len())?..)?))
}

fn decode(base64: &[u8]) -> Option<Der> {
    let compact: Der =
        Zeroizing::new(base64.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect());
    STANDARD.decode(compact.as_slice()).ok().filter(|der| !der.is_empty()).map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "-----BEGIN X-----\nAQID\n-----END X-----";

    fn read(text: &str) -> Vec<Option<Vec<u8>>> {
        blocks(text.as_bytes()).into_iter().map(|b| b.map(|der| der.to_vec())).collect()
    }

    /// Protects: pitfall 29, blocks are found by their marks and not by blank lines or line ends.
    #[test]
    fn blocks_are_found_wherever_they_stand() {
        let one = Some(vec![1, 2, 3]);
        for text in [
            format!("{BLOCK}\n{BLOCK}\n"),
            format!("text\r\n{BLOCK}\r\n\r\nmore text\r\n{BLOCK}").replace('\n', "\r\n"),
            format!("{BLOCK}{BLOCK}"),
            format!("\u{feff}{BLOCK}\n\n\n{BLOCK}"),
        ] {
            assert_eq!(read(&text), [one.clone(), one.clone()], "{text:?}");
        }
    }

    /// Protects: a damaged block is reported as one, and bare base64 is taken whole.
    #[test]
    fn damaged_blocks_and_bare_base64() {
        assert_eq!(read("-----BEGIN X-----\nAQID"), [None]);
        assert_eq!(
            read("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END X-----"),
            [None]
        );
        assert_eq!(first(b" AQ\r\nID \n").unwrap().as_slice(), [1, 2, 3]);
        assert!(first(b"").is_none() && first(b"!").is_none());
    }
}
