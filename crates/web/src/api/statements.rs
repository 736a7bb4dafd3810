//! Statements of payees and the operator's year for tax.

use std::sync::Arc;

use app::App;
use app::access::{Principal, Role, Scope};
use app::statements::show::{self, Wanted};
use app::statements::{Format, Period, file_name, list, taxes};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::{PayeeId, Timestamp};
use ledger::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use super::files::as_attachment;
use super::money::Money;
use super::{params, proofs};
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// Which statements a payee has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatementList {
    /// The payee's id.
    payee: String,
    /// Their name.
    name: String,
    /// Of which money, ISO 4217.
    currency: String,
    /// All currencies that they have statements in.
    currencies: Vec<String>,
    /// The months since their first line, the latest first. Quarters, years and days from one to
    /// another are to be had too: see the address of a statement.
    months: Vec<StatementMonth>,
}

/// A month's figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatementMonth {
    /// The month, as it stands in addresses.
    #[schema(example = "2026-10")]
    period: String,
    /// Its first moment.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// The first moment after it.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// Whether it is over: only then is its statement the same whenever it is asked for.
    over: bool,
    /// How many lines it has.
    lines: u64,
    /// What stood there before.
    opening: Money,
    /// What was earned by music.
    earned: Money,
    /// What moved otherwise: payouts, advances, exchanges.
    moved: Money,
    /// What stands there after.
    closing: Money,
    /// Where its statement is, as JSON; `.csv` and `.pdf` are there too.
    url: String,
}

/// Lists a payee's statements by month.
#[utoipa::path(get, path = "/v1/payees/{payee}/statements", operation_id = "list_statements", tag = "Metering", params(
    ("payee" = String, Path, description = "The payee's id"),
    ("currency" = Option<String>, Query, description = "ISO 4217; the store's own where not given"),
), responses(
    (status = 200, description = "The months", body = StatementList),
    (status = 400, description = "A parameter is wrong", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "They are somebody else's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payee", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["report:read"]), ("session" = [])))]
pub(crate) async fn index(
    State(app): State<Arc<App>>,
    Path(payee): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let payee = opened(&caller, &payee)?;
    let currency = currency(&app, query.as_deref())?;
    let list = list::statements(&app, &app.call(), payee, currency).await?;
    let code = currency.code();
    let month = |month: list::Month| StatementMonth {
        period: month.period.name().to_owned(),
        from: month.period.from(),
        until: month.period.until(),
        over: month.over,
        lines: month.lines,
        opening: month.opening.into(),
        earned: month.earned.into(),
        moved: month.moved.into(),
        closing: month.closing.into(),
        url: format!(
            "/v1/payees/{payee}/statements/{}.json?currency={code}",
            month.period
        ),
    };
    let body = StatementList {
        payee: payee.to_string(),
        name: list.name,
        currency: code.to_owned(),
        currencies: (list.currencies.iter())
            .map(|c| c.code().to_owned())
            .collect(),
        months: list.months.into_iter().map(month).collect(),
    };
    Ok(unkept(Json(body).into_response()))
}

/// A payee's statement of a period: `2026-10`, `2026-Q4`, `2026` or `2026-10-01..2026-10-15`
/// (half-open, UTC), with `.json`, `.csv` or `.pdf` behind it; and `.tlog-proof` behind a month, for
/// the proof that it is in the transparency log. `/schemas/statement.json` describes the JSON.
#[utoipa::path(get, path = "/v1/payees/{payee}/statements/{file}", operation_id = "download_statement", tag = "Metering", params(
    ("payee" = String, Path, description = "The payee's id"),
    ("file" = String, Path, description = "The period and the form, such as `2026-10.csv`"),
    ("currency" = Option<String>, Query, description = "ISO 4217; the store's own where not given"),
), responses(
    (status = 200, description = "The statement", body = Object),
    (status = 400, description = "There is no such period, form or currency", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payee, or no such statement in the log", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The period hasn't begun, or the head over its leaf isn't signed yet", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["report:read"]), ("session" = [])))]
pub(crate) async fn download(
    State(app): State<Arc<App>>,
    Path((payee, file)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let payee = opened(&caller, &payee)?;
    if let Some(period) = file.strip_suffix(".tlog-proof") {
        let (query, form) = (query.as_deref(), proofs::form(query.as_deref())?);
        let (period, currency) = (self::period(period)?, currency(&app, query)?);
        let of = (period.name(), currency.code());
        let bytes = app::proofs::of_statement(&app, payee, of, form).await?;
        let name = format!("statement-{payee}-{period}-{}", currency.code());
        return Ok(proofs::saved(bytes, form, &name));
    }
    let (period, format) = file.rsplit_once('.').unwrap_or((&file, ""));
    let format = Format::from_word(format)
        .ok_or_else(|| params::bad("file", "a period with .json, .csv or .pdf behind it"))?;
    let wanted = Wanted {
        payee,
        period: self::period(period)?,
        currency: currency(&app, query.as_deref())?,
    };
    let statement = show::statement(&app, &app.call(), &wanted).await?;
    let bytes = format.write(&app, &statement)?;
    let name = file_name(&statement, format);
    Ok(saved(bytes, format.mime(), &name))
}

/// A year as a table for the operator's tax adviser: what each payee earned by kind and was paid,
/// and the tax collected by country and rate.
#[utoipa::path(get, path = "/v1/taxes/{file}", operation_id = "download_taxes", tag = "Operating", params(
    ("file" = String, Path, description = "The year, such as `2026.csv`"),
), responses(
    (status = 200, description = "The table", body = String, content_type = "text/csv"),
    (status = 400, description = "There is no such year", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Only the operator and keys with report:read may", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["report:read"]), ("session" = [])))]
pub(crate) async fn tax_year(
    State(app): State<Arc<App>>,
    Path(file): Path<String>,
    caller: Caller,
) -> Result<Response, Problem> {
    caller.needs(Scope::ReadReports)?;
    let wanted = || params::bad("file", "a year with .csv behind it, such as 2026.csv");
    let year = file.strip_suffix(".csv").filter(|year| year.len() == 4);
    let year: Period = year.ok_or_else(wanted)?.parse().map_err(|_| wanted())?;
    let text = taxes::csv(&app, &year).await?;
    let name = format!("taxes-{year}.csv");
    Ok(saved(text.into_bytes(), Format::Csv.mime(), &name))
}

/// The payee whose statements somebody may read: their own, or anybody's for the operator and
/// programs that may read reports. Whoever may not isn't told whether there is such a payee.
pub(crate) fn opened(caller: &Caller, payee: &str) -> Result<PayeeId, Problem> {
    let named = payee.parse::<PayeeId>().ok();
    match &caller.0 {
        Principal::Guest => return Err(sign_in_required()),
        Principal::Person(person) if person.role == Role::Composer => {
            if named.is_none() || person.payee != named {
                let detail = "these are somebody else's statements: yours are at /statements";
                return Err(Problem::new("scope_required", detail).at("payee"));
            }
        }
        Principal::Person(_) | Principal::Program(_) => caller.needs(Scope::ReadReports)?,
    }
    named.ok_or_else(|| params::bad("payee", "a payee's id, pay_…"))
}

/// The currency that is asked for; the store's own for none.
pub(crate) fn currency(app: &App, query: Option<&str>) -> Result<Currency, Problem> {
    let code = params::value(query, "currency");
    let read = code.map(|code| Currency::from_code(&code));
    read.transpose()
        .map(|currency| currency.unwrap_or(app.settings.currency))
        .map_err(|_| params::bad("currency", "a currency's code, such as USD"))
}

fn period(text: &str) -> Result<Period, Problem> {
    text.parse().map_err(|error: app::statements::PeriodError| {
        Problem::new("bad_parameter", error.to_string()).at("file")
    })
}

fn saved(bytes: Vec<u8>, mime: &'static str, name: &str) -> Response {
    let mut response = bytes.into_response();
    let mime = HeaderValue::from_static(mime);
    response.headers_mut().insert(header::CONTENT_TYPE, mime);
    unkept(as_attachment(response, name))
}

/// What somebody earns isn't kept on the way.
fn unkept(mut response: Response) -> Response {
    let kept = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    response
}
