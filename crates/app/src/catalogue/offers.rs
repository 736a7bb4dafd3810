//! Putting a track on sale: the shipped offers for every asset it has.

use domain::envelope::Credit;
use domain::offer::TEMPLATES;
use domain::{AssetKind, Line, OfferId, TrackId};
use store::db::Tx;

use super::prepare::Prepared;
use crate::{Call, Fault};

/// Writes an offer for each shipped template whose asset the track has.
pub(super) async fn put_on_sale(
    tx: &mut Tx,
    call: &mut Call,
    track: TrackId,
    prepared: &Prepared,
) -> Result<(), Fault> {
    let said = &prepared.declared;
    let credit = Line::cleaned(&format!("Music: {} – {}", said.artist, said.title));
    let credit = credit.map_or(Credit::NotRequired, Credit::Required);
    for template in &TEMPLATES {
        let there = match template.asset {
            AssetKind::FullMix => true,
            AssetKind::StemPack => !prepared.stems.is_empty(),
            kind => prepared.cuts.iter().any(|(cut, _)| *cut == kind),
        };
        if !there {
            continue;
        }
        let id = OfferId::from_bytes(call.id());
        let offer = template
            .offer(id, track, credit.clone())
            .map_err(Fault::while_("pricing an offer"))?;
        let envelope =
            serde_json::to_string(&offer.envelope).map_err(Fault::while_("writing an envelope"))?;
        let values = [
            id.bytes().into(),
            track.bytes().into(),
            offer.asset.code().into(),
            offer.tier.code().into(),
            offer.price.micros().into(),
            offer.price.currency().code().into(),
            envelope.into(),
        ];
        tx.run(INSERT_OFFER, &values).await?;
    }
    Ok(())
}

const INSERT_OFFER: &str = "
    insert into offers (id, track_id, asset_kind, tier, price_micros, currency, envelope)
    values ($1, $2, $3, $4, $5, $6, $7)";
