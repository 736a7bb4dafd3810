//! Split sheets by agreement: a new version is proposed, everyone it concerns accepts it, and it
//! shares what is earned from then on. Who isn't registered is invited by a secret link.

pub mod accept;
pub mod decline;
mod effect;
pub mod invitation;
mod parties;
pub mod propose;
mod read;
pub mod show;
mod wish;

use domain::{AssetKind, PayeeId, ProposalId, SplitSheetId, Timestamp, TrackId};
use store::db::Tx;

use crate::access::{Principal, Role};
use crate::offers::Hand;
use crate::{Fault, Refusal};

/// Somebody's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Who.
    pub payee: PayeeId,
    /// Their name.
    pub name: String,
    /// Whether they are registered; until then they earn into escrow.
    pub registered: bool,
    /// Their part, in parts per million.
    pub ppm: u32,
}

/// A version of a split sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its id.
    pub sheet: SplitSheetId,
    /// Its number, counted for the track.
    pub version: i64,
    /// The kind of asset it is for; none for the track as such.
    pub kind: Option<AssetKind>,
    /// From when on it counts.
    pub from: Timestamp,
    /// Whether it is the latest of its kind.
    pub in_force: bool,
    /// Its parts, the largest first.
    pub parts: Vec<Part>,
}

/// Somebody a proposal concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Who.
    pub payee: PayeeId,
    /// Their name.
    pub name: String,
    /// Whether nothing comes of it while they haven't accepted.
    pub must_accept: bool,
    /// When they accepted.
    pub accepted: Option<Timestamp>,
}

/// A proposal, open or closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// The track's id.
    pub track: TrackId,
    /// Its word in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The kind of asset it is for; none for the track as such.
    pub kind: Option<AssetKind>,
    /// Who proposed it.
    pub by: String,
    /// The payee who proposed it; none where the operator did.
    pub proposer: Option<PayeeId>,
    /// When.
    pub at: Timestamp,
    /// What the operator says was signed elsewhere, where that stood for acceptances.
    pub on_paper: Option<String>,
    /// How it stands.
    pub status: Status,
    /// When it was agreed or given up.
    pub closed: Option<Timestamp>,
    /// The parts it proposes, the largest first.
    pub parts: Vec<Part>,
    /// Whom it concerns.
    pub parties: Vec<Party>,
}

impl Proposal {
    /// Whether it waits for this payee's word.
    #[must_use]
    pub fn waits_for(&self, payee: PayeeId) -> bool {
        let silent = |party: &Party| party.payee == payee && party.accepted.is_none();
        self.status == Status::Open && self.parties.iter().any(silent)
    }

    /// Those without whose word nothing comes of it, by name.
    pub fn waiting_for(&self) -> impl Iterator<Item = &str> {
        let open = self.status == Status::Open;
        let waits = move |party: &&Party| open && party.must_accept && party.accepted.is_none();
        self.parties
            .iter()
            .filter(waits)
            .map(|party| party.name.as_str())
    }
}

/// How a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Some have yet to accept.
    Open,
    /// It is in force, or was.
    Agreed,
    /// Somebody it concerns said no.
    Declined,
    /// Whoever proposed it took it back.
    Withdrawn,
    /// Another was proposed in its place before anybody accepted.
    Replaced,
}

impl Status {
    const ALL: [Self; 5] = [
        Self::Open,
        Self::Agreed,
        Self::Declined,
        Self::Withdrawn,
        Self::Replaced,
    ];

    /// The word kept and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Agreed => "agreed",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Replaced => "replaced",
        }
    }

    fn from_word(word: &str) -> Result<Self, Fault> {
        let found = Self::ALL.into_iter().find(|one| one.word() == word);
        found.ok_or_else(|| Fault::because("reading a proposal", format!("unknown status {word}")))
    }
}

/// Why somebody's word on a proposal doesn't count. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordRefusal {
    /// There is no such proposal.
    #[error("there is no proposal {0}")]
    Unknown(String),
    /// They stand neither on it nor on what it replaces.
    #[error("only who stands on this split sheet, or loses by it, has a say in it")]
    NotAParty,
    /// It was agreed or given up before.
    #[error("this proposal is {} already: nothing can be changed about it", .0.word())]
    Closed(Status),
    /// They have accepted before.
    #[error("you have accepted this proposal already")]
    Already,
}

impl Refusal for WordRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_proposal",
            Self::NotAParty => "not_your_split",
            Self::Closed(_) => "proposal_closed",
            Self::Already => "already_accepted",
        }
    }

    fn field(&self) -> Option<String> {
        matches!(self, Self::Unknown(_)).then(|| "proposal".into())
    }
}

/// Whether it is the operator, at the machine or signed in.
fn is_operator(hand: Hand<'_>) -> bool {
    match hand {
        Hand::Console => true,
        Hand::Asker(who) => matches!(who, Principal::Person(p) if p.role == Role::Operator),
    }
}

/// The payee that a composer is paid as.
fn payee_of(hand: Hand<'_>) -> Option<PayeeId> {
    match hand {
        Hand::Asker(Principal::Person(person)) if person.role == Role::Composer => person.payee,
        _ => None,
    }
}

/// Whether a payee stands on a sheet of a track that is in force.
async fn stands_on(tx: &mut Tx, track: TrackId, payee: PayeeId) -> Result<bool, Fault> {
    let values = [track.bytes().into(), payee.bytes().into()];
    Ok(tx.optional(STANDS_ON, &values).await?.is_some())
}

const STANDS_ON: &str = "
    select h.payee_id
      from split_sheets s join split_shares h on h.sheet_id = s.id
     where s.track_id = $1 and h.payee_id = $2
       and not exists (select 1 from split_sheets n
                        where n.track_id = s.track_id and n.version > s.version
                          and coalesce(n.asset_kind, '') = coalesce(s.asset_kind, ''))
     limit 1";
