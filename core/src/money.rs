//! Money: whole minor units of one currency, and the only arithmetic there is on them. It never rounds.

use std::fmt;

use rust_decimal::Decimal;

use crate::currency::Currency;
use crate::error::{Code, Error, Result};

/// An amount in minor units (fen, cent, yen) of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Whole minor units; negative only in differences.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}
