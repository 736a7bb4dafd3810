//! Templates as they are kept, and which of them counts: the nearest one that somebody has changed,
//! track before artist before store, else the shipped one.

use std::collections::BTreeMap;

use domain::template::shipped;
use domain::{ArtistId, Template, Tier, Timestamp, TrackId};
use store::db::{Row, Tx, Value};

use crate::Fault;

/// Whose offers a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everybody's.
    Store,
    /// Everything by one artist.
    Artist(ArtistId),
    /// One track's.
    Track(TrackId),
}

impl Reach {
    /// The word kept in the database and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Artist(_) => "artist",
            Self::Track(_) => "track",
        }
    }

    /// Its columns in a template's key.
    pub(crate) fn key(self) -> [Value; 2] {
        let owner = match self {
            Self::Store => [0; 16],
            Self::Artist(id) => *id.bytes(),
            Self::Track(id) => *id.bytes(),
        };
        [self.word().into(), (&owner).into()]
    }
}

/// A template with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// The template.
    pub template: Template,
    /// Whose it is: `shipped`, `store`, `artist` or `track`.
    pub from: &'static str,
    /// Its version there; 0 for a shipped one.
    pub version: i64,
    /// Who made that version, and when; nobody made a shipped one.
    pub changed: Option<(String, Timestamp)>,
}

/// Templates by tier, the shipped ones first.
pub(crate) type Effectives = BTreeMap<Tier, Effective>;

/// From the widest reach to the narrowest: whose templates count for a track.
pub(crate) fn chain_of_track(artist: ArtistId, track: TrackId) -> [Reach; 3] {
    [Reach::Store, Reach::Artist(artist), Reach::Track(track)]
}

/// The templates that count for whoever is at the end of a chain.
pub(crate) async fn effective(tx: &mut Tx, chain: &[Reach]) -> Result<Effectives, Fault> {
    let mut found = shipped_ones();
    for reach in chain {
        own(tx, *reach, &mut found).await?;
    }
    Ok(found)
}

/// The shipped templates.
pub(crate) fn shipped_ones() -> Effectives {
    let one = |template: Template| {
        let tier = template.tier;
        let effective = Effective {
            template,
            from: "shipped",
            version: 0,
            changed: None,
        };
        (tier, effective)
    };
    shipped().into_iter().map(one).collect()
}

/// Puts a reach's own templates over wider ones.
pub(crate) async fn own(tx: &mut Tx, reach: Reach, over: &mut Effectives) -> Result<(), Fault> {
    for row in tx.all(LATEST, &reach.key()).await? {
        let Some(body) = row.opt_text("body")? else {
            continue;
        };
        let template = read(&body)?;
        let effective = Effective {
            from: reach.word(),
            version: row.int("version")?,
            changed: Some(changed(&row)?),
            template,
        };
        over.insert(effective.template.tier, effective);
    }
    Ok(())
}

/// A template as it was kept.
pub(crate) fn read(body: &str) -> Result<Template, Fault> {
    serde_json::from_str(body).map_err(Fault::while_("reading a template"))
}

/// Who made a version, and when.
pub(crate) fn changed(row: &Row) -> Result<(String, Timestamp), Fault> {
    Ok((row.text("changed_by")?, Timestamp(row.int("changed_ms")?)))
}

const LATEST: &str = "
    select t.version, t.body, t.changed_by, t.changed_ms
      from offer_templates t
     where t.reach = $1 and t.owner = $2
       and t.version = (select max(v.version) from offer_templates v
                         where v.reach = t.reach and v.owner = t.owner and v.tier = t.tier)
     order by t.tier";
