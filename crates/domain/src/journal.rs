//! The journals of the store's events, balanced by construction.
//!
//! Sign as everywhere: credit positive. Each journal's `(kind, source)` is its idempotency
//! reference: the licence of a sale, the bundle of a bundle sale, the use (or the settled batch
//! of uses) of a use.

use ledger::{Currency, Journal, JournalDraft, JournalError, Money, MoneyError};
use thiserror::Error;

use crate::account::{Account, ProviderName};
use crate::bundle::Draw;
use crate::country::Country;
use crate::id::{BundleId, SplitSheetId};
use crate::sale::SaleSplit;
use crate::split::Shared;

/// Kind of a licence's sale.
pub const SALE: &str = "sale";
/// Kind of a bundle's sale.
pub const BUNDLE_SALE: &str = "bundle_sale";
/// Kind of a use (or a settled batch of uses) drawn from bundles.
pub const USE: &str = "use";

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

/// The journal of a licence's sale: cash in; tax, fee, commission, reserve; payees by split, and
/// the sheet's carry.
///
/// # Errors
/// When `shared` isn't the sharing of `split.composers`, or `source` is empty.
pub fn sale_journal(
    source: &str,
    memo: &str,
    split: &SaleSplit,
    taken: &Taken,
    sheet: SplitSheetId,
    shared: &Shared,
) -> Result<Journal, BuildError> {
    let mut draft = JournalDraft::new(SALE, source, memo);
    post_costs(&mut draft, split, taken)?;
    draft.post(Account::Reserve(sheet).id(), split.reserve);
    post_shares(&mut draft, sheet, shared, split.gross.currency());
    draft.finish()?.ok_or(BuildError::Empty)
}

/// The journal of a bundle's sale: cash in; tax, fee, commission; the composers' whole side is
/// held as the bundle's unearned. No reserve is kept, since what isn't used is still there to be
/// refunded.
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
    let mut draft = JournalDraft::new(BUNDLE_SALE, source, memo);
    post_costs(&mut draft, split, taken)?;
    draft.post(
        Account::BundleUnearned(bundle).id(),
        split.composers_side()?,
    );
    draft.finish()?.ok_or(BuildError::Empty)
}

/// The journal of one use, or of a batch of uses settled together: what was unearned becomes the
/// payees'. `None` when the uses earned nothing, as under a tiered licence.
///
/// # Errors
/// When the draws' earnings aren't what was shared, or `source` is empty.
pub fn use_journal(
    source: &str,
    memo: &str,
    draws: &[Draw],
    shared: &[(SplitSheetId, Shared)],
    currency: Currency,
) -> Result<Option<Journal>, BuildError> {
    let mut draft = JournalDraft::new(USE, source, memo);
    for draw in draws {
        let taken = Money::new(draw.earns, currency).checked_neg()?;
        draft.post(Account::BundleUnearned(draw.bundle).id(), taken);
    }
    for (sheet, parts) in shared {
        post_shares(&mut draft, *sheet, parts, currency);
    }
    Ok(draft.finish()?)
}

fn post_costs(
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

fn post_shares(draft: &mut JournalDraft, sheet: SplitSheetId, shared: &Shared, currency: Currency) {
    for (payee, micros) in &shared.parts {
        draft.post(Account::Payee(*payee).id(), Money::new(*micros, currency));
    }
    draft.post(
        Account::Carry(sheet).id(),
        Money::new(shared.carry, currency),
    );
}
