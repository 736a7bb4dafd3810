//! The live report: a use is seen by those who earn by it, at once, and by nobody else.

use spec::on_both_engines;
use spec::world::{Music, World, accepted};

on_both_engines! {
    async fn a_use_is_heard_within_the_request_that_reports_it(world: World) {
        let (licence, track, reporter) = ready(&world).await;
        let mut ear = world.composer("Ada Byron").await.listens();
        let counted = accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        let seen = ear.hears().await;
        assert_eq!(seen.earned_micros, counted.earned_micros);
        assert_eq!(seen.balance_micros, 199_962);
        assert_eq!(
            (seen.track_title.as_str(), seen.placement.as_str()),
            ("Night Market", "youtube_shorts")
        );
        assert_eq!(
            (seen.clip_ms, seen.billed_ms, seen.currency.as_str()),
            (15_000, 15_000, "USD")
        );
        assert_eq!(seen.track, track.id.to_string());
        assert_eq!(seen.at, world.now().to_string());
    }

    async fn a_use_that_earns_nothing_is_heard_too(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        let licence = mia
            .buys(&track, domain::AssetKind::FullMix, domain::Tier::Creator)
            .await;
        let mut ear = world.composer("Ada Byron").await.listens();
        accepted(
            world
                .reporter()
                .await
                .reports(&world.used("e1", &licence, &track))
                .await,
        );
        let seen = ear.hears().await;
        assert_eq!((seen.earned_micros, seen.billed_ms), (0, 0));
        assert_eq!(seen.balance_micros, 11_514_950, "what the sale earned");
    }

    async fn each_payee_hears_their_own_part(world: World) {
        let (licence, _, reporter) = ready(&world).await;
        let shares = [("Ben", 700_000), ("Cleo", 300_000)];
        let track = world
            .compose(Music::titled("Together").shared(&shares))
            .await;
        let mut ben = world.composer("Ben").await.listens();
        let mut cleo = world.composer("Cleo").await.listens();
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        assert_eq!(ben.hears().await.earned_micros, 139_973);
        assert_eq!(cleo.hears().await.earned_micros, 59_988);
    }

    async fn nobody_hears_uses_of_somebody_elses_tracks(world: World) {
        let (licence, track, reporter) = ready(&world).await;
        world
            .compose(Music::titled("Low Tide").by("Carla Duarte"))
            .await;
        let carla = world.composer("Carla Duarte").await;
        let mut ear = carla.listens();
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        assert!(ear.hears_nothing().await);
        assert!(carla.uses_since(None).await.is_empty());
    }

    async fn a_refused_use_and_a_duplicate_are_not_heard(world: World) {
        let (licence, track, reporter) = ready(&world).await;
        let event = world.used("e1", &licence, &track);
        let mut ear = world.composer("Ada Byron").await.listens();
        reporter.reports(&event.clone().lasting(0)).await;
        accepted(reporter.reports(&event).await);
        reporter.reports(&event).await;
        ear.hears().await;
        assert!(ear.hears_nothing().await);
    }

    async fn who_was_away_reads_what_they_missed_in_order(world: World) {
        let (licence, track, reporter) = ready(&world).await;
        let ada = world.composer("Ada Byron").await;
        for id in ["e1", "e2", "e3"] {
            world.minutes_pass(1);
            accepted(reporter.reports(&world.used(id, &licence, &track)).await);
        }
        let all = ada.uses_since(None).await;
        assert_eq!(all.len(), 3);
        assert!(all.is_sorted_by(|a, b| a.id < b.id && a.at < b.at));
        let missed = ada.uses_since(Some(&all[0])).await;
        assert_eq!(missed, all[1..]);
        assert!(ada.uses_since(Some(&all[2])).await.is_empty());
    }

    async fn what_is_heard_is_what_is_read_later(world: World) {
        let (licence, track, reporter) = ready(&world).await;
        let ada = world.composer("Ada Byron").await;
        let mut ear = ada.listens();
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        assert_eq!(ada.uses_since(None).await, [ear.hears().await]);
    }
}

async fn ready(
    world: &World,
) -> (
    app::licensing::Licence,
    spec::world::Track,
    spec::world::Reporter,
) {
    let track = world.track("Night Market").await;
    (
        world.buyer("Mia").buys_clip_time().await,
        track,
        world.reporter().await,
    )
}
