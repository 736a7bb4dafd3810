//! A proposal as the rules see it: read, locked, and held against the sheet in force.

use std::collections::BTreeSet;

use domain::agreement;
use domain::{AssetKind, PayeeId, ProposalId, SplitSheet, SplitSheetId, Timestamp, TrackId};
use store::db::Tx;

use super::Status;
use crate::Fault;
use crate::accounts::{escrow, sheets};

/// A proposal's row, locked until the transaction ends.
pub(super) struct Stored {
    pub(super) id: ProposalId,
    pub(super) track: TrackId,
    pub(super) kind: Option<AssetKind>,
    pub(super) status: Status,
    pub(super) proposer: Option<PayeeId>,
    /// The version it proposes, with nothing shared.
    pub(super) sheet: SplitSheet,
    /// Who has accepted it.
    pub(super) accepted: BTreeSet<PayeeId>,
}

/// A proposal, with its track's splits and sales held until the transaction ends.
pub(super) async fn locked(tx: &mut Tx, id: ProposalId) -> Result<Option<Stored>, Fault> {
    let values = [id.bytes().into()];
    let Some(row) = tx.optional(TRACK, &values).await? else {
        return Ok(None);
    };
    let track = TrackId::from_bytes(row.id("track_id")?);
    lock_track(tx, track).await?;
    let row = tx
        .one(&format!("{PROPOSAL}{}", tx.for_update()), &values)
        .await?;
    let proposer = match row.opt_bytes("proposer_id")? {
        Some(_) => Some(PayeeId::from_bytes(row.id("proposer_id")?)),
        None => None,
    };
    let sheet = SplitSheetId::from_bytes(row.id("sheet_id")?);
    let version = next_version(tx, track).await?;
    let mut accepted = BTreeSet::new();
    for row in tx.all(ACCEPTED, &values).await? {
        accepted.insert(PayeeId::from_bytes(row.id("payee_id")?));
    }
    Ok(Some(Stored {
        id,
        track,
        kind: kind(row.opt_text("asset_kind")?)?,
        status: Status::from_word(&row.text("status")?)?,
        proposer,
        sheet: sheet_of(tx, PROPOSED, *id.bytes(), (sheet, version)).await?,
        accepted,
    }))
}

/// Lets nothing of a track be sold, proposed or agreed elsewhere until the transaction ends.
pub(super) async fn lock_track(tx: &mut Tx, track: TrackId) -> Result<(), Fault> {
    let sql = format!("{LOCK}{}", tx.for_update());
    tx.optional(&sql, &[track.bytes().into()]).await?;
    Ok(())
}

/// The number that the next version of a track's sheets gets.
pub(super) async fn next_version(tx: &mut Tx, track: TrackId) -> Result<u32, Fault> {
    let next = tx.one(NEXT, &[track.bytes().into()]).await?.int("next")?;
    u32::try_from(next).map_err(Fault::while_("counting versions"))
}

/// The sheet in force for a kind, without what it has shared.
pub(super) async fn present(
    tx: &mut Tx,
    track: TrackId,
    kind: Option<AssetKind>,
    now: Timestamp,
) -> Result<SplitSheet, Fault> {
    let id = sheets::in_force(tx, track, kind, now).await?;
    sheet_of(tx, SHARES, *id.bytes(), (id, 1)).await
}

/// A proposal as the rules see it now: parties and acceptances follow from who is registered.
pub(super) async fn as_ruled(
    tx: &mut Tx,
    stored: &Stored,
    now: Timestamp,
) -> Result<agreement::Proposal, Fault> {
    let present = present(tx, stored.track, stored.kind, now).await?;
    let both = stored.sheet.shares().iter().chain(present.shares());
    let payees: BTreeSet<_> = both.map(|(payee, _)| *payee).collect();
    let registered = escrow::registered(tx, payees).await?;
    let mut proposal = agreement::Proposal::new(stored.sheet.clone(), Some(&present), &registered);
    for payee in &stored.accepted {
        proposal = match proposal.accept(*payee) {
            Ok(accepted) => accepted,
            // Of no concern to them any more.
            Err(refused) => refused.0,
        };
    }
    Ok(proposal)
}

/// The kind of a column's word.
pub(super) fn kind(word: Option<String>) -> Result<Option<AssetKind>, Fault> {
    let read = |word: String| {
        word.parse()
            .map_err(Fault::while_("reading a split's kind"))
    };
    word.map(read).transpose()
}

async fn sheet_of(
    tx: &mut Tx,
    sql: &str,
    of: [u8; 16],
    (id, version): (SplitSheetId, u32),
) -> Result<SplitSheet, Fault> {
    let mut shares = Vec::new();
    for row in tx.all(sql, &[(&of).into()]).await? {
        let ppm = u32::try_from(row.int("share_ppm")?)
            .map_err(Fault::while_("reading a split sheet's share"))?;
        shares.push((PayeeId::from_bytes(row.id("payee_id")?), ppm));
    }
    SplitSheet::new(id, version, shares, 0).map_err(Fault::while_("reading a split sheet"))
}

const TRACK: &str = "select track_id from split_proposals where id = $1";

const PROPOSAL: &str = "
    select sheet_id, asset_kind, status, proposer_id from split_proposals where id = $1";

const ACCEPTED: &str = "
    select payee_id from split_parties where proposal_id = $1 and accepted_ms is not null";

const PROPOSED: &str = "
    select payee_id, share_ppm from split_proposal_shares where proposal_id = $1 order by payee_id";

const SHARES: &str =
    "select payee_id, share_ppm from split_shares where sheet_id = $1 order by payee_id";

const LOCK: &str = "select track_id from attestations where track_id = $1";

const NEXT: &str = "
    select cast(coalesce(max(version), 0) + 1 as bigint) as next from split_sheets
     where track_id = $1";
