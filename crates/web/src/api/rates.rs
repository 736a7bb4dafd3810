//! How a sale is divided, for everybody; and the table of taxes, for the operator.

use std::sync::Arc;

use app::deals::rates::{self, RatesNow};
use app::deals::taxes;
use app::offers::Hand;
use app::{App, Tax};
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::money::Money;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// The rates in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rates {
    /// The store's commission on the net, in basis points.
    #[schema(example = 1500)]
    commission_bp: u32,
    /// Held back of the composers' side against chargebacks, in basis points.
    reserve_bp: u32,
    /// The payment provider's proportional fee on what is charged, in basis points.
    provider_fee_bp: u32,
    /// The payment provider's fixed fee, in the store's own currency.
    provider_fee_fixed: Money,
    /// The tax where no country's counts: `none`, `inclusive` or `exclusive`.
    tax: TaxGiven,
    /// Taxes by the buyer's country that count now.
    taxes: Vec<CountryTax>,
    /// Currencies on sale beside the store's own.
    currencies: Vec<CurrencySold>,
    /// A sale at 10.00, divided; null where tax and fee would take it all.
    example: Option<Example>,
}

/// A tax.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaxGiven {
    /// `none`, `inclusive` (within the price) or `exclusive` (added to it).
    mode: &'static str,
    /// The rate in basis points.
    bp: u32,
}

/// A country's tax.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountryTax {
    /// ISO 3166-1.
    country: String,
    /// `none`, `inclusive` or `exclusive`; `removed` where it was taken out of the table.
    mode: &'static str,
    /// The rate in basis points.
    bp: u32,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
}

/// A currency on sale.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CurrencySold {
    /// ISO 4217.
    currency: String,
    /// What `per` units of the store's own currency buy of it.
    rate: i64,
    /// See `rate`.
    per: i64,
    /// The payment provider's fixed fee on a charge in it.
    provider_fee_fixed: Money,
}

/// A sale, divided: `gross = tax + provider_fee + commission + reserve + composers`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Example {
    /// What the buyer is charged.
    gross: Money,
    /// Tax owed.
    tax: Money,
    /// The payment provider's fee.
    provider_fee: Money,
    /// The store's commission.
    commission: Money,
    /// Held back of the composers' side, released by age.
    reserve: Money,
    /// Shared out to the composers at once.
    composers: Money,
    /// What a curator's share of 5 % would be: out of the commission.
    curator_of_commission: Money,
}

/// A tax to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaxRequest {
    /// ISO 3166-1.
    #[schema(example = "DE")]
    country: String,
    /// `none`, `inclusive`, `exclusive`, or `removed` to take the country out of the table.
    mode: String,
    /// The rate in basis points: 1900 is 19 %.
    #[serde(default)]
    bp: u32,
    /// From when it counts; now where not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
}

/// Says how a sale is divided at today's rates.
#[utoipa::path(get, path = "/v1/rates", operation_id = "show_rates", tag = "Offers", responses(
    (status = 200, description = "The rates in force, with an example", body = Rates),
))]
pub(crate) async fn show(State(app): State<Arc<App>>) -> Result<Json<Rates>, Problem> {
    let now = rates::rates(&app, app.call().now).await?;
    Ok(Json(Rates::of(&app, &now)))
}

/// Sets a country's tax from a moment on. Quotes given before keep theirs. For the operator.
#[utoipa::path(post, path = "/v1/tax-rates", operation_id = "set_tax", tag = "Operating", request_body = TaxRequest, responses(
    (status = 200, description = "The line of the table", body = CountryTax),
    (status = 403, description = "Only the operator sets taxes", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn set_tax(
    State(app): State<Arc<App>>,
    caller: Caller,
    request: Request,
) -> Result<Json<CountryTax>, Problem> {
    if !caller.is_operator() {
        return Err(Problem::new(
            "scope_required",
            "only the operator sets taxes",
        ));
    }
    let Body(request) = Body::<TaxRequest>::from_request(request, &()).await?;
    let country = request
        .country
        .parse()
        .map_err(|error: domain::country::CountryError| {
            Problem::new("bad_value", error.to_string()).at("country")
        })?;
    let tax = match request.mode.as_str() {
        "none" => Some(Tax::None),
        "inclusive" => Some(Tax::Inclusive { bp: request.bp }),
        "exclusive" => Some(Tax::Exclusive { bp: request.bp }),
        "removed" => None,
        _ => {
            let detail = "a tax is none, inclusive, exclusive or removed";
            return Err(Problem::new("bad_value", detail).at("mode"));
        }
    };
    let hand = Hand::Asker(&caller.0);
    let set = taxes::set(&app, &app.call(), hand, country, tax, request.from).await?;
    Ok(Json(CountryTax::of(&set)))
}

impl TaxGiven {
    fn of(tax: Tax) -> Self {
        let (mode, bp) = match tax {
            Tax::None => ("none", 0),
            Tax::Inclusive { bp } => ("inclusive", bp),
            Tax::Exclusive { bp } => ("exclusive", bp),
        };
        Self { mode, bp }
    }
}

impl CountryTax {
    fn of(rule: &domain::tax_table::TaxRule) -> Self {
        let TaxGiven { mode, bp } = match rule.tax {
            Some(tax) => TaxGiven::of(tax),
            None => TaxGiven {
                mode: "removed",
                bp: 0,
            },
        };
        Self {
            country: rule.country.to_string(),
            mode,
            bp,
            from: rule.from,
        }
    }
}

impl Rates {
    fn of(app: &App, now: &RatesNow) -> Self {
        let fixed = now.rates.provider_fee_fixed_micros;
        let sold = |one: &app::deals::currencies::Sold| {
            let (rate, per) = one.table.rate.fraction();
            let currency = one.table.rate.to();
            CurrencySold {
                currency: currency.code().to_owned(),
                rate,
                per,
                provider_fee_fixed: ledger::Money::new(one.fee_fixed_micros, currency).into(),
            }
        };
        Self {
            commission_bp: now.rates.commission_bp,
            reserve_bp: now.rates.reserve_bp,
            provider_fee_bp: now.rates.provider_fee_bp,
            provider_fee_fixed: ledger::Money::new(fixed, app.settings.currency).into(),
            tax: TaxGiven::of(now.rates.tax),
            taxes: now
                .taxes
                .iter()
                .map(|line| CountryTax::of(&line.rule))
                .collect(),
            currencies: now.currencies.iter().map(sold).collect(),
            example: now.example.map(|example| Example {
                gross: example.split.gross.into(),
                tax: example.split.tax.into(),
                provider_fee: example.split.fee.into(),
                commission: example.split.commission.into(),
                reserve: example.split.reserve.into(),
                composers: example.split.composers.into(),
                curator_of_commission: example.curator.into(),
            }),
        }
    }
}
