//! The rotation: what is in when, and that what was cleared stays cleared.

use app::rotation::{change, list};
use domain::usage::UseRefusal;
use spec::on_both_engines;
use spec::world::{accepted, refusals};

on_both_engines! {
    async fn a_use_counts_by_the_rotation_of_its_publication(world: World) {
        let track = world.track("Night Market").await;
        let (from, until) = ("2026-03-10T00:00:00Z", "2026-03-20T00:00:00Z");
        world.rotates_for(&track, from.parse().unwrap(), Some(until.parse().unwrap())).await.unwrap();
        let licence = world.buyer("Mia").subscribes().await;
        let reporter = world.reporter().await;
        world.it_is("2026-03-25T00:00:00Z");
        for (id, at, counts) in [
            ("e1", "2026-03-09T23:59:59Z", false),
            ("e2", from, true),
            ("e3", "2026-03-19T23:59:59Z", true),
            ("e4", until, false),
        ] {
            let event = world.used(id, &licence, &track).published(at.parse().unwrap());
            let said = reporter.reports(&event).await;
            if counts {
                accepted(said);
            } else {
                assert_eq!(refusals(said), [UseRefusal::NotInRotation], "{id}");
            }
        }
    }

    async fn what_was_cleared_in_rotation_stays_cleared_when_it_is_out(world: World) {
        let track = world.track("Night Market").await;
        world.rotates(&[&track]).await;
        let licence = world.buyer("Mia").subscribes().await;
        let reporter = world.reporter().await;
        let event = world.used("e1", &licence, &track);
        accepted(reporter.reports(&event).await);
        let name = track.id.to_string();
        change::remove(world.app(), &world.call(), &name, None).await.unwrap();
        assert!(matches!(
            reporter.reports(&event).await,
            app::metering::report::Answer::Duplicate(_)
        ));
        assert_eq!(world.subscription(&licence).await.uses.len(), 1);
        world.minutes_pass(1);
        let later = refusals(reporter.reports(&world.used("e2", &licence, &track)).await);
        assert_eq!(later, [UseRefusal::NotInRotation]);
    }

    async fn a_subscriber_takes_what_is_in_rotation_while_a_paid_month_runs(world: World) {
        let (night, tide) = (world.track("Night Market").await, world.track("Low Tide").await);
        world.rotates(&[&night]).await;
        let mia = world.buyer("Mia");
        let licence = mia.subscribes().await;
        let taken = mia.takes(&licence, &night).await.unwrap();
        assert!(taken.name.contains(&licence.code.to_string()));
        assert_eq!(mia.takes(&licence, &tide).await.unwrap_err().code, "not_in_rotation");
        world.it_is("2026-04-02T09:00:00Z");
        let unpaid = mia.takes(&licence, &night).await.unwrap_err();
        assert_eq!(unpaid.code, "subscription_not_paid");
    }

    async fn the_calendar_says_what_is_in_what_leaves_soon_and_what_comes(world: World) {
        let (night, tide) = (world.track("Night Market").await, world.track("Low Tide").await);
        let at = |text: &str| text.parse().unwrap();
        world.rotates_for(&night, world.now(), Some(at("2026-03-09T00:00:00Z"))).await.unwrap();
        world.rotates_for(&tide, at("2026-03-09T00:00:00Z"), None).await.unwrap();
        let now = world.now();
        let stays = list::list(world.app(), now).await.unwrap();
        let seen: Vec<_> = stays
            .iter()
            .map(|stay| (stay.title.as_str(), stay.holds(now), stay.leaves_soon(now)))
            .collect();
        assert_eq!(seen, [("Night Market", true, true), ("Low Tide", false, false)]);
    }

    async fn a_stay_that_overlaps_or_runs_backwards_is_refused(world: World) {
        let track = world.track("Night Market").await;
        world.rotates(&[&track]).await;
        let again = world.rotates_for(&track, world.now(), None).await.unwrap_err();
        assert_eq!(again.code, "already_in_rotation");
        let backwards = world.rotates_for(&track, world.now(), Some(world.now())).await;
        assert_eq!(backwards.unwrap_err().code, "bad_stay");
        let out = world.track("Low Tide").await;
        let name = out.id.to_string();
        let refused = change::remove(world.app(), &world.call(), &name, None).await;
        let refused = refused.unwrap_err().refusal().unwrap();
        assert_eq!(app::Refusal::code(&refused), "not_in_rotation");
    }

    async fn a_file_is_taken_whole_or_not_at_all_and_its_bad_line_is_named(world: World) {
        let track = world.track("Night Market").await;
        let good = format!("track,from,until\n{},2026-03-10T00:00:00Z,\n", track.id);
        let bad = format!("{good}nothing,2026-03-10T00:00:00Z,\n");
        for (csv, code, field) in [
            (bad.as_str(), "unknown_track", "lines.3"),
            ("track,from,until\nx\n", "bad_line", "lines.2"),
            ("x,yesterday,\n", "bad_line", "lines.1"),
        ] {
            let refused = change::import(world.app(), &mut world.call(), csv).await.unwrap_err();
            let refused = refused.refusal().unwrap();
            assert_eq!(app::Refusal::code(&refused), code);
            assert_eq!(app::Refusal::field(&refused).as_deref(), Some(field));
        }
        assert_eq!(list::list(world.app(), world.now()).await.unwrap(), []);
        let taken = change::import(world.app(), &mut world.call(), &good).await.unwrap();
        assert_eq!(taken, 1);
    }
}
