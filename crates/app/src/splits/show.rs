//! A track's split sheets with their history, and a payee's tracks and open proposals. Nothing
//! changes by it. Only who stands on them, now or before, and the operator see them.

use std::collections::BTreeSet;

use domain::{PayeeId, ProposalId, SplitSheetId, Timestamp, TrackId};
use store::db::{Row, Tx};
use thiserror::Error;

use super::accept::unknown;
use super::read::kind;
use super::{Part, Party, Proposal, Status, Version, WordRefusal, is_operator, payee_of};
use crate::catalogue::show::{TrackRefusal, resolve};
use crate::offers::Hand;
use crate::{App, Fault, Refusal, Stop};

/// How a track is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splits {
    /// The track's id.
    pub track: TrackId,
    /// Its word in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Every version, the newest first.
    pub versions: Vec<Version>,
    /// Every proposal, the newest first.
    pub proposals: Vec<Proposal>,
}

/// Why splits aren't shown. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SplitsRefusal {
    /// No such track.
    #[error(transparent)]
    Track(TrackRefusal),
    /// Somebody else's.
    #[error("only the operator, and who stands on this track's split sheets, may see them")]
    NotYours,
}

impl Refusal for SplitsRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Track(refusal) => refusal.code(),
            Self::NotYours => "not_your_split",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Track(refusal) => refusal.field(),
            Self::NotYours => None,
        }
    }
}

/// A track's splits.
///
/// # Errors
/// [`SplitsRefusal`].
pub async fn splits(app: &App, hand: Hand<'_>, name: &str) -> Result<Splits, Stop<SplitsRefusal>> {
    let mut tx = app.db.read().await?;
    let track = match resolve(&mut tx, name).await {
        Ok(track) => track,
        Err(Stop::Refused(refusal)) => return Err(Stop::Refused(SplitsRefusal::Track(refusal))),
        Err(Stop::Fault(fault)) => return Err(fault.into()),
    };
    let splits = of_track(&mut tx, track).await?;
    let may = is_operator(hand) || payee_of(hand).is_some_and(|payee| splits.names(payee));
    if may {
        Ok(splits)
    } else {
        Err(Stop::Refused(SplitsRefusal::NotYours))
    }
}

/// The tracks that a payee shares, or is asked to.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn mine(app: &App, payee: PayeeId) -> Result<Vec<Splits>, Fault> {
    let mut tx = app.db.read().await?;
    let mut all = Vec::new();
    let sql = tx.spelt(MINE);
    for row in tx.all(&sql, &[payee.bytes().into()]).await? {
        all.push(of_track(&mut tx, TrackId::from_bytes(row.id("id")?)).await?);
    }
    Ok(all)
}

/// One proposal.
///
/// # Errors
/// [`WordRefusal::Unknown`] or [`WordRefusal::NotAParty`].
pub async fn proposal(
    app: &App,
    hand: Hand<'_>,
    name: &str,
) -> Result<Proposal, Stop<WordRefusal>> {
    let Ok(id) = name.parse::<ProposalId>() else {
        return Err(Stop::Refused(unknown(name)));
    };
    let mut tx = app.db.read().await?;
    let Some(found) = by_id(&mut tx, id).await? else {
        return Err(Stop::Refused(unknown(name)));
    };
    let theirs = match payee_of(hand) {
        Some(payee) => of_track(&mut tx, found.track).await?.names(payee),
        None => false,
    };
    if is_operator(hand) || theirs {
        Ok(found)
    } else {
        Err(Stop::Refused(WordRefusal::NotAParty))
    }
}

impl Splits {
    /// Whether a payee stands on any of it, now or before.
    fn names(&self, payee: PayeeId) -> bool {
        let on = |parts: &[Part]| parts.iter().any(|part| part.payee == payee);
        let party = |one: &Proposal| one.parties.iter().any(|party| party.payee == payee);
        self.versions.iter().any(|version| on(&version.parts)) || self.proposals.iter().any(party)
    }
}

/// A proposal by its id.
pub(super) async fn by_id(tx: &mut Tx, id: ProposalId) -> Result<Option<Proposal>, Fault> {
    let sql = format!("{PROPOSALS} where s.id = $1");
    match tx.optional(&sql, &[id.bytes().into()]).await? {
        Some(row) => read(tx, &row).await.map(Some),
        None => Ok(None),
    }
}

async fn of_track(tx: &mut Tx, track: TrackId) -> Result<Splits, Fault> {
    let values = [track.bytes().into()];
    let row = tx.one(TRACK, &values).await?;
    let mut splits = Splits {
        track,
        slug: row.text("slug")?,
        title: row.text("title")?,
        versions: Vec::new(),
        proposals: Vec::new(),
    };
    let mut latest = BTreeSet::new();
    for row in tx.all(VERSIONS, &values).await? {
        let sheet = SplitSheetId::from_bytes(row.id("id")?);
        let kind = kind(row.opt_text("asset_kind")?)?;
        // The first versions count from ever; they were made with their tracks.
        let from = row.int("from_ms")?.max(row.int("created_ms")?);
        splits.versions.push(Version {
            sheet,
            version: row.int("version")?,
            kind,
            from: Timestamp(from),
            in_force: latest.insert(kind),
            parts: parts(tx, SHARES, sheet.bytes()).await?,
        });
    }
    let sql = format!("{PROPOSALS} where s.track_id = $1 order by s.proposed_ms desc, s.id desc");
    for row in tx.all(&sql, &values).await? {
        let proposal = read(tx, &row).await?;
        splits.proposals.push(proposal);
    }
    Ok(splits)
}

async fn read(tx: &mut Tx, row: &Row) -> Result<Proposal, Fault> {
    let id = ProposalId::from_bytes(row.id("id")?);
    let proposer = match row.opt_bytes("proposer_id")? {
        Some(_) => Some(PayeeId::from_bytes(row.id("proposer_id")?)),
        None => None,
    };
    let mut proposal = Proposal {
        id,
        track: TrackId::from_bytes(row.id("track_id")?),
        slug: row.text("slug")?,
        title: row.text("title")?,
        kind: kind(row.opt_text("asset_kind")?)?,
        by: row.text("proposed_by")?,
        proposer,
        at: Timestamp(row.int("proposed_ms")?),
        on_paper: row.opt_text("on_paper")?,
        status: Status::from_word(&row.text("status")?)?,
        closed: row.opt_int("closed_ms")?.map(Timestamp),
        parts: parts(tx, PROPOSED, id.bytes()).await?,
        parties: Vec::new(),
    };
    let before = before(tx, &proposal).await?;
    let sql = tx.spelt(PARTIES);
    for row in tx.all(&sql, &[id.bytes().into()]).await? {
        let payee = PayeeId::from_bytes(row.id("payee_id")?);
        let registered = row.opt_int("registered_ms")?.is_some();
        let ppm = |parts: &[Part]| {
            let found = parts.iter().find(|part| part.payee == payee);
            found.map_or(0, |part| part.ppm)
        };
        let loses = ppm(&proposal.parts) < ppm(&before);
        proposal.parties.push(Party {
            payee,
            name: row.text("name")?,
            must_accept: registered || loses,
            accepted: row.opt_int("accepted_ms")?.map(Timestamp),
        });
    }
    Ok(proposal)
}

/// The parts that an open proposal would replace.
async fn before(tx: &mut Tx, proposal: &Proposal) -> Result<Vec<Part>, Fault> {
    let kind = proposal.kind.map_or("", domain::AssetKind::code);
    let values = [proposal.track.bytes().into(), kind.into()];
    let row = tx.one(PRESENT, &values).await?;
    parts(tx, SHARES, &row.id("id")?).await
}

async fn parts(tx: &mut Tx, sql: &str, of: &[u8; 16]) -> Result<Vec<Part>, Fault> {
    let mut parts = Vec::new();
    let sql = tx.spelt(sql);
    for row in tx.all(&sql, &[of.into()]).await? {
        parts.push(Part {
            payee: PayeeId::from_bytes(row.id("payee_id")?),
            name: row.text("name")?,
            registered: row.opt_int("registered_ms")?.is_some(),
            ppm: u32::try_from(row.int("share_ppm")?)
                .map_err(Fault::while_("reading a split sheet's share"))?,
        });
    }
    Ok(parts)
}

const MINE: &str = "
    select t.id from tracks t
     where exists (select 1 from split_sheets s join split_shares h on h.sheet_id = s.id
                    where s.track_id = t.id and h.payee_id = $1)
        or exists (select 1 from split_proposals s join split_parties i on i.proposal_id = s.id
                    where s.track_id = t.id and i.payee_id = $1 and s.status = 'open')
     order by t.title {bytewise}, t.id";

const TRACK: &str = "select slug, title from tracks where id = $1";

const VERSIONS: &str = "
    select id, version, asset_kind, from_ms, created_ms from split_sheets
     where track_id = $1 order by version desc";

const PRESENT: &str = "
    select id from split_sheets
     where track_id = $1 and (asset_kind is null or asset_kind = $2)
     order by case when asset_kind is null then 1 else 0 end, version desc
     limit 1";

const SHARES: &str = "
    select h.payee_id, p.name, p.registered_ms, h.share_ppm
      from split_shares h join payees p on p.id = h.payee_id
     where h.sheet_id = $1 order by h.share_ppm desc, p.name {bytewise}";

const PROPOSED: &str = "
    select h.payee_id, p.name, p.registered_ms, h.share_ppm
      from split_proposal_shares h join payees p on p.id = h.payee_id
     where h.proposal_id = $1 order by h.share_ppm desc, p.name {bytewise}";

const PROPOSALS: &str = "
    select s.id, s.track_id, t.slug, t.title, s.asset_kind, s.proposed_by, s.proposer_id,
           s.proposed_ms, s.on_paper, s.status, s.closed_ms
      from split_proposals s join tracks t on t.id = s.track_id";

const PARTIES: &str = "
    select i.payee_id, p.name, p.registered_ms, i.accepted_ms
      from split_parties i join payees p on p.id = i.payee_id
     where i.proposal_id = $1 order by p.name {bytewise}";
