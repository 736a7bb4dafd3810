//! The rotation: what is in the pool now, what leaves soon, what comes next.

use std::sync::Arc;

use app::App;
use app::rotation::list::{self, Stay};
use axum::extract::State;
use axum::response::Response;
use domain::Timestamp;

use super::frame::Frame;
use super::view::{RotationPage, StayRow};
use crate::problem::Problem;
use crate::words;

/// `GET /rotation`.
pub(crate) async fn show(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    let now = app.call().now;
    let stays = list::list(&app, now).await?;
    let rows = |wanted: &dyn Fn(&Stay) -> bool| -> Vec<StayRow> {
        let rows = stays.iter().filter(|stay| wanted(stay));
        rows.map(|stay| row(stay, now)).collect()
    };
    let description =
        "Which tracks subscribers may use, from when until when, and what comes next.";
    super::html(&RotationPage {
        leaving: rows(&|stay| stay.leaves_soon(now)),
        now: rows(&|stay| stay.holds(now) && !stay.leaves_soon(now)),
        next: rows(&|stay| !stay.holds(now)),
        shell: frame.shell("In rotation", description),
    })
}

/// A stay, as it is listed.
pub(super) fn row(stay: &Stay, now: Timestamp) -> StayRow {
    let when = match stay.until {
        _ if stay.from > now => format!("from {}", words::date(stay.from)),
        Some(until) => format!("until {}", words::date(until)),
        None => "until further notice".to_owned(),
    };
    StayRow {
        href: format!("/tracks/{}", stay.slug),
        title: stay.title.clone(),
        artist: stay.artist.clone(),
        when,
    }
}
