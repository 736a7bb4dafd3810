//! Somebody's own licences, the latest first: those that they, or their program, bought signed in.
//!
//! Whoever bought as a guest isn't known here: they have the link of each licence.

use domain::{AssetKind, Envelope, LicenceId, Timestamp, TrackId};
use ledger::{Currency, Money};
use licence_key::Code;
use store::db::{Row, Tx};

use super::Standing;
use crate::access::Principal;
use crate::{App, Fault};

/// The most licences of one page.
pub const PAGE_MAX: usize = 100;

/// A licence in the list of whoever bought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: LicenceId,
    /// Its code: public, no secret.
    pub code: Code,
    /// The track, and its word in addresses; none for clip time and subscriptions.
    pub track: Option<(TrackId, String)>,
    /// What was licensed.
    pub asset: AssetKind,
    /// The tier's word; `bundle` for clip time, `pool` for a subscription.
    pub tier: String,
    /// For people: `15-second cut, Creator tier`.
    pub label: String,
    /// The track's title when it was sold.
    pub title: String,
    /// Its artist then; empty where there is no track.
    pub artist: String,
    /// What was paid.
    pub price: Money,
    /// Whether it is in force.
    pub standing: Standing,
    /// Until when something new may be published under it; none without an end.
    pub until: Option<Timestamp>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Whether there is an invoice: not for a gift, and not for what cost nothing.
    pub billed: bool,
    /// The numbers of its credit notes, the oldest first.
    pub credit_notes: Vec<String>,
    /// The word that opens its private page.
    pub grant: String,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The licences, the latest first.
    pub licences: Vec<Listed>,
    /// What to ask for next: those before this one. None on the last page.
    pub next: Option<LicenceId>,
}

/// The licences that whoever asks has bought, the latest first, from `before` on; a guest has
/// none. What is bought meanwhile moves nothing: a page begins behind a licence, not at a place.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn list(
    app: &App,
    who: &Principal,
    before: Option<LicenceId>,
    limit: usize,
) -> Result<Page, Fault> {
    let buyer = match who {
        Principal::Guest => {
            return Ok(Page {
                licences: Vec::new(),
                next: None,
            });
        }
        Principal::Person(person) => *person.id.bytes(),
        Principal::Program(key) => *key.id.bytes(),
    };
    let limit = limit.clamp(1, PAGE_MAX);
    let before = before.map_or([u8::MAX; 16], |id| *id.bytes());
    let mut tx = app.read().await?;
    // One more than is shown tells whether there is another page.
    let rows_max = i64::try_from(limit).unwrap_or(0) + 1;
    let values = [(&buyer).into(), (&before).into(), rows_max.into()];
    let rows = tx.all(OWN, &values).await?;
    let mut licences = Vec::with_capacity(limit);
    for row in rows.iter().take(limit) {
        licences.push(read(app, row)?);
    }
    let next = (rows.len() > limit).then(|| licences.last().map(|last| last.id));
    notes(&mut tx, &buyer, &mut licences).await?;
    Ok(Page {
        licences,
        next: next.flatten(),
    })
}

/// Adds the credit notes of a page's licences, which lie between its last and its first.
async fn notes(tx: &mut Tx, buyer: &[u8; 16], licences: &mut [Listed]) -> Result<(), Fault> {
    let (Some(first), Some(last)) = (licences.first(), licences.last()) else {
        return Ok(());
    };
    let values = [
        buyer.into(),
        last.id.bytes().into(),
        first.id.bytes().into(),
    ];
    for row in tx.all(NOTES, &values).await? {
        let id = LicenceId::from_bytes(row.id("licence_id")?);
        if let Some(of) = licences.iter_mut().find(|one| one.id == id) {
            let number = format!("CN-{}-{:04}", row.text("series")?, row.int("number")?);
            of.credit_notes.push(number);
        }
    }
    Ok(())
}

fn read(app: &App, row: &Row) -> Result<Listed, Fault> {
    let id = LicenceId::from_bytes(row.id("id")?);
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading a licence's currency"))?;
    let price = Money::new(row.int("price_micros")?, currency);
    let envelope: Envelope = serde_json::from_str(&row.text("envelope")?)
        .map_err(Fault::while_("reading a licence's envelope"))?;
    let track = match row.opt_text("slug")? {
        Some(slug) => Some((TrackId::from_bytes(row.id("track_id")?), slug)),
        None => None,
    };
    Ok(Listed {
        id,
        code: row
            .text("code")?
            .parse()
            .map_err(Fault::while_("reading a licence's code"))?,
        track,
        asset: row
            .text("asset_kind")?
            .parse()
            .map_err(Fault::while_("reading a licence's asset"))?,
        tier: row.text("tier")?,
        label: row.text("label")?,
        title: row.text("title")?,
        artist: row.text("artist")?,
        standing: Standing::from_word(&row.text("status")?)?,
        until: envelope.publish_window.until,
        issued_at: Timestamp(row.int("issued_ms")?),
        billed: row.opt_bytes("gift_id")?.is_none() && !price.is_zero(),
        price,
        credit_notes: Vec::new(),
        grant: app.issuer.grant(id),
    })
}

const OWN: &str = "
    select l.id, l.code, l.track_id, t.slug, l.asset_kind, l.tier, l.label, l.title, l.artist,
           l.price_micros, l.currency, l.envelope, l.status, l.issued_ms, b.gift_id
      from licences l
      left join tracks t on t.id = l.track_id
      left join bundles b on b.licence_id = l.id
     where l.buyer_id = $1 and l.id < $2
     order by l.id desc limit $3";

const NOTES: &str = "
    select c.licence_id, c.series, c.number
      from credit_notes c join licences l on l.id = c.licence_id
     where l.buyer_id = $1 and l.id >= $2 and l.id <= $3
     order by c.licence_id, c.series, c.number";
