//! The journals of the store's events, balanced by construction.
//!
//! Sign as everywhere: credit positive. Each journal's `(kind, source)` is its idempotency
//! reference: the licence of a sale, the bundle of a bundle sale, the use (or the settled batch
//! of uses) of a use.

use ledger::{Currency, Journal, JournalDraft, JournalError, Money, MoneyError};
use thiserror::Error;

use crate::account::{Account, ProviderName};
use crate::agreement::Purse;
use crate::bundle::Draw;
use crate::country::Country;
use crate::id::{BundleId, SplitSheetId, WalletId};
use crate::sale::SaleSplit;

/// Kind of a licence's sale.
pub const SALE: &str = "sale";
/// Kind of a bundle's sale.
pub const BUNDLE_SALE: &str = "bundle_sale";
/// Kind of a use (or a settled batch of uses) drawn from bundles.
pub const USE: &str = "use";
/// Kind of a gift of clip time that was taken; its source is the new licence.
pub const GIFT: &str = "gift";
/// Kind of what an unused rest of a bundle gives its composers.
pub const EXPIRY: &str = "expiry";
/// Kind of a refund of a bundle's rest.
pub const REST_REFUND: &str = "bundle_rest_refund";

/// A journal can't be built from these figures.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BuildError {
    /// The lines don't make a journal; for an unbalanced one, the figures didn't belong together.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A figure doesn't fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// Nothing moves at all.
    #[error("a sale must move money")]
    Empty,
}

/// Who took the money, and for which country tax is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The payment provider.
    pub provider: ProviderName,
    /// The country whose tax was collected, if known.
    pub country: Option<Country>,
}

/// The journal of a licence's sale but for its shares: cash in; tax, fee, commission, reserve. What
/// [`post_shares`] adds is `split.composers`.
///
/// # Errors
/// When a figure doesn't fit.
pub fn sale_draft(
    source: &str,
    memo: &str,
    split: &SaleSplit,
    taken: &Taken,
    sheet: SplitSheetId,
) -> Result<JournalDraft, BuildError> {
    let mut draft = JournalDraft::new(SALE, source, memo);
    post_costs(&mut draft, split, taken)?;
    draft.post(Account::Reserve(sheet).id(), split.reserve);
    Ok(draft)
}

/// The journal of a bundle's sale: see [`bundle_sale_draft`].
///
/// # Errors
/// When the legs don't sum, or `source` is empty.
pub fn bundle_sale_journal(
    source: &str,
    memo: &str,
    split: &SaleSplit,
    taken: &Taken,
    bundle: BundleId,
) -> Result<Journal, BuildError> {
    let draft = bundle_sale_draft(source, memo, split, taken, bundle)?;
    draft.finish()?.ok_or(BuildError::Empty)
}

/// The journal of a bundle's sale but for a curator's share: cash in; tax, fee, commission; the
/// composers' whole side is held as the bundle's unearned. No reserve is kept, since what isn't
/// used is still there to be refunded.
///
/// # Errors
/// When a figure doesn't fit.
pub fn bundle_sale_draft(
    source: &str,
    memo: &str,
    split: &SaleSplit,
    taken: &Taken,
    bundle: BundleId,
) -> Result<JournalDraft, BuildError> {
    let mut draft = JournalDraft::new(BUNDLE_SALE, source, memo);
    post_costs(&mut draft, split, taken)?;
    draft.post(
        Account::BundleUnearned(bundle).id(),
        split.composers_side()?,
    );
    Ok(draft)
}

/// The journal of one use, or of a batch of uses settled together, but for its shares: what was
/// unearned leaves the bundles.
///
/// # Errors
/// When a figure doesn't fit.
pub fn use_draft(
    source: &str,
    memo: &str,
    draws: &[Draw],
    currency: Currency,
) -> Result<JournalDraft, BuildError> {
    let mut draft = JournalDraft::new(USE, source, memo);
    for draw in draws {
        let taken = Money::new(draw.earns, currency).checked_neg()?;
        draft.post(Account::BundleUnearned(draw.bundle).id(), taken);
    }
    Ok(draft)
}

/// Turns a sale charged at a provider into one paid from a wallet: the cash leg is the wallet's.
///
/// # Errors
/// When a figure doesn't fit.
pub fn post_from_wallet(
    draft: &mut JournalDraft,
    gross: Money,
    taken: &Taken,
    wallet: WalletId,
) -> Result<(), MoneyError> {
    draft.post(
        Account::ProviderClearing(taken.provider.clone()).id(),
        gross,
    );
    draft.post(Account::Wallet(wallet).id(), gross.checked_neg()?);
    Ok(())
}

/// The journal of a gift that was taken: what is unearned moves with the clip time.
///
/// # Errors
/// When nothing moves, a figure doesn't fit, or `source` is empty.
pub fn gift_journal(
    source: &str,
    unearned: Money,
    (from, to): (BundleId, BundleId),
) -> Result<Journal, BuildError> {
    let mut draft = JournalDraft::new(GIFT, source, "Clip time was given");
    draft.post(Account::BundleUnearned(from).id(), unearned.checked_neg()?);
    draft.post(Account::BundleUnearned(to).id(), unearned);
    draft.finish()?.ok_or(BuildError::Empty)
}

/// Adds what a sheet shared to a journal: each part to its purse, and the carry.
pub fn post_shares(
    draft: &mut JournalDraft,
    sheet: SplitSheetId,
    parts: &[(Purse, i64)],
    carry: i64,
    currency: Currency,
) {
    for (purse, micros) in parts {
        draft.post(purse.account().id(), Money::new(*micros, currency));
    }
    draft.post(Account::Carry(sheet).id(), Money::new(carry, currency));
}

/// Adds what every sale takes in and pays: cash from the provider, tax, its fee, the commission.
///
/// # Errors
/// When a figure doesn't fit.
pub fn post_costs(
    draft: &mut JournalDraft,
    split: &SaleSplit,
    taken: &Taken,
) -> Result<(), MoneyError> {
    let cash = Account::ProviderClearing(taken.provider.clone());
    draft.post(cash.id(), split.gross.checked_neg()?);
    draft.post(Account::Tax(taken.country).id(), split.tax);
    draft.post(Account::ProviderFees.id(), split.fee);
    draft.post(Account::Commission.id(), split.commission);
    Ok(())
}
