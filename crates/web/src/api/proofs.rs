//! The transparency log, as C2SP `tlog-tiles` serves it, and proofs from it.

use std::sync::Arc;

use app::App;
use app::access::Principal;
use app::metering::proven;
use app::proofs::{self, Form, Resource};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::files::as_attachment;
use super::licences::opened;
use super::params;
use crate::cache;
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// How long a checkpoint may be kept, in seconds: a new one may be signed each second.
const CHECKPOINT_S: u32 = 2;
/// How long the log's key may be kept, in seconds.
const KEY_S: u32 = 300;
const PLAIN: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// `GET /log/checkpoint`: the newest signed head.
pub(crate) async fn checkpoint(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let note = proofs::checkpoint(&app).await?;
    let note = note.ok_or_else(|| Problem::new("unknown_checkpoint", "no head is signed yet"))?;
    Ok(cache::public(&headers, PLAIN, note, CHECKPOINT_S))
}

/// `GET /log/tile/…`: a tile of hashes or a bundle of leaves. What stands under a path never
/// changes, wide or narrow.
pub(crate) async fn tile(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    match proofs::resource(&app, &format!("tile/{path}")).await? {
        Some(Resource::Tile(bytes)) => {
            let mut response = bytes.into_response();
            let headers = response.headers_mut();
            let kept = "public, max-age=31536000, immutable";
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(BYTES));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
            let all = HeaderValue::from_static("*");
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, all);
            Ok(response)
        }
        Some(Resource::Checkpoint(_)) | None => {
            let detail = "the log has no such tile: the checkpoint's size says which there are";
            Err(Problem::new("unknown_tile", detail))
        }
    }
}

/// `GET /log/key`: the public key that heads are signed with, as a verifier key of C2SP
/// `signed-note`.
pub(crate) async fn key(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let key = app.issuer.log_key();
    let key = key.ok_or_else(|| Problem::new("no_log_key", "the log's key is missing just now"))?;
    let text = format!("{}\n", key.public());
    Ok(cache::public(&headers, PLAIN, text, KEY_S))
}

/// Proves that a licence is in the transparency log, as a `.tlog-proof` (C2SP `tlog-proof`), or
/// packed into fewer bytes.
#[utoipa::path(get, path = "/v1/licences/{licence}/proof", operation_id = "prove_licence", tag = "Verifying", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
    ("form" = Option<String>, Query, description = "`text`, or `packed` for bytes"),
), responses(
    (status = 200, description = "The proof", body = String, content_type = "text/plain"),
    (status = 400, description = "There is no such form", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such licence", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The head over it isn't signed yet", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn of_licence(
    State(app): State<Arc<App>>,
    Path(licence): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &licence, query.as_deref())?;
    let form = form(query.as_deref())?;
    let bytes = proofs::of_licence(&app, id, form).await?;
    Ok(saved(bytes, form, &licence))
}

/// Proves that a use was counted: to whoever reported it, the payees it earned for, the operator
/// and programs that read reports. Its reporter names it by its event's id; all others by its id in
/// reports. Where that is of several uses that were settled together, their sum is proven, or with
/// `nth` one of them.
#[utoipa::path(get, path = "/v1/uses/{event}/proof", operation_id = "prove_use", tag = "Metering", params(
    ("event" = String, Path, description = "The event's id as it was reported, or the use's id"),
    ("nth" = Option<u64>, Query, minimum = 1, description = "Of several uses that were settled together: which, from 1, in the order in which they were received"),
    ("form" = Option<String>, Query, description = "`text`, or `packed` for bytes"),
), responses(
    (status = 200, description = "The proof", body = String, content_type = "text/plain"),
    (status = 400, description = "There is no such form, or `nth` is no number", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such use of yours, or only the sum that it is in can be proven", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The head over it isn't signed yet", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = []), ("session" = [])))]
pub(crate) async fn of_use(
    State(app): State<Arc<App>>,
    Path(event): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    if caller.0 == Principal::Guest {
        return Err(sign_in_required());
    }
    let form = form(query.as_deref())?;
    let nth = params::value(query.as_deref(), "nth");
    let nth = nth.map(|nth| params::read("nth", &nth, "a number from 1"));
    let asked = (event.as_str(), nth.transpose()?);
    let bytes = proven::of_use(&app, &caller.0, asked, form).await?;
    Ok(saved(bytes, form, "use"))
}

/// Proves that the log of `new` leaves grew from that of `old`: hashes in base64, a line each
/// (RFC 9162, section 2.1.4). `clearcue proof consistency` checks it against two checkpoints.
#[utoipa::path(get, path = "/v1/log/consistency/{old}/{new}", operation_id = "prove_consistency", tag = "Verifying", params(
    ("old" = String, Path, description = "The older checkpoint's size"),
    ("new" = String, Path, description = "The newer checkpoint's size"),
), responses(
    (status = 200, description = "The hashes; none where the sizes are equal", body = String, content_type = "text/plain"),
    (status = 400, description = "These are no sizes", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No head so long is signed", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn consistency(
    State(app): State<Arc<App>>,
    Path((old, new)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let old = params::read("old", &old, "a number of leaves")?;
    let new = params::read("new", &new, "a number of leaves")?;
    let text = proofs::consistency(&app, old, new).await?;
    Ok(cache::public(&headers, PLAIN, text, KEY_S))
}

/// The form that is asked for.
pub(crate) fn form(query: Option<&str>) -> Result<Form, Problem> {
    match params::value(query, "form").as_deref() {
        None | Some("text") => Ok(Form::Text),
        Some("packed") => Ok(Form::Packed),
        Some(_) => Err(params::bad("form", "text or packed")),
    }
}

/// A proof as a file. It concerns somebody, so it isn't kept on the way.
pub(crate) fn saved(bytes: Vec<u8>, form: Form, name: &str) -> Response {
    let (mime, ending) = match form {
        Form::Text => (PLAIN, "tlog-proof"),
        Form::Packed => (BYTES, "tlog-proof.bin"),
    };
    let mut response = as_attachment(bytes.into_response(), &format!("{name}.{ending}"));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    let kept = HeaderValue::from_static("no-store");
    headers.insert(header::CACHE_CONTROL, kept);
    response
}
