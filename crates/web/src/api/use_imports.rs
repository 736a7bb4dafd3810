//! Importing a table of uses: `text/csv` in, sums and the first rows that don't count out.

use std::sync::Arc;

use app::App;
use app::access::Scope;
use app::metering::import::{Import, RowAnswer, Sums, Wording};
use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use futures_util::StreamExt;
use ledger::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use super::money::Money;
use super::use_offers::ToCoverTold;
use super::uses::Receipt;
use super::{body, params};
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// The most a table may hold, in bytes: 64 MiB.
pub(crate) const TABLE_MAX: usize = 64 << 20;
/// How many rows that don't count are answered one by one.
const TOLD_MAX: usize = 100;

/// What became of a table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Imported {
    /// Whether nothing was written.
    dry_run: bool,
    /// Rows, without the header.
    rows: u64,
    /// How many count now (would count).
    accepted: u64,
    /// How many counted before.
    duplicate: u64,
    /// How many have the id of another event.
    conflict: u64,
    /// How many don't count.
    refused: u64,
    /// Clip time billed for those accepted, in milliseconds.
    billed_ms: i64,
    /// What those accepted earned for their tracks' payees, by currency.
    earned: Vec<Money>,
    /// Columns that say nothing about a use and were passed over.
    passed_over: Vec<String>,
    /// The first hundred rows that are refused or in conflict.
    not_counted: Vec<ImportedRow>,
    /// What would cover all rows that lack cover, and what that costs.
    to_cover: ToCoverTold,
}

/// The answer to one row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportedRow {
    /// The line it begins on, counted from 1.
    line: u64,
    /// Its receipt.
    #[serde(flatten)]
    receipt: Receipt<'static>,
}

/// Imports a table of uses, each row as an event: the columns are named as an event's fields are, or
/// mapped to them. `clip_seconds` may stand for `clip_ms`. A row without `id` is given one by what it
/// says, so the same file again counts nothing twice. A bad row fails no other. Up to 64 MiB; rows
/// are counted as they come, and a request that was broken off is sent again.
#[utoipa::path(post, path = "/v1/uses/import", operation_id = "import_uses", tag = "Metering",
    params(
        ("dry_run" = Option<bool>, Query, description = "Only say what would count: nothing is written"),
        ("map" = Option<Vec<String>>, Query, description = "COLUMN=FIELD, as often as needed: what a column that is called otherwise holds"),
        ("set" = Option<Vec<String>>, Query, description = "FIELD=VALUE, as often as needed: what holds for every row"),
        ("delimiter" = Option<String>, Query, description = "`comma`, `semicolon` or `tab`; found from the header where left out"),
        ("utc" = Option<bool>, Query, description = "Times without a zone are in UTC; they are refused otherwise"),
    ),
    request_body(content = String, content_type = "text/csv"),
    responses(
    (status = 200, description = "What became of its rows", body = Imported),
    (status = 400, description = "A parameter isn't one", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "No API key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The key lacks usage:write", body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, description = "The table is larger than 64 MiB", body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, description = "It isn't called text/csv", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "The header can't be used: nothing was reported", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["usage:write"])))]
pub(crate) async fn import(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    caller: Caller,
    table: Body,
) -> Result<Json<Imported>, Problem> {
    caller.needs(Scope::ReportUses)?;
    if body::media_type(&headers) != "text/csv" {
        let detail = "send a table, with the header Content-Type: text/csv";
        return Err(Problem::new("unsupported_media_type", detail).at("Content-Type"));
    }
    let (wording, dry_run) = wording(query.as_deref())?;
    let begun = Import::by(&caller.0, wording, dry_run);
    let mut import = begun.map_err(|refusal| Problem::from(app::Stop::Refused(refusal)))?;
    let mut not_counted = Vec::new();
    let mut stream = table.into_data_stream();
    let mut bytes = 0;
    while let Some(piece) = stream.next().await {
        let broken = |_| Problem::new("bad_request", "the table broke off: send it again");
        let piece = piece.map_err(broken)?;
        bytes += piece.len();
        if bytes > TABLE_MAX {
            return Err(too_large());
        }
        note(&app, &mut not_counted, &import.feed(&app, &piece).await?)?;
    }
    note(&app, &mut not_counted, &import.finish(&app).await?)?;
    let to_cover = ToCoverTold::of(&app, &import.to_cover())?;
    answer(import.sums(), dry_run, not_counted, to_cover).map(Json)
}

fn too_large() -> Problem {
    let detail = "a table may hold 64 MiB: send it in parts, each with the header; what was counted \
                  already isn't counted again";
    Problem::new("body_too_large", detail)
}

fn note(
    app: &App,
    not_counted: &mut Vec<ImportedRow>,
    answers: &[RowAnswer],
) -> Result<(), Problem> {
    let left = TOLD_MAX.saturating_sub(not_counted.len());
    let rows = answers.iter().filter(|answer| !answer.counts()).take(left);
    for row in rows {
        let receipt = Receipt::of(row.receipt.id.clone().into(), &row.receipt.answer)?;
        not_counted.push(ImportedRow {
            line: row.line,
            receipt: receipt.telling(app, row.told.as_ref())?,
        });
    }
    Ok(())
}

fn answer(
    sums: &Sums,
    dry_run: bool,
    not_counted: Vec<ImportedRow>,
    to_cover: ToCoverTold,
) -> Result<Imported, Problem> {
    let mut earned = Vec::new();
    for (code, micros) in &sums.earned_micros {
        let currency = Currency::from_code(code);
        let currency = currency.map_err(app::Fault::while_("summing an import"))?;
        earned.push(ledger::Money::new(*micros, currency).into());
    }
    Ok(Imported {
        dry_run,
        rows: sums.rows,
        accepted: sums.accepted,
        duplicate: sums.duplicate,
        conflict: sums.conflict,
        refused: sums.refused,
        billed_ms: sums.billed_ms,
        earned,
        passed_over: sums.passed_over.clone(),
        not_counted,
        to_cover,
    })
}

/// What the query says of the table, and whether nothing is to be written.
fn wording(query: Option<&str>) -> Result<(Wording, bool), Problem> {
    let (mut wording, mut dry_run) = (Wording::default(), false);
    let truth = |name: &str, value: &str| params::read(name, value, "true or false");
    for (name, value) in params::pairs(query) {
        match name.as_str() {
            "dry_run" => dry_run = truth("dry_run", &value)?,
            "utc" => wording.utc = truth("utc", &value)?,
            "delimiter" => {
                wording.delimiter = Some(match value.as_str() {
                    "comma" | "," => b',',
                    "semicolon" | ";" => b';',
                    "tab" | "\t" => b'\t',
                    _ => return Err(params::bad("delimiter", "comma, semicolon or tab")),
                });
            }
            "map" => {
                let pair = value.rsplit_once('=').map(owned);
                wording
                    .columns
                    .push(pair.ok_or_else(|| params::bad("map", "COLUMN=FIELD"))?);
            }
            "set" => {
                let pair = value.split_once('=').map(owned);
                wording
                    .always
                    .push(pair.ok_or_else(|| params::bad("set", "FIELD=VALUE"))?);
            }
            _ => return Err(params::unknown(&name)),
        }
    }
    Ok((wording, dry_run))
}

fn owned((one, other): (&str, &str)) -> (String, String) {
    (one.to_owned(), other.to_owned())
}
