//! Split sheets: who is paid which part of a track's earnings.
//!
//! A sheet (one version of it) shares by telescoping (see [`ledger::share`]): it remembers the
//! cumulative amount shared, each event posts the growth of every payee's entitlement, and the
//! micro-units that are nobody's yet stand on the sheet's carry account.

use std::collections::BTreeSet;

use ledger::{ShareError, largest_remainder, share, telescope};
use thiserror::Error;

use crate::id::{PayeeId, SplitSheetId};

/// Parts per million in a whole: the sum of every sheet's shares.
pub const WHOLE_PPM: u32 = 1_000_000;
/// The most payees on a sheet.
pub const MAX_PAYEES: usize = 32;

/// One version of a split sheet. A validated value: it can only come from [`SplitSheet::new`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitSheet {
    id: SplitSheetId,
    version: u32,
    shares: Vec<(PayeeId, u32)>,
    shared_micros: i64,
}

/// Shares don't make a split sheet.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SplitSheetError {
    /// No payee at all, or more than 32.
    #[error("a split sheet names 1 to 32 payees, not {0}")]
    PayeeCount(usize),
    /// A payee stands on it twice.
    #[error("{0} stands on the split sheet twice: add the two shares up")]
    PayeeTwice(PayeeId),
    /// A payee with nothing.
    #[error("{0} has a share of zero: leave them out or give them a part")]
    ZeroShare(PayeeId),
    /// The shares don't sum to the whole.
    #[error("the shares sum to {0} parts per million, they must sum to exactly 1000000")]
    Sum(u64),
}

/// What one earning posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Each payee's part in micro-units, in the sheet's order; zeros included.
    pub parts: Vec<(PayeeId, i64)>,
    /// The change of the sheet's carry, in micro-units: parts plus carry equal the amount.
    pub carry: i64,
    /// The sheet's cumulative amount afterwards, to be stored with the journal.
    pub shared_after: i64,
}

impl SplitSheet {
    /// A sheet with its shares in parts per million, and the micro-units shared under it so far.
    ///
    /// # Errors
    /// One [`SplitSheetError`] per rule, the first that is broken.
    pub fn new(
        id: SplitSheetId,
        version: u32,
        shares: Vec<(PayeeId, u32)>,
        shared_micros: i64,
    ) -> Result<SplitSheet, SplitSheetError> {
        if shares.is_empty() || shares.len() > MAX_PAYEES {
            return Err(SplitSheetError::PayeeCount(shares.len()));
        }
        let mut seen = BTreeSet::new();
        for (payee, ppm) in &shares {
            if !seen.insert(*payee) {
                return Err(SplitSheetError::PayeeTwice(*payee));
            }
            if *ppm == 0 {
                return Err(SplitSheetError::ZeroShare(*payee));
            }
        }
        let sum: u64 = shares.iter().map(|(_, ppm)| u64::from(*ppm)).sum();
        if sum != u64::from(WHOLE_PPM) {
            return Err(SplitSheetError::Sum(sum));
        }
        Ok(SplitSheet {
            id,
            version,
            shares,
            shared_micros,
        })
    }

    /// The sheet's id.
    #[must_use]
    pub fn id(&self) -> SplitSheetId {
        self.id
    }

    /// The version, counted from 1 for each track.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Payees with their parts per million, in the order of the sheet (ties in rounding go to
    /// the first).
    #[must_use]
    pub fn shares(&self) -> &[(PayeeId, u32)] {
        &self.shares
    }

    /// Micro-units shared under this sheet so far.
    #[must_use]
    pub fn shared_micros(&self) -> i64 {
        self.shared_micros
    }

    /// Shares `amount` micro-units (negative to take back) without changing the sheet.
    ///
    /// # Errors
    /// When the cumulative amount overflows.
    pub fn share(&self, amount: i64) -> Result<Shared, ShareError> {
        let split = telescope(self.shared_micros, amount, &self.weights())?;
        Ok(Shared {
            parts: self.with_payees(split.parts),
            carry: split.carry_delta,
            shared_after: split.shared_after,
        })
    }

    /// The sheet after an amount has been shared.
    #[must_use]
    pub fn after(mut self, shared: &Shared) -> SplitSheet {
        self.shared_micros = shared.shared_after;
        self
    }

    /// The micro-units that stand on the sheet's carry account.
    ///
    /// # Errors
    /// Never for a validated sheet, whose weights aren't all zero.
    pub fn carry(&self) -> Result<i64, ShareError> {
        share::carry(self.shared_micros, &self.weights())
    }

    /// The parts that settle the carry when this version is closed, by largest remainder.
    ///
    /// # Errors
    /// Never for a validated sheet, whose weights aren't all zero.
    pub fn close(&self) -> Result<Vec<(PayeeId, i64)>, ShareError> {
        Ok(self.with_payees(share::close(self.shared_micros, &self.weights())?))
    }

    /// Divides one amount at once, without touching the cumulative amount: for estimates.
    ///
    /// # Errors
    /// Never for a validated sheet, whose weights aren't all zero.
    pub fn estimate(&self, amount: i64) -> Result<Vec<(PayeeId, i64)>, ShareError> {
        Ok(self.with_payees(largest_remainder(amount, &self.weights())?))
    }

    fn weights(&self) -> Vec<u64> {
        self.shares.iter().map(|(_, ppm)| u64::from(*ppm)).collect()
    }

    fn with_payees(&self, parts: Vec<i64>) -> Vec<(PayeeId, i64)> {
        self.shares
            .iter()
            .map(|(payee, _)| *payee)
            .zip(parts)
            .collect()
    }
}
