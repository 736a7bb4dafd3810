//! Several bundles: what expires first is drawn first, and a use may span two.

use domain::usage::UseRefusal;
use spec::on_both_engines;
use spec::world::{accepted, claim_of, refusals};

on_both_engines! {
    async fn what_expires_first_is_drawn_first_whichever_key_is_reported(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.member("Mia").await;
        let first = mia.buys_plan("bundle_10").await;
        world.days_pass(30);
        let second = mia.buys_plan("bundle_10").await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e1", &second, &track)).await);
        let left = async || (world.bundle(&first).await.left_ms, world.bundle(&second).await.left_ms);
        assert_eq!(left().await, (585_000, 600_000));
        accepted(reporter.reports(&world.used("e2", &first, &track)).await);
        assert_eq!(left().await, (570_000, 600_000));
    }

    async fn one_use_may_span_two_bundles_and_earns_from_each_its_part(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.member("Mia").await;
        let first = mia.buys_plan("bundle_10").await;
        world.minutes_pass(1);
        let second = mia.buys_plan("bundle_25").await;
        let reporter = world.reporter().await;
        for id in ["e1", "e2"] {
            let event = world.used(id, &first, &track).lasting(295_000);
            accepted(reporter.reports(&event).await);
        }
        world.minutes_pass(1);
        let spans = world.used("e3", &first, &track).lasting(15_000);
        let counted = accepted(reporter.reports(&spans).await);
        assert_eq!(counted.billed_ms, 15_000);
        let (one, two) = (world.bundle(&first).await, world.bundle(&second).await);
        assert_eq!((one.left_ms, two.left_ms), (0, 1_595_000));
        assert_eq!((one.draws[0].ms, two.draws[0].ms), (10_000, 5_000));
        let parts = one.draws[0].earned.micros() + two.draws[0].earned.micros();
        assert_eq!(counted.earned_micros, parts);
    }

    async fn a_use_beyond_all_bundles_is_refused_whole(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.member("Mia").await;
        let licence = mia.buys_plan("bundle_10").await;
        mia.buys_plan("bundle_10").await;
        let reporter = world.reporter().await;
        for id in ["e1", "e2", "e3", "e4"] {
            let event = world.used(id, &licence, &track).lasting(299_000);
            accepted(reporter.reports(&event).await);
        }
        let event = world.used("e5", &licence, &track).lasting(5_000);
        let missing = UseRefusal::NotEnoughTime { missing_ms: 1_000, left_ms: 4_000 };
        assert_eq!(refusals(reporter.reports(&event).await), [missing]);
    }

    async fn a_guest_tops_up_by_the_grant_and_nobody_else_does(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let alone = world.buyer("Mia").buys_clip_time().await;
        let mut order = world.order_of_plan("bundle_10").await;
        let mut wrong = claim_of(&licence);
        wrong.grant = alone.grant.clone();
        order.top_up = Some(wrong);
        let refused = world.buyer("Eve").sends("eve", &order).await.unwrap_err();
        assert_eq!((refused.code, refused.field), ("wrong_grant", Some("top_up".into())));
        order.top_up = Some(claim_of(&licence));
        let topped = world.buyer("Mia").sends("top", &order).await.unwrap().licence;
        let reporter = world.reporter().await;
        for id in ["e1", "e2", "e3"] {
            let event = world.used(id, &licence, &track).lasting(300_000);
            accepted(reporter.reports(&event).await);
        }
        // Both were bought at one instant: which is drawn first is for their ids to say.
        let left = [world.bundle(&licence).await.left_ms, world.bundle(&topped).await.left_ms];
        assert!(left == [0, 300_000] || left == [300_000, 0], "{left:?}");
        assert_eq!(world.bundle(&alone).await.left_ms, 600_000);
    }

    async fn sixty_four_clients_drain_two_bundles_to_the_last_second_and_no_further(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.member("Mia").await;
        let first = mia.buys_plan("bundle_10").await;
        let second = mia.buys_plan("bundle_10").await;
        let reporter = world.reporter().await;
        let fits = spec::world::race(64, |n| {
            let of = if n % 2 == 0 { &first } else { &second };
            let event = world.used(&format!("e{n}"), of, &track).lasting(37_000);
            let reporter = reporter.clone();
            async move {
                matches!(
                    reporter.reports(&event).await,
                    app::metering::report::Answer::Accepted(_)
                )
            }
        })
        .await;
        assert_eq!(fits, 32, "32 uses of 37 s fit into 1,200 s, and no more");
        let left = world.bundle(&first).await.left_ms + world.bundle(&second).await.left_ms;
        assert_eq!(left, 16_000);
    }
}
