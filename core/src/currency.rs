//! Currencies of ISO 4217: code, number and exponent, as one table.

use std::fmt;

use crate::error::{Code, Error, Result};

/// A currency of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(&'static Row);

#[derive(PartialEq, Eq, Hash)]
struct Row {
    code: &'static str,
    number: u16,
    exponent: u8,
}

impl Currency {
    /// Reads a code exactly as ISO 4217 writes it: three capital letters. Fails with `currency`.
    pub fn parse(code: &str) -> Result<Self> {
        TABLE
            .binary_search_by(|row| row.code.cmp(code))
            .ok()
            .and_then(|i| TABLE.get(i))
            .map(Currency)
            .ok_or_else(|| Error::new(Code::CurrencyUnknown).with("given", code.escape_debug()))
    }

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// The three-digit number.
    pub fn number(self) -> u16 {
        self.0.number
    }

    /// Decimal places of the minor unit: 2 for CNY, 0 for JPY, 3 for KWD, 4 for CLF.
    pub fn exponent(self) -> u8 {
        self.0.exponent
    }

    /// All currencies, ordered by code.
    pub fn all() -> impl Iterator<Item = Currency> {
        TABLE.iter().map(Currency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

macro_rules! table {
    ($($code:ident $number:literal $exponent:literal)*) => {
        &[$(Row { code: stringify!($code), number: $number, exponent: $exponent }),*]
    };
}

#[rustfmt::skip]
static TABLE: &[Row] = table! {
    CNY 156 2
    JPY 392 0
    USD 840 2
};
