//! What a suggestion weighs beside licences and clip time: subscriptions, what is free, the buyer's
//! country and currency. What it suggests covers, at the price it would be quoted at.

use app::deals::{currencies, taxes};
use app::offers::Hand;
use domain::pool::IdleRule;
use domain::{Tax, Tier};
use ledger::Currency;
use serde_json::{Value, json};
use spec::on_both_engines;
use spec::world::{World, priced};

on_both_engines! {
    async fn a_subscription_is_suggested_where_it_is_the_cheapest_and_something_rotates(
        world: World,
    ) {
        let tracks = [world.track_with_a_cut("One").await, world.track_with_a_cut("Two").await];
        let twenty = json!({ "habits": [{ "videos": 20, "tracks": 2 }] });
        assert_eq!(cheapest(&world, &twenty).await, [("clip_time".to_owned(), 10_000_000)]);
        world.rotates(&[&tracks[0], &tracks[1]]).await;
        // The shipped plan: $5.00 a month funds more uses than that.
        assert_eq!(cheapest(&world, &twenty).await, [("pool".to_owned(), 5_000_000)]);
        // A smaller one that is enough is cheaper still.
        world.plan("small", 300, None, IdleRule::Share).await;
        assert_eq!(cheapest(&world, &twenty).await, [("pool".to_owned(), 3_000_000)]);
        // It serves on no more tracks than are in rotation: the rest is licensed or clip time.
        let three = json!({ "habits": [{ "videos": 3, "tracks": 3 }] });
        let parts = cheapest(&world, &three).await;
        assert!(parts.contains(&("pool".to_owned(), 3_000_000)), "{parts:?}");
        assert_eq!(parts.len(), 2, "{parts:?}");
    }

    async fn a_limit_of_uses_a_track_is_kept(world: World) {
        let track = world.track_with_a_cut("One").await;
        world.rotates(&[&track]).await;
        let asked = json!({ "habits": [{ "videos": 4, "tracks": 1 }] });
        world.plan("pool_5", 100, Some(2), IdleRule::Share).await;
        // Two of the four by the pool would leave two for which something dearer is bought.
        let licence = cheapest(&world, &asked).await;
        assert!(!licence.iter().any(|(kind, _)| kind == "pool"), "{licence:?}");
        world.plan("pool_5", 100, Some(4), IdleRule::Share).await;
        assert_eq!(cheapest(&world, &asked).await, [("pool".to_owned(), 1_000_000)]);
    }

    async fn what_is_free_is_suggested_before_anything_that_costs(world: World) {
        world.track_with_a_cut("One").await;
        let one = json!({ "habits": [{ "videos": 1 }] });
        assert_eq!(cheapest(&world, &one).await, [("licences".to_owned(), 5_000_000)]);
        let free = priced(Tier::Creator, domain::AssetKind::Cut15, 0);
        world.puts("store", free).await.unwrap();
        assert_eq!(cheapest(&world, &one).await, [("licences".to_owned(), 0)]);
        // What it doesn't cover costs all the same.
        let ad = json!({ "habits": [{ "videos": 1, "use": {
            "purpose": "paid_ad", "placements": ["paid_social_ads"] } }] });
        assert!(cheapest(&world, &ad).await[0].1 > 0);
    }

    async fn prices_are_those_of_the_buyers_country_and_currency(world: World) {
        let track = world.track_with_a_cut("One").await;
        world.rotates(&[&track]).await;
        let (app, call) = (world.app(), world.call());
        let tax = Some(Tax::Exclusive { bp: 2_000 });
        let germany = "DE".parse().unwrap();
        taxes::set(app, &call, Hand::Console, germany, tax, None).await.unwrap();
        let wanted = currencies::Wanted {
            currency: Currency::EUR,
            rate: "0.90",
            step_minor: 1,
            less_minor: 0,
            fee_fixed_micros: 250_000,
        };
        currencies::set(app, &call, Hand::Console, wanted).await.unwrap();
        let asked = |more: Value| {
            let mut asked = json!({ "habits": [{ "videos": 1 }] });
            asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            asked
        };
        let two = json!([{ "videos": 2, "tracks": 1 }]);
        let taxed = cheapest(&world, &asked(json!({ "buyer_country": "DE", "habits": two }))).await;
        assert_eq!(taxed, [("pool".to_owned(), 6_000_000)], "a fifth on top of five dollars");
        let euros = asked(json!({ "buyer_country": "DE", "currency": "EUR" }));
        // 5.00 at 0.90, and a fifth on top. A subscription isn't paid in euros.
        assert_eq!(cheapest(&world, &euros).await, [("licences".to_owned(), 5_400_000)]);
        let answer = world.visitor().posts("/v1/suggestions", &euros).await.json();
        assert_eq!(answer["mixes"][0]["total"]["currency"], "EUR");
        let yen = asked(json!({ "currency": "JPY" }));
        let yen = world.visitor().posts("/v1/suggestions", &yen).await;
        assert_eq!(yen.problem(), (422, "unknown_currency".to_owned()));
    }

    async fn the_page_asks_for_country_and_currency_and_carries_them_on(world: World) {
        world.track_with_a_cut("One").await;
        world.taxes("DE", Some(Tax::Exclusive { bp: 2_000 })).await;
        let guest = world.visitor();
        let page = |query: &str| {
            let (guest, path) = (guest.clone(), format!("/suggest?videos1=12{query}"));
            async move { guest.gets(&path).await.text() }
        };
        let plain = page("").await;
        assert!(plain.contains("$10.00") && plain.contains("name=\"currency\""), "{plain}");
        let taxed = page("&country=de&currency=usd").await;
        assert!(taxed.contains("$12.00") && taxed.contains("value=\"de\""), "{taxed}");
        let form = taxed.split("action=\"/checkout\">").nth(1).unwrap().split("</form>").next().unwrap();
        let carried = "<input type=\"hidden\" name=\"country\" value=\"de\">";
        assert!(form.contains(carried), "{form}");
        for (query, field) in [("&country=Germany", "country"), ("&currency=JPY", "currency")] {
            let wrong = page(query).await;
            assert!(wrong.contains(&format!("describedby=\"e-{field}\"")), "{wrong}");
            assert!(wrong.contains("role=\"alert\""), "{wrong}");
        }
    }

    async fn tracks_that_cannot_be_licensed_decide_nothing(world: World) {
        let track = world.track_with_a_cut("One").await;
        let cheap = spec::world::Music::titled("Two").seconds(16).unattested();
        let cheap = [world.compose(cheap).await];
        world.reprices(&cheap[0], 1_000_000).await;
        let one = json!({ "habits": [{ "videos": 1 }] });
        assert_eq!(cheapest(&world, &one).await, [("licences".to_owned(), 5_000_000)]);
        assert_eq!(track.title, "One");
    }

    async fn a_large_month_is_answered_with_a_subscription_too(world: World) {
        let track = world.track_with_a_cut("One").await;
        world.rotates(&[&track]).await;
        let asked = json!({ "habits": [{ "videos": 300, "tracks": 1 }] });
        let answer = world.visitor().posts("/v1/suggestions", &asked).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

/// The parts of the cheapest mix, each as its kind and its cost in micro-units.
async fn cheapest(world: &World, asked: &Value) -> Vec<(String, i64)> {
    let reply = world.visitor().posts("/v1/suggestions", asked).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let answer = reply.json();
    let parts = answer["mixes"][0]["parts"].as_array().unwrap();
    let part = |part: &Value| {
        let kind = part["kind"].as_str().unwrap().to_owned();
        (kind, part["cost"]["micros"].as_i64().unwrap())
    };
    parts.iter().map(part).collect()
}
