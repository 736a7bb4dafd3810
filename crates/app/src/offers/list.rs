//! Showing what is sold: the templates that count somewhere, and how one became what it is.

use domain::{ArtistId, Template, Tier, Timestamp};
use store::db::Tx;

use super::{Hand, ReachRefusal, reach};
use crate::catalogue::{Effective, Reach, templates};
use crate::{App, Fault, Stop};

/// The templates that count somewhere.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Where.
    pub reach: Reach,
    /// For people: the artist's name or the track's title; empty for the store.
    pub name: String,
    /// The templates, the shipped tiers first.
    pub templates: Vec<Effective>,
    /// Whether whoever asks may change them here.
    pub may_change: bool,
}

/// One version of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Its number, from 1.
    pub version: i64,
    /// The template; none where it was taken back.
    pub template: Option<Template>,
    /// Who made it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// The templates that count for `store`, `artist:NAME` or `track:NAME`.
///
/// # Errors
/// [`ReachRefusal`].
pub async fn list(app: &App, hand: Hand<'_>, of: &str) -> Result<Listed, Stop<ReachRefusal>> {
    let mut tx = app.read().await?;
    let reach = reach(&mut tx, of).await?;
    let chain = chain(&mut tx, reach).await?;
    let found = templates::effective(&mut tx, &chain).await?;
    Ok(Listed {
        reach,
        name: name(&mut tx, reach).await?,
        templates: found.into_values().collect(),
        may_change: hand.may_change(&mut tx, reach).await?,
    })
}

/// Every version of a tier's template that is kept there, the oldest first.
///
/// # Errors
/// [`ReachRefusal`].
pub async fn history(app: &App, of: &str, tier: Tier) -> Result<Vec<Past>, Stop<ReachRefusal>> {
    let mut tx = app.read().await?;
    let reach = reach(&mut tx, of).await?;
    let [word, owner] = reach.key();
    let mut past = Vec::new();
    for row in tx.all(HISTORY, &[word, owner, tier.code().into()]).await? {
        let (by, at) = templates::changed(&row)?;
        let body = row.opt_text("body")?;
        past.push(Past {
            version: row.int("version")?,
            template: body.map(|body| templates::read(&body)).transpose()?,
            by,
            at,
        });
    }
    Ok(past)
}

/// The artist's own reach of a composer, by the name they are paid under.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn artist_of(app: &App, payee: domain::PayeeId) -> Result<Option<ArtistId>, Fault> {
    let mut tx = app.read().await?;
    let row = tx.optional(ARTIST_OF, &[payee.bytes().into()]).await?;
    Ok(row
        .map(|row| row.id("id"))
        .transpose()?
        .map(ArtistId::from_bytes))
}

/// The reaches from the widest to this one.
pub(super) async fn chain(tx: &mut Tx, reach: Reach) -> Result<Vec<Reach>, Fault> {
    Ok(match reach {
        Reach::Store => vec![Reach::Store],
        Reach::Artist(_) => vec![Reach::Store, reach],
        Reach::Track(id) => {
            let row = tx.one(TRACK, &[id.bytes().into()]).await?;
            let artist = ArtistId::from_bytes(row.id("artist_id")?);
            templates::chain_of_track(artist, id).to_vec()
        }
    })
}

async fn name(tx: &mut Tx, reach: Reach) -> Result<String, Fault> {
    Ok(match reach {
        Reach::Store => String::new(),
        Reach::Artist(id) => tx.one(ARTIST, &[id.bytes().into()]).await?.text("name")?,
        Reach::Track(id) => tx.one(TRACK, &[id.bytes().into()]).await?.text("title")?,
    })
}

const HISTORY: &str = "
    select version, body, changed_by, changed_ms from offer_templates
     where reach = $1 and owner = $2 and tier = $3 order by version";

const ARTIST: &str = "select name from artists where id = $1";

const TRACK: &str = "select title, artist_id from tracks where id = $1";

const ARTIST_OF: &str =
    "select a.id from artists a join payees p on p.name = a.name where p.id = $1";
