//! The whole path by HTTP: search, quote, purchase, download, verification, report.

use app::access::Scope;
use serde_json::{Value, json};
use spec::on_both_engines;
use spec::world::{Card, Visitor};

on_both_engines! {
    async fn from_search_to_file_to_use_to_report(world: World) {
        world.track_with_a_cut("Night Market").await;
        let guest = world.visitor();
        let found = guest.gets("/v1/tracks?q=nihgt").await.json();
        let track = found["tracks"][0]["id"].as_str().unwrap().to_owned();
        let licence = buys(&guest, "key-1").await.json();
        assert_eq!(licence["price"]["micros"], 5_000_000);
        let file = guest
            .gets(licence["files"][0]["url"].as_str().unwrap())
            .await;
        assert_eq!(file.status, 200);
        let name = licence["files"][0]["name"].as_str().unwrap();
        assert!(file.header("content-disposition").starts_with("attachment"));
        assert!(name.contains(licence["code"].as_str().unwrap()));
        let sidecar = guest
            .gets(licence["files"][0]["sidecar_url"].as_str().unwrap())
            .await;
        assert_eq!(sidecar.text().trim(), licence["token"].as_str().unwrap());
        let jwks = guest.gets("/.well-known/jwks.json").await.text();
        let keys = licence_key::Jwks::from_json(&jwks).unwrap();
        assert!(licence_key::verify(sidecar.text().trim(), &keys).is_ok());
        let (_, secret) = world
            .program("An editor", &[Scope::ReportUses, Scope::ReadReports])
            .await;
        let editor = world.visitor_with_key(&secret);
        let event = json!({
            "id": "e1", "licence_code": licence["code"], "track": track, "clip_ms": 15_000,
            "placement": "tiktok", "purpose": "monetised_creator",
            "published_at": world.now().to_string(),
        });
        let receipts = editor.posts("/v1/uses", &event).await.json();
        assert_eq!(
            (&receipts["accepted"], &receipts["refused"]),
            (&json!(1), &json!(0))
        );
        assert_eq!(receipts["receipts"][0]["licence_code"], licence["code"]);
        let ada = world.composer("Ada Byron").await;
        let report = editor
            .gets(&format!("/v1/reports/uses?payee={}", ada.payee))
            .await
            .json();
        assert_eq!(
            (&report["uses_total"], &report["balance"]["micros"]),
            (&json!(1), &json!(3_674_125))
        );
    }

    async fn a_purchase_is_created_once_and_then_answered_again(world: World) {
        world.track_with_a_cut("Night Market").await;
        let guest = world.visitor();
        let order = order(&guest, Card::Good).await;
        let guest = guest.with("idempotency-key", "key-1");
        let once = guest.posts("/v1/licences", &order).await;
        let again = guest.posts("/v1/licences", &order).await;
        assert_eq!((once.status, again.status), (201, 200));
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(once.json(), again.json());
        assert_eq!(
            once.header("location"),
            format!("/v1/licences/{}", once.json()["id"].as_str().unwrap())
        );
        assert_eq!(world.licences().await, 1);
    }

    async fn a_purchase_without_its_key_or_with_a_declined_card_has_its_status(world: World) {
        world.track_with_a_cut("Night Market").await;
        let guest = world.visitor();
        let good = order(&guest, Card::Good).await;
        let reply = guest.posts("/v1/licences", &good).await;
        assert_eq!(
            reply.problem(),
            (400, "idempotency_key_required".to_owned())
        );
        let declined = order(&guest, Card::Declined).await;
        let keyed = guest.with("idempotency-key", "key-1");
        let reply = keyed.posts("/v1/licences", &declined).await;
        assert_eq!(reply.problem(), (402, "card_declined".to_owned()));
        assert_eq!(world.licences().await, 0);
    }

    async fn a_licence_and_its_files_open_by_their_grant_only(world: World) {
        world.track_with_a_cut("Night Market").await;
        let guest = world.visitor();
        let licence = buys(&guest, "key-1").await.json();
        let other = buys(&guest, "key-2").await.json();
        let word = |licence: &Value| {
            let private = licence["private_url"].as_str().unwrap().to_owned();
            private.split_once("grant=").unwrap().1.to_owned()
        };
        let id = licence["id"].as_str().unwrap();
        for path in [
            format!("/v1/licences/{id}"),
            format!("/v1/licences/{id}/files/0"),
            format!("/v1/licences/{id}/files/0/licence.jwt"),
            format!("/licences/{id}"),
        ] {
            let asks = async |query: String| guest.gets(&format!("{path}{query}")).await.status;
            assert_eq!(asks(String::new()).await, 401, "{path}");
            assert_eq!(
                asks(format!("?grant={}", word(&other))).await,
                403,
                "{path}"
            );
            assert_eq!(
                asks(format!("?grant={}", licence["code"].as_str().unwrap())).await,
                403
            );
            assert_eq!(
                asks(format!("?grant={}", word(&licence))).await,
                200,
                "{path}"
            );
        }
    }

    async fn a_code_verifies_by_http_without_personal_data(world: World) {
        world.track_with_a_cut("Night Market").await;
        let guest = world.visitor();
        let licence = buys(&guest, "key-1").await.json();
        let code = licence["code"].as_str().unwrap().to_lowercase();
        let reply = guest.gets(&format!("/v1/verify/{code}")).await;
        assert_eq!(
            (reply.status, &reply.json()["status"]),
            (200, &json!("valid"))
        );
        assert!(!reply.text().contains("Mia"), "{}", reply.text());
        assert_eq!(
            guest.gets("/v1/verify/hello").await.problem(),
            (400, "bad_code".to_owned())
        );
    }
}

async fn order(guest: &Visitor, card: Card) -> Value {
    let quote = guest
        .posts("/v1/quotes", &json!({ "track": "night-market" }))
        .await
        .json();
    json!({
        "quote": quote["id"],
        "offer": quote["options"][0]["offer"],
        "licensee": { "name": "Mia", "email": "mia@example.com" },
        "payment": { "method": "sandbox", "card": card.number() },
    })
}

async fn buys(guest: &Visitor, key: &str) -> spec::world::Reply {
    let order = order(guest, Card::Good).await;
    let reply = guest
        .clone()
        .with("idempotency-key", key)
        .posts("/v1/licences", &order)
        .await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply
}
