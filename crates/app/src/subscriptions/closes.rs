//! The public reports of closes: what was closed when, and for one batch the formula, the inputs
//! and the outputs of every cycle. No subscriber is named, and anybody can recompute it.

use std::collections::BTreeMap;

use domain::pool::close::{CloseReport, Totals};
use domain::{CloseId, Timestamp, TrackId};
use serde::{Deserialize, Serialize};
use store::db::Row;
use thiserror::Error;

use crate::accounts::cycles::{MARKED, read};
use crate::{App, Fault, Refusal, Stop};

/// How many batches are listed at most.
pub const LISTED: i64 = 500;

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: CloseId,
    /// When it was closed.
    pub at: Timestamp,
    /// ISO 4217.
    pub currency: String,
    /// The sums.
    pub totals: Totals,
}

/// A batch's whole report, as it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The batch's id.
    pub batch: String,
    /// When it was closed.
    pub closed_at: Timestamp,
    /// ISO 4217.
    pub currency: String,
    /// The sums over its cycles.
    pub totals: Totals,
    /// Its cycles, each with formula, inputs and outputs.
    pub cycles: Vec<CloseReport>,
}

/// What recomputing a report has found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Cycles looked at.
    pub cycles: usize,
    /// What is wrong, a sentence each.
    pub wrong: Vec<String>,
}

/// Why a batch isn't shown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CloseReportRefusal {
    /// There is none of this name.
    #[error("there is no close `{0}`: GET /v1/closes lists them")]
    Unknown(String),
}

impl Refusal for CloseReportRefusal {
    fn code(&self) -> &'static str {
        "unknown_close"
    }

    fn field(&self) -> Option<String> {
        Some("batch".into())
    }
}

/// The latest batches, the latest first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn list(app: &App) -> Result<Vec<Batch>, Fault> {
    let rows = app.read().await?.all(LIST, &[LISTED.into()]).await?;
    rows.iter().map(of).collect()
}

/// The report of a batch.
///
/// # Errors
/// [`CloseReportRefusal::Unknown`].
pub async fn report(app: &App, name: &str) -> Result<Report, Stop<CloseReportRefusal>> {
    let unknown = || Stop::Refused(CloseReportRefusal::Unknown(name.chars().take(40).collect()));
    let id: CloseId = name.parse().map_err(|_| unknown())?;
    let mut tx = app.read().await?;
    let row = tx.optional(ONE, &[id.bytes().into()]).await?;
    let batch = of(&row.ok_or_else(unknown)?)?;
    let cycles = read(&mut tx, MARKED, Some(id.bytes().into())).await?;
    let cycles = cycles.iter().map(|one| one.report());
    Ok(Report {
        batch: id.to_string(),
        closed_at: batch.at,
        currency: batch.currency,
        totals: batch.totals,
        cycles: cycles.collect::<Result<_, Fault>>()?,
    })
}

/// A track that a close shared money to, as people know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// Its title now.
    pub title: String,
    /// Its artist.
    pub artist: String,
    /// Its word in addresses.
    pub slug: String,
}

/// The tracks of a report, as people know them.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn tracks(app: &App, report: &Report) -> Result<BTreeMap<TrackId, Shared>, Fault> {
    let mut tx = app.read().await?;
    let mut out = BTreeMap::new();
    for track in report.totals.tracks.keys() {
        if let Some(row) = tx.optional(TRACK, &[track.bytes().into()]).await? {
            let shared = Shared {
                title: row.text("title")?,
                artist: row.text("artist")?,
                slug: row.text("slug")?,
            };
            out.insert(*track, shared);
        }
    }
    Ok(out)
}

/// Recomputes a report: every cycle by the formula, and the sums. What rolled over and found no
/// open cycle was idle; the two are held against each other as one.
#[must_use]
pub fn verify(report: &Report) -> Verdict {
    let mut wrong = Vec::new();
    let mut sums = Totals::default();
    for (place, cycle) in report.cycles.iter().enumerate() {
        match cycle.holds() {
            Ok(true) => {}
            Ok(false) => wrong.push(format!("cycle {place}: the outputs don't follow")),
            Err(error) => wrong.push(format!("cycle {place}: {error}")),
        }
        match added(sums.clone(), cycle) {
            Ok(more) => sums = more,
            Err(why) => wrong.push(format!("cycle {place}: {why}")),
        }
    }
    let unused = |totals: &Totals| totals.idle_micros.checked_add(totals.rolled_over_micros);
    let same = (sums.cycles, sums.contribution_micros, &sums.tracks)
        == (
            report.totals.cycles,
            report.totals.contribution_micros,
            &report.totals.tracks,
        );
    if !same || unused(&sums) != unused(&report.totals) {
        wrong.push("the totals aren't the sums of the cycles".to_owned());
    }
    Verdict {
        cycles: report.cycles.len(),
        wrong,
    }
}

fn added(sums: Totals, cycle: &CloseReport) -> Result<Totals, String> {
    let inputs = &cycle.inputs;
    let pool = domain::Pool::new(
        inputs.contribution_micros,
        inputs.guarantee_micros,
        None,
        inputs.uses.clone(),
    );
    let pool = pool.map_err(|error| error.to_string())?;
    sums.plus(&pool, &cycle.outputs).map_err(|e| e.to_string())
}

fn of(row: &Row) -> Result<Batch, Fault> {
    Ok(Batch {
        id: CloseId::from_bytes(row.id("id")?),
        at: Timestamp(row.int("at_ms")?),
        currency: row.text("currency")?,
        totals: serde_json::from_str(&row.text("totals")?)
            .map_err(Fault::while_("reading a close"))?,
    })
}

const LIST: &str = "
    select id, at_ms, currency, totals from close_batches order by at_ms desc, id desc limit $1";

const TRACK: &str = "
    select t.title, t.slug, a.name as artist
      from tracks t join artists a on a.id = t.artist_id where t.id = $1";

const ONE: &str = "select id, at_ms, currency, totals from close_batches where id = $1";
