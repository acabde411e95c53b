//! Money: whole minor units of one currency, and the only arithmetic there is on them. It never
//! rounds.

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;

use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::text;

/// Text longer than this is judged by its beginning alone: it is more than twice what the longest
/// amount in range or a `Decimal` needs.
const AMOUNT_BYTES_MAX: usize = 64;

/// Digits before the dot in the amounts of protocols, as they write it themselves.
const WIRE_WHOLE_DIGITS_MAX: usize = 16;

/// More parts than instalments or the lines of an order ever need; bounds the list that a caller
/// can ask for.
pub const PARTS_MAX: usize = 1000;

/// An amount in minor units (fen, cent, yen) of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Whole minor units; negative only in differences.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// This many minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Money { minor, currency }
    }

    /// Nothing, of this currency.
    pub const fn zero(currency: Currency) -> Self {
        Money { minor: 0, currency }
    }

    /// Reads decimal text such as `100`, `100.0` or `100.00`; surplus zeros at the end are fine,
    /// nothing is rounded.
    ///
    /// Fails, judged in this order, with `amount_format` (anything but ASCII digits and at most one
    /// dot between them; leading zeros, which other readers take for octal), `amount_range` (a
    /// minus sign), `amount_scale` (more decimal places than the currency has) and `amount_range`
    /// (more than can be held). `field` names it in errors.
    pub fn parse(field: &str, text: &str, currency: Currency) -> Result<Self> {
        let refuse = |code| refusal(code, field, text, currency);
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let parts = match unsigned.len() <= AMOUNT_BYTES_MAX {
            true => parts(unsigned),
            false if starts_like_an_amount(unsigned) => return Err(refuse(Code::AmountRange)),
            false => None,
        };
        let (whole, fraction) = parts.ok_or_else(|| refuse(Code::AmountFormat))?;
        if unsigned.len() != text.len() {
            return Err(refuse(Code::AmountRange));
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > usize::from(currency.exponent()) {
            return Err(refuse(Code::AmountScale));
        }
        let minor = minor(whole, fraction, currency).ok_or_else(|| refuse(Code::AmountRange))?;
        Ok(Money { minor, currency })
    }

    /// From an exact decimal; judged by the rules of [`Money::parse`], with its codes.
    pub fn from_decimal(field: &str, decimal: Decimal, currency: Currency) -> Result<Self> {
        Money::parse(field, &decimal.to_string(), currency)
    }

    /// Reads an amount as payment protocols define it: `(0|[1-9]\d{0,15})(\.\d{1,n})?`, where n is
    /// the exponent of the currency and the dot is not allowed where n is 0. Stricter than
    /// [`Money::parse`]: no surplus zeros.
    pub fn from_wire_text(text: &str, currency: Currency) -> Option<Self> {
        let (whole, fraction) = parts(text)?;
        let fits = whole.len() <= WIRE_WHOLE_DIGITS_MAX
            && fraction.len() <= usize::from(currency.exponent());
        let minor = fits.then(|| minor(whole, fraction, currency)).flatten()?;
        Some(Money { minor, currency })
    }

    /// The same money, if it is more than nothing. Fails with `amount_range`.
    pub fn positive(self) -> Result<Self> {
        match self.is_positive() {
            true => Ok(self),
            false => Err(refusal(Code::AmountRange, "amount", self.text().as_str(), self.currency)),
        }
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether it is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// As an exact decimal with the decimal places of the currency.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.minor, u32::from(self.currency.exponent()))
    }

    /// As decimal text with exactly the decimal places of the currency: `100.00`, for JPY `100`.
    pub fn to_text(self) -> String {
        self.text().as_str().to_owned()
    }

    /// Both together. Fails with `currency_mismatch` and `overflow`.
    #[expect(clippy::should_implement_trait, reason = "an operator that can refuse would surprise")]
    pub fn add(self, other: Money) -> Result<Self> {
        self.same_currency(other)?;
        self.with_minor(self.minor.checked_add(other.minor))
    }

    /// What is left; negative if `other` is more. Fails with `currency_mismatch` and `overflow`.
    pub fn subtract(self, other: Money) -> Result<Self> {
        self.same_currency(other)?;
        self.with_minor(self.minor.checked_sub(other.minor))
    }

    /// The same amount the other way round. Fails with `overflow`.
    pub fn negate(self) -> Result<Self> {
        self.with_minor(self.minor.checked_neg())
    }

    /// Which of the two is more. Fails with `currency_mismatch`, which a plain comparison would not
    /// notice.
    pub fn compare(self, other: Money) -> Result<Ordering> {
        self.same_currency(other)?;
        Ok(self.minor.cmp(&other.minor))
    }

    /// All of them together; zero of `currency` if there is none. Fails with `currency_mismatch`
    /// and `overflow`.
    pub fn sum(amounts: impl IntoIterator<Item = Money>, currency: Currency) -> Result<Self> {
        amounts.into_iter().try_fold(Money::zero(currency), Money::add)
    }

    /// Divides into equal parts that add up exactly; what cannot be divided goes to the first
    /// parts, one minor unit each: 100.00 in 3 is 33.34, 33.33, 33.33. Fails with `argument_range`
    /// (none, or over [`PARTS_MAX`]).
    pub fn split(self, parts: u32) -> Result<Vec<Self>> {
        let count = usize::try_from(parts).unwrap_or(usize::MAX);
        part_count("parts", count)?;
        self.split_by(&vec![1; count])
    }

    /// Divides in proportion to the weights, into parts that add up exactly; what cannot be divided
    /// goes to the first parts whose weight is not zero, one minor unit each. Negative money is
    /// divided as its mirror image.
    ///
    /// If this is at most the sum of the weights, no part is more than its weight: a refund spread
    /// over the lines of an order fits into each line. Fails with `argument_range` (no weight, more
    /// than [`PARTS_MAX`], a negative one, or nothing but zeros).
    pub fn split_by(self, weights: &[i64]) -> Result<Vec<Self>> {
        part_count("weights", weights.len())?;
        let total = weight_total(weights)?;
        let whole = i128::from(self.minor);
        let mut shares: Vec<i128> =
            weights.iter().map(|weight| whole * i128::from(*weight) / total).collect();
        let mut left = whole - shares.iter().sum::<i128>();
        for (share, _) in shares.iter_mut().zip(weights).filter(|(_, weight)| **weight > 0) {
            *share += left.signum();
            left -= left.signum();
        }
        shares.into_iter().map(|share| self.with_minor(i64::try_from(share).ok())).collect()
    }

    fn with_minor(self, minor: Option<i64>) -> Result<Self> {
        let minor = minor.ok_or_else(|| Error::new(Code::Overflow))?;
        Ok(Money { minor, currency: self.currency })
    }

    fn same_currency(self, other: Money) -> Result<()> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(Error::new(Code::CurrencyMismatch)
            .with("given", other.currency)
            .with("expected", self.currency))
    }

    fn text(self) -> Text {
        Text::new(self.minor < 0, self.minor.unsigned_abs(), self.currency.exponent())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.text().as_str(), self.currency)
    }
}

fn refusal(code: Code, field: &str, given: &str, currency: Currency) -> Error {
    let limit = Text::new(false, i64::MIN.unsigned_abs(), currency.exponent());
    Error::new(code)
        .with("field", field)
        .with("given", text::shown(given))
        .with("currency", currency)
        .with("exponent", currency.exponent())
        .with("limit", limit.as_str())
}

/// The digits before and after the dot, if the text is digits with at most one dot between them.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let leads_with_zero = whole.len() > 1 && whole.starts_with('0');
    (!whole.is_empty() && !leads_with_zero && digits(whole) && digits(fraction))
        .then_some((whole, fraction))
}

/// For text that is too long to be looked at: is it a number out of range, or no number at all?
fn starts_like_an_amount(text: &str) -> bool {
    text.bytes().take(AMOUNT_BYTES_MAX).all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Whole minor units from checked digits, of which at most the exponent stand behind the dot.
fn minor(whole: &str, fraction: &str, currency: Currency) -> Option<i64> {
    let missing = usize::from(currency.exponent()).checked_sub(fraction.len())?;
    let zeros = std::iter::repeat_n(b'0', missing);
    whole.bytes().chain(fraction.bytes()).chain(zeros).try_fold(0_i64, |minor, digit| {
        minor.checked_mul(10)?.checked_add(i64::from(digit.checked_sub(b'0')?))
    })
}

fn part_count(field: &str, count: usize) -> Result<()> {
    match (1..=PARTS_MAX).contains(&count) {
        true => Ok(()),
        false => Err(argument(field, count, format_args!("from 1 to {PARTS_MAX} parts"))),
    }
}

fn weight_total(weights: &[i64]) -> Result<i128> {
    if let Some(weight) = weights.iter().find(|weight| **weight < 0) {
        return Err(argument("weights", weight, "zero or more, each of them"));
    }
    match weights.iter().map(|weight| i128::from(*weight)).sum() {
        0 => Err(argument("weights", "only zeros", "more than zero in sum")),
        total => Ok(total),
    }
}

fn argument(field: &str, given: impl fmt::Display, rule: impl fmt::Display) -> Error {
    Error::new(Code::ArgumentRange).with("field", field).with("given", given).with("rule", rule)
}

/// A sign, the nineteen digits of an `i64` and a dot, with room to spare.
const TEXT_BYTES: usize = 24;

/// An amount written out on the stack, from its last digit to its first.
struct Text {
    bytes: [u8; TEXT_BYTES],
    start: usize,
}

impl Text {
    fn new(negative: bool, magnitude: u64, exponent: u8) -> Self {
        let mut text = Text { bytes: [0; TEXT_BYTES], start: TEXT_BYTES };
        let mut rest = magnitude;
        for _ in 0..exponent {
            rest = text.put_digit(rest);
        }
        if exponent > 0 {
            text.put(b'.');
        }
        rest = text.put_digit(rest);
        while rest > 0 {
            rest = text.put_digit(rest);
        }
        if negative {
            text.put(b'-');
        }
        text
    }

    /// Puts the last digit of `rest` in front and gives what remains.
    fn put_digit(&mut self, rest: u64) -> u64 {
        self.put(b'0' + (rest % 10) as u8);
        rest / 10
    }

    fn put(&mut self, byte: u8) {
        self.start = self.start.saturating_sub(1);
        if let Some(place) = self.bytes.get_mut(self.start) {
            *place = byte;
        }
    }

    fn as_str(&self) -> &str {
        let written = self.bytes.get(self.start..).unwrap_or_default();
        std::str::from_utf8(written).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, currency(code))
    }

    fn parse(text: &str, code: &str) -> Result<Money> {
        Money::parse("amount", text, currency(code))
    }

    fn minors(parts: &[Money]) -> Vec<i64> {
        parts.iter().map(|part| part.minor).collect()
    }

    /// Protects: every accepted way of writing an amount means exactly one number of minor units.
    #[test]
    #[rustfmt::skip]
    fn accepted_amounts() {
        for (text, code, minor) in [
            ("100",                         "CNY", 10_000),
            ("100.0",                       "CNY", 10_000),
            ("100.00",                      "CNY", 10_000),
            ("100.0000000",                 "CNY", 10_000),
            ("0.01",                        "CNY", 1),
            ("0.5",                         "CNY", 50),
            ("500",                         "JPY", 500),
            ("500.00",                      "JPY", 500),
            ("5.12",                        "KWD", 5_120),
            ("5.1234",                      "CLF", 51_234),
            ("92233720368547758.07",        "CNY", i64::MAX),
            ("9223372036854775807",         "JPY", i64::MAX),
            // Zero is money; only `positive` refuses it.
            ("0",                           "CNY", 0),
            ("0.000",                       "JPY", 0),
        ] {
            assert_eq!(parse(text, code).unwrap(), money(minor, code), "{text} {code}");
        }
    }

    /// Protects: H2 to H5 and H7, each refusal has its own code and nothing is rounded or guessed.
    #[test]
    #[rustfmt::skip]
    fn refused_amounts() {
        use Code::{AmountRange as Range, AmountScale as Scale};
        for (text, code, expected) in [
            // H2, H3: places that the currency does not have.
            ("100.001", "CNY", Scale), ("100.5", "JPY", Scale), ("0.00001", "CLF", Scale),
            ("5.1250001", "KWD", Scale),
            // H4, H5: a minus sign, even before zero or before surplus places.
            ("-1.00", "CNY", Range), ("-0", "CNY", Range), ("-0.00", "JPY", Range),
            ("-1.001", "CNY", Range),
            // H7: more than can be held.
            ("12345678901234567890", "CNY", Range), ("92233720368547758.08", "CNY", Range),
            ("9223372036854775808", "JPY", Range), ("922337203685478.0000", "CLF", Range),
        ] {
            let error = parse(text, code).unwrap_err();
            assert_eq!(error.code(), expected, "{text:?} {code}");
            assert!(!error.message().contains('?'), "{}", error.message());
            assert_eq!(error.detail("field"), Some("amount"));
        }
    }

    /// Protects: H6, what other readers take for a number is not an amount.
    #[test]
    #[rustfmt::skip]
    fn text_that_is_not_an_amount() {
        for text in [
            "NaN", "Infinity", "-Infinity", "1e2", "0x10", "1_000", "1,000.00", "1,5", " 1", "1 ", "1\n",
            "1\0", "+1", "--1", "1.-0", "１.００", "٣", "¥1", "", "-", ".", "1.", ".5", "1.2.3",
            "007", "00", "00.5", "-007",
        ] {
            assert_eq!(parse(text, "CNY").unwrap_err().code(), Code::AmountFormat, "{text:?}");
        }
    }

    /// Protects: H7 for text of any length, without looking at all of it.
    #[test]
    fn endless_text_is_judged_by_its_beginning() {
        let range = ["9".repeat(100_000), format!("1.{}", "0".repeat(100_000))];
        let format = [" ".repeat(100_000), "1e".repeat(50_000), "１".repeat(50_000)];
        for text in range {
            assert_eq!(parse(&text, "CNY").unwrap_err().code(), Code::AmountRange);
        }
        for text in format {
            assert_eq!(parse(&text, "CNY").unwrap_err().code(), Code::AmountFormat);
        }
    }

    /// Protects: H4 and H5, nothing and less than nothing are never collected or refunded.
    #[test]
    fn only_more_than_nothing_is_positive() {
        assert_eq!(money(1, "CNY").positive().unwrap(), money(1, "CNY"));
        for minor in [0, -1, i64::MIN] {
            let error = money(minor, "CNY").positive().unwrap_err();
            assert_eq!(error.code(), Code::AmountRange);
        }
        assert_eq!(
            money(-100, "CNY").positive().unwrap_err().message(),
            "The amount -1.00 is out of range: \
             it must be above zero and below 92233720368547758.08."
        );
        assert!(money(0, "CNY").is_zero() && !money(1, "CNY").is_zero());
    }

    /// Protects: H92, an error about an amount does not carry a card number that was typed in its
    /// place.
    #[test]
    fn a_card_number_in_place_of_an_amount_is_not_repeated() {
        let error = parse("4111 1111 1111 1111", "CNY").unwrap_err();
        assert_eq!(error.code(), Code::AmountFormat);
        assert!(!format!("{error:?}").contains("1111"));
    }

    /// Protects: the written form, which hosts compare and gateways sign.
    #[test]
    #[rustfmt::skip]
    fn text_has_the_places_of_the_currency() {
        for (minor, code, text) in [
            (10_000,    "CNY", "100.00"),
            (1,         "CNY", "0.01"),
            (0,         "CNY", "0.00"),
            (-5,        "CNY", "-0.05"),
            (-10_000,   "CNY", "-100.00"),
            (0,         "JPY", "0"),
            (500,       "JPY", "500"),
            (-500,      "JPY", "-500"),
            (5_120,     "KWD", "5.120"),
            (12,        "CLF", "0.0012"),
            (i64::MAX,  "CNY", "92233720368547758.07"),
            (i64::MIN,  "CLF", "-922337203685477.5808"),
            (i64::MIN,  "JPY", "-9223372036854775808"),
        ] {
            assert_eq!(money(minor, code).to_text(), text);
            assert_eq!(money(minor, code).to_string(), format!("{text} {code}"));
            assert_eq!(money(minor, code).to_decimal().to_string(), text);
        }
    }

    /// Protects: a decimal is judged like its text, so that no language can pass what another
    /// refuses.
    #[test]
    #[rustfmt::skip]
    fn decimals_follow_the_rules_of_text() {
        for (text, code, expected) in [
            ("100.00",                         "CNY", Ok(10_000)),
            ("100.00000000000000000000000000", "JPY", Ok(100)),
            ("100.001",                        "CNY", Err(Code::AmountScale)),
            // A `Decimal` read from text has no negative zero; H4 is left to `positive`.
            ("-0.00",                          "CNY", Ok(0)),
            ("-1",                             "CNY", Err(Code::AmountRange)),
            ("79228162514264337593543950335",  "CNY", Err(Code::AmountRange)),
        ] {
            let decimal = Decimal::from_str_exact(text).unwrap();
            let read = Money::from_decimal("amount", decimal, currency(code));
            let read = read.map(|money| money.minor).map_err(|error| error.code());
            assert_eq!(read, expected, "{text}");
        }
    }

    /// Protects: amounts inside signed messages have one spelling only; anything else is not an
    /// amount.
    #[test]
    #[rustfmt::skip]
    fn wire_text_is_strict() {
        for (text, code, minor) in [
            ("100.00",               "CNY", Some(10_000)),
            ("100.0",                "CNY", Some(10_000)),
            ("100",                  "CNY", Some(10_000)),
            ("0",                    "CNY", Some(0)),
            ("9999999999999999.99",  "CNY", Some(999_999_999_999_999_999)),
            ("500",                  "JPY", Some(500)),
            ("5.120",                "KWD", Some(5_120)),
            ("100.000",              "CNY", None),
            ("500.0",                "JPY", None),
            ("500.",                 "JPY", None),
            ("10000000000000000",    "CNY", None),
            ("9999999999999999",     "CLF", None),
            ("01",                   "CNY", None),
            ("-1",                   "CNY", None),
            ("+1",                   "CNY", None),
            (" 1",                   "CNY", None),
            ("1\n",                  "CNY", None),
            ("1.",                   "CNY", None),
            (".5",                   "CNY", None),
            ("",                     "CNY", None),
            ("1e2",                  "CNY", None),
            ("１",                   "CNY", None),
        ] {
            let read = Money::from_wire_text(text, currency(code));
            assert_eq!(read, minor.map(|minor| money(minor, code)), "{text:?} {code}");
        }
    }

    /// Protects: H8 and H18, sums neither wrap nor mix currencies.
    #[test]
    fn arithmetic_is_checked() {
        let (most, least, one) = (money(i64::MAX, "CNY"), money(i64::MIN, "CNY"), money(1, "CNY"));
        assert_eq!(one.add(one).unwrap(), money(2, "CNY"));
        assert_eq!(one.subtract(money(3, "CNY")).unwrap(), money(-2, "CNY"));
        assert_eq!(one.negate().unwrap(), money(-1, "CNY"));
        assert_eq!(one.compare(most).unwrap(), Ordering::Less);
        assert_eq!(Money::sum([one, one, one], currency("CNY")).unwrap(), money(3, "CNY"));
        assert_eq!(Money::sum([], currency("JPY")).unwrap(), money(0, "JPY"));
        let overflows = [
            most.add(one),
            least.subtract(one),
            least.negate(),
            Money::sum([most, one], one.currency),
        ];
        for result in overflows {
            assert_eq!(result.unwrap_err().code(), Code::Overflow);
        }
        let yen = money(1, "JPY");
        let mixed = [one.add(yen), one.subtract(yen), Money::sum([one, yen], one.currency)];
        for result in mixed {
            assert_eq!(result.unwrap_err().code(), Code::CurrencyMismatch);
        }
        assert_eq!(
            one.compare(yen).unwrap_err().message(),
            "The currencies differ: JPY was given, CNY is expected."
        );
    }

    /// Protects: H19, a split loses nothing and its remainder goes to the first parts.
    #[test]
    #[rustfmt::skip]
    fn splits() {
        for (minor, parts, expected) in [
            (10_000,  3, vec![3_334, 3_333, 3_333]),
            (-10_000, 3, vec![-3_334, -3_333, -3_333]),
            (2,       3, vec![1, 1, 0]),
            (0,       2, vec![0, 0]),
            (7,       1, vec![7]),
        ] {
            assert_eq!(minors(&money(minor, "CNY").split(parts).unwrap()), expected);
        }
        for (minor, weights, expected) in [
            (10_000,   vec![1, 1, 1],               vec![3_334, 3_333, 3_333]),
            (100,      vec![0, 1, 2],               vec![0, 34, 66]),
            (-100,     vec![0, 1, 2],               vec![0, -34, -66]),
            (i64::MAX, vec![i64::MAX, i64::MAX],    vec![i64::MAX / 2 + 1, i64::MAX / 2]),
            (i64::MIN, vec![3],                     vec![i64::MIN]),
        ] {
            assert_eq!(minors(&money(minor, "CNY").split_by(&weights).unwrap()), expected);
        }
    }

    /// Protects: a split that means nothing is refused, and nobody can ask for a list without end.
    #[test]
    fn splits_that_mean_nothing() {
        let whole = money(100, "CNY");
        let refused = [
            whole.split(0),
            whole.split(1_001),
            whole.split(u32::MAX),
            whole.split_by(&[]),
            whole.split_by(&[0, 0]),
            whole.split_by(&[2, -1]),
            whole.split_by(&[1; 1_001]),
        ];
        for result in refused {
            assert_eq!(result.unwrap_err().code(), Code::ArgumentRange);
        }
        assert_eq!(whole.split(1_000).unwrap().len(), PARTS_MAX);
    }

    fn any_currency() -> impl Strategy<Value = Currency> {
        prop::sample::select(Currency::all().collect::<Vec<_>>())
    }

    proptest! {
        /// Protects: what is written is read back as the same money, in every currency.
        #[test]
        fn text_round_trips(minor in 0..=i64::MAX, currency in any_currency()) {
            let money = Money::new(minor, currency);
            let from_text = Money::parse("amount", &money.to_text(), currency);
            let from_decimal = Money::from_decimal("amount", money.to_decimal(), currency);
            prop_assert_eq!(from_text.unwrap(), money);
            prop_assert_eq!(from_decimal.unwrap(), money);
        }

        /// Protects: our own text is strict wire text, up to the digits that protocols allow.
        #[test]
        fn text_is_wire_text(minor in 0..100_000_000_000_000_000_i64, currency in any_currency()) {
            let money = Money::new(minor, currency);
            let text = money.to_text();
            let whole_digits = text.find('.').unwrap_or(text.len());
            let expected = (whole_digits <= WIRE_WHOLE_DIGITS_MAX).then_some(money);
            prop_assert_eq!(Money::from_wire_text(&text, currency), expected);
        }

        /// Protects: the host, from whatever is handed over as an amount.
        #[test]
        fn reading_never_panics(text in ".*", currency in any_currency()) {
            let _ = Money::parse("amount", &text, currency);
            let _ = Money::from_wire_text(&text, currency);
        }

        /// Protects: the strict form never accepts what the lenient form refuses, or as something
        /// else.
        #[test]
        fn both_readers_agree(text in "-?[0-9]{0,20}(\\.[0-9]{0,6})?", currency in any_currency()) {
            if let Some(money) = Money::from_wire_text(&text, currency) {
                prop_assert_eq!(Money::parse("amount", &text, currency).unwrap(), money);
            }
        }

        /// Protects: parts add up to the whole and differ by at most one minor unit, the larger
        /// ones first.
        #[test]
        fn splits_are_exact(minor: i64, parts in 1_u32..100, currency in any_currency()) {
            let whole = Money::new(minor, currency);
            let parts = whole.split(parts).unwrap();
            prop_assert_eq!(Money::sum(parts.iter().copied(), currency).unwrap(), whole);
            let sizes: Vec<u64> = parts.iter().map(|part| part.minor.unsigned_abs()).collect();
            prop_assert!(sizes.is_sorted_by(|a, b| a >= b));
            prop_assert!(sizes.first().unwrap() - sizes.last().unwrap() <= 1);
        }

        /// Protects: proportional parts add up to the whole, and a zero weight gets nothing.
        #[test]
        fn proportional_splits_are_exact(
            minor: i64,
            weights in prop::collection::vec(0..=i64::MAX, 1..20),
        ) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let whole = money(minor, "CNY");
            let parts = whole.split_by(&weights).unwrap();
            prop_assert_eq!(Money::sum(parts.iter().copied(), whole.currency).unwrap(), whole);
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(*weight > 0 || part.is_zero());
            }
        }

        /// Protects: a refund spread over the lines of an order never takes more from a line than
        /// was paid for it.
        #[test]
        fn a_part_fits_its_weight(
            weights in prop::collection::vec(0..10_000_i64, 1..20),
            permille in 0..=1000_i64,
        ) {
            let total: i64 = weights.iter().sum();
            prop_assume!(total > 0);
            let parts = money(total * permille / 1000, "CNY").split_by(&weights).unwrap();
            prop_assert!(parts.iter().zip(&weights).all(|(part, weight)| part.minor <= *weight));
        }

        /// Protects: adding and taking away again changes nothing, or says that it cannot.
        #[test]
        fn subtract_undoes_add(a: i64, b: i64, currency in any_currency()) {
            let (a, b) = (Money::new(a, currency), Money::new(b, currency));
            match a.add(b) {
                Ok(sum) => prop_assert_eq!(sum.subtract(b).unwrap(), a),
                Err(error) => prop_assert_eq!(error.code(), Code::Overflow),
            }
        }
    }
}
