//! Recomputing a statement from what stands in it.
//!
//! Line by line: the part that the sheet's weights give of what it had shared before and after,
//! the balance, the chain of hashes. Then the whole: what each sheet shared has no gap, the lines
//! sum to the change. The first thing that isn't right is named, and nothing after it.

use std::collections::BTreeMap;

use ledger::telescope;
use thiserror::Error;

use super::{FORM, Line, Purses, Sheet, Statement, head_hash, line_hash, totals};
use crate::split::WHOLE_PPM;

/// How near to an end of the period a sheet's chain may be interrupted, in milliseconds: of two
/// things at the same time the earlier may be written later, on the other side of the end.
const SLACK_MS: i64 = 60_000;

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Lines in all.
    pub lines: usize,
    /// Those whose part was computed anew from a sheet's weights; the others stand as they are.
    pub recomputed: usize,
    /// What the balance changed by, in micro-units.
    pub change: i128,
}

/// The first thing that isn't right.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Wrong {
    /// A line.
    #[error("line {number} is wrong: {what}")]
    Line {
        /// Its place, from 1.
        number: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A split sheet.
    #[error("split sheet {sheet} is wrong: {what}")]
    Sheet {
        /// Its id.
        sheet: String,
        /// What is wrong with it.
        what: String,
    },
    /// What stands above the lines, or below them.
    #[error("the statement's {part} is wrong: {what}")]
    Head {
        /// Which part.
        part: &'static str,
        /// What is wrong with it.
        what: String,
    },
}

/// Recomputes a statement.
///
/// # Errors
/// The first thing that is [`Wrong`].
pub fn check(statement: &Statement) -> Result<Checked, Wrong> {
    if statement.form != FORM {
        return Err(head("form", format!("this reads {FORM}")));
    }
    let mut sheets = BTreeMap::new();
    for sheet in &statement.sheets {
        weights_are_whole(sheet)?;
        if sheets.insert(sheet.id.as_str(), sheet).is_some() {
            return Err(wrong_sheet(sheet, "it stands there twice".into()));
        }
    }
    let (mut recomputed, mut hash) = (0, statement.head_hash.as_str());
    let mut balance = statement.opening.sum();
    for (number, line) in (1_usize..).zip(&statement.lines) {
        let wrong = |what| Wrong::Line { number, what };
        recomputed += usize::from(part(statement, &sheets, number, line).map_err(wrong)?);
        if line_hash(hash, line) != line.hash {
            return Err(wrong("it was changed: its hash is of another line".into()));
        }
        hash = &line.hash;
        balance += i128::from(line.micros);
        if balance != i128::from(line.balance_micros) {
            let what = format!("the balance after it is {balance}");
            return Err(match number {
                1 => head("opening balance", format!("with line 1 {what}")),
                _ => wrong(what),
            });
        }
    }
    chains_have_no_gap(statement)?;
    sums(statement)?;
    if head_hash(statement) != statement.head_hash {
        let what = "something above the lines was changed: its hash is of another".into();
        return Err(head("head", what));
    }
    if statement.hash != hash {
        return Err(head("hash", "it isn't that of the last line".into()));
    }
    Ok(Checked {
        lines: statement.lines.len(),
        recomputed,
        change: balance - statement.opening.sum(),
    })
}

pub(super) fn head(part: &'static str, what: String) -> Wrong {
    Wrong::Head { part, what }
}

fn wrong_sheet(sheet: &Sheet, what: String) -> Wrong {
    let sheet = sheet.id.clone();
    Wrong::Sheet { sheet, what }
}

fn weights_are_whole(sheet: &Sheet) -> Result<(), Wrong> {
    let sum: u64 = sheet.shares.iter().map(|share| u64::from(share.ppm)).sum();
    if sum == u64::from(WHOLE_PPM) {
        return Ok(());
    }
    let what = format!("its shares sum to {sum} parts per million");
    Err(wrong_sheet(sheet, what))
}

/// Checks one line by itself; says whether its part was computed anew.
fn part(
    statement: &Statement,
    sheets: &BTreeMap<&str, &Sheet>,
    number: usize,
    line: &Line,
) -> Result<bool, String> {
    if usize::try_from(line.number) != Ok(number) {
        return Err(format!("it is numbered {}", line.number));
    }
    let period = &statement.period;
    if line.at < period.from || line.at >= period.until {
        return Err(format!("{} isn't in the period", line.at));
    }
    if !matches!(line.purse.as_str(), "payee" | "escrow") {
        return Err(format!("there is no purse `{}`", line.purse));
    }
    let Some(sheet) = &line.sheet else {
        return match line.after_micros {
            Some(_) => Err("it names no sheet".into()),
            None => Ok(false),
        };
    };
    let sheet = sheets.get(sheet.as_str());
    let sheet = sheet.ok_or_else(|| format!("there is no sheet {}", line.sheet_id()))?;
    let payee = &statement.payee.id;
    let place = sheet.shares.iter().position(|share| share.payee == *payee);
    let ppm = place.and_then(|place| Some(sheet.shares.get(place)?.ppm));
    if line.share_ppm != ppm {
        return Err(format!("the payee's share on {} is another", sheet.id));
    }
    let shared = (line.shared_micros, line.before_micros, line.after_micros);
    let (Some(shared), Some(before), Some(after)) = shared else {
        return match shared {
            (_, None, None) => Ok(false),
            _ => Err("of what was shared, before and after, one is missing".into()),
        };
    };
    let weights: Vec<u64> = sheet.shares.iter().map(|s| u64::from(s.ppm)).collect();
    let split = telescope(before, shared, &weights).map_err(|error| error.to_string())?;
    if split.shared_after != after {
        return Err(format!("{before} and {shared} make {}", split.shared_after));
    }
    let due = place.and_then(|place| split.parts.get(place)).copied();
    match due {
        Some(due) if due == line.micros => Ok(true),
        Some(due) => Err(format!("the payee's part is {due}, not {}", line.micros)),
        None => Err(format!("the payee isn't on {}", sheet.id)),
    }
}

impl Line {
    fn sheet_id(&self) -> &str {
        self.sheet.as_deref().unwrap_or_default()
    }
}

/// What a sheet had shared before a line is what it had shared after another, but for the first.
/// The payee stands on the sheet, so every share of it is here.
fn chains_have_no_gap(statement: &Statement) -> Result<(), Wrong> {
    let shares = |line: &Line| Some((line.sheet.clone()?, line.before_micros?, line.after_micros?));
    let mut open: BTreeMap<(String, i64), i64> = BTreeMap::new();
    for (sheet, before, after) in statement.lines.iter().filter_map(shares) {
        *open.entry((sheet.clone(), after)).or_default() += 1;
        *open.entry((sheet, before)).or_default() -= 1;
    }
    let period = &statement.period;
    let mut begun = std::collections::BTreeSet::new();
    for (number, line) in (1_usize..).zip(&statement.lines) {
        let Some((sheet, before, _)) = shares(line) else {
            continue;
        };
        let at_an_end =
            line.at.since(period.from) < SLACK_MS || period.until.since(line.at) <= SLACK_MS;
        let Some(count) = open.get_mut(&(sheet.clone(), before)) else {
            continue;
        };
        if *count >= 0 {
            continue;
        }
        *count += 1;
        if !begun.insert(sheet) && !at_an_end {
            let what = format!("the sheet's share that ended at {before} is missing");
            return Err(Wrong::Line { number, what });
        }
    }
    Ok(())
}

/// Opening and lines make the closing balance, of each purse, and the totals are theirs.
fn sums(statement: &Statement) -> Result<(), Wrong> {
    let of = |purse: &str| -> i128 {
        let lines = statement.lines.iter().filter(|line| line.purse == purse);
        lines.map(|line| i128::from(line.micros)).sum()
    };
    let Purses {
        payee_micros,
        escrow_micros,
    } = statement.opening;
    for (purse, before, after) in [
        ("payee", payee_micros, statement.closing.payee_micros),
        ("escrow", escrow_micros, statement.closing.escrow_micros),
    ] {
        let due = i128::from(before) + of(purse);
        if due != i128::from(after) {
            let what = format!("in the purse `{purse}` are {due} after all lines, not {after}");
            return Err(head("closing balance", what));
        }
    }
    if totals(&statement.lines).as_ref() != Some(&statement.totals) {
        let what = "they aren't the sums of the lines by kind".into();
        return Err(head("totals", what));
    }
    Ok(())
}
