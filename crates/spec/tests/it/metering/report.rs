//! Reporting uses: what counts, what doesn't and why, and that each counts once.

use app::access::{Principal, Scope};
use app::licensing::Licence;
use app::metering::report::Answer;
use domain::covers::Axis;
use domain::usage::{LicenceState, UseRefusal};
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Event, Music, Reporter, Track, World, accepted, refusals};

on_both_engines! {
    async fn a_use_under_a_tiered_licence_counts_and_earns_nothing_more(world: World) {
        let (reporter, licence, track) = licensed(&world).await;
        let ada = world.composer("Ada Byron").await;
        let before = ada.balance().await;
        let counted = accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        assert_eq!((counted.billed_ms, counted.earned_micros), (0, 0));
        assert_eq!(counted.licence, licence.code);
        assert_eq!(ada.balance().await, before);
        assert_eq!(ada.report().await.uses_total, 1);
    }

    async fn the_same_event_again_is_a_duplicate_with_the_same_answer(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let event = world.used("e1", &licence, &track);
        let counted = accepted(reporter.reports(&event).await);
        assert_eq!(counted.licence, licence.code);
        let booked = world.everything_booked().await;
        world.minutes_pass(5);
        assert_eq!(reporter.reports(&event).await, Answer::Duplicate(counted));
        assert_eq!(world.everything_booked().await, booked);
    }

    async fn the_same_event_twice_in_one_batch_counts_once(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let event = world.used("e1", &licence, &track);
        let receipts = reporter.sends(&[event.clone(), event]).await.unwrap();
        let counted = accepted(receipts[0].answer.clone());
        assert_eq!(receipts[1].answer, Answer::Duplicate(counted));
        assert_eq!(world.uses().await, 1);
    }

    async fn the_same_event_sent_eight_times_at_once_counts_once(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let event = world.used("e1", &licence, &track);
        let mut sent = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (reporter, event) = (reporter.clone(), event.clone());
            sent.spawn(async move { reporter.reports(&event).await });
        }
        let said = sent.join_all().await;
        let first = said
            .iter()
            .filter(|s| matches!(s, Answer::Accepted(_)))
            .count();
        let later = said
            .iter()
            .filter(|s| matches!(s, Answer::Duplicate(_)))
            .count();
        assert_eq!((first, later), (1, 7));
        assert_eq!(world.uses().await, 1);
    }

    async fn another_event_under_a_known_id_is_a_conflict(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let event = world.used("e1", &licence, &track);
        accepted(reporter.reports(&event).await);
        let before = world.everything_booked().await;
        assert_eq!(
            reporter.reports(&event.lasting(16_000)).await,
            Answer::Conflict
        );
        assert_eq!(world.everything_booked().await, before);
    }

    async fn two_reporters_may_use_the_same_id(world: World) {
        let (first, licence, track) = with_clip_time(&world).await;
        let second = world.reporter().await;
        let event = world.used("e1", &licence, &track);
        accepted(first.reports(&event).await);
        accepted(second.reports(&event).await);
        assert_eq!(world.uses().await, 2);
    }

    async fn a_refused_event_may_be_sent_again_when_it_is_mended(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let event = world.used("e1", &licence, &track);
        refusals(reporter.reports(&event.clone().lasting(0)).await);
        accepted(reporter.reports(&event).await);
    }

    async fn a_bad_event_does_not_fail_its_batch(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let batch = [
            world.used("e1", &licence, &track),
            Event(serde_json::json!("no event at all")),
            world
                .used("e3", &licence, &track)
                .but("licence_code", "7K3M9"),
            world.used("e4", &licence, &track),
        ];
        let receipts = reporter.sends(&batch).await.unwrap();
        let counts = |n: usize| matches!(receipts[n].answer, Answer::Accepted(_));
        assert_eq!([0, 1, 2, 3].map(counts), [true, false, false, true]);
        assert_eq!(receipts[2].id, "e3");
        assert_eq!(world.uses().await, 2);
    }

    async fn a_batch_of_none_or_of_too_many_is_refused_whole(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let many: Vec<_> = (0..1_001)
            .map(|n| world.used(&format!("e{n}"), &licence, &track))
            .collect();
        for batch in [&many[..0], &many[..]] {
            assert_eq!(
                reporter.sends(batch).await.unwrap_err().code,
                "bad_batch_size"
            );
        }
        assert_eq!(world.uses().await, 0);
    }

    async fn only_who_may_report_uses_reports_them(world: World) {
        let (_, licence, track) = licensed(&world).await;
        let (key, _) = world
            .program("A reader", &[Scope::ReadReports, Scope::Buy])
            .await;
        for who in [Principal::Guest, Principal::Program(key)] {
            let refused = world
                .reporter_as(who)
                .sends(&[world.used("e1", &licence, &track)])
                .await;
            assert_eq!(refused.unwrap_err().code, "scope_required");
        }
        assert_eq!(world.uses().await, 0);
    }

    async fn an_unknown_licence_or_track_is_refused(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let event = world.used("e1", &licence, &track);
        let unknown = licence_key::Code::from_random(|| [77; 9]).to_string();
        for code in [unknown.as_str(), "not a code"] {
            let reasons = refuses(&world, &reporter, event.clone().but("licence_code", code)).await;
            assert_eq!(reasons, [UseRefusal::UnknownLicence]);
        }
        let elsewhere = domain::TrackId::from_bytes([3; 16]).to_string();
        let reasons = refuses(&world, &reporter, event.clone().but("track", elsewhere)).await;
        assert_eq!(reasons, [UseRefusal::UnknownTrack]);
        let reasons = refuses(&world, &reporter, event.without("track")).await;
        assert_eq!(reasons, [UseRefusal::TrackMissing]);
    }

    async fn a_use_of_another_track_than_the_licensed_one_is_refused(world: World) {
        let (reporter, licence, track) = licensed(&world).await;
        let other = world.track("Another").await;
        let reasons = refuses(&world, &reporter, world.used("e1", &licence, &other)).await;
        assert_eq!(reasons, [UseRefusal::WrongTrack { licensed: track.id }]);
        let unsaid = world.used("e1", &licence, &track).without("track");
        accepted(reporter.reports(&unsaid).await);
    }

    async fn a_use_under_a_suspended_or_revoked_licence_is_refused(world: World) {
        let (reporter, licence, track) = licensed(&world).await;
        world.suspends(&licence).await;
        let event = world.used("e1", &licence, &track);
        let state = LicenceState::Suspended;
        let reasons = refuses(&world, &reporter, event.clone()).await;
        assert_eq!(reasons, [UseRefusal::LicenceNotActive { state }]);
        world.revokes(&licence).await;
        let state = LicenceState::Revoked;
        assert_eq!(
            refuses(&world, &reporter, event).await,
            [UseRefusal::LicenceNotActive { state }]
        );
    }

    async fn what_the_envelope_does_not_cover_is_refused_by_axis(world: World) {
        let (reporter, licence, track) = licensed(&world).await;
        let event = world.used("e1", &licence, &track);
        for (event, wanted) in [
            (
                event.clone().but("placement", "broadcast"),
                vec![Axis::Placements],
            ),
            (
                event.clone().but("purpose", "paid_ad"),
                vec![Axis::Purposes],
            ),
            (
                event
                    .but("placement", "online_ads")
                    .but("purpose", "paid_ad"),
                vec![Axis::Placements, Axis::Purposes],
            ),
        ] {
            assert_eq!(axes(&refuses(&world, &reporter, event).await), wanted);
        }
    }

    async fn a_clip_longer_than_the_licensed_cut_is_refused(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let licence = world
            .buyer("Mia")
            .buys(&track, AssetKind::Cut15, Tier::Creator)
            .await;
        let reporter = world.reporter().await;
        let longer = world.used("e1", &licence, &track).lasting(15_001);
        assert_eq!(
            axes(&refuses(&world, &reporter, longer).await),
            [Axis::Clip]
        );
    }

    async fn a_second_video_beyond_the_licences_count_is_refused(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let licence = world
            .buyer("Mia")
            .buys(&track, AssetKind::Cut15, Tier::Creator)
            .await;
        let reporter = world.reporter().await;
        let event = |id: &str, video: &str| world.used(id, &licence, &track).but("video", video);
        accepted(reporter.reports(&event("e1", "my first video")).await);
        let elsewhere = event("e2", "my first video").but("placement", "tiktok");
        accepted(reporter.reports(&elsewhere).await);
        let reasons = refuses(&world, &reporter, event("e3", "my second video")).await;
        assert_eq!(axes(&reasons), [Axis::Videos]);
    }

    async fn two_videos_reported_at_once_never_exceed_the_licences_count(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let licence = world
            .buyer("Mia")
            .buys(&track, AssetKind::Cut15, Tier::Creator)
            .await;
        let reporter = world.reporter().await;
        let mut sent = tokio::task::JoinSet::new();
        for n in 0..8 {
            let event = world
                .used(&format!("e{n}"), &licence, &track)
                .but("video", format!("v{n}"));
            let reporter = reporter.clone();
            sent.spawn(async move { reporter.reports(&event).await });
        }
        let said = sent.join_all().await;
        assert_eq!(
            said.iter()
                .filter(|s| matches!(s, Answer::Accepted(_)))
                .count(),
            1
        );
        assert_eq!(world.uses().await, 1);
    }

    async fn batches_that_cross_each_other_all_count(world: World) {
        let night = world.track("Night Market").await;
        let tide = world
            .compose(Music::titled("Low Tide").by("Carla Duarte"))
            .await;
        let mia = world.buyer("Mia");
        let bundles = [mia.buys_clip_time().await, mia.buys_clip_time().await];
        let reporter = world.reporter().await;
        let mut sent = tokio::task::JoinSet::new();
        for n in 0..6 {
            let (first, second) = if n % 2 == 0 {
                (&night, &tide)
            } else {
                (&tide, &night)
            };
            let batch = [
                world.used(&format!("{n}-1"), &bundles[n % 2], first),
                world.used(&format!("{n}-2"), &bundles[1 - n % 2], second),
            ];
            let reporter = reporter.clone();
            sent.spawn(async move { reporter.sends(&batch).await });
        }
        for receipts in sent.join_all().await {
            let receipts = receipts.unwrap();
            assert!(
                receipts
                    .iter()
                    .all(|r| matches!(r.answer, Answer::Accepted(_)))
            );
        }
        assert_eq!(world.uses().await, 12);
    }
}

async fn licensed(world: &World) -> (Reporter, Licence, Track) {
    let track = world.track("Night Market").await;
    let licence = world
        .buyer("Mia")
        .buys(&track, AssetKind::FullMix, Tier::Creator)
        .await;
    (world.reporter().await, licence, track)
}

async fn with_clip_time(world: &World) -> (Reporter, Licence, Track) {
    let track = world.track("Night Market").await;
    let licence = world.buyer("Mia").buys_clip_time().await;
    (world.reporter().await, licence, track)
}

/// The event is refused, and nothing has changed.
async fn refuses(world: &World, reporter: &Reporter, event: Event) -> Vec<UseRefusal> {
    let before = world.everything_booked().await;
    let reasons = refusals(reporter.reports(&event).await);
    assert_eq!(world.everything_booked().await, before);
    reasons
}

fn axes(reasons: &[UseRefusal]) -> Vec<Axis> {
    let axis = |reason: &UseRefusal| match reason {
        UseRefusal::NotCovered(shortfall) => shortfall.axis,
        other => panic!("a shortfall is wanted, not {other:?}"),
    };
    reasons.iter().map(axis).collect()
}
