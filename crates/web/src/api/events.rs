//! What has happened, as CloudEvents: for the operator and programs that follow the store.

use std::sync::Arc;

use app::App;
use app::access::Scope;
use app::events::{self, Event, Kind, PAGE_MAX, Wanted};
use axum::Json;
use axum::extract::{RawQuery, State};
use domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::params;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// How many events are answered where no limit is said.
const USUAL: i64 = 100;

/// Events in their order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Events {
    /// The events, the oldest first.
    events: Vec<CloudEvent>,
    /// What to send as `after` next: everything up to here was answered, also where that is nothing.
    through: i64,
    /// Whether more are there already.
    more: bool,
}

/// Something that happened, in the form of CloudEvents 1.0.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CloudEvent {
    /// The version of CloudEvents.
    #[schema(example = "1.0")]
    specversion: &'static str,
    /// The event's own id: the same whenever and wherever it is told.
    id: String,
    /// The store.
    source: String,
    /// What it tells: docs/events.md lists the kinds.
    #[serde(rename = "type")]
    #[schema(example = "sale.completed")]
    kind: &'static str,
    /// The id of what it is about.
    subject: String,
    /// When that happened.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    /// What `data` is.
    #[schema(example = "application/json")]
    datacontenttype: &'static str,
    /// Its place: each is one more than that of the event before it. Nineteen digits, so that texts
    /// sort as numbers do.
    #[schema(example = "0000000000000000042")]
    sequence: String,
    /// Ids and sums; never who somebody is.
    #[schema(value_type = Object)]
    data: serde_json::Value,
}

impl CloudEvent {
    fn of(event: Event, source: &str) -> Self {
        Self {
            specversion: "1.0",
            id: event.id,
            source: source.to_owned(),
            kind: event.kind.word(),
            subject: event.subject,
            time: event.at,
            datacontenttype: "application/json",
            sequence: format!("{:019}", event.n),
            data: event.data,
        }
    }
}

/// Tells what has happened, in order: uses settled, sales, licences suspended, restored and revoked,
/// payouts, refunds. Send `through` as `after` to get what comes next; each event comes once. Events
/// are kept for 90 days, or what the operator has set.
#[utoipa::path(get, path = "/v1/events", operation_id = "list_events", tag = "Operating", params(
    ("after" = Option<i64>, Query, description = "Those after this place; from the oldest that is kept where not given"),
    ("kind" = Option<String>, Query, description = "Of this kind alone, such as sale.completed"),
    ("limit" = Option<i64>, Query, description = "At most so many, 1 to 500; 100 where not given"),
), responses(
    (status = 200, description = "The events", body = Events),
    (status = 400, description = "There is no such kind, place or parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The key lacks report:read", body = ProblemBody, content_type = "application/problem+json"),
    (status = 410, description = "What came after that place was dropped for its age", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["report:read"]), ("session" = [])))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Json<Events>, Problem> {
    caller.needs(Scope::ReadReports)?;
    let page = events::list(&app, wanted(query.as_deref())?).await?;
    let source = &app.settings.public_url;
    let told = page.events.into_iter();
    Ok(Json(Events {
        events: told.map(|event| CloudEvent::of(event, source)).collect(),
        through: page.through,
        more: page.more,
    }))
}

fn wanted(query: Option<&str>) -> Result<Wanted, Problem> {
    let mut wanted = Wanted {
        limit: USUAL,
        ..Wanted::default()
    };
    for (name, value) in params::pairs(query) {
        match name.as_str() {
            "after" => wanted.after = Some(whole("after", &value, 0..=i64::MAX)?),
            "limit" => wanted.limit = whole("limit", &value, 1..=PAGE_MAX)?,
            "kind" => {
                let kind = Kind::from_word(&value);
                wanted.kind = Some(kind.ok_or_else(|| params::bad("kind", &kinds()))?);
            }
            other => return Err(params::unknown(other)),
        }
    }
    Ok(wanted)
}

fn whole(name: &str, value: &str, within: std::ops::RangeInclusive<i64>) -> Result<i64, Problem> {
    let read = value.parse().ok().filter(|n| within.contains(n));
    let from = within.start();
    let words = match *within.end() {
        i64::MAX => format!("a whole number from {from} on"),
        until => format!("a whole number from {from} to {until}"),
    };
    read.ok_or_else(|| params::bad(name, &words))
}

fn kinds() -> String {
    let words = Kind::ALL.map(Kind::word);
    format!("one of {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_a_kind_and_a_limit_are_read_and_nothing_else() {
        let read = wanted(Some("after=0000000000000000042&kind=use.settled&limit=7")).unwrap();
        assert_eq!(read.after, Some(42));
        assert_eq!((read.kind, read.limit), (Some(Kind::UseSettled), 7));
        for bad in ["after=-1", "limit=0", "limit=501", "kind=sale", "since=3"] {
            assert!(wanted(Some(bad)).is_err(), "{bad}");
        }
    }
}
