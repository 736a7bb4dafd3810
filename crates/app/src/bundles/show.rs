//! What became of a bundle: each use with what it drew, each part that left, each gift.

use domain::{BundleId, GiftId, LicenceId, Timestamp};
use ledger::Money;
use licence_key::Code;
use store::db::{Row, Tx};

use super::{Asker, BundleRefusal, may};
use crate::access::Person;
use crate::accounts::clip_time;
use crate::{App, Fault, Stop};

/// The most uses that are listed.
const DRAWS_MAX: i64 = 500;

/// A bundle, told to its holder.
#[derive(Debug, Clone)]
pub struct Told {
    /// The bundle.
    pub id: BundleId,
    /// The licence it is drawn on by.
    pub licence: LicenceId,
    /// Clip time as it was bought or given, in ms.
    pub total_ms: i64,
    /// Clip time billed, in ms.
    pub consumed_ms: i64,
    /// Clip time given away, paid back or expired, in ms.
    pub gone_ms: i64,
    /// Clip time left, in ms.
    pub left_ms: i64,
    /// When what is left expires.
    pub expires_at: Timestamp,
    /// What was paid; a part of that, for a gift.
    pub price: Money,
    /// Whether it was a gift.
    pub gift: bool,
    /// Each use that drew on it, the newest first.
    pub draws: Vec<Drawn>,
    /// Each part that left or came back, the oldest first.
    pub cuts: Vec<CutTold>,
    /// The gifts made of it, the newest first.
    pub gifts: Vec<GiftTold>,
}

/// A use, by what it drew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// When it was reported.
    pub at: Timestamp,
    /// The track.
    pub title: String,
    /// Where it was seen.
    pub placement: String,
    /// Drawn from this bundle, in ms.
    pub ms: i64,
    /// What that earned for the track's payees.
    pub earned: Money,
}

/// A part that left, or came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutTold {
    /// When.
    pub at: Timestamp,
    /// `gift`, `withdrawn`, `refund` or `expiry`.
    pub kind: String,
    /// How much, in ms; negative where it came back.
    pub ms: i64,
}

/// A gift made of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiftTold {
    /// The gift.
    pub id: GiftId,
    /// How much, in ms.
    pub ms: i64,
    /// When it was made.
    pub at: Timestamp,
    /// When it was taken.
    pub taken: Option<Timestamp>,
    /// When it was taken back.
    pub withdrawn: Option<Timestamp>,
    /// The secret of its link, while it waits.
    pub token: Option<String>,
}

/// A bundle in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The bundle.
    pub id: BundleId,
    /// Its licence.
    pub licence: LicenceId,
    /// The licence's code.
    pub code: Code,
    /// The word that opens the licence's page.
    pub grant: String,
    /// Clip time as bought, in ms.
    pub total_ms: i64,
    /// Clip time left, in ms.
    pub left_ms: i64,
    /// When what is left expires.
    pub expires_at: Timestamp,
}

/// A bundle with all that became of it.
///
/// # Errors
/// [`BundleRefusal`].
pub async fn bundle(
    app: &App,
    asker: Asker<'_>,
    id: BundleId,
) -> Result<Told, Stop<BundleRefusal>> {
    let mut tx = app.read().await?;
    let held = clip_time::find(&mut tx, id).await?;
    let held = held.ok_or(Stop::Refused(BundleRefusal::Unknown(id)))?;
    may(app, asker, &held).map_err(Stop::Refused)?;
    let currency = held.price.currency();
    let told = Told {
        id,
        licence: held.licence,
        total_ms: held.bundle.sold_ms,
        consumed_ms: held.bundle.consumed_ms,
        gone_ms: held.bundle.gone_ms,
        left_ms: held.bundle.left_ms(),
        expires_at: held.bundle.expires_at,
        price: held.price,
        gift: held.gift.is_some(),
        draws: draws(&mut tx, id, currency).await?,
        cuts: cuts(&mut tx, id).await?,
        gifts: gifts(app, &mut tx, id).await?,
    };
    Ok(told)
}

/// Somebody's bundles in the order they are drawn on, those that are over last.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn of(app: &App, who: &Person) -> Result<Vec<Listed>, Fault> {
    let mut tx = app.read().await?;
    let now = app.edge.now().0;
    let values = [who.id.bytes().into(), now.into()];
    let rows = tx.all(OF, &values).await?;
    rows.iter().map(|row| listed(app, row)).collect()
}

fn listed(app: &App, row: &Row) -> Result<Listed, Fault> {
    let bundle = clip_time::figures(row)?;
    let licence = LicenceId::from_bytes(row.id("licence_id")?);
    Ok(Listed {
        id: bundle.id,
        licence,
        code: row
            .text("code")?
            .parse()
            .map_err(Fault::while_("reading a licence's code"))?,
        grant: app.issuer.grant(licence),
        total_ms: bundle.sold_ms,
        left_ms: bundle.left_ms(),
        expires_at: bundle.expires_at,
    })
}

async fn draws(tx: &mut Tx, id: BundleId, currency: ledger::Currency) -> Result<Vec<Drawn>, Fault> {
    let rows = tx
        .all(DRAWS, &[id.bytes().into(), DRAWS_MAX.into()])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Drawn {
                at: Timestamp(row.int("received_ms")?),
                title: row.text("title")?,
                placement: row.text("placement")?,
                ms: row.int("billed_ms")?,
                earned: Money::new(row.int("earned_micros")?, currency),
            })
        })
        .collect()
}

async fn cuts(tx: &mut Tx, id: BundleId) -> Result<Vec<CutTold>, Fault> {
    let rows = tx.all(CUTS, &[id.bytes().into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(CutTold {
                at: Timestamp(row.int("at_ms")?),
                kind: row.text("kind")?,
                ms: row.int("ms")?,
            })
        })
        .collect()
}

async fn gifts(app: &App, tx: &mut Tx, id: BundleId) -> Result<Vec<GiftTold>, Fault> {
    let rows = tx.all(GIFTS, &[id.bytes().into()]).await?;
    rows.iter()
        .map(|row| {
            let gift = GiftId::from_bytes(row.id("id")?);
            let taken = row.opt_int("taken_ms")?.map(Timestamp);
            let withdrawn = row.opt_int("withdrawn_ms")?.map(Timestamp);
            let waits = taken.is_none() && withdrawn.is_none();
            Ok(GiftTold {
                id: gift,
                ms: row.int("ms")?,
                at: Timestamp(row.int("created_ms")?),
                taken,
                withdrawn,
                token: waits.then(|| app.issuer.gift(gift)),
            })
        })
        .collect()
}

const DRAWS: &str = "
    select u.received_ms, t.title, coalesce(u.placement, 'several') as placement, d.billed_ms, d.earned_micros
      from use_draws d join uses u on u.id = d.use_id join tracks t on t.id = u.track_id
     where d.bundle_id = $1 order by u.received_ms desc, u.id desc limit $2";

const CUTS: &str = "select at_ms, kind, ms from bundle_cuts where bundle_id = $1 order by line";

const GIFTS: &str = "
    select id, ms, created_ms, taken_ms, withdrawn_ms
      from gifts where bundle_id = $1 order by created_ms desc, id desc";

const OF: &str = "
    select b.id, b.licence_id, l.code, b.total_ms, b.unearned_micros, b.consumed_ms, b.gone_ms,
           b.gone_micros, b.base_ms, b.base_micros, b.expires_ms
      from bundles b join licences l on l.id = b.licence_id
     where l.buyer_id = $1
     order by case when b.expires_ms > $2 then 0 else 1 end, b.expires_ms, b.id";
