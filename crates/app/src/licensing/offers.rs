//! A track's open offers and its stems, as quoting and buying read them.

use std::sync::Arc;

use domain::{Offer, OfferId, TrackId};
use store::db::{Row, Tx};

use crate::Fault;
use crate::catalogue::find_money;

/// What is on sale of a track.
pub(super) async fn open(tx: &mut Tx, track: TrackId) -> Result<Vec<Offer>, Fault> {
    let rows = tx.all(OFFERS, &[track.bytes().into()]).await?;
    rows.iter().map(|row| offer(row, track)).collect()
}

/// Whether an offer is on sale.
pub(super) async fn is_open(tx: &mut Tx, offer: OfferId) -> Result<bool, Fault> {
    Ok(tx
        .optional(OPEN_OFFER, &[offer.bytes().into()])
        .await?
        .is_some())
}

/// The names of a track's stems, in order.
pub(super) async fn stems(tx: &mut Tx, track: TrackId) -> Result<Vec<String>, Fault> {
    let sql = tx.spelt(STEMS);
    let rows = tx.all(&sql, &[track.bytes().into()]).await?;
    rows.iter().map(|row| Ok(row.text("name")?)).collect()
}

/// The offer of a row with its own columns, `currency` among them.
pub(super) fn offer(row: &Row, track: TrackId) -> Result<Offer, Fault> {
    let envelope = serde_json::from_str(&row.text("envelope")?)
        .map_err(Fault::while_("reading an offer's envelope"))?;
    Ok(Offer {
        id: OfferId::from_bytes(row.id("id")?),
        track,
        asset: row
            .text("asset_kind")?
            .parse()
            .map_err(Fault::while_("reading an offer's asset"))?,
        tier: row
            .text("tier")?
            .parse()
            .map_err(Fault::while_("reading an offer's tier"))?,
        price: find_money(row, "price_micros")?,
        envelope: Arc::new(envelope),
        rule: serde_json::from_str(&row.text("rule")?)
            .map_err(Fault::while_("reading an offer's rule"))?,
    })
}

const OFFERS: &str = "
    select id, asset_kind, tier, price_micros, currency, envelope, rule
      from offers where track_id = $1 and closed_ms is null";

const OPEN_OFFER: &str = "select id from offers where id = $1 and closed_ms is null";

const STEMS: &str = "
    select name from assets where track_id = $1 and kind = 'stem' order by name {bytewise}";
