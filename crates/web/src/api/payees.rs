//! A payee's money: how it stands, where and on what terms it is paid, and asking for it.

use std::sync::Arc;

use app::App;
use app::access::Principal;
use app::payouts::balance::{self, Standing};
use app::payouts::destination::{self, Set};
use app::payouts::propose;
use app::payouts::{Destination, Hand, Key, list, terms};
use axum::Json;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::HeaderMap;
use domain::payout::terms::Schedule;
use domain::{PayeeId, Timestamp};
use ledger::{Currency, Money as Amount};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::money::Money;
use super::payouts::{PayoutGiven, Payouts};
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// How a payee stands, by currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Balances {
    /// The payee's id.
    payee: String,
    /// Their name.
    name: String,
    /// The store's currency first.
    balances: Vec<BalanceGiven>,
}

/// How a payee stands in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BalanceGiven {
    /// ISO 4217.
    currency: String,
    /// When this was read.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// Earned, but younger than the hold.
    pending: Money,
    /// May be paid; negative when more was taken back than was there.
    available: Money,
    /// In payouts that the provider hasn't answered for.
    in_transit: Money,
    /// Paid.
    paid: Money,
    /// When the next earnings become available; null when nothing is pending.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_available_at: Option<Timestamp>,
    /// How much does then.
    next_available: Option<Money>,
    /// The next pay day; null where the payee asks each time.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_pay_day: Option<Timestamp>,
    /// When something is expected to be paid; null where it can't be said.
    #[schema(value_type = Option<String>, format = DateTime)]
    expected_at: Option<Timestamp>,
    /// Why nothing is paid now: a stable word, such as `below_least`; null when the next run pays.
    #[schema(value_type = Option<String>)]
    reason: Option<&'static str>,
    /// The same for people.
    reason_text: Option<String>,
    /// What a payout of all that can be paid would cost, and what would arrive.
    preview: Option<PreviewGiven>,
    /// The terms that count.
    terms: TermsGiven,
    /// Where they are paid; masked.
    destination: Option<DestinationGiven>,
}

/// A payout before it is made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewGiven {
    /// What leaves the balance.
    amount: Money,
    /// What the payee bears of the rail's fee.
    fee: Money,
    /// What arrives.
    arrives: Money,
}

/// A payee's terms.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TermsGiven {
    /// How long earnings are held, in days.
    hold_days: u32,
    /// From which amount on they are paid.
    threshold: Money,
    /// `weekly`, `monthly` or `on_request`.
    schedule: &'static str,
}

/// A destination, masked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DestinationGiven {
    /// `sepa`, `paypal`, `wise` or `manual`.
    rail: &'static str,
    /// Enough of it to know it again.
    shown: String,
    /// Its version.
    version: i64,
    /// When it was set.
    #[schema(value_type = String, format = DateTime)]
    set_at: Timestamp,
    /// Until when nothing is paid after the change.
    #[schema(value_type = Option<String>, format = DateTime)]
    held_until: Option<Timestamp>,
}

/// Where to pay somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DestinationRequest {
    /// `{"rail": "sepa", "name", "iban", "bic", "town", "country"}`, `{"rail": "paypal",
    /// "email"}`, `{"rail": "wise", "name", "email", "recipient"}` or `{"rail": "manual", "note"}`.
    #[schema(value_type = Object)]
    to: Destination,
    /// The e-mail address that is told of every change.
    notify: String,
}

/// On what terms to pay somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TermsRequest {
    /// How long earnings are held, in days: the store's minimum or more.
    hold_days: u32,
    /// From which amount on they are paid, in millionths.
    threshold_micros: i64,
    /// ISO 4217; the store's currency where not given.
    currency: Option<String>,
    /// `weekly`, `monthly` or `on_request`.
    #[schema(value_type = String)]
    schedule: Schedule,
}

/// What to pay.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PayRequest {
    /// ISO 4217; the store's currency where not given.
    currency: Option<String>,
}

/// Tells what is pending, available, in transit and paid, and why nothing is paid now.
#[utoipa::path(get, path = "/v1/payees/{payee}/balance", operation_id = "show_balance", tag = "Payouts", params(
    ("payee" = String, Path, description = "The payee's id"),
), responses(
    (status = 200, description = "The balance", body = Balances),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payee", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn balance(
    State(app): State<Arc<App>>,
    Path(payee): Path<String>,
    caller: Caller,
) -> Result<Json<Balances>, Problem> {
    let hand = signed_in(&caller)?;
    let payee = read::<PayeeId>(&payee, "payee")?;
    let all = balance::standings(&app, &app.call(), hand, payee).await?;
    Ok(Json(Balances {
        payee: payee.to_string(),
        name: all.first().map(|one| one.name.clone()).unwrap_or_default(),
        balances: all.iter().map(BalanceGiven::from).collect(),
    }))
}

/// Sets where a payee is paid. A change holds payouts for 72 hours and tells both addresses.
#[utoipa::path(put, path = "/v1/payees/{payee}/destination", operation_id = "set_destination", tag = "Payouts", request_body = DestinationRequest, params(
    ("payee" = String, Path, description = "The payee's id"),
), responses(
    (status = 200, description = "It is kept", body = DestinationGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's, or the sign-in is older than five minutes", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The rail is closed, or somebody was first", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn set_destination(
    State(app): State<Arc<App>>,
    Path(payee): Path<String>,
    caller: Caller,
    request: Request,
) -> Result<Json<DestinationGiven>, Problem> {
    let hand = signed_in(&caller)?;
    let payee = read::<PayeeId>(&payee, "payee")?;
    let Body(wanted) = Body::<DestinationRequest>::from_request(request, &()).await?;
    let (to, notify) = (wanted.to, wanted.notify);
    let set = destination::set(&app, &mut app.call(), hand, payee, to, &notify).await?;
    Ok(Json(DestinationGiven::from(&set)))
}

/// Sets on what terms a payee is paid in a currency.
#[utoipa::path(put, path = "/v1/payees/{payee}/payout-terms", operation_id = "set_payout_terms", tag = "Payouts", request_body = TermsRequest, params(
    ("payee" = String, Path, description = "The payee's id"),
), responses(
    (status = 200, description = "They are kept", body = TermsGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "They are somebody else's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn set_terms(
    State(app): State<Arc<App>>,
    Path(payee): Path<String>,
    caller: Caller,
    request: Request,
) -> Result<Json<TermsGiven>, Problem> {
    let hand = signed_in(&caller)?;
    let payee = read::<PayeeId>(&payee, "payee")?;
    let Body(wanted) = Body::<TermsRequest>::from_request(request, &()).await?;
    let currency = currency(&app, wanted.currency.as_deref())?;
    let threshold = Amount::new(wanted.threshold_micros, currency);
    let all = (wanted.hold_days, threshold, wanted.schedule);
    let kept = terms::set(&app, &app.call(), hand, payee, all).await?;
    Ok(Json(TermsGiven::from(&kept)))
}

/// Lists a payee's payouts, the newest first.
#[utoipa::path(get, path = "/v1/payees/{payee}/payouts", operation_id = "list_payee_payouts", tag = "Payouts", params(
    ("payee" = String, Path, description = "The payee's id"),
), responses(
    (status = 200, description = "The payouts", body = Payouts),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "They are somebody else's", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn payouts(
    State(app): State<Arc<App>>,
    Path(payee): Path<String>,
    caller: Caller,
) -> Result<Json<Payouts>, Problem> {
    let hand = signed_in(&caller)?;
    let payee = read::<PayeeId>(&payee, "payee")?;
    let all = list::of_payee(&app, hand, payee).await?;
    Ok(Json(Payouts::from(all)))
}

/// Asks for a payout of all that can be paid, whatever the day.
#[utoipa::path(post, path = "/v1/payees/{payee}/payouts", operation_id = "request_payout", tag = "Payouts", request_body = PayRequest, params(
    ("payee" = String, Path, description = "The payee's id"),
    ("Idempotency-Key" = String, Header, description = "1 to 128 printable characters, new for each request"),
), responses(
    (status = 200, description = "The payout", body = PayoutGiven),
    (status = 400, description = "No Idempotency-Key", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "It is somebody else's money", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "Nothing can be paid now", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn request(
    State(app): State<Arc<App>>,
    Path(payee): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<PayoutGiven>, Problem> {
    let hand = signed_in(&caller)?;
    let payee = read::<PayeeId>(&payee, "payee")?;
    let Body(wanted) = Body::<PayRequest>::from_request(request, &()).await?;
    let currency = currency(&app, wanted.currency.as_deref())?;
    let who = caller.0.name();
    let key = Some(key(&who, &headers));
    let whose = (payee, currency);
    let made = propose::request(&app, &mut app.call(), hand, whose, key).await?;
    Ok(Json(PayoutGiven::from(made)))
}

/// The hand of somebody the store knows.
pub(crate) fn signed_in(caller: &Caller) -> Result<Hand<'_>, Problem> {
    match &caller.0 {
        Principal::Guest => Err(sign_in_required()),
        known => Ok(Hand::Asker(known)),
    }
}

/// Reads an id out of an address.
pub(crate) fn read<T: std::str::FromStr>(text: &str, field: &str) -> Result<T, Problem>
where
    T::Err: std::fmt::Display,
{
    let bad = |e: T::Err| Problem::new("bad_id", e.to_string()).at(field);
    text.parse().map_err(bad)
}

/// The currency that was said, or the store's.
pub(crate) fn currency(app: &App, said: Option<&str>) -> Result<Currency, Problem> {
    let Some(code) = said else {
        return Ok(app.settings.currency);
    };
    let bad = |e: ledger::currency::UnknownCurrency| {
        Problem::new("bad_value", e.to_string()).at("currency")
    };
    Currency::from_code(code).map_err(bad)
}

/// A request's key; an empty one, which is refused, where none was sent.
pub(crate) fn key<'a>(who: &'a str, headers: &'a HeaderMap) -> Key<'a> {
    let sent = headers.get("idempotency-key");
    let key = sent
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Key { who, key }
}

impl From<&Standing> for BalanceGiven {
    fn from(one: &Standing) -> Self {
        let money = |micros| Money::from(Amount::new(micros, one.currency));
        Self {
            currency: one.currency.code().to_owned(),
            as_of: one.as_of,
            pending: money(one.balance.pending),
            available: money(one.balance.available),
            in_transit: money(one.balance.in_transit),
            paid: money(one.balance.paid),
            next_available_at: one.next.map(|(at, _)| at),
            next_available: one.next.map(|(_, money)| money.into()),
            next_pay_day: one.pay_day,
            expected_at: one.expected,
            reason: one.why.as_ref().map(balance::Why::code),
            reason_text: one.why.as_ref().map(ToString::to_string),
            preview: one.preview.map(|preview| PreviewGiven {
                amount: preview.amount.into(),
                fee: preview.fee.into(),
                arrives: preview.arrives.into(),
            }),
            terms: TermsGiven::from(&one.terms),
            destination: one.destination.as_ref().map(DestinationGiven::from),
        }
    }
}

impl From<&terms::Terms> for TermsGiven {
    fn from(one: &terms::Terms) -> Self {
        Self {
            hold_days: one.hold_days,
            threshold: one.threshold.into(),
            schedule: terms::word(one.schedule),
        }
    }
}

impl From<&Set> for DestinationGiven {
    fn from(set: &Set) -> Self {
        Self {
            rail: set.to.rail().code(),
            shown: set.to.masked(),
            version: set.version,
            set_at: set.at,
            held_until: set.held_until,
        }
    }
}
