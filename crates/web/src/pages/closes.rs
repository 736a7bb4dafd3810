//! The public reports of closes.

use std::sync::Arc;

use app::App;
use app::subscriptions::closes::{self, Batch};
use axum::extract::{Path, State};
use axum::response::Response;
use domain::pool::close::FORMULA;
use ledger::{Currency, Money};

use super::frame::Frame;
use super::view::{ClosePage, CloseRow, ClosesPage, SharedTrack};
use crate::problem::Problem;
use crate::words;

/// `GET /closes`.
pub(crate) async fn show(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    let batches = closes::list(&app).await?;
    let description = "How subscribers' money was shared: formula, inputs and outputs.";
    super::html(&ClosesPage {
        closes: batches.iter().map(row).collect::<Result<_, _>>()?,
        shell: frame.shell("Closes", description),
    })
}

/// `GET /closes/{batch}`.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path(batch): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    let report = closes::report(&app, &batch).await?;
    let currency = currency(&report.currency)?;
    let exact = |micros| words::exact(Money::new(micros, currency));
    let totals = &report.totals;
    let known = closes::tracks(&app, &report).await?;
    let tracks = totals.tracks.iter().map(|(track, total)| SharedTrack {
        title: known
            .get(track)
            .map_or_else(|| track.to_string(), |one| one.title.clone()),
        artist: known
            .get(track)
            .map(|one| one.artist.clone())
            .unwrap_or_default(),
        href: known.get(track).map(|one| format!("/tracks/{}", one.slug)),
        uses: words::count(i64::try_from(total.uses).unwrap_or(i64::MAX)),
        accrued: exact(total.accrued_micros),
        top_up: exact(total.top_up_micros),
    });
    let cycles = i64::try_from(totals.cycles).unwrap_or(i64::MAX);
    super::html(&ClosePage {
        at: words::moment(report.closed_at),
        formula: FORMULA.to_owned(),
        facts: vec![
            ("Cycles".to_owned(), words::count(cycles)),
            (
                "For composers".to_owned(),
                exact(totals.contribution_micros),
            ),
            ("Idle".to_owned(), exact(totals.idle_micros)),
            ("Rolled over".to_owned(), exact(totals.rolled_over_micros)),
        ],
        tracks: tracks.collect(),
        json_href: format!("/v1/closes/{}", report.batch),
        shell: frame.unlisted("A close"),
    })
}

fn row(batch: &Batch) -> Result<CloseRow, Problem> {
    let currency = currency(&batch.currency)?;
    let totals = &batch.totals;
    let unused = totals.idle_micros.saturating_add(totals.rolled_over_micros);
    Ok(CloseRow {
        href: format!("/closes/{}", batch.id),
        at: words::moment(batch.at),
        cycles: words::count(i64::try_from(totals.cycles).unwrap_or(i64::MAX)),
        contribution: words::exact(Money::new(totals.contribution_micros, currency)),
        unused: words::exact(Money::new(unused, currency)),
    })
}

fn currency(code: &str) -> Result<Currency, Problem> {
    let currency = Currency::from_code(code);
    Ok(currency.map_err(app::Fault::while_("reading a close's currency"))?)
}
