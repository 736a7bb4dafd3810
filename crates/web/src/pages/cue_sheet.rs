//! The page that makes cue sheets: a form that works without script.

use std::sync::Arc;

use app::licensing::cue_sheet::{self, Format, Wanted, WantedCue};
use app::{App, Stop};
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::cue::{CueSheet, CueUse, clock_ms};
use serde::Deserialize;

use super::frame::Frame;
use super::problem::sentence;
use super::view::{Choice, CueSheetPage, Fact};
use crate::api::cue_sheets::{opens, sent};
use crate::api::params;
use crate::problem::Problem;

/// What the form asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filled {
    title: String,
    episode: String,
    licences: String,
    format: String,
}

/// `GET /cue-sheet`.
pub(crate) async fn show(frame: Frame) -> Result<Response, Problem> {
    super::html(&page(frame, &Filled::default(), None, None))
}

/// `POST /cue-sheet`: a file to be saved, or the page with the credit lines on it.
pub(crate) async fn make(
    State(app): State<Arc<App>>,
    frame: Frame,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let cues = match cues(&filled.licences) {
        Ok(cues) => cues,
        Err(problem) => return again(frame, &filled, problem),
    };
    let wanted = Wanted {
        production: filled.title.clone(),
        episode: Some(filled.episode.clone()).filter(|e| !e.trim().is_empty()),
        cues,
    };
    let sheet = match cue_sheet::cue_sheet(&app, opens(&frame.caller), &wanted).await {
        Ok(sheet) => sheet,
        Err(Stop::Refused(refusal)) => {
            return again(frame, &filled, sentence(&refusal.to_string()));
        }
        Err(Stop::Fault(fault)) => return Err(fault.into()),
    };
    match Format::from_word(&filled.format) {
        Some(format) => sent(&app, format, &sheet),
        None => super::html(&page(frame, &filled, None, Some(&sheet))),
    }
}

/// The form again, with what is wrong and everything as it was filled in.
fn again(frame: Frame, filled: &Filled, problem: String) -> Result<Response, Problem> {
    let page = super::html(&page(frame, filled, Some(problem), None))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The cues of the form: a line each, with the licence's private link (or its code or id, for
/// the operator), then how it is used and for how long, in any order.
fn cues(text: &str) -> Result<Vec<WantedCue>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(cue).collect()
}

fn cue(line: &str) -> Result<WantedCue, String> {
    let mut words = line.split_whitespace();
    let (licence, grant) = link(words.next().unwrap_or_default());
    let mut cue = WantedCue {
        licence,
        grant,
        ..WantedCue::default()
    };
    for word in words {
        match (CueUse::from_code(word), clock_ms(word)) {
            (Some(used), _) => cue.usage = Some(used),
            (None, Some(ms)) => cue.duration_ms = Some(ms),
            (None, None) => {
                let word: String = word.chars().take(40).collect();
                return Err(format!(
                    "\u{201c}{word}\u{201d} is neither a use such as BI nor a length such as 0:15."
                ));
            }
        }
    }
    Ok(cue)
}

/// The licence and grant of a private link; else the word itself.
fn link(word: &str) -> (String, Option<String>) {
    let Some((path, query)) = word.split_once('?') else {
        return (word.to_owned(), None);
    };
    let id = path.rsplit('/').next().unwrap_or_default();
    (id.to_owned(), params::value(Some(query), "grant"))
}

fn page(
    frame: Frame,
    filled: &Filled,
    problem: Option<String>,
    sheet: Option<&CueSheet>,
) -> CueSheetPage {
    let format = |value: &str, label: &str| Choice {
        value: value.into(),
        label: label.into(),
        chosen: filled.format == value,
    };
    let description = "Credit lines and cue sheets for the music you have licensed here.";
    CueSheetPage {
        shell: frame.shell("Cue sheet", description),
        title: filled.title.clone(),
        episode: filled.episode.clone(),
        licences: filled.licences.clone(),
        formats: vec![
            format("", "Show the credit lines here"),
            format("pdf", "Cue sheet as PDF"),
            format("csv", "Cue sheet as CSV"),
            format("text", "Credit lines as text"),
            format("markdown", "Credit lines as Markdown"),
        ],
        uses: CueUse::ALL
            .iter()
            .map(|used| Fact {
                term: used.code().into(),
                value: used.label().into(),
            })
            .collect(),
        problem,
        lines: sheet.map(CueSheet::to_text),
        missing: sheet.map(CueSheet::missing).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_link_with_use_and_length_in_any_order() {
        let line = "https://s.example/licences/lic_01?new=1&grant=Ab-c_1 0:15 bi";
        let cue = cue(line).unwrap();
        assert_eq!(
            (cue.licence.as_str(), cue.grant.as_deref()),
            ("lic_01", Some("Ab-c_1"))
        );
        assert_eq!(
            (cue.usage, cue.duration_ms),
            (Some(CueUse::BI), Some(15_000))
        );
        assert_eq!(cues("\n  \n7K3M9\r\n").unwrap().len(), 1);
        assert!(cues("7K3M9 soon").unwrap_err().contains("soon"));
    }
}
