//! Finding a use that counts by its id, as long after as its id is remembered: the window says in
//! which blob it lies, and where in that. Nothing is scanned, and what is read is one group of a blob.

use std::sync::Arc;

use domain::Timestamp;
use ledger::Currency;
use meter::id::EventId;
use meter::pack::Stored;
use meter::window::Place;
use store::db::Tx;

use super::super::report::Counted;
use super::{Engine, blobs, catch_up, judge, old};
use crate::Fault;

/// A use that counts.
pub(in crate::metering) struct Found {
    /// What it counts for.
    pub(in crate::metering) counted: Counted,
    /// When it was received.
    pub(in crate::metering) received_at: Timestamp,
    /// The number of its commit; none from before there were blobs.
    pub(in crate::metering) commit: Option<u64>,
    /// Does it stand in the reports' sums?
    pub(in crate::metering) settled: bool,
}

/// Where a use may lie, with its blob where that is in memory.
type Candidate = (Place, Option<Arc<Vec<u8>>>);

impl Engine {
    /// The use that counts under a reporter's id, in a snapshot that is answered with it.
    pub(in crate::metering) async fn find(
        &self,
        reporter: &str,
        id: &str,
    ) -> Result<(Option<Found>, Tx), Fault> {
        let (candidates, settled, mut tx) = self.candidates(reporter, id).await?;
        for (place, bytes) in candidates {
            let bytes = judge::blob(&mut tx, place.commit, bytes).await?;
            if let Some(found) = at(&mut tx, &bytes, place, (reporter, id)).await? {
                let settled = place.commit <= settled;
                return Ok((Some(Found { settled, ..found }), tx));
            }
        }
        let alone = old::alone(&mut tx, reporter, id).await?;
        let found = alone.map(|alone| Found {
            counted: alone.counted,
            received_at: alone.received_at,
            commit: alone.commit,
            settled: true,
        });
        Ok((found, tx))
    }

    /// Where a use lies that counts under a reporter's id.
    pub(crate) async fn place(
        &self,
        reporter: &str,
        id: &str,
    ) -> Result<Option<(u64, u32)>, Fault> {
        let (candidates, _, mut tx) = self.candidates(reporter, id).await?;
        for (place, bytes) in candidates {
            let bytes = judge::blob(&mut tx, place.commit, bytes).await?;
            let stored = blobs::event(&mut tx, blobs::frame(&bytes)?, place.index).await?;
            let is_it = |one: &Stored<'_>| one.reporter == reporter && one.id == EventId::read(id);
            if stored.as_ref().is_some_and(is_it) {
                return Ok(Some((place.commit, place.index)));
            }
        }
        Ok(None)
    }

    /// Holds up commits for as long as a look into memory takes, unless ids must be read first.
    async fn candidates(
        &self,
        reporter: &str,
        id: &str,
    ) -> Result<(Vec<Candidate>, u64, Tx), Fault> {
        let mut state = self.state.lock().await;
        catch_up::prepare(self, &mut state, self.edge.now()).await?;
        let mut tx = self.db.read().await?;
        let mark = catch_up::follow(self, &mut state, &mut tx).await?;
        let key = self.seed.of_event(reporter, &EventId::read(id));
        let places = judge::places(&state, key).into_iter();
        let candidates = places.map(|place| (place, state.kept.get(place.commit).cloned()));
        Ok((candidates.collect(), mark.settled, tx))
    }
}

/// The use at a place, where it has this id.
async fn at(
    tx: &mut Tx,
    bytes: &[u8],
    place: Place,
    (reporter, id): (&str, &str),
) -> Result<Option<Found>, Fault> {
    let doing = "reading a use again";
    let blob = blobs::frame(bytes)?;
    let received_at = blob.accepted_at();
    let stored = blobs::event(tx, blob, place.index).await?;
    let stored = stored.ok_or_else(|| judge::missing(place.commit))?;
    if stored.reporter != reporter || stored.id != EventId::read(id) {
        return Ok(None);
    }
    let licence = stored.code.code();
    let licence = licence.ok_or_else(|| Fault::because(doing, "it names no licence"))?;
    let currency = tx.one(CURRENCY, &[licence.plain().into()]).await?;
    Ok(Some(Found {
        counted: Counted {
            licence,
            billed_ms: stored.outcome.billed_ms(),
            earned_micros: stored.outcome.earned(),
            currency: Currency::from_code(&currency.text("currency")?)
                .map_err(Fault::while_(doing))?,
        },
        received_at,
        commit: Some(place.commit),
        settled: false,
    }))
}

const CURRENCY: &str = "select currency from licences where code = $1";
