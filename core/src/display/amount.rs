//! Amounts as people write them, in English and Chinese. Signs and their places are those of Unicode's CLDR; decimal places
//! are those of ISO 4217, because they are what is collected. No number is calculated with.

use crate::api::guarded;
use crate::api::types::Amount;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::machine::words;
use crate::money::Money;

words! {
    /// A language that amounts are written in.
    Language: "language" {
        /// English.
        English = "en",
        /// Chinese.
        Chinese = "zh",
    }
}

/// Between a currency's code and the digits: a space that no line ends at.
const SPACE: char = '\u{a0}';

/// A currency with a sign: its code, the sign among English readers, the sign among Chinese readers.
type Sign = (&'static str, &'static str, &'static str);

/// Whoever is not here is written with its code.
#[rustfmt::skip]
const SIGNS: &[Sign] = &[
    ("AUD", "A$",  "AU$"), ("BRL", "R$",  "R$"),  ("CAD", "CA$", "CA$"), ("CNY", "CN¥", "¥"),
    ("EUR", "€",   "€"),   ("GBP", "£",   "£"),   ("HKD", "HK$", "HK$"), ("ILS", "₪",   "₪"),
    ("INR", "₹",   "₹"),   ("JPY", "¥",   "JP¥"), ("KRW", "₩",   "₩"),   ("MXN", "MX$", "MX$"),
    ("NZD", "NZ$", "NZ$"), ("TWD", "NT$", "NT$"), ("USD", "$",   "US$"),
    ("VND", "₫",   "₫"),
];

/// An amount as people write it: `$1,234.50`, or with the currency's code where it has no common sign.
///
/// `language` is `en` or `zh`, also with a script or region behind it (`zh-Hans`, `en_GB`); `en` unless said. Fails as
/// [`Money::parse`] and [`Currency::parse`] do, and with `value_unknown`.
///
/// ```
/// use paywright::display::format_amount;
///
/// assert_eq!(format_amount(&"1234.5".into(), "CNY", None)?, "CN¥1,234.50");
/// assert_eq!(format_amount(&"1234.5".into(), "CNY", Some("zh"))?, "¥1,234.50");
/// assert_eq!(format_amount(&"1234".into(), "JPY", None)?, "¥1,234");
/// assert_eq!(format_amount(&"1.5".into(), "KWD", None)?, "KWD\u{a0}1.500");
/// # Ok::<(), paywright::error::Error>(())
/// ```
pub fn format_amount(amount: &Amount, currency: &str, language: Option<&str>) -> Result<String> {
    guarded(|| {
        let language = read(language)?;
        let currency = Currency::parse(currency)?;
        let digits = grouped(&Money::parse("amount", amount.as_str(), currency)?.to_text());
        let sign = SIGNS.iter().find(|(code, ..)| *code == currency.code());
        Ok(match (sign, language) {
            (Some((_, sign, _)), Language::English) => format!("{sign}{digits}"),
            (Some((.., sign)), Language::Chinese) => format!("{sign}{digits}"),
            (None, _) => format!("{}{SPACE}{digits}", currency.code()),
        })
    })
}

/// The language of a tag: what stands before its script or region, in any case.
fn read(tag: Option<&str>) -> Result<Language> {
    let tag = tag.unwrap_or(Language::English.as_str());
    let language = tag.split(['-', '_']).next().unwrap_or(tag);
    Language::parse(&language.to_ascii_lowercase()).map_err(|_| {
        Error::new(Code::ValueUnknown)
            .with("field", "language")
            .with("given", tag.escape_debug())
            .with("known", Language::ALL.iter().map(|l| l.as_str()).collect::<Vec<_>>().join(", "))
    })
}

/// Decimal text with a comma before every three digits of its whole part.
fn grouped(digits: &str) -> String {
    let whole = digits.split('.').next().unwrap_or(digits).len();
    let mut out = String::with_capacity(digits.len() + whole / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place < whole && (whole - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(amount: &str, currency: &str, language: &str) -> String {
        format_amount(&amount.into(), currency, Some(language)).unwrap()
    }

    /// Protects: every digit is shown, in groups of three from the dot, with the places that the currency has.
    #[test]
    fn digits_are_grouped_and_complete() {
        for (amount, currency, expected) in [
            ("0", "USD", "$0.00"),
            ("0.01", "USD", "$0.01"),
            ("999", "USD", "$999.00"),
            ("1000", "USD", "$1,000.00"),
            ("123456.7", "USD", "$123,456.70"),
            ("1234567.89", "USD", "$1,234,567.89"),
            ("1000", "JPY", "¥1,000"),
            ("100", "JPY", "¥100"),
            ("1234.567", "KWD", "KWD\u{a0}1,234.567"),
            ("1.0001", "CLF", "CLF\u{a0}1.0001"),
            ("9999999999999.99", "EUR", "€9,999,999,999,999.99"),
        ] {
            assert_eq!(shown(amount, currency, "en"), expected);
        }
    }

    /// Protects: a yen is never shown as a yuan, in neither language.
    #[test]
    fn signs_tell_currencies_apart() {
        for language in ["en", "zh"] {
            let signs: std::collections::BTreeSet<_> =
                Currency::all().map(|currency| shown("1", currency.code(), language)).collect();
            assert_eq!(signs.len(), Currency::all().count(), "{language}");
        }
        assert_eq!(shown("100", "CNY", "zh-Hans"), "¥100.00");
        assert_eq!(shown("100", "CNY", "en_GB"), "CN¥100.00");
        assert_eq!(shown("100", "JPY", "ZH"), "JP¥100");
    }

    /// Protects: what is no amount, no currency or no language that we know is refused, never shown somehow.
    #[test]
    fn what_is_not_known_is_refused() {
        for (amount, currency, language, code) in [
            ("1e3", "USD", "en", Code::AmountFormat),
            ("-1", "USD", "en", Code::AmountRange),
            ("1.001", "USD", "en", Code::AmountScale),
            ("1.0", "usd", "en", Code::CurrencyUnknown),
            ("1", "USD", "de", Code::ValueUnknown),
            ("1", "USD", "", Code::ValueUnknown),
        ] {
            let refused = format_amount(&amount.into(), currency, Some(language)).unwrap_err();
            assert_eq!(refused.code(), code, "{amount} {currency} {language}");
        }
    }
}
