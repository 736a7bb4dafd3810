//! A request's body: how large it may be, and how long it may take to come.

use std::io::ErrorKind;

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;

use crate::api::body;
use crate::api::use_imports::TABLE_MAX;
use crate::problem::Problem;
use crate::state::Web;

/// The most a request's body may hold, in bytes: 1 MiB.
pub(crate) const BODY_MAX: usize = 1024 * 1024;
/// The most the body of a request may hold that sends one: there is a little around it.
pub(crate) const TABLE_BODY_MAX: usize = TABLE_MAX + (64 << 10);
const TOO_SLOW: &str = "the body didn't come in time: send it again, or in parts";

/// Takes the body in before anything is done with the request. One that says it is too large isn't
/// read, one that turns out to be is read up to the limit, and one that doesn't come in time is
/// given up.
pub(crate) async fn whole_body(State(web): State<Web>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > BODY_MAX as u64) {
        return Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE).into_response();
    }
    let (parts, body) = request.into_parts();
    // The limit of the layer around this one is among the extensions.
    let mut bounded = Request::new(body);
    bounded.extensions_mut().clone_from(&parts.extensions);
    let read = tokio::time::timeout(web.options.patience.0, body::bytes(bounded, &()));
    match read.await {
        Ok(Ok(bytes)) => {
            next.run(Request::from_parts(parts, Body::from(bytes)))
                .await
        }
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => Problem::new("body_too_slow", TOO_SLOW).into_response(),
    }
}

/// Lets a body through that is read as it comes. One that says it is too large isn't read, and one of
/// which nothing comes for too long breaks off.
pub(crate) async fn body_by_pieces(
    State(web): State<Web>,
    request: Request,
    next: Next,
) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > TABLE_BODY_MAX as u64) {
        let detail = "a table may hold 64 MiB: send it in parts, each with the header";
        return Problem::new("body_too_large", detail).into_response();
    }
    let patience = web.options.patience.0;
    let (parts, body) = request.into_parts();
    let pieces =
        futures_util::stream::unfold(body.into_data_stream(), move |mut body| async move {
            let piece = match tokio::time::timeout(patience, body.next()).await {
                Ok(piece) => piece?.map_err(std::io::Error::other),
                Err(_) => Err(std::io::Error::new(ErrorKind::TimedOut, TOO_SLOW)),
            };
            Some((piece, body))
        });
    next.run(Request::from_parts(parts, Body::from_stream(pieces)))
        .await
}
