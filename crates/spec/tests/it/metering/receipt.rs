//! Receipts by an event's id: what was answered first, whoever restarted since.

use app::access::{Principal, Scope};
use app::licensing::Licence;
use app::metering::receipt;
use app::metering::report::Answer;
use spec::on_both_engines;
use spec::world::{Reporter, Track, World, accepted};

on_both_engines! {
    async fn the_receipt_of_an_event_is_what_was_answered_first(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let at = world.now();
        for id in ["cam:7", "018f3b5c-7a10-7abc-8def-001122334455", "any id/of mine"] {
            let counted = accepted(reporter.reports(&world.used(id, &licence, &track)).await);
            world.minutes_pass(5);
            reporter.reports(&world.used(id, &licence, &track)).await;
            let given = reporter.recalls(id).await.unwrap();
            assert_eq!(given.receipt.id, id);
            assert_eq!(given.receipt.answer, Answer::Accepted(counted));
        }
        let first = reporter.recalls("cam:7").await.unwrap();
        assert_eq!((first.received_at, first.commit), (at, Some(1)));
        assert_eq!(reporter.recalls("any id/of mine").await.unwrap().commit, Some(3));
    }

    async fn whether_a_use_is_settled_is_told(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        // The first of a second is settled with its commit; the clock stands still for the next.
        for id in ["e1", "e2"] {
            accepted(reporter.reports(&world.used(id, &licence, &track)).await);
        }
        let settled = async |id: &str| reporter.recalls(id).await.unwrap().settled;
        assert!(settled("e1").await && !settled("e2").await);
        world.app().engine.settle().await.unwrap();
        assert!(settled("e2").await);
    }

    async fn a_receipt_is_found_after_a_restart_and_at_any_program(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let event = world.used("e1", &licence, &track);
        let counted = accepted(reporter.reports(&event).await);
        let other = reporter.at(&world.reopened_without_a_signing_key().await);
        assert_eq!(other.reports(&event).await, Answer::Duplicate(counted.clone()));
        let again = other.recalls("e1").await.unwrap();
        assert_eq!(again, reporter.recalls("e1").await.unwrap());
        assert_eq!(again.receipt.answer, Answer::Accepted(counted));
        // What another program counts meanwhile is found by its id, too, and counted on from there.
        for n in 0..4 {
            let (one, two) = if n % 2 == 0 { (&reporter, &other) } else { (&other, &reporter) };
            let (here, there) = (format!("h{n}"), format!("t{n}"));
            accepted(one.reports(&world.used(&here, &licence, &track)).await);
            assert_eq!(two.recalls(&here).await.unwrap().commit, Some(2 + n * 2));
            accepted(two.reports(&world.used(&there, &licence, &track)).await);
            assert_eq!(one.recalls(&there).await.unwrap().commit, Some(3 + n * 2));
        }
        assert_eq!(world.uses().await, 9);
        assert_eq!(world.composer("Ada Byron").await.balance().await, 7_998_500 * 9 / 40);
    }

    async fn another_reporters_event_is_not_seen(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        let other = world.reporter().await;
        let refused = other.recalls("e1").await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("unknown_event", Some("event")));
        assert_eq!(reporter.recalls("e2").await.unwrap_err().code, "unknown_event");
        let guest = world.reporter_as(Principal::Guest);
        assert_eq!(guest.recalls("e1").await.unwrap_err().code, "scope_required");
        // The operator names whose event it is, by id or by the key's name.
        for name in ["An editor", &key_of(&reporter, &world).await] {
            let given = receipt::receipt_of(world.app(), name, "e1").await.unwrap();
            assert_eq!(given.commit, Some(1));
        }
        assert!(receipt::receipt_of(world.app(), "Nobody", "e1").await.is_err());
    }

    async fn after_35_days_only_what_was_settled_by_itself_is_found(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let counted = accepted(reporter.reports(&world.used("alone", &licence, &track)).await);
        // So many that they are settled in sums.
        let many: Vec<_> = (0..300)
            .map(|n| world.used(&format!("m{n}"), &licence, &track).lasting(1_000))
            .collect();
        reporter.sends(&many).await.unwrap();
        assert_eq!(reporter.recalls("m7").await.unwrap().commit, Some(2));
        world.days_pass(40);
        accepted(reporter.reports(&world.used("later", &licence, &track)).await);
        let given = reporter.recalls("alone").await.unwrap();
        assert_eq!((given.commit, given.settled), (Some(1), true));
        assert_eq!(given.receipt.answer, Answer::Accepted(counted));
        let refused = reporter.recalls("m7").await.unwrap_err();
        assert_eq!(refused.code, "unknown_event");
        assert!(refused.sentence.contains("35 days"), "{}", refused.sentence);
    }

    async fn a_receipt_from_before_there_were_blobs_has_no_commit(world: World) {
        let (reporter, licence, track) = with_clip_time(&world).await;
        let counted = accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        world.has_counted_without_blobs().await;
        let other = reporter.at(&world.reopened_without_a_signing_key().await);
        let given = other.recalls("e1").await.unwrap();
        assert_eq!((given.commit, given.settled), (None, true));
        assert_eq!(given.receipt.answer, Answer::Accepted(counted));
    }

    async fn a_program_gets_its_receipts_over_http(world: World) {
        let track = world.track("Night Market").await;
        let licence = world.buyer("Mia").buys_clip_time().await;
        let (_, secret) = world.program("An editor", &[Scope::ReportUses]).await;
        let program = world.visitor_with_key(&secret);
        let event = world.used("cam:1", &licence, &track).0;
        let sent = program.posts("/v1/uses", &event).await.json();
        let given = program.gets("/v1/uses/cam:1").await.json();
        for member in ["id", "status", "licence_code", "billed_ms", "earned", "reasons"] {
            assert_eq!(given[member], sent["receipts"][0][member], "{member}");
        }
        assert_eq!(given["received_at"], world.now().to_string());
        assert_eq!((given["commit"].as_u64(), given["settled"].as_bool()), (Some(1), Some(true)));
        let unknown = program.gets("/v1/uses/cam%3A2").await;
        assert_eq!(unknown.problem(), (404, "unknown_event".into()));
        let (_, other) = world.program("A reader", &[Scope::ReadReports]).await;
        let other = world.visitor_with_key(&other).gets("/v1/uses/cam:1").await;
        assert_eq!(other.problem().0, 403);
    }
}

async fn with_clip_time(world: &World) -> (Reporter, Licence, Track) {
    let track = world.track("Night Market").await;
    let licence = world.buyer("Mia").buys_clip_time().await;
    (world.reporter().await, licence, track)
}

/// By which name its events are kept.
async fn key_of(reporter: &Reporter, world: &World) -> String {
    let all = app::metering::reporters::list(world.app()).await.unwrap();
    assert!(reporter.recalls("e1").await.is_ok());
    all[0].reporter.clone()
}
