//! Reading tracks whole: the rows of several tables put together, few statements for many.

use domain::{ArtistId, AssetKind, TrackId};
use ledger::{Currency, Money};
use store::db::{Row, Tx, Value};

use super::{Artist, Track};
use crate::Fault;

/// The tracks of these ids, in their order; ids of no track are passed over.
pub(super) async fn by_ids(tx: &mut Tx, ids: &[TrackId]) -> Result<Vec<Track>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let marks: Vec<_> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    let these = format!("({})", marks.join(", "));
    let values: Vec<Value> = ids.iter().map(|id| id.bytes().into()).collect();
    let mut tracks = Vec::with_capacity(ids.len());
    for row in tx
        .all(&format!("{TRACKS} where t.id in {these}"), &values)
        .await?
    {
        tracks.push(track(&row)?);
    }
    tracks.sort_by_key(|track| ids.iter().position(|id| *id == track.id));
    let tags = format!("{TAGS} where track_id in {these} order by value {{bytewise}}");
    let tags = tx.spelt(&tags);
    for row in tx.all(&tags, &values).await? {
        let (kind, value) = (row.text("kind")?, row.text("value")?);
        let Some(track) = owner(&mut tracks, &row)? else {
            continue;
        };
        let list = if kind == "mood" {
            &mut track.moods
        } else {
            &mut track.instruments
        };
        list.push(value);
    }
    let assets = format!("{ASSETS} where track_id in {these} order by name {{bytewise}}");
    let assets = tx.spelt(&assets);
    for row in tx.all(&assets, &values).await? {
        add_asset(&mut tracks, &row)?;
    }
    let prices = format!("{PRICES} and o.track_id in {these} group by o.track_id, o.currency");
    for row in tx.all(&prices, &values).await? {
        let price = money(&row, "least")?;
        let Some(track) = owner(&mut tracks, &row)? else {
            continue;
        };
        track.from_price = Some(price);
    }
    Ok(tracks)
}

/// An amount and its currency, from columns `column` and `currency`.
pub(crate) fn money(row: &Row, column: &str) -> Result<Money, Fault> {
    let code = row.text("currency")?;
    let currency = Currency::from_code(&code).map_err(Fault::while_("reading a currency"))?;
    Ok(Money::new(row.int(column)?, currency))
}

fn owner<'a>(tracks: &'a mut [Track], row: &Row) -> Result<Option<&'a mut Track>, Fault> {
    let id = TrackId::from_bytes(row.id("track_id")?);
    Ok(tracks.iter_mut().find(|track| track.id == id))
}

fn add_asset(tracks: &mut [Track], row: &Row) -> Result<(), Fault> {
    let kind: AssetKind = row
        .text("kind")?
        .parse()
        .map_err(Fault::while_("reading an asset's kind"))?;
    let (name, length) = (row.text("name")?, row.int("duration_ms")?);
    let Some(track) = owner(tracks, row)? else {
        return Ok(());
    };
    if kind == AssetKind::Stem {
        track.stems.push(name);
    }
    track.assets.push((kind, length));
    Ok(())
}

fn track(row: &Row) -> Result<Track, Fault> {
    Ok(Track {
        id: TrackId::from_bytes(row.id("id")?),
        slug: row.text("slug")?,
        title: row.text("title")?,
        artist: Artist {
            id: ArtistId::from_bytes(row.id("artist_id")?),
            name: row.text("artist_name")?,
            slug: row.text("artist_slug")?,
        },
        description: row.text("description")?,
        genre: row.text("genre")?,
        bpm_milli: row.opt_int("bpm_milli")?,
        key: row.opt_text("musical_key")?,
        duration_ms: row.int("duration_ms")?,
        loudness_clufs: row.int("loudness_clufs")?,
        energy: row.int("energy")?,
        hook_ms: row.int("hook_ms")?,
        loopable: row.flag("loopable")?,
        vocal: row.flag("vocal")?,
        moods: Vec::new(),
        instruments: Vec::new(),
        stems: Vec::new(),
        assets: Vec::new(),
        from_price: None,
        attested: row.flag("attested")?,
        exclusive_until: row.opt_int("exclusive_ms")?.map(domain::Timestamp),
        peaks: audio::peaks::unpack(&row.bytes("peaks")?),
        created_ms: row.int("created_ms")?,
    })
}

const TRACKS: &str = "
    select t.id, t.slug, t.title, t.artist_id, a.name as artist_name, a.slug as artist_slug,
           t.description, t.genre, t.bpm_milli, t.musical_key, t.duration_ms, t.loudness_clufs,
           t.energy, t.hook_ms, t.loopable, t.vocal, t.peaks, t.created_ms,
           cast(case when s.master_ms is null or s.composition_ms is null then 0 else 1 end
                as bigint) as attested,
           (select max(e.until_ms) from exclusives e join licences l on l.id = e.licence_id
             where e.track_id = t.id and l.status <> 'revoked') as exclusive_ms
      from tracks t
      join artists a on a.id = t.artist_id
      left join attestations s on s.track_id = t.id";

const TAGS: &str = "select track_id, kind, value from track_tags";

const ASSETS: &str = "select track_id, kind, name, duration_ms from assets";

const PRICES: &str = "
    select o.track_id, o.currency, min(o.price_micros) as least
      from offers o join attestations s on s.track_id = o.track_id
     where o.closed_ms is null and s.master_ms is not null and s.composition_ms is not null";
