//! The operator's rates of exchange: stated, and ended.

use std::sync::Arc;

use app::App;
use app::exchanges::rate::{self, Stated};
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// What one unit of a currency buys of another from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExchangeRateRequest {
    /// The currency given, ISO 4217.
    #[schema(example = "USD")]
    from: String,
    /// The currency received.
    #[schema(example = "EUR")]
    to: String,
    /// What one unit buys, with at most nine decimals; left out or null, the pair isn't exchanged
    /// any more.
    #[schema(example = "0.92")]
    rate: Option<String>,
}

/// A statement about a pair.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExchangeRateGiven {
    /// The currency given.
    from: &'static str,
    /// The currency received.
    to: &'static str,
    /// Which statement about this pair it is, from 1.
    version: i64,
    /// One unit given buys `numerator / denominator`.
    numerator: i64,
    /// See `numerator`.
    denominator: i64,
    /// Whether nothing is exchanged any more; the rate is then the one that counted last.
    ended: bool,
    /// When it was stated.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// States a rate of exchange, or ends one. What was exchanged keeps its rate. For the operator.
#[utoipa::path(post, path = "/v1/exchange-rates", operation_id = "set_exchange_rate", tag = "Operating", request_body = ExchangeRateRequest, responses(
    (status = 200, description = "The statement", body = ExchangeRateGiven),
    (status = 403, description = "Only the operator states rates", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "There is no rate to end", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn set(
    State(app): State<Arc<App>>,
    caller: Caller,
    request: Request,
) -> Result<Json<ExchangeRateGiven>, Problem> {
    if !caller.is_operator() {
        let detail = "only the operator states rates of exchange";
        return Err(Problem::new("scope_required", detail));
    }
    let Body(asked) = Body::<ExchangeRateRequest>::from_request(request, &()).await?;
    let (call, pair) = (app.call(), (asked.from.as_str(), asked.to.as_str()));
    let stated = match asked.rate.as_deref() {
        Some(rate) => rate::set(&app, &call, pair, rate).await?,
        None => rate::end(&app, &call, pair).await?,
    };
    Ok(Json(ExchangeRateGiven::of(&stated)))
}

impl ExchangeRateGiven {
    fn of(stated: &Stated) -> Self {
        let (numerator, denominator) = stated.rate.fraction();
        Self {
            from: stated.rate.from().code(),
            to: stated.rate.to().code(),
            version: stated.version,
            numerator,
            denominator,
            ended: stated.ended,
            at: stated.at,
        }
    }
}
