//! The API's description, made from the handlers and their types.

use axum::Json;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{
    asks, breakdowns, bundles, channels, checks, claims, closes, credits, cue_sheets, events,
    exchange_rates, exchanges, files, forecasts, keys, licences, offers, own_licences, papers,
    payees, payments, payouts, plans, proofs, quotes, rates, reporters, reports, rotation, schemas,
    splits, standing, statements, stream, subscriptions, suggestions, tracks, uncovered_uses,
    use_imports, use_receipts, uses, verify, wallet,
};
use crate::problem::ProblemBody;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Clearcue",
        description = "Micro-licensing for short-form soundtracks.\n\n\
            Amounts are exact integers in millionths of the currency's unit. Times are RFC 3339 \
            in UTC. Whatever isn't answered as asked is a problem (RFC 9457) with a stable \
            `code`. Addresses in answers are relative to the store unless they say otherwise.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/")),
    paths(
        tracks::list,
        tracks::show,
        tracks::preview,
        tracks::waveform,
        credits::show,
        credits::set,
        splits::show,
        splits::propose,
        splits::show_proposal,
        splits::accept,
        splits::decline,
        quotes::create,
        rates::show,
        rates::set_tax,
        exchange_rates::set,
        suggestions::create,
        offers::show,
        offers::change,
        own_licences::list,
        licences::buy,
        licences::show,
        bundles::show,
        bundles::refund,
        bundles::give,
        bundles::withdraw,
        bundles::gift,
        bundles::take,
        wallet::show,
        wallet::load,
        wallet::refund,
        wallet::permit,
        wallet::end,
        exchanges::show,
        exchanges::make,
        files::download,
        files::download_track,
        files::sidecar,
        claims::download,
        cue_sheets::create,
        channels::list,
        channels::add,
        channels::change,
        channels::remove,
        channels::history,
        standing::show,
        standing::change,
        payments::list,
        payments::show,
        payments::refund,
        payments::owing,
        payments::take_event,
        papers::list,
        papers::invoice,
        papers::numbered,
        papers::credit_note,
        verify::verify,
        checks::create,
        use_imports::import,
        uses::create,
        use_receipts::show,
        uncovered_uses::list,
        uncovered_uses::change,
        reporters::list,
        reporters::gaps,
        events::list,
        reports::show,
        breakdowns::show,
        forecasts::show,
        stream::stream,
        payees::balance,
        payees::set_destination,
        payees::set_terms,
        payees::payouts,
        payees::request,
        payouts::list,
        payouts::show,
        payouts::run,
        payouts::release,
        payouts::withdraw,
        payouts::send,
        payouts::download,
        payouts::results,
        schemas::envelope,
        schemas::statement,
        statements::index,
        statements::download,
        statements::tax_year,
        proofs::of_licence,
        proofs::of_use,
        proofs::consistency,
        keys::status_list,
        keys::jwks,
        keys::health,
        plans::list,
        rotation::show,
        rotation::calendar,
        closes::list,
        closes::show,
        subscriptions::show,
        subscriptions::change,
    ),
    components(schemas(
        ProblemBody,
        asks::VideosWanted,
        quotes::ShortfallGiven,
        reports::UseSeenGiven,
        reports::Report,
        reports::Payees,
    )),
    modifiers(&Doors),
    tags(
        (name = "Catalogue", description = "Finding and hearing tracks"),
        (name = "Licensing", description = "Quotes, purchases and files"),
        (name = "Offers", description = "What is sold, and for how much"),
        (name = "Splits", description = "How tracks are shared"),
        (name = "Verifying", description = "Checking licences, online and offline"),
        (name = "Metering", description = "Uses and what they earn"),
        (name = "Payouts", description = "What payees are paid"),
        (name = "Pool", description = "Subscriptions, the rotation and its closes"),
        (name = "Operating", description = "Running the store"),
    ),
)]
struct Api;

/// How askers say who they are.
struct Doors;

impl Modify for Doors {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_with(Default::default);
        let key = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A program's key, `sk_live_…`: made by `clearcue key create`",
            ))
            .build();
        components.add_security_scheme("api_key", SecurityScheme::Http(key));
        let cookie = ApiKeyValue::with_description(
            "clearcue_session",
            "The session of somebody signed in (`__Host-clearcue_session` over https)",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// `GET /openapi.json`.
pub(crate) async fn document() -> Json<Document> {
    Json(Api::openapi())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The routes of the API as `router/api.rs` spells them.
    fn routes() -> Vec<(String, String)> {
        let source = include_str!("../router/api.rs");
        let routed = source.split(".route(").skip(1).filter_map(|rest| {
            let (path, rest) = rest.trim_start().strip_prefix('"')?.split_once("\",")?;
            let method = rest.trim_start().split('(').next()?;
            Some((path.to_owned(), method.to_owned()))
        });
        let ours = ["/v1/", "/.well-known/", "/schemas/"];
        routed
            .filter(|(path, _)| ours.iter().any(|start| path.starts_with(start)))
            .collect()
    }

    #[test]
    fn every_route_of_the_api_is_described_and_nothing_else() {
        let document = serde_json::to_value(Api::openapi()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let routes = routes();
        assert!(routes.len() > 10, "{routes:?}");
        for (path, method) in &routes {
            assert!(
                paths[path].get(method).is_some(),
                "{method} {path} isn't described"
            );
        }
        let described: usize = paths
            .values()
            .map(|item| item.as_object().unwrap().len())
            .sum();
        assert_eq!(described, routes.len());
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_operation_says_what_it_answers() {
        let document = serde_json::to_value(Api::openapi()).unwrap();
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
        let mut ids = std::collections::BTreeSet::new();
        for item in document["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                assert!(operation["responses"].get("200").is_some(), "{operation}");
                let id = operation["operationId"].as_str().unwrap();
                assert!(ids.insert(id.to_owned()), "{id} names two operations");
                for (status, answer) in operation["responses"].as_object().unwrap() {
                    assert!(answer["description"] != "", "{id} {status}");
                }
            }
        }
    }
}
