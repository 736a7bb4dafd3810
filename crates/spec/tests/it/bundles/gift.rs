//! A gift of clip time: behind a link until it is taken once, or taken back; no micro-unit lost.

use spec::on_both_engines;
use spec::world::{accepted, refusals};

on_both_engines! {
    async fn a_gift_becomes_a_licence_of_the_takers_own(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e1", &licence, &track).lasting(7_000)).await);
        let gift = world.gives(&licence, "g1", 100).await.unwrap();
        assert_eq!(world.bundle(&licence).await.left_ms, 493_000);
        let theirs = world.takes_gift(&gift.token, "A client").await.unwrap();
        assert_ne!(theirs.code, licence.code);
        assert_eq!(theirs.licensee, "A client");
        let clip = theirs.bundle.unwrap();
        assert_eq!((clip.total_ms, clip.gift), (100_000, true));
        assert_eq!(clip.expires_at, licence.bundle.unwrap().expires_at);
        accepted(reporter.reports(&world.used("e2", &theirs, &track).lasting(100_000)).await);
        assert!(!refusals(reporter.reports(&world.used("e3", &theirs, &track)).await).is_empty());
        for n in 0..17 {
            let event = world.used(&format!("f{n}"), &licence, &track).lasting(29_000);
            accepted(reporter.reports(&event).await);
        }
        assert_eq!(world.composer("Ada Byron").await.balance().await, 7_998_500);
    }

    async fn a_link_is_good_for_one_of_sixty_four_takers(world: World) {
        let licence = world.buyer("Mia").buys_clip_time().await;
        let gift = world.gives(&licence, "g1", 60).await.unwrap();
        let taken = spec::world::race(64, |n| {
            let (world, token) = (world.clone(), gift.token.clone());
            async move { world.takes_gift(&token, &format!("Client {n}")).await.is_ok() }
        })
        .await;
        assert_eq!((taken, world.licences().await), (1, 2));
        let spent = world.takes_gift(&gift.token, "Late").await.unwrap_err();
        assert_eq!(spent.code, "gift_spent");
    }

    async fn a_gift_is_taken_or_taken_back_never_both(world: World) {
        let licence = world.buyer("Mia").buys_clip_time().await;
        for n in 0..4 {
            let gift = world.gives(&licence, &format!("g{n}"), 60).await.unwrap();
            let (a, b, mine) = (world.clone(), world.clone(), licence.clone());
            let (taken, back) = tokio::join!(
                tokio::spawn(async move { a.takes_gift(&gift.token, "Client").await.is_ok() }),
                tokio::spawn(async move { b.withdraws_gift(&mine, gift.id).await.is_ok() }),
            );
            assert!(taken.unwrap() != back.unwrap());
        }
    }

    async fn what_is_taken_back_is_whole_again(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e1", &licence, &track).lasting(13_000)).await);
        let gift = world.gives(&licence, "g1", 587).await.unwrap();
        assert!(!refusals(reporter.reports(&world.used("e2", &licence, &track)).await).is_empty());
        world.withdraws_gift(&licence, gift.id).await.unwrap();
        world.withdraws_gift(&licence, gift.id).await.unwrap();
        assert_eq!(world.takes_gift(&gift.token, "Client").await.unwrap_err().code, "gift_spent");
        for (id, ms) in [("e3", 300_000), ("e4", 287_000)] {
            accepted(reporter.reports(&world.used(id, &licence, &track).lasting(ms)).await);
        }
        assert_eq!(world.composer("Ada Byron").await.balance().await, 7_998_500);
    }

    async fn the_same_request_makes_one_gift_with_one_link(world: World) {
        let licence = world.buyer("Mia").buys_clip_time().await;
        let once = world.gives(&licence, "g1", 60).await.unwrap();
        let again = world.gives(&licence, "g1", 60).await.unwrap();
        assert_eq!((once.id, once.token), (again.id, again.token));
        let reused = world.gives(&licence, "g1", 61).await.unwrap_err();
        assert_eq!(reused.code, "idempotency_key_reused");
        assert_eq!(world.bundle(&licence).await.left_ms, 540_000);
    }

    async fn more_than_is_left_is_refused_and_so_is_nothing(world: World) {
        let licence = world.buyer("Mia").buys_clip_time().await;
        for seconds in [601, 0, -5, i64::MAX / 1_000_000] {
            let refused = world.gives(&licence, &format!("g{seconds}"), seconds).await;
            assert_eq!(refused.unwrap_err().code, "bad_clip_time");
        }
        assert_eq!(world.bundle(&licence).await.left_ms, 600_000);
    }

    async fn a_taker_gets_no_money_back_and_the_giver_only_for_the_rest(world: World) {
        let licence = world.buyer("Mia").buys_clip_time().await;
        let gift = world.gives(&licence, "g1", 300).await.unwrap();
        let theirs = world.takes_gift(&gift.token, "Client").await.unwrap();
        let refused = world.refunds_rest(&theirs, "r1").await.unwrap_err();
        assert_eq!(refused.code, "gift_not_refundable");
        let paid = world.refunds_rest(&licence, "r2").await.unwrap();
        assert_eq!(paid.refund.micros(), 5_000_000);
    }
}
