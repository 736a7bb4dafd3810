//! A file of outcomes, read: a table with the columns `payout` and `state`, and `reason`, `fee`,
//! `amount` and `currency` where they are known. Each line that can't be read is told.

use ledger::{Currency, Money};
use thiserror::Error;

use super::Answer;
use crate::csv::{rows, unguarded};
use crate::id::PayoutId;

/// The most lines that a file of outcomes may have.
pub const LINES_MAX: usize = 5_000;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The payout.
    pub payout: PayoutId,
    /// What became of it.
    pub answer: Answer,
    /// Why, as the provider says it.
    pub reason: String,
    /// What the provider charged, where the line says.
    pub fee: Option<Money>,
    /// The amount, where the line says.
    pub amount: Option<Money>,
}

/// A line's number, and what it says or why it can't be read.
pub type Numbered = (usize, Result<Read, LineError>);

/// A file that can't be read at all.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FileError {
    /// No table with these columns.
    #[error(
        "the first line must name the columns: payout, state, and reason, fee, amount, currency if known"
    )]
    Columns,
    /// A column twice, or one that isn't known.
    #[error("there is no column `{0}`, or it stands here twice")]
    Column(String),
    /// A quote that never ends.
    #[error("a cell begins with a quotation mark and doesn't end")]
    Quote,
    /// Nothing in it, or too much.
    #[error("a file of results has 1 to {LINES_MAX} lines, this one has {0}")]
    Size(usize),
}

/// A line that can't be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LineError {
    /// More or fewer cells than columns.
    #[error("the line has another number of cells than the first one")]
    Cells,
    /// No id.
    #[error("the line's payout is no id of a payout")]
    Payout,
    /// No state.
    #[error("the line's state must be paid, failed, unknown or returned")]
    State,
    /// No amount.
    #[error("the line's amount or fee is no amount of a known currency")]
    Amount,
    /// Too long.
    #[error("the line's reason is longer than 300 characters")]
    Reason,
}

/// The columns a file may have.
const COLUMNS: [&str; 6] = ["payout", "state", "reason", "fee", "amount", "currency"];
/// Those of the list for payments by hand, which say nothing new.
const PASSED_OVER: [&str; 2] = ["payee", "how"];

/// Reads a file. Lines without a state say nothing and are left out: a list that is half ticked
/// off may be sent. The numbers are those of the lines, the first one being the columns'.
///
/// # Errors
/// [`FileError`] when there is no table.
pub fn read(text: &str) -> Result<Vec<Numbered>, FileError> {
    let mut rows = rows(text.trim_start_matches('\u{feff}'))
        .ok_or(FileError::Quote)?
        .into_iter();
    let (_, columns) = rows.next().ok_or(FileError::Columns)?;
    let columns: Vec<String> = columns.iter().map(|c| c.trim().to_lowercase()).collect();
    for (at, name) in columns.iter().enumerate() {
        let known = COLUMNS.contains(&name.as_str()) || PASSED_OVER.contains(&name.as_str());
        if !known || columns[..at].contains(name) {
            return Err(FileError::Column(name.chars().take(40).collect()));
        }
    }
    let place = |name: &str| columns.iter().position(|column| column == name);
    if place("payout").is_none() || place("state").is_none() {
        return Err(FileError::Columns);
    }
    let mut lines = Vec::new();
    for (number, cells) in rows {
        if cells.len() != columns.len() {
            lines.push((number, Err(LineError::Cells)));
            continue;
        }
        let cell = |name: &str| place(name).map_or("", |at| unguarded(cells[at].trim()));
        if cell("state").is_empty() {
            continue;
        }
        lines.push((number, line(&cell)));
    }
    match lines.len() {
        1..=LINES_MAX => Ok(lines),
        other => Err(FileError::Size(other)),
    }
}

fn line<'a>(cell: &impl Fn(&str) -> &'a str) -> Result<Read, LineError> {
    let payout = cell("payout").parse().map_err(|_| LineError::Payout)?;
    let answer = match cell("state").to_lowercase().as_str() {
        "paid" => Answer::Paid,
        "failed" => Answer::Failed,
        "unknown" => Answer::Unknown,
        "returned" => Answer::Returned,
        _ => return Err(LineError::State),
    };
    let reason = cell("reason").to_owned();
    if reason.chars().count() > 300 {
        return Err(LineError::Reason);
    }
    let money = |name: &str| match cell(name) {
        "" => Ok(None),
        text => money(text, cell("currency")).map(Some),
    };
    Ok(Read {
        payout,
        answer,
        reason,
        fee: money("fee")?,
        amount: money("amount")?,
    })
}

/// `12.34 EUR`, or the digits alone with the currency in its own column.
fn money(text: &str, currency: &str) -> Result<Money, LineError> {
    let whole = if text.contains(' ') {
        text.to_owned()
    } else {
        let code = Currency::from_code(currency).map_err(|_| LineError::Amount)?;
        format!("{text} {code}")
    };
    let money: Money = whole.parse().map_err(|_| LineError::Amount)?;
    if money.micros() < 0 {
        return Err(LineError::Amount);
    }
    Ok(money)
}
