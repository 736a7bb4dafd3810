//! Invitations: the secret link by which somebody who isn't registered yet takes part.
//!
//! Looking at one changes nothing. Accepting by it registers its payee, makes their escrow theirs
//! and uses it up; it is good for nothing once they are registered.

use domain::{PayeeId, ProposalId};
use store::db::Tx;
use thiserror::Error;

use super::accept::{Accepted, unknown, within};
use super::read::{Stored, locked};
use super::{Proposal, Status, WordRefusal, effect, is_operator, show};
use crate::access::{fresh_secret, hash};
use crate::offers::Hand;
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop};

/// Why an invitation does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvitationRefusal {
    /// There is no such invitation, it was used, or its proposal was given up.
    #[error("this invitation was used already or is no longer good: ask for a new one")]
    Spent,
    /// Its proposal is decided.
    #[error(transparent)]
    Word(WordRefusal),
}

impl Refusal for InvitationRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Spent => "invitation_spent",
            Self::Word(refusal) => refusal.code(),
        }
    }
}

/// What an invitation is to.
#[derive(Debug, Clone)]
pub struct Invited {
    /// Who is invited.
    pub payee: PayeeId,
    /// Their name.
    pub name: String,
    /// The proposal.
    pub proposal: Proposal,
}

/// What an invitation is to. Changes nothing.
///
/// # Errors
/// [`InvitationRefusal::Spent`].
pub async fn look(app: &App, secret: &str) -> Result<Invited, Stop<InvitationRefusal>> {
    let mut tx = app.read().await?;
    let (id, payee, name) = find(&mut tx, secret).await?;
    let proposal = show::by_id(&mut tx, id).await?;
    let proposal = proposal.ok_or(Stop::Refused(InvitationRefusal::Spent))?;
    Ok(Invited {
        payee,
        name,
        proposal,
    })
}

/// Accepts by an invitation: the payee's name, and what it came to.
///
/// # Errors
/// [`InvitationRefusal`], also when another request was first.
pub async fn accept(
    app: &App,
    call: &mut Call,
    secret: &str,
) -> Result<(String, Accepted), Stop<InvitationRefusal>> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, secret).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    secret: &str,
) -> Result<(String, Accepted), Stop<InvitationRefusal>> {
    let mut tx = app.write().await?;
    let (stored, payee, name) = held(&mut tx, secret).await?;
    let accepted = within(&mut tx, call, stored, payee, &name).await;
    let accepted = accepted.map_err(word)?;
    tx.commit().await?;
    Ok((name, accepted))
}

/// Declines by an invitation. What is in force already can't be declined.
///
/// # Errors
/// [`InvitationRefusal`].
pub async fn decline(app: &App, call: &Call, secret: &str) -> Result<(), Stop<InvitationRefusal>> {
    let mut tx = app.write().await?;
    let (stored, _, name) = held(&mut tx, secret).await?;
    if stored.status != Status::Open {
        let refusal = WordRefusal::Closed(stored.status);
        return Err(Stop::Refused(InvitationRefusal::Word(refusal)));
    }
    effect::close(&mut tx, call, &stored, Status::Declined, &name).await?;
    Ok(tx.commit().await?)
}

/// Makes a new invitation for a party who isn't registered; the one before is void. Only the
/// operator may: whoever holds it is taken for that payee.
///
/// # Errors
/// [`WordRefusal`].
pub async fn renew(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    proposal: &str,
    payee: &str,
) -> Result<String, Stop<WordRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    let Ok(id) = proposal.parse::<ProposalId>() else {
        return refused(unknown(proposal));
    };
    if !is_operator(hand) {
        return refused(WordRefusal::NotAParty);
    }
    let mut tx = app.write().await?;
    let Some(stored) = locked(&mut tx, id).await? else {
        return refused(unknown(proposal));
    };
    if !matches!(stored.status, Status::Open | Status::Agreed) {
        return refused(WordRefusal::Closed(stored.status));
    }
    let (secret, hash) = fresh_secret(call);
    let values = [id.bytes().into(), payee.into(), (&hash).into()];
    if tx.optional(RENEW, &values).await?.is_none() {
        return refused(WordRefusal::NotAParty);
    }
    tx.commit().await?;
    Ok(secret)
}

/// The proposal of an invitation, locked, with it read again behind the lock.
async fn held(
    tx: &mut Tx,
    secret: &str,
) -> Result<(Stored, PayeeId, String), Stop<InvitationRefusal>> {
    let (id, ..) = find(tx, secret).await?;
    let stored = locked(tx, id).await?;
    let stored = stored.ok_or_else(|| Fault::because("reading an invitation", "no proposal"))?;
    let (_, payee, name) = find(tx, secret).await?;
    Ok((stored, payee, name))
}

async fn find(
    tx: &mut Tx,
    secret: &str,
) -> Result<(ProposalId, PayeeId, String), Stop<InvitationRefusal>> {
    let row = tx.optional(FIND, &[(&hash(secret)).into()]).await?;
    let row = row.ok_or(Stop::Refused(InvitationRefusal::Spent))?;
    Ok((
        ProposalId::from_bytes(row.id("proposal_id")?),
        PayeeId::from_bytes(row.id("payee_id")?),
        row.text("name")?,
    ))
}

fn word(stop: Stop<WordRefusal>) -> Stop<InvitationRefusal> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(InvitationRefusal::Word(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    }
}

const FIND: &str = "
    select i.proposal_id, i.payee_id, p.name
      from split_parties i
      join payees p on p.id = i.payee_id
      join split_proposals s on s.id = i.proposal_id
     where i.token_sha256 = $1 and i.accepted_ms is null and p.registered_ms is null
       and s.status in ('open', 'agreed')";

const RENEW: &str = "
    update split_parties set token_sha256 = $3
     where proposal_id = $1 and accepted_ms is null
       and payee_id = (select id from payees where name = $2 and registered_ms is null)
 returning payee_id";
