//! RFC 3339 in the one spelling that programs write: UTC, `T` and `Z`. Every other spelling, and
//! every time that isn't one, is left to the domain's reader.

use domain::Timestamp;
use domain::time::{DAY_MS, MINUTE_MS};

/// The instant of `2026-01-31T23:59:59.999Z`, its fraction of any length or absent.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let (head, tail) = text.as_bytes().split_first_chunk::<19>()?;
    let marks = [head[4], head[7], head[10], head[13], head[16]];
    if marks != *b"--T::" {
        return None;
    }
    let [year, month, day] = [
        number(&head[..4])?,
        number(&head[5..7])?,
        number(&head[8..10])?,
    ];
    let [hour, minute, second] = [
        number(&head[11..13])?,
        number(&head[14..16])?,
        number(&head[17..])?,
    ];
    let dated = (1970..=2999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day);
    if !dated || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let millis = fraction(tail)?;
    let clock = hour * 60 * MINUTE_MS + minute * MINUTE_MS + second * 1_000 + millis;
    Some(Timestamp(
        days_since_1970(year, month, day) * DAY_MS + clock,
    ))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| {
        let value = digit.wrapping_sub(b'0');
        (value < 10).then_some(sum * 10 + i64::from(value))
    })
}

/// The milliseconds in `Z` or `.999999999Z`; what is finer is dropped.
fn fraction(tail: &[u8]) -> Option<i64> {
    let (last, rest) = tail.split_last()?;
    if *last != b'Z' {
        return None;
    }
    let Some((point, digits)) = rest.split_first() else {
        return Some(0);
    };
    if *point != b'.' || !(1..=9).contains(&digits.len()) {
        return None;
    }
    number(digits)?;
    let mut three = [b'0'; 3];
    let kept = digits.len().min(3);
    three[..kept].copy_from_slice(&digits[..kept]);
    number(&three)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    /// Days before each month of a common year.
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    let place = usize::try_from(month - 1).unwrap_or(0);
    let months = BEFORE.get(place).copied().unwrap_or(0);
    years + months + i64::from(month > 2 && is_leap(year)) + day - 1
}
