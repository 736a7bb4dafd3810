//! The time a statement is of: a month, quarter, year, or from a day to a day, half-open in UTC.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::time::Timestamp;

/// The years that periods lie in.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9998;
/// What begins before a period's end may still be written this long after it, in milliseconds: an
/// hour. Until then the period isn't over.
const SETTLES_MS: i64 = 60 * 60 * 1000;

/// A period: half-open, so that every moment is in exactly one month, quarter and year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    name: String,
    from: Timestamp,
    until: Timestamp,
}

/// A text is no period.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PeriodError {
    /// Not one of the forms.
    #[error(
        "write a period as 2026, 2026-Q4, 2026-10 or 2026-10-01..2026-10-15 (the last day isn't in it)"
    )]
    Form,
    /// From a day to one that isn't later.
    #[error("a period ends on a later day than it begins; the last day isn't in it")]
    Order,
}

impl Period {
    /// The calendar month that holds a moment.
    #[must_use]
    pub fn month_of(at: Timestamp) -> Option<Period> {
        at.day().get(..7)?.parse().ok()
    }

    /// As it is written.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its first moment.
    #[must_use]
    pub fn from(&self) -> Timestamp {
        self.from
    }

    /// The first moment after it.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// The last day that is in it, such as `2026-10-31`.
    #[must_use]
    pub fn last_day(&self) -> String {
        self.until.plus_ms(-1).day()
    }

    /// As ISO 8601 and trade messages write it, with the last day in it: `2026`, `2026-Q4`,
    /// `2026-10`, `2026-10-01`, `2026-10-01--2026-10-14`.
    #[must_use]
    pub fn iso_name(&self) -> String {
        if !self.name.contains("..") {
            return self.name.clone();
        }
        match (self.from.day(), self.last_day()) {
            (first, last) if first == last => first,
            (first, last) => format!("{first}--{last}"),
        }
    }

    /// Is a moment in it?
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// Is it over, with nothing of it still being written?
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.until.plus_ms(SETTLES_MS)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Period, PeriodError> {
        let (from, until) = match text.split_once("..") {
            Some((from, until)) => (day(from)?, day(until)?),
            None => calendar(text)?,
        };
        if until <= from {
            return Err(PeriodError::Order);
        }
        Ok(Period {
            name: text.to_owned(),
            from,
            until,
        })
    }
}

fn calendar(text: &str) -> Result<(Timestamp, Timestamp), PeriodError> {
    let (year, rest) = text.split_once('-').map_or((text, None), |(year, rest)| {
        let rest = Some(rest);
        (year, rest)
    });
    let year = number(year, 4)?;
    let (first, months) = match rest {
        None => (1, 12),
        Some(rest) => match rest.strip_prefix('Q') {
            Some(quarter) => (number(quarter, 1)? * 3 - 2, 3),
            None => (number(rest, 2)?, 1),
        },
    };
    let from = begin(year, first, 1)?;
    Ok((from, from.plus_months(months)))
}

fn day(text: &str) -> Result<Timestamp, PeriodError> {
    let mut parts = text.split('-');
    let mut next = |digits| number(parts.next().unwrap_or_default(), digits);
    let day = begin(next(4)?, next(2)?, next(2)?)?;
    // Nothing behind it, and no day that the calendar doesn't have.
    (day.day() == text).then_some(day).ok_or(PeriodError::Form)
}

fn begin(year: i32, month: i32, day: i32) -> Result<Timestamp, PeriodError> {
    if !YEARS.contains(&year) {
        return Err(PeriodError::Form);
    }
    let text = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
    text.parse().map_err(|_| PeriodError::Form)
}

fn number(text: &str, digits: usize) -> Result<i32, PeriodError> {
    let plain = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    let read = plain.then(|| text.parse().ok()).flatten();
    read.ok_or(PeriodError::Form)
}
