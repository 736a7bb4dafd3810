//! The forms in which a statement is handed out.

use domain::statement::{Statement, csv};

use super::paper::paper;
use crate::{App, Fault};

/// A form of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Data, with everything needed to recompute it.
    Json,
    /// A table.
    Csv,
    /// A paper.
    Pdf,
}

impl Format {
    /// All forms there are.
    pub const ALL: [Self; 3] = [Self::Json, Self::Csv, Self::Pdf];

    /// Its word: also what a file's name ends with.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Pdf => "pdf",
        }
    }

    /// The form of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// Its media type.
    #[must_use]
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Pdf => "application/pdf",
        }
    }

    /// Writes a statement: the same bytes for the same statement.
    ///
    /// # Errors
    /// [`Fault`] when it can't be written as JSON.
    pub fn write(self, app: &App, statement: &Statement) -> Result<Vec<u8>, Fault> {
        Ok(match self {
            Self::Json => statement
                .to_json()
                .map_err(Fault::while_("writing a statement"))?
                .into_bytes(),
            Self::Csv => csv(statement).into_bytes(),
            Self::Pdf => paper(app, statement).to_pdf(),
        })
    }
}

/// The name a statement is saved under.
#[must_use]
pub fn file_name(statement: &Statement, format: Format) -> String {
    format!(
        "statement-{}-{}-{}.{}",
        statement.payee.id,
        statement.period.name,
        statement.currency,
        format.word()
    )
}
