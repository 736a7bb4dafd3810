//! Raw reports that the operator keeps no longer: what was settled, told and proven of them stays.

use app::access::Principal;
use app::metering::engine::drop::{DropRefusal, Dropped, drop_raw};
use app::metering::engine::replay::{Replayed, replay};
use app::metering::report::Answer;
use app::proofs::Form;
use app::{Stop, upkeep};
use domain::report::{FieldCode, FieldError};
use domain::time::{DAY_MS, MINUTE_MS};
use domain::usage::UseRefusal;
use spec::on_both_engines;
use spec::world::{Event, Reporter, Track, World, accepted, refusals};

on_both_engines! {
    async fn what_was_settled_told_and_proven_stays_when_raw_reports_are_dropped(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let event = |id: &str| world.used(id, &licence, &track);
        for id in ["old:1", "old:2", "old:4"] {
            accepted(reporter.reports(&event(id)).await);
        }
        world.days_pass(20);
        let lately = [event("late:1"), event("late:2")];
        for event in &lately {
            accepted(reporter.reports(event).await);
        }
        world.days_pass(20);
        world.app().engine.settle().await.unwrap();
        world.signs_the_log().await;
        let before = told(&world, &reporter).await;
        let would = drops(&world, true).await;
        assert_eq!((would.through, would.blobs, would.uses), (3, 3, 3));
        assert!(would.bytes > 0, "{would:?}");
        assert_eq!(replayed(&world).await.blobs, 5);

        let did = drops(&world, false).await;
        assert_eq!(did, would);
        assert_eq!(told(&world, &reporter).await, before);
        let found = replayed(&world).await;
        assert_eq!((found.from, found.dropped_uses, found.blobs, found.uses), (4, 3, 2, 2));
        assert!(found.unchecked().unwrap().contains("from commit 4 on"));
        assert_eq!(world.rows_of("use_blobs").await, 2);
        assert_eq!(world.breaches().await, []);
        assert_eq!(drops(&world, false).await, Dropped { through: 3, ..Dropped::default() });
    }

    async fn the_window_of_ids_needs_nothing_that_was_dropped(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let old = world.used("old", &licence, &track);
        accepted(reporter.reports(&old).await);
        world.days_pass(2);
        let lately = world.used("lately", &licence, &track);
        let counted = accepted(reporter.reports(&lately).await);
        // To the last minute in which that report may come again.
        world.days_pass(35);
        assert_eq!(drops(&world, false).await.blobs, 1);
        let started = beside(&world, &reporter).await;
        for one in [&reporter, &started] {
            assert_eq!(one.reports(&lately).await, Answer::Duplicate(counted.clone()));
            assert_eq!(one.reports(&lately.clone().lasting(1_000)).await, Answer::Conflict);
            assert_eq!(too_late(one, &old).await, "published_at");
        }
        // 36 days and ten minutes are as far too late as they were.
        let at = world.now().plus_ms(-36 * DAY_MS - 10 * MINUTE_MS);
        assert_eq!(too_late(&reporter, &world.used("x", &licence, &track).published(at)).await, "published_at");
        accepted(started.reports(&world.used("new", &licence, &track)).await);
        accepted(reporter.reports(&world.used("newer", &licence, &track)).await);
        assert_eq!(replayed(&world).await.uses, 3);
    }

    async fn a_store_without_any_blob_left_counts_on_from_where_it_was(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let old = world.used("old:1", &licence, &track);
        accepted(reporter.reports(&old).await);
        accepted(reporter.reports(&world.used("old:2", &licence, &track)).await);
        world.days_pass(40);
        assert_eq!(drops(&world, false).await.blobs, 2);
        assert_eq!(world.rows_of("use_blobs").await, 0);
        assert_eq!(replayed(&world).await.uses, 0);
        // The process that still remembers it, and one that has just started.
        let started = beside(&world, &reporter).await;
        for (one, id) in [(&reporter, "new:1"), (&started, "new:2")] {
            assert_eq!(too_late(one, &old).await, "published_at");
            let event = world.used(id, &licence, &track);
            let counted = accepted(one.reports(&event).await);
            assert_eq!(one.reports(&event).await, Answer::Duplicate(counted));
        }
        let found = replayed(&world).await;
        assert_eq!((found.from, found.blobs, found.dropped_uses), (3, 2, 2));
        let uses = world.composer("Ada Byron").await.report().await.uses_total;
        assert_eq!(uses, 4);
    }

    async fn what_was_settled_over_midnight_is_parted_there(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let pass = |ms: i64| world.app().edge.pass(ms);
        pass(DAY_MS - world.now().0.rem_euclid(DAY_MS) - 200);
        // The first is settled with its commit, the others together a second later.
        for id in ["a", "b"] {
            accepted(reporter.reports(&world.used(id, &licence, &track)).await);
        }
        pass(300);
        accepted(reporter.reports(&world.used("c", &licence, &track)).await);
        let midnight = world.now().0.rem_euclid(DAY_MS);
        pass(36 * DAY_MS - midnight);
        assert_eq!(drops(&world, false).await.through, 2);
        let found = replayed(&world).await;
        assert_eq!((found.from, found.uses, found.dropped_uses), (3, 1, 2));
    }

    async fn nothing_goes_that_could_come_again_and_nothing_by_hand(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        world.days_pass(35);
        let refused = drop_raw(world.app(), 35, false).await;
        assert!(matches!(refused, Err(Stop::Refused(DropRefusal::TooYoung(35)))));
        assert_eq!(drops(&world, false).await.blobs, 0);
        let said = world.is_kept_from("delete from use_blobs").await;
        assert!(said.contains("use_blobs are kept"), "{said}");
        let said = world.is_kept_from("update meter_mark set dropped_no = settled_no + 1").await;
        assert!(said.to_lowercase().contains("check"), "{said}");
    }

    async fn upkeep_drops_by_the_setting_alone(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        world.days_pass(50);
        upkeep::run(world.app()).await.unwrap();
        assert_eq!(world.rows_of("use_blobs").await, 1);
        let kept = world.keeping_raw_reports(60).await;
        upkeep::run(kept.app()).await.unwrap();
        assert_eq!(world.rows_of("use_blobs").await, 1);
        let dropping = world.keeping_raw_reports(40).await;
        let done = upkeep::run(dropping.app()).await.unwrap();
        assert!(done.contains(&("blobs of raw reports dropped", 1)), "{done:?}");
        assert_eq!(world.rows_of("use_blobs").await, 0);
    }

    async fn a_blob_that_no_policy_dropped_is_missed(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        for id in ["e1", "e2", "e3"] {
            accepted(reporter.reports(&world.used(id, &licence, &track)).await);
            world.minutes_pass(1);
        }
        world.unguards_blobs().await;
        world.must("delete from use_blobs where commit_no = 2", &[]).await;
        let found = replayed_all(&world).await;
        assert_eq!(found.differences[0].0, "commits 2 to 2");
        world.has_broken(&["blobs_say_what_was_settled"]);
    }
}

async fn with_clip_time(world: &World) -> (Reporter, app::licensing::Licence, Track) {
    let track = world.track("Night Market").await;
    let licence = world.buyer("Mia").buys_clip_time().await;
    (world.reporter().await, licence, track)
}

/// The same reporter at a program that has just started.
async fn beside(world: &World, reporter: &Reporter) -> Reporter {
    reporter.at(&world.reopened_without_a_signing_key().await)
}

async fn drops(world: &World, dry: bool) -> Dropped {
    drop_raw(world.app(), 36, dry).await.unwrap()
}

async fn replayed(world: &World) -> Replayed {
    let found = replayed_all(world).await;
    assert_eq!(found.differences, []);
    found
}

async fn replayed_all(world: &World) -> Replayed {
    let found = replay(world.app()).await;
    found.unwrap_or_else(|fault| panic!("{}", fault.chain()))
}

/// The field by which a report is too late.
async fn too_late(reporter: &Reporter, event: &Event) -> String {
    let said = refusals(reporter.reports(event).await);
    match said.as_slice() {
        [
            UseRefusal::Field(FieldError {
                field,
                code: FieldCode::TooLate,
                ..
            }),
        ] => field.clone(),
        other => panic!("{other:?}"),
    }
}

/// What the store says of the uses it counted: money, reports, statements, proofs and gaps.
async fn told(world: &World, reporter: &Reporter) -> impl PartialEq + std::fmt::Debug + use<> {
    let ada = world.composer("Ada Byron").await;
    let person = Principal::Person(world.composer_person("Ada Byron").await);
    let month = world.now().plus_ms(-40 * DAY_MS).to_string()[..7].to_owned();
    let mut proofs = vec![
        world
            .use_proof(reporter.principal(), "old:2", Form::Text)
            .await
            .unwrap(),
    ];
    for id in world.use_ids().await {
        proofs.push(world.use_proof(&person, &id, Form::Text).await.unwrap());
    }
    let gaps = app::metering::reporters::list(world.app()).await.unwrap();
    let report = ada.report().await;
    let booked = world.everything_booked().await;
    let statement = ada.statement_files(&month).await;
    (
        booked,
        (report.uses_total, ada.balance().await),
        statement,
        proofs,
        gaps,
    )
}
