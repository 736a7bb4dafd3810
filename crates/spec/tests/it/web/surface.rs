//! The surface: every operation the API describes is refused without credentials, or stands on
//! this short list. The list may only shrink.

use std::collections::BTreeSet;

use app::access::Scope;
use serde_json::{Value, json};
use spec::on_both_engines;
use spec::world::{Reply, Visitor};

/// Operations anybody may call.
const PUBLIC: [&str; 26] = [
    "GET /v1/gifts/{token}",
    "GET /v1/rates",
    "POST /v1/gifts/{token}",
    "GET /.well-known/jwks.json",
    "GET /schemas/envelope.json",
    "GET /schemas/statement.json",
    "GET /v1/closes",
    "GET /v1/closes/{batch}",
    "GET /v1/health",
    "GET /v1/log/consistency/{old}/{new}",
    "GET /v1/plans",
    "GET /v1/rotation",
    "GET /v1/rotation.ics",
    "GET /v1/status-lists/{list}",
    "GET /v1/tracks",
    "GET /v1/tracks/{track}",
    "GET /v1/tracks/{track}/credits",
    "GET /v1/tracks/{track}/preview",
    "GET /v1/tracks/{track}/waveform",
    "GET /v1/verify/{code}",
    // Each cue is opened by the grant within the body.
    "POST /v1/cue-sheets",
    "POST /v1/checks",
    "POST /v1/licences",
    "POST /v1/quotes",
    "POST /v1/suggestions",
    "GET /openapi.json",
];

on_both_engines! {
    async fn every_operation_is_refused_without_credentials_or_is_on_the_public_list(world: World) {
        let guest = world.visitor();
        let operations = operations(&guest).await;
        assert!(operations.len() >= 16, "{operations:?}");
        let mut wrong = Vec::new();
        for operation in &operations {
            let reply = calls(&guest, operation).await;
            let refused = reply.status == 401 || reply.status == 403;
            if refused == PUBLIC.contains(&operation.as_str()) {
                wrong.push(format!("{operation} answered {}", reply.status));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        for operation in PUBLIC.iter().filter(|o| **o != "GET /openapi.json") {
            assert!(
                operations.contains(*operation),
                "{operation} is gone: take it off the list"
            );
        }
    }

    async fn every_operation_is_routed(world: World) {
        let guest = world.visitor();
        for operation in operations(&guest).await {
            let reply = calls(&guest, &operation).await;
            let code = if reply.status >= 400 {
                reply.problem().1
            } else {
                String::new()
            };
            assert!(
                !matches!(code.as_str(), "method_not_allowed" | "internal"),
                "{operation} {code}"
            );
            assert!(
                code != "not_found" || operation.contains("status-lists"),
                "{operation}"
            );
        }
    }

    async fn a_key_opens_what_its_scope_says_and_nothing_else(world: World) {
        world.track("Night Market").await;
        for (scope, wanted) in [
            (Scope::ReportUses, [400, 403, 403]),
            (Scope::ReadReports, [403, 200, 403]),
            (Scope::Buy, [403, 403, 400]),
        ] {
            let (_, secret) = world.program("One thing", &[scope]).await;
            let program = world.visitor_with_key(&secret);
            let uses = program.posts("/v1/uses", &json!([])).await.status;
            let reports = program.gets("/v1/reports/uses").await.status;
            let order = json!({
                "quote": domain::QuoteId::from_bytes([1; 16]).to_string(), "offer": "x",
                "licensee": { "name": "Mia" }, "payment": { "method": "sandbox", "card": "1" },
            });
            let buys = program.posts("/v1/licences", &order).await.status;
            assert_eq!([uses, reports, buys], wanted, "{scope:?}");
        }
    }

    async fn every_answer_has_its_number_and_the_headers_that_protect_it(world: World) {
        world.track("Night Market").await;
        let guest = world.visitor();
        let mut numbers = BTreeSet::new();
        for path in [
            "/",
            "/v1/tracks",
            "/v1/nowhere",
            "/nowhere",
            "/openapi.json",
            "/verify",
        ] {
            let reply = guest.gets(path).await;
            assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
            let policy = reply.header("content-security-policy");
            assert!(
                policy.contains("default-src 'none'") && !policy.contains("unsafe"),
                "{path}"
            );
            assert!(
                numbers.insert(reply.header("x-request-id").to_owned()),
                "{path}"
            );
        }
    }
}

async fn operations(guest: &Visitor) -> BTreeSet<String> {
    let document = guest.gets("/openapi.json").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths = document["paths"].as_object().unwrap().clone();
    let methods = ["get", "post", "put", "patch", "delete"];
    let of_path = |(path, item): (String, Value)| {
        let found = methods.iter().filter(|m| item.get(**m).is_some());
        found
            .map(|m| format!("{} {path}", m.to_uppercase()))
            .collect::<Vec<_>>()
    };
    paths.into_iter().flat_map(of_path).collect()
}

/// Calls an operation with ids that exist nowhere, which its access must be checked before.
async fn calls(guest: &Visitor, operation: &str) -> Reply {
    let (method, path) = operation.split_once(' ').unwrap();
    let path = path
        .replace("{track}", "nowhere")
        .replace(
            "{licence}",
            &domain::LicenceId::from_bytes([1; 16]).to_string(),
        )
        .replace("{file}", "0")
        .replace(
            "{channel}",
            &domain::ChannelId::from_bytes([1; 16]).to_string(),
        )
        .replace("{payee}", &domain::PayeeId::from_bytes([1; 16]).to_string())
        .replace(
            "{payout}",
            &domain::PayoutId::from_bytes([1; 16]).to_string(),
        )
        .replace(
            "{batch}",
            &domain::PayoutBatchId::from_bytes([1; 16]).to_string(),
        )
        .replace(
            "{proposal}",
            &domain::ProposalId::from_bytes([1; 16]).to_string(),
        )
        .replace(
            "{bundle}",
            &domain::BundleId::from_bytes([1; 16]).to_string(),
        )
        .replace("{gift}", &domain::GiftId::from_bytes([1; 16]).to_string())
        .replace("{code}", "nothing")
        .replace("{list}", "1");
    match method {
        "GET" => guest.gets(&path).await,
        "POST" => guest.posts(&path, &json!({})).await,
        other => guest.calls(other, &path).await,
    }
}
