//! Who reports uses, and what is missing of their sequences: for the operator.

use std::sync::Arc;

use app::App;
use app::access::Scope;
use app::metering::reporters::{self, Reporter, Stream};
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// Everybody who reports.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reporters {
    /// Whoever reported last first.
    reporters: Vec<ReporterGiven>,
}

/// Somebody who reports uses.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReporterGiven {
    /// An API key's id, a person's, or the name that an import gave.
    reporter: String,
    /// What the key is called.
    name: Option<String>,
    /// Uses that count.
    accepted: i64,
    /// When the first came.
    #[schema(format = DateTime)]
    first_at: String,
    /// When the last came.
    #[schema(format = DateTime)]
    last_at: String,
    /// How many sequences its ids have.
    sequences: usize,
    /// How many gaps they have.
    gaps: usize,
    /// Uses of sequences that aren't kept, since there are too many.
    untracked: i64,
}

/// What is missing of a reporter's sequences.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Gaps {
    /// The reporter.
    #[serde(flatten)]
    reporter: ReporterGiven,
    /// Each sequence, by name.
    streams: Vec<SequenceGiven>,
}

/// A reporter's sequence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SequenceGiven {
    /// What stands before the number in its ids.
    stream: String,
    /// Uses that count.
    accepted: i64,
    /// When the last came.
    #[schema(format = DateTime)]
    last_at: String,
    /// The lowest number that came.
    lowest: u64,
    /// The highest number that came.
    highest: u64,
    /// What is missing between them.
    missing: Vec<GapGiven>,
    /// Missing numbers that aren't looked for any more, since there were too many gaps.
    given_up: u64,
}

/// Numbers that are missing, both ends included.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GapGiven {
    /// The first.
    from: u64,
    /// The last.
    to: u64,
    /// Since when that is known.
    #[schema(format = DateTime)]
    since: String,
}

/// Lists who has reported uses that count.
#[utoipa::path(get, path = "/v1/reporters", operation_id = "list_reporters", tag = "Metering", responses(
    (status = 200, description = "The reporters", body = Reporters),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The key lacks report:read", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["report:read"]), ("session" = [])))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Reporters>, Problem> {
    caller.needs(Scope::ReadReports)?;
    let reporters = reporters::list(&app).await?;
    let reporters = reporters.iter().map(ReporterGiven::from).collect();
    Ok(Json(Reporters { reporters }))
}

/// Shows which numbers of a reporter's sequences are missing. What was refused is missing, too.
#[utoipa::path(get, path = "/v1/reporters/{reporter}/gaps", operation_id = "show_gaps", tag = "Metering", params(
    ("reporter" = String, Path, description = "The reporter, as listed, or its key's name"),
), responses(
    (status = 200, description = "Its sequences", body = Gaps),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The key lacks report:read", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "Nobody of this name has reported", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["report:read"]), ("session" = [])))]
pub(crate) async fn gaps(
    State(app): State<Arc<App>>,
    Path(reporter): Path<String>,
    caller: Caller,
) -> Result<Json<Gaps>, Problem> {
    caller.needs(Scope::ReadReports)?;
    let found = reporters::show(&app, &reporter).await?;
    Ok(Json(Gaps {
        reporter: ReporterGiven::from(&found),
        streams: found.streams.iter().map(SequenceGiven::from).collect(),
    }))
}

impl From<&Reporter> for ReporterGiven {
    fn from(one: &Reporter) -> Self {
        Self {
            reporter: one.reporter.clone(),
            name: one.name.clone(),
            accepted: one.uses,
            first_at: one.first.to_string(),
            last_at: one.last.to_string(),
            sequences: one.streams.len(),
            gaps: one.gaps(),
            untracked: one.untracked,
        }
    }
}

impl From<&Stream> for SequenceGiven {
    fn from(one: &Stream) -> Self {
        let missing = one.gaps.iter().map(|gap| GapGiven {
            from: gap.from,
            to: gap.to,
            since: gap.since.to_string(),
        });
        Self {
            stream: one.stream.clone(),
            accepted: one.uses,
            last_at: one.last.to_string(),
            lowest: one.lowest,
            highest: one.highest,
            missing: missing.collect(),
            given_up: one.given_up,
        }
    }
}
