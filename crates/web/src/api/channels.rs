//! A licence's channels: the safelist that its holder keeps.

use std::sync::Arc;

use app::App;
use app::licensing::channels::{self, By, Entry, Line, Noted, Wanted};
use axum::Json;
use axum::extract::{FromRequest, Path, RawQuery, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::envelope::{Audience, ChannelOwner, Placement};
use domain::safelist::CHANNELS_MAX;
use domain::{ChannelId, Platform, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::licences::opened;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// A channel to be listed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelRequest {
    /// Its address as people paste it, or `@name` with a platform.
    #[schema(example = "https://www.youtube.com/@name")]
    channel: String,
    /// `youtube`, `tiktok`, `instagram`, `facebook`, `twitch`, `podcast` or `website`, where the
    /// address doesn't say it.
    #[schema(value_type = Option<String>)]
    platform: Option<Platform>,
    /// What its owner calls it, at most 80 characters.
    label: Option<String>,
    /// Its followers: `up_to_10k`, `up_to_100k`, `up_to_1m` or `any`.
    #[schema(value_type = Option<String>)]
    audience: Option<Audience>,
}

/// A licence's safelist.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Channels {
    /// Whose channels they must be: `"licensee"`, or `{"client": "their name"}`.
    #[schema(value_type = Object)]
    owner: ChannelOwner,
    /// The channels listed now, the oldest first.
    channels: Vec<Channel>,
    /// The most that are listed at a time.
    at_most: usize,
}

/// A channel on a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Channel {
    /// Its id.
    id: String,
    /// What is listed.
    #[serde(flatten)]
    noted: ChannelNoted,
    /// Since when it is listed.
    #[schema(value_type = String, format = DateTime)]
    added_at: Timestamp,
    /// Since when it no longer is.
    #[schema(value_type = Option<String>, format = DateTime)]
    removed_at: Option<Timestamp>,
}

/// What a list says of a channel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelNoted {
    /// Its address in the one form.
    channel: String,
    /// Its platform.
    #[schema(value_type = String)]
    platform: Platform,
    /// The placements it stands for.
    #[schema(value_type = Vec<String>)]
    placements: Vec<Placement>,
    /// What its owner calls it.
    label: Option<String>,
    /// Its followers.
    #[schema(value_type = Option<String>)]
    audience: Option<Audience>,
}

/// What became of a licence's channels.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelHistory {
    /// Its lines, the latest first, at most 200.
    history: Vec<ChannelChange>,
}

/// One change of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelChange {
    /// Its number in the licence's history, from 1.
    line: i64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `holder` or `store`.
    by: &'static str,
    /// The id of the channel.
    id: String,
    /// What was listed before; null for a channel that was added.
    before: Option<ChannelNoted>,
    /// What is listed since; null for a channel that was removed.
    after: Option<ChannelNoted>,
}

/// Lists a licence's channels.
#[utoipa::path(get, path = "/v1/licences/{licence}/channels", operation_id = "list_channels", tag = "Licensing", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 200, description = "The channels", body = Channels),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such licence", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Path(licence): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    let list = channels::list(&app, id).await?;
    Ok(unstored(Json(Channels {
        owner: list.owner,
        channels: list.channels.iter().map(Channel::from).collect(),
        at_most: CHANNELS_MAX,
    })))
}

/// Puts a channel on a licence's list. A channel that is there already is answered with status
/// 200 and stays as it is.
#[utoipa::path(post, path = "/v1/licences/{licence}/channels", operation_id = "add_channel", tag = "Licensing", request_body = ChannelRequest, params(
    ("licence" = String, Path, description = "The licence's id"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 201, description = "The channel is listed from now on", body = Channel),
    (status = 200, description = "It was listed before", body = Channel),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's, or the licence was revoked", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The list is full", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "That is no channel", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "The list changes too often", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    Path(licence): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    // The body is read only for whoever may change the list.
    let Body(wanted) = Body::<ChannelRequest>::from_request(request, &()).await?;
    let added = channels::add(&app, &mut app.call(), id, by(&caller), &wanted.into()).await?;
    let status = if added.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok(unstored((status, Json(Channel::from(&added.entry)))))
}

/// Changes a listed channel: its label, its size, or its address when it has moved. What was
/// published at the old address while it was listed stays covered.
#[utoipa::path(put, path = "/v1/licences/{licence}/channels/{channel}", operation_id = "change_channel", tag = "Licensing", request_body = ChannelRequest, params(
    ("licence" = String, Path, description = "The licence's id"),
    ("channel" = String, Path, description = "The channel's id on the list"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 200, description = "The channel as it is listed now", body = Channel),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's, or the licence was revoked", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "The list has no such channel", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The new address is listed already", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "That is no channel", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "The list changes too often", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Path((licence, channel)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    let channel = named(&channel)?;
    let Body(wanted) = Body::<ChannelRequest>::from_request(request, &()).await?;
    let (call, by) = (app.call(), by(&caller));
    let entry = channels::change(&app, &call, id, channel, by, &wanted.into()).await?;
    Ok(unstored(Json(Channel::from(&entry))))
}

/// Takes a channel off the list. What was published on it while it was listed stays covered.
#[utoipa::path(delete, path = "/v1/licences/{licence}/channels/{channel}", operation_id = "remove_channel", tag = "Licensing", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("channel" = String, Path, description = "The channel's id on the list"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 200, description = "The channel, with the time since when it is off the list", body = Channel),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "The list has no such channel", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    Path((licence, channel)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    let channel = named(&channel)?;
    let entry = channels::remove(&app, &app.call(), id, channel, by(&caller)).await?;
    Ok(unstored(Json(Channel::from(&entry))))
}

/// Tells what became of a licence's channels.
#[utoipa::path(get, path = "/v1/licences/{licence}/channels/history", operation_id = "channel_history", tag = "Licensing", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 200, description = "Every change, the latest first", body = ChannelHistory),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such licence", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    Path(licence): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    let lines = channels::history(&app, id).await?;
    let history = lines.iter().map(ChannelChange::from).collect();
    Ok(unstored(Json(ChannelHistory { history })))
}

/// On whose behalf a caller who may change a list does so.
pub(crate) fn by(caller: &Caller) -> By {
    if caller.is_operator() {
        By::Store
    } else {
        By::Holder
    }
}

/// The channel that an address names.
pub(crate) fn named(channel: &str) -> Result<ChannelId, Problem> {
    channel
        .parse()
        .map_err(|e: domain::id::IdError| Problem::new("bad_id", e.to_string()).at("channel"))
}

fn unstored(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl From<ChannelRequest> for Wanted {
    fn from(request: ChannelRequest) -> Self {
        Self {
            channel: request.channel,
            platform: request.platform,
            label: request.label,
            audience: request.audience,
        }
    }
}

impl From<&Entry> for Channel {
    fn from(entry: &Entry) -> Self {
        Self {
            id: entry.id.to_string(),
            noted: (&entry.noted).into(),
            added_at: entry.added_at,
            removed_at: entry.removed_at,
        }
    }
}

impl From<&Noted> for ChannelNoted {
    fn from(noted: &Noted) -> Self {
        let platform = noted.channel.platform();
        Self {
            channel: noted.channel.address(),
            platform,
            placements: platform.placements().to_vec(),
            label: noted.label.clone(),
            audience: noted.audience,
        }
    }
}

impl From<&Line> for ChannelChange {
    fn from(line: &Line) -> Self {
        Self {
            line: line.line,
            at: line.at,
            by: line.by.word(),
            id: line.channel.to_string(),
            before: line.before.as_ref().map(Into::into),
            after: line.after.as_ref().map(Into::into),
        }
    }
}
