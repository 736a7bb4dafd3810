//! Listing: which templates count somewhere, and where each comes from.

use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{World, priced};

on_both_engines! {
    async fn what_nobody_changed_is_as_it_was_shipped(world: World) {
        let listed = world.offers_of("store").await;
        let seen: Vec<_> = listed.templates.iter().map(|one| (one.template.tier, one.from)).collect();
        let shipped = Tier::SHIPPED.map(|tier| (tier, "shipped"));
        assert_eq!(seen, shipped);
        assert!(listed.templates.iter().all(|one| one.changed.is_none() && one.version == 0));
    }

    async fn the_nearest_template_counts(world: World) {
        let track = world.track("Night Market").await;
        let other = world.track("Harbour").await;
        let reaches = ["store".to_owned(), "artist:ada-byron".to_owned(), world.reach_of(&track).0];
        for (cents, reach) in [2_000, 2_100, 2_200].into_iter().zip(&reaches) {
            let template = priced(Tier::Creator, AssetKind::FullMix, cents);
            world.puts(reach, template).await.unwrap();
        }
        for (reach, from, cents) in [
            (reaches[0].clone(), "store", 2_000),
            (reaches[1].clone(), "artist", 2_100),
            (reaches[2].clone(), "track", 2_200),
            (world.reach_of(&other).0, "artist", 2_100),
        ] {
            let listed = world.offers_of(&reach).await;
            let creator = &listed.templates[0];
            assert_eq!(creator.from, from, "{reach}");
            assert_eq!(creator.template.assets[&AssetKind::FullMix].price, cents);
        }
        assert_eq!(price(&world, &track).await, 22_000_000);
        assert_eq!(price(&world, &other).await, 21_000_000);
    }

    async fn a_track_that_comes_in_later_is_priced_by_what_counts_then(world: World) {
        world.track("Night Market").await;
        world.puts("artist:ada-byron", priced(Tier::Creator, AssetKind::FullMix, 1_900)).await.unwrap();
        let later = world.track("Harbour").await;
        assert_eq!(price(&world, &later).await, 19_000_000);
    }

    async fn the_plans_are_listed_clip_time_first_with_the_pool_after_it(world: World) {
        let plans = app::offers::plans::plans(world.app()).await.unwrap();
        let seen: Vec<_> = plans.iter().map(|plan| (plan.code.as_str(), plan.on_sale)).collect();
        assert_eq!(
            seen,
            [("bundle_10", true), ("bundle_25", true), ("bundle_100", true), ("pool_5", true)]
        );
        let refused = world.buyer("Mia").asks_for_clip_time("pool_5").await.unwrap_err();
        assert_eq!(refused.code, "unknown_plan");
    }
}

async fn price(world: &World, track: &spec::world::Track) -> i64 {
    let shown = world.shown(&track.id.to_string()).await.unwrap();
    shown.from_price.unwrap().micros()
}
