//! Amounts for tracks out of accounts that are no payee's, in one journal: what closing, idle
//! sharing and releasing a reserve have in common. Each track is shared once by its sheet in force,
//! however many cycles it was used in.

use std::collections::BTreeMap;

use domain::{Account, LineKind, TrackId};
use ledger::{Currency, JournalDraft};
use store::db::Tx;

use crate::accounts::booking::{Booking, By};
use crate::{Call, Fault};

/// A journal in the making.
pub(super) struct Spread {
    tracks: BTreeMap<TrackId, i64>,
    accounts: Vec<(Account, i64)>,
}

impl Spread {
    pub(super) fn new() -> Self {
        Self {
            tracks: BTreeMap::new(),
            accounts: Vec::new(),
        }
    }

    /// So much more for a track.
    pub(super) fn to(&mut self, track: TrackId, micros: i64) -> Result<(), Fault> {
        let sum = self.tracks.entry(track).or_default();
        *sum = sum
            .checked_add(micros)
            .ok_or_else(|| Fault::because("adding up a track's shares", "it overflows"))?;
        Ok(())
    }

    /// Into (positive) or out of (negative) an account.
    pub(super) fn post(&mut self, account: Account, micros: i64) {
        self.accounts.push((account, micros));
    }

    /// Writes it; nothing where nothing moves.
    pub(super) async fn write(
        self,
        tx: &mut Tx,
        call: &mut Call,
        draft: JournalDraft,
        line: (LineKind, &[u8; 16]),
        currency: Currency,
    ) -> Result<(), Fault> {
        let mut booking = Booking::new(draft, line, currency);
        for (account, micros) in &self.accounts {
            booking.post(account, *micros);
        }
        for (track, micros) in self.tracks.into_iter().filter(|(_, micros)| *micros != 0) {
            let by = By {
                track,
                kind: None,
                licence: None,
            };
            booking.share(tx, call, by, micros).await?;
        }
        booking.write(tx, call).await?;
        Ok(())
    }
}
