//! Which address leads to which handler, and what is put around all of them.

mod api;
mod storefront;

use std::sync::Arc;

use app::App;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::look_ups::LookUps;
use crate::problem::Problem;
use crate::state::{Options, Web};
use crate::{answer, assets, bounds, security};

/// What takes tables, which are read as they come.
fn tables(web: &Web) -> Router<Web> {
    api::tables()
        .merge(storefront::tables())
        .layer(middleware::from_fn_with_state(
            web.clone(),
            bounds::body_by_pieces,
        ))
        .layer(DefaultBodyLimit::max(bounds::TABLE_BODY_MAX))
}

/// Everything the store answers.
pub fn router(app: Arc<App>, options: Options) -> Router {
    let look_ups = Arc::new(LookUps::new(app.clone()));
    let web = Web {
        app,
        options,
        look_ups,
        uploads: Arc::default(),
    };
    let small = DefaultPredicate::new()
        .and(NotForContentType::const_new("audio/"))
        .and(NotForContentType::const_new("video/"));
    api::api()
        .merge(storefront::storefront())
        .route("/assets/{*name}", get(assets::asset))
        .fallback(|| async { Problem::of_status(StatusCode::NOT_FOUND) })
        .method_not_allowed_fallback(|| async {
            Problem::of_status(StatusCode::METHOD_NOT_ALLOWED).into_response()
        })
        .layer(middleware::from_fn_with_state(
            web.clone(),
            bounds::whole_body,
        ))
        .layer(DefaultBodyLimit::max(bounds::BODY_MAX))
        .merge(tables(&web))
        .layer(middleware::from_fn(security::refuse_forgeries))
        .layer(CatchPanicLayer::custom(answer::after_panic))
        .layer(middleware::from_fn_with_state(web.clone(), answer::finish))
        .layer(CompressionLayer::new().gzip(true).compress_when(small))
        .with_state(web)
}
