//! Card numbers in text from outside, found however they are written. It never repeats what it
//! found.

use std::collections::VecDeque;

use crate::error::{Code, Error, Result};

/// The shortest and the longest card number that is issued.
const SHORTEST: usize = 13;
const LONGEST: usize = 19;

/// A telephone number after a plus sign has at most this many digits (ITU-T E.164).
const PHONE_DIGITS_MAX: usize = 15;

struct Brand {
    first: u32,
    last: u32,
    shortest: usize,
    longest: usize,
}

macro_rules! brands {
    ($($first:literal ..= $last:literal, $shortest:literal ..= $longest:literal;)*) => {
        &[$(Brand { first: $first, last: $last, shortest: $shortest, longest: $longest }),*]
    };
}

// By the first four digits and the length. Exact ranges, because every other number of this length
// that a host writes down (a time, an order number) has one chance in ten to pass the check digit.
#[rustfmt::skip]
static BRANDS: &[Brand] = brands! {
    2200 ..= 2204, 16 ..= 19; // Mir
    2221 ..= 2720, 16 ..= 16; // Mastercard
    3000 ..= 3059, 14 ..= 19; // Diners Club
    3095 ..= 3095, 14 ..= 19; // Diners Club
    3400 ..= 3499, 15 ..= 15; // American Express
    3528 ..= 3589, 16 ..= 19; // JCB
    3600 ..= 3699, 14 ..= 19; // Diners Club
    3700 ..= 3799, 15 ..= 15; // American Express
    3800 ..= 3999, 14 ..= 19; // Diners Club
    4000 ..= 4999, 13 ..= 13; // Visa
    4000 ..= 4999, 16 ..= 16; // Visa
    4000 ..= 4999, 19 ..= 19; // Visa
    5000 ..= 5099, 16 ..= 19; // Maestro, Elo, Verve, RuPay
    5100 ..= 5599, 16 ..= 16; // Mastercard
    5600 ..= 5899, 16 ..= 19; // Maestro
    6000 ..= 6999, 16 ..= 19; // UnionPay (62), Discover, Maestro, RuPay
    8100 ..= 8299, 16 ..= 19; // UnionPay, RuPay
    8600 ..= 8600, 16 ..= 16; // Uzcard
    9558 ..= 9558, 19 ..= 19; // debit cards in China from before UnionPay
    9792 ..= 9792, 16 ..= 16; // Troy
    9860 ..= 9860, 16 ..= 16; // Humo
};

/// Refuses text that contains a card number, whatever stands between its digits. Fails with `pan`.
///
/// A card number is a whole group of digits, or several groups with anything but letters between
/// them, that has the beginning, the length and the check digit of a card. UUIDs and hexadecimal
/// digests are never taken for one. A list of numbers or a long number of another kind can be, by
/// chance: better refused than stored.
pub fn card_number(field: &str, text: &str) -> Result<()> {
    match contains_card(text) {
        true => Err(Error::new(Code::CardNumber).with("field", field)),
        false => Ok(()),
    }
}

/// One pass; at each end of a group only the last nineteen digits are looked at.
pub(super) fn contains_card(text: &str) -> bool {
    let has_enough_digits = text.chars().filter_map(digit).nth(SHORTEST - 1).is_some();
    has_enough_digits && scan(text)
}

fn scan(text: &str) -> bool {
    let mut scan = Scan::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_in_word = |c: char| c.is_ascii_alphanumeric() || digit(c).is_some();
        let (word, after) = rest.split_at(rest.find(|c| !is_in_word(c)).unwrap_or(rest.len()));
        rest = match after_uuid(rest) {
            Some(after) => {
                scan.forget();
                after
            }
            None if word.is_empty() => {
                scan.between_words(first);
                rest.get(first.len_utf8()..).unwrap_or_default()
            }
            None if scan.finds_card_in(word) => return true,
            None => after,
        };
    }
    false
}

#[derive(Default)]
struct Scan {
    tail: VecDeque<Digit>,
    in_group: bool,
    after_plus: bool,
}

struct Digit {
    value: u32,
    starts_group: bool,
    after_plus: bool,
}

impl Scan {
    /// Letters break a number, everything else may stand between its groups.
    fn between_words(&mut self, c: char) {
        if c.is_alphanumeric() {
            self.forget();
        }
        self.after_plus = c == '+';
    }

    fn forget(&mut self) {
        self.tail.clear();
        self.after_plus = false;
    }

    fn finds_card_in(&mut self, word: &str) -> bool {
        if is_digest(word) {
            self.forget();
            return false;
        }
        for c in word.chars() {
            if let Some(value) = digit(c) {
                self.push(value);
                continue;
            }
            if self.ends_with_card() {
                return true;
            }
            self.forget();
        }
        self.ends_with_card()
    }

    fn push(&mut self, value: u32) {
        if self.tail.len() == LONGEST {
            self.tail.pop_front();
        }
        let starts_group = !self.in_group;
        self.tail.push_back(Digit { value, starts_group, after_plus: self.after_plus });
        self.in_group = true;
        self.after_plus = false;
    }

    /// Ends the group. Its digits, with the groups before them, are tried in every length that
    /// starts a group.
    fn ends_with_card(&mut self) -> bool {
        self.in_group = false;
        let mut sum = 0;
        self.tail.iter().rev().zip(1..).any(|(digit, length)| {
            sum += check_value(digit.value, length);
            digit.starts_group
                && length >= SHORTEST
                && sum % 10 == 0
                && !(digit.after_plus && length <= PHONE_DIGITS_MAX)
                && self.has_beginning_of_card(length)
        })
    }

    fn has_beginning_of_card(&self, length: usize) -> bool {
        let before = self.tail.len().saturating_sub(length);
        let digits = self.tail.iter().skip(before).take(4);
        let beginning = digits.fold(0, |number, digit| number * 10 + digit.value);
        BRANDS.iter().any(|brand| {
            (brand.first..=brand.last).contains(&beginning)
                && (brand.shortest..=brand.longest).contains(&length)
        })
    }
}

/// What a digit adds to the check sum of Luhn; every second digit from the right counts twice.
fn check_value(digit: u32, place_from_right: usize) -> u32 {
    match (place_from_right % 2, digit) {
        (1, digit) => digit,
        (_, 0..=4) => digit * 2,
        (_, digit) => digit * 2 - 9,
    }
}

/// ASCII, full-width and the two sets of Arabic digits.
fn digit(c: char) -> Option<u32> {
    let zero = match c {
        '0'..='9' => '0',
        '０'..='９' => '０',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        _ => return None,
    };
    u32::from(c).checked_sub(u32::from(zero))
}

/// A word of digits and the letters a to f is a digest or a part of a UUID.
fn is_digest(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_hexdigit()) && word.bytes().any(|b| !b.is_ascii_digit())
}

/// What follows, if the text begins with a whole UUID (8-4-4-4-12 hexadecimal digits).
fn after_uuid(text: &str) -> Option<&str> {
    let (uuid, after) = text.split_at_checked(36)?;
    let is_uuid = uuid.bytes().enumerate().all(|(i, byte)| match i {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    (is_uuid && !after.starts_with(|c: char| c.is_ascii_alphanumeric())).then_some(after)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::Time;
    use crate::id::{OrderId, SeededRandomness};

    /// Public test numbers of the brands; none of them was ever issued.
    #[rustfmt::skip]
    const CARDS: &[&str] = &[
        "4111111111111111", "4222222222222",    "4242424242424242",    "4000056655665556",
        "5555555555554444", "5105105105105100", "2223003122003222",    "378282246310005",
        "371449635398431",  "30569309025904",   "38520000023237",      "36227206271667",
        "3530111333300000", "6011111111111117", "6200000000000005",    "6205500000000000004",
        "6759649826438453", "8171999927660000",
    ];

    fn spread(card: &str, size: usize, separator: &str) -> String {
        let digits: Vec<char> = card.chars().collect();
        let groups: Vec<String> = digits.chunks(size).map(|group| group.iter().collect()).collect();
        groups.join(separator)
    }

    /// Protects: H92, a card number is found in every grouping and with anything between the
    /// groups.
    #[test]
    fn cards_are_found_however_they_are_written() {
        let separators = [
            "",
            " ",
            "  ",
            "-",
            " - ",
            ".",
            "/",
            "_",
            ",",
            ":",
            "\u{a0}",
            "\u{3000}",
            "\u{200b}",
            "\u{2060}",
            "\u{feff}",
            "\u{ad}",
            "\u{202e}",
            "\t",
            "\n",
            "–",
            "—",
            "·",
            "|",
            "*",
            "+",
            "\\",
            "、",
            "-\u{200d} ",
        ];
        for card in CARDS {
            for separator in separators {
                for size in [1, 4, 6, 10] {
                    let text = spread(card, size, separator);
                    assert!(contains_card(&text), "{text:?}");
                }
            }
        }
    }

    /// Protects: H92, words, quantities and other digits around a card number do not hide it.
    #[test]
    #[rustfmt::skip]
    fn cards_are_found_in_sentences() {
        for text in [
            "card 4111 1111 1111 1111 exp 12/26",
            "visa4111111111111111exp1226",
            "卡号4111111111111111，请扣款",
            "1 4111 1111 1111 1111",
            "4111-1111-1111-1111 12 26 123",
            "room 4, 2026-11-21, 4111.1111/1111-1111",
            "41 1111\u{a0}1111-1111.11",
            "４１１１　１１１１　１１１１　１１１１",
            "٤١١١ ١١١١ ١١١١ ١١١١",
            "(4111)(1111)(1111)(1111)",
            "ref=12345678901234567890123 4111111111111111",
            "550e8400-e29b-41d4-a716-446655440000 4111111111111111",
            "+4111111111111111",
            "{\"n\":\"4111111111111111\"}",
        ] {
            assert!(contains_card(text), "{text:?}");
            let error = card_number("description", text).unwrap_err();
            assert_eq!(error.code(), Code::CardNumber);
            assert!(!format!("{error:?} {}", error.message_zh()).contains("11"), "{text:?}");
        }
    }

    /// Protects: ordinary text of a shop is not refused.
    #[test]
    #[rustfmt::skip]
    fn what_is_not_a_card_number() {
        for text in [
            "",
            "4111 1111 1111 1112",                      // wrong check digit
            "4111 1111 1111",                           // too short
            "41111111111111111111111",                  // longer than any card
            "1234567890123452",                         // check digit fits, no card begins so
            "0000 0000 0000 0000",
            "4111 1111 one 1111 1111",                  // letters between
            "13812345678", "+86 138 1234 5678", "138-1234-5678, 139-8765-4321", "+49 1512 3456784",
            "2026-11-21T10:47:12.251+08:00", "2026-11-21 10:47:12.251", "20261121104712",
            "20261121104712251",
            "1795229232251", "1795229232251000", "1795229232251000000",
            "2026-11-21 - 2026-11-28, 2026/12/01",
            "550e8400-e29b-41d4-a716-446655440000", "12345678-1234-4123-8123-123456789012",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "ord_01JD6Q5W3HPSZ7V2K8T4X9M1YB", "pi_3MtwBwLkdIwHu7ix28a3tqPa",
            "2026112122001412341434567890",              // an Alipay transaction
            "4200002345202611211234567890",              // a WeChat transaction
            "DE89 3704 0044 0532 0130 00",
            "10.00 + 12.50 + 7.25 = 29.75",
        ] {
            assert!(card_number("description", text).is_ok(), "{text:?}");
        }
    }

    /// Protects: our own ids are never refused, at any time and with any random part.
    #[test]
    fn our_ids_are_not_card_numbers() {
        let randomness = SeededRandomness::new(7);
        for day in 0..20_000 {
            let now = Time::from_millis(day * 86_400_000);
            let id = OrderId::new(now, &randomness).unwrap().to_string();
            assert!(!contains_card(&id), "{id}");
        }
    }

    /// Protects: hostile text of a megabyte costs one pass.
    #[test]
    fn a_megabyte_is_scanned_in_one_pass() {
        for text in
            ["4".repeat(1 << 20), "4 ".repeat(1 << 19), "41-".repeat(1 << 18), "a".repeat(1 << 20)]
        {
            contains_card(&text);
        }
    }

    proptest! {
        /// Protects: the host, from any text at all.
        #[test]
        fn scanning_never_panics(text in ".*") {
            contains_card(&text);
        }

        /// Protects: UUIDs and digests of hosts are never refused, not even one in a million.
        #[test]
        fn uuids_and_digests_are_not_card_numbers(
            uuid in "[0-9]{8}-[0-9]{4}-4[0-9]{3}-[89ab][0-9]{3}-[0-9]{12}",
            digest in "[0-9]{16,40}[a-f][0-9]{0,24}",
        ) {
            prop_assert!(!contains_card(&uuid));
            prop_assert!(!contains_card(&digest));
        }

        /// Protects: a card number is found wherever it stands and however it is cut.
        #[test]
        fn a_card_is_found_anywhere(
            card in prop::sample::select(CARDS),
            before in "[a-z ]{0,20}[ :,]", after in "([ :,][a-z ]{0,20})?",
            separators in prop::collection::vec("[ ./_\u{a0}\u{200b}-]{0,2}", 19),
        ) {
            let digits = card.chars().zip(separators);
            let number: String = digits.map(|(digit, gap)| format!("{digit}{gap}")).collect();
            let text = format!("{before}{number}{after}");
            prop_assert!(contains_card(&text));
        }
    }
}
