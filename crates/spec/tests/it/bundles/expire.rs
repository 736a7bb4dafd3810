//! What is left after twelve months is the composers', by what the bundle was used for.

use spec::on_both_engines;
use spec::world::{Music, accepted};

on_both_engines! {
    async fn the_rest_goes_to_the_tracks_it_was_used_on_in_proportion(world: World) {
        let night = world.track("Night Market").await;
        let tide = world.compose(Music::titled("Low Tide").by("Carla Duarte")).await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e1", &licence, &night).lasting(20_000)).await);
        accepted(reporter.reports(&world.used("e2", &licence, &tide).lasting(10_000)).await);
        let (ada, carla) = (world.composer("Ada Byron").await, world.composer("Carla Duarte").await);
        let before = (ada.balance().await, carla.balance().await);
        let rest = world.balance("bundle-unearned").await;
        world.days_pass(366);
        assert_eq!(world.bundles_expire().await, 0, "late reports still count for two days");
        world.days_pass(2);
        assert_eq!(world.bundles_expire().await, 1);
        let after = (ada.balance().await, carla.balance().await);
        // 7,598,575 is left: two thirds and one third, the odd unit to the largest remainder.
        assert_eq!(rest, 7_598_575);
        assert_eq!((after.0 - before.0, after.1 - before.1), (5_065_717, 2_532_858));
        assert_eq!(world.balance("bundle-unearned").await, 0);
        assert_eq!(world.bundles_expire().await, 0, "twice is the same as once");
        assert_eq!(world.bundle(&licence).await.left_ms, 0);
    }

    async fn a_late_report_of_a_use_before_the_expiry_still_draws(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        world.days_pass(364);
        let event = world.used("e1", &licence, &track);
        world.days_pass(2);
        world.bundles_expire().await;
        accepted(world.reporter().await.reports(&event).await);
        world.days_pass(2);
        assert_eq!(world.bundles_expire().await, 1);
    }

    async fn a_bundle_that_was_never_used_goes_idle(world: World) {
        world.buyer("Mia").buys_clip_time().await;
        world.days_pass(368);
        assert_eq!(world.bundles_expire().await, 1);
        assert_eq!(world.balance("idle").await, 7_998_500);
    }

    async fn a_gift_that_nobody_took_comes_back_and_expires_with_its_bundle(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        world.gives(&licence, "g1", 585).await.unwrap();
        world.days_pass(368);
        assert_eq!(world.bundles_expire().await, 1);
        assert_eq!(world.composer("Ada Byron").await.balance().await, 7_998_500);
    }
}
