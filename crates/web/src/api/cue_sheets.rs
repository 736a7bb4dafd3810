//! Cue sheets and credit lines, for a set of licences.

use std::sync::Arc;

use app::App;
use app::licensing::cue_sheet::{self, Format, Opens, Wanted, WantedCue};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::cue::{CueSheet, CueUse};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::Body;
use super::files::as_attachment;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// A cue sheet that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CueSheetRequest {
    /// The production the music is in.
    production: Production,
    /// The music, in the order of the production: 1 to 200.
    cues: Vec<CueRequest>,
    /// `json`, `csv`, `pdf`, `text` (credit lines) or `markdown` (the same as a list). Where it
    /// isn't given, `Accept` says it; else it is `json`.
    format: Option<String>,
}

/// A production.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Production {
    /// Its title, 1 to 200 characters.
    title: String,
    /// The episode, where it is a part of a series.
    episode: Option<String>,
}

/// One piece of music.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CueRequest {
    /// The licence's code or id.
    licence: String,
    /// The word from its `private_url`; the operator needs none.
    grant: Option<String>,
    /// `BI`, `BV`, `VI`, `VV`, `TO`, `TC`, `T`, `F` or `L`.
    #[schema(value_type = Option<String>, example = "BI")]
    usage: Option<CueUse>,
    /// Where it begins in the production, in milliseconds.
    start_ms: Option<u32>,
    /// How long it is heard, in milliseconds; else the licence's clip or cut.
    duration_ms: Option<u32>,
}

/// Makes the cue sheet of a production, or the credit lines for it. Nothing is kept.
#[utoipa::path(post, path = "/v1/cue-sheets", operation_id = "make_cue_sheet", tag = "Licensing", request_body = CueSheetRequest, responses(
    (status = 200, description = "The sheet, in the form that is asked for", body = Object),
    (status = 403, description = "No licence of that name opens by that grant", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Body(request): Body<CueSheetRequest>,
) -> Result<Response, Problem> {
    let format = format(request.format.as_deref(), &headers)?;
    let cue = |cue: CueRequest| WantedCue {
        licence: cue.licence,
        grant: cue.grant,
        usage: cue.usage,
        start_ms: cue.start_ms,
        duration_ms: cue.duration_ms,
    };
    let wanted = Wanted {
        production: request.production.title,
        episode: request.production.episode,
        cues: request.cues.into_iter().map(cue).collect(),
    };
    let sheet = cue_sheet::cue_sheet(&app, opens(&caller), &wanted).await?;
    sent(&app, format, &sheet)
}

/// Which licences somebody opens without a grant.
pub(crate) fn opens(caller: &Caller) -> Opens {
    if caller.is_operator() {
        Opens::All
    } else {
        Opens::ByGrant
    }
}

/// A sheet as an answer: data as it is, all else to be saved.
pub(crate) fn sent(app: &App, format: Format, sheet: &CueSheet) -> Result<Response, Problem> {
    let mut response = format.write(app, sheet)?.into_response();
    let mime = HeaderValue::from_static(format.mime());
    response.headers_mut().insert(header::CONTENT_TYPE, mime);
    let kept = HeaderValue::from_static("no-store");
    if format == Format::Json {
        response.headers_mut().insert(header::CACHE_CONTROL, kept);
        return Ok(response);
    }
    let kind = match format {
        Format::Text | Format::Markdown => "credits",
        _ => "cue sheet",
    };
    let title: String = sheet.production.chars().take(60).collect();
    let title = title.replace(['/', '\\', ':', '*', '?', '"', '<', '>', '|'], "_");
    let name = format!("{title} - {kind}.{}", format.extension());
    Ok(as_attachment(response, &name))
}

fn format(said: Option<&str>, headers: &HeaderMap) -> Result<Format, Problem> {
    if let Some(word) = said {
        return Format::from_word(word).ok_or_else(|| {
            let words = Format::ALL.map(Format::word).join(", ");
            Problem::new(
                "bad_value",
                format!("there is no format `{word}`: use {words}"),
            )
            .at("format")
        });
    }
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    let accept = accept.unwrap_or_default();
    let media = |format: &Format| format.mime().split(';').next().unwrap_or_default();
    let named = Format::ALL
        .into_iter()
        .find(|format| accept.contains(media(format)));
    Ok(named.unwrap_or(Format::Json))
}
