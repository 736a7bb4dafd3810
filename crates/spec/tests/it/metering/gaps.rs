//! Gaps in what reporters count: seen by the operator, closed by what comes late.

use app::access::{Role, Scope};
use app::metering::reporters::{self, Gap};
use app::upkeep;
use domain::AssetKind;
use domain::Tier;
use spec::on_both_engines;
use spec::world::{Track, World, accepted, refusals};

on_both_engines! {
    async fn a_gap_is_told_with_since_when_and_closes_by_what_comes_late(world: World) {
        let (licence, track) = licensed(&world).await;
        let reporter = world.reporter().await;
        let sends = async |id: &str| {
            // One video, so that all of it is covered.
            let event = world.used(id, &licence, &track).but("video", "one");
            accepted(reporter.reports(&event).await);
        };
        for id in ["cam:1", "cam:2", "other:7", "no number"] {
            sends(id).await;
        }
        assert_eq!(gaps(&world).await, []);
        world.days_pass(1);
        let since = world.now();
        sends("cam:6").await;
        let gap = |from, to| Gap { from, to, since };
        assert_eq!(gaps(&world).await, [gap(3, 5)]);
        // What is refused is missing still, and what comes twice counts once.
        let event = world.used("cam:4", &licence, &track).lasting(0);
        refusals(reporter.reports(&event).await);
        reporter.reports(&world.used("cam:2", &licence, &track)).await;
        world.days_pass(1);
        sends("cam:4").await;
        assert_eq!(gaps(&world).await, [gap(3, 3), gap(5, 5)]);
        sends("cam:3").await;
        sends("cam:5").await;
        assert_eq!(gaps(&world).await, []);
        let found = reporters::list(world.app()).await.unwrap().remove(0);
        assert_eq!((found.uses, found.name.as_deref()), (8, Some("An editor")));
        let streams: Vec<_> = found
            .streams
            .iter()
            .map(|one| (one.stream.as_str(), one.uses, one.lowest, one.highest))
            .collect();
        assert_eq!(streams, [("cam", 6, 1, 6), ("other", 1, 7, 7)]);
    }

    async fn gaps_are_the_same_whoever_followed_and_when(world: World) {
        let (licence, track) = licensed(&world).await;
        let reporter = world.reporter().await;
        for (round, id) in ["a:1", "a:3", "a:9", "a:4"].into_iter().enumerate() {
            let event = world.used(id, &licence, &track).but("video", "one");
            accepted(reporter.reports(&event).await);
            if round == 1 {
                upkeep::run(world.app()).await.unwrap();
            }
        }
        let (one, other) = tokio::join!(gaps(&world), gaps(&world));
        assert_eq!(one, other);
        let numbers: Vec<_> = one.iter().map(|gap| (gap.from, gap.to)).collect();
        assert_eq!(numbers, [(2, 2), (5, 8)]);
        let found = reporters::list(world.app()).await.unwrap().remove(0);
        assert_eq!(found.uses, 4);
    }

    async fn the_operator_sees_them_and_nobody_else(world: World) {
        let (licence, track) = licensed(&world).await;
        let reporter = world.reporter().await;
        for id in ["a:1", "a:3"] {
            let event = world.used(id, &licence, &track).but("video", "one");
            accepted(reporter.reports(&event).await);
        }
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        let all = operator.gets("/v1/reporters").await.json();
        assert_eq!(all["reporters"][0]["gaps"], 1);
        let id = all["reporters"][0]["reporter"].as_str().unwrap();
        let one = operator.gets(&format!("/v1/reporters/{id}/gaps")).await.json();
        assert_eq!(one["streams"][0]["missing"][0]["from"], 2);
        assert_eq!(one["streams"][0]["highest"], 3);
        let nobody = operator.gets("/v1/reporters/nobody/gaps").await;
        assert_eq!(nobody.problem(), (404, "unknown_reporter".into()));
        let (_, secret) = world.program("Another", &[Scope::ReportUses]).await;
        let program = world.visitor_with_key(&secret);
        assert_eq!(program.gets("/v1/reporters").await.status, 403);
    }
}

async fn licensed(world: &World) -> (app::licensing::Licence, Track) {
    let track = world.track("Night Market").await;
    let buyer = world.buyer("Mia");
    let licence = buyer.buys(&track, AssetKind::FullMix, Tier::Creator).await;
    (licence, track)
}

async fn gaps(world: &World) -> Vec<Gap> {
    let all = reporters::list(world.app()).await;
    let all = all.unwrap_or_else(|fault| panic!("{}", fault.chain()));
    let streams = all.into_iter().flat_map(|one| one.streams);
    streams.flat_map(|stream| stream.gaps).collect()
}
