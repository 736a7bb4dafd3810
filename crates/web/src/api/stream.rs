//! The live stream of a payee's uses, as server-sent events.
//!
//! The bus only says that there is something to read; what is told is read from the database, after
//! the place of what was told last. So each use is told once and in order, across lost connections,
//! restarts and several programs on one database. A listener that takes its time holds one page.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::metering::UseSeen;
use app::metering::feed::{self, Place};
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
/// How often it is looked whether another program has settled something.
const LOOK: Duration = Duration::from_secs(2);
/// How many uses are read at a time.
const PAGE: i64 = 500;
/// Who is further behind reads the report again instead.
const BEHIND_MAX: i64 = 5_000;

/// A payee's uses as they happen: event `use`, whose id is the use's and whose data is its
/// JSON. After a lost connection, `Last-Event-ID` (or `after`) tells what came last, and what
/// was missed is sent first, each use once. Where that can't be told (the use is unknown, or more
/// than 5000 came since), an event `reset` says so: read the report again; what comes after it follows.
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
    // Before anything is read, so that nothing falls between.
    let ear = live::listen(&app, payee);
    let (at, reset) = match last {
        None => (feed::newest(&app).await?, None),
        Some(last) => match feed::place_of(&app, last).await? {
            Some(place) => (place, None),
            None => (feed::newest(&app).await?, Some("unknown_event")),
        },
    };
    let told = Told {
        app,
        payee,
        ear,
        waiting: Vec::new(),
        at,
        due: last.is_some(),
        reset,
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
    /// Everything up to here was read.
    at: Place,
    /// Whether there may be something behind it.
    due: bool,
    /// Why the listener has to read the report again.
    reset: Option<&'static str>,
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
            if let Some(why) = self.reset.take() {
                let data = format!("{{\"reset\":\"{why}\"}}");
                let event = Event::default().event("reset").id(self.at.id());
                return Some(event.data(data));
            }
            if let Some(seen) = self.waiting.pop() {
                let data = serde_json::to_string(&seen).ok()?;
                return Some(Event::default().event("use").id(&seen.id).data(data));
            }
            if self.due {
                let read = self.read().await;
                read.inspect_err(|fault| tracing::error!(cause = fault.chain(), "fault"))
                    .ok()?;
                continue;
            }
            tokio::select! {
                news = self.ear.next() => match news {
                    News::Ended => return None,
                    News::Use(..) | News::Missed => self.due = true,
                },
                () = tokio::time::sleep(LOOK) => {
                    let news = feed::has_news(&self.app, self.at).await;
                    let news = news.inspect_err(|fault| tracing::error!(cause = fault.chain(), "fault"));
                    self.due = news.ok()?;
                }
            }
        }
    }

    /// Reads a page.
    async fn read(&mut self) -> Result<(), app::Fault> {
        let page = feed::after(&self.app, self.payee, self.at, PAGE).await?;
        let far = page.more
            && feed::behind(&self.app, self.payee, self.at, BEHIND_MAX + 1).await? > BEHIND_MAX;
        if far {
            self.at = feed::newest(&self.app).await?;
            (self.due, self.reset) = (false, Some("too_far_behind"));
            return Ok(());
        }
        (self.at, self.due) = (page.through, page.more);
        self.waiting = page.uses;
        self.waiting.reverse();
        Ok(())
    }
}
