//! Finding tracks by words, facets and ranges.

use domain::TrackId;
use store::search::{FacetCount, Query};
use thiserror::Error;

use super::{Track, find};
use crate::{App, Fault, Refusal, Stop};

/// The most tracks a page holds.
pub const PAGE_MAX: usize = 100;
/// How deep a search may be paged: nobody looks further, and ranking that deep costs.
pub const DEPTH_MAX: usize = 10_000;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Words as typed.
    pub words: String,
    /// Facet values by facet: see [`super::SHAPE`].
    pub facets: Vec<(&'static str, String)>,
    /// Tempo in beats a minute, both ends included.
    pub bpm: (Option<i64>, Option<i64>),
    /// Length in milliseconds, both ends included.
    pub duration_ms: (Option<i64>, Option<i64>),
    /// The highest lowest price, in micro-units.
    pub price_max: Option<i64>,
    /// How many to skip.
    pub offset: usize,
    /// How many to answer.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// How many tracks match in all.
    pub total: usize,
    /// The page asked for.
    pub tracks: Vec<Track>,
    /// Counts by facet.
    pub facets: Vec<(&'static str, Vec<FacetCount>)>,
    /// Where the next page begins, if there is one.
    pub next: Option<usize>,
}

/// Why a search isn't made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SearchRefusal {
    /// The page is too large or too deep.
    #[error("a page has 1 to {PAGE_MAX} tracks, and pages end at {DEPTH_MAX}: narrow the search")]
    Page,
    /// A range whose lower end is above its upper.
    #[error("the range of {0} ends before it begins")]
    Range(&'static str),
}

impl Refusal for SearchRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Page => "page_out_of_range",
            Self::Range(_) => "empty_range",
        }
    }

    fn field(&self) -> Option<String> {
        Some(match self {
            Self::Page => "limit".into(),
            Self::Range(name) => (*name).into(),
        })
    }
}

/// Finds tracks. Without words the newest come first.
///
/// # Errors
/// [`SearchRefusal`].
pub async fn search(app: &App, search: &Search) -> Result<Found, Stop<SearchRefusal>> {
    if search.limit == 0 || search.limit > PAGE_MAX || search.offset > DEPTH_MAX {
        return Err(Stop::Refused(SearchRefusal::Page));
    }
    for (name, (low, high)) in [("bpm", search.bpm), ("duration_ms", search.duration_ms)] {
        if low.zip(high).is_some_and(|(low, high)| low > high) {
            return Err(Stop::Refused(SearchRefusal::Range(name)));
        }
    }
    let milli =
        |bpm: Option<i64>, more: i64| bpm.map(|b| b.saturating_mul(1000).saturating_add(more));
    let hits = app.index.search(&Query {
        words: search.words.clone(),
        facets: search.facets.clone(),
        ranges: vec![
            // "Up to 120" takes in 120.4, which is shown as 120.
            (
                "bpm_milli",
                milli(search.bpm.0, -500),
                milli(search.bpm.1, 499),
            ),
            ("duration_ms", search.duration_ms.0, search.duration_ms.1),
            ("price_micros", None, search.price_max),
        ],
        offset: search.offset,
        limit: search.limit,
    })?;
    let ids: Vec<TrackId> = hits.ids.iter().filter_map(|id| id.parse().ok()).collect();
    let tracks = find::by_ids(&mut app.db.read().await?, &ids).await?;
    let seen = search.offset + hits.ids.len();
    let next = (seen < hits.total && seen <= DEPTH_MAX).then_some(seen);
    Ok(Found {
        total: hits.total,
        tracks,
        facets: hits.facets,
        next,
    })
}

/// The tracks of these ids, for pages that have them from elsewhere.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn by_ids(app: &App, ids: &[TrackId]) -> Result<Vec<Track>, Fault> {
    find::by_ids(&mut app.db.read().await?, ids).await
}
