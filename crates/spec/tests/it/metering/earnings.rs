//! Earnings: a payee's report, whose figures can't contradict each other.

use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Music, World, accepted};

on_both_engines! {
    async fn a_payee_who_has_earned_nothing_has_a_report_of_zeros(world: World) {
        world.track("Night Market").await;
        let report = world.composer("Ada Byron").await.report().await;
        assert_eq!(
            (
                report.balance.micros(),
                report.uses_total,
                report.uses_today
            ),
            (0, 0, 0)
        );
        assert_eq!((report.tracks.len(), report.hours.len()), (1, 24));
        assert_eq!(report.as_of, world.now());
    }

    async fn the_tracks_sum_to_the_balance_and_so_do_sales_and_uses(world: World) {
        earned(&world).await;
        for name in ["Ada Byron", "Ben"] {
            let report = world.composer(name).await.report().await;
            let tracks: i64 = report
                .tracks
                .iter()
                .map(|track| track.earned.micros())
                .sum();
            assert!(report.balance.micros() > 0);
            assert_eq!(tracks, report.balance.micros(), "{name}");
            let by_source = report.by_sales.micros() + report.by_uses.micros();
            assert_eq!(by_source, report.balance.micros(), "{name}");
        }
    }

    async fn a_report_counts_sales_uses_and_seconds_by_track_the_highest_earning_first(
        world: World,
    ) {
        earned(&world).await;
        let report = world.composer("Ada Byron").await.report().await;
        let tracks: Vec<_> = (report.tracks.iter())
            .map(|t| {
                (
                    t.title.as_str(),
                    t.sales,
                    t.uses,
                    t.clip_ms,
                    t.earned.micros(),
                )
            })
            .collect();
        assert_eq!(
            tracks,
            [
                ("Night Market", 1, 2, 22_000, 11_514_950 + 199_962 + 93_315),
                ("Together", 0, 1, 15_000, 99_981),
            ]
        );
        assert_eq!((report.uses_total, report.clip_ms_total), (3, 37_000));
    }

    async fn the_hours_hold_the_uses_of_the_last_day(world: World) {
        earned(&world).await;
        let ada = world.composer("Ada Byron").await;
        let report = ada.report().await;
        assert_eq!(report.hours.iter().map(|(_, n)| n).sum::<i64>(), 3);
        assert_eq!((report.hours[23].1, report.uses_today), (3, 3));
        world.minutes_pass(60);
        assert_eq!(ada.report().await.hours[22].1, 3);
        world.days_pass(1);
        let later = ada.report().await;
        assert_eq!(later.hours.iter().map(|(_, n)| n).sum::<i64>(), 0);
        assert_eq!((later.uses_today, later.uses_total), (0, 3));
    }

    async fn payees_see_their_own_tracks_only(world: World) {
        earned(&world).await;
        let report = world.composer("Ben").await.report().await;
        assert_eq!(report.tracks.len(), 1);
        assert_eq!(report.tracks[0].title, "Together");
    }
}

/// One sale, and three uses of two tracks, the second of them shared.
async fn earned(world: &World) {
    let night = world.track("Night Market").await;
    let shares = [("Ada Byron", 500_000), ("Ben", 500_000)];
    let together = world
        .compose(Music::titled("Together").shared(&shares))
        .await;
    let mia = world.buyer("Mia");
    mia.buys(&night, AssetKind::FullMix, Tier::Creator).await;
    let licence = mia.buys_clip_time().await;
    let reporter = world.reporter().await;
    accepted(reporter.reports(&world.used("e1", &licence, &night)).await);
    accepted(
        reporter
            .reports(&world.used("e2", &licence, &together))
            .await,
    );
    let short = world.used("e3", &licence, &night).lasting(7_000);
    accepted(reporter.reports(&short).await);
}
