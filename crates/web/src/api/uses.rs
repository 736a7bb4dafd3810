//! Reporting uses: one, many, or a line each; a receipt for each out.

use std::borrow::Cow;
use std::sync::Arc;

use app::App;
use app::access::Scope;
use app::licensing::Code;
use app::metering::Reported;
use app::metering::offered::{self, Told};
use app::metering::report::{self, Answer, BatchForm, Counted};
use axum::extract::{FromRequest, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::usage::UseRefusal;
use serde::{Serialize, Serializer};
use serde_json::Value;
use utoipa::ToSchema;

use super::body;
use super::money::Money;
use super::use_offers::OfferTold;
use crate::principal::Reporter;
use crate::problem::{Problem, ProblemBody};

/// About how long a receipt is as JSON.
const USUAL_BYTES: usize = 240;

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
    /// The licence's code; needed unless a channel stands in its place.
    licence_code: Option<String>,
    /// In place of a code: the channel it was published on, as an address, or as `@name` where the
    /// placement says which platform. The use falls under the licence that listed it then.
    channel: Option<String>,
    /// The track's id; needed beside a channel, and under a bundle of clip time, which holds for any.
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
pub(crate) struct Receipts<'a> {
    /// One for each event, in their order.
    receipts: Vec<Receipt<'a>>,
    /// How many count now.
    accepted: usize,
    /// How many counted before.
    duplicate: usize,
    /// How many have the id of another event.
    conflict: usize,
    /// How many don't count.
    refused: usize,
}

/// The answer to one event. There are a thousand in an answer: nothing is copied to write one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Receipt<'a> {
    /// The event's id, as it was sent.
    id: Cow<'a, str>,
    /// What became of it.
    status: Status,
    /// The code of the licence it fell under; null where it doesn't count.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = Option<String>)]
    licence_code: Option<Code>,
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
    Reporter(caller): Reporter,
    events: Result<Events, Problem>,
) -> Result<Response, Problem> {
    caller.needs(Scope::ReportUses)?;
    let Events(body, form) = events?;
    let reported = report::report_body(&app, &caller.0, body, form).await?;
    let told = offered::offers(&app, &caller.0, reported.receipts()).await?;
    let text = Receipts::of(&app, &reported, &told)?.text()?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

impl<'a> Receipts<'a> {
    fn of(app: &App, reported: &'a Reported, told: &[Option<Told>]) -> Result<Self, Problem> {
        let mut receipts = Receipts::default();
        for (at, (id, answer)) in reported.receipts().enumerate() {
            let told = told.get(at).and_then(Option::as_ref);
            receipts.add(Receipt::of(id.into(), answer)?.telling(app, told)?);
        }
        Ok(receipts)
    }

    fn text(&self) -> Result<Vec<u8>, Problem> {
        let mut text = Vec::with_capacity(64 + self.receipts.len() * USUAL_BYTES);
        serde_json::to_writer(&mut text, self).map_err(app::Fault::while_("writing receipts"))?;
        Ok(text)
    }

    fn add(&mut self, receipt: Receipt<'a>) {
        *match receipt.status {
            Status::Accepted => &mut self.accepted,
            Status::Duplicate => &mut self.duplicate,
            Status::Conflict => &mut self.conflict,
            Status::Refused => &mut self.refused,
        } += 1;
        self.receipts.push(receipt);
    }
}

impl<'a> Receipt<'a> {
    pub(super) fn of(id: Cow<'a, str>, answer: &Answer) -> Result<Self, Problem> {
        let blank = Self {
            id,
            status: match answer {
                Answer::Accepted(_) => Status::Accepted,
                Answer::Duplicate(_) => Status::Duplicate,
                Answer::Conflict => Status::Conflict,
                Answer::Refused(_) => Status::Refused,
            },
            licence_code: None,
            billed_ms: 0,
            earned: None,
            reasons: Vec::new(),
            offer: None,
            offer_note: None,
        };
        match answer {
            Answer::Accepted(counted) | Answer::Duplicate(counted) => Ok(blank.counted(counted)),
            Answer::Conflict => Ok(blank),
            Answer::Refused(refusals) => {
                let reasons = refusals.iter().map(Reason::of).collect::<Result<_, _>>()?;
                Ok(Self { reasons, ..blank })
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

    fn counted(self, counted: &Counted) -> Self {
        Self {
            licence_code: Some(counted.licence),
            billed_ms: counted.billed_ms,
            earned: Some(ledger::Money::new(counted.earned_micros, counted.currency).into()),
            ..self
        }
    }
}

fn as_text<S: Serializer>(code: &Option<Code>, to: S) -> Result<S::Ok, S::Error> {
    match code {
        Some(code) => to.collect_str(code),
        None => to.serialize_none(),
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
    fn a_receipt_is_written_as_its_schema_says() {
        let micros = 1_234_567;
        let currency = ledger::Currency::from_code("USD").unwrap();
        let counted = Counted {
            licence: "7K3M9-QXD4T-0RWPD".parse().unwrap(),
            billed_ms: 15_000,
            earned_micros: micros,
            currency,
        };
        let written = |answer: &Answer| {
            let receipt = Receipt::of("e1".into(), answer).unwrap();
            serde_json::to_value(receipt).unwrap()
        };
        let money = Money::from(ledger::Money::new(micros, currency));
        assert_eq!(
            written(&Answer::Accepted(counted)),
            serde_json::json!({
                "id": "e1",
                "status": "accepted",
                "licence_code": "7K3M9-QXD4T-0RWPD",
                "billed_ms": 15_000,
                "earned": money,
                "reasons": [],
            })
        );
        let conflict = written(&Answer::Conflict);
        assert_eq!(conflict["licence_code"], Value::Null);
        assert_eq!(conflict["earned"], Value::Null);
    }

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
