//! The pages' addresses, by whom they are for.

use axum::Router;
use axum::routing::{get, post};

use crate::pages;
use crate::state::Web;

/// What people are answered.
pub(super) fn storefront() -> Router<Web> {
    Router::new()
        .merge(discover())
        .merge(buy())
        .merge(own())
        .merge(compose())
        .merge(operate())
        .merge(session())
}

/// What takes tables of uses.
pub(super) fn tables() -> Router<Web> {
    Router::new().route(
        "/uses/import",
        get(pages::uses_import::show).post(pages::uses_import::send),
    )
}

/// Finding music, and asking about it.
fn discover() -> Router<Web> {
    Router::new()
        .route("/", get(pages::home::show))
        .route("/tracks/{track}", get(pages::track::show))
        .route("/tracks/{track}/license", get(pages::quote::show))
        .route("/rates", get(pages::rates::show))
        .route("/suggest", get(pages::suggest::show))
        .route(
            "/cue-sheet",
            get(pages::cue_sheet::show).post(pages::cue_sheet::make),
        )
        .route("/verify", get(pages::verify::show))
        .route("/check", get(pages::check::show))
}

/// Buying a licence, clip time or a subscription.
fn buy() -> Router<Web> {
    Router::new()
        .route("/bundles", get(pages::bundles::show))
        .route("/subscribe", get(pages::subscribe::show))
        .route("/rotation", get(pages::rotation::show))
        .route("/closes", get(pages::closes::show))
        .route("/closes/{batch}", get(pages::closes::one))
        .route(
            "/checkout",
            get(pages::checkout::show).post(pages::checkout::start),
        )
        .route("/checkout/pay", post(pages::checkout::pay))
}

/// What buyers have.
fn own() -> Router<Web> {
    Router::new()
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
        .route("/wallet/permissions", post(pages::wallet::permit))
        .route(
            "/licences/{licence}/subscription",
            get(pages::subscription::show).post(pages::subscription::change),
        )
        .route("/licences/{licence}/upgrade", get(pages::upgrade::show))
        .route("/licences", get(pages::licences::show))
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
}

/// What composers do.
fn compose() -> Router<Web> {
    Router::new()
        .route(
            "/prices",
            get(pages::prices::show).post(pages::prices::save),
        )
        .route("/report", get(pages::report::show))
        .route("/report/uses", get(pages::breakdown::show))
        .route("/report/uses/uncovered", post(pages::uncovered::change))
        .route("/statements", get(pages::statements::show))
        .route(
            "/payouts",
            get(pages::payouts::show).post(pages::payouts::save),
        )
        .route("/splits", get(pages::splits::show))
        .route(
            "/splits/new",
            get(pages::split_form::show).post(pages::split_form::act),
        )
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
}

/// What the operator does.
fn operate() -> Router<Web> {
    Router::new()
        .route(
            "/operator/payouts",
            get(pages::payout_desk::show).post(pages::payout_desk::act),
        )
        .route("/operator", get(pages::operator::show))
        .route(
            "/operator/deals/{noun}",
            get(pages::deals::show).post(pages::deals::act),
        )
        .route("/operator/reporters", get(pages::reporters::show))
        .route(
            "/uses/import/{token}",
            get(pages::uses_import::look).post(pages::uses_import::count),
        )
        .route("/operator/payments", get(pages::payments::list))
        .route(
            "/operator/payments/{payment}",
            get(pages::payments::show).post(pages::payments::refund),
        )
}

/// Signing in and out, and the colours.
fn session() -> Router<Web> {
    Router::new()
        .route(
            "/sign-in/{token}",
            get(pages::sign_in::look).post(pages::sign_in::enter),
        )
        .route("/sign-out", post(pages::sign_in::leave))
        .route("/theme", post(pages::theme::choose))
}
