//! Wallets: money that a buyer has put in and not spent.
//!
//! The whole load is the buyer's; the payment provider's fee for it is borne by the platform. What
//! is bought from a wallet bears no fee, since none is charged again: commission and composers get
//! their parts of the larger net.

use ledger::round::bps_plus_fixed_half_up;
use ledger::{ArithmeticError, Journal, JournalDraft, Money};

use crate::account::{Account, ProviderName};
use crate::id::WalletId;
use crate::journal::BuildError;
use crate::sale::Rates;

/// Kind of the journal that loads a wallet.
pub const WALLET_LOAD: &str = "wallet_load";
/// Kind of a journal that pays a wallet's rest back: one for each load that it is refunded of.
pub const WALLET_REFUND: &str = "wallet_refund";
/// The least that a wallet is loaded with, in units of the currency.
pub const LOAD_MIN_UNITS: i64 = 10;
/// The most that a wallet is loaded with at once, in units of the currency.
pub const LOAD_MAX_UNITS: i64 = 10_000;

/// Is this an amount that a wallet can be loaded with: whole minor units, not too few, not too
/// many?
#[must_use]
pub fn is_load(money: Money) -> bool {
    let micros = money.micros();
    let unit = money.currency().minor_unit_micros();
    (LOAD_MIN_UNITS * 1_000_000..=LOAD_MAX_UNITS * 1_000_000).contains(&micros)
        && micros % unit == 0
}

/// What the provider keeps of a load, by the operator's rates.
///
/// # Errors
/// When it doesn't fit.
pub fn load_fee(money: Money, rates: &Rates) -> Result<Money, ArithmeticError> {
    let fee = bps_plus_fixed_half_up(
        money.micros(),
        rates.provider_fee_bp,
        rates.provider_fee_fixed_micros,
        money.currency().minor_unit_micros(),
    )?;
    Ok(Money::new(fee, money.currency()))
}

/// The rates of what is paid from a wallet: no provider takes a fee for it.
#[must_use]
pub fn without_fee(rates: &Rates) -> Rates {
    Rates {
        provider_fee_bp: 0,
        provider_fee_fixed_micros: 0,
        ..*rates
    }
}

/// The journal of a load: cash in, all of it the wallet's; the fee out of the commission.
///
/// # Errors
/// When a figure doesn't fit, or `source` is empty.
pub fn load_journal(
    source: &str,
    (money, fee): (Money, Money),
    provider: ProviderName,
    wallet: WalletId,
) -> Result<Journal, BuildError> {
    let mut draft = JournalDraft::new(WALLET_LOAD, source, "A wallet was loaded");
    draft.post(
        Account::ProviderClearing(provider).id(),
        money.checked_neg()?,
    );
    draft.post(Account::Wallet(wallet).id(), money);
    draft.post(Account::ProviderFees.id(), fee);
    draft.post(Account::Commission.id(), fee.checked_neg()?);
    draft.finish()?.ok_or(BuildError::Empty)
}

/// What a load that is (partly) taken back by its provider moves, in micro-units; positive leaves
/// the wallet or the platform, negative comes back to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// Out of the wallet.
    pub wallet: i64,
    /// Out of the platform, since the wallet holds no more.
    pub platform: i64,
}

/// Takes `micros` of a load back (negative: gives them again) from a wallet that holds `balance`,
/// where the platform has borne `borne` of this load before. The wallet never goes below zero, and
/// what comes back goes to the platform first, up to what it has borne.
#[must_use]
pub fn taken_back(micros: i64, balance: i64, borne: i64) -> TakenBack {
    let platform = if micros >= 0 {
        micros - micros.min(balance.max(0))
    } else {
        -(micros.saturating_neg().min(borne.max(0)))
    };
    TakenBack {
        wallet: micros - platform,
        platform,
    }
}
