//! The live stream of a payee's uses, as server-sent events.
//!
//! The listener subscribes before it reads what was missed, so that nothing falls between; a
//! use it has read is not told again when it comes over the bus too. Delivery is at least once,
//! and each event carries its use's id.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::metering::UseSeen;
use app::metering::live::{self, News, UseListener};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::PayeeId;
use futures_util::{Stream, StreamExt, stream};

use super::params;
use super::reports::{self, use_id};
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// How soon a browser comes back after it lost the connection.
const RETRY: Duration = Duration::from_secs(2);
/// How often a comment is sent where nothing happens, so that nobody in between hangs up.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How many missed uses are read at a time.
const PAGE: i64 = 500;

/// A payee's uses as they happen: event `use`, whose id is the use's and whose data is its
/// JSON. After a lost connection, `Last-Event-ID` (or `after`) tells what came last, and what
/// was missed is sent first.
#[utoipa::path(get, path = "/v1/reports/uses/stream", operation_id = "stream_report", tag = "Metering", params(
    ("payee" = Option<String>, Query, description = "Whose; a composer's own where not given"),
    ("after" = Option<String>, Query, description = "Begin after this use"),
    ("Last-Event-ID" = Option<String>, Header, description = "The same, as browsers send it"),
), responses(
    (status = 200, description = "Server-sent events", body = String, content_type = "text/event-stream"),
    (status = 400, description = "No payee was named", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's report", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["report:read"]), ("session" = [])))]
pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    caller: Caller,
) -> Result<Response, Problem> {
    let payee = reports::whose(&caller, query.as_deref())?.ok_or_else(|| {
        Problem::new("payee_required", "say whose uses to tell: ?payee=pay_…").at("payee")
    })?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let last = last
        .map(str::to_owned)
        .or_else(|| params::value(query.as_deref(), "after"));
    let last = last.map(|id| use_id("after", &id)).transpose()?;
    let ear = live::listen(&app, payee);
    let missed = last.is_some();
    let last = match last {
        Some(last) => last,
        None => newest(&app, payee).await?,
    };
    let told = Told {
        app,
        payee,
        ear,
        waiting: Vec::new(),
        read: HashSet::new(),
        last,
        missed,
    };
    let keep = KeepAlive::new().interval(KEEP_ALIVE);
    let mut response = Sse::new(events(told)).keep_alive(keep).into_response();
    // Proxies that gather answers before they pass them on would hold the stream back.
    let unbuffered = HeaderName::from_static("x-accel-buffering");
    response
        .headers_mut()
        .insert(unbuffered, HeaderValue::from_static("no"));
    Ok(response)
}

/// A listener, and what it has been told.
struct Told {
    app: Arc<App>,
    payee: PayeeId,
    ear: UseListener,
    /// Read and not yet sent, the next one last.
    waiting: Vec<UseSeen>,
    /// Ids that were read: they aren't sent again when the bus brings them.
    read: HashSet<String>,
    /// The last use sent, or the newest there was when the listener came.
    last: [u8; 16],
    /// Whether there are uses after it to be read.
    missed: bool,
}

/// A payee's newest use: zeros where there is none.
async fn newest(app: &App, payee: PayeeId) -> Result<[u8; 16], Problem> {
    let newest = live::latest(app, payee, None, 1).await?.pop();
    newest.map_or(Ok([0; 16]), |seen| use_id("after", &seen.id))
}

fn events(told: Told) -> impl Stream<Item = Result<Event, Infallible>> {
    let first = stream::once(async { Ok(Event::default().retry(RETRY).comment("listening")) });
    let rest = stream::unfold(told, |mut told| async move {
        let event = told.next().await?;
        Some((Ok(event), told))
    });
    first.chain(rest)
}

impl Told {
    /// The next event. The stream ends where the bus does, or where the database fails: the
    /// browser then comes back.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(seen) = self.waiting.pop() {
                let data = serde_json::to_string(&seen).ok()?;
                return Some(self.event(&seen.id, &data));
            }
            if self.missed {
                self.read_missed().await?;
                continue;
            }
            match self.ear.next().await {
                News::Use(id, _) if self.read.contains(&id) => {}
                News::Use(id, data) => return Some(self.event(&id, &data)),
                News::Missed => {
                    self.read.clear();
                    self.missed = true;
                }
                News::Ended => return None,
            }
        }
    }

    /// Reads a page of what was missed.
    async fn read_missed(&mut self) -> Option<()> {
        let found = live::since(&self.app, self.payee, Some(self.last), PAGE).await;
        let found = found.inspect_err(|fault| tracing::error!(cause = fault.chain(), "fault"));
        let mut found = found.ok()?;
        self.missed = i64::try_from(found.len()).unwrap_or(0) >= PAGE;
        self.read.extend(found.iter().map(|seen| seen.id.clone()));
        found.reverse();
        self.waiting = found;
        Some(())
    }

    fn event(&mut self, id: &str, data: &str) -> Event {
        // Two uses may be committed in another order than their ids have.
        self.last = use_id("after", id).map_or(self.last, |id| id.max(self.last));
        Event::default().event("use").id(id).data(data)
    }
}
