//! How PayPal writes amounts: decimal text in the major unit, with places that are its own and not those of ISO 4217. It
//! never rounds.

use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::gateway::{Claim, ClaimedAmount};
use crate::json::Object;
use crate::money::Money;

/// The currencies that it collects, with the places behind the dot on its wire. The forint and the Taiwan dollar have
/// none here and two in the standard. The rupee and the rouble stand in old lists only and are restricted: left out.
const PLACES: [(&str, u8); 24] = [
    ("AUD", 2),
    ("BRL", 2),
    ("CAD", 2),
    ("CHF", 2),
    ("CNY", 2),
    ("CZK", 2),
    ("DKK", 2),
    ("EUR", 2),
    ("GBP", 2),
    ("HKD", 2),
    ("HUF", 0),
    ("ILS", 2),
    ("JPY", 0),
    ("MXN", 2),
    ("MYR", 2),
    ("NOK", 2),
    ("NZD", 2),
    ("PHP", 2),
    ("PLN", 2),
    ("SEK", 2),
    ("SGD", 2),
    ("THB", 2),
    ("TWD", 0),
    ("USD", 2),
];

/// The currencies that it collects.
pub(super) fn currencies() -> Result<Vec<Currency>> {
    PLACES.iter().map(|(code, _)| Currency::parse(code)).collect()
}

/// Money as it goes over the wire. Fails with `gateway_currency` and, where it has more places than PayPal takes, with
/// `gateway_amount`.
pub(super) fn value(gateway: &str, money: Money) -> Result<String> {
    let refuse = |code| Error::new(code).with("gateway", gateway);
    let row = PLACES.iter().find(|(code, _)| *code == money.currency.code());
    let Some((_, places)) = row else {
        return Err(refuse(Code::GatewayCurrency).with("currency", money.currency));
    };
    let text = money.to_text();
    if *places == money.currency.exponent() {
        return Ok(text);
    }
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => {
            Ok(whole.to_owned())
        }
        _ => Err(refuse(Code::GatewayAmount).with("amount", money)),
    }
}

/// What it says an amount is. Surplus zeros are no difference: `15.0` is written for `15.00`, and `3980.00` for yen.
/// What cannot be read stays as it was written, for the engine to refuse.
pub(super) fn claim(amount: &Object<'_>) -> Option<Claim> {
    let code = amount.text("currency_code")?;
    let written = amount.text("value")?;
    let money = Currency::parse(code).and_then(|currency| Money::parse("value", written, currency));
    let amount = match money {
        Ok(money) => ClaimedAmount::Minor(money.minor),
        Err(_) => ClaimedAmount::Major(written.to_owned()),
    };
    Some(Claim { amount, currency: Some(code.to_owned()) })
}
