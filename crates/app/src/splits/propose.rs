//! Proposing a version of a split sheet. Before: whoever proposes stands on one of the track's
//! sheets, or is the operator. After: the proposal is open, or in force at once where nobody else
//! has to accept it or the operator says that everybody has signed elsewhere.
//!
//! A composer who proposes accepts by it. Somebody new is named with their e-mail: they become a
//! payee who earns into escrow until they take their invitation up.

use std::collections::BTreeSet;

use domain::split::{MAX_PAYEES, SplitSheetError, WHOLE_PPM};
use domain::{AssetKind, Line, ProposalId, SplitSheet, SplitSheetId, TrackId};
use store::db::{Tx, Value};

use super::accept::within;
use super::parties::{Named, invite};
use super::read::{Stored, as_ruled, lock_track, locked, next_version, present};
pub use super::wish::{Invitation, ProposeRefusal, Proposed, Share, Wish};
use super::{Status, WordRefusal, effect, is_operator, payee_of, stands_on};
use crate::catalogue::show::{TrackRefusal, resolve};
use crate::offers::Hand;
use crate::stop::Tries;
use crate::{App, Call, Fault, Stop};

/// Proposes a version.
///
/// # Errors
/// [`ProposeRefusal`]; nothing changed then.
pub async fn propose(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    wish: &Wish,
) -> Result<Proposed, Stop<ProposeRefusal>> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, hand, wish).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    wish: &Wish,
) -> Result<Proposed, Stop<ProposeRefusal>> {
    let mut tx = app.write().await?;
    let track = resolve(&mut tx, &wish.track).await.map_err(no_track)?;
    lock_track(&mut tx, track).await?;
    let kind = allowed(&mut tx, hand, track, wish).await?;
    check_parts(&wish.shares)?;
    let named = Named::all(&mut tx, call, &wish.shares).await?;
    let sheet = sheet(&mut tx, call, track, &named).await?;
    let present = present(&mut tx, track, kind, call.now).await?;
    let own = own_sheet(&mut tx, track, kind).await?;
    if own && present.shares() == sheet.shares() {
        return Err(Stop::Refused(ProposeRefusal::Unchanged));
    }
    make_room(&mut tx, call, (track, kind), hand).await?;
    let stored = Stored {
        id: ProposalId::from_bytes(call.id()),
        track,
        kind,
        status: Status::Open,
        proposer: payee_of(hand),
        sheet,
        accepted: BTreeSet::new(),
    };
    insert(&mut tx, call, &stored, hand, wish).await?;
    let invitations = invite(&mut tx, call, &stored, hand, &named).await?;
    let (id, by) = (stored.id, hand.name());
    let agreed = settle(&mut tx, call, stored, wish, &by).await?;
    tx.commit().await?;
    Ok(Proposed {
        proposal: id,
        agreed,
        invitations,
    })
}

/// What follows at once: the proposer's acceptance, or the paper's.
async fn settle(
    tx: &mut Tx,
    call: &mut Call,
    stored: Stored,
    wish: &Wish,
    by: &str,
) -> Result<bool, Stop<ProposeRefusal>> {
    if wish.agreed_on_paper.is_some() {
        effect::take(tx, call, &stored, by).await?;
        return Ok(true);
    }
    let Some(payee) = stored.proposer else {
        return Ok(false);
    };
    let party = as_ruled(tx, &stored, call.now).await?;
    if party.accept(payee).is_err() {
        return Ok(false);
    }
    match within(tx, call, stored, payee, by).await {
        Ok(accepted) => Ok(accepted.agreed),
        Err(Stop::Fault(fault)) => Err(fault.into()),
        Err(Stop::Refused(refusal)) => Err(unexpected(&refusal).into()),
    }
}

fn unexpected(refusal: &WordRefusal) -> Fault {
    Fault::because("accepting one's own proposal", refusal.to_string())
}

/// Whether they may propose this, and for which kind.
async fn allowed(
    tx: &mut Tx,
    hand: Hand<'_>,
    track: TrackId,
    wish: &Wish,
) -> Result<Option<AssetKind>, Stop<ProposeRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    let theirs = match payee_of(hand) {
        Some(payee) => stands_on(tx, track, payee).await?,
        None => false,
    };
    if !is_operator(hand) && !theirs {
        return refused(ProposeRefusal::NotYours);
    }
    let kind = match wish.kind.as_deref().map(str::parse) {
        None => None,
        Some(Ok(kind)) => Some(kind),
        Some(Err(error)) => return refused(ProposeRefusal::Kind(error)),
    };
    match wish.agreed_on_paper.as_deref() {
        Some(_) if !is_operator(hand) => refused(ProposeRefusal::PaperNotYours),
        Some(paper) if paper.parse::<Line>().is_err() => refused(ProposeRefusal::BadPaper),
        _ => Ok(kind),
    }
}

/// What can be said of the parts before anybody is looked up.
fn check_parts(shares: &[Share]) -> Result<(), Stop<ProposeRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    if shares.is_empty() || shares.len() > MAX_PAYEES {
        return refused(ProposeRefusal::Count(shares.len()));
    }
    if let Some(at) = shares.iter().position(|share| share.ppm == 0) {
        let name = shares[at].payee.chars().take(80).collect();
        return refused(ProposeRefusal::Zero(at, name));
    }
    let sum: u64 = shares.iter().map(|share| u64::from(share.ppm)).sum();
    if sum != u64::from(WHOLE_PPM) {
        return refused(ProposeRefusal::Sum(sum));
    }
    Ok(())
}

async fn sheet(
    tx: &mut Tx,
    call: &mut Call,
    track: TrackId,
    named: &[Named],
) -> Result<SplitSheet, Stop<ProposeRefusal>> {
    let mut shares: Vec<_> = named.iter().map(|one| (one.payee, one.ppm)).collect();
    shares.sort_unstable();
    let id = SplitSheetId::from_bytes(call.id());
    let version = next_version(tx, track).await?;
    let sheet = SplitSheet::new(id, version, shares, 0);
    Ok(sheet.map_err(Fault::while_::<SplitSheetError>("making a split sheet"))?)
}

/// Whether a kind, or the track, has a sheet of its own.
async fn own_sheet(tx: &mut Tx, track: TrackId, kind: Option<AssetKind>) -> Result<bool, Fault> {
    let kind = kind.map_or("", AssetKind::code);
    let values = [track.bytes().into(), kind.into()];
    Ok(tx.optional(OWN, &values).await?.is_some())
}

/// Replaces a proposal that nobody but its own proposer has accepted.
async fn make_room(
    tx: &mut Tx,
    call: &Call,
    (track, kind): (TrackId, Option<AssetKind>),
    hand: Hand<'_>,
) -> Result<(), Stop<ProposeRefusal>> {
    let kind = kind.map_or("", AssetKind::code);
    let values = [track.bytes().into(), kind.into()];
    let Some(row) = tx.optional(UNDER_WAY, &values).await? else {
        return Ok(());
    };
    let id = ProposalId::from_bytes(row.id("id")?);
    let Some(stored) = locked(tx, id).await? else {
        return Ok(());
    };
    if stored
        .accepted
        .iter()
        .any(|payee| stored.proposer != Some(*payee))
    {
        return Err(Stop::Refused(ProposeRefusal::Open(id)));
    }
    Ok(effect::close(tx, call, &stored, Status::Replaced, &hand.name()).await?)
}

async fn insert(
    tx: &mut Tx,
    call: &Call,
    stored: &Stored,
    hand: Hand<'_>,
    wish: &Wish,
) -> Result<(), Fault> {
    let values: [Value; 8] = [
        stored.id.bytes().into(),
        stored.track.bytes().into(),
        stored.kind.map(AssetKind::code).into(),
        stored.sheet.id().bytes().into(),
        hand.name().into(),
        stored.proposer.map(|payee| payee.bytes().to_vec()).into(),
        call.now.0.into(),
        wish.agreed_on_paper.clone().into(),
    ];
    tx.run(INSERT, &values).await?;
    for (payee, ppm) in stored.sheet.shares() {
        let values = [
            stored.id.bytes().into(),
            payee.bytes().into(),
            (*ppm).into(),
        ];
        tx.run(INSERT_SHARE, &values).await?;
    }
    Ok(())
}

fn no_track(stop: Stop<TrackRefusal>) -> Stop<ProposeRefusal> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(ProposeRefusal::Track(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    }
}

const OWN: &str = "
    select id from split_sheets where track_id = $1 and coalesce(asset_kind, '') = $2 limit 1";

const UNDER_WAY: &str = "
    select id from split_proposals
     where track_id = $1 and coalesce(asset_kind, '') = $2 and status = 'open'";

const INSERT: &str = "
    insert into split_proposals (id, track_id, asset_kind, sheet_id, proposed_by, proposer_id,
                                 proposed_ms, on_paper, status)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'open')";

const INSERT_SHARE: &str = "
    insert into split_proposal_shares (proposal_id, payee_id, share_ppm) values ($1, $2, $3)";
