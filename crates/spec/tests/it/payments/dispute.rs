//! A payment is disputed: the licence is on hold, and what happens then is the bank's to say.

use app::payments::dispute::Act;
use domain::standing::Move;
use spec::on_both_engines;

use super::{PRICE, shared, sold, stands, track};

on_both_engines! {
    async fn a_dispute_takes_the_money_back_and_a_won_one_restores_all_but_its_fee(world: World) {
        let licence = sold(&world, &shared(&world).await).await;
        let before = world.moved_for(&licence).await;
        world.disputes(&licence, Act::Open(None)).await.unwrap();
        assert_eq!(stands(&world, &licence).await, "suspended");
        assert_eq!(world.balance("payee").await, 0);
        assert!(world.credit_notes_of(&licence).await.is_empty(), "it may yet be won");
        world.disputes(&licence, Act::Won).await.unwrap();
        assert_eq!(stands(&world, &licence).await, "valid");
        let mut wanted = before;
        for (account, micros) in &mut wanted {
            match account.as_str() {
                "commission" => *micros -= 15_000_000,
                "provider-fees" => *micros += 15_000_000,
                _ => {}
            }
        }
        assert_eq!(world.moved_for(&licence).await, wanted);
        let reasons: Vec<_> = world.standing_history(&licence).await;
        let reasons: Vec<_> = reasons.iter().map(|line| line.reason.as_str()).collect();
        assert_eq!(
            reasons,
            ["dispute: the payment is disputed", "dispute: it was decided for the store"]
        );
    }

    async fn a_lost_dispute_withdraws_the_licence_and_has_a_credit_note(world: World) {
        let licence = sold(&world, &track(&world).await).await;
        world.disputes(&licence, Act::Open(None)).await.unwrap();
        world.disputes(&licence, Act::Lost).await.unwrap();
        assert_eq!(stands(&world, &licence).await, "revoked");
        let notes = world.credit_notes_of(&licence).await;
        assert_eq!(notes.len(), 1);
        assert_eq!(notes[0].money.micros(), PRICE);
        assert_eq!(world.paid_for(&licence).await.state(), "charged_back");
        let refused = world.refunds(&licence, "r", None).await.unwrap_err();
        assert_eq!(refused.code, "nothing_left");
    }

    async fn a_refund_and_a_dispute_never_take_more_than_was_paid(world: World) {
        let licence = sold(&world, &shared(&world).await).await;
        world.refunds(&licence, "r1", Some(3_330_000)).await.unwrap();
        world.disputes(&licence, Act::Open(None)).await.unwrap();
        let payment = world.paid_for(&licence).await;
        assert_eq!((payment.returned().micros(), payment.left.micros()), (PRICE, 0));
        let refused = world.refunds(&licence, "r2", Some(10_000)).await.unwrap_err();
        assert_eq!(refused.code, "nothing_left");
        world.disputes(&licence, Act::Won).await.unwrap();
        world.refunds(&licence, "r3", None).await.unwrap();
        assert_eq!(world.balance("provider:").await, 0);
    }

    async fn a_hold_that_the_operator_put_on_is_theirs_to_end(world: World) {
        let licence = sold(&world, &track(&world).await).await;
        world.suspends(&licence).await;
        world.disputes(&licence, Act::Open(None)).await.unwrap();
        world.disputes(&licence, Act::Won).await.unwrap();
        assert_eq!(stands(&world, &licence).await, "suspended");
        world.moves(&licence, Move::Restore, "it was cleared up").await.unwrap();
        assert_eq!(stands(&world, &licence).await, "valid");
        let licence = sold(&world, &track_again(&world).await).await;
        world.revokes(&licence).await;
        world.disputes(&licence, Act::Open(None)).await.unwrap();
        world.disputes(&licence, Act::Won).await.unwrap();
        assert_eq!(stands(&world, &licence).await, "revoked");
    }

    async fn what_can_not_be_disputed_or_decided_is_refused(world: World) {
        let licence = sold(&world, &track(&world).await).await;
        let code = |answer: spec::world::Answer<()>| answer.unwrap_err().code;
        assert_eq!(code(world.disputes(&licence, Act::Won).await), "no_open_dispute");
        assert_eq!(code(world.disputes(&licence, Act::Open(Some(0))).await), "bad_amount");
        assert_eq!(code(world.disputes(&licence, Act::Open(Some(PRICE + 1))).await), "bad_amount");
        world.disputes(&licence, Act::Open(Some(1_000_000))).await.unwrap();
        assert_eq!(code(world.disputes(&licence, Act::Open(None)).await), "dispute_open");
        world.disputes(&licence, Act::Lost).await.unwrap();
        world.refunds(&licence, "rest", None).await.unwrap();
        assert_eq!(code(world.disputes(&licence, Act::Open(None)).await), "nothing_left");
    }
}

async fn track_again(world: &spec::World) -> spec::world::Track {
    let track = world.shown("night-market").await.unwrap();
    spec::world::Track {
        id: track.id,
        title: track.title,
    }
}
