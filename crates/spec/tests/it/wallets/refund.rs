//! A wallet's rest goes back to the card, once.

use spec::on_both_engines;
use spec::world::dollars;

on_both_engines! {
    async fn the_rest_goes_back_whole(world: World) {
        let mia = world.member("Mia").await;
        let wallet = mia.loads("l1", dollars(25)).await.unwrap().wallet;
        let mut order = world.order_of_plan("bundle_10").await;
        order.wallet = Some(wallet);
        mia.sends("b1", &order).await.unwrap();
        let paid = mia.empties("r1", wallet).await.unwrap();
        assert_eq!((paid.refund, mia.holds().await), (dollars(15), 0));
        assert!(mia.empties("r1", wallet).await.unwrap().repeated);
        assert_eq!(mia.empties("r2", wallet).await.unwrap_err().code, "nothing_to_refund");
        let eve = world.member("Eve").await;
        assert_eq!(eve.empties("r3", wallet).await.unwrap_err().code, "unknown_wallet");
    }

    async fn sixty_four_purchases_and_refunds_at_once_never_overdraw(world: World) {
        let mia = world.member("Mia").await;
        let wallet = mia.loads("l1", dollars(100)).await.unwrap().wallet;
        let mut order = world.order_of_plan("bundle_10").await;
        order.wallet = Some(wallet);
        spec::world::race(64, |n| {
            let (mia, order) = (mia.clone(), order.clone());
            async move {
                if n == 9 {
                    mia.empties("r1", wallet).await.is_ok()
                } else {
                    mia.sends(&format!("b{n}"), &order).await.is_ok()
                }
            }
        })
        .await;
        assert!(mia.holds().await == 0 && world.licences().await <= 10);
    }
}
