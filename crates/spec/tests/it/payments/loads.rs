//! A wallet's load is taken back: it leaves the wallet, and what that no longer holds the store
//! bears.

use app::payments::dispute::Act;
use app::payments::{DisputeState, Facts};
use app::wallets::load::Loaded;
use spec::on_both_engines;
use spec::world::{Member, World, dollars};

use super::{disputed, refunded};

/// Somebody who has loaded 25 dollars, and bought clip time for 10 of them.
async fn spent(world: &World) -> (Member, Loaded) {
    let mia = world.member("Mia").await;
    let loaded = mia.loads("l1", dollars(25)).await.unwrap();
    let mut order = world.order_of_plan("bundle_10").await;
    order.wallet = Some(loaded.wallet);
    mia.sends("b1", &order).await.unwrap();
    (mia, loaded)
}

on_both_engines! {
    async fn a_part_of_a_load_goes_back_out_of_its_wallet(world: World) {
        let mia = world.member("Mia").await;
        let load = mia.loads("l1", dollars(25)).await.unwrap().load;
        let costs = world.balance("commission").await;
        let given = world.refunds_load(load, "r1", Some(5_000_000)).await.unwrap();
        assert_eq!((given.money, mia.holds().await), (dollars(5), 20_000_000));
        assert_eq!(world.balance("provider:").await, -20_000_000);
        assert_eq!(world.balance("commission").await, costs, "the fee stays the store's");
        let again = world.refunds_load(load, "r1", Some(5_000_000)).await.unwrap();
        assert!(again.repeated);
        let listed = world.payments_listed().await;
        let one = &listed[0];
        assert_eq!((one.label.as_str(), one.licence.as_ref(), one.state()), ("Wallet load", None, "partly_refunded"));
        assert_eq!(one.left, dollars(20));
        world.refunds_load(load, "r2", None).await.unwrap();
        assert_eq!((mia.holds().await, world.balance("provider:").await), (0, 0));
        assert_eq!(world.reconciles().await, 0);
        let refused = world.refunds_load(load, "r3", None).await.unwrap_err();
        assert_eq!(refused.code, "nothing_left");
    }

    async fn a_load_is_refunded_as_far_as_its_wallet_holds_it(world: World) {
        let (mia, loaded) = spent(&world).await;
        let booked = world.everything_booked().await;
        let refused = world.refunds_load(loaded.load, "r1", Some(15_010_000)).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("load_spent", Some("amount")));
        assert!(refused.sentence.contains("15.00"), "{}", refused.sentence);
        assert_eq!(world.everything_booked().await, booked);
        let given = world.refunds_load(loaded.load, "r2", None).await.unwrap();
        assert_eq!((given.money, mia.holds().await), (dollars(15), 0));
        let refused = world.refunds_load(loaded.load, "r3", None).await.unwrap_err();
        assert_eq!(refused.code, "load_spent");
    }

    async fn a_disputed_load_that_was_spent_is_borne_by_the_store_until_it_is_won(world: World) {
        let (mia, loaded) = spent(&world).await;
        let costs = world.balance("commission").await;
        world.disputes_load(loaded.load, Act::Open(None)).await.unwrap();
        assert_eq!(mia.holds().await, 0);
        // Ten dollars that the wallet no longer holds, and fifteen that the provider asks.
        assert_eq!(world.balance("commission").await, costs - 25_000_000);
        assert!(world.breaches().await.is_empty());
        world.disputes_load(loaded.load, Act::Won).await.unwrap();
        assert_eq!(mia.holds().await, 15_000_000);
        assert_eq!(world.balance("commission").await, costs - 15_000_000);
    }

    async fn a_lost_dispute_of_a_spent_load_stays_the_stores(world: World) {
        let (mia, loaded) = spent(&world).await;
        let costs = world.balance("commission").await;
        world.disputes_load(loaded.load, Act::Open(Some(20_000_000))).await.unwrap();
        world.disputes_load(loaded.load, Act::Lost).await.unwrap();
        assert_eq!(mia.holds().await, 0);
        assert_eq!(world.balance("commission").await, costs - 20_000_000);
        // What is loaded later is nobody's but the buyer's.
        mia.loads("l2", dollars(10)).await.unwrap();
        assert_eq!(mia.holds().await, 10_000_000);
    }

    async fn messages_about_a_load_end_alike_in_every_order(world: World) {
        let told = [
            refunded(3_000_000),
            disputed("d1", DisputeState::Open, 12_000_000),
            disputed("d1", DisputeState::Won, 12_000_000),
            disputed("d2", DisputeState::Open, 9_000_000),
            Facts { fee_returned: 200_000, ..Facts::default() },
        ];
        let orders = [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [1, 3, 0, 2, 4], [3, 1, 4, 0, 2], [2, 0, 1, 4, 3]];
        let mut ends = Vec::new();
        for (n, order) in orders.iter().enumerate() {
            let mia = world.member(&format!("Mia {n}")).await;
            let loaded = mia.loads("l1", dollars(25)).await.unwrap();
            let mut wanted = world.order_of_plan("bundle_10").await;
            wanted.wallet = Some(loaded.wallet);
            mia.sends("b1", &wanted).await.unwrap();
            let before = world.balance("commission").await;
            for step in order.iter().chain(order) {
                let event = format!("e{n}-{step}");
                let message = world.message_of_load(loaded.load, &event, &told[*step]);
                world.hears(&message).await.unwrap();
                assert!(world.breaches().await.is_empty(), "{order:?} at {step}");
            }
            ends.push((mia.holds().await, world.balance("commission").await - before));
        }
        assert_eq!(ends[0], (3_000_000, 200_000 - 30_000_000));
        assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
    }

    async fn a_wallets_rest_is_a_refund_of_its_loads_and_nothing_is_posted_twice(world: World) {
        let (mia, first) = spent(&world).await;
        world.days_pass(1);
        let second = mia.loads("l2", dollars(10)).await.unwrap();
        let paid = mia.empties("r1", first.wallet).await.unwrap();
        assert_eq!((paid.refund, mia.holds().await), (dollars(25), 0));
        // The latest load whole, and of the first what is left: ten were spent.
        let listed = world.payments_listed().await;
        for (load, micros) in [(second.load, 10_000_000), (first.load, 15_000_000)] {
            let id = world.payment_of_load(load).await;
            let paid = listed.iter().find(|one| one.id == id).unwrap();
            assert_eq!(paid.returned().micros(), micros);
        }
        let booked = world.everything_booked().await;
        assert_eq!(world.reconciles().await, 0);
        assert_eq!(world.everything_booked().await, booked);
        // What is disputed later is only what is left of it.
        world.disputes_load(first.load, Act::Open(None)).await.unwrap();
        assert_eq!(world.balance("provider:").await, 0);
        let refused = world.disputes_load(second.load, Act::Open(None)).await.unwrap_err();
        assert_eq!(refused.code, "nothing_left");
    }

    async fn what_the_store_has_borne_of_a_load_is_not_paid_back_again(world: World) {
        let mia = world.member("Mia").await;
        let loaded = mia.loads("l1", dollars(10)).await.unwrap();
        let mut order = world.order_of_plan("bundle_10").await;
        order.wallet = Some(loaded.wallet);
        let licence = mia.sends("b1", &order).await.unwrap().licence;
        world.disputes_load(loaded.load, Act::Open(None)).await.unwrap();
        world.refunds(&licence, "r1", None).await.unwrap();
        assert_eq!(mia.holds().await, 10_000_000);
        let refused = mia.empties("r2", loaded.wallet).await.unwrap_err();
        assert_eq!(refused.code, "nothing_to_refund");
    }

    async fn sixteen_refunds_of_a_load_and_its_wallets_rest_at_once_give_back_once(world: World) {
        let mia = world.member("Mia").await;
        let loaded = mia.loads("l1", dollars(25)).await.unwrap();
        spec::world::race(16, |n| {
            let (world, mia) = (world.clone(), mia.clone());
            async move {
                if n % 2 == 0 {
                    mia.empties(&format!("w{n}"), loaded.wallet).await.is_ok()
                } else {
                    world.refunds_load(loaded.load, &format!("r{n}"), Some(5_000_000)).await.is_ok()
                }
            }
        })
        .await;
        world.reconciles().await;
        assert_eq!((mia.holds().await, world.balance("provider:").await), (0, 0));
    }

    async fn a_load_whose_borne_part_was_changed_is_named(world: World) {
        let (_, loaded) = spent(&world).await;
        world.disputes_load(loaded.load, Act::Open(None)).await.unwrap();
        world.runs("update wallet_loads set borne_micros = borne_micros + 1").await;
        let found = world.breaches().await;
        assert!(found.iter().any(|(name, _)| *name == "payments_follow_their_facts"), "{found:?}");
        world.has_broken(&["payments_follow_their_facts", "wallets_hold_what_was_loaded"]);
    }
}
