//! Which address leads to which handler, and what is put around all of them.

use std::sync::Arc;

use app::App;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::problem::Problem;
use crate::state::{Options, Web};
use crate::{answer, api, assets, pages, security};

/// The most a request's body may hold, in bytes: 1 MiB.
const BODY_MAX: usize = 1024 * 1024;

/// Everything the store answers.
pub fn router(app: Arc<App>, options: Options) -> Router {
    let web = Web { app, options };
    let small = DefaultPredicate::new()
        .and(NotForContentType::const_new("audio/"))
        .and(NotForContentType::const_new("video/"));
    api()
        .merge(storefront())
        .route("/assets/{*name}", get(assets::asset))
        .fallback(|| async { Problem::of_status(StatusCode::NOT_FOUND) })
        .method_not_allowed_fallback(|| async {
            Problem::of_status(StatusCode::METHOD_NOT_ALLOWED).into_response()
        })
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn(security::refuse_forgeries))
        .layer(CatchPanicLayer::custom(answer::after_panic))
        .layer(middleware::from_fn_with_state(web.clone(), answer::finish))
        .layer(CompressionLayer::new().gzip(true).compress_when(small))
        .with_state(web)
}

fn api() -> Router<Web> {
    Router::new()
        .route("/v1/tracks", get(api::tracks::list))
        .route("/v1/tracks/{track}", get(api::tracks::show))
        .route("/v1/tracks/{track}/preview", get(api::tracks::preview))
        .route("/v1/tracks/{track}/waveform", get(api::tracks::waveform))
}

fn storefront() -> Router<Web> {
    Router::new().route("/", get(pages::home::show))
}
