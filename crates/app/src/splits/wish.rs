//! What is proposed, what comes of it, and why nothing does.

use domain::ProposalId;
use domain::split::{MAX_PAYEES, WHOLE_PPM};
use thiserror::Error;

use crate::Refusal;
use crate::catalogue::show::TrackRefusal;

/// What is proposed.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// The track's id or slug.
    pub track: String,
    /// The kind of asset it is for; none for the track as such.
    pub kind: Option<String>,
    /// Who gets what.
    pub shares: Vec<Share>,
    /// What the parties have signed elsewhere: with the operator's word for it, it is in force at
    /// once.
    pub agreed_on_paper: Option<String>,
}

/// Somebody's part of it.
#[derive(Debug, Clone, Default)]
pub struct Share {
    /// A payee's id or name, or the name of somebody new.
    pub payee: String,
    /// The e-mail of somebody new.
    pub email: Option<String>,
    /// Their part, in parts per million.
    pub ppm: u32,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The proposal.
    pub proposal: ProposalId,
    /// Whether it is in force already.
    pub agreed: bool,
    /// Who is invited.
    pub invitations: Vec<Invitation>,
}

/// An invitation to somebody who isn't registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Their name.
    pub name: String,
    /// Where to send it, where it is known.
    pub email: Option<String>,
    /// Its secret, which can't be had again. Shown to the operator, and to a composer for whom
    /// they named new: for others the operator makes one.
    pub secret: Option<String>,
}

/// Why nothing is proposed. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProposeRefusal {
    /// No such track.
    #[error(transparent)]
    Track(TrackRefusal),
    /// Somebody else's.
    #[error("only the operator, or who stands on this track's split sheet, may propose another")]
    NotYours,
    /// No such kind.
    #[error("{0}")]
    Kind(domain::asset::UnknownAssetKind),
    /// It is for the operator to say.
    #[error("only the operator can say that a split was agreed on paper")]
    PaperNotYours,
    /// It names nothing.
    #[error("name the paper it was agreed on, in 1 to 300 characters")]
    BadPaper,
    /// Nobody, or too many.
    #[error("a split sheet names 1 to {MAX_PAYEES} payees, not {0}")]
    Count(usize),
    /// Nothing for somebody.
    #[error("{1} has a share of zero: leave them out or give them a part")]
    Zero(usize, String),
    /// The shares don't sum to the whole.
    #[error("the shares sum to {} %, they must sum to exactly 100 %", percent(*.0))]
    Sum(u64),
    /// A name that is none.
    #[error("a payee's name has 1 to 120 characters, none of them a control character")]
    BadName(usize),
    /// No such payee, and nothing to invite them by.
    #[error("there is no payee `{1}`: give their e-mail to invite them")]
    Unknown(usize, String),
    /// An e-mail that is none.
    #[error("`{1}` is no e-mail address")]
    BadEmail(usize, String),
    /// Somebody twice.
    #[error("{1} stands on the split sheet twice: add the two shares up")]
    Twice(usize, String),
    /// It is the split there is.
    #[error("this is the split as it stands: nothing would change")]
    Unchanged,
    /// Another is under way.
    #[error(
        "{0} is open for this split and was accepted by somebody: decline or withdraw it first"
    )]
    Open(ProposalId),
}

impl Refusal for ProposeRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Track(refusal) => refusal.code(),
            Self::NotYours => "not_your_split",
            Self::Kind(_) => "bad_asset_kind",
            Self::PaperNotYours => "scope_required",
            Self::BadPaper => "bad_reference",
            Self::Count(_) | Self::Zero(..) | Self::Sum(_) | Self::Twice(..) => "bad_split_sheet",
            Self::BadName(_) => "bad_name",
            Self::Unknown(..) => "unknown_payee",
            Self::BadEmail(..) => "bad_email",
            Self::Unchanged => "split_unchanged",
            Self::Open(_) => "proposal_open",
        }
    }

    fn field(&self) -> Option<String> {
        Some(match self {
            Self::Track(refusal) => return refusal.field(),
            Self::NotYours => return None,
            Self::Kind(_) => "kind".into(),
            Self::PaperNotYours | Self::BadPaper => "agreed_on_paper".into(),
            Self::Count(_) | Self::Sum(_) | Self::Unchanged | Self::Open(_) => "shares".into(),
            Self::Zero(at, _) => format!("shares.{at}.ppm"),
            Self::BadEmail(at, _) => format!("shares.{at}.email"),
            Self::BadName(at) | Self::Unknown(at, _) | Self::Twice(at, _) => {
                format!("shares.{at}.payee")
            }
        })
    }
}

fn percent(ppm: u64) -> String {
    let whole = u64::from(WHOLE_PPM) / 100;
    let (units, rest) = (ppm / whole, ppm % whole);
    let text = format!("{units}.{rest:04}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
