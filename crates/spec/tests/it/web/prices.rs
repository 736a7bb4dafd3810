//! Prices by HTTP: set on a page or over the API, looked at, chosen, upgraded.

use app::access::{Role, Scope};
use domain::{AssetKind, Tier};
use serde_json::{Value, json};
use spec::on_both_engines;
use spec::world::{Reply, monetised_short};

on_both_engines! {
    async fn a_composer_sets_their_prices_on_a_page(world: World) {
        let track = world.track("Night Market").await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let page = ada.gets("/prices").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("name=\"price.full_mix\""), "{}", page.text());
        let form = "for=artist%3Aada-byron&tier=creator&do=save&open=1&price.full_mix=18.50\
                    &open.full_mix=1&price.cut_15=5.00&open.cut_15=1";
        let saved = ada.posts_form("/prices", form).await;
        assert_eq!(saved.status, 303, "{}", saved.text());
        let page = ada.gets(saved.header("location")).await.text();
        assert!(page.contains("Creator is saved.") && page.contains("value=\"18.50\""), "{page}");
        let shown = world.shown(&track.id.to_string()).await.unwrap();
        assert_eq!(shown.from_price.unwrap().micros(), 18_500_000);
        let undo = "for=artist%3Aada-byron&tier=creator&do=undo";
        assert_eq!(ada.posts_form("/prices", undo).await.status, 303);
        let shown = world.shown(&track.id.to_string()).await.unwrap();
        assert_eq!(shown.from_price.unwrap().micros(), 15_000_000);
    }

    async fn a_price_that_is_none_is_told_on_the_page_and_changes_nothing(world: World) {
        world.track("Night Market").await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        for price in ["five", "0.10"] {
            let form = format!("tier=creator&do=save&open=1&price.full_mix={price}&open.full_mix=1");
            let reply = ada.posts_form("/prices", &form).await;
            assert_eq!(reply.status, 422);
            assert!(reply.text().contains("role=\"alert\""), "{}", reply.text());
        }
        assert!(world.history_of("artist:ada-byron", Tier::Creator).await.is_empty());
    }

    async fn prices_are_set_by_whoever_may_and_nobody_else(world: World) {
        world.track("Night Market").await;
        assert_eq!(world.visitor().gets("/prices").await.status, 401);
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        assert_eq!(ada.gets("/prices?for=store").await.status, 403);
        let form = "for=store&tier=creator&do=save&open=1&price.full_mix=1.00&open.full_mix=1";
        assert_eq!(ada.posts_form("/prices", form).await.status, 403);
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        assert_eq!(mia.gets("/prices").await.status, 403);
        let operator = world.visitor_signed_in(Role::Operator, "Operator").await;
        let page = operator.gets("/prices").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("Prices of an artist or track"), "{}", page.text());
        let named = operator.gets("/prices?for=artist%3AAda+Byron").await;
        assert_eq!(named.status, 200);
        assert!(!ada.gets("/prices").await.text().contains("Prices of an artist or track"));
    }

    async fn a_program_changes_offers_with_its_scope(world: World) {
        world.track("Night Market").await;
        let (_, secret) = world.program("Prices", &[Scope::ChangeOffers]).await;
        let program = world.visitor_with_key(&secret);
        let listed = program.gets("/v1/offers?for=track:night-market").await.json();
        assert_eq!(listed["templates"].as_array().unwrap().len(), 3);
        assert_eq!((&listed["reach"], &listed["may_change"]), (&json!("track"), &json!(true)));
        let change = |dry_run| json!({
            "for": "track:night-market", "dry_run": dry_run,
            "sell": { "tier": "creator", "asset": "full_mix", "on_sale": false },
        });
        let tried = program.posts("/v1/offers", &change(true)).await.json();
        assert_eq!((&tried["kept"], &tried["version"]), (&json!(false), &json!(1)));
        assert_eq!(tried["offers"][0]["after"], Value::Null);
        assert_eq!(tried["offers"][0]["before"]["micros"], 15_000_000);
        let made = program.posts("/v1/offers", &change(false)).await.json();
        assert_eq!((&made["kept"], &made["version"]), (&json!(true), &json!(1)));
        let mut template = listed["templates"][0]["template"].clone();
        template["window_months"] = json!(0);
        let put = json!({ "for": "store", "put": template });
        let reply = program.posts("/v1/offers", &put).await;
        assert_eq!(reply.problem(), (422, "bad_template".to_owned()));
        assert_eq!(reply.json()["field"], "window_months");
        template["colour"] = json!("red");
        let put = json!({ "for": "store", "put": template });
        let reply = program.posts("/v1/offers", &put).await;
        assert_eq!(reply.problem(), (422, "unknown_field".to_owned()));
        let both = json!({ "for": "store", "undo": "creator", "take_back": "creator" });
        assert_eq!(program.posts("/v1/offers", &both).await.problem().1, "bad_value");
        let (_, secret) = world.program("Reports", &[Scope::ReadReports]).await;
        let reports = world.visitor_with_key(&secret);
        let reply = reports.posts("/v1/offers", &change(true)).await;
        assert_eq!(reply.problem(), (403, "not_your_offers".to_owned()));
    }

    async fn an_option_that_was_looked_at_is_quoted_when_it_is_chosen(world: World) {
        world.track_with_a_cut("Night Market").await;
        let guest = world.visitor();
        let page = guest.gets("/tracks/night-market/license").await.text();
        assert_eq!(world.quotes_kept().await, 0);
        let offer = between(&page, "name=\"offer\" value=\"", "\"");
        let form = format!("track=night-market&use=length%3D15&offer={offer}");
        let reply = guest.posts_form("/checkout", &form).await;
        assert_eq!((reply.status, world.quotes_kept().await), (303, 1));
        let checkout = guest.gets(reply.header("location")).await;
        assert!(checkout.text().contains("Pay $5.00"), "{}", checkout.text());
    }

    async fn a_holder_upgrades_on_their_page(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let cut = world.buyer("Mia").buys(&track, AssetKind::Cut15, Tier::Creator).await;
        let guest = world.visitor();
        let path = format!("/licences/{}?grant={}", cut.id, cut.grant);
        let page = guest.gets(&path).await.text();
        let upgrade = format!("/licences/{}/upgrade?grant={}", cut.id, cut.grant);
        assert!(page.contains(&upgrade.replace('&', "&amp;")) || page.contains(&upgrade), "{page}");
        let page = guest.gets(&upgrade).await.text();
        assert!(page.contains("Already paid for the licence upgraded"), "{page}");
        let offer = between(&page, "name=\"offer\" value=\"", "\"");
        let form = format!("licence={}&grant={}&offer={offer}", cut.id, cut.grant);
        let reply = guest.posts_form("/checkout", &form).await;
        assert_eq!(reply.status, 303);
        let checkout = guest.gets(reply.header("location")).await.text();
        assert!(checkout.contains("Pay $10.00"), "{checkout}");
        let stranger = guest.gets(&format!("/licences/{}/upgrade?grant=nonsense", cut.id)).await;
        assert_eq!(stranger.status, 403);
    }

    async fn an_upgrade_is_quoted_over_the_api(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let cut = world.buyer("Mia").buys(&track, AssetKind::Cut15, Tier::Creator).await;
        let guest = world.visitor();
        let ask = |grant: &str| json!({
            "upgrade_of": { "licence": cut.code.to_string(), "grant": grant },
        });
        let quote = guest.posts("/v1/quotes", &ask(&cut.grant)).await.json();
        assert_eq!(quote["options"][0]["upgrade_of"], cut.id.to_string());
        assert_eq!(quote["options"][0]["price"]["micros"], 10_000_000);
        let reply = guest.posts("/v1/quotes", &ask("nonsense")).await;
        assert_eq!(reply.problem(), (403, "wrong_grant".to_owned()));
    }

    async fn a_track_that_is_not_on_sale_says_so_on_its_page(world: World) {
        let music = spec::world::Music::titled("Night Market").unattested();
        world.compose(music).await;
        let guest = world.visitor();
        let page = guest.gets("/tracks/night-market").await;
        assert!(page.text().contains("Not on sale"), "{}", page.text());
        let reply: Reply = guest.posts("/v1/quotes", &json!({ "track": "night-market" })).await;
        assert_eq!(reply.problem(), (409, "rights_not_attested".to_owned()));
        let mia = world.buyer("Mia");
        assert!(mia.asks("night-market", monetised_short()).await.is_err());
    }
}

fn between(text: &str, start: &str, end: &str) -> String {
    let rest = text.split(start).nth(1).unwrap_or_default();
    rest.split(end).next().unwrap_or_default().to_owned()
}
