//! What the operator has set about payouts: holds, limits, rails and what they cost.

use std::collections::BTreeMap;

use ledger::Currency;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::destination::{Account, DestinationError, Rail};

/// Amounts by currency code, in micro-units. `*` is said in the store's own currency and stands
/// for every other one, converted at the operator's rate: see [`super::local`].
pub type ByCurrency = BTreeMap<String, i64>;

/// The most days that earnings may be held.
pub const HOLD_DAYS_MAX: u32 = 365;

/// Who bears what a rail charges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeBearer {
    /// It is taken out of what the payee gets.
    Payee,
    /// The store pays it beside.
    Store,
}

/// A rail's terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RailRules {
    /// Whether payees may choose it.
    pub on: bool,
    /// The least that is paid by it.
    pub minimum_micros: ByCurrency,
    /// The proportional fee, in basis points.
    pub fee_bp: u32,
    /// The fixed fee.
    pub fee_fixed_micros: ByCurrency,
}

/// The operator's rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// How long earnings are held at least, in days.
    pub hold_days: u32,
    /// Who bears the rails' fees.
    pub fee_by: FeeBearer,
    /// Above this, two people must release a payout. None where no currency is named.
    pub two_people_above_micros: ByCurrency,
    /// The most that may leave in a day (UTC).
    pub daily_cap_micros: ByCurrency,
    /// The rails.
    pub rails: BTreeMap<Rail, RailRules>,
    /// The account that SEPA transfers are paid from.
    pub debtor: Option<Account>,
}

/// Rules that can't be.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RulesError {
    /// Held too long.
    #[error("earnings may be held {HOLD_DAYS_MAX} days at most")]
    HoldDays,
    /// An amount below zero, or of no currency.
    #[error("`{0}` must name currencies of ISO 4217, or *, with amounts of 0 or more")]
    Amount(&'static str),
    /// More than the whole.
    #[error("a fee is less than 10000 basis points")]
    FeeBp,
    /// The store's own account is none.
    #[error("debtor: {0}")]
    Debtor(DestinationError),
}

impl RulesError {
    /// The field at fault.
    #[must_use]
    pub fn field(&self) -> String {
        match self {
            Self::HoldDays => "hold_days".into(),
            Self::Amount(field) => (*field).into(),
            Self::FeeBp => "fee_bp".into(),
            Self::Debtor(error) => format!("debtor.{}", error.field()),
        }
    }
}

impl Default for Rules {
    fn default() -> Rules {
        let any = |micros: i64| ByCurrency::from([("*".to_owned(), micros)]);
        let rail = |minimum, fee_bp, fixed| RailRules {
            on: true,
            minimum_micros: any(minimum),
            fee_bp,
            fee_fixed_micros: any(fixed),
        };
        Rules {
            hold_days: 14,
            fee_by: FeeBearer::Payee,
            two_people_above_micros: any(500_000_000),
            daily_cap_micros: any(10_000_000_000),
            rails: BTreeMap::from([
                (Rail::Sepa, rail(1_000_000, 0, 0)),
                (Rail::Paypal, rail(5_000_000, 200, 0)),
                (Rail::Wise, rail(5_000_000, 50, 500_000)),
                (Rail::Manual, rail(1_000_000, 0, 0)),
            ]),
            debtor: None,
        }
    }
}

impl Rules {
    /// The rules in their one spelling.
    ///
    /// # Errors
    /// The first field that can't be right.
    pub fn checked(mut self) -> Result<Rules, RulesError> {
        if self.hold_days > HOLD_DAYS_MAX {
            return Err(RulesError::HoldDays);
        }
        amounts("two_people_above_micros", &self.two_people_above_micros)?;
        amounts("daily_cap_micros", &self.daily_cap_micros)?;
        for rail in self.rails.values() {
            amounts("minimum_micros", &rail.minimum_micros)?;
            amounts("fee_fixed_micros", &rail.fee_fixed_micros)?;
            if rail.fee_bp >= 10_000 {
                return Err(RulesError::FeeBp);
            }
        }
        let debtor = self.debtor.take().map(Account::checked).transpose();
        self.debtor = debtor.map_err(RulesError::Debtor)?;
        Ok(self)
    }

    /// Whether payees may choose a rail.
    #[must_use]
    pub fn is_on(&self, rail: Rail) -> bool {
        self.rails.get(&rail).is_some_and(|rail| rail.on)
    }
}

fn amounts(field: &'static str, amounts: &ByCurrency) -> Result<(), RulesError> {
    let good = |(code, micros): (&String, &i64)| {
        (code == "*" || Currency::from_code(code).is_ok()) && (0..=i64::MAX / 4).contains(micros)
    };
    if amounts.iter().all(good) {
        return Ok(());
    }
    Err(RulesError::Amount(field))
}
