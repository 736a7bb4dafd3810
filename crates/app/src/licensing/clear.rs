//! Whether anything of a track may be licensed now: its rights must be attested, and nobody may
//! hold it exclusively. And what a sale does to that.

use domain::envelope::Exclusivity;
use domain::{Envelope, LicenceId, Timestamp, TrackId};
use store::db::Tx;
use thiserror::Error;

use crate::{Fault, Refusal};

/// Why nothing of a track may be licensed. In order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Bar {
    /// Master or composition isn't attested.
    #[error(
        "the rights of this track aren't attested yet: its owner says so by `clearcue attest TRACK`"
    )]
    NotAttested,
    /// Somebody holds it exclusively.
    #[error("this track is licensed exclusively until {0}: nothing of it is sold before")]
    Exclusive(Timestamp),
}

impl Refusal for Bar {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAttested => "rights_not_attested",
            Self::Exclusive(_) => "track_exclusive",
        }
    }

    fn field(&self) -> Option<String> {
        Some("track".into())
    }
}

/// What bars a track at a moment, such as a use's time of publication, if anything does.
pub(crate) async fn bar(tx: &mut Tx, track: TrackId, at: Timestamp) -> Result<Option<Bar>, Fault> {
    standing(tx, track, at, at).await
}

/// What bars a sale of a track, if anything does: also an exclusive licence that was sold after
/// `now`, to a request that began later and was done sooner.
pub(super) async fn bar_sale(
    tx: &mut Tx,
    track: TrackId,
    now: Timestamp,
) -> Result<Option<Bar>, Fault> {
    standing(tx, track, Timestamp(i64::MAX), now).await
}

/// What bars a track: an exclusive licence sold by `sold_by` and not over at `at`, or its rights.
async fn standing(
    tx: &mut Tx,
    track: TrackId,
    sold_by: Timestamp,
    at: Timestamp,
) -> Result<Option<Bar>, Fault> {
    let values = [track.bytes().into(), sold_by.0.into(), at.0.into()];
    let row = tx.one(STANDING, &values).await?;
    let attested = row.opt_int("master_ms")?.is_some() && row.opt_int("composition_ms")?.is_some();
    Ok(match row.opt_int("until_ms")? {
        _ if !attested => Some(Bar::NotAttested),
        Some(until) => Some(Bar::Exclusive(Timestamp(until))),
        None => None,
    })
}

/// Lets no other sale of this track happen until the transaction ends: what bars it is read
/// after this.
pub(super) async fn lock(tx: &mut Tx, track: TrackId) -> Result<(), Fault> {
    let sql = format!("{LOCK}{}", tx.for_update());
    tx.one(&sql, &[track.bytes().into()]).await?;
    Ok(())
}

/// Where the licence is exclusive, closes everything else of the track until its end.
pub(super) async fn close_others(
    tx: &mut Tx,
    licence: LicenceId,
    track: TrackId,
    now: Timestamp,
    envelope: &Envelope,
) -> Result<(), Fault> {
    if let Exclusivity::Until(until) = envelope.exclusivity {
        let values = [
            licence.bytes().into(),
            track.bytes().into(),
            now.0.into(),
            until.0.into(),
        ];
        tx.run(EXCLUDE, &values).await?;
    }
    Ok(())
}

/// Marks a licence as upgraded to another; `false` where it was before.
pub(super) async fn upgrade(
    tx: &mut Tx,
    old: LicenceId,
    new: LicenceId,
    credit_micros: i64,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        old.bytes().into(),
        new.bytes().into(),
        credit_micros.into(),
        now.0.into(),
    ];
    Ok(tx.optional(UPGRADE, &values).await?.is_some())
}

const LOCK: &str = "select track_id from attestations where track_id = $1";

const STANDING: &str = "
    select a.master_ms, a.composition_ms,
           (select max(e.until_ms) from exclusives e join licences l on l.id = e.licence_id
             where e.track_id = a.track_id and e.from_ms <= $2 and e.until_ms > $3
               and l.status <> 'revoked') as until_ms
      from attestations a where a.track_id = $1";

const EXCLUDE: &str =
    "insert into exclusives (licence_id, track_id, from_ms, until_ms) values ($1, $2, $3, $4)";

const UPGRADE: &str = "
    insert into upgrades (old_id, new_id, credit_micros, at_ms) values ($1, $2, $3, $4)
    on conflict do nothing
 returning old_id";
