//! Giving a proposal up. Before: it is open. After: it is closed, its invitations are void, and
//! the split stays as it was. A party declines; who proposed it, or the operator, withdraws.

use domain::ProposalId;

use super::accept::unknown;
use super::read::locked;
use super::{Status, WordRefusal, effect, is_operator, payee_of};
use crate::offers::Hand;
use crate::{App, Call, Stop};

/// Declines or withdraws a proposal, whichever of the two it is for whoever asks.
///
/// # Errors
/// [`WordRefusal`]; nothing changed then.
pub async fn decline(
    app: &App,
    call: &Call,
    hand: Hand<'_>,
    proposal: &str,
) -> Result<Status, Stop<WordRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    let Ok(id) = proposal.parse::<ProposalId>() else {
        return refused(unknown(proposal));
    };
    let mut tx = app.write().await?;
    let Some(stored) = locked(&mut tx, id).await? else {
        return refused(unknown(proposal));
    };
    let status = match payee_of(hand) {
        _ if is_operator(hand) => Status::Withdrawn,
        Some(payee) if stored.proposer == Some(payee) => Status::Withdrawn,
        Some(payee) => {
            let values = [id.bytes().into(), payee.bytes().into()];
            if tx.optional(PARTY, &values).await?.is_none() {
                return refused(WordRefusal::NotAParty);
            }
            Status::Declined
        }
        None => return refused(WordRefusal::NotAParty),
    };
    if stored.status != Status::Open {
        return refused(WordRefusal::Closed(stored.status));
    }
    effect::close(&mut tx, call, &stored, status, &hand.name()).await?;
    tx.commit().await?;
    Ok(status)
}

const PARTY: &str = "select payee_id from split_parties where proposal_id = $1 and payee_id = $2";
