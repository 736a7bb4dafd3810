//! The rotation: a published calendar of which tracks are in the pool, from when until when. What
//! was cleared while a track was in stays cleared when it is out.

pub mod change;
pub mod list;

use domain::{Timestamp, TrackId};
use store::db::Tx;

use crate::Fault;

/// Was a track in rotation at an instant?
pub(crate) async fn holds(tx: &mut Tx, track: TrackId, at: Timestamp) -> Result<bool, Fault> {
    let values = [track.bytes().into(), at.0.into()];
    Ok(tx.optional(HOLDS, &values).await?.is_some())
}

/// How many tracks are in rotation at an instant.
pub(crate) async fn size(tx: &mut Tx, at: Timestamp) -> Result<i64, Fault> {
    Ok(tx.one(SIZE, &[at.0.into()]).await?.int("n")?)
}

const SIZE: &str = "
    select count(distinct track_id) as n from rotation
     where from_ms <= $1 and (until_ms is null or until_ms > $1)";

const HOLDS: &str = "
    select id from rotation
     where track_id = $1 and from_ms <= $2 and (until_ms is null or until_ms > $2) limit 1";
