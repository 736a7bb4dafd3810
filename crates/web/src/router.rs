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
        .route("/v1/tracks/{track}/splits", get(api::splits::show))
        .route(
            "/v1/tracks/{track}/split-proposals",
            post(api::splits::propose),
        )
        .route(
            "/v1/split-proposals/{proposal}",
            get(api::splits::show_proposal),
        )
        .route(
            "/v1/split-proposals/{proposal}/accept",
            post(api::splits::accept),
        )
        .route(
            "/v1/split-proposals/{proposal}/decline",
            post(api::splits::decline),
        )
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
        .route("/v1/licences/{licence}/proof", get(api::proofs::of_licence))
        .route("/v1/licences/{licence}/standing", get(api::standing::show))
        .route(
            "/v1/licences/{licence}/standing",
            post(api::standing::change),
        )
        .route("/v1/licences/{licence}/papers", get(api::papers::list))
        .route(
            "/v1/licences/{licence}/invoice.pdf",
            get(api::papers::invoice),
        )
        .route(
            "/v1/licences/{licence}/invoices/{invoice}",
            get(api::papers::numbered),
        )
        .route(
            "/v1/licences/{licence}/credit-notes/{note}",
            get(api::papers::credit_note),
        )
        .route("/v1/payments", get(api::payments::list))
        .route("/v1/payments/{payment}", get(api::payments::show))
        .route(
            "/v1/payments/{payment}/refunds",
            post(api::payments::refund),
        )
        .route("/v1/payees/owing", get(api::payments::owing))
        .route(
            "/v1/providers/sandbox/events",
            post(api::payments::take_event),
        )
        .route("/v1/bundles/{bundle}", get(api::bundles::show))
        .route("/v1/bundles/{bundle}/refund", post(api::bundles::refund))
        .route("/v1/bundles/{bundle}/gifts", post(api::bundles::give))
        .route(
            "/v1/bundles/{bundle}/gifts/{gift}",
            delete(api::bundles::withdraw),
        )
        .route("/v1/gifts/{token}", get(api::bundles::gift))
        .route("/v1/gifts/{token}", post(api::bundles::take))
        .route("/v1/wallet", get(api::wallet::show))
        .route("/v1/wallet", post(api::wallet::load))
        .route("/v1/wallet/refund", post(api::wallet::refund))
        .route("/v1/wallet/permissions", post(api::wallet::permit))
        .route(
            "/v1/wallet/permissions/{permission}",
            delete(api::wallet::end),
        )
        .route("/v1/payees/{payee}/exchanges", get(api::exchanges::show))
        .route("/v1/payees/{payee}/exchanges", post(api::exchanges::make))
        .route(
            "/v1/licences/{licence}/subscription",
            get(api::subscriptions::show),
        )
        .route(
            "/v1/licences/{licence}/subscription",
            post(api::subscriptions::change),
        )
        .route("/v1/plans", get(api::plans::list))
        .route("/v1/rotation", get(api::rotation::show))
        .route("/v1/rotation.ics", get(api::rotation::calendar))
        .route("/v1/closes", get(api::closes::list))
        .route("/v1/closes/{batch}", get(api::closes::show))
        .route("/v1/verify/{code}", get(api::verify::verify))
        .route("/v1/checks", post(api::checks::create))
        .route("/v1/uses", post(api::uses::create))
        .route("/v1/uses/{event}/proof", get(api::proofs::of_use))
        .route("/v1/reports/uses", get(api::reports::show))
        .route("/v1/reports/uses/stream", get(api::stream::stream))
        .route("/v1/payees/{payee}/balance", get(api::payees::balance))
        .route(
            "/v1/payees/{payee}/destination",
            put(api::payees::set_destination),
        )
        .route(
            "/v1/payees/{payee}/payout-terms",
            put(api::payees::set_terms),
        )
        .route("/v1/payees/{payee}/payouts", get(api::payees::payouts))
        .route("/v1/payees/{payee}/payouts", post(api::payees::request))
        .route("/v1/payouts", get(api::payouts::list))
        .route("/v1/payouts/{payout}", get(api::payouts::show))
        .route("/v1/payouts/{payout}/release", post(api::payouts::release))
        .route(
            "/v1/payouts/{payout}/withdraw",
            post(api::payouts::withdraw),
        )
        .route("/v1/payout-runs", post(api::payouts::run))
        .route("/v1/payout-batches", post(api::payouts::send))
        .route("/v1/payout-batches/{batch}", get(api::payouts::download))
        .route(
            "/v1/payout-batches/{batch}/results",
            post(api::payouts::results),
        )
        .route("/v1/status-lists/{list}", get(api::keys::status_list))
        .route(
            "/v1/log/consistency/{old}/{new}",
            get(api::proofs::consistency),
        )
        .route("/log/checkpoint", get(api::proofs::checkpoint))
        .route("/log/key", get(api::proofs::key))
        .route("/log/tile/{*path}", get(api::proofs::tile))
        .route("/.well-known/jwks.json", get(api::keys::jwks))
        .route("/schemas/envelope.json", get(api::schemas::envelope))
        .route("/schemas/statement.json", get(api::schemas::statement))
        .route("/v1/payees/{payee}/statements", get(api::statements::index))
        .route(
            "/v1/payees/{payee}/statements/{file}",
            get(api::statements::download),
        )
        .route("/v1/taxes/{file}", get(api::statements::tax_year))
        .route("/metrics", get(api::metrics::show))
        .route("/openapi.json", get(api::openapi::document))
        .route("/v1/health", get(api::keys::health))
}

fn storefront() -> Router<Web> {
    Router::new()
        .route("/", get(pages::home::show))
        .route("/tracks/{track}", get(pages::track::show))
        .route("/tracks/{track}/license", get(pages::quote::show))
        .route("/bundles", get(pages::bundles::show))
        .route("/bundles/{bundle}/refund", post(pages::clip_time::refund))
        .route("/bundles/{bundle}/gifts", post(pages::clip_time::give))
        .route(
            "/bundles/{bundle}/gifts/{gift}/back",
            post(pages::clip_time::withdraw),
        )
        .route(
            "/gifts/{token}",
            get(pages::clip_time::look).post(pages::clip_time::take),
        )
        .route(
            "/wallet",
            get(pages::wallet::show).post(pages::wallet::load),
        )
        .route("/wallet/refund", post(pages::wallet::refund))
        .route("/subscribe", get(pages::subscribe::show))
        .route("/rotation", get(pages::rotation::show))
        .route("/closes", get(pages::closes::show))
        .route("/closes/{batch}", get(pages::closes::one))
        .route(
            "/licences/{licence}/subscription",
            get(pages::subscription::show).post(pages::subscription::change),
        )
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
        .route("/statements", get(pages::statements::show))
        .route(
            "/payouts",
            get(pages::payouts::show).post(pages::payouts::save),
        )
        .route(
            "/operator/payouts",
            get(pages::payout_desk::show).post(pages::payout_desk::act),
        )
        .route("/splits", get(pages::splits::show))
        .route("/splits/{proposal}/accept", post(pages::splits::accept))
        .route("/splits/{proposal}/decline", post(pages::splits::decline))
        .route(
            "/invitations/{token}",
            get(pages::invitations::look).post(pages::invitations::accept),
        )
        .route(
            "/invitations/{token}/decline",
            post(pages::invitations::decline),
        )
        .route("/operator", get(pages::operator::show))
        .route("/operator/payments", get(pages::payments::list))
        .route(
            "/operator/payments/{payment}",
            get(pages::payments::show).post(pages::payments::refund),
        )
        .route(
            "/sign-in/{token}",
            get(pages::sign_in::look).post(pages::sign_in::enter),
        )
        .route("/sign-out", post(pages::sign_in::leave))
        .route("/theme", post(pages::theme::choose))
}
