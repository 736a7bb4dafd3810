//! What is attested of a track's rights, as it is kept: who said that its master and its
//! composition are theirs to license, and when.

use domain::TrackId;
use store::db::Tx;

use crate::{Call, Fault};

/// Which of the two rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// The recording.
    pub master: bool,
    /// The composition.
    pub composition: bool,
}

impl Rights {
    /// Both: one-stop.
    pub const BOTH: Self = Self {
        master: true,
        composition: true,
    };
}

/// Writes who attests a track's rights, where nobody has.
pub(crate) async fn say(
    tx: &mut Tx,
    call: &Call,
    track: TrackId,
    by: &str,
    rights: Rights,
) -> Result<(), Fault> {
    for (said, sql) in [
        (rights.master, SAY_MASTER),
        (rights.composition, SAY_COMPOSITION),
    ] {
        if said {
            tx.run(sql, &[track.bytes().into(), by.into(), call.now.0.into()])
                .await?;
        }
    }
    Ok(())
}

/// Opens a new track's row, with nothing attested.
pub(crate) async fn begin(tx: &mut Tx, track: TrackId) -> Result<(), Fault> {
    tx.run(BEGIN, &[track.bytes().into()]).await?;
    Ok(())
}

const BEGIN: &str = "insert into attestations (track_id) values ($1) on conflict do nothing";

const SAY_MASTER: &str = "
    update attestations set master_by = $2, master_ms = $3
     where track_id = $1 and master_ms is null";

const SAY_COMPOSITION: &str = "
    update attestations set composition_by = $2, composition_ms = $3
     where track_id = $1 and composition_ms is null";
