//! Clip time is given back: what nobody has earned first, then the tracks in proportion.

use app::payments::dispute::Act;
use spec::on_both_engines;
use spec::world::{Music, accepted};

use super::{refunded, shared, stands, track};

on_both_engines! {
    async fn unused_clip_time_is_given_back_out_of_what_nobody_has_earned(world: World) {
        let bundle = world.buyer("Mia").buys_clip_time().await;
        world.refunds(&bundle, "r1", None).await.unwrap();
        assert_eq!(world.balance("bundle-unearned").await, 0);
        assert_eq!(stands(&world, &bundle).await, "revoked");
    }

    async fn used_clip_time_is_given_back_by_the_tracks_it_was_used_on(world: World) {
        let (one, three) = (track(&world).await, shared(&world).await);
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        for (n, track) in [&one, &three, &three].into_iter().enumerate() {
            accepted(reporter.reports(&world.used(&format!("u{n}"), &bundle, track)).await);
        }
        assert!(world.balance("payee").await > 0);
        world.refunds(&bundle, "r1", None).await.unwrap();
        assert_eq!(world.balance("bundle-unearned").await, 0);
        assert_eq!((world.balance("payee").await, world.balance("carry").await), (0, 0));
    }

    async fn a_dispute_of_used_clip_time_that_is_won_restores_everything(world: World) {
        let track = world.compose(Music::titled("Three").shared(&[("A", 333_334), ("B", 333_333), ("C", 333_333)])).await;
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("u1", &bundle, &track)).await);
        let state = || async {
            let all = ["payee", "carry", "bundle-unearned", "provider:"];
            let mut found = Vec::new();
            for account in all {
                found.push(world.balance(account).await);
            }
            found
        };
        let before = state().await;
        world.disputes(&bundle, Act::Open(None)).await.unwrap();
        assert_eq!(state().await, [0, 0, 0, 0]);
        assert_eq!(stands(&world, &bundle).await, "suspended");
        world.disputes(&bundle, Act::Won).await.unwrap();
        assert_eq!(state().await, before);
        accepted(reporter.reports(&world.used("u2", &bundle, &track)).await);
    }

    async fn clip_time_is_given_back_whole_and_draws_nothing_while_a_part_is_disputed(world: World) {
        let track = track(&world).await;
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let refused = world.refunds(&bundle, "r1", Some(1_000_000)).await.unwrap_err();
        assert_eq!(refused.code, "clip_time_whole");
        let part = refunded(3_000_000);
        world.hears(&world.message(&bundle, "e1", &part)).await.unwrap();
        assert_eq!(stands(&world, &bundle).await, "valid");
        let reporter = world.reporter().await;
        let answer = reporter.reports(&world.used("u1", &bundle, &track)).await;
        assert!(!spec::world::refusals(answer).is_empty());
    }
}
