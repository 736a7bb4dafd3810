//! The audit of prices: one that was changed after the sale is named, whichever table it stands in.

use app::deals::{Circumstances, promos};
use app::licensing::Licence;
use app::licensing::quote::{Ask, quote_in};
use app::offers::Hand;
use domain::promo::Discount;
use domain::{AssetKind, Tier};
use ledger::{Currency, Money};
use spec::on_both_engines;
use spec::world::{World, monetised_short};

on_both_engines! {
    async fn prices_that_stand_are_looked_at_and_sound(world: World) {
        let licence = upgraded(&world).await;
        reduced(&world).await;
        let mia = world.buyer("Mia");
        let bundle = mia.buys_clip_time().await;
        let gift = world.gives(&bundle, "g1", 7).await.unwrap();
        world.takes_gift(&gift.token, "Noah").await.unwrap();
        mia.subscribes().await;
        assert!(licence.price.micros() > 0);
        let checks = app::accounts::audit::audit(world.app()).await.unwrap();
        let looked_at = |name: &str| {
            let found = checks.iter().find(|check| check.invariant == name);
            found.map(|check| (check.looked_at, check.breaches.len()))
        };
        assert_eq!(looked_at("licences_cost_what_was_paid"), Some((5, 0)));
        assert_eq!(looked_at("bundles_cost_what_was_paid"), Some((2, 0)));
        assert_eq!(looked_at("upgrades_credit_what_was_quoted"), Some((1, 0)));
        assert_eq!(looked_at("promos_took_off_what_was_quoted"), Some((1, 0)));
    }

    async fn a_bundles_price_that_was_changed_is_named(world: World) {
        world.buyer("Mia").buys_clip_time().await;
        world.adds_to_bundle_prices(10_000).await;
        named(&world, &["bundles_cost_what_was_paid"]).await;
    }

    async fn a_gifts_price_that_was_changed_is_named(world: World) {
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let gift = world.gives(&bundle, "g1", 60).await.unwrap();
        world.takes_gift(&gift.token, "Noah").await.unwrap();
        world.adds_to_bundle_prices(10_000).await;
        named(&world, &["bundles_cost_what_was_paid"; 2]).await;
    }

    async fn a_credit_that_was_changed_is_named_by_the_licence_it_paid_for(world: World) {
        let licence = upgraded(&world).await;
        for micros in [1, -2] {
            world.adds_to_credits(micros).await;
            let wanted = [("upgrades_credit_what_was_quoted", licence.code.plain())];
            assert_eq!(world.breaches().await, wanted);
        }
        world.has_broken(&["upgrades_credit_what_was_quoted"]);
    }

    async fn what_a_code_took_off_is_named_where_it_was_changed(world: World) {
        let licence = reduced(&world).await;
        for micros in [1, -2] {
            world.adds_to_what_codes_took_off(micros).await;
            let wanted = [("promos_took_off_what_was_quoted", licence.code.plain())];
            assert_eq!(world.breaches().await, wanted);
        }
        world.has_broken(&["promos_took_off_what_was_quoted"]);
    }

    async fn a_licences_price_that_was_changed_is_named(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        world.adds_to_price(&licence, -10_000).await;
        named(&world, &["licences_cost_what_was_paid"]).await;
    }
}

/// The audit names exactly these.
async fn named(world: &World, wanted: &[&'static str]) {
    let found = world.breaches().await;
    let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, wanted, "{found:?}");
    world.has_broken(wanted);
}

async fn upgraded(world: &World) -> Licence {
    let track = world.track_with_a_cut("Night Market").await;
    let mia = world.buyer("Mia");
    let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
    mia.upgrades(&cut, AssetKind::FullMix, Tier::Creator).await
}

async fn reduced(world: &World) -> Licence {
    let track = world.track_with_a_cut("Spring").await;
    let (app, mut call) = (world.app(), world.call());
    let wanted = promos::Wanted {
        code: "SPRING".into(),
        discount: Discount::Fixed(Money::new(1_000_000, Currency::USD)),
        tier: None,
        track: None,
        from: None,
        until: None,
        limit: Some(10),
    };
    let made = promos::make(app, &call, Hand::Console, &wanted).await;
    made.unwrap();
    let asked = Circumstances {
        promo: Some("SPRING".into()),
        ..Circumstances::default()
    };
    let ask = Ask::Track {
        track: track.id.to_string(),
        wanted: Box::new(monetised_short()),
        stem: None,
    };
    let quote = quote_in(app, &mut call, &ask, &asked).await.unwrap();
    let mia = world.buyer("Mia");
    let order = mia.order(&quote, &quote.options[0]);
    mia.sends("spring", &order).await.unwrap().licence
}
