//! Wallets, clip time and exchange by HTTP and on their pages.

use app::access::{Role, Scope};
use serde_json::json;
use spec::on_both_engines;
use spec::world::{Visitor, accepted};

on_both_engines! {
    async fn a_wallet_is_loaded_spent_by_a_program_and_paid_back(world: World) {
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        let mia = mia.with("sec-fetch-site", "same-origin");
        let guest = world.visitor();
        assert_eq!(guest.gets("/v1/wallet").await.problem(), (401, "sign_in_required".into()));
        let load = json!({"amount_micros": 25_000_000, "currency": "USD", "card": "4242424242424242"});
        let keyed = |n: &str| mia.clone().with("idempotency-key", n);
        let loaded = keyed("l1").posts("/v1/wallet", &load).await;
        assert_eq!(loaded.status, 200, "{}", loaded.text());
        assert_eq!(keyed("l1").posts("/v1/wallet", &load).await.header("idempotent-replayed"), "true");
        let wallet = loaded.json()["wallet"].clone();
        let (key, secret) = world.program("A tool", &[Scope::Buy]).await;
        let until = world.now().plus_ms(60_000).to_string();
        let permit = json!({
            "wallet": wallet, "key": key.id.to_string(), "cap_micros": 10_000_000,
            "expires_at": until,
        });
        let permitted = mia.posts("/v1/wallet/permissions", &permit).await;
        assert_eq!(permitted.status, 200, "{}", permitted.text());
        let tool = world.visitor_with_key(&secret);
        let seen = tool.gets("/v1/wallet").await.json();
        assert_eq!(seen["wallets"][0]["spendable"]["micros"], 10_000_000);
        let order = order(&tool, json!({"method": "wallet", "wallet": wallet})).await;
        let tool = |n: &str| tool.clone().with("idempotency-key", n);
        assert_eq!(tool("b1").posts("/v1/licences", &order).await.status, 201);
        let over = tool("b2").posts("/v1/licences", &order).await;
        assert_eq!(over.problem(), (402, "wallet_over_cap".into()));
        let page = mia.gets("/wallet").await;
        assert!(page.text().contains("$15.00") && page.text().contains("A tool"));
        let paid = keyed("r1").posts("/v1/wallet/refund", &json!({"wallet": wallet})).await;
        assert_eq!(paid.json()["refund"]["micros"], 15_000_000);
    }

    async fn clip_time_is_seen_given_taken_and_paid_back(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        accepted(world.reporter().await.reports(&world.used("e1", &licence, &track)).await);
        let (id, grant) = (licence.bundle.unwrap().id, licence.grant.clone());
        let guest = world.visitor().with("sec-fetch-site", "same-origin");
        let path = format!("/v1/bundles/{id}");
        assert_eq!(guest.gets(&path).await.problem(), (401, "grant_required".into()));
        let guessed = guest.gets(&format!("{path}?grant=guessed")).await;
        assert_eq!(guessed.problem(), (403, "not_your_bundle".into()));
        let told = guest.gets(&format!("{path}?grant={grant}")).await.json();
        assert_eq!((&told["left_ms"], &told["draws"][0]["ms"]), (&json!(585_000), &json!(15_000)));
        assert_eq!(told["refund"]["micros"], 9_750_000);
        let keyed = |n: &str| guest.clone().with("idempotency-key", n);
        let gift = keyed("g1").posts(&format!("{path}/gifts?grant={grant}"), &json!({"ms": 60_000})).await;
        let url = gift.json()["url"].as_str().unwrap().to_owned();
        let link = url.rsplit_once("/gifts/").unwrap().1.to_owned();
        let page = guest.gets(&format!("/gifts/{link}")).await;
        assert!(page.status == 200 && page.text().contains("1 min"));
        let nobody = guest.posts_form(&format!("/gifts/{link}"), "licensee=").await;
        assert_eq!(nobody.status, 422);
        let taken = guest.posts_form(&format!("/gifts/{link}"), "licensee=A+client").await;
        assert_eq!(taken.status, 303);
        let spent = guest.gets(&format!("/v1/gifts/{link}")).await;
        assert_eq!(spent.problem(), (410, "gift_spent".into()));
        let theirs = guest.gets(taken.header("location")).await;
        assert!(theirs.text().contains("1 min left of 1 min"), "{}", theirs.text());
        let holders = guest.gets(&format!("/licences/{}?grant={grant}", licence.id)).await.text();
        assert!(holders.contains("Night Market") && holders.contains("were given away"));
        let paid = keyed("r1").posts(&format!("{path}/refund?grant={grant}"), &json!({})).await;
        assert_eq!((paid.status, &paid.json()["refund"]["micros"]), (200, &json!(8_750_000)));
        let none = keyed("r2").posts(&format!("{path}/refund?grant={grant}"), &json!({})).await;
        assert_eq!(none.problem(), (409, "nothing_to_refund".into()));
    }

    async fn only_the_payee_and_the_operator_exchange(world: World) {
        let track = world.track("Night Market").await;
        world.buyer("Mia").buys(&track, domain::AssetKind::FullMix, domain::Tier::Creator).await;
        world.states_rate("USD", "EUR", "0.5").await.unwrap();
        let payee = world.composer("Ada Byron").await.payee;
        let path = format!("/v1/payees/{payee}/exchanges");
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let ada = ada.with("sec-fetch-site", "same-origin");
        let quote = ada.gets(&format!("{path}?from=USD&to=EUR&amount_micros=1000001")).await.json();
        assert_eq!(quote["quote"]["bought"]["micros"], 500_000);
        let wish = json!({"from": "USD", "to": "EUR", "amount_micros": 1_000_001, "rate_version": 1});
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        let mia = mia.with("sec-fetch-site", "same-origin").with("idempotency-key", "x1");
        assert_eq!(mia.posts(&path, &wish).await.problem(), (403, "scope_required".into()));
        let made = ada.clone().with("idempotency-key", "x1").posts(&path, &wish).await;
        assert_eq!((made.status, &made.json()["bought"]["micros"]), (200, &json!(500_000)));
        let listed = ada.gets(&path).await.json();
        assert_eq!(listed["exchanges"][0]["sold"]["micros"], 1_000_001);
    }
}

async fn order(visitor: &Visitor, payment: serde_json::Value) -> serde_json::Value {
    let quote = visitor
        .posts("/v1/quotes", &json!({ "bundle": "bundle_10" }))
        .await
        .json();
    json!({
        "quote": quote["id"],
        "offer": "bundle_10",
        "licensee": { "name": "Mia" },
        "payment": payment,
    })
}
