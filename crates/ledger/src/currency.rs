//! Currencies by their ISO 4217 code and minor-unit exponent.
//!
//! The table is closed: a code that isn't in it is refused rather than guessed at, because the
//! exponent decides what can be paid out. Currencies whose minor unit is finer than a
//! micro-unit, or isn't decimal, don't belong in it.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Micro-units in one major unit of any currency.
pub const MICROS_PER_UNIT: i64 = 1_000_000;

/// An ISO 4217 currency that this program can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    exponent: u8,
}

/// The code names no currency of our table.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("\"{0}\" is not a currency this store knows; use an ISO 4217 code such as USD or EUR")]
pub struct UnknownCurrency(pub String);

const fn currency(code: &'static str, exponent: u8) -> Currency {
    Currency { code, exponent }
}

/// Sorted by code. Exponents after ISO 4217 (list one).
const TABLE: [Currency; 34] = [
    currency("AED", 2),
    currency("AUD", 2),
    currency("BHD", 3),
    currency("BRL", 2),
    currency("CAD", 2),
    currency("CHF", 2),
    currency("CLP", 0),
    currency("CNY", 2),
    currency("CZK", 2),
    currency("DKK", 2),
    currency("EUR", 2),
    currency("GBP", 2),
    currency("HKD", 2),
    currency("HUF", 2),
    currency("IDR", 2),
    currency("ILS", 2),
    currency("INR", 2),
    currency("ISK", 0),
    currency("JPY", 0),
    currency("KRW", 0),
    currency("KWD", 3),
    currency("MXN", 2),
    currency("NOK", 2),
    currency("NZD", 2),
    currency("OMR", 3),
    currency("PLN", 2),
    currency("RON", 2),
    currency("SEK", 2),
    currency("SGD", 2),
    currency("THB", 2),
    currency("TND", 3),
    currency("USD", 2),
    currency("VND", 0),
    currency("ZAR", 2),
];

impl Currency {
    /// United States dollar, two decimals.
    pub const USD: Currency = currency("USD", 2);
    /// Euro, two decimals.
    pub const EUR: Currency = currency("EUR", 2);
    /// Pound sterling, two decimals.
    pub const GBP: Currency = currency("GBP", 2);
    /// Japanese yen, no decimals.
    pub const JPY: Currency = currency("JPY", 0);
    /// Kuwaiti dinar, three decimals.
    pub const KWD: Currency = currency("KWD", 3);

    /// The currency with this three-letter code, in upper case.
    ///
    /// # Errors
    /// [`UnknownCurrency`] when the code isn't in the table.
    pub fn from_code(code: &str) -> Result<Currency, UnknownCurrency> {
        TABLE
            .binary_search_by(|row| row.code.cmp(code))
            .map(|at| TABLE[at])
            .map_err(|_| UnknownCurrency(code.chars().take(16).collect()))
    }

    /// Every currency known, sorted by code.
    #[must_use]
    pub fn all() -> &'static [Currency] {
        &TABLE
    }

    /// The ISO 4217 alphabetic code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.code
    }

    /// Decimals of the minor unit: 2 for the cent, 0 for the yen, 3 for the fils.
    #[must_use]
    pub fn exponent(self) -> u8 {
        self.exponent
    }

    /// Micro-units in one minor unit: 10,000 for a cent, 1,000,000 for a yen.
    #[must_use]
    pub fn minor_unit_micros(self) -> i64 {
        MICROS_PER_UNIT / 10_i64.pow(u32::from(self.exponent))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Currency, UnknownCurrency> {
        Currency::from_code(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_its_codes_are_three_letters() {
        assert!(TABLE.windows(2).all(|pair| pair[0].code < pair[1].code));
        for row in TABLE {
            assert!(row.code.len() == 3 && row.code.bytes().all(|b| b.is_ascii_uppercase()));
            assert!(
                row.exponent <= 3,
                "{row} has a minor unit finer than we print"
            );
        }
    }

    #[test]
    fn the_named_constants_stand_in_the_table() {
        let named = [
            Currency::USD,
            Currency::EUR,
            Currency::GBP,
            Currency::JPY,
            Currency::KWD,
        ];
        for constant in named {
            assert_eq!(Currency::from_code(constant.code()), Ok(constant));
        }
    }

    #[test]
    fn a_minor_unit_is_a_cent_a_yen_or_a_fils() {
        assert_eq!(Currency::USD.minor_unit_micros(), 10_000);
        assert_eq!(Currency::JPY.minor_unit_micros(), 1_000_000);
        assert_eq!(Currency::KWD.minor_unit_micros(), 1_000);
    }

    #[test]
    fn an_unknown_or_lower_case_code_is_refused() {
        for code in ["", "usd", "US", "USDT", "XXX", "€"] {
            assert_eq!(Currency::from_code(code), Err(UnknownCurrency(code.into())));
        }
    }
}
