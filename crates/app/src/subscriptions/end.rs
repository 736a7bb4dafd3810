//! Ending a subscription whose payment was taken back: nothing is charged any more, and nothing is
//! used. What was counted stays cleared, and its cycle closes as any other.

use domain::{CycleId, LicenceId, Subscription, SubscriptionId};
use store::db::Tx;

use super::state;
use crate::{Call, Fault};

/// The subscription of a cycle and its licence, locked until the transaction ends: no renewal
/// begins another cycle meanwhile.
pub(crate) async fn locked(
    tx: &mut Tx,
    cycle: CycleId,
) -> Result<(SubscriptionId, LicenceId), Fault> {
    let row = tx.one(OF_CYCLE, &[cycle.bytes().into()]).await?;
    let id = SubscriptionId::from_bytes(row.id("subscription_id")?);
    let kept = state::locked(tx, id).await?;
    Ok((id, kept.licence))
}

/// Ends it now; one that has ended stays as it is.
pub(crate) async fn end(tx: &mut Tx, call: &Call, id: SubscriptionId) -> Result<(), Fault> {
    let mut kept = state::locked(tx, id).await?;
    kept.state = kept.state.at(call.now);
    match kept.state {
        Subscription::Ended { .. } => return Ok(()),
        Subscription::Active { .. } | Subscription::Leaving { .. } => {
            kept.run_until(tx, Some(call.now)).await?;
        }
        Subscription::Paused { .. } => {}
    }
    kept.state = Subscription::Ended { since: call.now };
    (kept.due, kept.owed, kept.tries) = (None, None, 0);
    kept.save(tx).await
}

const OF_CYCLE: &str = "select subscription_id from cycles where id = $1";
