//! Forecasts: what the books say of the last weeks and of the pool goes on, for whoever earns it alone.

use app::access::{Role, Scope};
use app::reports::{self, Forecast, Range};
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Composer, World};

use crate::subscriptions::close::{tracks, uses_up};

on_both_engines! {
    async fn a_sale_a_week_goes_on_as_a_sale_a_week(world: World) {
        let track = world.track("Night Market").await;
        let ada = world.composer("Ada Byron").await;
        for nth in 0..6 {
            if nth > 0 {
                world.days_pass(7);
            }
            world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        }
        world.days_pass(3);
        let week = ada.balance().await / 6;
        let told = forecast(&world, &ada).await;
        let [usd] = told.currencies.as_slice() else { panic!("{told:?}") };
        assert_eq!((usd.weeks, usd.renewing), (5, 0));
        let months = usd.months.unwrap();
        for ((month, from), until) in months.iter().zip(starts(&told)).zip(told.ends) {
            let days = until.since(from) / domain::time::DAY_MS;
            let sum = week * days / 7;
            assert_eq!(month.trend, Range { low: sum, expected: sum, high: sum });
            assert_eq!((month.total, month.subscriptions), (month.trend, Range::default()));
        }
        // A refund is no income: what came is less, so what is to come may be.
        let licence = world.buyer("Noah").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let with = forecast(&world, &ada).await.currencies[0].months.unwrap()[0].trend.high;
        world.refunds(&licence, "all", None).await.unwrap();
        let without = forecast(&world, &ada).await.currencies[0].months.unwrap()[0].trend;
        assert!(without.high < with, "{without:?} {with}");
    }

    async fn subscriptions_that_renew_bring_what_closed_ones_brought_and_count_once(world: World) {
        let world = world.charging(3_000).await;
        let tracks = tracks(&world, 2).await;
        let licence = world.buyer("Mia").subscribes().await;
        uses_up(&world, "s", &licence, &tracks, &[2, 1]).await;
        world.it_is("2026-04-02T09:01:00Z");
        assert_eq!(world.renews().await.renewed, 1);
        world.it_is("2026-04-04T09:02:00Z");
        assert_eq!(world.closes().await.cycles, 1);
        for (name, earned) in [("Composer 0", 2_017_167), ("Composer 1", 1_008_583)] {
            let composer = world.composer(name).await;
            assert_eq!(composer.balance().await, earned);
            let told = forecast(&world, &composer).await;
            let usd = &told.currencies[0];
            assert_eq!((usd.weeks, usd.renewing), (4, 1));
            for month in usd.months.unwrap() {
                let same = Range { low: earned, expected: earned, high: earned };
                // Its uses are no trend beside that.
                assert_eq!((month.subscriptions, month.trend), (same, Range::default()));
            }
        }
        // Once it is on hold it isn't reckoned with.
        world.suspends(&licence).await;
        let told = forecast(&world, &world.composer("Composer 0").await).await;
        assert_eq!(told.currencies[0].renewing, 0);
        assert_eq!(told.currencies[0].months.unwrap()[0].total, Range::default());
    }

    async fn under_four_weeks_nothing_is_forecast_and_the_page_says_so(world: World) {
        let track = world.track("Night Market").await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let page = ada.gets("/report").await.text();
        assert!(page.contains("Not enough history: 0 whole weeks"), "{page}");
        world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        world.days_pass(27);
        let told = ada.gets("/v1/reports/forecast").await.json();
        assert_eq!(told["currencies"][0]["months"], serde_json::json!([]));
        assert_eq!(told["currencies"][0]["weeks"], 3);
        world.days_pass(1);
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let told = ada.gets("/v1/reports/forecast").await.json();
        let month = &told["currencies"][0]["months"][0];
        assert_eq!(month["total"]["expected"]["currency"], "USD");
        assert_eq!(told["currencies"][0]["months"].as_array().unwrap().len(), 3);
        let page = ada.gets("/report").await.text();
        assert!(page.contains("The next three months"), "{page}");
        assert!(page.contains("Expected in USD") && !page.contains("not enough"), "{page}");
    }

    async fn only_the_payee_and_the_operator_see_it(world: World) {
        world.track("Night Market").await;
        let payee = world.composer("Ada Byron").await.payee;
        let path = format!("/v1/reports/forecast?payee={payee}");
        assert_eq!(world.visitor().gets(&path).await.status, 401);
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        assert_eq!(ada.gets(&path).await.status, 200);
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        assert_eq!(operator.gets(&path).await.json()["name"], "Ada Byron");
        let whose = operator.gets("/v1/reports/forecast").await;
        assert_eq!(whose.problem(), (400, "payee_required".into()));
        let nobody = format!("/v1/reports/forecast?payee={}", domain::PayeeId::from_bytes([7; 16]));
        assert_eq!(operator.gets(&nobody).await.problem(), (404, "unknown_payee".into()));
        assert_eq!(ada.gets(&nobody).await.problem(), (403, "scope_required".into()));
        let buyer = world.visitor_signed_in(Role::Buyer, "Mia").await;
        assert_eq!(buyer.gets(&path).await.status, 403);
        let (_, secret) = world.program("An editor", &[Scope::ReportUses]).await;
        assert_eq!(world.visitor_with_key(&secret).gets(&path).await.status, 403);
    }
}

async fn forecast(world: &World, of: &Composer) -> Forecast {
    let told = reports::forecast(world.app(), &world.call(), of.payee).await;
    told.unwrap()
}

fn starts(told: &Forecast) -> [domain::Timestamp; 3] {
    [told.as_of, told.ends[0], told.ends[1]]
}
