//! Exchange between currencies at a stated rational rate (money.md §1).
//!
//! Currencies never mix: an exchange is two balanced journals, one in each currency, that meet
//! at a desk's account. What is bought is floored to whole micro-units; the residue is kept as
//! an exact fraction and gathered until whole micro-units of it can be posted. This module knows
//! nothing of where rates come from.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::account::AccountId;
use crate::currency::Currency;
use crate::journal::{Journal, JournalDraft, JournalError};
use crate::money::Money;
use crate::round::{ArithmeticError, exchange_floor};

/// Kind of the journal in the currency sold.
pub const EXCHANGE_SOLD: &str = "exchange_sold";
/// Kind of the journal in the currency bought.
pub const EXCHANGE_BOUGHT: &str = "exchange_bought";
/// The most decimals a rate may be written with.
pub const RATE_DECIMALS_MAX: usize = 9;

/// A rate: one unit of `from` buys `numerator / denominator` units of `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    from: Currency,
    to: Currency,
    numerator: i64,
    denominator: i64,
}

/// Figures don't make a rate.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RateError {
    /// Both sides are one currency.
    #[error("{0} needs no exchange into itself")]
    SameCurrency(Currency),
    /// A side of the fraction isn't positive.
    #[error("a rate is a fraction of two positive whole numbers")]
    NotPositive,
    /// Not a decimal number.
    #[error("write a rate as digits, a point and up to 9 decimals, for example 0.92731")]
    Form,
}

/// An amount can't be exchanged.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ExchangeError {
    /// The amount is of another currency than the rate sells.
    #[error("the rate sells {rate}, the amount is in {amount}")]
    WrongCurrency {
        /// What the rate sells.
        rate: Currency,
        /// What was offered.
        amount: Currency,
    },
    /// Nothing, or less, is sold; to undo an exchange reverse its journals.
    #[error("only a positive amount can be exchanged")]
    NotPositive,
    /// The result doesn't fit.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
}

/// One exchange: `sold · rate = bought + residue / denominator`, in micro-units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What was given.
    pub sold: Money,
    /// What was received, floored to whole micro-units.
    pub bought: Money,
    /// The rate.
    pub rate: Rate,
    /// What is still owed, counted in 1/denominator of a micro-unit; less than the denominator.
    pub residue: i64,
}

/// The accounts that an exchange moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parties {
    /// Gives the amount sold and receives the amount bought.
    pub owner: AccountId,
    /// Stands between the currencies: credited with what is sold, debited with what is bought.
    pub desk: AccountId,
}

/// The residues of many exchanges into one currency at one denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gathered {
    /// The currency bought.
    pub currency: Currency,
    /// The denominator of the fraction left.
    pub denominator: i64,
    /// Whole micro-units: to be posted from the desk to the residue account.
    pub whole: i64,
    /// What is left, in 1/denominator of a micro-unit.
    pub rest: i64,
}

impl Rate {
    /// The rate at which one unit of `from` buys `numerator / denominator` of `to`.
    ///
    /// # Errors
    /// When the currencies are the same or a side of the fraction isn't positive.
    pub fn new(
        from: Currency,
        to: Currency,
        numerator: i64,
        denominator: i64,
    ) -> Result<Rate, RateError> {
        if from == to {
            return Err(RateError::SameCurrency(from));
        }
        if numerator <= 0 || denominator <= 0 {
            return Err(RateError::NotPositive);
        }
        Ok(Rate {
            from,
            to,
            numerator,
            denominator,
        })
    }

    /// The rate written as a decimal number, exactly: `0.92731` is 92731/100000.
    ///
    /// # Errors
    /// [`RateError::Form`] for anything but digits with at most nine decimals; else those of
    /// [`Rate::new`].
    pub fn from_decimal(from: Currency, to: Currency, text: &str) -> Result<Rate, RateError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(fraction) || fraction.len() > RATE_DECIMALS_MAX {
            return Err(RateError::Form);
        }
        let digits = format!("{whole}{fraction}");
        let numerator = digits.parse().map_err(|_| RateError::Form)?;
        let scale = fraction.bytes().fold(1_i64, |scale, _| scale * 10);
        Rate::new(from, to, numerator, scale)
    }

    /// The currency sold.
    #[must_use]
    pub fn from(self) -> Currency {
        self.from
    }

    /// The currency bought.
    #[must_use]
    pub fn to(self) -> Currency {
        self.to
    }

    /// Numerator and denominator, as stated.
    #[must_use]
    pub fn fraction(self) -> (i64, i64) {
        (self.numerator, self.denominator)
    }

    /// Sells an amount.
    ///
    /// # Errors
    /// When the amount is of another currency, isn't positive, or the result overflows.
    pub fn exchange(self, sold: Money) -> Result<Exchange, ExchangeError> {
        if sold.currency() != self.from {
            let (rate, amount) = (self.from, sold.currency());
            return Err(ExchangeError::WrongCurrency { rate, amount });
        }
        if sold.micros() <= 0 {
            return Err(ExchangeError::NotPositive);
        }
        let (bought, residue) = exchange_floor(sold.micros(), self.numerator, self.denominator)?;
        Ok(Exchange {
            sold,
            bought: Money::new(bought, self.to),
            rate: self,
            residue,
        })
    }
}

impl Exchange {
    /// The two journals of this exchange. The second is missing where the amount was too small
    /// to buy a whole micro-unit: all of it is then residue.
    ///
    /// # Errors
    /// When `source` is empty, or owner and desk are the same account.
    pub fn journals(&self, source: &str, parties: &Parties) -> Result<Vec<Journal>, JournalError> {
        let (numerator, denominator) = self.rate.fraction();
        let memo = format!(
            "{} to {} at {numerator}/{denominator}, residue {}/{denominator}",
            self.rate.from, self.rate.to, self.residue
        );
        let halves = [
            (EXCHANGE_SOLD, self.sold, &parties.desk, &parties.owner),
            (EXCHANGE_BOUGHT, self.bought, &parties.owner, &parties.desk),
        ];
        let mut journals = Vec::with_capacity(2);
        for (kind, money, to, from) in halves {
            let mut draft = JournalDraft::new(kind, source, &memo);
            draft.post(to.clone(), money);
            // An exchange sells and buys amounts of zero or more, which all have an opposite.
            let opposite = Money::new(-money.micros(), money.currency());
            draft.post(from.clone(), opposite);
            if to == from {
                return Err(JournalError::TooFewLines);
            }
            journals.extend(draft.finish()?);
        }
        Ok(journals)
    }
}

/// Gathers the residues of exchanges by the currency bought and the denominator of their rates:
/// whole micro-units can be posted to the residue account, the rest waits.
///
/// # Errors
/// When more whole micro-units come together than an amount can hold.
pub fn gather(exchanges: &[Exchange]) -> Result<Vec<Gathered>, ArithmeticError> {
    let mut sums: BTreeMap<(Currency, i64), i128> = BTreeMap::new();
    for one in exchanges {
        let key = (one.rate.to, one.rate.denominator);
        *sums.entry(key).or_default() += i128::from(one.residue);
    }
    let narrow = |wide: i128| i64::try_from(wide).map_err(|_| ArithmeticError::Overflow);
    sums.into_iter()
        .map(|((currency, denominator), sum)| {
            Ok(Gathered {
                currency,
                denominator,
                whole: narrow(sum / i128::from(denominator))?,
                rest: narrow(sum % i128::from(denominator))?,
            })
        })
        .collect()
}
