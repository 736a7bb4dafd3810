//! Renewing: a cycle after the other, on the day of sign-up, and what a declined card does.

use app::subscriptions::change::Wish;
use domain::usage::UseRefusal;
use spec::on_both_engines;
use spec::world::{Card, ONCE, accepted, refusals};

on_both_engines! {
    async fn a_cycle_that_ends_is_followed_by_a_paid_one_and_charged_once(world: World) {
        let licence = world.buyer("Mia").subscribes().await;
        world.it_is("2026-04-02T08:59:59Z");
        assert_eq!(world.renews().await.renewed, 0);
        world.it_is("2026-04-02T09:00:00Z");
        assert_eq!(world.renews().await.renewed, 1);
        assert_eq!(world.renews().await.renewed, 0);
        assert_eq!(world.payments().await, 2);
        let cycle = world.subscription(&licence).await.running.unwrap().cycle;
        assert_eq!(cycle.start.to_string(), "2026-04-02T09:00:00.000Z");
    }

    async fn a_subscription_of_the_31st_renews_on_the_last_day_of_shorter_months(world: World) {
        world.it_is("2027-12-31T12:00:00Z");
        let licence = world.buyer("Mia").subscribes().await;
        for (start, end) in [
            ("2028-01-31T12:00:00Z", "2028-02-29T12:00:00Z"),
            ("2028-02-29T12:00:00Z", "2028-03-31T12:00:00Z"),
            ("2028-03-31T12:00:00Z", "2028-04-30T12:00:00Z"),
        ] {
            world.it_is(start);
            assert_eq!(world.renews().await.renewed, 1);
            let cycle = world.subscription(&licence).await.running.unwrap().cycle;
            assert_eq!((cycle.start, cycle.end), (start.parse().unwrap(), end.parse().unwrap()));
        }
    }

    async fn cycles_that_were_slept_through_are_not_charged(world: World) {
        let licence = world.buyer("Mia").subscribes().await;
        world.it_is("2026-06-10T00:00:00Z");
        assert_eq!(world.renews().await.renewed, 1);
        assert_eq!(world.payments().await, 2);
        let cycle = world.subscription(&licence).await.running.unwrap().cycle;
        assert_eq!(cycle.start.to_string(), "2026-06-02T09:00:00.000Z");
    }

    async fn a_declined_card_is_tried_for_a_week_and_then_the_subscription_is_over(world: World) {
        let track = world.track("Night Market").await;
        world.rotates(&[&track]).await;
        let licence = world.buyer("Mia").subscribes_to("pool_5", ONCE).await;
        world.it_is("2026-04-02T09:00:00Z");
        assert_eq!(world.renews().await.declined, 1);
        assert_eq!(world.subscription(&licence).await.state.word(), "past_due");
        let reporter = world.reporter().await;
        let unpaid = refusals(reporter.reports(&world.used("e1", &licence, &track)).await);
        assert_eq!(unpaid, [UseRefusal::SubscriptionNotRunning]);
        for at in ["2026-04-03T09:00:00Z", "2026-04-06T09:00:00Z"] {
            world.it_is(at);
            assert_eq!(world.renews().await.declined, 1, "{at}");
        }
        world.it_is("2026-04-09T09:00:00Z");
        assert_eq!(world.renews().await.left, 1);
        let shown = world.subscription(&licence).await;
        assert_eq!(shown.state.word(), "ended");
        assert_eq!(shown.since.unwrap().to_string(), "2026-04-02T09:00:00.000Z");
        assert_eq!(world.payments().await, 1);
    }

    async fn another_card_pays_what_is_owed_and_the_dates_stay(world: World) {
        let track = world.track("Night Market").await;
        world.rotates(&[&track]).await;
        let licence = world.buyer("Mia").subscribes_to("pool_5", ONCE).await;
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        world.it_is("2026-04-02T12:00:00Z");
        let card = Wish::Card(Card::Good.number().into());
        world.subscriber_asks("card", &licence, card).await.unwrap();
        assert_eq!(world.renews().await.renewed, 1);
        let shown = world.subscription(&licence).await;
        assert_eq!(shown.state.word(), "active");
        let cycle = shown.running.unwrap().cycle;
        assert_eq!(cycle.start.to_string(), "2026-04-02T09:00:00.000Z");
        let event = world.used("e1", &licence, &track).published(cycle.start);
        accepted(world.reporter().await.reports(&event).await);
    }

    async fn upkeep_renews_and_closes_in_one_go(world: World) {
        world.buyer("Mia").subscribes().await;
        world.it_is("2026-04-05T09:00:00Z");
        let done = app::upkeep::run(world.app()).await.unwrap();
        let count = |what| done.iter().find(|(name, _)| *name == what).unwrap().1;
        assert_eq!((count("subscriptions renewed"), count("cycles closed")), (1, 1));
        let again = app::upkeep::run(world.app()).await.unwrap();
        assert!(again.iter().all(|(_, count)| *count == 0), "{again:?}");
    }
}
