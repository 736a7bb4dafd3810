//! One track's own page.

use super::form::Choice;
use super::shell::Shell;
use super::wave::Wave;

/// A fact about the track: a term and its value.
#[derive(Debug, Clone)]
pub struct Fact {
    /// For instance `Tempo`.
    pub term: String,
    /// For instance `92 BPM`.
    pub value: String,
}

/// Somebody who is credited; shares are nobody else's business and aren't shown.
#[derive(Debug, Clone)]
pub struct Credit {
    /// The name.
    pub name: String,
    /// What they did, for instance `Composer`.
    pub role: String,
}

/// One stem of the track.
#[derive(Debug, Clone)]
pub struct Stem {
    /// Its name, for instance `Drums`.
    pub name: String,
    /// Its waveform, of size [`super::wave::LANE`], if it was measured.
    pub wave: Option<Wave>,
    /// Where it is heard alone, if there is a preview.
    pub preview_url: Option<String>,
}

/// The question "what will you do with it?", asked on the track's page and on the quote's.
///
/// It is a GET form to `action` with `placement`, `purpose`, `length` (`15`, `30`, `60` or
/// `full`) and, when ticked, `stems=1`.
#[derive(Debug, Clone)]
pub struct UseForm {
    /// For instance `/tracks/nova/license`.
    pub action: String,
    /// Where the video will be seen.
    pub placements: Vec<Choice>,
    /// What it is for.
    pub purposes: Vec<Choice>,
    /// How much of the music.
    pub lengths: Vec<Choice>,
    /// Whether the track has stems, so that they may be asked for.
    pub has_stems: bool,
    /// Whether they are asked for.
    pub stems: bool,
    /// Which stem alone, where the track has stems; the first choice is none of them.
    pub stem_choices: Vec<Choice>,
    /// The curator whose link led here: carried along.
    pub via: Option<String>,
    /// Where the answers lead when none is given.
    pub license_href: String,
}

/// `GET /tracks/{slug}`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "track.html", whitespace = "minimize")]
pub struct TrackPage {
    /// The frame.
    pub shell: Shell,
    /// The track's slug.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The artist's name.
    pub artist: String,
    /// The catalogue narrowed to this artist.
    pub artist_href: String,
    /// Genre and moods, for instance `Lo-fi`, `Warm`.
    pub tags: Vec<String>,
    /// Length, for instance `0:42`.
    pub length: String,
    /// The lowest price; absent when the track isn't on sale.
    pub from_price: Option<String>,
    /// Where the preview is heard.
    pub preview_url: String,
    /// The waveform, of size [`super::wave::HERO`], with hook and sections.
    pub wave: Wave,
    /// Tempo, key, loudness, energy and the like.
    pub facts: Vec<Fact>,
    /// Who made it.
    pub credits: Vec<Credit>,
    /// The stems; empty where none.
    pub stems: Vec<Stem>,
    /// The licensing question; absent when the track isn't on sale.
    pub use_form: Option<UseForm>,
}
