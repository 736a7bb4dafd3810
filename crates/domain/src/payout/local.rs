//! The operator's rules as they stand in one currency.
//!
//! An amount that names the currency counts as it is. `*` is said in the store's currency: in
//! another one it counts at the rate the operator has stated between the two, floored to what can
//! be paid. Without a rate it isn't known, and nothing is guessed: 500 dollars are no limit of 500
//! yen. What isn't known is named, with the setting to make.

use ledger::exchange::Rate;
use ledger::round::mul_div_floor;
use ledger::{Currency, Money};
use thiserror::Error;

use super::destination::Rail;
use super::rules::{ByCurrency, Rules};
use super::terms::RailFee;

/// The name of every other currency.
const ANY: &str = "*";

/// The rules in a currency.
#[derive(Clone, Debug)]
pub struct Local {
    /// The rules as they are set.
    pub rules: Rules,
    home: Currency,
    currency: Currency,
    rate: Option<Rate>,
}

/// An amount that nobody has said in this currency.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "payouts in {currency} wait: the store has set no `{setting}` for {currency}, and no rate \
     between {home} and {currency}"
)]
pub struct Unset {
    /// The member of the rules, such as `daily_cap_micros` or `rails.wise.fee_fixed_micros`.
    pub setting: String,
    /// The currency that is missing in it.
    pub currency: Currency,
    /// The store's currency, which `*` is said in.
    pub home: Currency,
}

impl Local {
    /// The rules in `currency`, of a store whose currency is `home`. `rate` is the operator's rate
    /// between the two, in either direction; any other is passed over.
    #[must_use]
    pub fn new(rules: Rules, home: Currency, currency: Currency, rate: Option<Rate>) -> Local {
        let between = |rate: &Rate| {
            let ends = (rate.from(), rate.to());
            ends == (home, currency) || ends == (currency, home)
        };
        Local {
            rules,
            home,
            currency,
            rate: rate.filter(between),
        }
    }

    /// Above which amount two people must release a payout; `None` where the rules set no limit.
    ///
    /// # Errors
    /// [`Unset`].
    pub fn limit(&self) -> Result<Option<Money>, Unset> {
        let amounts = &self.rules.two_people_above_micros;
        self.amount(amounts, || "two_people_above_micros".to_owned())
    }

    /// How much may leave in a day (UTC); `None` where the rules set no cap.
    ///
    /// # Errors
    /// [`Unset`].
    pub fn cap(&self) -> Result<Option<Money>, Unset> {
        let amounts = &self.rules.daily_cap_micros;
        self.amount(amounts, || "daily_cap_micros".to_owned())
    }

    /// The least that a rail pays.
    ///
    /// # Errors
    /// [`Unset`].
    pub fn minimum(&self, rail: Rail) -> Result<Money, Unset> {
        let zero = Money::zero(self.currency);
        let Some(rules) = self.rules.rails.get(&rail) else {
            return Ok(zero);
        };
        let setting = || format!("rails.{}.minimum_micros", rail.code());
        let least = self.amount(&rules.minimum_micros, setting)?;
        Ok(least.unwrap_or(zero))
    }

    /// What a rail charges, rounded to what can be paid.
    ///
    /// # Errors
    /// [`Unset`].
    pub fn fee(&self, rail: Rail) -> Result<RailFee, Unset> {
        let rules = self.rules.rails.get(&rail);
        let setting = || format!("rails.{}.fee_fixed_micros", rail.code());
        let fixed = match rules {
            Some(rules) => self.amount(&rules.fee_fixed_micros, setting)?,
            None => None,
        };
        Ok(RailFee {
            bp: rules.map_or(0, |rail| rail.fee_bp),
            fixed_micros: fixed.map_or(0, Money::micros),
            unit_micros: self.currency.minor_unit_micros(),
        })
    }

    /// Whether a payout by a rail can be decided on at all.
    ///
    /// # Errors
    /// [`Unset`], for the first amount that is missing.
    pub fn known(&self, rail: Rail) -> Result<(), Unset> {
        self.limit()?;
        self.cap()?;
        self.minimum(rail)?;
        self.fee(rail)?;
        Ok(())
    }

    fn amount(
        &self,
        amounts: &ByCurrency,
        setting: impl FnOnce() -> String,
    ) -> Result<Option<Money>, Unset> {
        let here = |micros: i64| Some(Money::new(micros, self.currency));
        if let Some(named) = amounts.get(self.currency.code()) {
            return Ok(here(*named));
        }
        match amounts.get(ANY) {
            None => Ok(None),
            // Nothing is nothing in every currency.
            Some(any) if *any == 0 || self.home == self.currency => Ok(here(*any)),
            Some(any) => self.converted(*any).map(here).ok_or_else(|| Unset {
                setting: setting(),
                currency: self.currency,
                home: self.home,
            }),
        }
    }

    /// An amount of the store's currency in this one; `None` without a rate, and where the figure
    /// doesn't fit.
    fn converted(&self, micros: i64) -> Option<i64> {
        let rate = self.rate?;
        let (bought, sold) = rate.fraction();
        let (times, over) = if rate.from() == self.home {
            (bought, sold)
        } else {
            (sold, bought)
        };
        let micros = mul_div_floor(micros, times, over).ok()?;
        let floored = Money::new(micros, self.currency).floor_to_minor().ok()?;
        Some(floored.micros())
    }
}
