//! What a gateway says it collected or paid back, compared with what was asked. It books nothing.

use crate::currency::Currency;
use crate::error::Result;
use crate::exception::Kind;
use crate::gateway::{Claim, ClaimedAmount};
use crate::money::Money;
use crate::payment::{Payment, State};

/// Why something said does not fit the payment it is about.
pub(super) struct Misfit {
    pub(super) kind: Kind,
    pub(super) explanation: String,
    pub(super) money: Option<Money>,
}

/// Compares what a gateway claims with the payment. Nothing is tolerated: 0.01 off is a mismatch.
pub(super) fn compare(
    payment: &Payment,
    claim: Option<&Claim>,
    required: bool,
) -> Result<Option<Money>, Misfit> {
    let misfit = |kind, explanation, money| Err(Misfit { kind, explanation, money });
    let Some(claim) = claim else {
        return match required {
            true => misfit(Kind::Schema, "the message names no amount".to_owned(), None),
            false => Ok(None),
        };
    };
    let currency = match claimed_currency(claim, payment.currency) {
        Ok(currency) => currency,
        Err(explanation) => return misfit(Kind::Schema, explanation, None),
    };
    let Some(money) = claimed_money(&claim.amount, currency) else {
        return misfit(Kind::Schema, "the amount is not written as agreed".to_owned(), None);
    };
    let expected = payment.money(payment.amount);
    let explanation = || format!("the gateway reports {money}, the payment is {expected}");
    if currency != payment.currency {
        return misfit(Kind::CurrencyMismatch, explanation(), Some(money));
    }
    if required && money != expected && payment.state != State::Authorized {
        return misfit(Kind::AmountMismatch, explanation(), Some(money));
    }
    // A hold may be captured in part, never for more.
    if required && money.minor > expected.minor {
        return misfit(Kind::AmountMismatch, explanation(), Some(money));
    }
    Ok(Some(money))
}

/// The money of a claim, whatever was expected: in its own currency, or in `otherwise` where it names none.
pub(super) fn stated(claim: &Claim, otherwise: Option<Currency>) -> Option<Money> {
    let currency = match &claim.currency {
        Some(code) => Currency::parse(&code.to_ascii_uppercase()).ok(),
        None => otherwise,
    };
    claimed_money(&claim.amount, currency?)
}

/// Whether a claim names exactly this money.
pub(super) fn is_exactly(claim: &Claim, money: Money) -> bool {
    claimed_currency(claim, money.currency)
        .is_ok_and(|currency| claimed_money(&claim.amount, currency) == Some(money))
}

fn claimed_currency(claim: &Claim, expected: Currency) -> Result<Currency, String> {
    match &claim.currency {
        None => Ok(expected),
        Some(code) => Currency::parse(&code.to_ascii_uppercase()).map_err(|e| e.message()),
    }
}

fn claimed_money(amount: &ClaimedAmount, currency: Currency) -> Option<Money> {
    let money = match amount {
        ClaimedAmount::Minor(minor) => Some(Money { minor: *minor, currency }),
        ClaimedAmount::Major(text) => Money::from_wire_text(text, currency),
    };
    money.filter(|m| m.minor > 0)
}
