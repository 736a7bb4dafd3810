//! What became of an imported table's rows, as a table.

use domain::csv::{self, Cell};

use super::import::RowAnswer;
use super::offered::Told;
use super::report::{Answer, Receipt};

/// The first row of the table of answers.
#[must_use]
pub fn header() -> String {
    let names = [
        "line",
        "id",
        "status",
        "billed_ms",
        "earned_micros",
        "currency",
        "reasons",
        "licence_code",
        "offer",
        "offer_label",
        "offer_micros",
        "offer_currency",
        "offer_note",
    ];
    csv::row(&names)
}

impl RowAnswer {
    /// Its row in the table of answers. No cell is one that a spreadsheet would run.
    #[must_use]
    pub fn csv(&self) -> String {
        let counted = match &self.receipt.answer {
            Answer::Accepted(counted) | Answer::Duplicate(counted) => Some(counted),
            Answer::Conflict | Answer::Refused(_) => None,
        };
        let offer = match &self.told {
            Some(Told::Offer(offered)) => Some(&offered.option),
            _ => None,
        };
        let licence = counted.map_or_else(String::new, |counted| counted.licence.to_string());
        let note = self.told.as_ref().map_or_else(String::new, Told::sentence);
        let number = |of: Option<i64>| Cell::Number(of.map_or_else(String::new, |n| n.to_string()));
        csv::typed_row(&[
            Cell::Number(self.line.to_string()),
            Cell::Text(&self.receipt.id),
            Cell::Text(self.status()),
            number(counted.map(|counted| counted.billed_ms)),
            number(counted.map(|counted| counted.earned_micros)),
            Cell::Text(counted.map_or("", |counted| counted.currency.code())),
            Cell::Text(&self.reasons().join("; ")),
            Cell::Text(&licence),
            Cell::Text(offer.map_or("", |option| option.offer.as_str())),
            Cell::Text(offer.map_or("", |option| option.label.as_str())),
            number(offer.map(|option| option.total_micros)),
            Cell::Text(offer.map_or("", |option| option.currency.as_str())),
            Cell::Text(&note),
        ])
    }

    /// What became of it, in a word.
    #[must_use]
    pub fn status(&self) -> &'static str {
        self.receipt.status()
    }

    /// Does it count, now or before?
    #[must_use]
    pub fn counts(&self) -> bool {
        matches!(
            self.receipt.answer,
            Answer::Accepted(_) | Answer::Duplicate(_)
        )
    }

    /// Why it doesn't count, a sentence each.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        self.receipt.reasons()
    }
}

impl Receipt {
    /// What became of the event, in a word.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match &self.answer {
            Answer::Accepted(_) => "accepted",
            Answer::Duplicate(_) => "duplicate",
            Answer::Conflict => "conflict",
            Answer::Refused(_) => "refused",
        }
    }

    /// Why it doesn't count, a sentence each.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        match &self.answer {
            Answer::Refused(refusals) => refusals.iter().map(|one| one.sentence()).collect(),
            Answer::Conflict => vec!["another use with this id was counted before".to_owned()],
            Answer::Accepted(_) | Answer::Duplicate(_) => Vec::new(),
        }
    }
}
