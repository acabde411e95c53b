//! Currencies of ISO 4217: code, number and exponent, as one table. It never guesses: a code is in
//! the table or is refused, and what a gateway calls a currency's unit is the gateway's own table.

use std::fmt;

use crate::error::{Code, Error, Result};
use crate::text;

/// A currency of ISO 4217. Ordered by code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(&'static Row);

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Row {
    code: &'static str,
    number: u16,
    exponent: u8,
}

impl Currency {
    /// Reads a code exactly as ISO 4217 writes it: three capital letters. Fails with `currency`.
    pub fn parse(code: &str) -> Result<Self> {
        let wanted = order(code);
        TABLE
            .binary_search_by(|row| order(row.code).cmp(&wanted))
            .ok()
            .and_then(|i| TABLE.get(i))
            .map(Currency)
            .ok_or_else(|| Error::new(Code::CurrencyUnknown).with("given", text::shown(code)))
    }

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// The three-digit number; leading zeros are left to whoever prints it (36 is `036`).
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

/// Where a code stands: three letters as one number, which is compared at once. Anything else stands before them all.
fn order(code: &str) -> u32 {
    match code.as_bytes() {
        [first, second, third] => u32::from_be_bytes([0, *first, *second, *third]),
        _ => 0,
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

// ISO 4217 list one as published on 2026-01-01, funds codes included. Left out are the codes whose
// minor unit the standard gives as "N.A.", because an amount of them cannot be written, let alone
// collected: metals (XAG XAU XPD XPT), bond units (XBA XBB XBC XBD), units of account (XDR XSU
// XUA), XTS and XXX.
#[rustfmt::skip]
static TABLE: &[Row] = table! {
    AED 784 2   AFN 971 2   ALL   8 2   AMD  51 2   AOA 973 2   ARS  32 2   AUD  36 2
    AWG 533 2   AZN 944 2   BAM 977 2   BBD  52 2   BDT  50 2   BHD  48 3   BIF 108 0
    BMD  60 2   BND  96 2   BOB  68 2   BOV 984 2   BRL 986 2   BSD  44 2   BTN  64 2
    BWP  72 2   BYN 933 2   BZD  84 2   CAD 124 2   CDF 976 2   CHE 947 2   CHF 756 2
    CHW 948 2   CLF 990 4   CLP 152 0   CNY 156 2   COP 170 2   COU 970 2   CRC 188 2
    CUP 192 2   CVE 132 2   CZK 203 2   DJF 262 0   DKK 208 2   DOP 214 2   DZD  12 2
    EGP 818 2   ERN 232 2   ETB 230 2   EUR 978 2   FJD 242 2   FKP 238 2   GBP 826 2
    GEL 981 2   GHS 936 2   GIP 292 2   GMD 270 2   GNF 324 0   GTQ 320 2   GYD 328 2
    HKD 344 2   HNL 340 2   HTG 332 2   HUF 348 2   IDR 360 2   ILS 376 2   INR 356 2
    IQD 368 3   IRR 364 2   ISK 352 0   JMD 388 2   JOD 400 3   JPY 392 0   KES 404 2
    KGS 417 2   KHR 116 2   KMF 174 0   KPW 408 2   KRW 410 0   KWD 414 3   KYD 136 2
    KZT 398 2   LAK 418 2   LBP 422 2   LKR 144 2   LRD 430 2   LSL 426 2   LYD 434 3
    MAD 504 2   MDL 498 2   MGA 969 2   MKD 807 2   MMK 104 2   MNT 496 2   MOP 446 2
    MRU 929 2   MUR 480 2   MVR 462 2   MWK 454 2   MXN 484 2   MXV 979 2   MYR 458 2
    MZN 943 2   NAD 516 2   NGN 566 2   NIO 558 2   NOK 578 2   NPR 524 2   NZD 554 2
    OMR 512 3   PAB 590 2   PEN 604 2   PGK 598 2   PHP 608 2   PKR 586 2   PLN 985 2
    PYG 600 0   QAR 634 2   RON 946 2   RSD 941 2   RUB 643 2   RWF 646 0   SAR 682 2
    SBD  90 2   SCR 690 2   SDG 938 2   SEK 752 2   SGD 702 2   SHP 654 2   SLE 925 2
    SOS 706 2   SRD 968 2   SSP 728 2   STN 930 2   SVC 222 2   SYP 760 2   SZL 748 2
    THB 764 2   TJS 972 2   TMT 934 2   TND 788 3   TOP 776 2   TRY 949 2   TTD 780 2
    TWD 901 2   TZS 834 2   UAH 980 2   UGX 800 0   USD 840 2   USN 997 2   UYI 940 0
    UYU 858 2   UYW 927 4   UZS 860 2   VED 926 2   VES 928 2   VND 704 0   VUV 548 0
    WST 882 2   XAD 396 2   XAF 950 0   XCD 951 2   XCG 532 2   XOF 952 0   XPF 953 0
    YER 886 2   ZAR 710 2   ZMW 967 2   ZWG 924 2
};

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(exponent: u8) -> usize {
        Currency::all().filter(|currency| currency.exponent() == exponent).count()
    }

    /// Protects: the binary search, which finds nothing reliably in a table out of order.
    #[test]
    fn the_table_is_sorted_and_unique() {
        assert!(TABLE.is_sorted_by(|a, b| a.code < b.code));
        let numbers: std::collections::BTreeSet<_> = TABLE.iter().map(|row| row.number).collect();
        assert_eq!(numbers.len(), TABLE.len());
        for row in TABLE {
            assert!(row.code.len() == 3 && row.code.bytes().all(|b| b.is_ascii_uppercase()));
            assert_eq!(Currency::parse(row.code).unwrap().number(), row.number);
        }
    }

    /// Protects: the whole list, against a row that is lost or an exponent that is mistyped.
    #[test]
    fn the_table_has_as_many_rows_as_the_standard() {
        assert_eq!([0, 1, 2, 3, 4].map(counted), [17, 0, 139, 7, 2]);
        assert_eq!(TABLE.len(), 165);
    }

    /// Protects: the facts that decide what an amount is worth.
    #[test]
    #[rustfmt::skip]
    fn well_known_rows() {
        for (code, number, exponent) in [
            ("AUD",  36, 2), ("BHD",  48, 3), ("CHF", 756, 2), ("CLF", 990, 4), ("CLP", 152, 0),
            ("CNY", 156, 2), ("EUR", 978, 2), ("GBP", 826, 2), ("HKD", 344, 2), ("IQD", 368, 3),
            ("ISK", 352, 0), ("JPY", 392, 0), ("KRW", 410, 0), ("KWD", 414, 3), ("MGA", 969, 2),
            ("MRU", 929, 2), ("TND", 788, 3), ("UGX", 800, 0), ("USD", 840, 2), ("UYI", 940, 0),
            ("UYW", 927, 4), ("VND", 704, 0), ("XAF", 950, 0), ("XCG", 532, 2), ("ZWG", 924, 2),
        ] {
            let currency = Currency::parse(code).unwrap();
            let row = (currency.code(), currency.number(), currency.exponent());
            assert_eq!(row, (code, number, exponent));
        }
    }

    /// Protects: H13, near misses are refused; so are withdrawn codes and what has no minor unit.
    #[test]
    fn what_is_not_a_currency_is_refused() {
        let near =
            ["XYZ", "usd ", "usd", "Usd", " USD", "RMB", "CNH", "840", "BTC", "", "US", "USDT"];
        let withdrawn = ["ANG", "BGN", "CUC", "DEM", "HRK", "SLL", "ZWL"];
        let unitless =
            "XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX".split_ascii_whitespace();
        for code in near.into_iter().chain(withdrawn).chain(unitless) {
            assert_eq!(
                Currency::parse(code).unwrap_err().code(),
                Code::CurrencyUnknown,
                "{code:?}"
            );
        }
    }
}
