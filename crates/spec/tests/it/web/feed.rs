//! The live report by HTTP: server-sent events that begin where the listener left off.

use app::access::{Role, Scope};
use serde_json::Value;
use spec::on_both_engines;
use spec::world::{Music, accepted};

const STREAM: &str = "/v1/reports/uses/stream";

on_both_engines! {
    async fn a_signed_in_composer_sees_a_use_as_it_is_reported(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let mut feed = ada.follows(STREAM).await;
        accepted(
            world
                .reporter()
                .await
                .reports(&world.used("e1", &licence, &track))
                .await,
        );
        let (id, data) = feed.next().await;
        assert_eq!(data["earned_micros"], 199_962);
        assert_eq!(data["id"], Value::from(id));
        assert_eq!(data["track_title"], "Night Market");
    }

    async fn who_comes_back_is_told_first_what_they_missed(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let reporter = world.reporter().await;
        let mut feed = ada.follows(STREAM).await;
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        let (seen, _) = feed.next().await;
        drop(feed);
        for id in ["e2", "e3"] {
            world.minutes_pass(1);
            accepted(reporter.reports(&world.used(id, &licence, &track)).await);
        }
        let mut feed = ada.with("last-event-id", &seen).follows(STREAM).await;
        let (second, _) = feed.next().await;
        let (third, _) = feed.next().await;
        assert!(seen < second && second < third);
        world.minutes_pass(1);
        accepted(reporter.reports(&world.used("e4", &licence, &track)).await);
        assert!(feed.next().await.0 > third, "and then what happens");
    }

    async fn a_composer_follows_their_own_report_and_a_reader_whichever_it_names(world: World) {
        world.track("Night Market").await;
        world
            .compose(Music::titled("Low Tide").by("Carla Duarte"))
            .await;
        let carla = world.composer("Carla Duarte").await;
        let path = format!("{STREAM}?payee={}", carla.payee);
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        assert_eq!(ada.gets(&path).await.status, 403);
        assert_eq!(world.visitor().gets(&path).await.status, 401);
        let (_, secret) = world.program("A reader", &[Scope::ReadReports]).await;
        let _open = world.visitor_with_key(&secret).follows(&path).await;
        assert_eq!(
            world.visitor_with_key(&secret).gets(STREAM).await.status,
            400
        );
    }

    async fn a_connection_lost_in_the_middle_of_a_settlement_loses_and_repeats_nothing(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e0", &licence, &track)).await);
        let first = world.composer("Ada Byron").await.uses_since(None).await.remove(0).id;
        let events: Vec<_> = (1..=40)
            .map(|n| world.used(&format!("e{n}"), &licence, &track).lasting(1_000 * n))
            .collect();
        // Together one settlement, each a line of its own.
        reporter.sends(&events[..20]).await.unwrap();
        let (mut last, mut told) = (first, Vec::new());
        for take in [1, 6, 13] {
            let mut feed = ada.clone().with("last-event-id", &last).follows(STREAM).await;
            for _ in 0..take {
                let (id, data) = feed.next().await;
                told.push(data["clip_ms"].as_i64().unwrap());
                last = id;
            }
        }
        told.sort_unstable();
        assert_eq!(told, (1..=20).map(|n| n * 1_000).collect::<Vec<_>>());
        let mut feed = ada.clone().with("last-event-id", &last).follows(STREAM).await;
        reporter.sends(&events[20..21]).await.unwrap();
        assert_eq!(feed.next().await.1["clip_ms"], 21_000);
    }

    async fn what_another_program_settles_is_told_too(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let reporter = world.reporter().await;
        let other = reporter.at(&world.reopened_without_a_signing_key().await);
        let mut feed = ada.clone().follows(STREAM).await;
        let mut seconds = Vec::new();
        for n in 1..=4 {
            let from = if n % 2 == 0 { &reporter } else { &other };
            let event = world.used(&format!("e{n}"), &licence, &track).lasting(1_000 * n);
            accepted(from.reports(&event).await);
        }
        let mut last = String::new();
        for _ in 1..=4 {
            let (id, data) = feed.next().await;
            seconds.push(data["clip_ms"].as_i64().unwrap() / 1_000);
            last = id;
        }
        assert_eq!(seconds, [1, 2, 3, 4]);
        // The other program goes on where this one left off.
        accepted(reporter.reports(&world.used("e5", &licence, &track)).await);
        let there = world.reopened_without_a_signing_key().await;
        let there = there.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let mut feed = there.with("last-event-id", &last).follows(STREAM).await;
        assert_eq!(feed.next().await.1["clip_ms"], 15_000);
    }

    async fn a_place_that_is_unknown_is_told_and_what_comes_after_follows(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        let nowhere = "f".repeat(32);
        let mut feed = ada.clone().with("last-event-id", &nowhere).follows(STREAM).await;
        let (id, data) = feed.next().await;
        assert_eq!(data["reset"], "unknown_event");
        accepted(reporter.reports(&world.used("e2", &licence, &track).lasting(2_000)).await);
        assert_eq!(feed.next().await.1["clip_ms"], 2_000);
        // And the place that a reset gives is one to come back to.
        let mut feed = ada.with("last-event-id", &id).follows(STREAM).await;
        assert_eq!(feed.next().await.1["clip_ms"], 2_000);
    }
}
