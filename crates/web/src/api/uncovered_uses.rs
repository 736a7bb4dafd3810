//! Uses that no licence covers, each with what would cover it.

use std::sync::Arc;

use app::App;
use app::access::Principal;
use app::metering::kept::{State as Of, Uncovered};
use app::metering::offered::Told;
use app::metering::uncovered::{self, Asked, PAGE_MAX, Page};
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::{Timestamp, UncoveredId, UseReport};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::bundles::private;
use super::params;
use super::use_offers::OfferTold;
use super::uses::Reason;
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// How many are on a page where it isn't said.
const PAGE: usize = 25;

/// A page of uses that aren't covered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UncoveredUses {
    /// The latest first.
    uses: Vec<UncoveredUse>,
    /// What to send as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// A use that isn't covered: it earns nothing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UncoveredUse {
    /// Its id.
    id: String,
    /// Whose event it was: an API key's id, a person's, or the name that an import gave.
    reporter: String,
    /// The event as it was understood.
    #[schema(value_type = Object)]
    event: UseReport,
    /// The code of the licence that it falls under.
    licence_code: String,
    /// The track's id.
    track: String,
    /// The track's title.
    title: String,
    /// When it was refused first.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// `open`, `bought` (it counts by now) or `dismissed`.
    state: &'static str,
    /// Every reason why it isn't covered.
    reasons: Vec<Reason>,
    /// The cheapest that would cover it, at what it costs now; null where nothing on sale does.
    offer: Option<OfferTold>,
    /// What the offer means and what to do, or why there is none.
    offer_note: Option<String>,
}

/// What is to become of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UncoveredChange {
    /// `dismissed`, or `open` to undo that.
    state: String,
}

/// Lists uses that were refused for lack of cover, the latest first, each with the cheapest offer
/// that would cover it: of a buyer those under their licences, of a program also those that it
/// reported, for the operator and keys with `report:read` all.
#[utoipa::path(get, path = "/v1/uncovered-uses", operation_id = "list_uncovered_uses", tag = "Metering", params(
    ("state" = Option<String>, Query, description = "`open`, `bought` or `dismissed`; open where not said"),
    ("cursor" = Option<String>, Query, description = "Where to begin: an earlier answer's `next_cursor`"),
    ("limit" = Option<usize>, Query, description = "How many, from 1 to 100; 25 where not said"),
), responses(
    (status = 200, description = "The uses", body = UncoveredUses),
    (status = 400, description = "A parameter is wrong", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = []), ("session" = [])))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let page = asked(&app, &caller, query.as_deref()).await?;
    let uses = page.uses.iter();
    let uses = uses.map(|(one, told)| UncoveredUse::of(&app, one, Some(told)));
    let body = UncoveredUses {
        uses: uses.collect::<Result<_, _>>()?,
        next_cursor: page.next.map(|id| params::cursor_behind(id.bytes())),
    };
    Ok(private(StatusCode::OK, body))
}

/// Dismisses a use that isn't covered, or undoes that: its licence's buyer and the operator may.
#[utoipa::path(post, path = "/v1/uncovered-uses/{use}", operation_id = "change_uncovered_use", tag = "Metering", params(
    ("use" = String, Path, description = "Its id, as listed"),
), request_body = UncoveredChange, responses(
    (status = 200, description = "What became of it", body = UncoveredUse),
    (status = 400, description = "That is no id", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is none of this id, or it is another's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It counts by now", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "There is no such state", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = []), ("session" = [])))]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    caller: Caller,
    body: Result<Body<UncoveredChange>, Problem>,
) -> Result<Response, Problem> {
    if caller.0 == Principal::Guest {
        return Err(sign_in_required());
    }
    let Body(wanted) = body?;
    let id: UncoveredId = params::id("use", Some(&id))?;
    let dismissed = match wanted.state.as_str() {
        "dismissed" => true,
        "open" => false,
        _ => {
            let detail = "say `dismissed`, or `open` to undo that";
            return Err(Problem::new("bad_value", detail).at("state"));
        }
    };
    let one = uncovered::set(&app, &caller.0, &app.call(), id, dismissed).await?;
    Ok(private(StatusCode::OK, UncoveredUse::of(&app, &one, None)?))
}

/// The page that an address asks for.
pub(crate) async fn asked(
    app: &App,
    caller: &Caller,
    query: Option<&str>,
) -> Result<Page, Problem> {
    if caller.0 == Principal::Guest {
        return Err(sign_in_required());
    }
    let (mut state, mut before, mut limit) = (Of::Open, None, PAGE);
    for (name, value) in params::pairs(query) {
        match name.as_str() {
            "cursor" if value.is_empty() => {}
            "cursor" => {
                before = Some(UncoveredId::from_bytes(params::read_cursor_behind(&value)?));
            }
            "state" => {
                let read = Of::from_word(&value);
                state = read.ok_or_else(|| params::bad("state", "open, bought or dismissed"))?;
            }
            "limit" => {
                let wanted = "a number from 1 to 100";
                limit = params::read("limit", &value, wanted)?;
                if !(1..=PAGE_MAX).contains(&limit) {
                    return Err(params::bad("limit", wanted));
                }
            }
            _ => return Err(params::unknown(&name)),
        }
    }
    let asked = Asked {
        state,
        before,
        limit,
    };
    Ok(uncovered::list(app, &caller.0, &asked).await?)
}

impl UncoveredUse {
    fn of(app: &App, one: &Uncovered, told: Option<&Told>) -> Result<Self, Problem> {
        let told = told.filter(|_| one.state != Of::Bought);
        let offer = told.map(|told| OfferTold::of(app, told)).transpose()?;
        Ok(Self {
            id: one.id.to_string(),
            reporter: one.reporter.clone(),
            event: one.report.clone(),
            licence_code: one.code.to_string(),
            track: one.track.to_string(),
            title: one.title.clone(),
            received_at: one.received_at,
            state: one.state.word(),
            reasons: one
                .reasons
                .iter()
                .map(Reason::of)
                .collect::<Result<_, _>>()?,
            offer: offer.flatten(),
            offer_note: told.map(Told::sentence),
        })
    }
}
