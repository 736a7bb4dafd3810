//! What is taken back of a giver's payment reaches what they gave away.

use app::licensing::Licence;
use app::payments::dispute::Act;
use spec::on_both_engines;
use spec::world::{World, accepted, refusals};

use super::{shared, stands, track};

/// Clip time, a gift out of it that was taken, and a gift out of that, each used a little.
async fn tree(world: &World) -> [Licence; 3] {
    let (one, three) = (track(world).await, shared(world).await);
    let mine = world.buyer("Mia").buys_clip_time().await;
    let gift = world.gives(&mine, "g1", 300).await.unwrap();
    let theirs = world.takes_gift(&gift.token, "A client").await.unwrap();
    let gift = world.gives(&theirs, "g2", 101).await.unwrap();
    let last = world.takes_gift(&gift.token, "Their client").await.unwrap();
    let reporter = world.reporter().await;
    for (n, (licence, track, ms)) in [
        (&mine, &one, 13_000),
        (&theirs, &three, 29_000),
        (&last, &three, 7_000),
    ]
    .into_iter()
    .enumerate()
    {
        let event = world.used(&format!("u{n}"), licence, track).lasting(ms);
        accepted(reporter.reports(&event).await);
    }
    [mine, theirs, last]
}

/// What composers and bundles have.
async fn composers(world: &World) -> [i64; 3] {
    let of = |account| world.balance(account);
    [
        of("payee").await,
        of("carry").await,
        of("bundle-unearned").await,
    ]
}

on_both_engines! {
    async fn a_whole_refund_takes_back_what_was_given_away_and_withdraws_it(world: World) {
        let licences = tree(&world).await;
        world.refunds(&licences[0], "r1", None).await.unwrap();
        assert_eq!(composers(&world).await, [0, 0, 0]);
        assert_eq!(world.balance("provider:").await, 0);
        for licence in &licences {
            assert_eq!(stands(&world, licence).await, "revoked");
        }
        let reporter = world.reporter().await;
        let track = world.track("Another").await;
        let answer = reporter.reports(&world.used("v1", &licences[2], &track)).await;
        assert!(!refusals(answer).is_empty());
    }

    async fn a_dispute_suspends_gifts_and_a_won_one_restores_them(world: World) {
        let licences = tree(&world).await;
        let waits = world.gives(&licences[0], "g3", 60).await.unwrap();
        let before = composers(&world).await;
        world.disputes(&licences[0], Act::Open(None)).await.unwrap();
        assert_eq!(composers(&world).await, [0, 0, 0]);
        for licence in &licences {
            assert_eq!(stands(&world, licence).await, "suspended");
        }
        assert_eq!(world.takes_gift(&waits.token, "Late").await.unwrap_err().code, "licence_not_valid");
        assert!(world.breaches().await.is_empty());
        world.disputes(&licences[0], Act::Won).await.unwrap();
        assert_eq!(composers(&world).await, before);
        for licence in &licences {
            assert_eq!(stands(&world, licence).await, "valid");
        }
        world.takes_gift(&waits.token, "In time").await.unwrap();
    }

    async fn a_dispute_of_a_part_takes_unused_clip_time_first_wherever_it_is(world: World) {
        let licences = tree(&world).await;
        let [payees, carry, unearned] = composers(&world).await;
        world.disputes(&licences[0], Act::Open(Some(9_000_000))).await.unwrap();
        let [payees_now, carry_now, unearned_now] = composers(&world).await;
        assert_eq!((payees_now, carry_now), (payees, carry), "what was earned is covered");
        assert!(0 < unearned_now && unearned_now < unearned);
        world.disputes(&licences[0], Act::Lost).await.unwrap();
        for licence in &licences {
            assert_eq!(stands(&world, licence).await, "revoked");
        }
    }

    async fn a_givers_rest_leaves_gifts_as_they_are_and_a_dispute_then_reaches_them(world: World) {
        let licences = tree(&world).await;
        world.refunds_rest(&licences[0], "r1").await.unwrap();
        assert_eq!(stands(&world, &licences[1]).await, "valid");
        assert!(world.breaches().await.is_empty());
        world.disputes(&licences[0], Act::Open(None)).await.unwrap();
        assert_eq!(composers(&world).await, [0, 0, 0]);
        assert_eq!(stands(&world, &licences[2]).await, "suspended");
        world.disputes(&licences[0], Act::Won).await.unwrap();
        assert_eq!(stands(&world, &licences[2]).await, "valid");
    }

    async fn gifts_that_expired_are_taken_back_of_the_tracks_they_were_used_on(world: World) {
        let licences = tree(&world).await;
        world.days_pass(370);
        assert_eq!(world.bundles_expire().await, 3);
        world.disputes(&licences[0], Act::Open(None)).await.unwrap();
        assert_eq!(composers(&world).await, [0, 0, 0]);
    }
}
