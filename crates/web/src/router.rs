//! Which address leads to which handler, and what is put around all of them.

use std::sync::Arc;

use app::App;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{delete, get, post, put};
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::look_ups::LookUps;
use crate::problem::Problem;
use crate::state::{Options, Web};
use crate::{answer, api, assets, pages, security};

/// The most a request's body may hold, in bytes: 1 MiB.
const BODY_MAX: usize = 1024 * 1024;

/// Everything the store answers.
pub fn router(app: Arc<App>, options: Options) -> Router {
    let look_ups = Arc::new(LookUps::new(app.clone()));
    let web = Web {
        app,
        options,
        look_ups,
    };
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
        .route("/v1/offers", get(api::offers::show))
        .route("/v1/offers", post(api::offers::change))
        .route("/v1/tracks/{track}/credits", get(api::credits::show))
        .route("/v1/tracks/{track}/credits", put(api::credits::set))
        .route("/v1/cue-sheets", post(api::cue_sheets::create))
        .route("/v1/quotes", post(api::quotes::create))
        .route("/v1/rates", get(api::rates::show))
        .route("/v1/tax-rates", post(api::rates::set_tax))
        .route("/v1/suggestions", post(api::suggestions::create))
        .route("/v1/licences", post(api::licences::buy))
        .route("/v1/licences/{licence}", get(api::licences::show))
        .route(
            "/v1/licences/{licence}/files/{file}",
            get(api::files::download),
        )
        .route(
            "/v1/licences/{licence}/files/{file}/licence.jwt",
            get(api::files::sidecar),
        )
        .route(
            "/v1/licences/{licence}/tracks/{track}",
            get(api::files::download_track),
        )
        .route(
            "/v1/licences/{licence}/claim.zip",
            get(api::claims::download),
        )
        .route("/v1/licences/{licence}/channels", get(api::channels::list))
        .route("/v1/licences/{licence}/channels", post(api::channels::add))
        .route(
            "/v1/licences/{licence}/channels/history",
            get(api::channels::history),
        )
        .route(
            "/v1/licences/{licence}/channels/{channel}",
            put(api::channels::change),
        )
        .route(
            "/v1/licences/{licence}/channels/{channel}",
            delete(api::channels::remove),
        )
        .route("/v1/licences/{licence}/standing", get(api::standing::show))
        .route(
            "/v1/licences/{licence}/standing",
            post(api::standing::change),
        )
        .route("/v1/verify/{code}", get(api::verify::verify))
        .route("/v1/checks", post(api::checks::create))
        .route("/v1/uses", post(api::uses::create))
        .route("/v1/reports/uses", get(api::reports::show))
        .route("/v1/reports/uses/stream", get(api::stream::stream))
        .route("/v1/status-lists/{list}", get(api::keys::status_list))
        .route("/.well-known/jwks.json", get(api::keys::jwks))
        .route("/schemas/envelope.json", get(api::schemas::envelope))
        .route("/openapi.json", get(api::openapi::document))
        .route("/v1/health", get(api::keys::health))
}

fn storefront() -> Router<Web> {
    Router::new()
        .route("/", get(pages::home::show))
        .route("/tracks/{track}", get(pages::track::show))
        .route("/tracks/{track}/license", get(pages::quote::show))
        .route("/bundles", get(pages::bundles::show))
        .route("/rates", get(pages::rates::show))
        .route("/suggest", get(pages::suggest::show))
        .route(
            "/prices",
            get(pages::prices::show).post(pages::prices::save),
        )
        .route("/licences/{licence}/upgrade", get(pages::upgrade::show))
        .route(
            "/checkout",
            get(pages::checkout::show).post(pages::checkout::start),
        )
        .route("/checkout/pay", post(pages::checkout::pay))
        .route("/licences/{licence}", get(pages::licence::private))
        .route("/licences/{licence}/channels", post(pages::channels::add))
        .route(
            "/licences/{licence}/channels/{channel}",
            post(pages::channels::change),
        )
        .route(
            "/licences/{licence}/channels/{channel}/remove",
            post(pages::channels::remove),
        )
        .route("/l/{code}", get(pages::licence::public))
        .route(
            "/cue-sheet",
            get(pages::cue_sheet::show).post(pages::cue_sheet::make),
        )
        .route("/verify", get(pages::verify::show))
        .route("/check", get(pages::check::show))
        .route("/report", get(pages::report::show))
        .route("/operator", get(pages::operator::show))
        .route(
            "/sign-in/{token}",
            get(pages::sign_in::look).post(pages::sign_in::enter),
        )
        .route("/sign-out", post(pages::sign_in::leave))
        .route("/theme", post(pages::theme::choose))
}
