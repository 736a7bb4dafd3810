//! A subscription, for its holder: how it stands, and what may be changed of it.

use std::sync::Arc;

use app::App;
use app::subscriptions::change::{self, ChangeRefusal, Wish};
use app::subscriptions::{Charge, Shown, show as look};
use axum::Json;
use axum::extract::{FromRequest, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asks::buyer_country;
use super::body::Body;
use super::licences::opened;
use super::money::Money;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// What is asked of a subscription.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscriptionRequest {
    /// `pause`, `cancel`, `resume`, `plan`, `card` or `country`.
    #[serde(rename = "do")]
    #[schema(rename = "do")]
    what: What,
    /// The other plan's code, to change it.
    plan: Option<String>,
    /// The other card's number (a test card).
    card: Option<String>,
    /// Where the subscriber is taxed from the next charge on, ISO 3166-1; empty for the store's own
    /// tax.
    buyer_country: Option<String>,
}

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// Rest from the end of the cycle on.
    Pause,
    /// End with the cycle.
    Cancel,
    /// Take that back, or go on after a pause: charged then.
    Resume,
    /// Another plan: a dearer one now and pro rata, any other from the next cycle on.
    Plan,
    /// Another card.
    Card,
    /// Another country to be taxed in.
    Country,
}

/// A subscription.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubscriptionGiven {
    /// Its id.
    id: String,
    /// The licence it was bought as.
    licence: String,
    /// Its plan; of the next cycle, where it was changed.
    plan: String,
    /// `active`, `past_due`, `pausing`, `cancelled`, `paused` or `ended`.
    state: &'static str,
    /// Since when, or when it will be.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// When the next step is due: a renewal, another try of one, its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    next: Option<Timestamp>,
    /// Where the subscriber is taxed from the next charge on, as they said it.
    buyer_country: Option<String>,
    /// What the next month would cost by the tax that counts now; null where it is over, or tax and
    /// fee leave too little of the price.
    charge: Option<ChargeGiven>,
    /// The paid cycle that runs now.
    cycle: Option<CycleGiven>,
}

/// What a month costs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChargeGiven {
    /// What is charged, tax included.
    price: Money,
    /// The tax in it.
    tax: Money,
    /// The country whose tax it is, where it is one's of the store's table.
    tax_country: Option<String>,
}

/// A cycle.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CycleGiven {
    /// Its first instant.
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
    /// The first instant after it.
    #[schema(value_type = String, format = DateTime)]
    end: Timestamp,
    /// How many uses it allows.
    allowance: i64,
    /// How many were made.
    used: i64,
    /// How many are left.
    left: i64,
    /// The most of one track, where there is such a limit.
    track_cap: Option<u32>,
    /// What reached the composers' side for it.
    contribution: Money,
    /// What each use is guaranteed.
    guarantee: Money,
}

/// Shows a subscription to its holder.
#[utoipa::path(get, path = "/v1/licences/{licence}/subscription", operation_id = "show_subscription", tag = "Pool", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 200, description = "The subscription", body = SubscriptionGiven),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The licence is no subscription", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(licence): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    let shown = look::of_licence(&app, app.call().now, id).await?;
    let none = || app::Stop::Refused(ChangeRefusal::NoSubscription);
    Ok(answer(shown.ok_or_else(none)?))
}

/// Pauses, cancels or resumes a subscription, or gives it another plan, card or country. The same
/// key with the same body again changes nothing.
#[utoipa::path(post, path = "/v1/licences/{licence}/subscription", operation_id = "change_subscription", tag = "Pool", request_body = SubscriptionRequest, params(
    ("licence" = String, Path, description = "The licence's id"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
    ("Idempotency-Key" = String, Header, description = "1 to 128 printable characters, new for each change"),
), responses(
    (status = 200, description = "How it stands now", body = SubscriptionGiven),
    (status = 400, description = "No Idempotency-Key", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 402, description = "The card was declined", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The step isn't possible from here, or the key was used for something else", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Path(licence): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    let Body(asked) = Body::<SubscriptionRequest>::from_request(request, &()).await?;
    let key = headers.get("idempotency-key");
    let key = key.and_then(|key| key.to_str().ok()).unwrap_or_default();
    let wish = asked.wish()?;
    let asked = (id, &wish);
    let shown = change::change(&app, &mut app.call(), &caller.0, key, asked).await?;
    Ok(answer(shown))
}

impl SubscriptionRequest {
    fn wish(self) -> Result<Wish, Problem> {
        let needs = |field: &str| {
            let detail = format!("say the `{field}`, and nothing else beside `do`");
            Problem::new("bad_value", detail).at(field)
        };
        match (self.what, self.plan, self.card, self.buyer_country) {
            (What::Pause, None, None, None) => Ok(Wish::Pause),
            (What::Cancel, None, None, None) => Ok(Wish::Cancel),
            (What::Resume, None, None, None) => Ok(Wish::Resume),
            (What::Plan, Some(plan), None, None) => Ok(Wish::Plan(plan)),
            (What::Card, None, Some(card), None) => Ok(Wish::Card(card)),
            (What::Country, None, None, Some(code)) => {
                buyer_country(Some(&code)).map(Wish::Country)
            }
            (What::Card, ..) => Err(needs("card")),
            (What::Country, ..) => Err(needs("buyer_country")),
            _ => Err(needs("plan")),
        }
    }
}

impl From<Charge> for ChargeGiven {
    fn from(charge: Charge) -> Self {
        Self {
            price: charge.gross.into(),
            tax: charge.tax.into(),
            tax_country: charge.tax_country.map(|country| country.to_string()),
        }
    }
}

fn answer(shown: Shown) -> Response {
    let cycle = shown.running.map(|running| CycleGiven {
        start: running.cycle.start,
        end: running.cycle.end,
        allowance: running.allowance,
        used: running.used,
        left: running.allowance - running.used,
        track_cap: running.track_cap,
        contribution: running.contribution.into(),
        guarantee: running.guarantee.into(),
    });
    let body = SubscriptionGiven {
        id: shown.id.to_string(),
        licence: shown.licence.to_string(),
        plan: shown.plan.code,
        state: shown.state.word(),
        since: shown.since,
        next: shown.next,
        buyer_country: shown.country.map(|country| country.to_string()),
        charge: shown.charge.map(ChargeGiven::from),
        cycle,
    };
    let mut response = Json(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
