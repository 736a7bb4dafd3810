//! Time: UTC milliseconds since the Unix epoch, printed as RFC 3339.
//!
//! Nothing here reads a clock. Months are calendar months in UTC, counted from an anchor: a
//! cycle that starts on a 31st falls on the last day of shorter months and returns to the 31st.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds in a day of 24 hours.
pub const DAY_MS: i64 = 86_400_000;

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
///
/// As text (and so as JSON) it is RFC 3339 in UTC with three decimals:
/// `2026-01-31T23:59:59.999Z`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(pub i64);

/// A text isn't an RFC 3339 time.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("write a time as RFC 3339 with its offset, for example 2026-01-31T23:59:59Z")]
pub struct TimestampError;

impl Timestamp {
    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The instant `ms` milliseconds later (earlier when negative), at most the last one there is.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this instant; negative when this one comes first.
    #[must_use]
    pub const fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The same UTC time of day `months` calendar months later, on the same day of the month or
    /// on the month's last day where that day doesn't exist.
    ///
    /// Count from the anchor each time: adding one month repeatedly would lose a 31st for good.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Timestamp {
        let at = self.to_jiff().to_zoned(TimeZone::UTC);
        let span = jiff::Span::new().try_months(i64::from(months));
        span.and_then(|span| at.checked_add(span))
            .map_or(Timestamp(jiff::Timestamp::MAX.as_millisecond()), |later| {
                Timestamp(later.timestamp().as_millisecond())
            })
    }

    /// The UTC calendar day, printed as `2026-01-31`.
    #[must_use]
    pub fn day(self) -> String {
        self.date().to_string()
    }

    fn date(self) -> Date {
        self.to_jiff().to_zoned(TimeZone::UTC).date()
    }

    /// Instants that the calendar can't hold are printed as its first or last.
    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

/// The monthly cycle, anchored at `anchor`, that holds `at`: half-open `[start, end)`.
/// `None` when `at` lies before the anchor.
#[must_use]
pub fn monthly_cycle(anchor: Timestamp, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
    if at < anchor {
        return None;
    }
    let (from, to) = (anchor.date(), at.date());
    let months = (i32::from(to.year()) - i32::from(from.year())) * 12
        + (i32::from(to.month()) - i32::from(from.month()));
    let months = u32::try_from(months).unwrap_or(0);
    // The same calendar month's anchor may still lie ahead of `at`.
    let passed = if anchor.plus_months(months) <= at {
        months
    } else {
        months.saturating_sub(1)
    };
    Some((
        anchor.plus_months(passed),
        anchor.plus_months(passed.saturating_add(1)),
    ))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.to_jiff())
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads RFC 3339 with any offset; what is finer than a millisecond is dropped.
    fn from_str(text: &str) -> Result<Timestamp, TimestampError> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| TimestampError)?;
        Ok(Timestamp(instant.as_millisecond()))
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: String) -> Result<Timestamp, TimestampError> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(at: Timestamp) -> String {
        at.to_string()
    }
}
