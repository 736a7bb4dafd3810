//! Uses under a subscription: the guarantee at once, the allowance, the cap, late reports.

use app::metering::report::Answer;
use domain::pool::IdleRule;
use domain::usage::UseRefusal;
use spec::on_both_engines;
use spec::world::{Card, Event, Music, World, accepted, race, refusals};

on_both_engines! {
    async fn a_use_pays_its_guarantee_to_the_tracks_payees_at_once(world: World) {
        let shares = [("Ada", 700_000), ("Ben", 300_000)];
        let track = world.compose(Music::titled("Together").shared(&shares)).await;
        world.rotates(&[&track]).await;
        let licence = world.buyer("Mia").subscribes().await;
        let before = world.balance("pool:").await;
        let counted = accepted(world.reporter().await.reports(&world.used("e1", &licence, &track)).await);
        assert_eq!((counted.earned_micros, counted.billed_ms), (50_000, 0));
        let (ada, ben) = (world.composer("Ada").await, world.composer("Ben").await);
        assert_eq!((ada.balance().await, ben.balance().await), (35_000, 15_000));
        assert_eq!(world.balance("pool:").await, before - 50_000);
        let shown = world.subscription(&licence).await;
        assert_eq!(shown.running.unwrap().used, 1);
        assert_eq!(shown.uses.len(), 1);
    }

    async fn a_use_beyond_the_allowance_is_refused_with_the_clip_time_that_would_pay(world: World) {
        let (licence, track) = subscribed(&world, 100).await;
        // $1.00 leaves 0.67 after the fee, 0.541025 for the pool: ten uses at five cents.
        let reporter = world.reporter().await;
        let batch: Vec<Event> =
            (0..11).map(|n| world.used(&format!("e{n}"), &licence, &track)).collect();
        let receipts = reporter.sends(&batch).await.unwrap();
        for receipt in &receipts[..10] {
            assert!(matches!(receipt.answer, Answer::Accepted(_)), "{receipt:?}");
        }
        let wanted = UseRefusal::AllowanceUsedUp { allowance: 10, offer: "bundle_10".into() };
        assert_eq!(receipts[10].answer, Answer::Refused(vec![wanted]));
        assert_eq!(world.composer("Ada Byron").await.balance().await, 500_000);
    }

    async fn sixty_four_reporters_at_once_never_use_more_than_the_allowance(world: World) {
        let (licence, track) = subscribed(&world, 100).await;
        let reporter = world.reporter().await;
        let counted = race(64, |n| {
            let event = world.used(&format!("e{n}"), &licence, &track);
            let reporter = reporter.clone();
            async move { matches!(reporter.reports(&event).await, Answer::Accepted(_)) }
        })
        .await;
        assert_eq!(counted, 10);
        assert_eq!(world.balance("pool:").await, 541_025 - 500_000);
    }

    async fn beyond_the_allowance_the_subscribers_clip_time_pays_before_anything_is_refused(world: World) {
        let track = world.track("Night Market").await;
        world.rotates(&[&track]).await;
        world.plan("mine", 100, None, IdleRule::Share).await;
        let mia = world.member("Mia").await;
        let licence = mia.subscribes_to("mine").await;
        let bundle = mia.buys_plan("bundle_10").await;
        // What others have is theirs.
        world.member("Ben").await.buys_plan("bundle_25").await;
        let reporter = world.reporter().await;
        let batch: Vec<Event> =
            (0..10).map(|n| world.used(&format!("e{n}"), &licence, &track)).collect();
        reporter.sends(&batch).await.unwrap();
        assert_eq!(world.bundle(&bundle).await.left_ms, 600_000, "the pool pays first");
        let pool = world.balance("pool:").await;
        let more = world.used("f1", &licence, &track).lasting(300_000);
        let counted = accepted(reporter.reports(&more).await);
        assert_eq!(counted.billed_ms, 300_000);
        assert!(counted.earned_micros > 0);
        let more = world.used("f2", &licence, &track).lasting(299_000);
        accepted(reporter.reports(&more).await);
        assert_eq!((world.bundle(&bundle).await.left_ms, world.balance("pool:").await), (1_000, pool));
        assert_eq!(world.subscription(&licence).await.running.unwrap().used, 10);
        let last = refusals(reporter.reports(&world.used("f3", &licence, &track)).await);
        let wanted = UseRefusal::AllowanceUsedUp { allowance: 10, offer: "bundle_10".into() };
        assert_eq!(last, [wanted]);
    }

    async fn beyond_a_tracks_cap_the_subscribers_clip_time_pays(world: World) {
        let track = world.track("Night Market").await;
        world.rotates(&[&track]).await;
        world.plan("capped", 500, Some(1), IdleRule::Share).await;
        let mia = world.member("Mia").await;
        let licence = mia.subscribes_to("capped").await;
        let bundle = mia.buys_plan("bundle_10").await;
        let reporter = world.reporter().await;
        for id in ["e1", "e2"] {
            accepted(reporter.reports(&world.used(id, &licence, &track)).await);
        }
        assert_eq!(world.bundle(&bundle).await.left_ms, 585_000);
        // Where clip time was given back nothing is drawn on it.
        world.refunds(&bundle, "r1", None).await.unwrap();
        let third = refusals(reporter.reports(&world.used("e3", &licence, &track)).await);
        assert!(matches!(third[..], [UseRefusal::TrackCapReached { cap: 1, .. }]), "{third:?}");
    }

    async fn a_track_has_no_more_uses_than_its_cap(world: World) {
        let (night, tide) = (world.track("Night Market").await, world.track("Low Tide").await);
        world.rotates(&[&night, &tide]).await;
        world.plan("capped", 500, Some(2), IdleRule::Share).await;
        let licence = world.buyer("Mia").subscribes_to("capped", Card::Good.number()).await;
        let reporter = world.reporter().await;
        for id in ["e1", "e2"] {
            accepted(reporter.reports(&world.used(id, &licence, &night)).await);
        }
        let third = refusals(reporter.reports(&world.used("e3", &licence, &night)).await);
        let wanted = UseRefusal::TrackCapReached { cap: 2, offer: "bundle_10".into() };
        assert_eq!(third, [wanted]);
        accepted(reporter.reports(&world.used("e4", &licence, &tide)).await);
    }

    async fn a_track_out_of_rotation_and_a_use_without_a_track_are_refused(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").subscribes().await;
        let reporter = world.reporter().await;
        let event = world.used("e1", &licence, &track);
        assert_eq!(refusals(reporter.reports(&event).await), [UseRefusal::NotInRotation]);
        let nameless = event.without("track");
        assert!(refusals(reporter.reports(&nameless).await).contains(&UseRefusal::TrackMissing));
    }

    async fn a_late_use_enters_its_cycle_for_48_hours_and_then_the_open_one(world: World) {
        let (licence, track) = subscribed(&world, 500).await;
        let reporter = world.reporter().await;
        let last = "2026-04-02T08:59:00Z".parse().unwrap();
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        world.it_is("2026-04-04T08:59:59Z");
        accepted(reporter.reports(&world.used("e1", &licence, &track).published(last)).await);
        assert_eq!(world.subscription(&licence).await.running.unwrap().used, 0);
        world.it_is("2026-04-04T09:00:00Z");
        accepted(reporter.reports(&world.used("e2", &licence, &track).published(last)).await);
        assert_eq!(world.subscription(&licence).await.running.unwrap().used, 1);
    }

    async fn a_use_published_before_the_subscription_is_refused(world: World) {
        let (licence, track) = subscribed(&world, 500).await;
        let before = "2026-03-02T08:59:59Z".parse().unwrap();
        let event = world.used("e1", &licence, &track).published(before);
        let reasons = refusals(world.reporter().await.reports(&event).await);
        assert!(reasons.contains(&UseRefusal::SubscriptionNotRunning), "{reasons:?}");
    }
}

async fn subscribed(world: &World, cents: i64) -> (app::licensing::Licence, spec::world::Track) {
    let track = world.track("Night Market").await;
    world.rotates(&[&track]).await;
    world.plan("mine", cents, None, IdleRule::Share).await;
    let mia = world.buyer("Mia");
    (mia.subscribes_to("mine", Card::Good.number()).await, track)
}
