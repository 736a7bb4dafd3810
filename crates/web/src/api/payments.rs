//! Payments, for the operator: what was paid, giving it back, who owes; and the sandbox's
//! messages.

use std::sync::Arc;

use app::App;
use app::access::Principal;
use app::payments::list::{self, PAGE_MAX};
use app::payments::refund::{self, Wanted};
use app::payments::webhook::{self, Message};
use app::payments::{learn, owing};
use axum::Json;
use axum::extract::{FromRequest, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{PaymentId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{self, Body};
use super::money::Money;
use super::params;
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A refund to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundRequest {
    /// How much; all that is left without it.
    amount: Option<RefundAmount>,
    /// Why, 1 to 500 characters: it stands on the credit note.
    reason: String,
}

/// An amount to be given back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundAmount {
    /// Millionths of the currency's unit, whole minor units: 290000 is 0.29 USD.
    micros: i64,
    /// ISO 4217; the payment's own.
    currency: String,
}

/// A refund that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundGiven {
    /// Its id.
    id: String,
    /// What was given back by it.
    amount: Money,
    /// The payment as it stands now.
    payment: PaymentGiven,
}

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentGiven {
    /// Its id.
    id: String,
    /// At which provider.
    provider: String,
    /// What the provider calls it.
    reference: String,
    /// `paid`, `partly_refunded`, `refunded`, `disputed` or `charged_back`.
    state: &'static str,
    /// What was paid.
    amount: Money,
    /// What the buyer's side has back, what is disputed now included.
    returned: Money,
    /// What could still be given back; of a wallet's load what the wallet still holds.
    left: Money,
    /// When it was captured.
    #[schema(value_type = String, format = DateTime)]
    captured_at: Timestamp,
    /// The licence it paid for; null where it paid for something else, as a wallet's load.
    licence: Option<String>,
    /// That licence's code.
    licence_code: Option<String>,
    /// What was bought.
    label: String,
}

/// A page of payments, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Payments {
    /// The payments.
    payments: Vec<PaymentGiven>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

/// A payee who owes the store.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwingGiven {
    /// The payee's id.
    payee: String,
    /// Their name.
    name: String,
    /// How much they owe.
    owes: Money,
}

/// Everybody who owes the store.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwingList {
    /// By currency, the largest first.
    owing: Vec<OwingGiven>,
}

/// What became of a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageTaken {
    /// The payment's id.
    payment: String,
    /// Whether it told anything new.
    is_new: bool,
}

/// Lists payments, the latest first. For the operator, signed in.
#[utoipa::path(get, path = "/v1/payments", operation_id = "list_payments", tag = "Operating", params(
    ("cursor" = Option<String>, Query, description = "Where to begin: an earlier answer's `next_cursor`"),
), responses(
    (status = 200, description = "The payments", body = Payments),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Only the operator may", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    needs_operator(&caller)?;
    let offset = match params::value(query.as_deref(), "cursor") {
        Some(word) => params::read_cursor(&word)?,
        None => 0,
    };
    let found = list::payments(&app, offset, PAGE_MAX).await?;
    let more = found.len() == PAGE_MAX;
    private(Payments {
        payments: found.iter().map(PaymentGiven::of).collect(),
        next_cursor: more.then(|| params::cursor(offset.saturating_add(PAGE_MAX))),
    })
}

/// Shows a payment. For the operator, signed in.
#[utoipa::path(get, path = "/v1/payments/{payment}", operation_id = "show_payment", tag = "Operating", params(
    ("payment" = String, Path, description = "Its id"),
), responses(
    (status = 200, description = "The payment", body = PaymentGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Only the operator may", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payment", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(payment): Path<String>,
    caller: Caller,
) -> Result<Response, Problem> {
    needs_operator(&caller)?;
    let found = list::payment(&app, id(&payment)?).await?;
    private(PaymentGiven::of(&found.payment))
}

/// Gives a payment back, whole or in part. For the operator, signed in.
///
/// The same key with the same body again answers the same refund, with status 200 and the header
/// `Idempotent-Replayed: true`: nothing is given back twice.
#[utoipa::path(post, path = "/v1/payments/{payment}/refunds", operation_id = "refund_payment", tag = "Operating", request_body = RefundRequest, params(
    ("payment" = String, Path, description = "The payment's id"),
    ("Idempotency-Key" = String, Header, description = "1 to 128 printable characters, new for each refund"),
), responses(
    (status = 201, description = "It was given back", body = RefundGiven),
    (status = 200, description = "It was given back by this key before", body = RefundGiven),
    (status = 400, description = "No Idempotency-Key", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Only the operator may", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payment", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The key was used for another request, or nothing is left", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong, or the amount is more than is left", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn refund(
    State(app): State<Arc<App>>,
    Path(payment): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    needs_operator(&caller)?;
    let payment = id(&payment)?;
    let Body(request) = Body::<RefundRequest>::from_request(request, &()).await?;
    let wanted = Wanted {
        payment,
        amount: request.amount.map(|one| (one.micros, one.currency)),
        reason: request.reason,
    };
    let key = header_text(&headers, IDEMPOTENCY_KEY);
    let given = refund::refund(&app, &mut app.call(), &caller.0, key, &wanted).await?;
    let found = list::payment(&app, payment).await?;
    let mut response = private(RefundGiven {
        id: given.request,
        amount: given.money.into(),
        payment: PaymentGiven::of(&found.payment),
    })?;
    if given.repeated {
        let headers = response.headers_mut();
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    } else {
        *response.status_mut() = StatusCode::CREATED;
    }
    Ok(response)
}

/// Lists the payees who owe the store, since refunds took back what they had been paid. For the
/// operator, signed in.
#[utoipa::path(get, path = "/v1/payees/owing", operation_id = "list_owing", tag = "Operating", responses(
    (status = 200, description = "Who owes what", body = OwingList),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Only the operator may", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn owing(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Response, Problem> {
    needs_operator(&caller)?;
    let found = owing::owing(&app).await?;
    let one = |one: owing::Owing| OwingGiven {
        payee: one.payee.to_string(),
        name: one.name,
        owes: one.owes.into(),
    };
    private(OwingList {
        owing: found.into_iter().map(one).collect(),
    })
}

/// Takes a message of the sandbox in, signed by the Standard Webhooks scheme. The same message
/// again changes nothing.
#[utoipa::path(post, path = "/v1/providers/sandbox/events", operation_id = "take_event", tag = "Operating", request_body(content = String, content_type = "application/json"), params(
    ("webhook-id" = String, Header, description = "The provider's number for the message"),
    ("webhook-timestamp" = String, Header, description = "When it was signed, in seconds since 1970"),
    ("webhook-signature" = String, Header, description = "`v1,` and Base64; several are separated by blanks"),
), responses(
    (status = 200, description = "It was taken in", body = MessageTaken),
    (status = 401, description = "It isn't signed, or too long ago", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "No secret is set", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such payment yet: send it again later", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "A message of this number said something else", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "It can't be true", body = ProblemBody, content_type = "application/problem+json"),
), security(()))]
pub(crate) async fn take_event(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let bytes = body::bytes(request, &()).await?;
    let message = Message {
        id: header_text(&headers, "webhook-id"),
        timestamp: header_text(&headers, "webhook-timestamp"),
        signature: header_text(&headers, "webhook-signature"),
        body: &bytes,
    };
    let mut call = app.call();
    let heard = webhook::read(&app, call.now, &message)
        .map_err(|refusal| Problem::from(app::Stop::Refused(refusal)))?;
    let learned = learn::learn(&app, &mut call, &heard).await?;
    private(MessageTaken {
        payment: learned.payment.to_string(),
        is_new: learned.is_new,
    })
}

/// Refuses everybody but the operator.
pub(crate) fn needs_operator(caller: &Caller) -> Result<(), Problem> {
    if caller.is_operator() {
        return Ok(());
    }
    Err(match caller.0 {
        Principal::Guest => sign_in_required(),
        _ => Problem::new("scope_required", "payments are the operator's"),
    })
}

/// A payment's id in an address.
pub(crate) fn id(text: &str) -> Result<PaymentId, Problem> {
    text.parse()
        .map_err(|e: domain::id::IdError| Problem::new("bad_id", e.to_string()).at("payment"))
}

fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

fn private(body: impl Serialize) -> Result<Response, Problem> {
    let mut response = Json(body).into_response();
    let kept = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    Ok(response)
}

impl PaymentGiven {
    fn of(payment: &list::Payment) -> Self {
        Self {
            id: payment.id.to_string(),
            provider: payment.provider.clone(),
            reference: payment.reference.clone(),
            state: payment.state(),
            amount: payment.money.into(),
            returned: payment.returned().into(),
            left: payment.left.into(),
            captured_at: payment.captured_at,
            licence: payment.licence.as_ref().map(|(id, _)| id.to_string()),
            licence_code: payment.licence.as_ref().map(|(_, code)| code.clone()),
            label: payment.label.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use app::Refusal;
    use app::payments::dispute::DisputeRefusal;
    use app::payments::learn::LearnRefusal;
    use app::payments::list::PaymentRefusal;
    use app::payments::refund::RefundRefusal;
    use app::payments::webhook::WebhookRefusal;

    use crate::problem;

    fn of_payments() -> Vec<&'static str> {
        let usd = ledger::Money::zero(ledger::Currency::USD);
        vec![
            DisputeRefusal::UnknownPayment("x".into()).code(),
            DisputeRefusal::NotSandbox("x".into()).code(),
            DisputeRefusal::AlreadyOpen.code(),
            DisputeRefusal::NothingLeft.code(),
            DisputeRefusal::BadAmount(usd).code(),
            DisputeRefusal::NoneOpen.code(),
            LearnRefusal::BadEvent.code(),
            LearnRefusal::UnknownPayment("x".into()).code(),
            LearnRefusal::BadFacts("x").code(),
            LearnRefusal::EventReused.code(),
            PaymentRefusal::Unknown("x".into()).code(),
            RefundRefusal::BadIdempotencyKey.code(),
            RefundRefusal::KeyReused.code(),
            RefundRefusal::BadReason.code(),
            RefundRefusal::OtherCurrency("USD").code(),
            RefundRefusal::BadAmount("USD").code(),
            RefundRefusal::ClipTimeWhole.code(),
            RefundRefusal::LoadSpent(usd).code(),
            RefundRefusal::TooMuch(usd).code(),
            WebhookRefusal::Closed.code(),
            WebhookRefusal::NotSigned.code(),
            WebhookRefusal::OutOfTime.code(),
            WebhookRefusal::BadBody.code(),
        ]
    }

    #[test]
    fn every_refusal_of_payments_has_its_status() {
        let codes = of_payments().into_iter();
        let missing: Vec<_> = codes.filter(|code| !problem::is_known(code)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
