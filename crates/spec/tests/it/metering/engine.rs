//! The engine beneath the meter: one log of blobs that several programs follow, settled once, whatever
//! fails between.

use app::licensing::Licence;
use app::metering::report::Answer;
use domain::usage::{LicenceState, UseRefusal};
use spec::on_both_engines;
use spec::world::{Event, Music, Reporter, Track, World, accepted, refusals, shared};

on_both_engines! {
    async fn two_programs_on_one_store_count_each_use_once(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let other = beside(&world, &reporter).await;
        for n in 0..40 {
            let event = world.used(&format!("e{n}"), &licence, &track);
            let (first, second) = if n % 2 == 0 { (&reporter, &other) } else { (&other, &reporter) };
            let counted = accepted(first.reports(&event).await);
            assert_eq!(second.reports(&event).await, Answer::Duplicate(counted));
            assert_eq!(second.reports(&event.lasting(1_000)).await, Answer::Conflict);
        }
        // 40 uses of 15 s are all of the 600: either program knows what the other has drawn.
        for one in [&reporter, &other] {
            let event = world.used("one too many", &licence, &track).lasting(1_000);
            let missing = UseRefusal::NotEnoughTime { missing_ms: 1_000, left_ms: 0 };
            assert_eq!(refusals(one.reports(&event).await), [missing]);
        }
        assert_eq!(world.uses().await, 40);
        assert_eq!(world.composer("Ada Byron").await.balance().await, 7_998_500);
    }

    async fn two_programs_may_count_at_once(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let other = beside(&world, &reporter).await;
        let mut sent = tokio::task::JoinSet::new();
        for n in 0..24 {
            // Each event is sent to both.
            let event = world.used(&format!("e{}", n / 2), &licence, &track).lasting(10_000);
            let to = if n % 2 == 0 { reporter.clone() } else { other.clone() };
            sent.spawn(async move { to.reports(&event).await });
        }
        let said = sent.join_all().await;
        let counts = |one: &&Answer| matches!(one, Answer::Accepted(_));
        let again = |one: &&Answer| matches!(one, Answer::Duplicate(_));
        assert_eq!(said.iter().filter(counts).count(), 12);
        assert_eq!(said.iter().filter(again).count(), 12);
        assert_eq!(world.composer("Ada Byron").await.balance().await, 7_998_500 / 5);
    }

    async fn what_one_program_changes_another_goes_by(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let other = beside(&world, &reporter).await;
        accepted(other.reports(&world.used("e1", &licence, &track)).await);
        world.suspends(&licence).await;
        let state = LicenceState::Suspended;
        let refused = UseRefusal::LicenceNotActive { state };
        for one in [&reporter, &other] {
            let event = world.used("e2", &licence, &track);
            assert_eq!(refusals(one.reports(&event).await), std::slice::from_ref(&refused));
        }
        // Clip time bought later is drawn on, too, once the first is used up.
        let bundle = world.buyer("Mia").buys_clip_time().await;
        accepted(other.reports(&world.used("e3", &bundle, &track)).await);
    }

    async fn a_commit_that_fails_counts_nothing_and_may_be_sent_again(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        accepted(reporter.reports(&world.used("e0", &licence, &track)).await);
        let before = world.everything_booked().await;
        let event = world.used("e1", &licence, &track);
        for way in ["use_blobs rename to", "gone rename to"] {
            let to = if way.starts_with("gone") { "use_blobs" } else { "gone" };
            world.alters(&format!("alter table {way} {to}")).await;
            if to == "gone" {
                let failed = reporter.tries(std::slice::from_ref(&event)).await;
                assert!(failed.is_err(), "nothing can be written: {failed:?}");
            }
        }
        assert_eq!(world.everything_booked().await, before);
        accepted(reporter.reports(&event).await);
        assert!(matches!(reporter.reports(&event).await, Answer::Duplicate(_)));
        assert_eq!(world.uses().await, 2);
    }

    async fn a_commit_that_failed_is_not_settled_in_place_of_anothers(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let other = beside(&world, &reporter).await;
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        accepted(other.reports(&world.used("e2", &licence, &track)).await);
        // Its blob was packed, and then what isn't covered couldn't be kept.
        let lost = [
            world.used("lost", &licence, &track).lasting(60_000),
            world.used("bad", &licence, &track).but("placement", "broadcast"),
        ];
        world.alters("alter table uncovered_uses rename to gone").await;
        assert!(reporter.tries(&lost).await.is_err());
        world.alters("alter table gone rename to uncovered_uses").await;
        // Another program's commit takes the number, and this one settles it.
        accepted(other.reports(&world.used("e3", &licence, &track).lasting(7_000)).await);
        let report = world.composer("Ada Byron").await.report().await;
        assert_eq!((report.uses_total, report.clip_ms_total), (3, 37_000));
        accepted(reporter.reports(&lost[0]).await);
    }

    async fn what_a_program_left_unsettled_is_settled_by_the_next(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let other = beside(&world, &reporter).await;
        for n in 0..5 {
            accepted(other.reports(&world.used(&format!("e{n}"), &licence, &track)).await);
        }
        drop(other);
        // The clock stands still, so no second has passed: four of them aren't settled yet.
        assert_eq!(world.composer("Ada Byron").await.report().await.uses_total, 5);
        assert_eq!(world.composer("Ada Byron").await.balance().await, 7_998_500 / 8);
        let event = world.used("e4", &licence, &track);
        assert!(matches!(reporter.reports(&event).await, Answer::Duplicate(_)));
    }

    async fn however_uses_are_cut_into_batches_the_payees_get_the_same(world: World) {
        let thirds = [("Ada", 333_333), ("Ben", 333_333), ("Cleo", 333_334)];
        let others = [("Dan", 333_333), ("Eve", 333_333), ("Fay", 333_334)];
        let one = world.compose(Music::titled("One by one").shared(&thirds)).await;
        let many = world.compose(Music::titled("At once").shared(&others)).await;
        let reporter = world.reporter().await;
        let mia = world.buyer("Mia");
        let (first, second) = (mia.buys_clip_time().await, mia.buys_clip_time().await);
        let events = |licence: &Licence, track: &Track, name: &str| -> Vec<Event> {
            let event = |n: i64| {
                world.used(&format!("{name}{n}"), licence, track).lasting(700 + n % 3 * 400)
            };
            (0..300).map(event).collect()
        };
        for event in events(&first, &one, "a") {
            accepted(reporter.reports(&event).await);
        }
        let receipts = reporter.sends(&events(&second, &many, "b")).await.unwrap();
        assert!(receipts.iter().all(|one| matches!(one.answer, Answer::Accepted(_))));
        for ((one, _), (other, _)) in thirds.iter().zip(&others) {
            let (one, other) = (world.composer(one).await, world.composer(other).await);
            assert_eq!(one.balance().await, other.balance().await);
            assert_eq!(one.report().await.uses_total, other.report().await.uses_total);
        }
    }

    async fn a_split_that_changes_between_two_uses_shares_each_by_its_own(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        accepted(reporter.reports(&world.used("e2", &licence, &track)).await);
        let wish = shared(&track, &[("Ben <ben@example.org>", 1_000_000)]);
        world.has_agreed(wish).await;
        accepted(reporter.reports(&world.used("e3", &licence, &track)).await);
        // A fortieth of the bundle each, by telescoping.
        let earned = |uses: i64| 7_998_500 * uses / 40;
        assert_eq!(world.composer("Ada Byron").await.balance().await, earned(2));
        assert_eq!(world.escrow_of("Ben").await, earned(3) - earned(2));
    }

    async fn uses_from_before_there_were_blobs_are_known_again(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let event = world.used("e1", &licence, &track);
        let counted = accepted(reporter.reports(&event).await);
        world.has_counted_without_blobs().await;
        world.minutes_pass(1);
        let other = beside(&world, &reporter).await;
        assert_eq!(other.reports(&event).await, Answer::Duplicate(counted));
        assert_eq!(other.reports(&event.lasting(1_000)).await, Answer::Conflict);
        accepted(other.reports(&world.used("e2", &licence, &track)).await);
        assert_eq!(world.uses().await, 2);
        assert_eq!(world.composer("Ada Byron").await.balance().await, 7_998_500 / 20);
    }

    async fn what_was_settled_otherwise_than_the_blobs_say_is_named(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        world.must("update uses set billed_ms = billed_ms + 1", &[]).await;
        let names: Vec<_> = world.breaches().await.into_iter().map(|(name, _)| name).collect();
        let broken = ["report_sums_equal_lines", "blobs_say_what_was_settled", "uses_are_logged"];
        assert_eq!(names, broken);
        world.has_broken(&names);
        let said = world.is_kept_from("update use_blobs set events = 2").await;
        assert!(said.contains("append-only"), "{said}");
    }
}

async fn with_clip_time(world: &World) -> (Reporter, Licence, Track) {
    let track = world.track("Night Market").await;
    let licence = world.buyer("Mia").buys_clip_time().await;
    (world.reporter().await, licence, track)
}

/// The same reporter at another program on the same store, with connections and a memory of its own.
async fn beside(world: &World, reporter: &Reporter) -> Reporter {
    let other = world.reopened_without_a_signing_key().await;
    reporter.at(&other)
}
