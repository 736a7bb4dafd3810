//! Who reports uses, and what is missing of their sequences.
//!
//! Before: somebody who may read reports. After: nothing has changed, but the blobs were followed to
//! their end. A sequence is what stands before the last colon of an event's id, as in
//! `editor-7:000123`; a gap closes when its events come, however late. Only uses that count are in
//! the blobs: what was refused is missing, too.

use std::collections::HashMap;

use domain::{ApiKeyId, Timestamp};
use thiserror::Error;

use super::engine::follow;
use crate::{App, Fault, Refusal, Stop};

/// Somebody who reports uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reporter {
    /// By what uses are told apart: an API key's id, a person's, or the name that an import gave.
    pub reporter: String,
    /// What the operator called the key.
    pub name: Option<String>,
    /// Uses that count.
    pub uses: i64,
    /// When the first came.
    pub first: Timestamp,
    /// When the last came.
    pub last: Timestamp,
    /// Uses of sequences that aren't kept, since there are too many.
    pub untracked: i64,
    /// Its sequences, by name.
    pub streams: Vec<Stream>,
}

/// A reporter's sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// What stands before its numbers.
    pub stream: String,
    /// Uses that count.
    pub uses: i64,
    /// When the last came.
    pub last: Timestamp,
    /// The lowest number that came.
    pub lowest: u64,
    /// The highest number that came.
    pub highest: u64,
    /// What is missing between them, the lowest first.
    pub gaps: Vec<Gap>,
    /// Missing numbers that aren't looked for any more, since there were too many gaps.
    pub given_up: u64,
}

/// Numbers that are missing, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The first.
    pub from: u64,
    /// The last.
    pub to: u64,
    /// Since when that is known.
    pub since: Timestamp,
}

/// Why a reporter isn't shown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReporterRefusal {
    /// Nobody of this name has reported a use that counts.
    #[error("nobody called `{0}` has reported a use that counts: see the list of reporters")]
    Unknown(String),
}

impl Refusal for ReporterRefusal {
    fn code(&self) -> &'static str {
        "unknown_reporter"
    }
}

impl Reporter {
    /// How many gaps its sequences have.
    #[must_use]
    pub fn gaps(&self) -> usize {
        self.streams.iter().map(|stream| stream.gaps.len()).sum()
    }
}

/// Everybody who has reported a use that counts, whoever did so last first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn list(app: &App) -> Result<Vec<Reporter>, Fault> {
    follow::follow(app).await?;
    let mut tx = app.db.read().await?;
    let mut names = HashMap::new();
    for row in tx.all(KEYS, &[]).await? {
        let id = ApiKeyId::from_bytes(row.id("id")?).to_string();
        names.insert(id, row.text("name")?);
    }
    let mut streams: HashMap<String, Vec<Stream>> = HashMap::new();
    let sql = tx.spelt(STREAMS);
    for row in tx.all(&sql, &[]).await? {
        let seen = follow::read(&row)?;
        let (lowest, highest) = seen.sequence.span().unwrap_or_default();
        let gaps = seen.sequence.gaps().map(|gap| Gap {
            from: gap.from,
            to: gap.to,
            since: gap.since,
        });
        let stream = Stream {
            stream: row.text("stream")?,
            uses: seen.uses,
            last: seen.last,
            lowest,
            highest,
            gaps: gaps.collect(),
            given_up: seen.sequence.given_up(),
        };
        let of = streams.entry(row.text("reporter")?).or_default();
        of.push(stream);
    }
    let sql = tx.spelt(REPORTERS);
    let mut reporters = Vec::new();
    for row in tx.all(&sql, &[]).await? {
        let reporter = row.text("reporter")?;
        reporters.push(Reporter {
            name: names.remove(&reporter),
            uses: row.int("uses")?,
            first: Timestamp(row.int("first_ms")?),
            last: Timestamp(row.int("last_ms")?),
            untracked: row.int("untracked")?,
            streams: streams.remove(&reporter).unwrap_or_default(),
            reporter,
        });
    }
    Ok(reporters)
}

/// One of them, by its id or by what the operator called its key.
///
/// # Errors
/// [`ReporterRefusal`].
pub async fn show(app: &App, reporter: &str) -> Result<Reporter, Stop<ReporterRefusal>> {
    let all = list(app).await?;
    let by_id = all.iter().position(|one| one.reporter == reporter);
    let by_name = || {
        all.iter()
            .position(|one| one.name.as_deref() == Some(reporter))
    };
    match by_id.or_else(by_name) {
        Some(place) => Ok(all[place].clone()),
        None => Err(Stop::Refused(ReporterRefusal::Unknown(
            reporter.chars().take(80).collect(),
        ))),
    }
}

const KEYS: &str = "select id, name from api_keys";

const STREAMS: &str = "
    select reporter, stream, uses, last_ms, runs, given_up from reporter_streams
     order by reporter {bytewise}, stream {bytewise}";

const REPORTERS: &str = "
    select reporter, uses, first_ms, last_ms, untracked from reporters
     order by last_ms desc, reporter {bytewise}";
