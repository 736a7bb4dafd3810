//! A buyer's licences in a list.

use std::sync::Arc;

use app::App;
use app::licensing::Standing as Kept;
use app::licensing::list::Listed;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::Timestamp;

use super::frame::Frame;
use super::standing::{item, scope};
use super::view::{LicenceRow, LicencesPage, Paper, Standing};
use crate::api::own_licences::{Papers, asked};
use crate::api::params;
use crate::problem::Problem;
use crate::words;

/// `GET /licences`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let page = asked(&app, &frame.caller, query.as_deref()).await?;
    let now = app.call().now;
    let later = params::value(query.as_deref(), "cursor").is_some();
    super::html(&LicencesPage {
        rows: page.licences.iter().map(|one| row(one, now)).collect(),
        next_href: page
            .next
            .map(|id| format!("/licences?cursor={}", params::cursor_behind(id.bytes()))),
        first_href: later.then(|| "/licences".to_owned()),
        shell: frame.unlisted("Your licences"),
    })
}

fn row(one: &Listed, now: Timestamp) -> LicenceRow {
    let papers = Papers::of(one);
    let paper = |label: String, href: String| Paper { label, href };
    let invoice = papers.invoice.map(|href| paper("Invoice".into(), href));
    let notes = papers.notes.into_iter();
    let notes = notes.map(|(number, href)| paper(format!("Credit note {number}"), href));
    let claim = papers
        .claim
        .map(|href| paper("Everything as a zip".into(), href));
    let subscription = (one.tier == "pool").then(|| {
        let href = format!("/licences/{}/subscription?grant={}", one.id, one.grant);
        paper("Uses left and dates".into(), href)
    });
    LicenceRow {
        code: one.code.to_string(),
        href: format!("/licences/{}?grant={}", one.id, one.grant),
        track: one
            .track
            .as_ref()
            .map(|(_, slug)| (one.title.clone(), format!("/tracks/{slug}"))),
        scope: scope(&one.tier),
        artist: one.artist.clone(),
        item: item(&one.label),
        standing: standing(one, now),
        at: words::date(one.issued_at),
        price: words::price(one.price),
        papers: invoice
            .into_iter()
            .chain(notes)
            .chain(claim)
            .chain(subscription)
            .collect(),
    }
}

/// How it stands now: a publish window that has passed ends it for new videos.
fn standing(one: &Listed, now: Timestamp) -> Standing {
    match one.standing {
        Kept::Valid if one.until.is_some_and(|until| until <= now) => Standing::Ended,
        Kept::Valid => Standing::Valid,
        Kept::Suspended => Standing::Suspended,
        Kept::Revoked => Standing::Revoked,
    }
}
