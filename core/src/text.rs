//! Text from outside: what is let in, and how it is shown. It never changes what is stored; what is
//! let in is kept byte for byte.

mod card;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::{Code, Error, Result};

pub use card::card_number;

/// The shortest limit among the gateways that carry our references (order numbers, transaction
/// numbers).
pub const REFERENCE_CHARS_MAX: usize = 64;

/// As many as the most generous gateway keeps with a payment.
pub const METADATA_KEYS_MAX: usize = 50;

/// The longest key that gateways with metadata take.
pub const METADATA_KEY_CHARS_MAX: usize = 40;

/// The longest value that gateways with metadata take.
pub const METADATA_VALUE_CHARS_MAX: usize = 500;

/// All keys and values together, in bytes: they are copied with every order that is read.
pub const METADATA_BYTES_MAX: usize = 16 * 1024;

/// What gateways and the usual database columns take.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;

/// Enough of a refused value to recognise it.
const SHOWN_CHARS_MAX: usize = 64;

/// How far beyond the shown part a card number that begins in it is looked for.
const SHOWN_LOOKAHEAD_CHARS: usize = 1000;

/// Metadata keys that ask for card secrets, in lower case and without `_`, `-` and `.`. Text that
/// only contains such a word (`pinned`, `soundtrack`) is fine.
#[rustfmt::skip]
const SENSITIVE_KEYS: &[&str] = &[
    "cardcvc", "cardcvv", "cardno", "cardnumber", "cardpan", "cardpin", "cardsecuritycode",
    "cardverificationcode", "cardverificationvalue", "ccnumber", "creditcard", "creditcardnumber",
    "csc", "cvc", "cvc2", "cvv", "cvv2", "debitcardnumber", "magstripe", "pan", "pin", "pinblock",
    "primaryaccountnumber", "securitycode", "track", "track1", "track1data", "track2", "track2data",
    "track3", "trackdata",
];

/// How cards group their digits. An order number of this shape is rarer than a card in the wrong field.
const CARD_GROUPS: [&[usize]; 3] = [&[4, 4, 4, 4], &[4, 6, 5], &[4, 4, 4, 4, 3]];

/// Accepts an id that the host chose (an order's reference, a customer): 1 to 64 of
/// `A-Z a-z 0-9 . _ : @ + -`, without `..`. Fails with `id_format`, and with `pan` where the digits of a card number
/// stand in the groups in which cards print them.
///
/// Solid digits are not searched for card numbers here: one in ten order numbers of the right length has
/// a fitting check digit.
pub fn reference(field: &str, text: &str) -> Result<()> {
    transaction_id(field, text)?;
    match has_grouped_card(text) {
        true => Err(Error::new(Code::CardNumber).with("field", field)),
        false => Ok(()),
    }
}

/// Accepts a gateway's number of a movement of money, in the characters of [`reference()`]: Alipay and
/// WeChat Pay number with digits, PayPal with capital letters and digits, Stripe with letters,
/// digits and `_`. Evidence of money is not searched for card numbers. Fails with `id_format`.
pub fn transaction_id(field: &str, text: &str) -> Result<()> {
    let fits = (1..=REFERENCE_CHARS_MAX).contains(&text.len());
    match fits && text.bytes().all(is_reference_byte) && !text.contains("..") {
        true => Ok(()),
        false => Err(id_format(
            field,
            text,
            "it has 1 to 64 letters, digits or any of . _ : @ + - and no two dots together",
        )),
    }
}

/// A card number whose groups are those of a card, such as `4111-1111-1111-1111`.
fn has_grouped_card(text: &str) -> bool {
    let groups: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let is_shaped = |window: &[&str], shape: &[usize]| {
        window.iter().zip(shape).all(|(group, length)| {
            group.len() == *length && group.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    CARD_GROUPS.iter().any(|shape| {
        groups
            .windows(shape.len())
            .any(|window| is_shaped(window, shape) && card::contains_card(&window.join(" ")))
    })
}

fn is_reference_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._:@+-".contains(&byte)
}

/// Accepts short free text (a description, a reason, an actor's name): any Unicode, also none at
/// all. Control characters are let in, because nothing is lost by storing them; [`escape_line`]
/// makes them harmless in a log.
///
/// Fails, judged in this order, with `too_large` (more than `chars_max` characters), `text_format`
/// (a NUL, which databases cut or refuse) and `pan` (a card number in it).
pub fn line(field: &str, text: &str, chars_max: usize) -> Result<()> {
    if exceeds(text, chars_max) {
        return Err(too_large(field, format_args!("{chars_max} characters")));
    }
    if text.contains('\0') {
        let rule = "it contains the character NUL";
        return Err(Error::new(Code::TextFormat).with("field", field).with("rule", rule));
    }
    card_number(field, text)
}

/// Accepts what the host keeps with an order or a payment: at most 50 keys of 1 to 40
/// `A-Z a-z 0-9 _ . -`, values of at most 500 characters, 16 KiB in all.
///
/// Fails, judged in this order, with `too_large` (too many keys, too much in all), then key by key
/// in their order with `id_format` and `pan` (the key), `sensitive_field` (the key names card
/// secrets), and for its value with the codes of [`line()`].
pub fn metadata(entries: &BTreeMap<String, String>) -> Result<()> {
    if entries.len() > METADATA_KEYS_MAX {
        return Err(too_large("metadata", format_args!("{METADATA_KEYS_MAX} keys")));
    }
    let bytes: usize = entries.iter().map(|(key, value)| key.len() + value.len()).sum();
    if bytes > METADATA_BYTES_MAX {
        return Err(too_large("metadata", format_args!("{METADATA_BYTES_MAX} bytes in all")));
    }
    entries.iter().try_for_each(|(key, value)| {
        metadata_key(key)?;
        line(&format!("metadata.{key}"), value, METADATA_VALUE_CHARS_MAX)
    })
}

fn metadata_key(key: &str) -> Result<()> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if !(1..=METADATA_KEY_CHARS_MAX).contains(&key.len()) || !key.bytes().all(allowed) {
        let rule = "it has 1 to 40 letters, digits or any of _ . -";
        return Err(id_format("metadata key", key, rule));
    }
    card_number("a metadata key", key)?;
    let mut plain = key.to_ascii_lowercase();
    plain.retain(|c| c.is_ascii_alphanumeric());
    match SENSITIVE_KEYS.contains(&plain.as_str()) {
        true => Err(Error::new(Code::SensitiveField).with("key", key)),
        false => Ok(()),
    }
}

/// Accepts an idempotency key: 1 to 255 printable ASCII characters. Fails with `too_large` (longer)
/// and `id_format` (empty, or other characters).
pub fn idempotency_key(key: &str) -> Result<()> {
    if exceeds(key, IDEMPOTENCY_KEY_CHARS_MAX) {
        let limit = format_args!("{IDEMPOTENCY_KEY_CHARS_MAX} characters");
        return Err(too_large("idempotency_key", limit));
    }
    match !key.is_empty() && key.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        true => Ok(()),
        false => {
            Err(id_format("idempotency_key", key, "it has 1 to 255 printable ASCII characters"))
        }
    }
}

/// The text as one line that is safe in a log and on a terminal: what could end the line, steer the
/// terminal, turn the reading direction or hide is written as `\u{…}`. Everything else is
/// unchanged.
pub fn escape_line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe_in_line) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match is_unsafe_in_line(c) {
            true => line.extend(c.escape_unicode()),
            false => line.push(c),
        }
    }
    Cow::Owned(line)
}

#[rustfmt::skip]
fn is_unsafe_in_line(c: char) -> bool {
    c.is_control() || matches!(c,
        '\u{ad}'                    // soft hyphen
        | '\u{61c}'                 // Arabic letter mark
        | '\u{115f}' | '\u{1160}'   // fillers without width
        | '\u{180e}'                // Mongolian vowel separator
        | '\u{200b}'..='\u{200f}'   // zero width, direction marks
        | '\u{2028}'..='\u{202e}'   // line and paragraph separators, direction overrides
        | '\u{2060}'..='\u{206f}'   // word joiner, isolates, deprecated format characters
        | '\u{3164}' | '\u{ffa0}'   // fillers without width
        | '\u{feff}'                // byte order mark
        | '\u{fff9}'..='\u{fffb}'   // interlinear annotation
        | '\u{e0000}'..='\u{e007f}' // tags
    )
}

/// A cell of an export that no spreadsheet takes for a formula: a leading `'` where it begins with
/// `=`, `+`, `-`, `@` (also full-width), tab or a line end. Negative numbers are text like any
/// other here: a host that exports numbers writes them itself. Quoting commas is the CSV writer's
/// work.
pub fn neutralise_cell(cell: &str) -> Cow<'_, str> {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

/// A refused value for an error message: its beginning, on one line, and nothing of it if it holds
/// a card number.
pub fn shown(text: &str) -> String {
    if card::contains_card(first_chars(text, SHOWN_LOOKAHEAD_CHARS)) {
        return "(a card number)".to_owned();
    }
    let start = first_chars(text, SHOWN_CHARS_MAX);
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("{}{more}", escape_line(start))
}

fn first_chars(text: &str, count: usize) -> &str {
    let end = text.char_indices().nth(count).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or(text)
}

/// Looks at no more than `chars_max + 1` characters.
fn exceeds(text: &str, chars_max: usize) -> bool {
    text.chars().nth(chars_max).is_some()
}

fn id_format(field: &str, given: &str, rule: &str) -> Error {
    Error::new(Code::IdFormat).with("field", field).with("given", shown(given)).with("rule", rule)
}

fn too_large(field: &str, limit: impl std::fmt::Display) -> Error {
    Error::new(Code::TooLarge).with("field", field).with("limit", limit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code<T>(result: Result<T>) -> Option<Code> {
        result.err().map(|error| error.code())
    }

    fn entries<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> BTreeMap<String, String> {
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    /// Protects: H60, ids hold nothing that means something to a path, a log, a URL or a terminal.
    #[test]
    fn references() {
        let longest = "a".repeat(64);
        for text in [
            "ORD123456",
            "user:42",
            "a.b-c_d@e+f",
            "1",
            "alice@example.com",
            "550e8400-e29b-41d4-a716-446655440000",
            "2026112122001412341434567890",
            "pi_3MtwBwLkdIwHu7ix28a3tqPa",
            "5O190127TN364715T",
            &longest,
        ] {
            assert_eq!(code(reference("reference", text)), None, "{text:?}");
            assert_eq!(code(transaction_id("transaction_id", text)), None, "{text:?}");
        }
        let too_long = "a".repeat(65);
        for text in [
            "",
            " ",
            "a b",
            "a\n",
            "\u{1b}[2J",
            "../etc",
            "a..b",
            "a/b",
            "a\\b",
            "😀",
            "订单",
            "%00",
            "a\0",
            "a;b",
            "'",
            "\u{202e}",
            "ａ",
            &too_long,
        ] {
            assert_eq!(code(reference("reference", text)), Some(Code::IdFormat), "{text:?}");
            assert_eq!(
                code(transaction_id("transaction_id", text)),
                Some(Code::IdFormat),
                "{text:?}"
            );
        }
    }

    /// Protects: H60 and H92, the refusal of an id is one short line and repeats no card number.
    #[test]
    fn a_refused_value_is_shown_safely() {
        let message = |text: &str| reference("customer", text).unwrap_err().message();
        assert_eq!(
            message("a\r\nb"),
            "customer \"a\\u{d}\\u{a}b\" is not well formed: it has 1 to 64 letters, digits \
             or any of . _ : @ + - and no two dots together."
        );
        assert!(message(&"x".repeat(1 << 20)).chars().count() < 200);
        assert!(!message("4111 1111 1111 1111").contains("1111"));
        let late = format!("{} 4111 1111 1111 1111", "x".repeat(50));
        assert!(!message(&late).contains("4111"));
    }

    /// Protects: H61 and H62, free text is let in whatever it holds; only its size, NUL and card
    /// numbers count.
    #[test]
    fn lines() {
        for text in [
            "",
            "'; DROP TABLE payments;--",
            "押金 ¥100",
            "a\r\nb",
            "\u{1b}[31mred",
            "\u{202e}txt.exe",
            "👨‍👩‍👧",
            "=cmd|' /C calc'!A0",
            "1234567890",
        ] {
            assert_eq!(code(line("description", text, 30)), None, "{text:?}");
        }
        assert_eq!(code(line("reason", &"押".repeat(30), 30)), None);
        assert_eq!(code(line("reason", &"押".repeat(31), 30)), Some(Code::TooLarge));
        assert_eq!(code(line("reason", "a\0b", 30)), Some(Code::TextFormat));
        assert_eq!(code(line("reason", "4111 1111 1111 1111", 30)), Some(Code::CardNumber));
        assert_eq!(
            line("reason", "abc", 2).unwrap_err().message(),
            "reason is too large: at most 2 characters."
        );
    }

    /// Protects: H63, the limits of metadata, each on both of its sides.
    #[test]
    fn metadata_limits() {
        let keys = |count: usize| (0..count).map(|i| (format!("key{i}"), String::new())).collect();
        let value = |chars: usize| BTreeMap::from([("note".to_owned(), "押".repeat(chars))]);
        let bytes = |total: usize| -> BTreeMap<String, String> {
            let each = total / 40;
            (0..40).map(|i| (format!("key{i:02}"), "v".repeat(each - 5))).collect()
        };
        let key = |chars: usize| BTreeMap::from([("k".repeat(chars), String::new())]);
        assert_eq!(code(metadata(&keys(50))), None);
        assert_eq!(code(metadata(&keys(51))), Some(Code::TooLarge));
        assert_eq!(code(metadata(&value(500))), None);
        assert_eq!(code(metadata(&value(501))), Some(Code::TooLarge));
        assert_eq!(code(metadata(&bytes(16 * 1024))), None);
        assert_eq!(code(metadata(&bytes(17 * 1024))), Some(Code::TooLarge));
        assert_eq!(code(metadata(&key(40))), None);
        assert_eq!(code(metadata(&key(41))), Some(Code::IdFormat));
        for key in ["", "a b", "ключ", "a/b", "a\n", "😀"] {
            assert_eq!(code(metadata(&entries([(key, "")]))), Some(Code::IdFormat), "{key:?}");
        }
    }

    /// Protects: H93, card secrets have no place to go, however their key is spelt.
    #[test]
    fn metadata_keys_that_name_card_secrets() {
        for key in [
            "cvv",
            "CVV",
            "cvv2",
            "cvc",
            "c.v.v",
            "card_number",
            "cardNumber",
            "Card-Number",
            "card.number",
            "PAN",
            "track",
            "track1",
            "track_2",
            "track2",
            "pin",
            "PIN_BLOCK",
            "pin-block",
            "_pin_",
            "security_code",
        ] {
            let error = metadata(&entries([(key, "1")])).unwrap_err();
            assert_eq!(error.code(), Code::SensitiveField, "{key}");
        }
        for key in [
            "pinned",
            "soundtrack",
            "tracking_number",
            "company",
            "spin",
            "card_brand",
            "card_last4",
        ] {
            assert_eq!(code(metadata(&entries([(key, "1")]))), None, "{key}");
        }
    }

    /// Protects: H92 in metadata, in values and in keys.
    #[test]
    fn metadata_holds_no_card_numbers() {
        for pair in [("note", "pay with 4111 1111 1111 1111"), ("4111-1111-1111-1111", "x")] {
            let error = metadata(&entries([pair])).unwrap_err();
            assert_eq!(error.code(), Code::CardNumber);
            assert!(!format!("{error:?}").contains("1111"));
        }
        let error = metadata(&entries([("note", "a\0b")])).unwrap_err();
        assert_eq!(
            error.message(),
            "metadata.note is not acceptable: it contains the character NUL."
        );
    }

    /// Protects: H75, the length and the alphabet of idempotency keys.
    #[test]
    fn idempotency_keys() {
        let (longest, too_long) = ("k".repeat(255), "k".repeat(256));
        for key in ["k", "order 42 / try 1", "550e8400-e29b-41d4-a716-446655440000", &longest] {
            assert_eq!(code(idempotency_key(key)), None, "{key:?}");
        }
        assert_eq!(code(idempotency_key(&too_long)), Some(Code::TooLarge));
        for key in ["", "a\n", "é", "\u{7f}", "键"] {
            assert_eq!(code(idempotency_key(key)), Some(Code::IdFormat), "{key:?}");
        }
    }

    /// Protects: H62, one record stays one line and cannot steer a terminal or hide.
    #[test]
    #[rustfmt::skip]
    fn lines_are_escaped() {
        for (text, escaped) in [
            ("plain, 中文, 😀, é, \"quoted\" \\", "plain, 中文, 😀, é, \"quoted\" \\"),
            ("a\r\nb\tc",                         "a\\u{d}\\u{a}b\\u{9}c"),
            ("\u{1b}[31m",                        "\\u{1b}[31m"),
            ("\u{9b}2J\u{85}\u{7f}\0",            "\\u{9b}2J\\u{85}\\u{7f}\\u{0}"),
            ("\u{202e}gpj\u{202c}\u{2066}\u{2069}\u{200f}\u{61c}",
             "\\u{202e}gpj\\u{202c}\\u{2066}\\u{2069}\\u{200f}\\u{61c}"),
            ("a\u{2028}b\u{2029}",                "a\\u{2028}b\\u{2029}"),
            ("a\u{200b}\u{200d}\u{2060}\u{feff}\u{ad}b",
             "a\\u{200b}\\u{200d}\\u{2060}\\u{feff}\\u{ad}b"),
            ("\u{e0041}\u{3164}",                 "\\u{e0041}\\u{3164}"),
        ] {
            assert_eq!(escape_line(text), escaped);
        }
        assert!(matches!(escape_line("中文"), Cow::Borrowed(_)));
    }

    /// Protects: H64, a spreadsheet runs nothing that came from outside.
    #[test]
    #[rustfmt::skip]
    fn cells_are_neutralised() {
        for cell in ["=1+1", "+1", "-1.00", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "－1", "-"] {
            assert_eq!(neutralise_cell(cell), format!("'{cell}"));
        }
        for cell in ["", "100.00", "a=b", "'=1", "中文", " =1"] {
            assert!(matches!(neutralise_cell(cell), Cow::Borrowed(same) if same == cell));
        }
    }

    proptest! {
        /// Protects: whatever metadata is let in keeps every limit.
        #[test]
        fn accepted_metadata_keeps_the_limits(
            entries in prop::collection::btree_map("[a-z._-]{0,42}", "[a-z0-9 ]{0,510}", 0..55),
        ) {
            if metadata(&entries).is_ok() {
                prop_assert!(entries.len() <= METADATA_KEYS_MAX);
                let bytes: usize = entries.iter().map(|(k, v)| k.len() + v.len()).sum();
                prop_assert!(bytes <= METADATA_BYTES_MAX);
                for (key, value) in &entries {
                    prop_assert!((1..=METADATA_KEY_CHARS_MAX).contains(&key.len()));
                    prop_assert!(value.chars().count() <= METADATA_VALUE_CHARS_MAX);
                }
            }
        }

        /// Protects: an escaped line is a fixed point, on one line, and shows no control
        /// characters.
        #[test]
        fn escaped_lines_are_safe(text in "(.|[\\x00-\\x1f\u{202e}\u{2028}])*") {
            let escaped = escape_line(&text);
            prop_assert!(!escaped.contains(is_unsafe_in_line));
            prop_assert_eq!(escape_line(&escaped), escaped.as_ref());
        }

        /// Protects: the host, from any text at all.
        #[test]
        fn text_rules_never_panic(text in ".*", chars_max in 0..40_usize) {
            let _ = reference("reference", &text);
            let _ = line("reason", &text, chars_max);
            let _ = idempotency_key(&text);
            prop_assert!(shown(&text).chars().count() <= 12 * SHOWN_CHARS_MAX);
        }
    }
}
