//! The catalogue: search, facets and results.

use super::shell::Shell;
use super::wave::Wave;

/// One value of a facet with how many tracks it would leave.
#[derive(Debug, Clone)]
pub struct FacetValue {
    /// What is read, for instance `Lo-fi`.
    pub label: String,
    /// How many tracks carry it among those found.
    pub count: String,
    /// The page with this value added, or taken away when it is chosen already.
    pub href: String,
    /// Whether it narrows the search now.
    pub chosen: bool,
}

/// A group of values, for instance all genres.
#[derive(Debug, Clone)]
pub struct Facet {
    /// The group's heading, for instance `Genre`.
    pub label: String,
    /// Its values, the most frequent first.
    pub values: Vec<FacetValue>,
}

/// One track in a list.
#[derive(Debug, Clone)]
pub struct Card {
    /// The track's slug: it stands in element ids and in `/tracks/{slug}`.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The artist's name.
    pub artist: String,
    /// Genre, for instance `Synthwave`.
    pub genre: String,
    /// Tempo in beats a minute without the unit, for instance `92` or `97.5`.
    pub bpm: String,
    /// Key, for instance `A minor`.
    pub key: String,
    /// Length, for instance `0:42`.
    pub length: String,
    /// The lowest price, for instance `$5.00`; absent when the track isn't on sale.
    pub from_price: Option<String>,
    /// How many stems it has; 0 where none.
    pub stems: usize,
    /// Whether it loops without a seam.
    pub loopable: bool,
    /// Where the preview is heard.
    pub preview_url: String,
    /// Where licensing starts, for instance `/tracks/nova/license`.
    pub license_href: String,
    /// The page of the track.
    pub href: String,
    /// The waveform, of size [`super::wave::CARD`], with its hook.
    pub wave: Wave,
}

/// A way out of a search that found nothing.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// What it would do and find, for instance `Without "dark": 12 tracks`.
    pub label: String,
    /// The page that does it.
    pub href: String,
}

/// `GET /?q=&genre=&mood=&bpm_min=&bpm_max=&stems=&loopable=&length=&after=`.
///
/// Search as you type asks for the same page and takes over the element `#results`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "home.html", whitespace = "minimize")]
pub struct HomePage {
    /// The frame; its `query` fills the search box.
    pub shell: Shell,
    /// Whether nothing is searched or narrowed: then the page greets.
    pub fresh: bool,
    /// How many tracks were found, worded, for instance `27 tracks`.
    pub total: String,
    /// Lowest tempo asked for; empty for none.
    pub bpm_min: String,
    /// Highest tempo asked for; empty for none.
    pub bpm_max: String,
    /// What the search form must carry along: the chosen facet values as hidden fields.
    pub carried: Vec<super::form::Hidden>,
    /// The facets, in the order they are shown.
    pub facets: Vec<Facet>,
    /// The page without any narrowing; `None` while nothing is narrowed.
    pub clear_href: Option<String>,
    /// The tracks of this page of results.
    pub cards: Vec<Card>,
    /// The next page of results.
    pub more_href: Option<String>,
    /// Shown when nothing was found.
    pub suggestions: Vec<Suggestion>,
}

impl HomePage {
    /// The values that narrow the search now, to be shown as chips that take them away.
    #[must_use]
    pub fn chosen(&self) -> Vec<&FacetValue> {
        let values = self.facets.iter().flat_map(|facet| &facet.values);
        values.filter(|value| value.chosen).collect()
    }
}
