//! A subscription's payment is taken back after its cycle was closed: a closed cycle stays as it
//! was closed, and its tracks, the idle account or the cycle it rolled over into give back.

use app::payments::DisputeState;
use app::payments::dispute::Act;
use domain::pool::IdleRule;
use spec::on_both_engines;
use spec::world::{Card, World};

use super::learn::orders;
use super::pool::{books, nothing_is_left};
use super::{disputed, refunded, stands};
use crate::subscriptions::close::{tracks, uses_up};

/// The composers' side of five dollars without the reserve, by the default rates.
const A: i64 = 3_674_125;

/// The balances of so many composers.
async fn composers(world: &World, count: usize) -> Vec<i64> {
    let mut found = Vec::new();
    for n in 0..count {
        found.push(
            world
                .composer(&format!("Composer {n}"))
                .await
                .balance()
                .await,
        );
    }
    found
}

on_both_engines! {
    async fn the_tracks_of_a_closed_cycle_give_back_by_largest_remainder(world: World) {
        let tracks = tracks(&world, 2).await;
        let licence = world.buyer("Mia").subscribes().await;
        uses_up(&world, "a", &licence, &tracks, &[2, 1]).await;
        world.it_is("2026-04-05T09:00:00Z");
        world.closes().await;
        assert_eq!(composers(&world, 2).await, [2_449_417, 1_224_708]);
        world.refunds(&licence, "r1", Some(2_500_000)).await.unwrap();
        // Of 1.837063 that are left, two thirds and one.
        assert_eq!(composers(&world, 2).await, [1_224_709, 612_354]);
        world.refunds(&licence, "r2", None).await.unwrap();
        nothing_is_left(&world).await;
        assert_eq!(stands(&world, &licence).await, "revoked");
    }

    async fn a_dispute_from_before_the_close_that_is_won_after_it_pays_the_tracks_in_full(world: World) {
        let tracks = tracks(&world, 2).await;
        let [mia, ben] = ["Mia", "Ben"];
        let undisputed = world.buyer(ben).subscribes().await;
        uses_up(&world, "b", &undisputed, &tracks, &[2, 1]).await;
        let licence = world.buyer(mia).subscribes().await;
        uses_up(&world, "a", &licence, &tracks, &[2, 1]).await;
        world.disputes(&licence, Act::Open(None)).await.unwrap();
        world.it_is("2026-04-05T09:00:00Z");
        assert_eq!(world.closes().await.cycles, 2);
        assert_eq!(composers(&world, 2).await, [2_449_417, 1_224_708]);
        world.it_is("2026-05-05T09:00:00Z");
        assert_eq!(world.releases_pool_reserves().await, 2);
        world.disputes(&licence, Act::Won).await.unwrap();
        let reserve = 193_375;
        let one = [(A * 2 + 2) / 3, A / 3];
        assert_eq!(one, [2_449_417, 1_224_708]);
        let parts = [(reserve * 2 + 1) / 3, reserve / 3];
        let due = [one[0] + parts[0], one[1] + parts[1]].map(|half| half * 2);
        assert_eq!(composers(&world, 2).await, due);
    }

    async fn a_released_reserve_comes_back_from_the_tracks_it_went_to(world: World) {
        let tracks = tracks(&world, 3).await;
        let licence = world.buyer("Mia").subscribes().await;
        uses_up(&world, "a", &licence, &tracks, &[3, 2, 2]).await;
        world.it_is("2026-04-05T09:00:00Z");
        world.closes().await;
        world.it_is("2026-05-06T09:00:00Z");
        assert_eq!(world.releases_pool_reserves().await, 1);
        let before = books(&world).await;
        let had = composers(&world, 3).await;
        world.disputes(&licence, Act::Open(Some(1_230_000))).await.unwrap();
        assert!(composers(&world, 3).await.iter().zip(&had).all(|(now, then)| now < then));
        world.disputes(&licence, Act::Won).await.unwrap();
        assert_eq!((books(&world).await[..6].to_vec(), composers(&world, 3).await), (before[..6].to_vec(), had));
        world.refunds(&licence, "r1", None).await.unwrap();
        nothing_is_left(&world).await;
    }

    async fn an_unused_cycle_gives_back_out_of_the_idle_account(world: World) {
        let licence = world.buyer("Nobody").subscribes().await;
        world.it_is("2026-04-05T09:00:00Z");
        world.closes().await;
        assert_eq!(world.balance("idle").await, A);
        world.refunds(&licence, "r1", Some(2_500_000)).await.unwrap();
        assert_eq!(world.balance("idle").await, A - 1_837_062);
        world.it_is("2026-05-06T09:00:00Z");
        assert_eq!(world.releases_pool_reserves().await, 1);
        world.refunds(&licence, "r2", None).await.unwrap();
        nothing_is_left(&world).await;
    }

    async fn idle_money_that_was_shared_already_is_filled_by_what_is_idle_next(world: World) {
        let tracks = tracks(&world, 1).await;
        let nobody = world.buyer("Nobody").subscribes().await;
        let busy = world.buyer("Mia").subscribes().await;
        world.it_is("2026-04-02T09:01:00Z");
        world.renews().await;
        world.it_is("2026-04-10T09:00:00Z");
        world.closes().await;
        uses_up(&world, "april", &busy, &tracks, &[1]).await;
        world.it_is("2026-05-03T00:00:00Z");
        assert_eq!(world.shares_idle().await, [2 * A]);
        let paid = world.payments_of(&nobody).await;
        world.refunds_payment(paid[0], "r1", None).await.unwrap();
        assert_eq!(world.balance("idle").await, -A);
        assert_eq!(stands(&world, &nobody).await, "valid", "a later cycle is paid");
        world.it_is("2026-05-05T09:00:00Z");
        world.closes().await;
        assert_eq!(world.balance("idle").await, 0, "the next unused cycle fills it");
    }

    async fn what_rolled_over_is_taken_from_the_cycle_it_joined(world: World) {
        world.plan("rolling", 500, None, IdleRule::RollOver).await;
        let tracks = tracks(&world, 2).await;
        let mia = world.buyer("Mia");
        let licence = mia.subscribes_to("rolling", Card::Good.number()).await;
        world.disputes(&licence, Act::Open(Some(1_000_000))).await.unwrap();
        world.disputes(&licence, Act::Won).await.unwrap();
        let half = world.message(&licence, "e1", &disputed("d9", DisputeState::Open, 1_000_000));
        world.it_is("2026-04-02T09:01:00Z");
        world.renews().await;
        world.it_is("2026-04-05T09:01:00Z");
        world.closes().await;
        let running = async || world.subscription(&licence).await.running.unwrap();
        assert_eq!(running().await.allowance, 146);
        world.hears(&half).await.unwrap();
        assert_eq!(world.balance("pool:").await, 2 * A - 734_825);
        let won = world.message(&licence, "e2", &disputed("d9", DisputeState::Won, 1_000_000));
        world.hears(&won).await.unwrap();
        uses_up(&world, "a", &licence, &tracks, &[2, 1]).await;
        world.it_is("2026-05-05T09:01:00Z");
        world.closes().await;
        let paid = world.payments_of(&licence).await;
        world.refunds_payment(paid[0], "r1", Some(5_000_000)).await.unwrap();
        assert_eq!(composers(&world, 2).await, [2_449_417, 1_224_708]);
        assert_eq!(stands(&world, &licence).await, "valid");
        world.refunds_payment(paid[1], "r2", None).await.unwrap();
        nothing_is_left(&world).await;
    }

    async fn messages_after_the_close_end_alike_in_every_order(world: World) {
        let tracks = tracks(&world, 3).await;
        let told = [
            refunded(1_290_000),
            disputed("d1", DisputeState::Open, 2_000_000),
            disputed("d1", DisputeState::Won, 2_000_000),
            refunded(2_580_000),
        ];
        let mut licences = Vec::new();
        for order in orders(told.len()) {
            let licence = world.buyer("Mia").subscribes().await;
            uses_up(&world, &format!("{order:?}"), &licence, &tracks, &[4, 2, 1]).await;
            licences.push((order, licence));
        }
        world.it_is("2026-04-05T09:00:00Z");
        world.closes().await;
        world.it_is("2026-05-06T09:00:00Z");
        world.releases_pool_reserves().await;
        let mut ends = std::collections::BTreeSet::new();
        for (order, licence) in &licences {
            let before = composers(&world, 3).await;
            for at in order.iter().chain(order) {
                let event = format!("{}-{at}", licence.id);
                world.hears(&world.message(licence, &event, &told[*at])).await.unwrap();
            }
            let after = composers(&world, 3).await;
            let moved: Vec<i64> = after.iter().zip(&before).map(|(now, then)| now - then).collect();
            ends.insert((moved, world.sums_of(licence).await, stands(&world, licence).await));
        }
        assert_eq!(ends.len(), 1, "{ends:#?}");
    }

    async fn sixteen_refunds_of_a_subscription_at_once_give_back_what_was_paid(world: World) {
        let tracks = tracks(&world, 1).await;
        let licence = world.buyer("Mia").subscribes().await;
        uses_up(&world, "a", &licence, &tracks, &[3]).await;
        let id = world.payment_of(&licence).await;
        let given = spec::world::race(16, |n| {
            let world = world.clone();
            async move {
                world.refunds_payment(id, &format!("r{n}"), Some(500_000)).await.is_ok()
            }
        })
        .await;
        assert_eq!(given, 10);
        nothing_is_left(&world).await;
    }
}
