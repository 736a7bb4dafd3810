//! The audit of exclusive licences: while one holds, nothing else of its track is sold.

use domain::invariant::{ExclusiveRow, TrackSaleRow, exclusives_stand_alone};
use domain::{LicenceId, TrackId};
use ledger::invariant::Breach;
use store::db::Tx;

use crate::Fault;

/// How many licences of tracks were looked at, and what contradicts them.
pub(super) async fn breaches(tx: &mut Tx) -> Result<(usize, Vec<Breach>), Fault> {
    let mut exclusives = Vec::new();
    for row in tx.all(EXCLUSIVES, &[]).await? {
        exclusives.push(ExclusiveRow {
            licence: LicenceId::from_bytes(row.id("licence_id")?).to_string(),
            track: TrackId::from_bytes(row.id("track_id")?).to_string(),
            from_ms: row.int("from_ms")?,
            until_ms: row.int("until_ms")?,
        });
    }
    let mut sales = Vec::new();
    for row in tx.all(SALES, &[]).await? {
        sales.push(TrackSaleRow {
            licence: LicenceId::from_bytes(row.id("id")?).to_string(),
            track: TrackId::from_bytes(row.id("track_id")?).to_string(),
            at_ms: row.int("issued_ms")?,
        });
    }
    Ok((sales.len(), exclusives_stand_alone(&exclusives, &sales)))
}

const EXCLUSIVES: &str = "
    select e.licence_id, e.track_id, e.from_ms, e.until_ms
      from exclusives e join licences l on l.id = e.licence_id
     where l.status <> 'revoked'";

const SALES: &str = "
    select id, track_id, issued_ms from licences where track_id is not null";
