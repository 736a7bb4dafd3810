//! A subscription's payment is taken back while its cycle runs: the pool gives first, then the
//! tracks that were used; the licence follows.

use app::licensing::Licence;
use app::payments::dispute::Act;
use app::payments::{DisputeState, Facts};
use app::subscriptions::change::Wish;
use domain::pool::IdleRule;
use spec::on_both_engines;
use spec::world::{Track, World, accepted, refusals};

use super::learn::orders;
use super::{disputed, refunded, shared, stands, track};

/// A subscription, and a track of three in rotation.
async fn subscribed(world: &World) -> (Licence, Track) {
    let track = shared(world).await;
    world.rotates(&[&track]).await;
    (world.buyer("Mia").subscribes().await, track)
}

/// So many uses.
async fn uses(world: &World, name: &str, licence: &Licence, track: &Track, count: usize) {
    let reporter = world.reporter().await;
    for n in 0..count {
        accepted(
            reporter
                .reports(&world.used(&format!("{name}{n}"), licence, track))
                .await,
        );
    }
}

/// What stands for a subscription, whoever has it.
pub(super) async fn books(world: &World) -> Vec<(&'static str, i64)> {
    let mut found = Vec::new();
    for account in [
        "payee",
        "carry",
        "pool:",
        "pool-reserve",
        "idle",
        "provider:",
        "commission",
    ] {
        found.push((account, world.balance(account).await));
    }
    found
}

/// Nothing is left with anybody but the store, which bears the provider's fees.
pub(super) async fn nothing_is_left(world: &World) {
    for (account, micros) in books(world).await {
        if account != "commission" {
            assert_eq!(micros, 0, "{account}");
        }
    }
    let fees = world.balance("provider-fees").await;
    assert_eq!(world.balance("commission").await, -fees);
}

on_both_engines! {
    async fn what_nobody_used_is_given_back_out_of_the_pool_and_the_subscription_ends(world: World) {
        let (licence, track) = subscribed(&world).await;
        world.refunds(&licence, "r1", None).await.unwrap();
        nothing_is_left(&world).await;
        assert_eq!(stands(&world, &licence).await, "revoked");
        assert_eq!(world.subscription(&licence).await.state.word(), "ended");
        let notes = world.credit_notes_of(&licence).await;
        assert_eq!(notes.len(), 1);
        assert_eq!(notes[0].money.micros(), 5_000_000);
        let answer = world.reporter().await.reports(&world.used("e1", &licence, &track)).await;
        assert!(!refusals(answer).is_empty());
        world.it_is("2026-04-02T09:00:00Z");
        assert_eq!(world.renews().await.renewed, 0);
        world.it_is("2026-04-05T09:00:00Z");
        assert_eq!(world.closes().await.cycles, 1);
        nothing_is_left(&world).await;
        let refused = world.refunds(&licence, "r2", None).await.unwrap_err();
        assert_eq!(refused.code, "nothing_left");
    }

    async fn a_part_leaves_the_pool_and_what_was_used_stays_with_the_tracks(world: World) {
        let (licence, track) = subscribed(&world).await;
        uses(&world, "a", &licence, &track, 3).await;
        let (earned, before) = (world.balance("payee").await, world.balance("pool:").await);
        world.refunds(&licence, "r1", Some(2_500_000)).await.unwrap();
        assert_eq!(world.balance("payee").await, earned);
        // Half of 3.674125, floored.
        assert_eq!(world.balance("pool:").await, before - 1_837_062);
        assert_eq!(stands(&world, &licence).await, "valid");
        let running = world.subscription(&licence).await.running.unwrap();
        assert_eq!((running.used, running.allowance), (3, 36), "1.837063 of five cents each");
        uses(&world, "b", &licence, &track, 1).await;
        // Beyond what the pool holds, the tracks give back.
        world.refunds(&licence, "r2", Some(2_490_000)).await.unwrap();
        assert_eq!(world.balance("pool:").await, 0);
        let kept = world.balance("payee").await + world.balance("carry").await;
        assert_eq!(kept, 3_674_125 - 3_666_776);
        assert_eq!(stands(&world, &licence).await, "valid");
        let answer = world.reporter().await.reports(&world.used("c", &licence, &track)).await;
        assert!(!refusals(answer).is_empty(), "nothing is left to guarantee a use");
        world.refunds(&licence, "r3", None).await.unwrap();
        nothing_is_left(&world).await;
        assert_eq!((stands(&world, &licence).await, world.credit_notes_of(&licence).await.len()), ("revoked", 3));
    }

    async fn a_disputed_subscription_waits_and_a_won_dispute_restores_everything(world: World) {
        let (licence, track) = subscribed(&world).await;
        uses(&world, "a", &licence, &track, 7).await;
        let before = books(&world).await;
        world.disputes(&licence, Act::Open(None)).await.unwrap();
        assert_eq!(stands(&world, &licence).await, "suspended");
        assert_eq!((world.balance("payee").await, world.balance("pool:").await), (0, 0));
        let answer = world.reporter().await.reports(&world.used("b", &licence, &track)).await;
        assert!(!refusals(answer).is_empty());
        world.it_is("2026-04-02T09:00:00Z");
        assert_eq!(world.renews().await.renewed, 0, "nothing more is charged meanwhile");
        world.disputes(&licence, Act::Won).await.unwrap();
        let after = books(&world).await;
        assert_eq!(after[..6], before[..6]);
        assert_eq!(after[6].1, before[6].1 - 15_000_000, "the dispute's fee is the store's");
        assert_eq!(stands(&world, &licence).await, "valid");
        world.it_is("2026-04-03T09:00:00Z");
        assert_eq!(world.renews().await.renewed, 1);
        assert_eq!(world.credit_notes_of(&licence).await, []);
    }

    async fn a_lost_dispute_ends_the_subscription_and_cleared_uses_stay(world: World) {
        let (licence, track) = subscribed(&world).await;
        uses(&world, "a", &licence, &track, 2).await;
        world.disputes(&licence, Act::Open(Some(1_000_000))).await.unwrap();
        world.disputes(&licence, Act::Lost).await.unwrap();
        assert_eq!(stands(&world, &licence).await, "revoked");
        let shown = world.subscription(&licence).await;
        assert_eq!((shown.state.word(), shown.uses.len()), ("ended", 2));
        // What is left of the cycle is the tracks': it closes as any other.
        world.it_is("2026-04-05T09:00:00Z");
        assert_eq!((world.renews().await.renewed, world.closes().await.cycles), (0, 1));
        let composers = world.balance("payee").await + world.balance("carry").await;
        assert_eq!(composers, 3_674_125 - 734_825);
        assert_eq!(world.balance("pool:").await, 0);
    }

    async fn messages_about_a_subscription_end_alike_in_every_order(world: World) {
        let track = track(&world).await;
        world.rotates(&[&track]).await;
        let told = [
            refunded(1_290_000),
            disputed("d1", DisputeState::Open, 2_000_000),
            disputed("d1", DisputeState::Won, 2_000_000),
            Facts { fee_returned: 140_000, ..refunded(4_960_000) },
        ];
        let mut ends = std::collections::BTreeSet::new();
        for order in orders(told.len()) {
            let licence = world.buyer("Mia").subscribes().await;
            uses(&world, &format!("{order:?}"), &licence, &track, 3).await;
            for at in order.iter().chain(&order) {
                let event = format!("{}-{at}", licence.id);
                world.hears(&world.message(&licence, &event, &told[*at])).await.unwrap();
            }
            let running = world.subscription(&licence).await.running.unwrap();
            let end = (world.sums_of(&licence).await, running.allowance, stands(&world, &licence).await);
            ends.insert(end);
        }
        assert_eq!(ends.len(), 1, "{ends:#?}");
    }

    async fn giving_an_earlier_cycle_back_leaves_the_subscription_and_the_current_one_ends_it(world: World) {
        let (licence, _) = subscribed(&world).await;
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        let paid = world.payments_of(&licence).await;
        world.refunds_payment(paid[0], "r1", None).await.unwrap();
        let shown = world.subscription(&licence).await;
        assert_eq!((stands(&world, &licence).await, shown.state.word()), ("valid", "active"));
        assert_eq!(world.credit_notes_of(&licence).await.len(), 1);
        world.refunds_payment(paid[1], "r2", None).await.unwrap();
        let shown = world.subscription(&licence).await;
        assert_eq!((stands(&world, &licence).await, shown.state.word()), ("revoked", "ended"));
        let notes = world.credit_notes_of(&licence).await;
        let of: Vec<_> = notes.iter().map(|note| note.invoice.as_str()).collect();
        assert_eq!(of, ["2026-0001", "2026-0002"], "each of its own invoice");
        nothing_is_left(&world).await;
    }

    async fn a_dearer_plans_difference_is_given_back_alone(world: World) {
        world.plan("big", 2_000, None, IdleRule::Share).await;
        let (licence, track) = subscribed(&world).await;
        uses(&world, "a", &licence, &track, 5).await;
        let before = books(&world).await;
        world.minutes_pass(10);
        world.subscriber_asks("k", &licence, Wish::Plan("big".into())).await.unwrap();
        let paid = world.payments_of(&licence).await;
        world.refunds_payment(paid[1], "r1", None).await.unwrap();
        assert_eq!(books(&world).await[..6], before[..6]);
        assert_eq!(stands(&world, &licence).await, "valid");
        world.refunds_payment(paid[0], "r2", None).await.unwrap();
        assert_eq!(stands(&world, &licence).await, "revoked", "all of the cycle is back");
        nothing_is_left(&world).await;
    }

    async fn a_subscriptions_payments_are_listed_by_what_they_paid_for(world: World) {
        let (licence, _) = subscribed(&world).await;
        world.it_is("2026-04-02T09:00:00Z");
        world.renews().await;
        let listed = world.payments_listed().await;
        let labels: Vec<_> = listed.iter().map(|one| one.label.as_str()).collect();
        let wanted = [
            "Rotating library, a month: cycle 2026-04-02 to 2026-05-02",
            "Rotating library, a month: sign-up, cycle 2026-03-02 to 2026-04-02",
        ];
        assert_eq!(labels, wanted);
        let code = licence.code.to_string();
        let of = listed.iter().all(|one| one.licence == Some((licence.id, code.clone())));
        assert!(of && listed.iter().all(|one| one.left.micros() == 5_000_000));
    }

    async fn a_subscription_that_stands_apart_from_its_payments_is_named(world: World) {
        let (licence, _) = subscribed(&world).await;
        world.refunds(&licence, "r1", None).await.unwrap();
        world.runs("update licences set status = 'valid'").await;
        world.runs(r#"update payment_facts set facts = '{"captured":5000000,"refunded":4990000,"fee_returned":0,"disputes":{}}'"#).await;
        let names: Vec<_> = world.breaches().await.into_iter().map(|(name, _)| name).collect();
        assert!(names.contains(&"payments_follow_their_facts"), "{names:?}");
        world.runs(r#"update payment_facts set facts = '{"captured":5000000,"refunded":5000000,"fee_returned":0,"disputes":{}}'"#).await;
        let names: Vec<_> = world.breaches().await.into_iter().map(|(name, _)| name).collect();
        assert!(names.contains(&"licences_follow_their_payments"), "{names:?}");
        world.has_broken(&names);
    }
}
