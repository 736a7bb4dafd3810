//! Checking a finished video.

use super::form::{Choice, Field};
use super::shell::Shell;

/// The answer for a video.
#[derive(Debug, Clone)]
pub struct CheckAnswer {
    /// The class that the styles know it by: `good`, `warn` or `bad`.
    pub class: &'static str,
    /// The word that is read, for instance `Not covered`.
    pub word: String,
    /// What it means, one sentence.
    pub sentence: String,
    /// The answer for each key.
    pub keys: Vec<CheckedKey>,
    /// What wasn't looked at since it wasn't said.
    pub notes: Vec<String>,
}

/// The answer for one key.
#[derive(Debug, Clone)]
pub struct CheckedKey {
    /// The class of its answer.
    pub class: &'static str,
    /// The word of its answer.
    pub word: String,
    /// Its code, or what there is instead.
    pub code: String,
    /// Its public page, where it has one here.
    pub href: Option<String>,
    /// What it is for.
    pub music: Option<String>,
    /// What stands in the way, each with what would help.
    pub reasons: Vec<(String, Option<String>)>,
}

/// `GET /check?keys=…&channel=…`; without keys it only asks.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "check.html", whitespace = "minimize")]
pub struct CheckPage {
    /// The frame.
    pub shell: Shell,
    /// The keys as they were typed.
    pub keys: Field,
    /// The channel as it was typed.
    pub channel: Field,
    /// Where it is published; the first choice is "what the channel is".
    pub placements: Vec<Choice>,
    /// What it is for.
    pub purposes: Vec<Choice>,
    /// The channel's followers; the first choice is "as the licensee said".
    pub audiences: Vec<Choice>,
    /// When it was published, a date; empty for now.
    pub published: Field,
    /// What was found.
    pub answer: Option<CheckAnswer>,
}
