//! Checking a finished video by the keys in it.

use app::licensing::check::{self, Checked, KeyAnswer, Question};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::check::{FinishedUse, Reason};
use domain::envelope::{Audience, Placement, Purpose, Territory};
use domain::{Channel, Platform, Set, Timestamp, plain};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::quotes::PlainTerms;
use crate::limit::Counted;
use crate::problem::{Problem, ProblemBody};
use crate::state::Web;

/// What is asked of a video. The video isn't sent: the keys are read from it where it lies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckRequest {
    /// The keys in the video: tokens, or codes as printed. At most 20.
    #[serde(default)]
    keys: Vec<String>,
    /// The channel it is published on: its address, or `@name` with a platform.
    channel: Option<String>,
    /// The channel's platform, where the address doesn't say it.
    #[schema(value_type = Option<String>)]
    platform: Option<Platform>,
    /// What was made of it. Every member may be left out.
    #[serde(rename = "use", default)]
    #[schema(rename = "use")]
    made: CheckedUse,
}

/// What was made of the video.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckedUse {
    /// Where it is published; what the channel stands for where not given.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    placements: Set<Placement>,
    /// What it is for; `monetised_creator` where not given.
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
    /// When it is or was published; now where not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<Timestamp>,
    /// Where it is shown; worldwide where not given.
    #[schema(value_type = Option<Object>)]
    territory: Option<Territory>,
    /// The channel's followers; what the safelist says where not given.
    #[schema(value_type = Option<String>)]
    channel_audience: Option<Audience>,
    /// Milliseconds of music in it; not looked at where not given.
    clip_ms: Option<u32>,
}

/// What was found out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckGiven {
    /// `cleared`, `not_covered`, `not_valid`, `no_key` or `unknown`: for all keys together.
    answer: &'static str,
    /// The channel in its one form.
    channel: Option<String>,
    /// The answer for each key.
    keys: Vec<KeyGiven>,
    /// What the answer rests on without its having been said, such as that no channel was named.
    notes: Vec<&'static str>,
}

/// What was found out about one key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyGiven {
    /// Its code, where it can be read.
    code: Option<String>,
    /// `cleared`, `not_covered`, `not_valid` or `unknown`.
    answer: &'static str,
    /// `valid`, `suspended`, `revoked`, `expired`, `unknown_issuer`, `altered`, `unknown_code`.
    standing: &'static str,
    /// What it is for.
    music: Option<String>,
    /// Everything that stands in the way.
    reasons: Vec<ReasonGiven>,
    /// What it allows, in plain words.
    plain: Option<PlainTerms>,
}

/// One thing that stands in the way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonGiven {
    /// The stable word for it.
    #[schema(example = "channel_not_listed")]
    code: String,
    /// For people.
    sentence: String,
    /// What would have to be so instead.
    needed: Option<String>,
}

/// Says whether the keys of a finished video are good and cover its use on its channel.
#[utoipa::path(post, path = "/v1/checks", operation_id = "check_video", tag = "Verifying", request_body = CheckRequest, responses(
    (status = 200, description = "The answer", body = CheckGiven),
    (status = 400, description = "A key is mistyped", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "Too many look-ups: see Retry-After", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(web): State<Web>,
    counted: Counted,
    Body(request): Body<CheckRequest>,
) -> Result<Response, Problem> {
    let now = web.app.call().now;
    let question = request.question(now)?;
    counted.also(&web, question.look_ups().saturating_sub(1))?;
    let checked = check::check(&web.app, now, &question).await?;
    let mut response = Json(CheckGiven::of(&checked, &question)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

impl CheckRequest {
    fn question(self, now: Timestamp) -> Result<Question, Problem> {
        let channel = self
            .channel
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        let channel = channel.map(|text| Channel::parse(text, self.platform));
        let channel = channel
            .transpose()
            .map_err(|e| Problem::new("bad_channel", e.to_string()).at("channel"))?;
        let made = self.made;
        Ok(Question {
            keys: self.keys,
            wanted: FinishedUse {
                placements: made.placements,
                channel,
                purpose: made.purpose.unwrap_or(Purpose::MonetisedCreator),
                published_at: made.published_at.unwrap_or(now),
                territory: made.territory.unwrap_or(Territory::Worldwide),
                audience: made.channel_audience,
                clip_ms: made.clip_ms,
            },
        })
    }
}

impl CheckGiven {
    fn of(checked: &Checked, question: &Question) -> Self {
        Self {
            answer: checked.answer.code(),
            channel: question.wanted.channel.as_ref().map(Channel::address),
            keys: checked.keys.iter().map(KeyGiven::from).collect(),
            notes: checked.notes.clone(),
        }
    }
}

impl From<&KeyAnswer> for KeyGiven {
    fn from(key: &KeyAnswer) -> Self {
        Self {
            code: key.code.map(|code| code.to_string()),
            answer: key.verdict.answer.code(),
            standing: key.state.code(),
            music: key.music.clone(),
            reasons: key.verdict.reasons.iter().map(ReasonGiven::from).collect(),
            plain: key.envelope.as_ref().map(|envelope| plain(envelope).into()),
        }
    }
}

impl From<&Reason> for ReasonGiven {
    fn from(reason: &Reason) -> Self {
        Self {
            code: reason.code.clone(),
            sentence: reason.sentence.clone(),
            needed: reason.needed.clone(),
        }
    }
}
