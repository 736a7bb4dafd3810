//! Split sheets over time: proposals, acceptance, versions, escrow (money.md §2 and §7,
//! reliability.md T5).
//!
//! A version never changes. A proposal takes effect once everyone it concerns has accepted it:
//! all registered payees of the new and of the present version, and whoever would get less even
//! if they never registered, so that nobody's part is taken from them behind their back. It then
//! applies from the next event on. Different kinds of asset may have sheets of their own. A payee
//! who isn't registered earns into escrow, which is theirs alone.

use std::collections::{BTreeMap, BTreeSet};

use ledger::ShareError;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::asset::AssetKind;
use crate::id::{PayeeId, SplitSheetId};
use crate::split::{Shared, SplitSheet};
use crate::time::Timestamp;

/// A proposed version of a split sheet, with who has accepted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    sheet: SplitSheet,
    must_accept: BTreeSet<PayeeId>,
    accepted: BTreeSet<PayeeId>,
}

/// An acceptance that doesn't count; the proposal is as it was.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum AcceptRefusal {
    /// The person isn't concerned.
    #[error("{0} is no party to this split sheet")]
    NotAParty(PayeeId),
    /// Already accepted.
    #[error("{0} has accepted this split sheet already")]
    Already(PayeeId),
}

impl Proposal {
    /// A proposal to replace the `present` version (if there is one) by `sheet`. The `registered`
    /// payees must accept, and everyone who would get less.
    #[must_use]
    pub fn new(
        sheet: SplitSheet,
        present: Option<&SplitSheet>,
        registered: &BTreeSet<PayeeId>,
    ) -> Proposal {
        let parts: BTreeMap<PayeeId, u32> = sheet.shares().iter().copied().collect();
        let old = present.map_or(&[][..], SplitSheet::shares);
        let mut must_accept: BTreeSet<PayeeId> = parts
            .keys()
            .filter(|payee| registered.contains(payee))
            .copied()
            .collect();
        for (payee, had) in old {
            let gets = parts.get(payee).copied().unwrap_or(0);
            if registered.contains(payee) || gets < *had {
                must_accept.insert(*payee);
            }
        }
        Proposal {
            sheet,
            must_accept,
            accepted: BTreeSet::new(),
        }
    }

    /// The proposed version.
    #[must_use]
    pub fn sheet(&self) -> &SplitSheet {
        &self.sheet
    }

    /// Who must still accept, in the order of their ids.
    #[must_use]
    pub fn waiting_for(&self) -> Vec<PayeeId> {
        self.must_accept
            .difference(&self.accepted)
            .copied()
            .collect()
    }

    /// May it take effect?
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        self.must_accept.is_subset(&self.accepted)
    }

    /// A party accepts.
    ///
    /// # Errors
    /// The refusal, beside the unchanged proposal.
    pub fn accept(mut self, by: PayeeId) -> Result<Proposal, Box<(Proposal, AcceptRefusal)>> {
        let on_it = self.sheet.shares().iter().any(|(payee, _)| *payee == by);
        if !on_it && !self.must_accept.contains(&by) {
            return Err(Box::new((self, AcceptRefusal::NotAParty(by))));
        }
        if !self.accepted.insert(by) {
            return Err(Box::new((self, AcceptRefusal::Already(by))));
        }
        Ok(self)
    }
}

/// What retiring a version posts: the carry is settled by largest remainder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Each payee's part in micro-units, in the sheet's order; zeros included.
    pub parts: Vec<(PayeeId, i64)>,
    /// The change of the carry account, in micro-units: it ends at zero. With it the parts sum
    /// to zero.
    pub carry: i64,
}

/// Retires a version when another takes its place.
///
/// # Errors
/// Never for a validated sheet.
pub fn retire(sheet: &SplitSheet) -> Result<Settlement, ShareError> {
    Ok(Settlement {
        parts: sheet.close()?,
        // A carry is smaller than the number of payees.
        carry: -sheet.carry()?,
    })
}

/// The versions of one split, each with the instant from which its postings count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions(Vec<(Timestamp, SplitSheetId)>);

/// A version can't take effect before the one it replaces.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the present version counts from {0} on: a new one can't count from before that")]
pub struct NotLater(pub Timestamp);

impl Versions {
    /// The versions with one more, for everything that is posted from `from` on, whenever it was
    /// published.
    ///
    /// # Errors
    /// [`NotLater`] when the present version counts from a later instant.
    pub fn with(mut self, from: Timestamp, sheet: SplitSheetId) -> Result<Versions, NotLater> {
        match self.0.last() {
            Some((present, _)) if from < *present => Err(NotLater(*present)),
            _ => {
                self.0.push((from, sheet));
                Ok(self)
            }
        }
    }

    /// The version that an event posted at `at` is shared by.
    #[must_use]
    pub fn in_force(&self, at: Timestamp) -> Option<SplitSheetId> {
        let counted = self.0.iter().rev().find(|(from, _)| *from <= at);
        counted.map(|(_, sheet)| *sheet)
    }
}

/// The splits of a track: one for the track, and others for kinds of asset that differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrackSplits {
    /// For everything that has no split of its own.
    pub track: Versions,
    /// By kind of asset.
    pub kinds: BTreeMap<AssetKind, Versions>,
}

impl TrackSplits {
    /// The version that an event about this kind of asset (or about the track as such) is shared
    /// by: the kind's own, where one is in force, else the track's.
    #[must_use]
    pub fn in_force(&self, kind: Option<AssetKind>, at: Timestamp) -> Option<SplitSheetId> {
        kind.and_then(|kind| self.kinds.get(&kind))
            .and_then(|own| own.in_force(at))
            .or_else(|| self.track.in_force(at))
    }
}

/// Where a part goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purse {
    /// To a registered payee.
    Payee(PayeeId),
    /// Into escrow for a payee who isn't registered yet.
    Escrow(PayeeId),
}

/// Sends each part to its payee, or into that payee's escrow. Nothing is redistributed.
#[must_use]
pub fn route(shared: &Shared, registered: &BTreeSet<PayeeId>) -> Vec<(Purse, i64)> {
    let purse = |payee| {
        if registered.contains(&payee) {
            Purse::Payee(payee)
        } else {
            Purse::Escrow(payee)
        }
    };
    let parts = shared.parts.iter();
    parts
        .map(|(payee, micros)| (purse(*payee), *micros))
        .collect()
}

/// What registering moves: all of a payee's escrow becomes theirs, also when reversals have made
/// it negative. Empty when there is nothing.
#[must_use]
pub fn claim(payee: PayeeId, escrow_micros: i64) -> Vec<(Purse, i64)> {
    match escrow_micros.checked_neg() {
        Some(taken) if taken != 0 => vec![
            (Purse::Escrow(payee), taken),
            (Purse::Payee(payee), escrow_micros),
        ],
        _ => Vec::new(),
    }
}
