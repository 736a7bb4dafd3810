//! Reports of uses and money: a composer's own, or anybody's for the operator and programs
//! that may read reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::App;
use app::access::{Principal, Role, Scope};
use app::accounts;
use app::metering::earnings::{self, Earnings, TrackEarnings};
use app::metering::{UseSeen, live};
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use domain::{Account, PayeeId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::money::Money;
use super::params;
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// How many uses a report lists.
pub(crate) const USES: i64 = 50;

/// A payee's report: all figures are of one moment, so that none contradicts another.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Report {
    /// The payee's id.
    payee: String,
    /// Their name.
    name: String,
    /// When these figures were read.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// What they have earned and not been paid.
    balance: Money,
    /// The same in every currency that something was earned in.
    balances: Vec<Money>,
    /// Uses of their tracks since midnight UTC.
    uses_today: i64,
    /// Uses of their tracks in all.
    uses_total: i64,
    /// Music in those, in milliseconds.
    clip_ms_total: i64,
    /// Clip time billed for those, in milliseconds.
    billed_ms_total: i64,
    /// What they earned by sales of licences.
    by_sales: Money,
    /// What they earned by uses.
    by_uses: Money,
    /// Their tracks, the highest-earning first.
    tracks: Vec<TrackReport>,
    /// Uses in each of the last 24 hours, oldest first.
    hours: Vec<Hour>,
    /// The latest uses, newest first; `before` with the last one's id answers the next.
    #[schema(value_type = Vec<UseSeenGiven>)]
    uses: Vec<UseSeen>,
}

/// One track's figures for one payee.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrackReport {
    /// The track's id.
    track: String,
    /// Its word in addresses.
    slug: String,
    /// Its title.
    title: String,
    /// How often it was used.
    uses: i64,
    /// Music in those, in milliseconds.
    clip_ms: i64,
    /// Clip time billed for those, in milliseconds.
    billed_ms: i64,
    /// Licences of it sold.
    sales: i64,
    /// What this payee earned by it.
    earned: Money,
}

/// Uses in one hour.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hour {
    /// When the hour began.
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
    /// Uses in it.
    uses: i64,
}

/// A use as one payee sees it; also the data of an event of the live stream.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UseSeen)]
pub(crate) struct UseSeenGiven {
    /// The use's id: ids sort by time.
    id: String,
    /// The payee who earns.
    payee: String,
    /// When it was received, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    at: String,
    /// The track's title.
    track_title: String,
    /// The track's id.
    track: String,
    /// Where the video is.
    placement: String,
    /// Its country, where one was said.
    territory: Option<String>,
    /// Music in it, in milliseconds.
    clip_ms: i64,
    /// Clip time billed, in milliseconds.
    billed_ms: i64,
    /// What this payee earned by it, in millionths of the currency's unit.
    earned_micros: i64,
    /// ISO 4217.
    currency: String,
    /// The payee's balance after it, in millionths.
    balance_micros: i64,
}

/// Whose reports there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Payees {
    /// Every payee.
    payees: Vec<Payee>,
}

/// A payee.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Payee {
    /// Their id.
    payee: String,
    /// Their name.
    name: String,
    /// What they have earned and not been paid.
    balance: Money,
}

/// A report, or the list of those there are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "only its schema is used: either of its two is answered"
)]
pub(crate) enum ReportOrPayees {
    /// A payee's report.
    Report(Box<Report>),
    /// Whose reports there are.
    Payees(Payees),
}

/// A payee's report. A signed-in composer gets their own; a key with report:read and the
/// operator name a `payee`, or get the list of payees.
#[utoipa::path(get, path = "/v1/reports/uses", operation_id = "show_report", tag = "Metering", params(
    ("payee" = Option<String>, Query, description = "Whose; a composer's own where not given"),
    ("before" = Option<String>, Query, description = "List the uses before this one"),
), responses(
    (status = 200, description = "The report, or whose reports there are", body = ReportOrPayees),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's report", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payee", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["report:read"]), ("session" = [])))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    for (name, _) in params::pairs(query.as_deref()) {
        if !matches!(name.as_str(), "payee" | "before") {
            return Err(params::unknown(&name));
        }
    }
    let before = params::value(query.as_deref(), "before");
    let before = before.map(|id| use_id("before", &id)).transpose()?;
    let Some(payee) = whose(&caller, query.as_deref())? else {
        return Ok(Json(payees(&app).await?).into_response());
    };
    let earnings = earnings::earnings(&app, &app.call(), payee).await?;
    let uses = live::latest(&app, payee, before, USES).await?;
    Ok(Json(Report::of(earnings, uses)).into_response())
}

/// Whose report is asked for; none where the asker may read all and names nobody.
pub(crate) fn whose(caller: &Caller, query: Option<&str>) -> Result<Option<PayeeId>, Problem> {
    let named = params::value(query, "payee");
    let named = named.map(|id| params::read::<PayeeId>("payee", &id, "a payee's id, pay_…"));
    let named = named.transpose()?;
    match &caller.0 {
        Principal::Person(person) if person.role == Role::Composer => {
            let own = person.payee.ok_or_else(|| {
                Problem::new("unknown_payee", "nothing of yours is in this store yet")
            })?;
            if named.is_some_and(|named| named != own) {
                let detail = "this is somebody else's report: leave `payee` out for yours";
                return Err(Problem::new("scope_required", detail).at("payee"));
            }
            Ok(Some(own))
        }
        Principal::Guest => Err(sign_in_required()),
        Principal::Person(_) | Principal::Program(_) => {
            caller.needs(Scope::ReadReports)?;
            Ok(named)
        }
    }
}

/// Reads a use's id: its 16 bytes in hex.
pub(crate) fn use_id(name: &str, text: &str) -> Result<[u8; 16], Problem> {
    let bytes = HEXLOWER.decode(text.as_bytes()).ok();
    let bytes = bytes.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    bytes.ok_or_else(|| params::bad(name, "the id of a use"))
}

async fn payees(app: &App) -> Result<Payees, Problem> {
    let currency = app.settings.currency;
    let balances: BTreeMap<_, _> = accounts::balances(app, "payee")
        .await?
        .into_iter()
        .filter(|(_, balance)| balance.currency() == currency)
        .collect();
    let payee = |(id, name): (PayeeId, String)| {
        let balance = balances.get(Account::Payee(id).id().as_str()).copied();
        let balance = balance.unwrap_or(ledger::Money::zero(currency)).into();
        Payee {
            payee: id.to_string(),
            name,
            balance,
        }
    };
    Ok(Payees {
        payees: earnings::payees(app)
            .await?
            .into_iter()
            .map(payee)
            .collect(),
    })
}

impl Report {
    fn of(earnings: Earnings, uses: Vec<UseSeen>) -> Self {
        let hour = |(start, uses)| Hour { start, uses };
        Self {
            payee: earnings.payee.to_string(),
            name: earnings.name,
            as_of: earnings.as_of,
            balance: earnings.balance.into(),
            balances: earnings.balances.into_iter().map(Money::from).collect(),
            uses_today: earnings.uses_today,
            uses_total: earnings.uses_total,
            clip_ms_total: earnings.clip_ms_total,
            billed_ms_total: earnings.billed_ms_total,
            by_sales: earnings.by_sales.into(),
            by_uses: earnings.by_uses.into(),
            tracks: earnings.tracks.into_iter().map(TrackReport::from).collect(),
            hours: earnings.hours.into_iter().map(hour).collect(),
            uses,
        }
    }
}

impl From<TrackEarnings> for TrackReport {
    fn from(track: TrackEarnings) -> Self {
        Self {
            track: track.track.to_string(),
            slug: track.slug,
            title: track.title,
            uses: track.uses,
            clip_ms: track.clip_ms,
            billed_ms: track.billed_ms,
            sales: track.sales,
            earned: track.earned.into(),
        }
    }
}
