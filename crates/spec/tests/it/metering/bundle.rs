//! Clip time: bought once, drawn down by whole seconds, and earned to the last micro-unit.
//!
//! Ten dollars buy 600 seconds; N, the composers' side of the sale, is 7.998500 dollars. After
//! *s* seconds of use the composers have earned ⌊N·s/600⌋, whatever the clips were.

use app::licensing::Licence;
use app::metering::report::Answer;
use domain::usage::UseRefusal;
use spec::on_both_engines;
use spec::world::{Money, Music, Track, World, accepted, refusals};

/// The composers' side of a bundle of ten dollars.
const N: Money = 7_998_500;

on_both_engines! {
    async fn a_use_is_billed_in_whole_seconds_rounded_up(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let reporter = world.reporter().await;
        for (id, clip_ms, billed_ms) in [
            ("e1", 1, 1_000),
            ("e2", 1_000, 1_000),
            ("e3", 1_001, 2_000),
            ("e4", 14_999, 15_000),
        ] {
            let event = world.used(id, &licence, &track).lasting(clip_ms);
            assert_eq!(
                accepted(reporter.reports(&event).await).billed_ms,
                billed_ms
            );
        }
        assert_eq!(held(&world, &licence).await, (19_000, 600_000));
    }

    async fn uses_earn_by_telescoping_so_that_nothing_drifts(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let reporter = world.reporter().await;
        let mut consumed = 0;
        for (n, clip_ms) in [15_000, 15_000, 1_000, 61_000, 300_000, 7_000]
            .into_iter()
            .enumerate()
        {
            let event = world
                .used(&format!("e{n}"), &licence, &track)
                .lasting(clip_ms);
            let earned = accepted(reporter.reports(&event).await).earned_micros;
            let due = |ms: i64| N * ms / 600_000;
            assert_eq!(earned, due(consumed + clip_ms) - due(consumed), "use {n}");
            consumed += clip_ms;
        }
        assert_eq!(
            world.composer("Ada Byron").await.balance().await,
            N * 399 / 600
        );
    }

    async fn fifteen_seconds_earn_these_figures(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let reporter = world.reporter().await;
        let first = accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        let second = accepted(reporter.reports(&world.used("e2", &licence, &track)).await);
        assert_eq!(
            (first.earned_micros, second.earned_micros),
            (199_962, 199_963)
        );
        assert_eq!(world.balance("bundle-unearned").await, N - 399_925);
    }

    async fn each_payee_of_the_track_gets_their_exact_part(world: World) {
        let shares = [("Ada", 700_000), ("Ben", 300_000)];
        let track = world
            .compose(Music::titled("Together").shared(&shares))
            .await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        let (ada, ben) = (world.composer("Ada").await, world.composer("Ben").await);
        assert_eq!(
            (ada.balance().await, ben.balance().await),
            (139_973, 59_988)
        );
        assert_eq!(world.balance("carry").await, 1);
        accepted(reporter.reports(&world.used("e2", &licence, &track)).await);
        assert_eq!(
            (ada.balance().await, ben.balance().await),
            (279_947, 119_977)
        );
        assert_eq!(world.balance("carry").await, 1);
    }

    async fn a_bundle_pays_for_any_track_and_each_track_earns_its_own(world: World) {
        let (licence, night) = with_clip_time(&world).await;
        let tide = world
            .compose(Music::titled("Low Tide").by("Carla Duarte"))
            .await;
        let reporter = world.reporter().await;
        accepted(reporter.reports(&world.used("e1", &licence, &night)).await);
        accepted(reporter.reports(&world.used("e2", &licence, &tide)).await);
        assert_eq!(world.composer("Ada Byron").await.balance().await, 199_962);
        assert_eq!(
            world.composer("Carla Duarte").await.balance().await,
            199_963
        );
    }

    async fn using_all_of_a_bundle_earns_exactly_what_it_held(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let reporter = world.reporter().await;
        for (id, ms) in [("e1", 300_000), ("e2", 299_000), ("e3", 1)] {
            accepted(
                reporter
                    .reports(&world.used(id, &licence, &track).lasting(ms))
                    .await,
            );
        }
        assert_eq!(held(&world, &licence).await, (600_000, 600_000));
        assert_eq!(world.balance("bundle-unearned").await, 0);
        assert_eq!(world.composer("Ada Byron").await.balance().await, N);
    }

    async fn a_use_beyond_the_bundle_is_refused_with_the_missing_time(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let reporter = world.reporter().await;
        for id in ["e1", "e2"] {
            let event = world.used(id, &licence, &track).lasting(295_000);
            accepted(reporter.reports(&event).await);
        }
        let before = world.everything_booked().await;
        let event = world.used("e3", &licence, &track).lasting(14_001);
        let reasons = refusals(reporter.reports(&event).await);
        let wanted = UseRefusal::NotEnoughTime {
            missing_ms: 5_000,
            left_ms: 10_000,
        };
        assert_eq!(reasons, [wanted]);
        assert_eq!(world.everything_booked().await, before);
        accepted(reporter.reports(&event.lasting(10_000)).await);
    }

    async fn an_expired_bundle_holds_nothing(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        world.days_pass(366);
        let reporter = world.reporter().await;
        let before = world.everything_booked().await;
        assert!(!refusals(reporter.reports(&world.used("e1", &licence, &track)).await).is_empty());
        assert_eq!(world.everything_booked().await, before);
    }

    async fn sixteen_reporters_at_once_never_draw_a_bundle_below_nothing(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let reporter = world.reporter().await;
        let mut sent = tokio::task::JoinSet::new();
        for n in 0..16 {
            let event = world
                .used(&format!("e{n}"), &licence, &track)
                .lasting(45_000);
            let reporter = reporter.clone();
            sent.spawn(async move { reporter.reports(&event).await });
        }
        let said = sent.join_all().await;
        let counted = said
            .iter()
            .filter(|s| matches!(s, Answer::Accepted(_)))
            .count();
        assert_eq!(counted, 13, "13 uses of 45 s fit into 600 s, and no more");
        assert_eq!(held(&world, &licence).await, (585_000, 600_000));
        assert_eq!(
            world.composer("Ada Byron").await.balance().await,
            N * 585 / 600
        );
    }

    async fn one_batch_cannot_draw_a_bundle_below_nothing_either(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let batch: Vec<_> = (0..7)
            .map(|n| {
                world
                    .used(&format!("e{n}"), &licence, &track)
                    .lasting(100_000)
            })
            .collect();
        let receipts = world.reporter().await.sends(&batch).await.unwrap();
        let left = UseRefusal::NotEnoughTime {
            missing_ms: 100_000,
            left_ms: 0,
        };
        assert_eq!(receipts[6].answer, Answer::Refused(vec![left]));
        assert_eq!(held(&world, &licence).await, (600_000, 600_000));
    }

    async fn sales_and_uses_of_many_tracks_at_once_keep_the_books_balanced(world: World) {
        let (licence, night) = with_clip_time(&world).await;
        let shares = [("Ada Byron", 333_333), ("Ben", 333_333), ("Cleo", 333_334)];
        let both = [
            night,
            world
                .compose(Music::titled("Together").shared(&shares))
                .await,
        ];
        let reporter = world.reporter().await;
        let mut running = tokio::task::JoinSet::new();
        for n in 0..12 {
            let event = world
                .used(&format!("e{n}"), &licence, &both[n % 2])
                .lasting(7_000);
            let (reporter, mia, track) =
                (reporter.clone(), world.buyer("Mia"), both[n % 2].clone());
            running.spawn(async move {
                accepted(reporter.reports(&event).await);
                if n % 3 == 0 {
                    mia.buys(&track, domain::AssetKind::FullMix, domain::Tier::Creator)
                        .await;
                }
            });
        }
        running.join_all().await;
        assert_eq!((world.uses().await, world.licences().await), (12, 5));
    }
}

async fn with_clip_time(world: &World) -> (Licence, Track) {
    let track = world.track("Night Market").await;
    (world.buyer("Mia").buys_clip_time().await, track)
}

/// Clip time consumed and bought, in ms.
async fn held(world: &World, licence: &Licence) -> (i64, i64) {
    let licence = world.verifies(&licence.code.to_string()).await.unwrap();
    let bundle = licence.bundle.unwrap();
    (bundle.consumed_ms, bundle.total_ms)
}
