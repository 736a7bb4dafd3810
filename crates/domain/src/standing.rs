//! The moves of a licence's standing: it can be put on hold and restored, and withdrawn for good.
//!
//! ```text
//!            suspend
//!   active ──────────▶ suspended
//!     │    ◀──────────     │
//!     │      restore       │
//!     └──────▶ revoked ◀───┘     from here nothing leads back
//! ```
//!
//! A move that has been made already is no error and changes nothing, so that each can be sent
//! again. Why a licence is moved is the caller's to say.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::usage::LicenceState;

/// The longest reason, in characters.
pub const REASON_MAX: usize = 500;

/// What is done to a licence's standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// Puts it on hold, for instance while a payment is disputed.
    Suspend,
    /// Ends the hold.
    Restore,
    /// Withdraws it for good.
    Revoke,
}

impl Move {
    /// Every move.
    pub const ALL: [Move; 3] = [Move::Suspend, Move::Restore, Move::Revoke];

    /// The stable word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Move::Suspend => "suspend",
            Move::Restore => "restore",
            Move::Revoke => "revoke",
        }
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A revoked licence stays revoked.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a revoked licence stays revoked: sell a new one instead")]
pub struct Final;

/// The state after a move; none where it is in it already.
///
/// # Errors
/// [`Final`] when a revoked licence would come to life again.
pub const fn step(state: LicenceState, wanted: Move) -> Result<Option<LicenceState>, Final> {
    match (state, wanted) {
        (LicenceState::Active, Move::Suspend) => Ok(Some(LicenceState::Suspended)),
        (LicenceState::Suspended, Move::Restore) => Ok(Some(LicenceState::Active)),
        (LicenceState::Active | LicenceState::Suspended, Move::Revoke) => {
            Ok(Some(LicenceState::Revoked))
        }
        (LicenceState::Active, Move::Restore)
        | (LicenceState::Suspended, Move::Suspend)
        | (LicenceState::Revoked, Move::Revoke) => Ok(None),
        (LicenceState::Revoked, Move::Suspend | Move::Restore) => Err(Final),
    }
}
