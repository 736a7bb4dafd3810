//! Idle money: cycles without uses, shared over the month's uses, or rolled over.

use domain::pool::IdleRule;
use spec::on_both_engines;
use spec::world::Card;

use super::close::{tracks, uses_up};

/// The composers' side of five dollars without the reserve, by the default rates.
const A: i64 = 3_674_125;

on_both_engines! {
    async fn a_cycle_without_uses_is_idle_and_shared_by_the_months_uses(world: World) {
        let tracks = tracks(&world, 2).await;
        world.buyer("Nobody").subscribes().await;
        let busy = world.buyer("Mia").subscribes().await;
        world.it_is("2026-04-02T09:01:00Z");
        world.renews().await;
        world.it_is("2026-04-10T09:00:00Z");
        // Both first cycles are closed without uses; Mia uses in April.
        assert_eq!(world.closes().await.cycles, 2);
        assert_eq!(world.balance("idle").await, 2 * A);
        uses_up(&world, "april", &busy, &tracks, &[2, 1]).await;
        let at_uses = world.composer("Composer 0").await.balance().await;
        world.it_is("2026-05-02T23:59:59Z");
        assert_eq!(world.shares_idle().await, Vec::<i64>::new(), "two days after the month's end");
        world.it_is("2026-05-03T00:00:00Z");
        assert_eq!(world.shares_idle().await, [2 * A]);
        assert_eq!(world.balance("idle").await, 0);
        let got = world.composer("Composer 0").await.balance().await - at_uses;
        assert_eq!(got, 4_898_833, "two thirds of 7.348250");
        assert_eq!(world.shares_idle().await, Vec::<i64>::new(), "a month is shared once");
    }

    async fn a_month_without_uses_shares_nothing_and_the_money_waits(world: World) {
        world.buyer("Nobody").subscribes().await;
        world.it_is("2026-04-05T09:00:00Z");
        world.closes().await;
        world.it_is("2026-05-05T00:00:00Z");
        assert_eq!(world.shares_idle().await, [0]);
        assert_eq!(world.balance("idle").await, A);
    }

    async fn an_idle_cycle_that_rolls_over_joins_the_next_one(world: World) {
        world.plan("rolling", 500, None, IdleRule::RollOver).await;
        let mia = world.buyer("Mia");
        let licence = mia.subscribes_to("rolling", Card::Good.number()).await;
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        world.it_is("2026-04-05T09:00:00Z");
        world.closes().await;
        let running = world.subscription(&licence).await.running.unwrap();
        assert_eq!((running.contribution.micros(), running.allowance), (2 * A, 146));
        assert_eq!((world.balance("pool:").await, world.balance("idle").await), (2 * A, 0));
    }

    async fn what_would_roll_over_and_finds_no_cycle_is_idle(world: World) {
        world.plan("rolling", 500, None, IdleRule::RollOver).await;
        let mia = world.buyer("Mia");
        let licence = mia.subscribes_to("rolling", Card::Good.number()).await;
        let wish = app::subscriptions::change::Wish::Cancel;
        world.subscriber_asks("k", &licence, wish).await.unwrap();
        world.it_is("2026-04-05T09:00:00Z");
        world.renews().await;
        world.closes().await;
        assert_eq!((world.balance("pool:").await, world.balance("idle").await), (0, A));
    }
}
