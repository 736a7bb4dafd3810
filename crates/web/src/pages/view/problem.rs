//! When something is refused, missing or broken.

use super::shell::Shell;

/// An answer that isn't the page asked for.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "problem.html", whitespace = "minimize")]
pub struct ProblemPage {
    /// The frame.
    pub shell: Shell,
    /// The HTTP status, for instance `503`.
    pub status: u16,
    /// What happened, a short sentence.
    pub headline: String,
    /// What to do about it, a sentence or two.
    pub advice: String,
    /// Ways on: label and address.
    pub links: Vec<(String, String)>,
    /// The request's number, to be named when asking for help.
    pub request_id: String,
}

/// There is no such page, track or licence.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "not_found.html", whitespace = "minimize")]
pub struct NotFoundPage {
    /// The frame.
    pub shell: Shell,
    /// What was looked for, for instance `a track called "nova"`; empty where unknown.
    pub sought: String,
    /// The request's number.
    pub request_id: String,
}
