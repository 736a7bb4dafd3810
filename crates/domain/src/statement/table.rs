//! A statement as a table: one row a line, between the opening and the closing balance.
//!
//! Amounts are plain decimals with six places, with `-` before negative ones: they are ours and
//! no formula, so they are never guarded. Texts are (see [`crate::csv`]).

use super::{Line, Sheet, Statement, kind_words};
use crate::csv::{Cell, typed_row};
use crate::time::Timestamp;

/// The names of its columns.
pub(super) const HEAD: [&str; 22] = [
    "line",
    "date",
    "purse",
    "kind",
    "what",
    "track",
    "licence",
    "placement",
    "territory",
    "clip_ms",
    "billed_ms",
    "sheet",
    "sheet_version",
    "share_ppm",
    "shared",
    "shared_before",
    "shared_after",
    "amount",
    "balance",
    "currency",
    "source",
    "payee",
];

/// A statement as CSV (RFC 4180).
#[must_use]
pub fn csv(statement: &Statement) -> String {
    let mut text = typed_row(&HEAD.map(Cell::Text));
    let ends = |word, at: Timestamp, balance: i128| {
        let (at, balance) = (at.to_string(), wide(balance));
        let mut row = [const { Cell::Text("") }; 22];
        row[1] = Cell::Text(&at);
        row[3] = Cell::Text(word);
        row[18] = Cell::Number(balance);
        row[19] = Cell::Text(&statement.currency);
        row[21] = Cell::Text(&statement.payee.name);
        typed_row(&row)
    };
    let (opening, closing) = (statement.opening.sum(), statement.closing.sum());
    text.push_str(&ends("opening", statement.period.from, opening));
    for line in &statement.lines {
        text.push_str(&row(statement, line));
    }
    text.push_str(&ends("closing", statement.period.until, closing));
    text
}

fn row(statement: &Statement, line: &Line) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |number: Option<String>| number.map_or(Cell::Text(""), Cell::Number);
    let money = |micros: Option<i64>| number(micros.map(decimal));
    let sheet = (statement.sheets.iter()).find(|s| Some(&s.id) == line.sheet.as_ref());
    let used = line.used.as_ref();
    let territory = text(&used.and_then(|used| used.territory.clone()));
    let (at, track, licence) = (line.at.to_string(), text(&line.track), text(&line.licence));
    let sheet_id = text(&line.sheet);
    let version = |sheet: &Sheet| sheet.version.to_string();
    typed_row(&[
        Cell::Number(line.number.to_string()),
        Cell::Text(&at),
        Cell::Text(&line.purse),
        Cell::Text(&line.kind),
        Cell::Text(kind_words(&line.kind)),
        Cell::Text(&track),
        Cell::Text(&licence),
        Cell::Text(used.map_or("", |used| &used.placement)),
        Cell::Text(&territory),
        number(used.map(|used| used.clip_ms.to_string())),
        number(used.map(|used| used.billed_ms.to_string())),
        Cell::Text(&sheet_id),
        number(sheet.map(version)),
        number(line.share_ppm.map(|ppm| ppm.to_string())),
        money(line.shared_micros),
        money(line.before_micros),
        money(line.after_micros),
        Cell::Number(decimal(line.micros)),
        Cell::Number(decimal(line.balance_micros)),
        Cell::Text(&statement.currency),
        Cell::Text(&line.source),
        Cell::Text(&statement.payee.name),
    ])
}

/// Micro-units as a decimal of the major unit: `-0.043333`.
#[must_use]
pub fn decimal(micros: i64) -> String {
    wide(i128::from(micros))
}

fn wide(micros: i128) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
