//! What was paid from a wallet goes back into it.

use domain::AssetKind;
use spec::on_both_engines;
use spec::world::{dollars, monetised_short};

use super::{shared, stands};

on_both_engines! {
    async fn a_licence_paid_from_a_wallet_is_refunded_into_it(world: World) {
        let track = shared(&world).await;
        let mia = world.member("Mia").await;
        let wallet = mia.loads("l1", dollars(10)).await.unwrap().wallet;
        let costs = world.balance("commission").await;
        let quote = world.buyer("Mia").quotes(&track, monetised_short()).await;
        let cut = |o: &&app::licensing::QuotedOption| o.asset == AssetKind::Cut15;
        let option = quote.options.iter().find(cut).unwrap_or(&quote.options[0]);
        let price = option.total_micros;
        let mut order = world.buyer("Mia").order(&quote, option);
        order.wallet = Some(wallet);
        let licence = mia.sends("b1", &order).await.unwrap().licence;
        let given = world.refunds(&licence, "r1", Some(290_000)).await.unwrap();
        assert_eq!(given.money.micros(), 290_000);
        assert_eq!(mia.holds().await, 10_000_000 - price + 290_000);
        assert!(world.refunds(&licence, "r1", Some(290_000)).await.unwrap().repeated);
        assert_eq!(stands(&world, &licence).await, "valid");
        assert!(world.breaches().await.is_empty());
        world.refunds(&licence, "r2", None).await.unwrap();
        assert_eq!((mia.holds().await, world.balance("payee").await), (10_000_000, 0));
        assert_eq!(world.balance("commission").await, costs, "no provider kept a fee");
        assert_eq!(stands(&world, &licence).await, "revoked");
        assert_eq!(world.credit_notes_of(&licence).await.len(), 2);
        assert_eq!(world.reconciles().await, 0);
        assert_eq!(world.refunds(&licence, "r3", None).await.unwrap_err().code, "nothing_left");
        // The provider was never asked: all of the load is still there to be paid back.
        assert_eq!(mia.empties("w1", wallet).await.unwrap().refund, dollars(10));
    }

    async fn a_rest_paid_from_a_wallet_comes_back_once(world: World) {
        let mia = world.member("Mia").await;
        let wallet = mia.loads("l1", dollars(12)).await.unwrap().wallet;
        let mut order = world.order_of_plan("bundle_10").await;
        order.wallet = Some(wallet);
        let licence = mia.sends("b1", &order).await.unwrap().licence;
        world.refunds_rest(&licence, "r1").await.unwrap();
        assert_eq!((mia.holds().await, world.reconciles().await), (12_000_000, 0));
        assert_eq!(world.paid_for(&licence).await.state(), "refunded");
        assert_eq!(stands(&world, &licence).await, "revoked");
        assert_eq!(world.refunds(&licence, "r2", None).await.unwrap_err().code, "nothing_left");
    }

    async fn a_request_that_died_is_carried_out_into_the_wallet_once(world: World) {
        let mia = world.member("Mia").await;
        let wallet = mia.loads("l1", dollars(12)).await.unwrap().wallet;
        let mut order = world.order_of_plan("bundle_10").await;
        order.wallet = Some(wallet);
        let licence = mia.sends("b1", &order).await.unwrap().licence;
        world.asks_and_dies(&licence, 10_000_000).await;
        assert_eq!((world.reconciles().await, world.reconciles().await), (1, 0));
        assert_eq!(mia.holds().await, 12_000_000);
    }
}
