//! How often a subscription's cycle was used, by track.

use std::collections::BTreeMap;

use domain::{CycleId, TrackId};
use store::db::Tx;

use crate::Fault;
use crate::accounts::cycles::used;

/// A cycle's uses by track.
pub(super) async fn uses(tx: &mut Tx, cycle: CycleId) -> Result<BTreeMap<TrackId, u32>, Fault> {
    let rows = tx.all(USES, &[cycle.bytes().into()]).await?;
    rows.iter().map(used).collect()
}

const USES: &str = "select track_id, uses from cycle_uses where cycle_id = $1";
