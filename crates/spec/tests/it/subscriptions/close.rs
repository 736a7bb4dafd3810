//! Closing cycles: the golden figures through the real ledger, once, whatever happens between.

use std::collections::BTreeMap;

use app::licensing::Licence;
use app::subscriptions::closes;
use spec::on_both_engines;
use spec::world::{Event, Music, Track, World};

/// The golden cases' commission.
pub(super) const COMMISSION_BP: u32 = 3_000;

/// Uses of T1, T2…, and what each is paid in the end, in micro-units.
type Golden = (&'static [u32], &'static [i64]);

const C1: [Golden; 6] = [
    (&[2, 1], &[2_017_167, 1_008_583]),
    (&[10, 30], &[756_438, 2_269_312]),
    (&[1], &[3_025_750]),
    (&[60], &[3_025_750]),
    (&[1, 1, 1, 1, 1, 1, 1], &[432_250; 7]),
    (&[59, 1], &[2_975_321, 50_429]),
];

on_both_engines! {
    async fn the_golden_cycles_pay_each_track_its_exact_part(world: World) {
        let world = world.charging(COMMISSION_BP).await;
        let tracks = tracks(&world, 7).await;
        let mut due: BTreeMap<usize, i64> = BTreeMap::new();
        for (n, (uses, paid)) in C1.iter().enumerate() {
            let licence = world.buyer("Mia").subscribes().await;
            uses_up(&world, &format!("s{n}"), &licence, &tracks, uses).await;
            for (track, micros) in paid.iter().enumerate() {
                *due.entry(track).or_default() += micros;
            }
        }
        world.it_is("2026-04-04T09:01:00Z");
        assert_eq!(world.closes().await.cycles, 6);
        for (track, micros) in due {
            let composer = world.composer(&format!("Composer {track}")).await;
            assert_eq!(composer.balance().await, micros, "T{}", track + 1);
        }
        assert_eq!((world.balance("pool:").await, world.balance("idle").await), (0, 0));
    }

    async fn a_cycle_is_closed_when_its_grace_is_over_and_once(world: World) {
        let (licence, _) = one_use(&world).await;
        world.it_is("2026-04-04T08:59:59Z");
        assert_eq!(world.closes().await.cycles, 0);
        world.it_is("2026-04-04T09:00:00Z");
        assert_eq!(world.closes().await.cycles, 1);
        let after = world.everything_booked().await;
        assert_eq!(world.closes().await.cycles, 0, "closing twice is the same as once");
        assert_eq!(world.everything_booked().await, after);
        assert_eq!(world.subscription(&licence).await.running, None);
    }

    async fn the_page_of_a_close_names_its_tracks_and_links_to_them(world: World) {
        one_use(&world).await;
        world.it_is("2026-04-04T09:00:00Z");
        world.closes().await;
        let batch = closes::list(world.app()).await.unwrap()[0].id;
        let page = world.visitor().gets(&format!("/closes/{batch}")).await;
        assert_eq!(page.status, 200);
        let report = closes::report(world.app(), &batch.to_string()).await.unwrap();
        let tracks = closes::tracks(world.app(), &report).await.unwrap();
        let (id, track) = tracks.first_key_value().unwrap();
        let link = format!("<a href=\"/tracks/{}\">{}</a>", track.slug, track.title);
        assert!(page.text().contains(&link), "{}", page.text());
        assert!(!page.text().contains(&id.to_string()), "no track goes by its number");
    }

    async fn two_that_close_at_once_close_each_cycle_once(world: World) {
        let tracks = tracks(&world, 1).await;
        for n in 0..4 {
            let licence = world.buyer("Mia").subscribes().await;
            uses_up(&world, &format!("s{n}"), &licence, &tracks, &[1]).await;
        }
        world.it_is("2026-04-05T09:00:00Z");
        let both = tokio::join!(world.closes(), world.closes());
        assert_eq!(both.0.cycles + both.1.cycles, 4);
        assert_eq!(world.balance("pool:").await, 0);
    }

    async fn a_report_names_no_subscriber_and_anybody_can_recompute_it(world: World) {
        let (licence, track) = one_use(&world).await;
        world.it_is("2026-04-05T09:00:00Z");
        let closed = world.closes().await;
        let name = closed.batches[0].to_string();
        let mut report = closes::report(world.app(), &name).await.unwrap();
        let text = serde_json::to_string(&report).unwrap();
        assert!(text.contains(&track.id.to_string()) && text.contains("largest_remainder"));
        let shown = world.subscription(&licence).await;
        for secret in [shown.id.to_string(), licence.id.to_string(), licence.code.plain()] {
            assert!(!text.contains(&secret), "{secret}");
        }
        assert_eq!(closes::verify(&report).wrong, Vec::<String>::new());
        report.cycles[0].outputs.tracks[0].top_up_micros -= 1;
        assert_eq!(closes::verify(&report).wrong.len(), 2, "the cycle, and the sums");
        assert_eq!(closes::list(world.app()).await.unwrap().len(), 1);
    }

    async fn a_day_to_come_is_no_day_to_close_by(world: World) {
        let tomorrow = world.now().plus_ms(86_400_000);
        let refused = app::subscriptions::close::close(world.app(), Some(tomorrow), &|_| {}).await;
        let refused = refused.unwrap_err().refusal().unwrap();
        assert_eq!(app::Refusal::code(&refused), "close_in_the_future");
    }

    async fn thirty_days_after_the_close_the_reserve_goes_to_the_cycles_tracks(world: World) {
        let (_, _) = one_use(&world).await;
        let reserve = world.balance("pool-reserve").await;
        world.it_is("2026-04-05T09:00:00Z");
        world.closes().await;
        world.it_is("2026-05-05T08:59:59Z");
        assert_eq!(world.releases_pool_reserves().await, 0);
        let before = world.composer("Composer 0").await.balance().await;
        world.it_is("2026-05-05T09:00:00Z");
        assert_eq!(world.releases_pool_reserves().await, 1);
        let after = world.composer("Composer 0").await.balance().await;
        assert_eq!((after - before, world.balance("pool-reserve").await), (reserve, 0));
        assert_eq!(world.releases_pool_reserves().await, 0);
    }

    async fn a_closed_cycle_whose_uses_were_touched_is_named(world: World) {
        one_use(&world).await;
        world.it_is("2026-04-05T09:00:00Z");
        world.closes().await;
        world.touches_a_cycles_uses().await;
        let names: Vec<_> = world.breaches().await.into_iter().map(|(name, _)| name).collect();
        for wanted in ["closed_cycles_are_unchanged", "cycles_count_their_uses"] {
            assert!(names.contains(&wanted), "{names:?}");
        }
        world.has_broken(&names);
    }

    async fn a_pool_that_holds_more_than_its_cycles_is_named(world: World) {
        one_use(&world).await;
        world.adds_to_a_cycle(1).await;
        let names: Vec<_> = world.breaches().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["pools_hold_their_open_cycles"]);
        world.has_broken(&names);
    }

    async fn what_a_close_has_said_is_never_changed(world: World) {
        one_use(&world).await;
        world.it_is("2026-04-05T09:00:00Z");
        world.closes().await;
        for sql in [
            "update closed_cycles set top_up_micros = 0",
            "delete from close_batches",
            "update pool_uses set published_ms = 0",
            "delete from cycle_payments",
        ] {
            let said = world.is_kept_from(sql).await;
            assert!(said.contains("append-only"), "{said}");
        }
    }
}

async fn one_use(world: &World) -> (Licence, Track) {
    let mut tracks = tracks(world, 1).await;
    let licence = world.buyer("Mia").subscribes().await;
    uses_up(world, "one", &licence, &tracks, &[1]).await;
    (licence, tracks.remove(0))
}

/// Tracks in rotation, each by a composer of its own.
pub(crate) async fn tracks(world: &World, count: usize) -> Vec<Track> {
    let mut tracks = Vec::new();
    for n in 0..count {
        if n > 0 {
            // Ids are ordered by time, and ties go to the first: T1 comes before T2.
            world.app().edge.pass(1);
        }
        let music = Music::titled(&format!("T{}", n + 1)).by(&format!("Composer {n}"));
        tracks.push(world.compose(music).await);
    }
    world.rotates(&tracks.iter().collect::<Vec<_>>()).await;
    tracks
}

/// Reports so many uses of each track.
pub(crate) async fn uses_up(
    world: &World,
    name: &str,
    licence: &Licence,
    tracks: &[Track],
    uses: &[u32],
) {
    let mut batch: Vec<Event> = Vec::new();
    for (track, count) in tracks.iter().zip(uses) {
        for _ in 0..*count {
            let id = format!("{name}-{}", batch.len());
            batch.push(world.used(&id, licence, track));
        }
    }
    for receipt in world.reporter().await.sends(&batch).await.unwrap() {
        let answer = &receipt.answer;
        let accepted = matches!(answer, app::metering::report::Answer::Accepted(_));
        assert!(accepted, "{answer:?}");
    }
}
