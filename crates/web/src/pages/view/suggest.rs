//! Suggesting what to buy for a month.

use super::form::{Choice, Field, Submit};
use super::shell::Shell;

/// One kind of video, as the form asks for it.
#[derive(Debug, Clone)]
pub struct HabitForm {
    /// Its number, from 1: part of its fields' names.
    pub number: usize,
    /// How many videos a month; empty where the kind isn't filled in.
    pub videos: String,
    /// Where they are seen.
    pub placements: Vec<Choice>,
    /// What they are for.
    pub purposes: Vec<Choice>,
    /// How much music.
    pub lengths: Vec<Choice>,
    /// On how many tracks.
    pub tracks: Vec<Choice>,
}

/// A mix that covers everything.
#[derive(Debug, Clone)]
pub struct MixShown {
    /// What it consists of, for instance `Clip time and licences`.
    pub name: String,
    /// What it costs this month.
    pub price: String,
    /// What that is a video.
    pub each: String,
    /// Why, a sentence each.
    pub reasons: Vec<String>,
    /// Buttons that buy clip time.
    pub buys: Vec<Submit>,
    /// Whether tracks have to be chosen for its licences.
    pub choose: bool,
}

/// `GET /suggest`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "suggest.html", whitespace = "minimize")]
pub struct SuggestPage {
    /// The frame.
    pub shell: Shell,
    /// The kinds of video.
    pub habits: Vec<HabitForm>,
    /// The country that tax is for.
    pub country: Field,
    /// What is paid in.
    pub currency: Field,
    /// Where "from my last uses" leads, for whoever is signed in.
    pub last_uses_href: Option<String>,
    /// What the answer was made from, where it was made from uses.
    pub made_from: Option<String>,
    /// Whether a question was asked.
    pub asked: bool,
    /// What is wrong with the question, as one sentence that says what to do.
    pub error: Option<String>,
    /// The mixes, the cheapest first.
    pub mixes: Vec<MixShown>,
    /// What couldn't be used and why: a heading and its reasons.
    pub unserved: Vec<(String, Vec<String>)>,
}

impl HabitForm {
    /// The name of one of its fields, such as `placement1`.
    pub(crate) fn field(&self, name: &str) -> String {
        format!("{name}{}", self.number)
    }
}
