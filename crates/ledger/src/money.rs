//! An amount with its currency.
//!
//! Two currencies never add; an overflow is an error, never a wrapped number. Printing is exact:
//! six decimals always, or the minor unit's decimals where nothing is hidden by that.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::currency::{Currency, MICROS_PER_UNIT, UnknownCurrency};
use crate::round::{self, ArithmeticError};

/// An amount in micro-units of one currency; credit positive, debit negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    micros: i64,
    currency: Currency,
}

/// Two amounts can't be combined.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum MoneyError {
    /// The amounts are of different currencies.
    #[error("{left} and {right} can't be added: exchange one of them first")]
    MixedCurrencies {
        /// Currency of the first amount.
        left: Currency,
        /// Currency of the second amount.
        right: Currency,
    },
    /// The result doesn't fit, or a division was undefined.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
}

/// A text isn't an amount of money.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ParseMoneyError {
    /// Not of the form `12.34 USD`.
    #[error("write an amount as digits, a point, up to six decimals, a space and a currency code")]
    Form,
    /// The amount is beyond what can be held.
    #[error("the amount is too large")]
    TooLarge,
    /// The currency isn't known.
    #[error(transparent)]
    Currency(#[from] UnknownCurrency),
}

impl Money {
    /// `micros` micro-units of `currency`.
    #[must_use]
    pub const fn new(micros: i64, currency: Currency) -> Money {
        Money { micros, currency }
    }

    /// Nothing of `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Money {
        Money {
            micros: 0,
            currency,
        }
    }

    /// `minor` whole minor units: cents of a dollar, yen of a yen.
    ///
    /// # Errors
    /// When the amount doesn't fit.
    pub fn from_minor(minor: i64, currency: Currency) -> Result<Money, MoneyError> {
        let micros = minor
            .checked_mul(currency.minor_unit_micros())
            .ok_or(ArithmeticError::Overflow)?;
        Ok(Money { micros, currency })
    }

    /// The amount in micro-units.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.micros
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Is it nothing at all?
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.micros == 0
    }

    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    /// When the currencies differ or the sum overflows.
    pub fn checked_add(self, other: Money) -> Result<Money, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// The difference of two amounts of one currency.
    ///
    /// # Errors
    /// When the currencies differ or the difference overflows.
    pub fn checked_sub(self, other: Money) -> Result<Money, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    /// The amount with the opposite sign.
    ///
    /// # Errors
    /// When the result overflows (only for the most negative amount).
    pub fn checked_neg(self) -> Result<Money, MoneyError> {
        let micros = self.micros.checked_neg().ok_or(ArithmeticError::Overflow)?;
        Ok(Money { micros, ..self })
    }

    /// The amount floored to the minor unit: what can be paid out. The rest stays on the balance.
    ///
    /// # Errors
    /// When the result overflows.
    pub fn floor_to_minor(self) -> Result<Money, MoneyError> {
        let micros = round::floor_to(self.micros, self.currency.minor_unit_micros())?;
        Ok(Money { micros, ..self })
    }

    /// The amount rounded half up to the minor unit.
    ///
    /// # Errors
    /// When the result overflows.
    pub fn half_up_to_minor(self) -> Result<Money, MoneyError> {
        let unit = self.currency.minor_unit_micros();
        let micros = round::mul_div_half_up(self.micros, 1, 1, unit)?;
        Ok(Money { micros, ..self })
    }

    /// The amount as a price: `4.00 USD`, `600 JPY`. An amount that isn't whole minor units is
    /// printed with all six decimals, so that a display never hides a fraction.
    #[must_use]
    pub fn price_display(self) -> String {
        self.as_price().to_string()
    }

    /// The same, to be written where it is needed.
    #[must_use]
    pub fn as_price(self) -> impl fmt::Display {
        Price(self)
    }

    fn combine(
        self,
        other: Money,
        operation: fn(i64, i64) -> Option<i64>,
    ) -> Result<Money, MoneyError> {
        if self.currency != other.currency {
            let (left, right) = (self.currency, other.currency);
            return Err(MoneyError::MixedCurrencies { left, right });
        }
        let micros = operation(self.micros, other.micros).ok_or(ArithmeticError::Overflow)?;
        Ok(Money { micros, ..self })
    }
}

/// An amount written as a price.
struct Price(Money);

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Money { micros, currency } = self.0;
        if micros % currency.minor_unit_micros() != 0 {
            return self.0.fmt(f);
        }
        let whole = micros.unsigned_abs() / MICROS_PER_UNIT.unsigned_abs();
        let rest = micros.unsigned_abs() % MICROS_PER_UNIT.unsigned_abs();
        let sign = if micros < 0 { "-" } else { "" };
        let digits = usize::from(currency.exponent());
        if digits == 0 {
            return write!(f, "{sign}{whole} {currency}");
        }
        let minor = rest / currency.minor_unit_micros().unsigned_abs();
        write!(f, "{sign}{whole}.{minor:0digits$} {currency}")
    }
}

impl fmt::Display for Money {
    /// Always six decimals: `12.345678 USD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = MICROS_PER_UNIT.unsigned_abs();
        let (whole, rest) = (
            self.micros.unsigned_abs() / scale,
            self.micros.unsigned_abs() % scale,
        );
        let sign = if self.micros < 0 { "-" } else { "" };
        write!(f, "{sign}{whole}.{rest:06} {}", self.currency)
    }
}

impl FromStr for Money {
    type Err = ParseMoneyError;

    /// Reads what [`Display`](fmt::Display) and [`Money::price_display`] print.
    fn from_str(text: &str) -> Result<Money, ParseMoneyError> {
        let (number, code) = text.split_once(' ').ok_or(ParseMoneyError::Form)?;
        let currency = Currency::from_code(code)?;
        Ok(Money {
            micros: parse_micros(number)?,
            currency,
        })
    }
}

fn parse_micros(number: &str) -> Result<i64, ParseMoneyError> {
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(fraction) || fraction.len() > 6 {
        return Err(ParseMoneyError::Form);
    }
    let padded = format!("{whole}{fraction:0<6}");
    let signed = if negative {
        format!("-{padded}")
    } else {
        padded
    };
    signed.parse().map_err(|_| ParseMoneyError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(micros: i64) -> Money {
        Money::new(micros, Currency::USD)
    }

    #[test]
    fn amounts_print_exactly_and_read_back() {
        let table = [
            (usd(12_345_678), "12.345678 USD", "12.345678 USD"),
            (usd(4_000_000), "4.000000 USD", "4.00 USD"),
            (usd(-4_050_000), "-4.050000 USD", "-4.05 USD"),
            (usd(-1), "-0.000001 USD", "-0.000001 USD"),
            (usd(0), "0.000000 USD", "0.00 USD"),
            (
                Money::new(600_000_000, Currency::JPY),
                "600.000000 JPY",
                "600 JPY",
            ),
            (
                Money::new(1_238_000, Currency::KWD),
                "1.238000 KWD",
                "1.238 KWD",
            ),
            (
                usd(i64::MIN),
                "-9223372036854.775808 USD",
                "-9223372036854.775808 USD",
            ),
        ];
        for (money, exact, price) in table {
            assert_eq!(money.to_string(), exact);
            assert_eq!(money.price_display(), price);
            assert_eq!(exact.parse(), Ok(money));
            assert_eq!(price.parse(), Ok(money));
        }
    }

    #[test]
    fn a_text_that_is_no_amount_is_refused_with_its_reason() {
        let table = [
            ("", ParseMoneyError::Form),
            ("1.00", ParseMoneyError::Form),
            ("1. USD", ParseMoneyError::Form),
            (".5 USD", ParseMoneyError::Form),
            ("1.0000001 USD", ParseMoneyError::Form),
            ("+1 USD", ParseMoneyError::Form),
            ("--1 USD", ParseMoneyError::Form),
            ("1e3 USD", ParseMoneyError::Form),
            ("１ USD", ParseMoneyError::Form),
            ("9223372036854.775808 USD", ParseMoneyError::TooLarge),
            (
                "1 usd",
                ParseMoneyError::Currency(UnknownCurrency("usd".into())),
            ),
            (
                "1  USD",
                ParseMoneyError::Currency(UnknownCurrency(" USD".into())),
            ),
        ];
        for (text, reason) in table {
            assert_eq!(text.parse::<Money>(), Err(reason), "{text}");
        }
    }

    #[test]
    fn two_currencies_never_mix() {
        let mixed = MoneyError::MixedCurrencies {
            left: Currency::USD,
            right: Currency::EUR,
        };
        let euro = Money::new(1, Currency::EUR);
        assert_eq!(usd(1).checked_add(euro), Err(mixed));
        assert_eq!(usd(1).checked_sub(euro), Err(mixed));
        assert_eq!(usd(1).checked_add(usd(2)), Ok(usd(3)));
    }

    #[test]
    fn overflow_is_an_error() {
        let overflow = MoneyError::Arithmetic(ArithmeticError::Overflow);
        assert_eq!(usd(i64::MAX).checked_add(usd(1)), Err(overflow));
        assert_eq!(usd(i64::MIN).checked_sub(usd(1)), Err(overflow));
        assert_eq!(usd(i64::MIN).checked_neg(), Err(overflow));
        assert_eq!(Money::from_minor(i64::MAX, Currency::USD), Err(overflow));
        assert_eq!(usd(i64::MIN).floor_to_minor(), Err(overflow));
    }

    #[test]
    fn rounding_to_the_minor_unit_floors_or_goes_half_up() {
        for (amount, floor, half) in [
            (14_999, 10_000, 10_000),
            (15_000, 10_000, 20_000),
            (-15_000, -20_000, -10_000),
            (-1, -10_000, 0),
        ] {
            assert_eq!(usd(amount).floor_to_minor(), Ok(usd(floor)));
            assert_eq!(usd(amount).half_up_to_minor(), Ok(usd(half)));
        }
    }
}
