//! Every answer that isn't the one asked for, in one form (RFC 9457), and the one place that
//! says which HTTP status a refusal's code has.
//!
//! A handler returns a [`Problem`]; what it looks like (JSON or a page) and the request's number
//! are added when the answer leaves: see `answer`.

mod payouts;
mod statuses;

use app::{Fault, Refusal, Stop};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use statuses::STATUSES;
use utoipa::ToSchema;

/// The status of a refusal's code.
pub(crate) fn status_of(code: &str) -> StatusCode {
    STATUSES
        .iter()
        .chain(payouts::STATUSES)
        .find(|(known, _)| *known == code)
        .map_or(StatusCode::BAD_REQUEST, |(_, status)| *status)
}

/// Whether a code has a status of its own.
#[cfg(test)]
pub(crate) fn is_known(code: &str) -> bool {
    STATUSES.iter().any(|(known, _)| *known == code)
}

/// An answer that isn't the one asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The stable word for it.
    pub(crate) code: &'static str,
    /// What happened and what to do, one sentence.
    pub(crate) detail: String,
    /// The field of the request that is at fault.
    pub(crate) field: Option<String>,
    /// For the log only.
    pub(crate) cause: Option<String>,
    /// Headers that belong to it.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

/// A problem as JSON: RFC 9457, with `code`, `field` and `request_id` of our own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Names the kind of problem: `/problems/` and the code.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "/problems/unknown_track")]
    pub(crate) kind: String,
    /// The HTTP status in words.
    pub(crate) title: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// What happened and what to do, one sentence for people.
    pub(crate) detail: String,
    /// The stable word for it, which programs may match on.
    #[schema(example = "unknown_track")]
    pub(crate) code: String,
    /// The field, parameter or header that is at fault, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// The request's number, to be named when asking for help.
    pub(crate) request_id: String,
}

impl Problem {
    /// A problem of a code and a sentence.
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            field: None,
            cause: None,
            headers: Vec::new(),
        }
    }

    /// The same, with the field that is at fault.
    #[must_use]
    pub(crate) fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same, with a header.
    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// What a bare status from the layers around the handlers means.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::new("not_found", "there is nothing at this address"),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                "method_not_allowed",
                "this address doesn't answer this method",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(
                "body_too_large",
                "a request's body may hold 1 MiB: send it in parts",
            ),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(
                "unsupported_media_type",
                "send the fields of the form, urlencoded",
            ),
            status if status.is_client_error() => {
                Self::new("bad_request", "the request's fields can't be read")
            }
            _ => Self::new("internal", INTERNAL),
        }
    }

    /// Its HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        status_of(self.code)
    }

    /// Its JSON.
    pub(crate) fn body(&self, request_id: &str) -> ProblemBody {
        let status = self.status();
        ProblemBody {
            kind: format!("/problems/{}", self.code),
            title: status.canonical_reason().unwrap_or("Problem").to_owned(),
            status: status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.to_owned(),
            field: self.field.clone(),
            request_id: request_id.to_owned(),
        }
    }
}

const INTERNAL: &str =
    "something of ours failed: try again, and name the request's number if it stays";
const UNAVAILABLE: &str =
    "the store can't write just now, so nothing was changed or charged: try again in a while";
const NO_ROOM: &str =
    "the store has no room to write, so nothing was changed or charged: try again in a while";

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let mut problem = if fault.is_without_room() {
            Self::new("insufficient_storage", NO_ROOM)
        } else if fault.cannot_write() {
            Self::new("unavailable", UNAVAILABLE)
        } else {
            Self::new("internal", INTERNAL)
        };
        problem.cause = Some(fault.chain());
        problem
    }
}

impl<R: Refusal> From<Stop<R>> for Problem {
    fn from(stop: Stop<R>) -> Self {
        match stop {
            Stop::Refused(refusal) => {
                let mut problem = Self::new(refusal.code(), refusal.to_string());
                problem.field = refusal.field();
                problem
            }
            Stop::Fault(fault) => fault.into(),
        }
    }
}

impl IntoResponse for Problem {
    /// The bare status, with the problem as an extension: `answer::finish` gives it its body.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.headers_mut().extend(self.headers.iter().cloned());
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use app::access::link::LinkRefusal;
    use app::catalogue::credits::CreditsRefusal;
    use app::catalogue::search::SearchRefusal;
    use app::catalogue::show::TrackRefusal;
    use app::licensing::Standing;
    use app::licensing::buy::BuyRefusal;
    use app::licensing::channels::ChannelRefusal;
    use app::licensing::check::CheckRefusal;
    use app::licensing::cue_sheet::CueSheetRefusal;
    use app::licensing::deliver::DeliverRefusal;
    use app::licensing::quote::QuoteRefusal;
    use app::licensing::quoted::QuotedRefusal;
    use app::licensing::show::LicenceRefusal;
    use app::licensing::standing::StandingRefusal;
    use app::licensing::status::StatusRefusal;
    use app::licensing::suggest::SuggestRefusal;
    use app::licensing::verify::VerifyRefusal;
    use app::metering::earnings::EarningsRefusal;
    use app::metering::report::BatchRefusal;
    use app::proofs::ProofRefusal;
    use app::reports::{By, ReportRefusal};
    use domain::check::WrongPlacement;
    use domain::credits::{CreditsError, CreditsFault};
    use domain::envelope::Placement;
    use domain::suggest::SuggestError;
    use domain::{Channel, ChannelError, ChannelId, PayeeId};

    use super::*;

    fn codes() -> Vec<&'static str> {
        let buys = [
            BuyRefusal::BadIdempotencyKey,
            BuyRefusal::KeyReused,
            BuyRefusal::NoLicensee,
            BuyRefusal::BadEmail,
            BuyRefusal::UnknownQuote,
            BuyRefusal::QuoteExpired,
            BuyRefusal::UnknownOption("x".into()),
            BuyRefusal::OfferClosed,
            BuyRefusal::CannotSign,
            BuyRefusal::BadCard,
            BuyRefusal::Declined,
        ];
        let licence = LicenceRefusal::Unknown("x".into());
        let track = TrackRefusal::Unknown("x".into());
        let bad = CreditsError {
            field: "isrc".into(),
            cause: CreditsFault::Text,
        };
        let channel = Channel::parse("youtube.com/@ada", None).unwrap();
        let mut codes: Vec<_> = buys.iter().map(Refusal::code).collect();
        codes.extend([
            LinkRefusal::Spent.code(),
            SearchRefusal::Page.code(),
            SearchRefusal::Range("bpm").code(),
            track.code(),
            CreditsRefusal::NotYours.code(),
            CreditsRefusal::Bad(bad).code(),
            CueSheetRefusal::Title("title").code(),
            CueSheetRefusal::Count(0).code(),
            CueSheetRefusal::NotOpened {
                at: 0,
                licence: "x".into(),
            }
            .code(),
            CueSheetRefusal::ClipTime(0).code(),
            QuoteRefusal::Track(track).code(),
            QuoteRefusal::Plan("x".into()).code(),
            QuotedRefusal::Unknown.code(),
            DeliverRefusal::Licence(licence.clone()).code(),
            DeliverRefusal::UnknownFile(1).code(),
            DeliverRefusal::NotValid(Standing::Revoked).code(),
            VerifyRefusal::Licence(licence.clone()).code(),
            licence.code(),
            "bad_code",
            StandingRefusal::BadReason.code(),
            StandingRefusal::Licence(licence.clone()).code(),
            StandingRefusal::Final(domain::standing::Final).code(),
            CheckRefusal::TooManyKeys(21).code(),
            CheckRefusal::WrongPlacement(WrongPlacement {
                channel: channel.clone(),
                placement: Placement::Broadcast,
            })
            .code(),
            ChannelRefusal::NotAChannel(ChannelError::Empty).code(),
            ChannelRefusal::BadLabel.code(),
            ChannelRefusal::Licence(licence.clone()).code(),
            ChannelRefusal::Revoked.code(),
            ChannelRefusal::Unknown(ChannelId::from_bytes([0; 16])).code(),
            ChannelRefusal::Listed(channel).code(),
            ChannelRefusal::Full.code(),
            ChannelRefusal::TooOften.code(),
            StatusRefusal::CannotSign.code(),
            SuggestRefusal::NoUses.code(),
            SuggestRefusal::Bounds(SuggestError::Habits).code(),
            SuggestRefusal::Bounds(SuggestError::TooMuch).code(),
            EarningsRefusal::Unknown(PayeeId::from_bytes([0; 16])).code(),
            ReportRefusal::Guest.code(),
            ReportRefusal::NotYours.code(),
            ReportRefusal::Nothing.code(),
            ReportRefusal::Whose.code(),
            ReportRefusal::TooFine(By::Asset).code(),
            BatchRefusal::NotAllowed.code(),
            BatchRefusal::Withdrawn.code(),
            BatchRefusal::Size(0).code(),
            ProofRefusal::UnknownUse("x".into()).code(),
            ProofRefusal::NoStatement("x".into()).code(),
            ProofRefusal::NotYet.code(),
            ProofRefusal::NoHead(1).code(),
        ]);
        codes
    }

    #[test]
    fn every_refusal_of_the_use_cases_has_its_status() {
        let known: BTreeSet<_> = STATUSES.iter().map(|(code, _)| *code).collect();
        let missing: Vec<_> = codes()
            .into_iter()
            .filter(|code| !known.contains(code))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn a_code_has_one_status_and_never_a_good_one() {
        let known: BTreeSet<_> = STATUSES.iter().map(|(code, _)| *code).collect();
        assert_eq!(known.len(), STATUSES.len());
        for (code, status) in STATUSES {
            assert!(
                status.is_client_error() || status.is_server_error(),
                "{code} {status}"
            );
        }
    }

    #[test]
    fn a_fault_is_never_shown_in_detail() {
        let problem = Problem::from(Fault::because("reading a secret", "the secret is 12345"));
        assert_eq!(problem.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!problem.detail.contains("secret"));
        assert!(problem.cause.unwrap().contains("12345"));
    }
}
