//! What a payee's income is going to be: for themself and the operator.

use std::sync::Arc;

use app::App;
use app::reports::{self, InCurrency};
use axum::Json;
use axum::extract::{RawQuery, State};
use domain::Timestamp;
use domain::forecast::{Month, Range};
use ledger::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use super::money::Money;
use super::params;
use super::reports::whose;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// How the figures are made, in a sentence.
pub(crate) const FORMULA: &str = "Subscriptions: what those that will renew put into the pool each \
    month, times your part of what closed in the last 90 days, at its lowest and highest month. Sales \
    and other uses: the median trend of up to twelve past weeks, give or take what those weeks lay \
    beside it, the odd ones left out; never below zero.";

/// A payee's forecast.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Forecast {
    /// The payee's id.
    payee: String,
    /// Their name.
    name: String,
    /// When these figures were read.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// How they are made, in a sentence. Nothing here is promised.
    formula: &'static str,
    /// In each currency: the store's own first.
    currencies: Vec<ForecastInCurrency>,
}

/// A forecast in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ForecastInCurrency {
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: &'static str,
    /// How many whole weeks it is made of, at most 12.
    weeks: usize,
    /// How many subscriptions of this currency will renew.
    renewing: i64,
    /// Why there is none: under four whole weeks since the first income.
    not_enough: Option<String>,
    /// The next three months; empty where there is too little history.
    months: Vec<MonthGiven>,
}

/// One month ahead.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MonthGiven {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// All of it.
    total: RangeGiven,
    /// What subscriptions bring of that.
    subscriptions: RangeGiven,
    /// What uses that are paid one by one and sales bring of that.
    trend: RangeGiven,
}

/// An amount to be expected, and the range it should lie in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RangeGiven {
    /// Not less than this.
    low: Money,
    /// To be expected.
    expected: Money,
    /// Not more than this.
    high: Money,
}

/// Shows what a payee's next three months should bring. A signed-in composer gets their own; the
/// operator and keys with report:read name a `payee`.
#[utoipa::path(get, path = "/v1/reports/forecast", operation_id = "show_forecast", tag = "Metering", params(
    ("payee" = Option<String>, Query, description = "Whose; a composer's own where not given"),
), responses(
    (status = 200, description = "The forecast", body = Forecast),
    (status = 400, description = "No payee was named", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's forecast", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payee", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["report:read"]), ("session" = [])))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Json<Forecast>, Problem> {
    for (name, _) in params::pairs(query.as_deref()) {
        if name != "payee" {
            return Err(params::unknown(&name));
        }
    }
    let payee = whose(&caller, query.as_deref())?.ok_or_else(|| {
        Problem::new("payee_required", "say whose income: ?payee=pay_…").at("payee")
    })?;
    let forecast = reports::forecast(&app, &app.call(), payee).await?;
    let starts = starts(&forecast);
    let ends = forecast.ends;
    let currencies = forecast.currencies.iter();
    Ok(Json(Forecast {
        payee: forecast.payee.to_string(),
        name: forecast.name,
        as_of: forecast.as_of,
        formula: FORMULA,
        currencies: currencies.map(|of| given(of, &starts, &ends)).collect(),
    }))
}

/// When each month ahead begins.
fn starts(forecast: &reports::Forecast) -> [Timestamp; 3] {
    let [first, second, _] = forecast.ends;
    [forecast.as_of, first, second]
}

fn given(of: &InCurrency, starts: &[Timestamp], ends: &[Timestamp]) -> ForecastInCurrency {
    let currency = of.currency;
    let (months, not_enough) = match &of.months {
        Ok(months) => (months.to_vec(), None),
        Err(why) => (Vec::new(), Some(why.to_string())),
    };
    let spans = starts.iter().zip(ends);
    let month = |(month, (from, until)): (&Month, (&Timestamp, &Timestamp))| MonthGiven {
        from: *from,
        until: *until,
        total: range(month.total, currency),
        subscriptions: range(month.subscriptions, currency),
        trend: range(month.trend, currency),
    };
    ForecastInCurrency {
        currency: currency.code(),
        weeks: of.weeks,
        renewing: of.renewing,
        not_enough,
        months: months.iter().zip(spans).map(month).collect(),
    }
}

fn range(range: Range, currency: Currency) -> RangeGiven {
    let money = |micros| Money::from(ledger::Money::new(micros, currency));
    RangeGiven {
        low: money(range.low),
        expected: money(range.expected),
        high: money(range.high),
    }
}
