//! The page that makes cue sheets: a form that works without script.

use std::sync::Arc;

use app::App;
use app::licensing::cue_sheet::{self, Format, Wanted, WantedCue};
use axum::extract::State;
use axum::response::Response;
use domain::cue::{CueSheet, CueUse, clock_ms};

use super::filled::Filled;
use super::frame::Frame;
use super::view::{CueSheetPage, Fact};
use crate::api::cue_sheets::{opens, sent};
use crate::api::params;
use crate::problem::Problem;

/// `GET /cue-sheet`.
pub(crate) async fn show(frame: Frame) -> Result<Response, Problem> {
    super::html(&page(frame, &Filled::default(), None))
}

/// `POST /cue-sheet`: a file to be saved, or the page with the credit lines on it.
pub(crate) async fn make(
    State(app): State<Arc<App>>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let sheet = match sheet(&app, &frame, &filled).await {
        Ok(sheet) => sheet,
        Err(mut problem) => {
            // The form has all licences in one field; the refusal says which line it means.
            let of_cues = |field: &str| field.starts_with("cues");
            if problem.field.as_deref().is_some_and(of_cues) {
                problem.field = Some("cues".into());
            }
            let again = filled.refuse(problem, &SHOWN)?;
            let page = super::html(&page(frame, &again, None))?;
            return Ok(again.answer(page));
        }
    };
    match Format::from_word(filled.value("format")) {
        Some(format) => sent(&app, format, &sheet),
        None => super::html(&page(frame, &filled, Some(&sheet))),
    }
}

/// The fields of refusals under the names that the form has for them.
const SHOWN: [(&str, &str); 3] = [
    ("production.title", "title"),
    ("production.episode", "episode"),
    ("cues", "licences"),
];

async fn sheet(app: &App, frame: &Frame, filled: &Filled) -> Result<CueSheet, Problem> {
    let cues =
        cues(filled.value("licences")).map_err(|why| Problem::new("bad_value", why).at("cues"))?;
    let wanted = Wanted {
        production: filled.value("title").to_owned(),
        episode: filled.optional("episode").map(str::to_owned),
        cues,
    };
    Ok(cue_sheet::cue_sheet(app, opens(&frame.caller), &wanted).await?)
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

fn page(frame: Frame, filled: &Filled, sheet: Option<&CueSheet>) -> CueSheetPage {
    let formats = [
        ("", "Show the credit lines here"),
        ("pdf", "Cue sheet as PDF"),
        ("csv", "Cue sheet as CSV"),
        ("text", "Credit lines as text"),
        ("markdown", "Credit lines as Markdown"),
    ];
    let description = "Credit lines and cue sheets for the music you have licensed here.";
    CueSheetPage {
        shell: frame.shell("Cue sheet", description),
        title: filled.field("title", ""),
        episode: filled.field("episode", ""),
        licences: filled.field("licences", ""),
        formats: filled.choices("format", "", formats),
        uses: CueUse::ALL
            .iter()
            .map(|used| Fact {
                term: used.code().into(),
                value: used.label().into(),
            })
            .collect(),
        problem: filled.alert(),
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
