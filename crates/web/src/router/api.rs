//! The API's addresses, noun by noun.

use axum::Router;
use axum::routing::{delete, get, post, put};

use crate::api;
use crate::state::Web;

/// What programs are answered.
pub(super) fn api() -> Router<Web> {
    Router::new()
        .merge(splits())
        .merge(catalogue())
        .merge(subscriptions())
        .merge(channels())
        .merge(papers())
        .merge(licences())
        .merge(quotes())
        .merge(payments())
        .merge(clip_time())
        .merge(wallets())
        .merge(uses())
        .merge(payouts())
        .merge(statements())
        .merge(log())
        .merge(machine())
}

/// What takes tables of uses.
pub(super) fn tables() -> Router<Web> {
    Router::new().route("/v1/uses/import", post(api::use_imports::import))
}

/// The transparency log, and proofs from it.
fn log() -> Router<Web> {
    Router::new()
        .route("/v1/licences/{licence}/proof", get(api::proofs::of_licence))
        .route("/v1/uses/{event}/proof", get(api::proofs::of_use))
        .route(
            "/v1/log/consistency/{old}/{new}",
            get(api::proofs::consistency),
        )
        .route("/log/checkpoint", get(api::proofs::checkpoint))
        .route("/log/key", get(api::proofs::key))
        .route("/log/tile/{*path}", get(api::proofs::tile))
}

/// Split sheets by agreement.
fn splits() -> Router<Web> {
    Router::new()
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
}

/// Tracks, what they cost and who made them.
fn catalogue() -> Router<Web> {
    Router::new()
        .route("/v1/tracks", get(api::tracks::list))
        .route("/v1/tracks/{track}", get(api::tracks::show))
        .route("/v1/tracks/{track}/preview", get(api::tracks::preview))
        .route("/v1/tracks/{track}/waveform", get(api::tracks::waveform))
        .route("/v1/offers", get(api::offers::show))
        .route("/v1/offers", post(api::offers::change))
        .route("/v1/tracks/{track}/credits", get(api::credits::show))
        .route("/v1/tracks/{track}/credits", put(api::credits::set))
}

/// The pool: plans, the rotation, a subscription, closes.
fn subscriptions() -> Router<Web> {
    Router::new()
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
}

/// Where a licence's holder publishes.
fn channels() -> Router<Web> {
    Router::new()
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
}

/// A licence's papers, and sheets of several.
fn papers() -> Router<Web> {
    Router::new()
        .route("/v1/cue-sheets", post(api::cue_sheets::create))
        .route(
            "/v1/licences/{licence}/claim.zip",
            get(api::claims::download),
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
}

/// Buying, showing, delivering.
fn licences() -> Router<Web> {
    Router::new()
        .route("/v1/licences", get(api::own_licences::list))
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
        .route("/v1/licences/{licence}/standing", get(api::standing::show))
        .route(
            "/v1/licences/{licence}/standing",
            post(api::standing::change),
        )
}

/// What something would cost, and why.
fn quotes() -> Router<Web> {
    Router::new()
        .route("/v1/quotes", post(api::quotes::create))
        .route("/v1/rates", get(api::rates::show))
        .route("/v1/tax-rates", post(api::rates::set_tax))
        .route("/v1/exchange-rates", post(api::exchange_rates::set))
        .route("/v1/suggestions", post(api::suggestions::create))
}

/// Payments and what became of them.
fn payments() -> Router<Web> {
    Router::new()
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
}

/// Bundles and their gifts.
fn clip_time() -> Router<Web> {
    Router::new()
        .route("/v1/bundles/{bundle}", get(api::bundles::show))
        .route("/v1/bundles/{bundle}/refund", post(api::bundles::refund))
        .route("/v1/bundles/{bundle}/gifts", post(api::bundles::give))
        .route(
            "/v1/bundles/{bundle}/gifts/{gift}",
            delete(api::bundles::withdraw),
        )
        .route("/v1/gifts/{token}", get(api::bundles::gift))
        .route("/v1/gifts/{token}", post(api::bundles::take))
}

/// Wallets and the programs that spend from them.
fn wallets() -> Router<Web> {
    Router::new()
        .route("/v1/wallet", get(api::wallet::show))
        .route("/v1/wallet", post(api::wallet::load))
        .route("/v1/wallet/refund", post(api::wallet::refund))
        .route("/v1/wallet/permissions", post(api::wallet::permit))
        .route(
            "/v1/wallet/permissions/{permission}",
            delete(api::wallet::end),
        )
}

/// Uses, their reports, and checks of videos and keys.
fn uses() -> Router<Web> {
    Router::new()
        .route("/v1/verify/{code}", get(api::verify::verify))
        .route("/v1/checks", post(api::checks::create))
        .route("/v1/uses", post(api::uses::create))
        .route("/v1/uses/{event}", get(api::use_receipts::show))
        .route("/v1/uncovered-uses", get(api::uncovered_uses::list))
        .route(
            "/v1/uncovered-uses/{use}",
            post(api::uncovered_uses::change),
        )
        .route("/v1/reporters", get(api::reporters::list))
        .route("/v1/reporters/{reporter}/gaps", get(api::reporters::gaps))
        .route("/v1/events", get(api::events::list))
        .route("/v1/reports/uses", get(api::reports::show))
        .route("/v1/reports/breakdown", get(api::breakdowns::show))
        .route("/v1/reports/forecast", get(api::forecasts::show))
        .route("/v1/reports/uses/stream", get(api::stream::stream))
}

/// What payees are paid, and exchange.
fn payouts() -> Router<Web> {
    Router::new()
        .route("/v1/payees/{payee}/exchanges", get(api::exchanges::show))
        .route("/v1/payees/{payee}/exchanges", post(api::exchanges::make))
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
}

/// Statements and tax.
fn statements() -> Router<Web> {
    Router::new()
        .route("/v1/payees/{payee}/statements", get(api::statements::index))
        .route(
            "/v1/payees/{payee}/statements/{file}",
            get(api::statements::download),
        )
        .route("/v1/taxes/{file}", get(api::statements::tax_year))
}

/// What programs read about the store itself.
fn machine() -> Router<Web> {
    Router::new()
        .route("/v1/status-lists/{list}", get(api::keys::status_list))
        .route("/.well-known/jwks.json", get(api::keys::jwks))
        .route("/schemas/envelope.json", get(api::schemas::envelope))
        .route("/schemas/statement.json", get(api::schemas::statement))
        .route("/metrics", get(api::metrics::show))
        .route("/openapi.json", get(api::openapi::document))
        .route("/v1/health", get(api::keys::health))
}
