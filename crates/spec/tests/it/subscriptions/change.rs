//! What a subscriber asks: pause, cancel, resume, another plan.

use app::subscriptions::change::Wish;
use app::subscriptions::plans::Wanted;
use domain::pool::IdleRule;
use spec::on_both_engines;
use spec::world::{Card, ONCE};

on_both_engines! {
    async fn a_cancelled_subscription_runs_to_the_end_of_its_cycle(world: World) {
        let licence = world.buyer("Mia").subscribes().await;
        let shown = world.subscriber_asks("k1", &licence, Wish::Cancel).await.unwrap();
        assert_eq!((shown.state.word(), shown.running.is_some()), ("cancelled", true));
        let again = world.subscriber_asks("k2", &licence, Wish::Cancel).await.unwrap_err();
        assert_eq!(again.code, "already_cancelled");
        world.it_is("2026-04-02T09:00:00Z");
        assert_eq!(world.renews().await.renewed, 0);
        let shown = world.subscription(&licence).await;
        assert_eq!((shown.state.word(), shown.running), ("ended", None));
        let over = world.subscriber_asks("k3", &licence, Wish::Resume).await.unwrap_err();
        assert_eq!(over.code, "subscription_ended");
        assert_eq!(world.payments().await, 1);
    }

    async fn a_cancellation_can_be_taken_back_before_it_counts(world: World) {
        let licence = world.buyer("Mia").subscribes().await;
        world.subscriber_asks("k1", &licence, Wish::Cancel).await.unwrap();
        let shown = world.subscriber_asks("k2", &licence, Wish::Resume).await.unwrap();
        assert_eq!(shown.state.word(), "active");
        world.it_is("2026-04-02T09:00:00Z");
        assert_eq!(world.renews().await.renewed, 1);
    }

    async fn a_paused_one_rests_and_goes_on_with_a_new_day(world: World) {
        let licence = world.buyer("Mia").subscribes().await;
        world.subscriber_asks("k1", &licence, Wish::Pause).await.unwrap();
        world.it_is("2026-04-20T10:00:00Z");
        world.renews().await;
        assert_eq!(world.subscription(&licence).await.state.word(), "paused");
        let shown = world.subscriber_asks("k2", &licence, Wish::Resume).await.unwrap();
        let cycle = shown.running.unwrap().cycle;
        assert_eq!(cycle.end.to_string(), "2026-05-20T10:00:00.000Z");
        assert_eq!(world.payments().await, 2);
        let again = world.subscriber_asks("k2", &licence, Wish::Resume).await.unwrap();
        assert_eq!(again.state.word(), "active");
        assert_eq!(world.payments().await, 2, "the same request again is charged once");
    }

    async fn nothing_more_is_charged_for_a_licence_that_was_withdrawn(world: World) {
        let licence = world.buyer("Mia").subscribes().await;
        world.subscriber_asks("k1", &licence, Wish::Pause).await.unwrap();
        world.it_is("2026-04-20T10:00:00Z");
        world.renews().await;
        world.suspends(&licence).await;
        let before = world.everything_booked().await;
        let refused = world.subscriber_asks("k2", &licence, Wish::Resume).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("licence_not_valid", Some("licence")));
        world.revokes(&licence).await;
        let refused = world.subscriber_asks("k3", &licence, Wish::Resume).await.unwrap_err();
        assert_eq!(refused.code, "licence_not_valid");
        assert_eq!((world.everything_booked().await, world.payments().await), (before, 1));
    }

    async fn going_on_with_a_card_that_is_declined_changes_nothing(world: World) {
        let licence = world.buyer("Mia").subscribes_to("pool_5", ONCE).await;
        world.subscriber_asks("k1", &licence, Wish::Pause).await.unwrap();
        world.it_is("2026-04-20T10:00:00Z");
        let before = world.everything_booked().await;
        let refused = world.subscriber_asks("k2", &licence, Wish::Resume).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("card_declined", Some("card")));
        assert_eq!(world.everything_booked().await, before);
        assert_eq!(world.subscription(&licence).await.state.word(), "paused");
    }

    async fn a_dearer_plan_is_paid_pro_rata_and_raises_the_allowance_at_once(world: World) {
        world.plan("big", 2_000, None, IdleRule::Share).await;
        let licence = world.buyer("Mia").subscribes().await;
        let before = world.subscription(&licence).await.running.unwrap();
        world.it_is("2026-03-17T21:00:00Z");
        // Half of the 31 days are left: half of fifteen dollars.
        let shown = world.subscriber_asks("k", &licence, Wish::Plan("big".into())).await.unwrap();
        let after = shown.running.unwrap();
        assert_eq!(after.cycle, before.cycle);
        // 7.50 less 0.52 fee is 6.98; less 15 % and 5 % of the rest.
        assert_eq!(after.contribution.micros() - before.contribution.micros(), 5_636_350);
        assert_eq!(after.allowance, (3_674_125 + 5_636_350) / 50_000);
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        let next = world.subscription(&licence).await.running.unwrap();
        assert!(next.contribution.micros() > 15_000_000, "the new price counts");
        let same = world.subscriber_asks("k2", &licence, Wish::Plan("big".into())).await.unwrap_err();
        assert_eq!(same.code, "same_plan");
    }

    async fn a_cheaper_plan_counts_from_the_next_cycle_and_costs_nothing_now(world: World) {
        world.plan("big", 2_000, None, IdleRule::Share).await;
        let licence = world.buyer("Mia").subscribes_to("big", Card::Good.number()).await;
        let before = world.subscription(&licence).await.running.unwrap();
        let shown = world.subscriber_asks("k", &licence, Wish::Plan("pool_5".into())).await.unwrap();
        assert_eq!(shown.running.unwrap(), before);
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        let next = world.subscription(&licence).await.running.unwrap();
        assert_eq!(next.contribution.micros(), 3_674_125);
    }

    async fn a_key_is_for_one_request_and_a_licence_must_be_a_subscription(world: World) {
        let licence = world.buyer("Mia").subscribes().await;
        world.subscriber_asks("k", &licence, Wish::Cancel).await.unwrap();
        let other = world.subscriber_asks("k", &licence, Wish::Pause).await.unwrap_err();
        assert_eq!(other.code, "idempotency_key_reused");
        let none = world.subscriber_asks("", &licence, Wish::Pause).await.unwrap_err();
        assert_eq!(none.code, "idempotency_key_required");
        let clip = world.buyer("Mia").buys_clip_time().await;
        let refused = world.subscriber_asks("c", &clip, Wish::Pause).await.unwrap_err();
        assert_eq!(refused.code, "not_a_subscription");
    }

    async fn a_plan_that_pays_no_use_is_refused(world: World) {
        let mut wanted = Wanted {
            code: "tiny".into(),
            label: "Tiny".into(),
            price_minor: 35,
            guarantee_micros: 50_000,
            track_cap: None,
            idle: IdleRule::Share,
            on_sale: true,
        };
        let refused = world.sets_plan(&wanted).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("bad_plan", Some("price")));
        wanted.code = "Tiny plan".into();
        assert_eq!(world.sets_plan(&wanted).await.unwrap_err().code, "bad_plan_code");
    }
}
