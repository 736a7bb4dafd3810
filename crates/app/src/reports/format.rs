//! The forms in which a breakdown is handed out: the same lines as on its page.

use domain::csv::{self, Cell as Text};
use export::{Cell, Column, Kind};
use serde_json::json;

use super::breakdown::{Breakdown, Key, Row};
use super::{By, Side};
use crate::Fault;

/// A form of a breakdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Data with its totals.
    Json,
    /// A table for spreadsheets.
    Csv,
    /// A table with types, for programs.
    Parquet,
}

impl Format {
    /// All forms there are.
    pub const ALL: [Self; 3] = [Self::Json, Self::Csv, Self::Parquet];

    /// Its word: also what a file's name ends with.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
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
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// Writes a breakdown.
    ///
    /// # Errors
    /// [`Fault`] when it can't be written.
    pub fn write(self, breakdown: &Breakdown) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Json => json(breakdown),
            Self::Csv => Ok(csv(breakdown).into_bytes()),
            Self::Parquet => parquet(breakdown),
        }
    }
}

/// The name a breakdown is saved under.
#[must_use]
pub fn file_name(breakdown: &Breakdown, format: Format) -> String {
    let of = match breakdown.side {
        Side::Payee(payee) | Side::Curator(payee) => payee.to_string(),
        Side::Buyer(_) => "mine".into(),
        Side::Store => "store".into(),
    };
    let period = breakdown
        .period
        .as_ref()
        .map_or("all", |period| period.name());
    let by = breakdown.by.code();
    format!("uses-{of}-by-{by}-{period}.{}", format.word())
}

fn json(breakdown: &Breakdown) -> Result<Vec<u8>, Fault> {
    let rows: Vec<_> = breakdown
        .rows
        .iter()
        .map(|row| {
            json!({
                "key": row.key.word(),
                "label": row.key.label(breakdown.by),
                "merged": row.key == Key::Merged,
                "uses": row.figures.uses,
                "clip_ms": row.figures.clip_ms,
                "billed_ms": row.figures.billed_ms,
                "currency": row.currency.code(),
                "micros": row.figures.micros,
            })
        })
        .collect();
    let totals: Vec<_> = breakdown
        .totals
        .iter()
        .map(|total| {
            json!({
                "currency": total.currency.code(),
                "uses": total.figures.uses,
                "clip_ms": total.figures.clip_ms,
                "billed_ms": total.figures.billed_ms,
                "micros": total.figures.micros,
            })
        })
        .collect();
    let period = breakdown.period.as_ref();
    let body = json!({
        "by": breakdown.by.code(),
        "name": breakdown.name,
        "period": period.map(|period| period.name()),
        "as_of": breakdown.as_of,
        "rows": rows,
        "totals": totals,
    });
    serde_json::to_vec_pretty(&body).map_err(Fault::while_("writing a report"))
}

const COLUMNS: [&str; 7] = [
    "key",
    "label",
    "uses",
    "clip_ms",
    "billed_ms",
    "currency",
    "micros",
];

fn csv(breakdown: &Breakdown) -> String {
    let mut text = csv::row(&COLUMNS);
    for row in &breakdown.rows {
        let (key, label) = (row.key.word(), row.key.label(breakdown.by));
        let number = |number: i64| Text::Number(number.to_string());
        text.push_str(&csv::typed_row(&[
            Text::Text(&key),
            Text::Text(&label),
            number(row.figures.uses),
            number(row.figures.clip_ms),
            number(row.figures.billed_ms),
            Text::Text(row.currency.code()),
            number(row.figures.micros),
        ]));
    }
    text
}

/// As in CSV, with a day's date as a date in front.
fn parquet(breakdown: &Breakdown) -> Result<Vec<u8>, Fault> {
    let days = breakdown.by == By::Day;
    let mut columns = Vec::new();
    if days {
        columns.push(Column {
            name: "day",
            kind: Kind::Day,
        });
    }
    columns.extend(COLUMNS.map(|name| Column {
        name,
        kind: match name {
            "key" | "label" | "currency" => Kind::Text,
            _ => Kind::Number,
        },
    }));
    let line = |row: &Row| {
        let mut cells = Vec::with_capacity(columns.len());
        if days {
            cells.push(day(&row.key));
        }
        cells.extend([
            Cell::Text(row.key.word()),
            Cell::Text(row.key.label(breakdown.by)),
            Cell::Number(row.figures.uses),
            Cell::Number(row.figures.clip_ms),
            Cell::Number(row.figures.billed_ms),
            Cell::Text(row.currency.code().to_owned()),
            Cell::Number(row.figures.micros),
        ]);
        cells
    };
    let mut out = Vec::new();
    export::write(&columns, breakdown.rows.iter().map(line), &mut out)
        .map_err(Fault::while_("writing a report as Parquet"))?;
    Ok(out)
}

fn day(key: &Key) -> Cell {
    let Key::Day(day) = key else {
        return Cell::Nothing;
    };
    i32::try_from(*day).map_or(Cell::Nothing, Cell::Day)
}
