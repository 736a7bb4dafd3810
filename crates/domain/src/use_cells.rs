//! Cells of a table of uses: lengths, times and words as tables write them.

use jiff::civil::{Date, DateTime};
use serde_json::Value;

use crate::time::Timestamp;

/// A cell as a field of the event, or what is wrong with it.
pub(crate) fn value(
    field: &'static str,
    cell: &str,
    utc: bool,
) -> Result<(&'static str, Value), String> {
    let value = match field {
        "clip_ms" | "views" | "followers" => whole(field, cell)?,
        "clip_seconds" => return Ok(("clip_ms", seconds(cell)?)),
        "published_at" => Value::String(time(cell, utc)?.to_string()),
        "placement" | "purpose" => Value::String(word(cell)),
        "territory" => Value::String(cell.to_ascii_uppercase()),
        _ => Value::String(cell.to_owned()),
    };
    Ok((field, value))
}

/// `YouTube Shorts` as our own words are written: `youtube_shorts`.
fn word(cell: &str) -> String {
    cell.to_ascii_lowercase().replace([' ', '-'], "_")
}

fn whole(field: &str, cell: &str) -> Result<Value, String> {
    let number: Result<i64, _> = cell.parse();
    number.map(Value::from).map_err(|_| {
        format!("{field} is a whole number in digits, without signs between thousands")
    })
}

/// Seconds with up to three decimals, after a point or a comma, in ms.
fn seconds(cell: &str) -> Result<Value, String> {
    let wrong =
        || "clip_seconds is a number of seconds with at most three decimals, such as 12.5".into();
    let (whole, decimals) = cell.split_once(['.', ',']).unwrap_or((cell, ""));
    // `12.500000` is as exact as `12.5`.
    let decimals = decimals.trim_end_matches('0');
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 9
        || decimals.len() > 3
        || !digits(whole)
        || !digits(decimals)
    {
        return Err(wrong());
    }
    let ms: Result<i64, _> = format!("{whole}{decimals:0<3}").parse();
    ms.map(Value::from).map_err(|_| wrong())
}

/// RFC 3339, also with a blank for the T, without seconds, or with a zone like +0100; and, where
/// that was said, a day or a time of UTC without a zone.
fn time(cell: &str, utc: bool) -> Result<Timestamp, String> {
    let joined = joined(cell);
    if let Ok(at) = joined.parse() {
        return Ok(at);
    }
    let at = joined.parse::<DateTime>().ok();
    let at = at.or_else(|| Some(joined.parse::<Date>().ok()?.at(0, 0, 0, 0)));
    match at.and_then(|at| at.to_zoned(jiff::tz::TimeZone::UTC).ok()) {
        Some(at) if utc => Ok(Timestamp(at.timestamp().as_millisecond())),
        Some(_) => Err(
            "published_at has no zone: write it with one, such as 2026-01-31T23:59:59Z, or say that the file's times are in UTC"
                .to_owned(),
        ),
        None => Err("published_at is a time such as 2026-01-31T23:59:59Z".to_owned()),
    }
}

/// The blank between day and time as a T, and none before the zone.
fn joined(cell: &str) -> String {
    let mut parts = cell.split_whitespace();
    let day = parts.next().unwrap_or_default();
    let rest: String = parts.collect();
    let rest = rest
        .strip_suffix("UTC")
        .map_or_else(|| rest.clone(), |time| format!("{time}Z"));
    if rest.is_empty() {
        day.to_owned()
    } else {
        format!("{day}T{rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_times_are_read_as_tables_write_them() {
        for (text, ms) in [
            ("12.5", 12_500),
            ("0.001", 1),
            ("15", 15_000),
            ("7,250000", 7_250),
        ] {
            assert_eq!(seconds(text), Ok(Value::from(ms)), "{text}");
        }
        for text in [
            "",
            ".5",
            "1e3",
            "-1",
            "1.0005",
            "1.2.3",
            "1:30",
            "9999999999",
        ] {
            assert!(seconds(text).is_err(), "{text}");
        }
        let noon = "2026-01-31T12:00:00.000Z";
        for text in [
            "2026-01-31T12:00:00Z",
            "2026-01-31 12:00:00Z",
            "2026-01-31 12:00:00 UTC",
            "2026-01-31T13:00+01:00",
        ] {
            assert_eq!(time(text, false).unwrap().to_string(), noon, "{text}");
        }
        for text in ["2026-01-31 12:00:00", "2026-01-31T12:00"] {
            assert!(time(text, false).unwrap_err().contains("no zone"), "{text}");
            assert_eq!(time(text, true).unwrap().to_string(), noon, "{text}");
        }
        let day = time("2026-01-31", true).unwrap();
        assert_eq!(day.to_string(), "2026-01-31T00:00:00.000Z");
        for text in ["yesterday", "31.01.2026", "2026-02-30 12:00", "1"] {
            assert!(time(text, true).is_err(), "{text}");
        }
    }
}
