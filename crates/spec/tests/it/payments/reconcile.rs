//! What no message told is asked for.

use spec::on_both_engines;

use super::{PRICE, sold, stands, track};

on_both_engines! {
    async fn a_refund_whose_message_never_came_is_found(world: World) {
        let licence = sold(&world, &track(&world).await).await;
        world.sandbox_refunds_unheard(&licence, "elsewhere", PRICE).await;
        assert_eq!(stands(&world, &licence).await, "valid");
        assert_eq!(world.reconciles().await, 1);
        assert_eq!(stands(&world, &licence).await, "revoked");
        assert_eq!(world.reconciles().await, 0);
    }

    async fn a_refund_that_was_asked_for_before_the_process_died_is_carried_out_once(world: World) {
        let licence = sold(&world, &track(&world).await).await;
        world.asks_and_dies(&licence, 2_000_000).await;
        let refused = world.refunds(&licence, "r1", Some(4_000_000)).await.unwrap_err();
        assert_eq!(refused.code, "refund_too_large");
        assert_eq!(world.reconciles().await, 1);
        assert_eq!(world.reconciles().await, 0);
        assert_eq!(world.paid_for(&licence).await.returned().micros(), 2_000_000);
    }

    async fn a_refund_whose_answer_was_lost_is_not_made_twice(world: World) {
        let licence = sold(&world, &track(&world).await).await;
        world.asks_and_dies(&licence, 2_000_000).await;
        // The provider did it, under the request's own key, and the answer was lost.
        let key = "07".repeat(16);
        world.sandbox_refunds_unheard(&licence, &key, 2_000_000).await;
        assert_eq!(world.reconciles().await, 1);
        assert_eq!(world.paid_for(&licence).await.returned().micros(), 2_000_000);
        world.refunds(&licence, "r1", None).await.unwrap();
        assert_eq!(world.paid_for(&licence).await.returned().micros(), PRICE);
    }
}
