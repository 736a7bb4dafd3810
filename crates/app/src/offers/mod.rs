//! What is sold and for how much: templates that the store, a composer or one track has its own
//! version of, and the offers made from them.
//!
//! Offers are rows made from templates whenever one changes or a track comes in, so that a quote
//! and a search read them as they are. How they are made stands in `catalogue`.

pub mod attest;
pub mod change;
pub mod list;
pub mod plans;

use domain::ArtistId;
use store::db::{Tx, Value};
use thiserror::Error;

use crate::access::{Principal, Role, Scope};
use crate::catalogue::show::resolve;
use crate::catalogue::slug;
use crate::{Fault, Refusal, Stop};

pub use crate::catalogue::{Effective, Reach};

/// Whose hand changes something: who is asked for, and what stands in the history.
#[derive(Debug, Clone, Copy)]
pub enum Hand<'a> {
    /// Whoever sits at the machine: may do everything.
    Console,
    /// Somebody who came over the network.
    Asker(&'a Principal),
}

impl Hand<'_> {
    /// The name kept in the history.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Console => "console".into(),
            Self::Asker(Principal::Person(person)) => person.name.clone(),
            Self::Asker(Principal::Program(key)) => key.name.clone(),
            Self::Asker(Principal::Guest) => "guest".into(),
        }
    }

    /// Whether they may change what reaches so far. A composer changes what is by the artist of
    /// their own name, and no other.
    pub(crate) async fn may_change(self, tx: &mut Tx, reach: Reach) -> Result<bool, Fault> {
        let Self::Asker(who) = self else {
            return Ok(true);
        };
        let person = match who {
            Principal::Program(_) => return Ok(who.may(Scope::ChangeOffers)),
            Principal::Guest => return Ok(false),
            Principal::Person(person) => person,
        };
        let (sql, id) = match (person.role, reach) {
            (Role::Operator, _) => return Ok(true),
            (Role::Buyer, _) | (_, Reach::Store) => return Ok(false),
            (Role::Composer, Reach::Artist(id)) => (OWN_ARTIST, Value::from(id.bytes())),
            (Role::Composer, Reach::Track(id)) => (OWN_TRACK, Value::from(id.bytes())),
        };
        let Some(payee) = person.payee else {
            return Ok(false);
        };
        let found = tx.optional(sql, &[id, payee.bytes().into()]).await?;
        Ok(found.is_some())
    }
}

/// Why a reach isn't found or can't be touched. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReachRefusal {
    /// No such word.
    #[error("say whose offers: store, artist:NAME or track:NAME, not `{0}`")]
    BadReach(String),
    /// No such artist.
    #[error("there is no artist `{0}`")]
    UnknownArtist(String),
    /// No such track.
    #[error("there is no track `{0}`")]
    UnknownTrack(String),
    /// Somebody else's.
    #[error("only the operator, a key with offers:write or the artist themselves may change this")]
    NotYours,
}

impl Refusal for ReachRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::BadReach(_) => "bad_reach",
            Self::UnknownArtist(_) => "unknown_artist",
            Self::UnknownTrack(_) => "unknown_track",
            Self::NotYours => "not_your_offers",
        }
    }

    fn field(&self) -> Option<String> {
        Some("for".into())
    }
}

/// The reach of a word: `store`, `artist:` or `track:` with an id, a slug or a name.
pub(crate) async fn reach(tx: &mut Tx, word: &str) -> Result<Reach, Stop<ReachRefusal>> {
    let short = |text: &str| text.chars().take(80).collect::<String>();
    let refused = |refusal| Err(Stop::Refused(refusal));
    match word.split_once(':') {
        None if word == "store" => Ok(Reach::Store),
        Some(("artist", name)) => {
            let row = match name.parse::<ArtistId>() {
                Ok(id) => tx.optional(ARTIST_BY_ID, &[id.bytes().into()]).await?,
                Err(_) => tx.optional(ARTIST_BY_SLUG, &[name.into()]).await?,
            };
            let row = match row {
                Some(row) => Some(row),
                None => tx.optional(ARTIST_BY_SLUG, &[slug(name).into()]).await?,
            };
            match row {
                Some(row) => Ok(Reach::Artist(ArtistId::from_bytes(row.id("id")?))),
                None => refused(ReachRefusal::UnknownArtist(short(name))),
            }
        }
        Some(("track", name)) => {
            for word in [name, &slug(name)] {
                match resolve(tx, word).await {
                    Ok(id) => return Ok(Reach::Track(id)),
                    Err(Stop::Refused(_)) => {}
                    Err(Stop::Fault(fault)) => return Err(fault.into()),
                }
            }
            refused(ReachRefusal::UnknownTrack(short(name)))
        }
        _ => refused(ReachRefusal::BadReach(short(word))),
    }
}

const ARTIST_BY_ID: &str = "select id from artists where id = $1";

const ARTIST_BY_SLUG: &str = "select id from artists where slug = $1";

const OWN_ARTIST: &str = "
    select a.id from artists a join payees p on p.name = a.name where a.id = $1 and p.id = $2";

const OWN_TRACK: &str = "
    select t.id
      from tracks t
      join artists a on a.id = t.artist_id
      join payees p on p.name = a.name
     where t.id = $1 and p.id = $2";
