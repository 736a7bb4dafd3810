//! Tracks: searching, showing, hearing.

use std::sync::Arc;

use app::App;
use app::catalogue::search::{self, Search};
use app::catalogue::show::{self, Stream};
use app::catalogue::{Share, Track as Shown};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::money::Money;
use super::params;
use crate::cache;
use crate::problem::{Problem, ProblemBody};
use crate::range::{self, Content, Source};

/// How many tracks a page holds where nobody says.
const PAGE: usize = 24;
/// Waveforms and previews never change; a day is for the case that a track is taken down.
const DAY_S: u32 = 86_400;
/// The search parameters that are facets, with the facets they are.
pub(crate) const FACETS: [(&str, &str); 7] = [
    ("genre", "genre"),
    ("mood", "mood"),
    ("instrument", "instrument"),
    ("key", "key"),
    ("length", "length"),
    ("has", "has"),
    ("artist", "artist_slug"),
];

/// A track.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Track {
    /// Its id.
    #[schema(example = "trk_01khx4m0000000000000000000")]
    id: String,
    /// Its word in addresses.
    slug: String,
    /// Its title.
    title: String,
    /// Who made it.
    artist: Artist,
    /// A sentence about it; may be empty.
    description: String,
    /// Its genre; empty where nobody said.
    genre: String,
    /// Moods.
    moods: Vec<String>,
    /// Instruments.
    instruments: Vec<String>,
    /// Beats a minute; null without a steady beat.
    #[schema(example = 97.5)]
    bpm: Option<f64>,
    /// Such as `A minor`.
    key: Option<String>,
    /// Length in milliseconds.
    duration_ms: i64,
    /// Integrated loudness in LUFS (EBU R 128).
    loudness_lufs: f64,
    /// From 0 (still) to 100 (relentless).
    energy: i64,
    /// Where the part most worth hearing begins, in milliseconds.
    hook_ms: i64,
    /// Whether its end runs into its beginning without a seam.
    loopable: bool,
    /// Whether somebody sings.
    vocal: bool,
    /// Names of its stems.
    stems: Vec<String>,
    /// What can be licensed of it.
    assets: Vec<Asset>,
    /// The lowest price; null when it isn't on sale.
    from_price: Option<Money>,
    /// Where it is heard: Ogg Opus, ranges are answered.
    preview_url: String,
    /// Where its waveform is.
    waveform_url: String,
    /// Its page.
    page_url: String,
}

/// Who made a track.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Artist {
    /// Their id.
    id: String,
    /// Their name.
    name: String,
    /// Their word in addresses.
    slug: String,
}

/// Something of a track that can be licensed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Asset {
    /// Such as `cut_15` or `full_mix`.
    kind: String,
    /// Its length in milliseconds.
    duration_ms: i64,
}

/// A track with who is credited for it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrackWithCredits {
    #[serde(flatten)]
    track: Track,
    /// Who takes part in its earnings, the largest part first. The parts aren't public.
    credits: Vec<Credit>,
}

/// Somebody who is credited.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Credit {
    /// Their name.
    name: String,
}

/// A page of tracks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tracks {
    /// The tracks of this page.
    tracks: Vec<Track>,
    /// How many there are in all.
    total: usize,
    /// What the search could be narrowed by.
    facets: Facets,
    /// Send it as `cursor` for the next page; null at the end.
    next_cursor: Option<String>,
}

/// How many of the tracks found have each value.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Facets {
    genre: Vec<Count>,
    mood: Vec<Count>,
    instrument: Vec<Count>,
    key: Vec<Count>,
    length: Vec<Count>,
    /// `stems`, `loop` and `vocals`.
    has: Vec<Count>,
    /// By the artist's word in addresses.
    artist: Vec<Count>,
}

/// One value of a facet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Count {
    /// The value, to be sent as the parameter.
    value: String,
    /// How many tracks have it.
    count: u64,
}

/// A waveform.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Waveform {
    /// Least and greatest sample of each equal slice; full scale is 127.
    #[schema(value_type = Vec<Vec<i8>>)]
    peaks: Vec<(i8, i8)>,
    /// Length in milliseconds.
    duration_ms: i64,
    /// Where the part most worth hearing begins, in milliseconds.
    hook_ms: i64,
}

/// Searches the catalogue.
///
/// Every word must be found; the last one may be the beginning of a word, and longer ones may
/// be misspelt. Without words the newest tracks come first. A facet may be given several times:
/// a track must have all.
#[utoipa::path(get, path = "/v1/tracks", operation_id = "search_tracks", tag = "Catalogue", params(
    ("q" = Option<String>, Query, description = "Words, as a person types them"),
    ("genre" = Option<String>, Query, description = "A genre, as counted in `facets`"),
    ("mood" = Option<String>, Query, description = "A mood"),
    ("instrument" = Option<String>, Query, description = "An instrument"),
    ("key" = Option<String>, Query, description = "A key, such as `A minor`"),
    ("length" = Option<String>, Query, description = "A bucket of lengths, as counted in `facets`"),
    ("has" = Option<String>, Query, description = "`stems`, `loop` or `vocals`"),
    ("artist" = Option<String>, Query, description = "An artist's word in addresses"),
    ("bpm_min" = Option<i64>, Query, description = "Lowest tempo, included"),
    ("bpm_max" = Option<i64>, Query, description = "Highest tempo, included"),
    ("duration_min_ms" = Option<i64>, Query, description = "Shortest length, included"),
    ("duration_max_ms" = Option<i64>, Query, description = "Longest length, included"),
    ("price_max" = Option<String>, Query, description = "The most the cheapest licence may cost, in units of the store's currency: `7.50`"),
    ("limit" = Option<usize>, Query, description = "How many, 1 to 100; 24 where not given"),
    ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
), responses(
    (status = 200, description = "A page of tracks", body = Tracks),
    (status = 400, description = "A parameter is unknown or wrong", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Tracks>, Problem> {
    let wanted = read_search(&app, query.as_deref())?;
    let found = search::search(&app, &wanted).await?;
    let mut facets = Facets::default();
    for (name, counts) in found.facets {
        if let Some(list) = facets.list(name) {
            list.extend(counts.into_iter().map(|c| Count {
                value: c.value,
                count: c.count,
            }));
        }
    }
    Ok(Json(Tracks {
        tracks: found.tracks.into_iter().map(Track::from).collect(),
        total: found.total,
        facets,
        next_cursor: found.next.map(params::cursor),
    }))
}

/// Shows one track.
#[utoipa::path(get, path = "/v1/tracks/{track}", operation_id = "show_track", tag = "Catalogue", params(
    ("track" = String, Path, description = "Its id or its slug"),
), responses(
    (status = 200, description = "The track", body = TrackWithCredits),
    (status = 404, description = "There is none of this name", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Json<TrackWithCredits>, Problem> {
    let track = show::track(&app, &name).await?;
    let shares = show::splits(&app, track.id).await?;
    let credits = shares
        .into_iter()
        .map(|share: Share| Credit { name: share.name })
        .collect();
    Ok(Json(TrackWithCredits {
        track: track.into(),
        credits,
    }))
}

/// Plays a track: its preview as Ogg Opus. Ranges and validators are answered.
#[utoipa::path(get, path = "/v1/tracks/{track}/preview", operation_id = "play_track", tag = "Catalogue", params(
    ("track" = String, Path, description = "Its id or its slug"),
    ("Range" = Option<String>, Header, description = "A single range of bytes"),
), responses(
    (status = 200, description = "The whole preview", body = Vec<u8>, content_type = "audio/ogg"),
    (status = 206, description = "The part asked for", body = Vec<u8>, content_type = "audio/ogg"),
    (status = 304, description = "It hasn't changed"),
    (status = 404, description = "There is no such track", body = ProblemBody, content_type = "application/problem+json"),
    (status = 416, description = "There is no such part", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn preview(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Stream { file, length, tag } = show::preview(&app, &name).await?;
    let content = Content {
        source: Source::File(file),
        length,
        tag,
        mime: "audio/ogg",
    };
    let mut response = range::send(&method, &headers, content).await?;
    let headers = response.headers_mut();
    let kept = HeaderValue::from_static("public, max-age=86400");
    headers.insert(header::CACHE_CONTROL, kept);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    Ok(response)
}

/// A track's waveform.
#[utoipa::path(get, path = "/v1/tracks/{track}/waveform", operation_id = "show_waveform", tag = "Catalogue", params(
    ("track" = String, Path, description = "Its id or its slug"),
), responses(
    (status = 200, description = "The waveform", body = Waveform),
    (status = 404, description = "There is no such track", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn waveform(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let track = show::track(&app, &name).await?;
    let waveform = Waveform {
        peaks: track
            .peaks
            .iter()
            .map(|peak| (peak.min, peak.max))
            .collect(),
        duration_ms: track.duration_ms,
        hook_ms: track.hook_ms,
    };
    let body =
        serde_json::to_string(&waveform).map_err(app::Fault::while_("writing a waveform"))?;
    Ok(cache::public(&headers, "application/json", body, DAY_S).into_response())
}

/// The search that a query asks for.
fn read_search(app: &App, query: Option<&str>) -> Result<Search, Problem> {
    let mut wanted = Search {
        limit: PAGE,
        ..Search::default()
    };
    for (name, value) in params::pairs(query) {
        if value.is_empty() {
            continue;
        }
        let number = || params::read::<i64>(&name, &value, "a whole number");
        match name.as_str() {
            "q" => wanted.words = value,
            "bpm_min" => wanted.bpm.0 = Some(number()?),
            "bpm_max" => wanted.bpm.1 = Some(number()?),
            "duration_min_ms" => wanted.duration_ms.0 = Some(number()?),
            "duration_max_ms" => wanted.duration_ms.1 = Some(number()?),
            "price_max" => {
                let amount = format!("{value} {}", app.settings.currency);
                let amount: ledger::Money = params::read(&name, &amount, "an amount such as 7.50")?;
                wanted.price_max = Some(amount.micros());
            }
            "limit" => wanted.limit = params::read(&name, &value, "a number from 1 to 100")?,
            "cursor" => wanted.offset = params::read_cursor(&value)?,
            _ => {
                let facet = FACETS.iter().find(|(parameter, _)| *parameter == name);
                let (_, facet) = facet.ok_or_else(|| params::unknown(&name))?;
                wanted.facets.push((facet, value));
            }
        }
    }
    Ok(wanted)
}

impl Facets {
    fn list(&mut self, facet: &str) -> Option<&mut Vec<Count>> {
        match facet {
            "genre" => Some(&mut self.genre),
            "mood" => Some(&mut self.mood),
            "instrument" => Some(&mut self.instrument),
            "key" => Some(&mut self.key),
            "length" => Some(&mut self.length),
            "has" => Some(&mut self.has),
            "artist_slug" => Some(&mut self.artist),
            _ => None,
        }
    }
}

impl From<Shown> for Track {
    fn from(track: Shown) -> Self {
        let id = track.id.to_string();
        let asset = |(kind, duration_ms): (domain::AssetKind, i64)| Asset {
            kind: kind.code().to_owned(),
            duration_ms,
        };
        Self {
            preview_url: format!("/v1/tracks/{id}/preview"),
            waveform_url: format!("/v1/tracks/{id}/waveform"),
            page_url: format!("/tracks/{}", track.slug),
            id,
            slug: track.slug,
            title: track.title,
            artist: Artist {
                id: track.artist.id.to_string(),
                name: track.artist.name,
                slug: track.artist.slug,
            },
            description: track.description,
            genre: track.genre,
            moods: track.moods,
            instruments: track.instruments,
            bpm: track.bpm_milli.map(|bpm| decimal(bpm, 1000.0)),
            key: track.key,
            duration_ms: track.duration_ms,
            loudness_lufs: decimal(track.loudness_clufs, 100.0),
            energy: track.energy,
            hook_ms: track.hook_ms,
            loopable: track.loopable,
            vocal: track.vocal,
            stems: track.stems,
            assets: track.assets.into_iter().map(asset).collect(),
            from_price: track.from_price.map(Money::from),
        }
    }
}

/// A measure kept as a whole number of parts, as a decimal number. (Never money.)
fn decimal(parts: i64, of_one: f64) -> f64 {
    i32::try_from(parts).map_or(0.0, f64::from) / of_one
}
