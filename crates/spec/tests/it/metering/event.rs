//! The fields of an event: each has its bounds, and all that is wrong is told at once.

use app::licensing::Licence;
use domain::report::FieldCode;
use domain::usage::UseRefusal;
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Event, Reporter, Track, World, accepted, refusals};

on_both_engines! {
    async fn every_fault_of_an_event_is_listed_at_once(world: World) {
        let (reporter, licence, track) = licensed(&world).await;
        let event = world
            .used("", &licence, &track)
            .lasting(0)
            .published(world.now().plus_ms(11 * 60_000))
            .but("url", "javascript:alert(1)")
            .but("video", "v".repeat(129));
        let reasons = refuses(&world, &reporter, event).await;
        assert_eq!(
            fields(&reasons),
            [
                ("id", FieldCode::Empty),
                ("clip_ms", FieldCode::TooSmall),
                ("published_at", FieldCode::InTheFuture),
                ("video", FieldCode::TooLong),
                ("url", FieldCode::NotAnAddress),
            ]
        );
    }

    async fn a_clip_lasts_more_than_nothing_and_at_most_five_minutes(world: World) {
        let (reporter, licence, track) = licensed(&world).await;
        let event = world.used("e1", &licence, &track);
        for (ms, code) in [
            (0, FieldCode::TooSmall),
            (-1, FieldCode::TooSmall),
            (i64::MIN, FieldCode::TooSmall),
            (300_001, FieldCode::TooLarge),
            (i64::MAX, FieldCode::TooLarge),
        ] {
            let reasons = refuses(&world, &reporter, event.clone().lasting(ms)).await;
            assert_eq!(fields(&reasons), [("clip_ms", code)], "{ms}");
        }
        accepted(reporter.reports(&event.clone().lasting(300_000)).await);
        accepted(reporter.reports(&event.but("id", "e2").lasting(1)).await);
    }

    async fn a_publication_counts_for_thirty_five_days_and_ten_minutes_of_clock_drift(
        world: World,
    ) {
        let (reporter, licence, track) = licensed(&world).await;
        world.days_pass(40);
        let now = world.now();
        let day = domain::time::DAY_MS;
        let event = |id: &str, ms: i64| world.used(id, &licence, &track).published(now.plus_ms(ms));
        let video = |event: Event| event.but("video", "one");
        for (ms, code) in [
            (-36 * day, FieldCode::TooLate),
            (-35 * day - 1, FieldCode::TooLate),
            (11 * 60_000, FieldCode::InTheFuture),
            (10 * 60_000 + 1, FieldCode::InTheFuture),
        ] {
            let reasons = refuses(&world, &reporter, event("e0", ms)).await;
            assert_eq!(fields(&reasons), [("published_at", code)], "{ms}");
        }
        accepted(reporter.reports(&video(event("e1", -35 * day))).await);
        accepted(reporter.reports(&video(event("e2", 10 * 60_000))).await);
    }

    async fn a_field_that_is_missing_unknown_or_of_the_wrong_kind_is_named(world: World) {
        let (reporter, licence, track) = licensed(&world).await;
        let event = world.used("e1", &licence, &track);
        for (event, field) in [
            (event.clone().without("placement"), "placement"),
            (event.clone().without("licence_code"), "licence_code"),
            (event.clone().but("colour", "red"), "colour"),
        ] {
            let reasons = refuses(&world, &reporter, event).await;
            assert_eq!(fields(&reasons), [(field, FieldCode::Malformed)]);
        }
        for event in [
            event.clone().but("clip_ms", "long"),
            event.clone().but("clip_ms", 1.5),
            event.clone().but("placement", "the moon"),
            event.clone().but("published_at", "yesterday"),
            event.but("track", "not an id"),
        ] {
            let reasons = refuses(&world, &reporter, event).await;
            assert!(
                matches!(&reasons[..], [UseRefusal::Field(e)] if e.code == FieldCode::Malformed)
            );
        }
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

/// The event is refused, and nothing has changed.
async fn refuses(world: &World, reporter: &Reporter, event: Event) -> Vec<UseRefusal> {
    let before = world.everything_booked().await;
    let reasons = refusals(reporter.reports(&event).await);
    assert_eq!(world.everything_booked().await, before);
    reasons
}

fn fields(reasons: &[UseRefusal]) -> Vec<(&str, FieldCode)> {
    let mut fields = Vec::new();
    for reason in reasons {
        match reason {
            UseRefusal::Field(error) => fields.push((error.field.as_str(), error.code)),
            other => panic!("a fault of a field is wanted, not {other:?}"),
        }
    }
    fields
}
