//! The catalogue: search, facets and results.

use std::sync::Arc;

use app::App;
use app::catalogue::search::{self, Found, Search};
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::card::card;
use super::frame::Frame;
use super::use_form::via;
use super::view::{Facet, FacetValue, Hidden, HomePage, Suggestion};
use crate::api::params;
use crate::api::tracks::FACETS;
use crate::problem::Problem;
use crate::words;

/// How many tracks a page of results holds.
const PAGE: usize = 24;
/// How many values of a facet are shown.
const VALUES: usize = 12;
/// The headings of the facets that are shown, by their parameter.
const HEADINGS: [(&str, &str); 5] = [
    ("genre", "Genre"),
    ("mood", "Mood"),
    ("has", "Works as"),
    ("length", "Length"),
    ("instrument", "Instrument"),
];

/// `GET /`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let asked = Asked::read(query.as_deref());
    let found = search::search(&app, &asked.search()).await?;
    let suggestions = if found.total == 0 {
        suggestions(&app, &asked).await?
    } else {
        Vec::new()
    };
    let mut shell = frame.shell(
        if asked.is_fresh() {
            "Music for short video"
        } else {
            "Search"
        },
        "Music made for short video. Hear it, license it, and get a key that proves it.",
    );
    shell.query.clone_from(&asked.words);
    shell.unlisted = !asked.is_fresh();
    super::html(&HomePage {
        fresh: asked.is_fresh(),
        total: total(found.total),
        bpm_min: asked.bpm_min.clone(),
        bpm_max: asked.bpm_max.clone(),
        carried: asked.carried(),
        facets: facets(&asked, &found),
        clear_href: asked.is_narrowed().then(|| asked.href_of_words()),
        cards: found
            .tracks
            .iter()
            .map(|track| card(track, asked.via.as_deref()))
            .collect(),
        more_href: found.next.map(|next| asked.href(None, None, next)),
        suggestions,
        shell,
    })
}

fn total(tracks: usize) -> String {
    match tracks {
        0 => "No tracks".into(),
        n => words::many(i64::try_from(n).unwrap_or(i64::MAX), "track", "tracks"),
    }
}

/// What the address asks for. Parameters it doesn't know are passed over: addresses are shared
/// with all sorts of things hanging on to them.
#[derive(Debug, Clone, Default)]
struct Asked {
    words: String,
    /// Parameters and values of facets.
    chosen: Vec<(&'static str, String)>,
    bpm_min: String,
    bpm_max: String,
    offset: usize,
    /// The curator whose link led here: carried along.
    via: Option<String>,
}

impl Asked {
    fn read(query: Option<&str>) -> Self {
        let mut asked = Self {
            via: via(query),
            ..Self::default()
        };
        for (name, value) in params::pairs(query) {
            match name.as_str() {
                "q" => asked.words = value,
                "bpm_min" => asked.bpm_min = value,
                "bpm_max" => asked.bpm_max = value,
                "after" => asked.offset = params::read_cursor(&value).unwrap_or(0),
                _ => {
                    let facet = FACETS.iter().find(|(parameter, _)| *parameter == name);
                    let choice = facet.map(|(parameter, _)| (*parameter, value));
                    asked
                        .chosen
                        .extend(choice.filter(|(_, value)| !value.is_empty()));
                }
            }
        }
        asked
    }

    fn is_narrowed(&self) -> bool {
        !(self.chosen.is_empty() && self.bpm_min.is_empty() && self.bpm_max.is_empty())
    }

    fn is_fresh(&self) -> bool {
        self.words.trim().is_empty() && !self.is_narrowed() && self.offset == 0
    }

    fn search(&self) -> Search {
        let facet = |parameter: &str| {
            FACETS
                .iter()
                .find(|(p, _)| *p == parameter)
                .map(|(_, f)| *f)
        };
        let facets = self
            .chosen
            .iter()
            .filter_map(|(p, v)| Some((facet(p)?, v.clone())));
        let (low, high) = (
            self.bpm_min.trim().parse().ok(),
            self.bpm_max.trim().parse().ok(),
        );
        let upside_down = low
            .zip(high)
            .is_some_and(|(low, high): (i64, i64)| low > high);
        Search {
            words: self.words.clone(),
            facets: facets.collect(),
            bpm: if upside_down {
                (high, low)
            } else {
                (low, high)
            },
            offset: self.offset.min(search::DEPTH_MAX),
            limit: PAGE,
            ..Search::default()
        }
    }

    /// What the search form carries along: the chosen facet values.
    fn carried(&self) -> Vec<Hidden> {
        let hidden = |(name, value): &(&str, String)| Hidden {
            name: (*name).to_owned(),
            value: value.clone(),
        };
        let via = self.via.as_ref().map(|via| Hidden {
            name: "via".into(),
            value: via.clone(),
        });
        self.chosen.iter().map(hidden).chain(via).collect()
    }

    /// The page with a choice added or taken away, from `offset` on.
    fn href(
        &self,
        with: Option<(&str, &str)>,
        without: Option<(&str, &str)>,
        offset: usize,
    ) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let texts = [
            ("q", &self.words),
            ("bpm_min", &self.bpm_min),
            ("bpm_max", &self.bpm_max),
        ];
        for (name, value) in texts.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        for (name, value) in &self.chosen {
            if without != Some((name, value.as_str())) {
                query.append_pair(name, value);
            }
        }
        if let Some((name, value)) = with {
            query.append_pair(name, value);
        }
        if offset > 0 {
            query.append_pair("after", &params::cursor(offset));
        }
        if let Some(via) = &self.via {
            query.append_pair("via", via);
        }
        address(&query.finish())
    }

    /// The page of the words alone.
    fn href_of_words(&self) -> String {
        Self {
            words: self.words.clone(),
            via: self.via.clone(),
            ..Self::default()
        }
        .href(None, None, 0)
    }
}

fn address(query: &str) -> String {
    if query.is_empty() {
        "/".into()
    } else {
        format!("/?{query}")
    }
}

fn facets(asked: &Asked, found: &Found) -> Vec<Facet> {
    let mut out = Vec::new();
    for (parameter, heading) in HEADINGS {
        let index = FACETS
            .iter()
            .find(|(p, _)| *p == parameter)
            .map(|(_, facet)| *facet);
        let counts = found.facets.iter().find(|(name, _)| Some(*name) == index);
        let counted: Vec<(String, u64)> = counts
            .map(|(_, counts)| counts.iter().map(|c| (c.value.clone(), c.count)).collect())
            .unwrap_or_default();
        // What is chosen stays in sight even where nothing has it any more.
        let lost = asked.chosen.iter().filter(|(p, value)| {
            *p == parameter && !counted.iter().any(|(counted, _)| counted == value)
        });
        let lost: Vec<_> = lost.map(|(_, value)| (value.clone(), 0)).collect();
        let all = counted.iter().take(VALUES).chain(&lost);
        let values = all.map(|(value, count)| facet_value(asked, parameter, value, *count));
        out.push(Facet {
            label: heading.into(),
            values: values.collect(),
        });
    }
    out
}

fn facet_value(asked: &Asked, parameter: &str, value: &str, count: u64) -> FacetValue {
    let this = Some((parameter, value));
    let chosen = asked
        .chosen
        .iter()
        .any(|(p, v)| Some((*p, v.as_str())) == this);
    let href = if chosen {
        asked.href(None, this, 0)
    } else {
        asked.href(this, None, 0)
    };
    FacetValue {
        label: label(parameter, value),
        count: count.to_string(),
        href,
        chosen,
    }
}

fn label(parameter: &str, value: &str) -> String {
    match (parameter, value) {
        ("has", "stems") => "Has stems".into(),
        ("has", "loop") => "Loops".into(),
        ("has", "vocals") => "Has vocals".into(),
        ("length", value) => value.replace('-', "–"),
        (_, value) => {
            let mut letters = value.chars();
            let first: String = letters
                .next()
                .map(|c| c.to_uppercase().collect())
                .unwrap_or_default();
            format!("{first}{}", letters.as_str())
        }
    }
}

/// Ways out of a search that found nothing: without its narrowing, and word by word.
async fn suggestions(app: &App, asked: &Asked) -> Result<Vec<Suggestion>, Problem> {
    let mut ways = Vec::new();
    if asked.is_narrowed() && !asked.words.trim().is_empty() {
        let words = Asked {
            words: asked.words.clone(),
            ..Asked::default()
        };
        ways.push((format!("“{}” anywhere", words.words), words));
    }
    let words: Vec<_> = asked.words.split_whitespace().take(6).collect();
    if words.len() > 1 {
        for word in words {
            let alone = Asked {
                words: word.to_owned(),
                ..Asked::default()
            };
            ways.push((format!("“{word}”"), alone));
        }
    }
    let mut out = Vec::new();
    for (label, way) in ways {
        let found = search::search(
            app,
            &Search {
                limit: 1,
                ..way.search()
            },
        )
        .await?
        .total;
        if found > 0 {
            let label = format!("{label}: {}", total(found));
            out.push(Suggestion {
                label,
                href: way.href(None, None, 0),
            });
        }
    }
    Ok(out)
}
