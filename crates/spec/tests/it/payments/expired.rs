//! Clip time of which a part was given back, and whose time is over: what is left of it expires as
//! any does, and what comes back of a dispute afterwards expires too.

use app::payments::dispute::Act;
use app::payments::{DisputeState, Facts};
use spec::on_both_engines;
use spec::world::{Music, World, accepted};

use super::{disputed, refunded, stands};

on_both_engines! {
    async fn the_rest_of_what_was_partly_given_back_goes_to_the_tracks_it_was_used_on(world: World) {
        let bundle = used(&world).await;
        let before = money(&world).await;
        world.hears(&world.message(&bundle, "e1", &refunded(3_000_000))).await.unwrap();
        let held = world.balance("bundle-unearned").await;
        assert!(0 < held && held < 7_598_575, "{held}");
        assert_eq!(money(&world).await, before, "tracks keep what they earned while that is covered");
        world.days_pass(368);
        assert_eq!(world.bundles_expire().await, 1);
        assert_eq!(world.balance("bundle-unearned").await, 0);
        let after = money(&world).await;
        let got = (after.0 - before.0, after.1 - before.1);
        // Two thirds and one third.
        assert_eq!(got.0 + got.1, held);
        assert!((got.0 - held * 2 / 3).abs() <= 1, "{got:?} of {held}");
        assert_eq!(world.bundles_expire().await, 0, "twice is the same as once");
        assert!(world.breaches().await.is_empty());
    }

    async fn what_is_given_back_after_that_comes_from_the_tracks(world: World) {
        let bundle = used(&world).await;
        world.hears(&world.message(&bundle, "e1", &refunded(3_000_000))).await.unwrap();
        world.days_pass(368);
        world.bundles_expire().await;
        world.hears(&world.message(&bundle, "e2", &refunded(10_000_000))).await.unwrap();
        assert_eq!(money(&world).await, (0, 0));
        assert_eq!(world.balance("bundle-unearned").await, 0);
        assert_eq!(stands(&world, &bundle).await, "revoked");
        assert_eq!(world.bundles_expire().await, 0);
    }

    async fn what_a_won_dispute_gives_again_expires_by_itself(world: World) {
        let bundle = used(&world).await;
        let part = disputed("d1", DisputeState::Open, 3_000_000);
        world.hears(&world.message(&bundle, "e1", &part)).await.unwrap();
        world.days_pass(368);
        assert_eq!(world.bundles_expire().await, 1);
        let before = money(&world).await;
        world.hears(&world.message(&bundle, "e2", &won("d1"))).await.unwrap();
        let again = world.balance("bundle-unearned").await;
        assert!(again > 0);
        assert!(world.breaches().await.is_empty());
        assert_eq!(world.bundles_expire().await, 1);
        let after = money(&world).await;
        assert_eq!(after.0 + after.1 - before.0 - before.1, again);
        assert_eq!((after.0 + after.1, world.balance("bundle-unearned").await), (7_998_500, 0));
        assert_eq!(world.bundles_expire().await, 0);
    }

    async fn what_was_disputed_whole_when_it_expired_does_so_once_it_is_won(world: World) {
        let bundle = used(&world).await;
        world.disputes(&bundle, Act::Open(None)).await.unwrap();
        world.days_pass(368);
        world.bundles_expire().await;
        assert_eq!(money(&world).await, (0, 0));
        assert!(world.breaches().await.is_empty());
        world.disputes(&bundle, Act::Won).await.unwrap();
        assert_eq!(world.bundles_expire().await, 1);
        let (ada, carla) = money(&world).await;
        assert_eq!(ada + carla, 7_998_500);
        assert_eq!(world.bundles_expire().await, 0);
    }

    async fn what_nobody_used_goes_idle_in_both_parts(world: World) {
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let part = disputed("d1", DisputeState::Open, 3_000_000);
        world.hears(&world.message(&bundle, "e1", &part)).await.unwrap();
        world.days_pass(368);
        assert_eq!(world.bundles_expire().await, 1);
        let first = world.balance("idle").await;
        world.hears(&world.message(&bundle, "e2", &won("d1"))).await.unwrap();
        assert_eq!(world.bundles_expire().await, 1);
        assert!(0 < first && first < 7_998_500);
        assert_eq!(world.balance("idle").await, 7_998_500);
        assert!(world.breaches().await.is_empty());
        // Now that it lies idle the platform bears what is given back.
        world.refunds(&bundle, "r1", None).await.unwrap();
        assert_eq!(world.balance("idle").await, 7_998_500);
    }

    async fn a_gift_that_nobody_took_comes_back_into_what_was_partly_given_back(world: World) {
        let bundle = used(&world).await;
        world.gives(&bundle, "g1", 300).await.unwrap();
        world.hears(&world.message(&bundle, "e1", &refunded(6_000_000))).await.unwrap();
        world.days_pass(368);
        assert_eq!(world.bundles_expire().await, 1);
        assert_eq!(world.balance("bundle-unearned").await, 0);
        assert_eq!(world.bundles_expire().await, 0);
    }
}

/// Clip time of which twenty seconds were used on a track of Ada's, ten on one of Carla's.
async fn used(world: &World) -> app::licensing::Licence {
    let night = world.track("Night Market").await;
    let tide = Music::titled("Low Tide").by("Carla Duarte");
    let tide = world.compose(tide).await;
    let bundle = world.buyer("Mia").buys_clip_time().await;
    let reporter = world.reporter().await;
    for (id, track, ms) in [("u1", &night, 20_000), ("u2", &tide, 10_000)] {
        accepted(
            reporter
                .reports(&world.used(id, &bundle, track).lasting(ms))
                .await,
        );
    }
    bundle
}

/// What Ada and Carla have.
async fn money(world: &World) -> (i64, i64) {
    let (ada, carla) = (
        world.composer("Ada Byron").await,
        world.composer("Carla Duarte").await,
    );
    (ada.balance().await, carla.balance().await)
}

fn won(id: &str) -> Facts {
    disputed(id, DisputeState::Won, 3_000_000)
}
