//! Payments by HTTP: the operator gives back, the provider tells, the buyer sees it.

use app::access::Role;
use app::payments::webhook::{secret, sign};
use domain::{AssetKind, Tier};
use serde_json::json;
use spec::World;
use spec::on_both_engines;
use spec::world::{Visitor, WEBHOOK_SECRET, dollars};

on_both_engines! {
    async fn the_operator_gives_a_payment_back_over_the_api(world: World) {
        let licence = sold(&world).await;
        let payment = world.payment_of(&licence).await;
        let path = format!("/v1/payments/{payment}/refunds");
        let operator = operator(&world).await;
        let part = json!({ "amount": { "micros": 290_000, "currency": "USD" }, "reason": "a discount" });
        let keyless = operator.posts(&path, &part).await;
        assert_eq!(keyless.problem(), (400, "idempotency_key_required".into()));
        let operator = operator.with("idempotency-key", "k1");
        let first = operator.posts(&path, &part).await;
        assert_eq!(first.status, 201, "{}", first.text());
        assert_eq!(first.json()["payment"]["state"], "partly_refunded");
        assert_eq!(first.json()["payment"]["left"]["micros"], 4_710_000);
        let again = operator.posts(&path, &part).await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"));
        let other = json!({ "reason": "all of it" });
        assert_eq!(operator.posts(&path, &other).await.problem().1, "idempotency_key_reused");
        let listed = operator.gets("/v1/payments").await.json();
        assert_eq!(listed["payments"][0]["returned"]["micros"], 290_000);
        assert_eq!(listed["payments"][0]["licence_code"], licence.code.to_string());
        let shown = operator.gets(&format!("/v1/payments/{payment}")).await.json();
        assert_eq!(shown["id"], payment.to_string());
        assert_eq!(operator.gets("/v1/payees/owing").await.json(), json!({ "owing": [] }));
    }

    async fn a_wallets_load_is_listed_and_given_back_as_far_as_the_wallet_holds_it(world: World) {
        let mia = world.member("Mia").await;
        let loaded = mia.loads("l1", dollars(25)).await.unwrap();
        let payment = world.payment_of_load(loaded.load).await;
        let mut order = world.order_of_plan("bundle_10").await;
        order.wallet = Some(loaded.wallet);
        mia.sends("b1", &order).await.unwrap();
        let operator = operator(&world).await;
        let shown = operator.gets(&format!("/v1/payments/{payment}")).await.json();
        assert_eq!((&shown["label"], &shown["licence"]), (&json!("Wallet load"), &json!(null)));
        assert_eq!(shown["left"]["micros"], 15_000_000);
        let list = operator.gets("/operator/payments").await.text();
        assert!(list.contains("Wallet load"), "{list}");
        let path = format!("/operator/payments/{payment}");
        let page = operator.gets(&path).await.text();
        assert!(page.contains("value=\"15.00\"") && !page.contains("<dt>Licence"), "{page}");
        let keyed = operator.with("idempotency-key", "k1");
        let most = json!({ "amount": { "micros": 20_000_000, "currency": "USD" }, "reason": "x" });
        let refused = keyed.posts(&format!("/v1/payments/{payment}/refunds"), &most).await;
        assert_eq!(refused.problem(), (409, "load_spent".into()));
        let form = "key=k2&amount=15.00&reason=by+mistake&do=refund";
        assert_eq!(keyed.posts_form(&path, form).await.status, 303);
        assert_eq!(mia.holds().await, 0);
    }

    async fn a_subscriptions_renewal_is_listed_and_given_back_in_part_on_its_page(world: World) {
        let licence = world.buyer("Mia").subscribes().await;
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        let payment = world.payments_of(&licence).await[1];
        let operator = operator(&world).await;
        let list = operator.gets("/operator/payments").await.text();
        assert!(list.contains("a month: cycle 2026-04-02 to 2026-05-02"), "{list}");
        let path = format!("/operator/payments/{payment}");
        let form = "key=k1&amount=2.00&reason=a+bad+week&do=refund";
        assert_eq!(operator.posts_form(&path, form).await.status, 303);
        let shown = operator.gets(&format!("/v1/payments/{payment}")).await.json();
        assert_eq!((&shown["state"], &shown["left"]["micros"]), (&json!("partly_refunded"), &json!(3_000_000)));
        assert_eq!(shown["licence_code"], licence.code.to_string());
    }

    async fn payments_are_the_operators_alone(world: World) {
        let licence = sold(&world).await;
        let payment = world.payment_of(&licence).await;
        let booked = world.everything_booked().await;
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        let mia = mia.with("sec-fetch-site", "same-origin").with("idempotency-key", "k");
        let refund = format!("/v1/payments/{payment}/refunds");
        let guest = world.visitor().with("idempotency-key", "k");
        let wanted = json!({ "reason": "please" });
        assert_eq!(guest.posts(&refund, &wanted).await.status, 401);
        assert_eq!(mia.posts(&refund, &wanted).await.status, 403);
        for path in ["/v1/payments", "/v1/payees/owing", "/operator/payments"] {
            assert_eq!(world.visitor().gets(path).await.status, 401, "{path}");
            assert_eq!(mia.gets(path).await.status, 403, "{path}");
        }
        assert_eq!(world.everything_booked().await, booked);
    }

    async fn a_refund_on_the_page_is_looked_at_and_then_confirmed(world: World) {
        let licence = sold(&world).await;
        let payment = world.payment_of(&licence).await;
        let operator = operator(&world).await;
        let path = format!("/operator/payments/{payment}");
        let list = operator.gets("/operator/payments").await.text();
        assert!(list.contains(&path) && list.contains("Nobody."), "{list}");
        let page = operator.gets(&path).await.text();
        assert!(page.contains("value=\"5.00\""), "{page}");
        let look = operator.posts_form(&path, "key=k1&amount=1.00&reason=a+discount&do=look").await;
        assert_eq!(look.status, 200);
        assert!(look.text().contains("$1.00 of $5.00 goes back"), "{}", look.text());
        assert_eq!(world.paid_for(&licence).await.returned().micros(), 0, "only looked at");
        for (form, words) in [
            ("key=k2&amount=9.00&reason=x&do=look", "at most $5.00"),
            ("key=k2&amount=all&reason=x&do=look", "is no amount"),
            ("key=k2&amount=1.00&reason=&do=look", "Say why"),
            ("key=k2&amount=9.00&reason=x&do=refund", "is left to be given back"),
        ] {
            let reply = operator.posts_form(&path, form).await;
            assert_eq!(reply.status, 422, "{form}");
            assert!(reply.text().contains(words), "{form}: {}", reply.text());
        }
        let form = "key=k1&amount=1.00&reason=a+discount&do=refund";
        for _ in 0..2 {
            assert_eq!(operator.posts_form(&path, form).await.status, 303);
        }
        assert_eq!(world.paid_for(&licence).await.returned().micros(), 1_000_000);
        let page = operator.gets(&format!("{path}?done=1")).await.text();
        assert!(page.contains("It was given back.") && page.contains("$1.00 given back so far"), "{page}");
    }

    async fn the_buyer_reads_of_it_on_the_licence_and_has_the_credit_note(world: World) {
        let licence = sold(&world).await;
        let guest = world.visitor();
        let private = format!("/licences/{}?grant={}", licence.id, licence.grant);
        let page = guest.gets(&private).await.text();
        assert!(page.contains("invoice.pdf") && !page.contains("Credit note"), "{page}");
        world.refunds(&licence, "r1", None).await.unwrap();
        let page = guest.gets(&private).await.text();
        assert!(page.contains("refund: the payment was given back"), "{page}");
        assert!(page.contains("$5.00 of this was given back to you."), "{page}");
        assert!(page.contains("Credit note CN-2026-0001"), "{page}");
        let at = |path: &str| format!("/v1/licences/{}{path}?grant={}", licence.id, licence.grant);
        let papers = guest.gets(&at("/papers")).await.json();
        assert_eq!(papers["invoice"]["number"], "2026-0001");
        let path = papers["credit_notes"][0]["path"].as_str().unwrap();
        for path in [path, "/invoice.pdf"] {
            let pdf = guest.gets(&at(path)).await;
            assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"));
            assert!(pdf.body.starts_with(b"%PDF-"));
        }
        let none = guest.gets(&at("/credit-notes/CN-2026-0002")).await;
        assert_eq!(none.problem(), (404, "unknown_credit_note".into()));
        let none = guest.gets(&at("/invoices/2026-0002")).await;
        assert_eq!(none.problem(), (404, "unknown_invoice".into()));
        let shut = guest.gets(&format!("/v1/licences/{}/invoice.pdf", licence.id)).await;
        assert_eq!(shut.problem(), (401, "grant_required".into()));
    }

    async fn the_providers_message_is_taken_in_where_it_is_signed_and_once(world: World) {
        let licence = sold(&world).await;
        let body = json!({ "payment": licence.id.to_string(), "currency": "USD", "refunded": 1_000_000 });
        let body = body.to_string();
        let at = (world.now().0 / 1000).to_string();
        let signature = sign(&secret(WEBHOOK_SECRET).unwrap(), "msg_1", &at, body.as_bytes());
        let path = "/v1/providers/sandbox/events";
        let unsigned = world.visitor().posts_text(path, "application/json", &body).await;
        assert_eq!(unsigned.problem(), (401, "bad_signature".into()));
        assert_eq!(world.paid_for(&licence).await.state(), "paid");
        let provider = world
            .visitor()
            .with("webhook-id", "msg_1")
            .with("webhook-timestamp", &at)
            .with("webhook-signature", &signature);
        for is_new in [true, false] {
            let taken = provider.posts_text(path, "application/json", &body).await;
            assert_eq!((taken.status, taken.json()["is_new"].as_bool()), (200, Some(is_new)));
        }
        world.minutes_pass(6);
        let late = provider.posts_text(path, "application/json", &body).await;
        assert_eq!(late.problem(), (401, "stale_message".into()));
        assert_eq!(world.paid_for(&licence).await.returned().micros(), 1_000_000);
    }
}

async fn sold(world: &World) -> app::licensing::Licence {
    let track = world.track_with_a_cut("Night Market").await;
    let mia = world.buyer("Mia");
    mia.buys(&track, AssetKind::Cut15, Tier::Creator).await
}

async fn operator(world: &World) -> Visitor {
    let operator = world.visitor_signed_in(Role::Operator, "Operator").await;
    operator.with("sec-fetch-site", "same-origin")
}
