//! How amounts are written on Stripe's wire, both ways: its own table, not that of ISO 4217. It never rounds; what the
//! table does not know is refused before anything is sent.

use crate::currency::Currency;
use crate::gateway::{Claim, ClaimedAmount};
use crate::money::Money;

/// Cards take twelve digits; the networks and methods that take fewer refuse by themselves.
const LARGEST: i64 = 999_999_999_999;

/// One currency's unit: how many decimal places it has there, and what each amount is a multiple of.
#[derive(Clone, Copy)]
struct Unit {
    places: u8,
    step: i64,
}

/// Below this the card networks collect nothing, in Stripe's unit. Its own check is made after conversion, so this one
/// only spares the exchange; a currency without a row is left to Stripe.
#[rustfmt::skip]
const SMALLEST: [(&str, i64); 31] = [
    ("AED", 200), ("ARS", 50),  ("AUD", 50),  ("BRL", 50),   ("CAD", 50),     ("CHF", 50),
    ("COP", 50),  ("CZK", 1500), ("DKK", 250), ("EUR", 50),  ("GBP", 30),     ("HKD", 400),
    ("HUF", 17_500), ("IDR", 50), ("ILS", 50), ("INR", 50),  ("JPY", 50),     ("KRW", 50),
    ("MXN", 1000), ("MYR", 200), ("NOK", 300), ("NZD", 50),  ("PHP", 50),     ("PLN", 200),
    ("RON", 200), ("RUB", 50),  ("SEK", 300), ("SGD", 50),   ("THB", 1000),   ("USD", 50),
    ("ZAR", 50),
];

/// `None` for currencies whose unit nobody has told us.
fn unit(currency: Currency) -> Option<Unit> {
    match (currency.code(), currency.exponent()) {
        // Written in whole units, as ISO 4217 has it, but for MGA, whose fifths are not collected.
        (
            "BIF" | "CLP" | "DJF" | "GNF" | "JPY" | "KMF" | "KRW" | "MGA" | "PYG" | "RWF" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF",
            _,
        ) => Some(Unit { places: 0, step: 1 }),
        // Written with two places that must be zero, although ISO 4217 has none. For UGX Stripe's documents contradict
        // themselves; this is the more specific of the two statements.
        ("ISK" | "UGX", _) => Some(Unit { places: 2, step: 100 }),
        // Written with three places, the last of which must be zero.
        ("BHD" | "JOD" | "KWD" | "OMR" | "TND", _) => Some(Unit { places: 3, step: 10 }),
        (_, 2) => Some(Unit { places: 2, step: 1 }),
        _ => None,
    }
}

/// Whether amounts of this currency can be written at all.
pub(super) fn is_known(currency: Currency) -> bool {
    unit(currency).is_some()
}

/// The number on the wire; `None` where the amount cannot be written exactly.
pub(super) fn to_wire(money: Money) -> Option<i64> {
    let unit = unit(money.currency)?;
    let wire = rescaled(money.minor, money.currency.exponent(), unit.places)?;
    (wire % unit.step == 0).then_some(wire)
}

/// The number on the wire of money to be collected; `None` also below the smallest and above the largest amount.
pub(super) fn to_collect(money: Money) -> Option<i64> {
    let code = money.currency.code();
    let smallest = SMALLEST.iter().find(|(known, _)| *known == code).map_or(1, |(_, least)| *least);
    to_wire(money).filter(|wire| (smallest..=LARGEST).contains(wire))
}

/// What Stripe claims, in our minor units; `None` where its number is no amount of the currency. A currency that we do
/// not know is left for the engine to refuse.
pub(super) fn claim(wire: i64, code: &str) -> Option<Claim> {
    let code = code.to_ascii_uppercase();
    let minor = match Currency::parse(&code) {
        Ok(currency) => rescaled(wire, unit(currency)?.places, currency.exponent())?,
        Err(_) => wire,
    };
    Some(Claim { amount: ClaimedAmount::Minor(minor), currency: Some(code) })
}

/// From units of one number of decimal places to units of another, exactly.
fn rescaled(amount: i64, from: u8, to: u8) -> Option<i64> {
    if from == to {
        return Some(amount); // nearly always, and dividing takes long
    }
    let ten = |places: u8| 10_i64.checked_pow(u32::from(places));
    let scaled = amount.checked_mul(ten(to.saturating_sub(from))?)?;
    let divisor = ten(from.saturating_sub(to))?;
    (scaled % divisor == 0).then_some(scaled / divisor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str, code: &str) -> Money {
        Money::parse("amount", text, Currency::parse(code).unwrap()).unwrap()
    }

    /// Protects: H14 and H15, every row by the number on the wire, never by a round trip alone.
    #[test]
    #[rustfmt::skip]
    fn the_wire_table() {
        for (text, code, wire) in [
            ("5.00",  "USD", Some(500)),  ("0.50", "USD", Some(50)),   ("0.49", "USD", None),
            ("500",   "JPY", Some(500)),  ("49",   "JPY", None),       ("5",    "UGX", Some(500)),
            ("5",     "ISK", Some(500)),  ("5",    "MGA", Some(5)),    ("5.20", "MGA", None),
            ("5.120", "KWD", Some(5120)), ("5.125", "KWD", None),      ("5",    "XAF", Some(5)),
            ("1.00",  "HUF", None),       ("175",  "HUF", Some(17_500)), ("5",  "TWD", Some(500)),
            ("0.30",  "GBP", Some(30)),   ("0.29", "GBP", None),       ("5",    "IQD", None),
            ("5",     "CLF", None),       ("5",    "CLP", Some(5)),    ("14.99", "CZK", None),
            ("9999999999.99", "USD", Some(999_999_999_999)), ("10000000000.00", "USD", None),
        ] {
            assert_eq!(to_collect(money(text, code)), wire, "{text} {code}");
        }
        // Paying back knows no smallest amount.
        assert_eq!(to_wire(money("0.01", "USD")), Some(1));
    }

    /// Protects: claims come back by the same table, and what is no amount of the currency is no claim.
    #[test]
    #[rustfmt::skip]
    fn claims_come_back_by_the_same_table() {
        for (wire, code, minor) in [
            (500,  "usd", Some(500)), (500, "ugx", Some(5)), (550, "ugx", None), (500, "isk", Some(5)),
            (5,    "mga", Some(500)), (5120, "kwd", Some(5120)), (500, "jpy", Some(500)),
            (5,    "clf", None),      (5, "xyz", Some(5)),
        ] {
            let expected = minor.map(|minor| Claim {
                amount: ClaimedAmount::Minor(minor),
                currency: Some(code.to_ascii_uppercase()),
            });
            assert_eq!(claim(wire, code), expected, "{wire} {code}");
        }
        assert_eq!(claim(i64::MAX, "mga"), None);
    }
}
