//! Feeding the search index from the database.

use domain::TrackId;
use store::search::{Document, Shape};

use super::{Track, find};
use crate::{App, Fault};

/// The fields tracks are found by.
pub const SHAPE: Shape = Shape {
    texts: &[
        ("title", 4.0),
        ("artist", 3.0),
        ("words", 2.0),
        ("description", 1.0),
    ],
    facets: &[
        "genre",
        "mood",
        "instrument",
        "key",
        "length",
        "has",
        "artist_slug",
    ],
    numbers: &[
        "added",
        "bpm_milli",
        "duration_ms",
        "price_micros",
        "energy",
    ],
};

/// How many tracks are read and indexed at a time.
const BATCH: usize = 200;
/// Transactions commit out of order: tracks this much older than the newest seen are looked at
/// again, in ms.
const OVERLAP_MS: i64 = 60_000;

/// Indexes everything from `since` (milliseconds; 0 for all) and says when the newest track
/// came in. A node calls it with 0 at its start, and then now and again with the last answer,
/// so that it finds what other nodes and commands have added.
///
/// # Errors
/// [`Fault`] of the database or the index.
pub async fn follow(app: &App, since: i64) -> Result<i64, Fault> {
    let from = since.saturating_sub(OVERLAP_MS);
    let mut ids = Vec::new();
    let mut newest = since;
    for row in app.db.read().await?.all(SINCE, &[from.into()]).await? {
        let created = row.int("created_ms")?;
        // Within the overlap only what has not been indexed is new; putting it again is harmless.
        newest = newest.max(created);
        ids.push(TrackId::from_bytes(row.id("id")?));
    }
    if newest > since || since == 0 {
        for batch in ids.chunks(BATCH) {
            put(app, batch).await?;
        }
    }
    Ok(newest)
}

/// Indexes the tracks of these slugs anew, each once: their prices have changed.
pub(crate) async fn put_slugs<'a>(
    app: &App,
    slugs: impl Iterator<Item = &'a str>,
) -> Result<(), Fault> {
    let slugs: std::collections::BTreeSet<_> = slugs.collect();
    let mut ids = Vec::with_capacity(slugs.len());
    let mut tx = app.db.read().await?;
    for slug in slugs {
        ids.push(TrackId::from_bytes(
            tx.one(BY_SLUG, &[slug.into()]).await?.id("id")?,
        ));
    }
    drop(tx);
    for batch in ids.chunks(BATCH) {
        put(app, batch).await?;
    }
    Ok(())
}

/// Indexes these tracks as they stand in the database.
pub(crate) async fn put(app: &App, ids: &[TrackId]) -> Result<(), Fault> {
    let tracks = find::by_ids(&mut app.db.read().await?, ids).await?;
    app.index.put(tracks.iter().map(document).collect()).await?;
    Ok(())
}

fn document(track: &Track) -> Document {
    let mut words = vec![track.genre.clone(), track.key.clone().unwrap_or_default()];
    words.extend(
        track
            .moods
            .iter()
            .chain(&track.instruments)
            .chain(&track.stems)
            .cloned(),
    );
    let mut facets = vec![
        ("genre", track.genre.clone()),
        ("length", length(track.duration_ms).to_owned()),
        ("artist_slug", track.artist.slug.clone()),
    ];
    facets.extend(track.key.iter().map(|key| ("key", key.clone())));
    facets.extend(track.moods.iter().map(|mood| ("mood", mood.clone())));
    facets.extend(
        track
            .instruments
            .iter()
            .map(|name| ("instrument", name.clone())),
    );
    let features = [
        (!track.stems.is_empty(), "stems"),
        (track.loopable, "loop"),
        (track.vocal, "vocals"),
    ];
    facets.extend(
        features
            .iter()
            .filter(|(has, _)| *has)
            .map(|(_, w)| ("has", (*w).to_owned())),
    );
    facets.retain(|(_, value)| !value.is_empty());
    let mut numbers = vec![
        ("added", track.created_ms),
        ("duration_ms", track.duration_ms),
        ("energy", track.energy),
    ];
    numbers.extend(track.bpm_milli.map(|bpm| ("bpm_milli", bpm)));
    numbers.extend(
        track
            .from_price
            .map(|price| ("price_micros", price.micros())),
    );
    Document {
        id: track.id.to_string(),
        texts: vec![
            ("title", track.title.clone()),
            ("artist", track.artist.name.clone()),
            ("words", words.join(" ")),
            ("description", track.description.clone()),
        ],
        facets,
        numbers,
    }
}

/// The bucket of a length: what people cut for.
fn length(ms: i64) -> &'static str {
    match ms {
        ..20_000 => "under 20 s",
        20_000..40_000 => "20-40 s",
        40_000..60_000 => "40-60 s",
        60_000..180_000 => "1-3 min",
        _ => "over 3 min",
    }
}

const BY_SLUG: &str = "select id from tracks where slug = $1";

const SINCE: &str =
    "select id, created_ms from tracks where created_ms >= $1 order by created_ms, id";
