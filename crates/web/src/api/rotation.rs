//! The rotation's calendar, as JSON and as an iCalendar file.

use std::fmt::Write as _;
use std::sync::Arc;

use app::App;
use app::rotation::list::{self, Stay};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// The calendar.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rotation {
    /// As of when.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// Every stay that isn't over, by its beginning.
    stays: Vec<StayGiven>,
}

/// A stay of a track in the pool.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StayGiven {
    /// The track.
    track: String,
    /// Its slug.
    slug: String,
    /// Its title.
    title: String,
    /// Its artist.
    artist: String,
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Until when; null where that isn't set.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Whether it is in now.
    now: bool,
    /// Whether it is in and leaves within two weeks.
    leaves_soon: bool,
}

/// Shows which tracks are in the pool, from when until when, and what comes next. A video that was
/// published while its track was in stays cleared.
#[utoipa::path(get, path = "/v1/rotation", operation_id = "show_rotation", tag = "Pool", responses(
    (status = 200, description = "The calendar", body = Rotation),
))]
pub(crate) async fn show(State(app): State<Arc<App>>) -> Result<Json<Rotation>, Problem> {
    let now = app.call().now;
    let stays = list::list(&app, now).await?.into_iter();
    let stays = stays.map(|stay| StayGiven {
        now: stay.holds(now),
        leaves_soon: stay.leaves_soon(now),
        track: stay.track.to_string(),
        slug: stay.slug,
        title: stay.title,
        artist: stay.artist,
        from: stay.from,
        until: stay.until,
    });
    Ok(Json(Rotation {
        as_of: now,
        stays: stays.collect(),
    }))
}

/// The same as an iCalendar file (RFC 5545), to be subscribed to.
#[utoipa::path(get, path = "/v1/rotation.ics", operation_id = "subscribe_rotation", tag = "Pool", responses(
    (status = 200, description = "The calendar", content_type = "text/calendar", body = String),
))]
pub(crate) async fn calendar(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let now = app.call().now;
    let mut text =
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Clearcue//Rotation//EN\r\n".to_owned();
    for stay in list::list(&app, now).await? {
        event(&mut text, &stay, now);
    }
    text.push_str("END:VCALENDAR\r\n");
    let kind = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((kind, text).into_response())
}

fn event(text: &mut String, stay: &Stay, now: Timestamp) {
    let words = escaped(&format!("{} — {}", stay.title, stay.artist));
    let _ = write!(
        text,
        "BEGIN:VEVENT\r\nUID:{}@rotation\r\nDTSTAMP:{}\r\nDTSTART:{}\r\n",
        stay.id,
        basic(now),
        basic(stay.from)
    );
    if let Some(until) = stay.until {
        let _ = write!(text, "DTEND:{}\r\n", basic(until));
    }
    for (place, line) in folded(&format!("SUMMARY:{words}")).iter().enumerate() {
        let blank = if place == 0 { "" } else { " " };
        let _ = write!(text, "{blank}{line}\r\n");
    }
    text.push_str("END:VEVENT\r\n");
}

/// `20261125T170000Z`.
fn basic(at: Timestamp) -> String {
    let text = at.to_string();
    let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
    let plain: String = seconds
        .chars()
        .filter(|c| !matches!(c, '-' | ':'))
        .collect();
    format!("{plain}Z")
}

/// Text may not break out of its line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '\\' | ';' | ',') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Lines of at most 75 bytes, broken between characters.
fn folded(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for c in line.chars() {
        if lines
            .last()
            .is_some_and(|last| last.len() + c.len_utf8() > 74)
        {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            last.push(c);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_break_out_of_its_line_and_long_ones_are_folded() {
        assert_eq!(
            escaped("a\r\nEND:VEVENT; b, c\\"),
            "aEND:VEVENT\\; b\\, c\\\\"
        );
        let lines = folded(&"ä".repeat(100));
        assert!(lines.iter().all(|line| line.len() <= 74));
        assert_eq!(lines.concat().chars().count(), 100);
        assert_eq!(basic(Timestamp(0)), "19700101T000000Z");
    }
}
