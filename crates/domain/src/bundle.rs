//! Bundles: clip time bought once and drawn down by uses.
//!
//! A bundle of T milliseconds holds N micro-units as unearned. A use billed *b* ms after *s* ms
//! were consumed earns ⌊N·(s+b)/T⌋ − ⌊N·s/T⌋, so the whole bundle earns exactly N, whatever the
//! clips. Earliest expiry is drawn first, ties by id; one use may span bundles; a use larger
//! than all that is left is refused whole.

use ledger::round::{mul_div_floor, whole_times};
use ledger::{ArithmeticError, Money, MoneyError, ShareError, largest_remainder};
use thiserror::Error;

use crate::id::{BundleId, TrackId};
use crate::time::Timestamp;

/// Clip time is billed in whole seconds, in milliseconds.
pub const BILLING_STEP_MS: i64 = 1_000;

/// A bundle as the rules see it. Times in ms, money in micro-units of the bundle's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The bundle.
    pub id: BundleId,
    /// Clip time bought.
    pub total_ms: i64,
    /// Clip time billed so far.
    pub consumed_ms: i64,
    /// The composers' side of the sale (N), earned in step with the consumption.
    pub unearned_micros: i64,
    /// From this instant on nothing can be drawn.
    pub expires_at: Timestamp,
}

/// What one use takes from one bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// The bundle drawn on.
    pub bundle: BundleId,
    /// Clip time billed to it, in ms.
    pub billed_ms: i64,
    /// What that earns for the composers, in micro-units.
    pub earns: i64,
}

/// A use can't be drawn; nothing was taken.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotEnough {
    /// The bundles hold less than the use is billed.
    #[error(
        "{missing_ms} ms of clip time are missing: the use needs more than the {left_ms} ms left"
    )]
    Missing {
        /// How much more would be needed, in ms.
        missing_ms: i64,
        /// What all bundles together still hold, in ms.
        left_ms: i64,
    },
    /// The figures of a bundle can't be computed with: it is damaged.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
}

/// The clip time billed for a clip: rounded up to a whole second; nothing for no clip.
#[must_use]
pub fn billed_ms(clip_ms: i64) -> i64 {
    let clip = clip_ms.max(0);
    let beyond = clip % BILLING_STEP_MS;
    if beyond == 0 {
        clip
    } else {
        clip.saturating_add(BILLING_STEP_MS - beyond)
    }
}

impl Bundle {
    /// Clip time left, in ms, whether expired or not.
    #[must_use]
    pub fn left_ms(&self) -> i64 {
        self.total_ms.saturating_sub(self.consumed_ms).max(0)
    }

    /// The micro-units earned by the composers so far: ⌊N·s/T⌋.
    ///
    /// # Errors
    /// When the bundle's total isn't positive.
    pub fn earned_micros(&self) -> Result<i64, ArithmeticError> {
        mul_div_floor(self.unearned_micros, self.consumed_ms, self.total_ms)
    }

    /// The micro-units still held as unearned.
    ///
    /// # Errors
    /// When the bundle's total isn't positive.
    pub fn left_micros(&self) -> Result<i64, ArithmeticError> {
        Ok(self.unearned_micros - self.earned_micros()?)
    }

    /// The bundle after `billed_ms` more were consumed.
    #[must_use]
    pub fn after(mut self, draw: &Draw) -> Bundle {
        self.consumed_ms = self.consumed_ms.saturating_add(draw.billed_ms);
        self
    }

    fn take(&self, billed_ms: i64) -> Result<Draw, ArithmeticError> {
        let consumed = self
            .consumed_ms
            .checked_add(billed_ms)
            .ok_or(ArithmeticError::Overflow)?;
        let after = mul_div_floor(self.unearned_micros, consumed, self.total_ms)?;
        Ok(Draw {
            bundle: self.id,
            billed_ms,
            earns: after - self.earned_micros()?,
        })
    }
}

/// Draws a clip of `clip_ms` from the bundles that are open at `at`, earliest expiry first.
/// The order in which they are given doesn't matter, and nothing is changed: apply the draws
/// with [`Bundle::after`].
///
/// # Errors
/// [`NotEnough`] when all open bundles together hold less than the billed time.
pub fn draw(bundles: &[Bundle], clip_ms: i64, at: Timestamp) -> Result<Vec<Draw>, NotEnough> {
    let billed = billed_ms(clip_ms);
    let mut open: Vec<&Bundle> = bundles
        .iter()
        .filter(|b| b.expires_at > at && b.left_ms() > 0)
        .collect();
    open.sort_by_key(|bundle| (bundle.expires_at, bundle.id));
    let left_ms = open
        .iter()
        .fold(0_i64, |sum, bundle| sum.saturating_add(bundle.left_ms()));
    if left_ms < billed {
        return Err(NotEnough::Missing {
            missing_ms: billed - left_ms,
            left_ms,
        });
    }
    let mut draws = Vec::new();
    let mut wanted = billed;
    for bundle in open {
        if wanted == 0 {
            break;
        }
        let taken = wanted.min(bundle.left_ms());
        draws.push(bundle.take(taken)?);
        wanted -= taken;
    }
    Ok(draws)
}

/// What a buyer gets back for the clip time they didn't use: P·remaining/T, floored to the
/// minor unit.
///
/// # Errors
/// When the total isn't positive or the result overflows.
pub fn refund_of_rest(price: Money, remaining_ms: i64, total_ms: i64) -> Result<Money, MoneyError> {
    let micros = mul_div_floor(price.micros(), remaining_ms, total_ms)?;
    Money::new(micros, price.currency()).floor_to_minor()
}

/// At expiry: the unearned rest goes to the tracks the bundle was used on, in proportion to the
/// clip time billed on each. The parts sum to the rest.
///
/// # Errors
/// When no clip time was billed at all; the rest then waits for the operator's rule.
pub fn expiry_shares(
    rest_micros: i64,
    billed_by_track: &[(TrackId, u64)],
) -> Result<Vec<(TrackId, i64)>, ShareError> {
    let weights: Vec<u64> = billed_by_track.iter().map(|(_, billed)| *billed).collect();
    let parts = largest_remainder(rest_micros, &weights)?;
    Ok(billed_by_track
        .iter()
        .map(|(track, _)| *track)
        .zip(parts)
        .collect())
}

/// How many clips of `clip_ms` are left in `left_ms`: what a buyer's page says beside the seconds.
#[must_use]
pub fn clips_left(left_ms: i64, clip_ms: i64) -> i64 {
    whole_times(left_ms, billed_ms(clip_ms)).unwrap_or(0)
}
