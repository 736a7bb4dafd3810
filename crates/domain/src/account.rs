//! The chart of accounts: what each ledger account means, and its name as text.
//!
//! Credit is positive: what we owe or have earned. Debit is negative: cash that a provider holds
//! for us. So after a sale the provider's clearing account is negative by what was charged, and
//! tax, fees, commission, reserve and payees are positive.

use std::fmt;
use std::str::FromStr;

use ledger::AccountId;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::country::Country;
use crate::id::{BundleId, PayeeId, SplitSheetId, SubscriptionId, WalletId};

/// The name of a payment provider or payout rail: 1 to 24 of `a-z 0-9 -`, for example `sandbox`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderName(String);

/// An account of the store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// Cash that a payment provider holds for us (negative), until it is paid out to our bank.
    ProviderClearing(ProviderName),
    /// Tax owed to a country, or to none in particular.
    Tax(Option<Country>),
    /// Fees that payment providers keep.
    ProviderFees,
    /// The store's commission.
    Commission,
    /// Held against chargebacks of sales shared by this sheet, released by age.
    Reserve(SplitSheetId),
    /// What a payee has earned.
    Payee(PayeeId),
    /// Micro-units shared by this sheet that are nobody's whole part yet.
    Carry(SplitSheetId),
    /// The composers' side of a bundle that isn't used yet.
    BundleUnearned(BundleId),
    /// The composers' side of what a subscriber paid for cycles that aren't closed yet.
    Pool(SubscriptionId),
    /// Held against chargebacks of a subscription's payments, released by age to the tracks that
    /// its subscriber used.
    PoolReserve(SubscriptionId),
    /// Contributions of cycles without uses, until the month's end.
    Idle,
    /// What a payee has earned who isn't registered yet: theirs alone, until they claim it.
    Escrow(PayeeId),
    /// Advances that a payee hasn't paid back (negative), recouped from what they earn.
    Advance(PayeeId),
    /// Sent through a rail to payees, whose outcome isn't known yet.
    InTransit(ProviderName),
    /// Paid through a rail: cash that has left.
    PaidOut(ProviderName),
    /// Fees that payees bear for their payouts.
    PayoutFees,
    /// What a buyer has put in and not spent.
    Wallet(WalletId),
    /// The other currency's side of every exchange; over all currencies it is worth nothing.
    Exchange,
    /// What exchanging rounded away, in micro-units.
    ExchangeResidue,
}

/// A text isn't one of our accounts or providers.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum AccountError {
    /// No account of ours has this name.
    #[error("no account has this name")]
    Unknown,
    /// Not a provider's name.
    #[error("a provider's name has 1 to 24 characters of a-z, 0-9 and -")]
    Provider,
}

impl ProviderName {
    /// The provider of this name.
    ///
    /// # Errors
    /// [`AccountError::Provider`] for any other form.
    pub fn new(text: impl Into<String>) -> Result<ProviderName, AccountError> {
        let text = text.into();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if text.is_empty() || text.len() > 24 || !text.bytes().all(plain) {
            return Err(AccountError::Provider);
        }
        Ok(ProviderName(text))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProviderName {
    type Error = AccountError;

    fn try_from(text: String) -> Result<ProviderName, AccountError> {
        ProviderName::new(text)
    }
}

impl From<ProviderName> for String {
    fn from(name: ProviderName) -> String {
        name.0
    }
}

impl Account {
    /// The ledger's name of this account.
    #[must_use]
    pub fn id(&self) -> AccountId {
        AccountId::new(self.to_string()).expect(
            "names hold lower-case words and ids only, the longest of them 15 + 30 characters",
        )
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Account::ProviderClearing(name) => write!(f, "provider:{}", name.as_str()),
            Account::Tax(None) => f.write_str("tax:none"),
            Account::Tax(Some(country)) => write!(f, "tax:{}", country.as_str().to_lowercase()),
            Account::ProviderFees => f.write_str("provider-fees"),
            Account::Commission => f.write_str("commission"),
            Account::Reserve(sheet) => write!(f, "reserve:{sheet}"),
            Account::Payee(payee) => write!(f, "payee:{payee}"),
            Account::Carry(sheet) => write!(f, "carry:{sheet}"),
            Account::BundleUnearned(bundle) => write!(f, "bundle-unearned:{bundle}"),
            Account::Pool(subscription) => write!(f, "pool:{subscription}"),
            Account::PoolReserve(subscription) => write!(f, "pool-reserve:{subscription}"),
            Account::Idle => f.write_str("idle"),
            Account::Escrow(payee) => write!(f, "escrow:{payee}"),
            Account::Advance(payee) => write!(f, "advance:{payee}"),
            Account::InTransit(rail) => write!(f, "in-transit:{}", rail.as_str()),
            Account::PaidOut(rail) => write!(f, "paid-out:{}", rail.as_str()),
            Account::PayoutFees => f.write_str("payout-fees"),
            Account::Wallet(wallet) => write!(f, "wallet:{wallet}"),
            Account::Exchange => f.write_str("exchange"),
            Account::ExchangeResidue => f.write_str("exchange-residue"),
        }
    }
}

impl FromStr for Account {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Account, AccountError> {
        let unknown = AccountError::Unknown;
        let (kind, of) = text.split_once(':').unwrap_or((text, ""));
        match (kind, of) {
            ("provider-fees", "") if text == kind => Ok(Account::ProviderFees),
            ("commission", "") if text == kind => Ok(Account::Commission),
            ("idle", "") if text == kind => Ok(Account::Idle),
            ("payout-fees", "") if text == kind => Ok(Account::PayoutFees),
            ("exchange", "") if text == kind => Ok(Account::Exchange),
            ("exchange-residue", "") if text == kind => Ok(Account::ExchangeResidue),
            ("tax", "none") => Ok(Account::Tax(None)),
            ("tax", code) if code == code.to_lowercase() => {
                let country = code.to_uppercase().parse().map_err(|_| unknown)?;
                Ok(Account::Tax(Some(country)))
            }
            ("provider", name) => ProviderName::new(name).map(Account::ProviderClearing),
            ("reserve", id) => id.parse().map(Account::Reserve).map_err(|_| unknown),
            ("payee", id) => id.parse().map(Account::Payee).map_err(|_| unknown),
            ("carry", id) => id.parse().map(Account::Carry).map_err(|_| unknown),
            ("bundle-unearned", id) => id.parse().map(Account::BundleUnearned).map_err(|_| unknown),
            ("pool", id) => id.parse().map(Account::Pool).map_err(|_| unknown),
            ("pool-reserve", id) => id.parse().map(Account::PoolReserve).map_err(|_| unknown),
            ("escrow", id) => id.parse().map(Account::Escrow).map_err(|_| unknown),
            ("advance", id) => id.parse().map(Account::Advance).map_err(|_| unknown),
            ("in-transit", name) => ProviderName::new(name).map(Account::InTransit),
            ("paid-out", name) => ProviderName::new(name).map(Account::PaidOut),
            ("wallet", id) => id.parse().map(Account::Wallet).map_err(|_| unknown),
            _ => Err(unknown),
        }
    }
}

impl From<&Account> for AccountId {
    fn from(account: &Account) -> AccountId {
        account.id()
    }
}
