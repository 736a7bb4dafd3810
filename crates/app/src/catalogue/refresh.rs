//! Making the offers of tracks from the templates that count for them. In the caller's
//! transaction: before it commits nobody sees a mixture.

use std::collections::{BTreeMap, BTreeSet};

use domain::envelope::Credit;
use domain::template::Drafted;
use domain::{ArtistId, AssetKind, Line, Tier, TrackId};
use ledger::Currency;
use store::db::{Row, Tx, Value};

use super::find::money;
use super::templates::{self, Effectives, Reach};
use crate::{App, Call, Fault};

/// What becomes of one offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The track's slug.
    pub track: String,
    /// The asset.
    pub asset: AssetKind,
    /// The tier.
    pub tier: Tier,
    /// Its price before, where it was on sale.
    pub before: Option<ledger::Money>,
    /// Its price after, where it is on sale.
    pub after: Option<ledger::Money>,
    /// Whether its terms or percentages change too.
    pub terms: bool,
}

struct Subject {
    id: TrackId,
    slug: String,
    artist: ArtistId,
    credit: Credit,
}

struct Standing {
    price: ledger::Money,
    envelope: String,
    rule: String,
    open: bool,
}

/// Counts one more change of what is sold, and with it keeps every other one out until the caller's
/// transaction ends. It is the first statement of whoever calls [`refresh`]: only so does what they
/// read of templates still hold when they write offers, and only so do no two wait for each other.
pub(crate) async fn in_turn(tx: &mut Tx) -> Result<(), Fault> {
    tx.one(COUNT, &[]).await?;
    Ok(())
}

/// Makes the offers of every track that `reach` reaches, and says what that changes. Wants
/// [`in_turn`] at the start of the transaction.
pub(crate) async fn refresh(
    app: &App,
    tx: &mut Tx,
    call: &mut Call,
    reach: Reach,
) -> Result<Vec<Change>, Fault> {
    let currency = app.settings.currency;
    let mut store = templates::shipped_ones();
    templates::own(tx, Reach::Store, &mut store).await?;
    let mut by_artist: BTreeMap<[u8; 16], Effectives> = BTreeMap::new();
    let mut changes = Vec::new();
    for subject in subjects(tx, reach).await? {
        let key = *subject.artist.bytes();
        let mut counting = match by_artist.get(&key) {
            Some(found) => found.clone(),
            None => {
                let mut own = store.clone();
                templates::own(tx, Reach::Artist(subject.artist), &mut own).await?;
                by_artist.insert(key, own.clone());
                own
            }
        };
        templates::own(tx, Reach::Track(subject.id), &mut counting).await?;
        changes.extend(one(tx, call, &subject, &counting, currency).await?);
    }
    Ok(changes)
}

async fn subjects(tx: &mut Tx, reach: Reach) -> Result<Vec<Subject>, Fault> {
    let rows = match reach {
        Reach::Store => tx.all(&format!("{SUBJECTS} order by t.id"), &[]).await?,
        Reach::Artist(id) => {
            let sql = format!("{SUBJECTS} where t.artist_id = $1 order by t.id");
            tx.all(&sql, &[id.bytes().into()]).await?
        }
        Reach::Track(id) => {
            let sql = format!("{SUBJECTS} where t.id = $1");
            tx.all(&sql, &[id.bytes().into()]).await?
        }
    };
    let subject = |row: &Row| {
        let words = format!("Music: {} – {}", row.text("artist")?, row.text("title")?);
        Ok(Subject {
            id: TrackId::from_bytes(row.id("id")?),
            slug: row.text("slug")?,
            artist: ArtistId::from_bytes(row.id("artist_id")?),
            credit: Line::cleaned(&words).map_or(Credit::NotRequired, Credit::Required),
        })
    };
    rows.iter().map(subject).collect()
}

async fn one(
    tx: &mut Tx,
    call: &mut Call,
    subject: &Subject,
    counting: &Effectives,
    currency: Currency,
) -> Result<Vec<Change>, Fault> {
    let has = assets(tx, subject.id).await?;
    let mut standing = standing(tx, subject.id).await?;
    let mut changes = Vec::new();
    for (tier, effective) in counting {
        let template = &effective.template;
        let rule = serde_json::to_string(&template.rule())
            .map_err(Fault::while_("writing an offer's rule"))?;
        let drafts = template
            .drafts(&has, &subject.credit, currency)
            .map_err(Fault::while_("pricing an offer"))?;
        for draft in drafts {
            let before = standing.remove(&(*tier, draft.asset));
            let change = put(tx, call, subject, *tier, &draft, &rule, before).await?;
            changes.extend(change);
        }
    }
    // What no template makes any more is closed: a quote that stands may not be bought on it.
    for ((tier, asset), old) in standing.into_iter().filter(|(_, old)| old.open) {
        let values = [
            subject.id.bytes().into(),
            tier.code().into(),
            asset.code().into(),
            call.now.0.into(),
        ];
        tx.run(CLOSE, &values).await?;
        changes.push(Change {
            track: subject.slug.clone(),
            asset,
            tier,
            before: Some(old.price),
            after: None,
            terms: false,
        });
    }
    Ok(changes)
}

/// What of a track can be sold: its files, and what is put together from them.
async fn assets(tx: &mut Tx, track: TrackId) -> Result<BTreeSet<AssetKind>, Fault> {
    let mut has = BTreeSet::new();
    for row in tx.all(ASSETS, &[track.bytes().into()]).await? {
        let kind = row.text("kind")?.parse();
        has.insert(kind.map_err(Fault::while_("reading an asset's kind"))?);
    }
    if has.contains(&AssetKind::Stem) {
        has.insert(AssetKind::StemPack);
        if has.contains(&AssetKind::FullMix) {
            has.insert(AssetKind::MixAndStems);
        }
    }
    Ok(has)
}

async fn standing(
    tx: &mut Tx,
    track: TrackId,
) -> Result<BTreeMap<(Tier, AssetKind), Standing>, Fault> {
    let mut out = BTreeMap::new();
    for row in tx.all(STANDING, &[track.bytes().into()]).await? {
        let tier: Tier = row
            .text("tier")?
            .parse()
            .map_err(Fault::while_("reading an offer's tier"))?;
        let asset: AssetKind = row
            .text("asset_kind")?
            .parse()
            .map_err(Fault::while_("reading an offer's asset"))?;
        let one = Standing {
            price: money(&row, "price_micros")?,
            envelope: row.text("envelope")?,
            rule: row.text("rule")?,
            open: row.opt_int("closed_ms")?.is_none(),
        };
        out.insert((tier, asset), one);
    }
    Ok(out)
}

async fn put(
    tx: &mut Tx,
    call: &mut Call,
    subject: &Subject,
    tier: Tier,
    draft: &Drafted,
    rule: &str,
    before: Option<Standing>,
) -> Result<Option<Change>, Fault> {
    let envelope =
        serde_json::to_string(&draft.envelope).map_err(Fault::while_("writing an envelope"))?;
    let terms = (before.as_ref()).is_some_and(|old| old.envelope != envelope || old.rule != rule);
    let was = before.as_ref().filter(|old| old.open).map(|old| old.price);
    let after = draft.on_sale.then_some(draft.price);
    if before.is_some_and(|old| old.price == draft.price) && was == after && !terms {
        return Ok(None);
    }
    let closed: Option<i64> = (!draft.on_sale).then_some(call.now.0);
    let values: [Value; 9] = [
        (&call.id()).into(),
        subject.id.bytes().into(),
        draft.asset.code().into(),
        tier.code().into(),
        draft.price.micros().into(),
        draft.price.currency().code().into(),
        envelope.into(),
        rule.into(),
        closed.into(),
    ];
    tx.run(PUT, &values).await?;
    Ok(Some(Change {
        track: subject.slug.clone(),
        asset: draft.asset,
        tier,
        before: was,
        after,
        terms,
    }))
}

const COUNT: &str =
    "update counters set next_no = next_no + 1 where name = 'offers' returning next_no";

const SUBJECTS: &str = "
    select t.id, t.slug, t.title, t.artist_id, a.name as artist
      from tracks t join artists a on a.id = t.artist_id";

const ASSETS: &str = "select distinct kind from assets where track_id = $1";

const STANDING: &str = "
    select tier, asset_kind, price_micros, currency, envelope, rule, closed_ms
      from offers where track_id = $1";

const CLOSE: &str = "
    update offers set closed_ms = $4 where track_id = $1 and tier = $2 and asset_kind = $3";

const PUT: &str = "
    insert into offers (id, track_id, asset_kind, tier, price_micros, currency, envelope, rule,
                        closed_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (track_id, asset_kind, tier) do update
       set price_micros = excluded.price_micros, currency = excluded.currency,
           envelope = excluded.envelope, rule = excluded.rule, closed_ms = excluded.closed_ms";
