//! The page that makes cue sheets.

use super::form::{Alert, Choice, Field};
use super::shell::Shell;
use super::track::Fact;

/// `GET` and `POST /cue-sheet`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "cue_sheet.html", whitespace = "minimize")]
pub struct CueSheetPage {
    /// The frame.
    pub shell: Shell,
    /// The production's title, as filled in.
    pub title: Field,
    /// The episode, as filled in.
    pub episode: Field,
    /// The licences, a line each, as filled in.
    pub licences: Field,
    /// The forms it can be had in.
    pub formats: Vec<Choice>,
    /// The codes of uses and what they mean.
    pub uses: Vec<Fact>,
    /// What is wrong with what was filled in.
    pub problem: Option<Alert>,
    /// The credit lines, once they are made.
    pub lines: Option<String>,
    /// What is missing for a cue sheet, a sentence each.
    pub missing: Vec<String>,
}
