//! Exchanging what a payee has into another currency.

use std::sync::Arc;

use app::App;
use app::access::{Principal, Role};
use app::exchanges::exchange::{self, Wish};
use app::exchanges::rate::Stated;
use app::exchanges::show::{self, Past};
use axum::extract::{FromRequest, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::{PayeeId, Timestamp};
use ledger::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::bundles::private;
use super::money::Money;
use super::once;
use super::params;
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// A payee's exchanges, and what another would bring.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExchangesGiven {
    /// What the amount in question would bring, where one was named.
    quote: Option<ExchangeQuote>,
    /// What was exchanged, the newest first.
    exchanges: Vec<ExchangeGiven>,
}

/// What an exchange would bring.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExchangeQuote {
    /// What is given.
    sold: Money,
    /// What is received, floored to the millionth.
    bought: Money,
    /// One unit sold buys `numerator / denominator`.
    numerator: i64,
    /// See `numerator`.
    denominator: i64,
    /// What the floor leaves, in 1/denominator of a millionth: the store keeps it apart.
    residue: i64,
    /// To be sent along, so that nobody exchanges at another rate than they were told.
    rate_version: i64,
    /// What the payee has.
    balance: Money,
}

/// An exchange that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExchangeGiven {
    /// Its id.
    id: String,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// What was given.
    sold: Money,
    /// What was received.
    bought: Money,
}

/// An exchange to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExchangeRequest {
    /// The currency given, ISO 4217.
    #[schema(example = "USD")]
    from: String,
    /// The currency received.
    #[schema(example = "EUR")]
    to: String,
    /// How much of `from`, in millionths.
    amount_micros: i64,
    /// The quote's.
    rate_version: i64,
}

/// Shows a payee's exchanges; with `from`, `to` and `amount_micros` also what one would bring.
#[utoipa::path(get, path = "/v1/payees/{payee}/exchanges", operation_id = "show_exchanges", tag = "Metering", params(
    ("payee" = String, Path, description = "The payee's id"),
    ("from" = Option<String>, Query, description = "The currency given, for a quote"),
    ("to" = Option<String>, Query, description = "The currency received"),
    ("amount_micros" = Option<i64>, Query, description = "How much of `from`, in millionths"),
), responses(
    (status = 200, description = "The exchanges and the quote", body = ExchangesGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's money", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payee, or no rate", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It is more than there is", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(payee): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let payee = own(&caller, &payee)?;
    let value = |name: &str| params::value(query.as_deref(), name);
    let quote = match value("amount_micros") {
        None => None,
        Some(text) => {
            let micros = params::read("amount_micros", &text, "a whole number")?;
            let from = value("from").unwrap_or_default();
            let wish = wish(payee, (&from, &value("to").unwrap_or_default()), micros)?;
            let quoted = exchange::quote(&app, wish).await?;
            let Stated { rate, version, .. } = quoted.stated;
            let (numerator, denominator) = rate.fraction();
            Some(ExchangeQuote {
                sold: quoted.exchange.sold.into(),
                bought: quoted.exchange.bought.into(),
                numerator,
                denominator,
                residue: quoted.exchange.residue,
                rate_version: version,
                balance: quoted.balance.into(),
            })
        }
    };
    let exchanges = show::of(&app, payee).await?;
    let exchanges = exchanges.into_iter().map(ExchangeGiven::from).collect();
    Ok(private(StatusCode::OK, ExchangesGiven { quote, exchanges }))
}

/// Exchanges, at the rate of the quote.
#[utoipa::path(post, path = "/v1/payees/{payee}/exchanges", operation_id = "exchange", tag = "Metering", request_body = ExchangeRequest, params(
    ("payee" = String, Path, description = "The payee's id"),
    ("Idempotency-Key" = String, Header, description = "1 to 128 printable characters, new for each exchange"),
), responses(
    (status = 200, description = "It is exchanged, now or by this key before", body = ExchangeGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's money", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payee, or no rate", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It is more than there is, or the rate has changed", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn make(
    State(app): State<Arc<App>>,
    Path(payee): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let payee = own(&caller, &payee)?;
    let Body(wanted) = Body::<ExchangeRequest>::from_request(request, &()).await?;
    let wish = wish(payee, (&wanted.from, &wanted.to), wanted.amount_micros)?;
    let (name, key) = (caller.0.name(), once::key(&headers));
    let (call, version) = (&mut app.call(), wanted.rate_version);
    let made = exchange::exchange(&app, call, (&name, key), wish, version).await?;
    let body = ExchangeGiven {
        id: made.id.to_string(),
        at: None,
        sold: made.sold.into(),
        bought: made.bought.into(),
    };
    Ok(once::replayed(private(StatusCode::OK, body), made.repeated))
}

/// The payee that an address names, where whoever asks is that payee or the operator.
fn own(caller: &Caller, payee: &str) -> Result<PayeeId, Problem> {
    let payee: PayeeId = params::id("payee", Some(payee))?;
    match &caller.0 {
        Principal::Person(person)
            if person.role == Role::Operator || person.payee == Some(payee) =>
        {
            Ok(payee)
        }
        Principal::Guest => Err(sign_in_required()),
        Principal::Person(_) | Principal::Program(_) => {
            let detail = "only the payee and the operator exchange a payee's money";
            Err(Problem::new("scope_required", detail).at("payee"))
        }
    }
}

fn wish(payee: PayeeId, (from, to): (&str, &str), micros: i64) -> Result<Wish, Problem> {
    let currency = |name: &str, code: &str| {
        Currency::from_code(code)
            .map_err(|e| Problem::new("unknown_currency", e.to_string()).at(name))
    };
    Ok(Wish {
        payee,
        sold: ledger::Money::new(micros, currency("from", from)?),
        to: currency("to", to)?,
    })
}

impl From<Past> for ExchangeGiven {
    fn from(past: Past) -> Self {
        Self {
            id: past.id.to_string(),
            at: Some(past.at),
            sold: past.sold.into(),
            bought: past.bought.into(),
        }
    }
}
