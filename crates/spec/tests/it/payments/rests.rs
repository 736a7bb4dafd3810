//! The rest of clip time is a refund of its payment like any other: what comes after it takes
//! only what is left.

use app::payments::dispute::Act;
use spec::on_both_engines;
use spec::world::{accepted, refusals};

use super::{refunded, shared, stands, track};

on_both_engines! {
    async fn a_rest_is_a_refund_of_the_payment_and_has_a_credit_note(world: World) {
        let track = track(&world).await;
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("u1", &bundle, &track).lasting(7_000)).await);
        let rest = world.refunds_rest(&bundle, "r1").await.unwrap();
        let paid = world.paid_for(&bundle).await;
        assert_eq!((paid.returned(), paid.state()), (rest.refund, "partly_refunded"));
        assert_eq!(paid.left.micros(), 120_000);
        assert_eq!(stands(&world, &bundle).await, "valid", "what was used stays licensed");
        let notes = world.credit_notes_of(&bundle).await;
        assert_eq!(notes.len(), 1);
        assert_eq!((notes[0].money, notes[0].reason.as_str()), (rest.refund, "the rest of the clip time"));
        let booked = world.everything_booked().await;
        assert_eq!(world.reconciles().await, 0);
        assert!(world.refunds_rest(&bundle, "r1").await.unwrap().repeated);
        assert_eq!(world.everything_booked().await, booked);
    }

    async fn a_dispute_after_a_rest_takes_what_is_left_and_gives_it_again(world: World) {
        let (one, three) = (track(&world).await, shared(&world).await);
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        for (n, track) in [&one, &three, &three].into_iter().enumerate() {
            accepted(reporter.reports(&world.used(&format!("u{n}"), &bundle, track)).await);
        }
        world.refunds_rest(&bundle, "r1").await.unwrap();
        let before = world.balance("payee").await + world.balance("carry").await;
        world.disputes(&bundle, Act::Open(None)).await.unwrap();
        assert_eq!(world.balance("provider:").await, 0);
        assert_eq!((world.balance("payee").await, world.balance("carry").await), (0, 0));
        assert_eq!(stands(&world, &bundle).await, "suspended");
        assert!(world.breaches().await.is_empty());
        world.disputes(&bundle, Act::Won).await.unwrap();
        assert_eq!(world.balance("payee").await + world.balance("carry").await, before);
        assert_eq!(stands(&world, &bundle).await, "valid");
        let refused = world.refunds(&bundle, "r2", Some(1_000_000)).await.unwrap_err();
        assert_eq!(refused.code, "refund_too_large");
        world.refunds(&bundle, "r3", None).await.unwrap();
        assert_eq!((world.balance("payee").await, world.balance("provider:").await), (0, 0));
    }

    async fn two_rests_of_one_bundle_sum_to_what_one_would_be(world: World) {
        let track = track(&world).await;
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let gift = world.gives(&bundle, "g1", 101).await.unwrap();
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("u1", &bundle, &track).lasting(13_000)).await);
        // 10.00 · 486/600, and of the gift that comes back 10.00 · 101/600 = 1.6833….
        assert_eq!(world.refunds_rest(&bundle, "r1").await.unwrap().refund.micros(), 8_100_000);
        world.withdraws_gift(&bundle, gift.id).await.unwrap();
        assert_eq!(world.refunds_rest(&bundle, "r2").await.unwrap().refund.micros(), 1_680_000);
        assert_eq!(world.paid_for(&bundle).await.returned().micros(), 9_780_000);
        assert_eq!(world.balance("bundle-unearned").await, 0);
        assert_eq!(world.credit_notes_of(&bundle).await.len(), 2);
        assert_eq!(world.reconciles().await, 0);
        world.disputes(&bundle, Act::Open(None)).await.unwrap();
        assert_eq!((world.balance("payee").await, world.balance("provider:").await), (0, 0));
        world.disputes(&bundle, Act::Lost).await.unwrap();
        assert_eq!(stands(&world, &bundle).await, "revoked");
    }

    async fn no_rest_is_paid_while_a_part_is_taken_back(world: World) {
        let bundle = world.buyer("Mia").buys_clip_time().await;
        world.hears(&world.message(&bundle, "e1", &refunded(3_000_000))).await.unwrap();
        let refused = world.refunds_rest(&bundle, "r1").await.unwrap_err();
        assert_eq!(refused.code, "licence_not_valid");
        let refused = world.gives(&bundle, "g1", 60).await.unwrap_err();
        assert_eq!(refused.code, "licence_not_valid");
        world.days_pass(400);
        assert_eq!(world.bundles_expire().await, 1, "what wasn't given back expires as any other");
    }

    async fn clip_time_that_expired_is_given_back_by_whoever_got_it_and_idle_rests_by_the_store(world: World) {
        let track = track(&world).await;
        let (used, unused) = (world.buyer("Mia").buys_clip_time().await, world.buyer("Ann").buys_clip_time().await);
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("u1", &used, &track).lasting(13_000)).await);
        world.days_pass(370);
        assert_eq!(world.bundles_expire().await, 2);
        let idle = world.balance("idle").await;
        for (n, bundle) in [&used, &unused].into_iter().enumerate() {
            world.refunds(bundle, &format!("r{n}"), None).await.unwrap();
            assert!(world.breaches().await.is_empty());
        }
        assert_eq!((world.balance("payee").await, world.balance("idle").await), (0, idle));
        assert!(!refusals(reporter.reports(&world.used("u2", &used, &track)).await).is_empty());
    }
}
