//! The reserve goes to the payees once it is old enough.

use app::payments::dispute::Act;
use spec::on_both_engines;

use super::{shared, sold, track};

on_both_engines! {
    async fn a_reserve_goes_to_the_payees_of_its_sale_when_it_is_ninety_days_old(world: World) {
        sold(&world, &shared(&world).await).await;
        let held = world.balance("reserve").await;
        let paid = world.balance("payee").await + world.balance("carry").await;
        assert!(held > 0);
        world.days_pass(89);
        assert_eq!(world.releases_reserves().await, 0);
        world.days_pass(1);
        assert_eq!(world.releases_reserves().await, 1);
        assert_eq!(world.balance("reserve").await, 0);
        let now = world.balance("payee").await + world.balance("carry").await;
        assert_eq!(now, paid + held);
        assert_eq!(world.releases_reserves().await, 0);
    }

    async fn what_a_refund_took_of_it_before_is_not_released(world: World) {
        let licence = sold(&world, &track(&world).await).await;
        world.refunds(&licence, "r1", Some(2_500_000)).await.unwrap();
        world.days_pass(90);
        world.releases_reserves().await;
        assert_eq!(world.balance("reserve").await, 0);
        world.refunds(&licence, "r2", None).await.unwrap();
        assert_eq!(world.balance("payee").await, 0);
    }

    async fn a_refund_after_the_release_takes_it_back_from_the_payees(world: World) {
        let track = shared(&world).await;
        let first = sold(&world, &track).await;
        world.days_pass(90);
        world.releases_reserves().await;
        let before = (world.balance("payee").await, world.balance("carry").await);
        let second = sold(&world, &track).await;
        world.days_pass(90);
        world.releases_reserves().await;
        for n in 0..17 {
            world.refunds(&second, &format!("r{n}"), Some(290_000)).await.unwrap();
        }
        world.refunds(&second, "rest", None).await.unwrap();
        // A sale's own legs come back exactly; its reserve was shared by the sheet, whose fractions
        // of a micro-unit stand on its carry: fewer of them than there are payees.
        let after = (world.balance("payee").await, world.balance("carry").await);
        assert_eq!(after.0 + after.1, before.0 + before.1);
        assert!((after.0 - before.0).abs() < 3);
        assert_eq!(world.balance("reserve").await, 0);
        world.refunds(&first, "first", None).await.unwrap();
        let after = (world.balance("payee").await, world.balance("carry").await);
        assert!(after.0 + after.1 == 0 && after.0.abs() < 3, "{after:?}");
    }

    async fn a_dispute_won_after_the_release_gives_it_to_the_payees_again(world: World) {
        let licence = sold(&world, &shared(&world).await).await;
        world.disputes(&licence, Act::Open(None)).await.unwrap();
        world.days_pass(90);
        assert_eq!(world.releases_reserves().await, 1);
        assert_eq!(world.balance("payee").await, 0);
        world.disputes(&licence, Act::Won).await.unwrap();
        assert_eq!(world.balance("reserve").await, 0);
        assert!(world.balance("payee").await > 0);
    }

    async fn sales_from_before_holds_were_kept_are_released_too(world: World) {
        sold(&world, &shared(&world).await).await;
        world.must("delete from reserve_holds", &[]).await;
        assert!(world.breaches().await.is_empty());
        world.days_pass(90);
        assert_eq!(world.releases_reserves().await, 1);
        assert_eq!(world.balance("reserve").await, 0);
    }
}
