//! Money, exact shares, accounts and balanced journals: arithmetic only.
//!
//! An amount is an `i64` count of micro-units (10⁻⁶ of the currency's major unit) together with
//! its ISO 4217 currency; intermediate products are `i128`; every division names its rounding.
//!
//! Sign: a **credit is positive** (what we owe or have earned), a **debit is negative** (cash
//! that a payment provider holds for us is a negative balance). Every journal sums to zero per
//! currency, hence so do all accounts of a currency together.
//!
//! This crate knows nothing of tracks, licences, payees, databases, clocks or chance.

pub mod account;
pub mod currency;
pub mod exchange;
pub mod invariant;
pub mod journal;
pub mod money;
pub mod round;
pub mod share;

pub use account::{AccountId, AccountIdError};
pub use currency::{Currency, UnknownCurrency};
pub use exchange::{Exchange, ExchangeError, Rate, RateError};
pub use invariant::Breach;
pub use journal::{Journal, JournalDraft, JournalError, Line};
pub use money::{Money, MoneyError, ParseMoneyError};
pub use round::ArithmeticError;
pub use share::{ShareError, Telescoped, largest_remainder, telescope};
