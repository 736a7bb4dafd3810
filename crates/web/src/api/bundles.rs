//! Clip time after it was bought: its uses, its rest, its gifts.

use std::sync::Arc;

use app::App;
use app::access::Principal;
use app::bundles::show::{self, Told};
use app::bundles::{Asker, gift, refund, take};
use axum::Json;
use axum::extract::{FromRequest, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{BundleId, GiftId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::licences::Licence;
use super::money::Money;
use super::once;
use super::params;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// A bundle of clip time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BundleTold)]
pub(crate) struct BundleGiven {
    /// Its id.
    id: String,
    /// Its licence's id.
    licence: String,
    /// Bought or given, in milliseconds.
    total_ms: i64,
    /// Used, in milliseconds.
    consumed_ms: i64,
    /// Given away, paid back or expired, in milliseconds.
    gone_ms: i64,
    /// Left, in milliseconds.
    left_ms: i64,
    /// When the rest expires.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// What was paid for it; a part of that, for a gift.
    price: Money,
    /// What would be paid back for the rest now; null where nothing would.
    refund: Option<Money>,
    /// Each use that drew on it, the newest first, at most 500.
    draws: Vec<DrawGiven>,
    /// Each part that left or came back, the oldest first.
    cuts: Vec<CutGiven>,
    /// The gifts made of it, the newest first.
    gifts: Vec<GiftGiven>,
}

/// A use, by what it drew.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DrawGiven {
    /// When it was reported.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The track.
    title: String,
    /// Where it was seen.
    placement: String,
    /// Drawn from this bundle, in milliseconds.
    ms: i64,
    /// What that earned.
    earned: Money,
}

/// A part of a bundle that left it, or came back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CutGiven {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `gift`, `withdrawn`, `refund` or `expiry`.
    kind: String,
    /// How much, in milliseconds; negative where it came back.
    ms: i64,
}

/// A gift of clip time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GiftGiven {
    /// Its id.
    id: String,
    /// How much, in milliseconds.
    ms: i64,
    /// When it was taken.
    #[schema(value_type = Option<String>, format = DateTime)]
    taken_at: Option<Timestamp>,
    /// When it was taken back.
    #[schema(value_type = Option<String>, format = DateTime)]
    withdrawn_at: Option<Timestamp>,
    /// The address that gives it away, while it waits. Whoever has it can take the gift.
    url: Option<String>,
}

/// A refund of what was left.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestRefundGiven {
    /// Its id.
    id: String,
    /// What goes back to where it was paid from.
    refund: Money,
    /// For how much clip time, in milliseconds.
    ms: i64,
}

/// A gift to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GiftRequest {
    /// How much clip time, in milliseconds: whole seconds.
    ms: i64,
}

/// Who takes a gift.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeRequest {
    /// The name on the licence, 1 to 120 characters.
    licensee: String,
}

/// What a gift's link holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GiftShown {
    /// How much clip time, in milliseconds.
    ms: i64,
    /// When it expires.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Shows a bundle: what it was drawn for, what left it, what a refund of its rest would pay.
#[utoipa::path(get, path = "/v1/bundles/{bundle}", operation_id = "show_bundle", tag = "Licensing", params(
    ("bundle" = String, Path, description = "Its id"),
    ("grant" = Option<String>, Query, description = "The word from its licence's `private_url`; its buyer and the operator need none"),
), responses(
    (status = 200, description = "The bundle", body = BundleGiven),
    (status = 403, description = "It is somebody else's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such bundle", body = ProblemBody, content_type = "application/problem+json"),
), security((), ("api_key" = []), ("session" = [])))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(bundle): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let id: BundleId = params::id("bundle", Some(&bundle))?;
    let grant = params::value(query.as_deref(), "grant");
    let asker = asking(&caller, grant.as_deref())?;
    let told = show::bundle(&app, asker, id).await?;
    let refund = refund::look(&app, &app.call(), asker, id).await;
    let refund = match refund {
        Ok(money) => Some(money.into()),
        Err(app::Stop::Refused(_)) => None,
        Err(app::Stop::Fault(fault)) => return Err(fault.into()),
    };
    Ok(private(StatusCode::OK, BundleGiven::of(&app, told, refund)))
}

/// Pays back what is left of a bundle: price × left / total, floored to the minor unit, to where
/// it was paid from. Uses so far stay cleared.
#[utoipa::path(post, path = "/v1/bundles/{bundle}/refund", operation_id = "refund_bundle", tag = "Licensing", params(
    ("bundle" = String, Path, description = "Its id"),
    ("grant" = Option<String>, Query, description = "The word from its licence's `private_url`; its buyer and the operator need none"),
    ("Idempotency-Key" = String, Header, description = "1 to 128 printable characters, new for each refund"),
), responses(
    (status = 200, description = "It is paid back, now or by this key before", body = RestRefundGiven),
    (status = 403, description = "It is somebody else's, or not in force", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such bundle", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "Nothing is left, or it was a gift", body = ProblemBody, content_type = "application/problem+json"),
    (status = 410, description = "It has expired", body = ProblemBody, content_type = "application/problem+json"),
), security((), ("api_key" = []), ("session" = [])))]
pub(crate) async fn refund(
    State(app): State<Arc<App>>,
    Path(bundle): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id: BundleId = params::id("bundle", Some(&bundle))?;
    let grant = params::value(query.as_deref(), "grant");
    let (asker, key) = (asking(&caller, grant.as_deref())?, once::key(&headers));
    let made = refund::refund(&app, &mut app.call(), asker, key, id).await?;
    let body = RestRefundGiven {
        id: made.id.to_string(),
        refund: made.refund.into(),
        ms: made.ms,
    };
    Ok(once::replayed(private(StatusCode::OK, body), made.repeated))
}

/// Makes a link that gives a part of a bundle away. The bundle holds that much less until the gift
/// is taken back.
#[utoipa::path(post, path = "/v1/bundles/{bundle}/gifts", operation_id = "give_clip_time", tag = "Licensing", request_body = GiftRequest, params(
    ("bundle" = String, Path, description = "Its id"),
    ("grant" = Option<String>, Query, description = "The word from its licence's `private_url`; its buyer and the operator need none"),
    ("Idempotency-Key" = String, Header, description = "1 to 128 printable characters, new for each gift"),
), responses(
    (status = 200, description = "The gift waits, now or by this key before", body = GiftGiven),
    (status = 403, description = "It is somebody else's, or not in force", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such bundle", body = ProblemBody, content_type = "application/problem+json"),
    (status = 410, description = "It has expired", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "More than is left, or no whole seconds", body = ProblemBody, content_type = "application/problem+json"),
), security((), ("api_key" = []), ("session" = [])))]
pub(crate) async fn give(
    State(app): State<Arc<App>>,
    Path(bundle): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let id: BundleId = params::id("bundle", Some(&bundle))?;
    let grant = params::value(query.as_deref(), "grant");
    let (asker, key) = (asking(&caller, grant.as_deref())?, once::key(&headers));
    // The body is read only for whoever may be the bundle's holder.
    let Body(wanted) = Body::<GiftRequest>::from_request(request, &()).await?;
    let made = gift::give(&app, &mut app.call(), asker, key, id, wanted.ms).await?;
    let body = GiftGiven {
        id: made.id.to_string(),
        ms: made.ms,
        taken_at: None,
        withdrawn_at: None,
        url: Some(gift_url(&app, &made.token)),
    };
    Ok(once::replayed(private(StatusCode::OK, body), made.repeated))
}

/// Takes a gift back that nobody has taken. Again changes nothing.
#[utoipa::path(delete, path = "/v1/bundles/{bundle}/gifts/{gift}", operation_id = "withdraw_gift", tag = "Licensing", params(
    ("bundle" = String, Path, description = "Its id"),
    ("gift" = String, Path, description = "The gift's id"),
    ("grant" = Option<String>, Query, description = "The word from its licence's `private_url`; its buyer and the operator need none"),
), responses(
    (status = 200, description = "The bundle, whole again", body = BundleGiven),
    (status = 403, description = "It is somebody else's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such bundle or gift", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "It was taken", body = ProblemBody, content_type = "application/problem+json"),
), security((), ("api_key" = []), ("session" = [])))]
pub(crate) async fn withdraw(
    State(app): State<Arc<App>>,
    Path((bundle, gift)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let id: BundleId = params::id("bundle", Some(&bundle))?;
    let gift: GiftId = params::id("gift", Some(&gift))?;
    let grant = params::value(query.as_deref(), "grant");
    let asked = asking(&caller, grant.as_deref())?;
    gift::withdraw(&app, &mut app.call(), asked, (id, gift)).await?;
    show(State(app), Path(bundle), RawQuery(query), caller).await
}

/// Shows what a gift's link holds. Changes nothing.
#[utoipa::path(get, path = "/v1/gifts/{token}", operation_id = "show_gift", tag = "Licensing", params(
    ("token" = String, Path, description = "The last part of the gift's `url`"),
), responses(
    (status = 200, description = "The gift", body = GiftShown),
    (status = 410, description = "It was taken, taken back, or has expired", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn gift(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let shown = take::look(&app, &app.call(), &token).await?;
    let (ms, expires_at) = (shown.ms, shown.expires_at);
    Ok(private(StatusCode::OK, GiftShown { ms, expires_at }))
}

/// Takes a gift: a licence of the taker's own, with a key of its own. A link is good for one.
#[utoipa::path(post, path = "/v1/gifts/{token}", operation_id = "take_gift", tag = "Licensing", request_body = TakeRequest, params(
    ("token" = String, Path, description = "The last part of the gift's `url`"),
), responses(
    (status = 200, description = "The licence", body = Licence),
    (status = 410, description = "It was taken, taken back, or has expired", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "Nobody is named", body = ProblemBody, content_type = "application/problem+json"),
), security((), ("api_key" = []), ("session" = [])))]
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    caller: Caller,
    Body(wanted): Body<TakeRequest>,
) -> Result<Response, Problem> {
    let call = &mut app.call();
    let licence = take::take(&app, call, &caller.0, &token, &wanted.licensee).await?;
    Ok(private(StatusCode::OK, Licence::of(&app, &licence)))
}

/// Who asks about a bundle.
pub(crate) fn asker<'a>(caller: &'a Caller, grant: Option<&'a str>) -> Asker<'a> {
    Asker {
        who: &caller.0,
        grant,
    }
}

/// The same, for a call that somebody unknown without a grant may not make at all.
fn asking<'a>(caller: &'a Caller, grant: Option<&'a str>) -> Result<Asker<'a>, Problem> {
    if caller.0 == Principal::Guest && grant.is_none() {
        let detail = "this is its holder's: sign in, or send the grant of its licence's link";
        return Err(Problem::new("grant_required", detail).at("grant"));
    }
    Ok(asker(caller, grant))
}

/// The whole address that gives a gift away.
pub(crate) fn gift_url(app: &App, token: &str) -> String {
    format!("{}/gifts/{token}", app.settings.public_url)
}

/// An answer for whoever asked alone.
pub(crate) fn private(status: StatusCode, body: impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl BundleGiven {
    fn of(app: &App, told: Told, refund: Option<Money>) -> Self {
        Self {
            id: told.id.to_string(),
            licence: told.licence.to_string(),
            total_ms: told.total_ms,
            consumed_ms: told.consumed_ms,
            gone_ms: told.gone_ms,
            left_ms: told.left_ms,
            expires_at: told.expires_at,
            price: told.price.into(),
            refund,
            draws: told
                .draws
                .into_iter()
                .map(|one| DrawGiven {
                    at: one.at,
                    title: one.title,
                    placement: one.placement,
                    ms: one.ms,
                    earned: one.earned.into(),
                })
                .collect(),
            cuts: told
                .cuts
                .into_iter()
                .map(|one| CutGiven {
                    at: one.at,
                    kind: one.kind,
                    ms: one.ms,
                })
                .collect(),
            gifts: told
                .gifts
                .into_iter()
                .map(|one| GiftGiven {
                    id: one.id.to_string(),
                    ms: one.ms,
                    taken_at: one.taken,
                    withdrawn_at: one.withdrawn,
                    url: one.token.map(|token| gift_url(app, &token)),
                })
                .collect(),
        }
    }
}
