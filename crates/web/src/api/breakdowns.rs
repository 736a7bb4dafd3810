//! Breakdowns of uses: by track, asset, placement, territory, day or month, as JSON, CSV or Parquet.

use std::sync::Arc;

use app::App;
use app::reports::{self, Ask, By, Format, View, Wanted};
use app::statements::Period;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::{PayeeId, TrackId};
use serde::Serialize;
use utoipa::ToSchema;

use super::files::as_attachment;
use super::params;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// A breakdown: its lines sum to its totals.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreakdownGiven {
    /// By what: `track`, `asset`, `placement`, `territory`, `day` or `month`.
    by: String,
    /// The payee's name, where it is a payee's.
    name: Option<String>,
    /// Of which time; all of it for none.
    period: Option<String>,
    /// When it was read.
    #[schema(value_type = String, format = DateTime)]
    as_of: String,
    /// The lines: in the order of time, or the highest-earning first.
    rows: Vec<BreakdownRow>,
    /// What they sum to, one for each currency.
    totals: Vec<BreakdownTotal>,
}

/// One group of uses in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreakdownRow {
    /// The track's id, a code, a date; empty where none was said, `merged` for several.
    key: String,
    /// The same for people.
    label: String,
    /// Whether these are groups of few licensees that aren't told apart.
    merged: bool,
    /// How many uses.
    uses: i64,
    /// Music in them, in milliseconds.
    clip_ms: i64,
    /// Clip time billed for them, in milliseconds.
    billed_ms: i64,
    /// ISO 4217.
    currency: String,
    /// Money, in millionths of the currency's unit: what the payee earned by the uses, what the curator
    /// got for the sales; for buyers and the operator what uses earned in all.
    micros: i64,
}

/// The sum of one currency's lines.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreakdownTotal {
    /// ISO 4217.
    currency: String,
    /// How many uses.
    uses: i64,
    /// Music in them, in milliseconds.
    clip_ms: i64,
    /// Clip time billed for them, in milliseconds.
    billed_ms: i64,
    /// Money, in millionths of the currency's unit.
    micros: i64,
}

/// Uses, seconds and money by group. A composer gets what they earned, a buyer what they used, the
/// operator and keys with report:read everything or a `payee`'s. Composers and curators get assets,
/// placements and territories of one month at a time, with groups of fewer than ten licensees merged.
#[utoipa::path(get, path = "/v1/reports/breakdown", operation_id = "break_down_uses", tag = "Metering", params(
    ("by" = Option<String>, Query, description = "`track` (where not given), `asset`, `placement`, `territory`, `day` or `month`"),
    ("period" = Option<String>, Query, description = "`2026`, `2026-Q4`, `2026-10` or `2026-10-01..2026-10-15` (UTC, by the day of counting; the last day isn't in it)"),
    ("track" = Option<String>, Query, description = "Of this track alone"),
    ("asset" = Option<String>, Query, description = "Of licences of this kind of asset; for buyers and the operator"),
    ("placement" = Option<String>, Query, description = "On this placement; for buyers and the operator"),
    ("territory" = Option<String>, Query, description = "In this country; for buyers and the operator"),
    ("as" = Option<String>, Query, description = "From which side: `composer`, `curator`, `buyer` or `operator`; one's own where not given"),
    ("payee" = Option<String>, Query, description = "Whose, for the operator and keys with report:read"),
    ("format" = Option<String>, Query, description = "`json` (where not given), `csv` or `parquet`"),
), responses(
    (status = 200, description = "The breakdown", content(
        (BreakdownGiven = "application/json"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.apache.parquet"),
    )),
    (status = 400, description = "A parameter is wrong", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payee", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "It would tell of single licensees", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["report:read"]), ("session" = [])))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let query = query.as_deref();
    let (wanted, format) = (wanted(query)?, format(query)?);
    let breakdown = reports::breakdown(&app, &app.call(), &caller.0, wanted).await?;
    let mut response = format.write(&breakdown)?.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.mime()),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if format == Format::Json {
        return Ok(response);
    }
    Ok(as_attachment(
        response,
        &reports::file_name(&breakdown, format),
    ))
}

/// Reads what is wanted.
pub(crate) fn wanted(query: Option<&str>) -> Result<Wanted, Problem> {
    let mut wanted = Wanted::by(By::Track);
    for (name, value) in params::pairs(query) {
        if value.is_empty() {
            continue;
        }
        match name.as_str() {
            "by" => wanted.by = coded(&name, &value)?,
            "period" => wanted.period = Some(period(&value)?),
            "track" => {
                wanted.track = Some(params::read::<TrackId>(
                    &name,
                    &value,
                    "a track's id, trk_…",
                )?);
            }
            "asset" => wanted.asset = Some(coded(&name, &value)?),
            "placement" => wanted.placement = Some(coded(&name, &value)?),
            "territory" => {
                let wants = "a country's two letters, such as DE";
                wanted.territory = Some(params::read(&name, &value, wants)?);
            }
            "as" => wanted.ask.view = Some(view(&value)?),
            "payee" => {
                let payee = params::read::<PayeeId>(&name, &value, "a payee's id, pay_…")?;
                wanted.ask = Ask {
                    payee: Some(payee),
                    ..wanted.ask
                };
            }
            "format" => {}
            _ => return Err(params::unknown(&name)),
        }
    }
    Ok(wanted)
}

fn coded<T: std::str::FromStr<Err: std::fmt::Display>>(
    name: &str,
    value: &str,
) -> Result<T, Problem> {
    value
        .parse()
        .map_err(|error: T::Err| Problem::new("bad_parameter", error.to_string()).at(name))
}

fn period(value: &str) -> Result<Period, Problem> {
    coded("period", value)
}

fn view(value: &str) -> Result<View, Problem> {
    View::from_word(value).ok_or_else(|| params::bad("as", "composer, curator, buyer or operator"))
}

fn format(query: Option<&str>) -> Result<Format, Problem> {
    let Some(word) = params::value(query, "format") else {
        return Ok(Format::Json);
    };
    Format::from_word(&word).ok_or_else(|| params::bad("format", "json, csv or parquet"))
}
