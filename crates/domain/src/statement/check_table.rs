//! Recomputing a statement from its table. A table carries the figures of the lines but neither
//! hashes nor whole split sheets nor a signature, so this finds a wrong figure and never says who
//! made the file.

use std::collections::BTreeMap;

use ledger::telescope;

use super::check::{Checked, Wrong, head};
use super::table::HEAD;
use crate::csv::rows;
use crate::split::WHOLE_PPM;

const LINE: usize = 0;
const KIND: usize = 3;
const SHEET: usize = 11;
const PPM: usize = 13;
const SHARED: usize = 14;
const BEFORE: usize = 15;
const AFTER: usize = 16;
const AMOUNT: usize = 17;
const BALANCE: usize = 18;

/// Whether a text begins as the table of a statement does.
#[must_use]
pub fn is_table(text: &str) -> bool {
    text.starts_with(&HEAD.join(","))
}

/// Recomputes a statement's table: each balance is the one before and its line, each part of what
/// a split sheet shared follows from the payee's share and what was shared before and after, and
/// opening and lines make the closing balance.
///
/// # Errors
/// The first thing that is [`Wrong`].
pub fn check_table(text: &str) -> Result<Checked, Wrong> {
    let table = |what: &str| head("table", what.to_owned());
    let rows = rows(text).ok_or_else(|| table("a quotation mark is never closed"))?;
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(_, row)| row).collect();
    let [names, opening, lines @ .., closing] = &rows[..] else {
        return Err(table("it has no opening and closing balance"));
    };
    if names[..] != HEAD {
        return Err(table("its columns aren't those of a statement"));
    }
    let before = end(opening, "opening").ok_or_else(|| table("its first row is no opening"))?;
    let after = end(closing, "closing").ok_or_else(|| table("its last row is no closing"))?;
    let (mut balance, mut recomputed) = (i128::from(before), 0);
    let mut shares = BTreeMap::new();
    for (number, row) in (1_usize..).zip(lines) {
        let wrong = |what| Wrong::Line { number, what };
        let figures = Figures::of(row).ok_or_else(|| wrong("a figure can't be read".into()))?;
        if figures.number != number {
            return Err(wrong(format!("it is numbered {}", figures.number)));
        }
        if let (Some((ppm, ..)), Some(sheet)) = (figures.share, row.get(SHEET)) {
            let known = *shares.entry(sheet.as_str()).or_insert(ppm);
            if known != ppm {
                return Err(wrong(format!(
                    "the payee's share on {sheet} was {known} before"
                )));
            }
        }
        recomputed += usize::from(figures.part_is_right().map_err(wrong)?);
        balance += i128::from(figures.amount);
        if balance != i128::from(figures.balance) {
            return Err(wrong(format!(
                "the balance after it is {balance} micro-units"
            )));
        }
    }
    if balance != i128::from(after) {
        let what = format!("opening and lines make {balance} micro-units, not {after}");
        return Err(head("closing balance", what));
    }
    Ok(Checked {
        lines: lines.len(),
        recomputed,
        change: balance - i128::from(before),
    })
}

/// The balance of the row above the lines, or below them.
fn end(row: &[String], word: &str) -> Option<i64> {
    let this = row.len() == HEAD.len() && row.get(KIND)? == word && row.get(LINE)?.is_empty();
    this.then(|| micros(row.get(BALANCE)?)).flatten()
}

struct Figures {
    number: usize,
    amount: i64,
    balance: i64,
    /// The payee's parts per million; what was shared, before and after.
    share: Option<(u32, i64, i64, i64)>,
}

impl Figures {
    fn of(row: &[String]) -> Option<Figures> {
        if row.len() != HEAD.len() {
            return None;
        }
        let cell = |at: usize| row.get(at).map(String::as_str);
        // Lines that nothing was shared by lack these figures, some all of them, some only the
        // sheet's progress.
        let share = match (cell(PPM)?, cell(BEFORE)?) {
            ("", _) | (_, "") => None,
            (ppm, before) => Some((
                ppm.parse().ok().filter(|ppm| *ppm <= WHOLE_PPM)?,
                micros(cell(SHARED)?)?,
                micros(before)?,
                micros(cell(AFTER)?)?,
            )),
        };
        Some(Figures {
            number: cell(LINE)?.parse().ok()?,
            amount: micros(cell(AMOUNT)?)?,
            balance: micros(cell(BALANCE)?)?,
            share,
        })
    }

    /// Whether there was a part to compute anew, and it is the one that stands there.
    fn part_is_right(&self) -> Result<bool, String> {
        let Some((ppm, shared, before, after)) = self.share else {
            return Ok(false);
        };
        let others = u64::from(WHOLE_PPM - ppm);
        let split = telescope(before, shared, &[u64::from(ppm), others]);
        let split = split.map_err(|error| error.to_string())?;
        if split.shared_after != after {
            return Err(
                "what was shared before and what was shared don't make what was after".into(),
            );
        }
        match split.parts.first() {
            Some(due) if *due == self.amount => Ok(true),
            Some(due) => Err(format!("the payee's part is {due} micro-units")),
            None => Err("there is nothing to share".into()),
        }
    }
}

/// A decimal with exactly six places, as [`super::decimal`] writes it, in micro-units.
fn micros(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, places) = digits.split_once('.')?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(places) || places.len() != 6 {
        return None;
    }
    let size: i128 = format!("{whole}{places}").parse().ok()?;
    i64::try_from(if negative { -size } else { size }).ok()
}
