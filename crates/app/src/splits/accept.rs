//! Accepting a proposal. Before: it is open and concerns the payee. After: their acceptance
//! stands; with the last one that is needed the version is in force for everything from then on.
//!
//! Who accepts takes part: an unregistered payee is registered by it, and their escrow is theirs.

use domain::{PayeeId, ProposalId};
use store::db::Tx;

use super::read::{Stored, as_ruled, locked};
use super::{Status, WordRefusal, effect, payee_of};
use crate::accounts::escrow;
use crate::offers::Hand;
use crate::stop::Tries;
use crate::{App, Call, Fault, Stop};

/// What accepting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// Whether the version is in force now.
    pub agreed: bool,
    /// Whether it registered them.
    pub registered: bool,
}

/// Accepts a proposal, as the composer who asks.
///
/// # Errors
/// [`WordRefusal`]; nothing changed then.
pub async fn accept(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    proposal: &str,
) -> Result<Accepted, Stop<WordRefusal>> {
    let Ok(id) = proposal.parse::<ProposalId>() else {
        return Err(Stop::Refused(unknown(proposal)));
    };
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, hand, id).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    id: ProposalId,
) -> Result<Accepted, Stop<WordRefusal>> {
    let mut tx = app.write().await?;
    let stored = locked(&mut tx, id).await?;
    let stored = stored.ok_or_else(|| Stop::Refused(unknown(&id.to_string())))?;
    let payee = payee_of(hand).ok_or(Stop::Refused(WordRefusal::NotAParty))?;
    let accepted = within(&mut tx, call, stored, payee, &hand.name()).await?;
    tx.commit().await?;
    Ok(accepted)
}

/// One payee's acceptance, within a transaction that holds the proposal.
pub(super) async fn within(
    tx: &mut Tx,
    call: &mut Call,
    mut stored: Stored,
    payee: PayeeId,
    by: &str,
) -> Result<Accepted, Stop<WordRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    let values = [stored.id.bytes().into(), payee.bytes().into()];
    let invited = tx.optional(PARTY, &values).await?.is_some();
    if !invited && !concerns(tx, call, &stored, payee).await? {
        return refused(WordRefusal::NotAParty);
    }
    let late = stored.status == Status::Agreed && !stored.accepted.contains(&payee);
    if stored.status != Status::Open && !late {
        return refused(WordRefusal::Closed(stored.status));
    }
    let registered = escrow::register(tx, call, payee).await?.is_some();
    if late && !registered {
        return refused(WordRefusal::Closed(stored.status));
    }
    if !stored.accepted.insert(payee) {
        return refused(WordRefusal::Already);
    }
    keep(tx, call, &stored, payee).await?;
    if late {
        // The version shares without them having said so; what it put aside for them is theirs.
        return Ok(Accepted {
            agreed: true,
            registered,
        });
    }
    let agreed = as_ruled(tx, &stored, call.now).await?.is_agreed();
    if agreed {
        effect::take(tx, call, &stored, by).await?;
    }
    Ok(Accepted { agreed, registered })
}

/// Whether it concerns somebody who had no part in it when it was made.
async fn concerns(
    tx: &mut Tx,
    call: &Call,
    stored: &Stored,
    payee: PayeeId,
) -> Result<bool, Fault> {
    let ruled = as_ruled(tx, stored, call.now).await?;
    Ok(ruled.waiting_for().contains(&payee))
}

async fn keep(tx: &mut Tx, call: &Call, stored: &Stored, payee: PayeeId) -> Result<(), Fault> {
    let values = [
        stored.id.bytes().into(),
        payee.bytes().into(),
        call.now.0.into(),
    ];
    tx.run(ACCEPT, &values).await?;
    Ok(())
}

pub(super) fn unknown(name: &str) -> WordRefusal {
    WordRefusal::Unknown(name.chars().take(80).collect())
}

const PARTY: &str = "select payee_id from split_parties where proposal_id = $1 and payee_id = $2";

const ACCEPT: &str = "
    insert into split_parties (proposal_id, payee_id, accepted_ms) values ($1, $2, $3)
    on conflict (proposal_id, payee_id) do update set accepted_ms = excluded.accepted_ms";
