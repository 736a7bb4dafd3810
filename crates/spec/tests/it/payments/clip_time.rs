//! Clip time is given back: what nobody has earned first, then the tracks in proportion.

use app::deals::{Circumstances, curators};
use app::licensing::Licence;
use app::licensing::quote::{Ask, quote_in};
use app::offers::Hand;
use app::payments::dispute::Act;
use spec::on_both_engines;
use spec::world::{Music, World, accepted};

use super::{refunded, shared, stands, track};

/// Clip time that was sold by a curator who is a composer too.
async fn curated(world: &World) -> Licence {
    world.compose(Music::titled("Own").by("Cleo")).await;
    let (app, mut call) = (world.app(), world.call());
    let night = ("night", "Cleo");
    let made = curators::add(app, &call, Hand::Console, night, 500);
    made.await.unwrap();
    let via = Circumstances {
        via: Some("night".into()),
        ..Circumstances::default()
    };
    let ask = Ask::Bundle {
        plan: "bundle_10".into(),
    };
    let quote = quote_in(app, &mut call, &ask, &via).await.unwrap();
    let mia = world.buyer("Mia");
    let order = mia.order(&quote, &quote.options[0]);
    mia.sends("b1", &order).await.unwrap().licence
}

on_both_engines! {
    async fn unused_clip_time_is_given_back_out_of_what_nobody_has_earned(world: World) {
        let bundle = world.buyer("Mia").buys_clip_time().await;
        world.refunds(&bundle, "r1", None).await.unwrap();
        assert_eq!(world.balance("bundle-unearned").await, 0);
        assert_eq!(stands(&world, &bundle).await, "revoked");
    }

    async fn used_clip_time_is_given_back_by_the_tracks_it_was_used_on(world: World) {
        let (one, three) = (track(&world).await, shared(&world).await);
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        for (n, track) in [&one, &three, &three].into_iter().enumerate() {
            accepted(reporter.reports(&world.used(&format!("u{n}"), &bundle, track)).await);
        }
        assert!(world.balance("payee").await > 0);
        world.refunds(&bundle, "r1", None).await.unwrap();
        assert_eq!(world.balance("bundle-unearned").await, 0);
        assert_eq!((world.balance("payee").await, world.balance("carry").await), (0, 0));
    }

    async fn a_dispute_of_used_clip_time_that_is_won_restores_everything(world: World) {
        let track = world.compose(Music::titled("Three").shared(&[("A", 333_334), ("B", 333_333), ("C", 333_333)])).await;
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("u1", &bundle, &track)).await);
        let state = || async {
            let all = ["payee", "carry", "bundle-unearned", "provider:"];
            let mut found = Vec::new();
            for account in all {
                found.push(world.balance(account).await);
            }
            found
        };
        let before = state().await;
        world.disputes(&bundle, Act::Open(None)).await.unwrap();
        assert_eq!(state().await, [0, 0, 0, 0]);
        assert_eq!(stands(&world, &bundle).await, "suspended");
        world.disputes(&bundle, Act::Won).await.unwrap();
        assert_eq!(state().await, before);
        accepted(reporter.reports(&world.used("u2", &bundle, &track)).await);
    }

    async fn a_curators_share_of_clip_time_goes_back_in_proportion_and_comes_again(world: World) {
        let bundle = curated(&world).await;
        let cleo = world.composer("Cleo").await;
        let share = cleo.balance().await;
        assert!(share > 0);
        let own = world.compose(Music::titled("Another").by("Cleo")).await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("u1", &bundle, &own)).await);
        world.refunds_rest(&bundle, "r1").await.unwrap();
        assert!(world.breaches().await.is_empty());
        let before = cleo.balance().await;
        world.disputes(&bundle, Act::Open(None)).await.unwrap();
        assert_eq!((cleo.balance().await, world.balance("bundle-unearned").await), (0, 0));
        assert!(world.breaches().await.is_empty());
        world.disputes(&bundle, Act::Won).await.unwrap();
        assert_eq!(cleo.balance().await, before);
        world.refunds(&bundle, "r2", None).await.unwrap();
        assert_eq!((cleo.balance().await, world.balance("provider:").await), (0, 0));
    }

    async fn clip_time_is_given_back_whole_and_draws_nothing_while_a_part_is_disputed(world: World) {
        let track = track(&world).await;
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let refused = world.refunds(&bundle, "r1", Some(1_000_000)).await.unwrap_err();
        assert_eq!(refused.code, "clip_time_whole");
        let part = refunded(3_000_000);
        world.hears(&world.message(&bundle, "e1", &part)).await.unwrap();
        assert_eq!(stands(&world, &bundle).await, "valid");
        let reporter = world.reporter().await;
        let answer = reporter.reports(&world.used("u1", &bundle, &track)).await;
        assert!(!spec::world::refusals(answer).is_empty());
    }
}
