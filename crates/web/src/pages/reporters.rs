//! The operator's reporters: who reports, and what is missing of their sequences.

use std::sync::Arc;

use app::metering::reporters::{self, Gap, Reporter};
use app::{App, Timestamp};
use axum::extract::State;
use axum::response::Response;
use domain::report::LATEST_MS;

use super::frame::Frame;
use super::operator::needs_operator;
use super::view::{GapRow, MissingShown, ReporterRow, ReportersPage};
use crate::problem::Problem;
use crate::words;

/// How many gaps of a reporter are shown.
const SHOWN: usize = 20;

/// `GET /operator/reporters`.
pub(crate) async fn show(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    needs_operator(&frame.caller)?;
    let found = reporters::list(&app).await?;
    let now = app.call().now;
    let missing = found.iter().filter_map(|one| missing(one, now)).collect();
    super::html(&ReportersPage {
        shell: frame.unlisted("Reporters"),
        as_of: words::moment(now),
        reporters: found.iter().map(row).collect(),
        missing,
    })
}

fn row(one: &Reporter) -> ReporterRow {
    let gaps = one.gaps();
    ReporterRow {
        name: name(one).to_owned(),
        id: one.name.as_ref().map_or("", |_| &one.reporter).to_owned(),
        last: words::moment(one.last),
        uses: words::count(one.uses),
        gaps: match gaps {
            0 => "None".to_owned(),
            gaps => words::many(size(gaps), "gap", "gaps"),
        },
        whole: gaps == 0,
    }
}

fn name(one: &Reporter) -> &str {
    one.name.as_deref().unwrap_or(&one.reporter)
}

/// What is missing of a reporter's sequences; nothing where they are whole.
fn missing(one: &Reporter, now: Timestamp) -> Option<MissingShown> {
    let all = one.streams.iter();
    let all = all.flat_map(|stream| stream.gaps.iter().map(|gap| (stream.stream.as_str(), gap)));
    let gaps = all
        .take(SHOWN)
        .map(|(stream, gap)| gap_row(stream, gap, now));
    let gaps: Vec<_> = gaps.collect();
    let mut more = Vec::new();
    let left = one.gaps().saturating_sub(SHOWN);
    if left > 0 {
        let gaps = words::many(size(left), "more gap", "more gaps");
        let shown = format!(
            "{gaps}: `clearcue uses gaps \"{}\" --json` lists all.",
            name(one)
        );
        more.push(shown);
    }
    let streams = one.streams.iter().map(|stream| stream.given_up);
    let given_up = streams.fold(0_u64, u64::saturating_add);
    if given_up > 0 {
        let numbers = words::many(wide(given_up), "number", "numbers");
        more.push(format!(
            "{numbers} more are missing and aren't looked for any more: there were too many gaps."
        ));
    }
    if one.untracked > 0 {
        let uses = words::many(one.untracked, "use", "uses");
        more.push(format!(
            "{uses} came in sequences that aren't followed, since there are too many of them."
        ));
    }
    (!gaps.is_empty() || !more.is_empty()).then(|| MissingShown {
        name: name(one).to_owned(),
        gaps,
        more,
    })
}

fn gap_row(stream: &str, gap: &Gap, now: Timestamp) -> GapRow {
    let until = gap.since.plus_ms(LATEST_MS);
    GapRow {
        stream: if stream.is_empty() { "–" } else { stream }.to_owned(),
        numbers: if gap.from == gap.to {
            gap.from.to_string()
        } else {
            format!("{} to {}", gap.from, gap.to)
        },
        count: words::many(
            wide((gap.to - gap.from).saturating_add(1)),
            "number",
            "numbers",
        ),
        since: words::moment(gap.since),
        advice: if until > now {
            format!("Have it sent again by {}", words::date(until))
        } else {
            "Too late: uses are taken for 35 days".to_owned()
        },
    }
}

fn size(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn wide(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
