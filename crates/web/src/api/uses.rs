//! Reporting uses: one, many, or a line each; a receipt for each out.

use std::sync::Arc;

use app::App;
use app::access::Scope;
use app::metering::offered::{self, Told};
use app::metering::report::{self, Answer, BatchForm, Counted, Receipt as Given};
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use domain::usage::UseRefusal;
use ledger::Currency;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body;
use super::money::Money;
use super::use_offers::OfferTold;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// The events of a request as they came, and in which of the forms.
pub(crate) struct Events(Vec<u8>, BatchForm);

impl<S: Send + Sync> FromRequest<S> for Events {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let media = body::media_type(request.headers());
        let form = match media.as_str() {
            "application/json" => BatchForm::Json,
            "application/x-ndjson" => BatchForm::Lines,
            "application/cloudevents-batch+json" => BatchForm::CloudEvents,
            _ => {
                let detail = "send JSON (application/json), a JSON object a line \
                              (application/x-ndjson) or CloudEvents \
                              (application/cloudevents-batch+json)";
                return Err(Problem::new("unsupported_media_type", detail).at("Content-Type"));
            }
        };
        let bytes = body::bytes(request, state).await?;
        Ok(Self(bytes.into(), form))
    }
}

/// One reported use.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UseEvent {
    /// The reporter's own id of the event, 1 to 64 printable ASCII characters: sending it again
    /// is safe.
    id: String,
    /// The licence's code.
    licence_code: String,
    /// The track's id; needed under a bundle of clip time, which holds for any track.
    track: Option<String>,
    /// Where it was published, such as `tiktok`.
    placement: String,
    /// What it is for, such as `monetised_creator`.
    purpose: String,
    /// Milliseconds of music in it, up to 300000.
    clip_ms: i64,
    /// When it was published, RFC 3339; at most 35 days ago.
    #[schema(value_type = String, format = DateTime)]
    published_at: String,
    /// The country it was published for (ISO 3166-1); worldwide when left out.
    territory: Option<String>,
    /// The reporter's name for the video: one video on several placements counts once.
    video: Option<String>,
    /// Where it can be seen.
    url: Option<String>,
    /// How often it was seen.
    views: Option<u64>,
    /// The channel's followers.
    followers: Option<u64>,
    /// The tool that reports.
    source: Option<String>,
}

/// One event or many.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "only its schema is used: it describes what `Events` reads"
)]
pub(crate) enum UseEvents {
    /// One.
    One(Box<UseEvent>),
    /// Up to 1000.
    Many(Vec<UseEvent>),
}

/// The answer to a batch.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Receipts {
    /// One for each event, in their order.
    receipts: Vec<Receipt>,
    /// How many count now.
    accepted: usize,
    /// How many counted before.
    duplicate: usize,
    /// How many have the id of another event.
    conflict: usize,
    /// How many don't count.
    refused: usize,
}

/// The answer to one event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// The event's id, as it was sent.
    id: String,
    /// What became of it.
    status: Status,
    /// The code of the licence it fell under; null where it doesn't count.
    licence_code: Option<String>,
    /// Clip time billed, in milliseconds; 0 under a tiered licence, which was paid at its sale.
    billed_ms: i64,
    /// What it earned for the track's payees; null where it doesn't count.
    earned: Option<Money>,
    /// Why it doesn't count: every reason.
    reasons: Vec<Reason>,
    /// Only where it isn't covered: the cheapest that would cover it; null where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<OfferTold>)]
    offer: Option<Option<OfferTold>>,
    /// Only where it isn't covered: what the offer means and what to do, or why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_note: Option<String>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// It counts.
    Accepted,
    /// It was accepted before; nothing changed.
    Duplicate,
    /// Another event with this id was accepted before; nothing changed.
    Conflict,
    /// It doesn't count; nothing changed.
    Refused,
}

/// One reason why a use doesn't count.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reason {
    /// The stable word for it.
    #[schema(example = "not_covered")]
    reason: String,
    /// For people.
    sentence: String,
    /// The field of the event, the axis of the envelope and whatever else belongs to it.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    more: serde_json::Map<String, Value>,
}

/// Reports uses: a JSON object, an array of up to 1000, a JSON object a line
/// (`application/x-ndjson`), or CloudEvents 1.0 of the type `clearcue.use.published`, each with a
/// use as its data (`application/cloudevents-batch+json`). A bad event never fails its batch, and an event sent again is
/// answered as it was.
#[utoipa::path(post, path = "/v1/uses", operation_id = "report_uses", tag = "Metering",
    request_body(content(
        (UseEvents = "application/json"),
        (UseEvent = "application/x-ndjson"),
        (UseEvents = "application/cloudevents-batch+json"),
    )),
    responses(
    (status = 200, description = "A receipt for each event", body = Receipts),
    (status = 400, description = "The body is no JSON, or holds no events or too many", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "No API key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The key lacks usage:write", body = ProblemBody, content_type = "application/problem+json"),
    (status = 408, description = "The body didn't come in time", body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, description = "The body is larger than 1 MiB", body = ProblemBody, content_type = "application/problem+json"),
    (status = 507, description = "The store has no room to write: nothing counts, send it again", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["usage:write"])))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    events: Result<Events, Problem>,
) -> Result<Json<Receipts>, Problem> {
    caller.needs(Scope::ReportUses)?;
    let Events(body, form) = events?;
    let given = report::report_body(&app, &caller.0, body, form).await?;
    let mut receipts = Receipts::default();
    let told = offered::offers(&app, &caller.0, &given).await?;
    for (given, told) in given.iter().zip(&told) {
        let receipt = Receipt::of(given)?;
        receipts.add(receipt.telling(&app, told.as_ref())?);
    }
    Ok(Json(receipts))
}

impl Receipts {
    fn add(&mut self, receipt: Receipt) {
        *match receipt.status {
            Status::Accepted => &mut self.accepted,
            Status::Duplicate => &mut self.duplicate,
            Status::Conflict => &mut self.conflict,
            Status::Refused => &mut self.refused,
        } += 1;
        self.receipts.push(receipt);
    }
}

impl Receipt {
    pub(super) fn of(given: &Given) -> Result<Self, Problem> {
        let blank = |status| Self {
            id: given.id.clone(),
            status,
            licence_code: None,
            billed_ms: 0,
            earned: None,
            reasons: Vec::new(),
            offer: None,
            offer_note: None,
        };
        match &given.answer {
            Answer::Accepted(counted) => blank(Status::Accepted).counted(counted),
            Answer::Duplicate(counted) => blank(Status::Duplicate).counted(counted),
            Answer::Conflict => Ok(blank(Status::Conflict)),
            Answer::Refused(refusals) => {
                let reasons = refusals.iter().map(Reason::of).collect::<Result<_, _>>()?;
                Ok(Self {
                    reasons,
                    ..blank(Status::Refused)
                })
            }
        }
    }

    /// The receipt with what is offered for its use, where that isn't covered.
    pub(super) fn telling(self, app: &App, told: Option<&Told>) -> Result<Self, Problem> {
        let Some(told) = told else {
            return Ok(self);
        };
        Ok(Self {
            offer: Some(OfferTold::of(app, told)?),
            offer_note: Some(told.sentence()),
            ..self
        })
    }

    fn counted(self, counted: &Counted) -> Result<Self, Problem> {
        let currency = Currency::from_code(&counted.currency)
            .map_err(app::Fault::while_("writing a receipt"))?;
        let earned = ledger::Money::new(counted.earned_micros, currency);
        Ok(Self {
            licence_code: Some(counted.licence.to_string()),
            billed_ms: counted.billed_ms,
            earned: Some(earned.into()),
            ..self
        })
    }
}

impl Reason {
    pub(super) fn of(refusal: &UseRefusal) -> Result<Self, Problem> {
        let json =
            serde_json::to_value(refusal).map_err(app::Fault::while_("writing a receipt"))?;
        let Value::Object(mut more) = json else {
            let what = app::Fault::because("writing a receipt", "a reason is no object");
            return Err(what.into());
        };
        let reason = text(more.remove("reason")).unwrap_or_default();
        let sentence = text(more.remove("sentence")).unwrap_or_else(|| refusal.sentence());
        Ok(Self {
            reason,
            sentence,
            more,
        })
    }
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_word_and_its_sentence() {
        let refusal = UseRefusal::NotEnoughTime {
            missing_ms: 1_000,
            left_ms: 0,
        };
        let reason = Reason::of(&refusal).unwrap();
        assert_eq!(reason.reason, "not_enough_time");
        assert_eq!(reason.more["missing_ms"], 1_000);
        assert!(reason.sentence.contains("1000 ms"));
        assert!(
            !Reason::of(&UseRefusal::UnknownLicence)
                .unwrap()
                .sentence
                .is_empty()
        );
    }
}
