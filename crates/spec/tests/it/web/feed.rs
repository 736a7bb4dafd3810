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
}
