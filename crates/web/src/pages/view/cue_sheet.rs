//! The page that makes cue sheets.

use super::form::Choice;
use super::shell::Shell;
use super::track::Fact;

/// `GET` and `POST /cue-sheet`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "cue_sheet.html", whitespace = "minimize")]
pub struct CueSheetPage {
    /// The frame.
    pub shell: Shell,
    /// The production's title, as filled in.
    pub title: String,
    /// The episode, as filled in.
    pub episode: String,
    /// The licences, a line each, as filled in.
    pub licences: String,
    /// The forms it can be had in.
    pub formats: Vec<Choice>,
    /// The codes of uses and what they mean.
    pub uses: Vec<Fact>,
    /// What is wrong with what was filled in.
    pub problem: Option<String>,
    /// The credit lines, once they are made.
    pub lines: Option<String>,
    /// What is missing for a cue sheet, a sentence each.
    pub missing: Vec<String>,
}
