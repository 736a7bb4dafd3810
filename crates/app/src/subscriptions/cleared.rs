//! Whether a use under a subscription is cleared: it was counted, or could be still.

use domain::check::{FinishedUse, PoolFact};
use domain::envelope::Placement;
use domain::set::Set;
use domain::subscription::entry_in_runs;
use domain::time::DAY_MS;
use domain::{LicenceId, Timestamp};
use store::db::Tx;

use super::state;
use crate::{App, Fault};

/// What is known of a use of that day, and of those placements where they were said. Whoever asks
/// knows a video's day better than its millisecond.
pub(crate) async fn of_licence(
    app: &App,
    now: Timestamp,
    licence: LicenceId,
    wanted: &FinishedUse,
) -> Result<PoolFact, Fault> {
    let mut tx = app.db.read().await?;
    let Some(kept) = state::look(&mut tx, licence).await? else {
        return Ok(PoolFact::NoPool);
    };
    let at = wanted.published_at;
    if was_counted(&mut tx, licence, at, wanted.placements).await? {
        return Ok(PoolFact::Counted);
    }
    let runs = state::runs(&mut tx, kept.id).await?;
    // What is to be published later can be reported then.
    let received = Timestamp(now.0.max(at.0));
    Ok(match entry_in_runs(&runs, at, received) {
        Ok(Some(_)) => PoolFact::MayBe,
        Ok(None) | Err(_) => PoolFact::Never,
    })
}

/// Does the subscription of a licence run now?
pub(crate) async fn runs_now(
    app: &App,
    now: Timestamp,
    licence: LicenceId,
) -> Result<Option<bool>, Fault> {
    let mut tx = app.db.read().await?;
    let kept = state::look(&mut tx, licence).await?;
    Ok(kept.map(|kept| kept.state.cycle(now).is_some()))
}

/// Was a use counted on the UTC day of this moment, at one of these placements or at any?
async fn was_counted(
    tx: &mut Tx,
    licence: LicenceId,
    at: Timestamp,
    placements: Set<Placement>,
) -> Result<bool, Fault> {
    let day = at.0.div_euclid(DAY_MS) * DAY_MS;
    let values = [
        licence.bytes().into(),
        day.into(),
        day.saturating_add(DAY_MS).into(),
    ];
    for row in tx.all(COUNTED, &values).await? {
        let placement: Result<Placement, _> = row.text("placement")?.parse();
        let placement = placement.map_err(Fault::while_("reading a use's placement"))?;
        if placements.is_empty() || placements.contains(placement) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whatever paid for it: the pool, or clip time once the allowance was used up.
const COUNTED: &str = "
    select distinct placement from uses
     where licence_id = $1 and published_ms >= $2 and published_ms < $3";
