//! One use among many that were settled together is proven by itself, for as long as its raw report
//! is kept.

use std::collections::BTreeSet;

use app::access::{Principal, Scope};
use app::licensing::Licence;
use app::metering::engine::drop::drop_raw;
use app::metering::proven;
use app::metering::report::{Answer, Receipt};
use app::proofs::{self, Event as Said, Form, One};
use domain::envelope::{Placement, Purpose};
use domain::time::DAY_MS;
use meter::pack::{Outcome, Part};
use spec::on_both_engines;
use spec::world::{Event, Reporter, Track, World, read_proof};
use tlog::{Proven, unpack, verify_use};

/// More than keep a line each.
const MANY: u32 = 300;

on_both_engines! {
    async fn one_use_among_many_is_proven_to_its_reporter_by_its_id(world: World) {
        let many = many(&world).await;
        assert!(world.use_ids().await.len() < 20, "they are summed");
        let who = many.reporter.principal();
        let mut details = BTreeSet::new();
        for n in (0..MANY).step_by(7) {
            let bytes = world.use_proof(who, &id(n), Form::Text).await.unwrap();
            assert!(bytes.len() < 2_000, "{}", bytes.len());
            let (proven, sum, one) = shown(&world, &bytes);
            assert_eq!((one.commit, one.index), (1, n));
            assert_eq!((one.clip_ms, one.billed_ms), (1_000, 1_000));
            assert_eq!(one.placement, if n.is_multiple_of(3) { Placement::Tiktok } else { Placement::YoutubeShorts });
            assert_eq!(one.territory.is_some(), n.is_multiple_of(5));
            assert_eq!((one.purpose, one.received_ms), (Purpose::MonetisedCreator, world.now().0));
            assert!(one.earned_micros > 0 && one.earned_micros < sum.earned_micros);
            let track = if n.is_multiple_of(2) { &many.tracks[0] } else { &many.tracks[1] };
            assert_eq!(&sum.track, track.id.bytes());
            assert!(details.insert(one.details), "no two uses are told alike");

            let packed = world.use_proof(who, &id(n), Form::Packed).await.unwrap();
            let unpacked = unpack(&packed, &world.log_key()).unwrap();
            assert_eq!(verify_use(&unpacked, &world.log_key()).unwrap(), proven);
        }
        let unknown = world.use_proof(who, &id(MANY), Form::Text).await;
        assert_eq!(unknown.unwrap_err().code, "unknown_use");
        assert_eq!(world.breaches().await, []);
    }

    async fn payees_prove_each_use_that_their_lines_are_of(world: World) {
        let many = many(&world).await;
        let ada = Principal::Person(world.composer_person("Ada Byron").await);
        let eve = Principal::Person(world.composer_person("Eve").await);
        let (reads, _) = world.program("Reads", &[Scope::ReadReports]).await;
        let (other, _) = world.program("Another editor", &[Scope::ReportUses]).await;
        let mut seen = BTreeSet::new();
        for line in world.use_ids().await {
            let sum = world.use_proof(&ada, &line, Form::Text).await.unwrap();
            let proven = verify_use(&read_proof(&sum), &world.log_key()).unwrap();
            assert_eq!(proven.part, None);
            let count = sum_of(&proven).uses;
            let mut earned = 0;
            for nth in 1..=count.unsigned_abs() {
                // Each of the shorter lines, some of the longer.
                if count > 10 && nth % 9 != 1 {
                    continue;
                }
                let named = (line.as_str(), nth);
                let bytes = world.nth_use_proof(&ada, named, Form::Text).await.unwrap();
                let (_, sum, one) = shown(&world, &bytes);
                assert_eq!(data_encoding::HEXLOWER.encode(&sum.id), line);
                assert!(seen.insert((one.commit, one.index)), "{line} {nth}");
                earned += one.earned_micros;
                for (who, may) in [
                    (many.reporter.principal(), true),
                    (&Principal::Program(reads.clone()), true),
                    (&eve, false),
                    (&Principal::Program(other.clone()), false),
                    (&Principal::Guest, false),
                ] {
                    match world.nth_use_proof(who, named, Form::Text).await {
                        Ok(same) => assert!(may && same == bytes, "{who:?}"),
                        Err(error) => assert!(!may && error.code == "unknown_use", "{who:?}"),
                    }
                }
            }
            if count <= 10 {
                assert_eq!(earned, sum_of(&proven).earned_micros);
            }
            for none in [0, count.unsigned_abs() + 1] {
                let refused = world.nth_use_proof(&ada, (&line, none), Form::Text).await;
                assert_eq!(refused.unwrap_err().code, "unknown_use");
            }
        }
        assert!(seen.len() > 30, "{}", seen.len());
    }

    async fn a_use_among_many_has_an_id_that_says_where_it_lies(world: World) {
        let many = many(&world).await;
        let first = world.use_ids().await.remove(0);
        let own = |n: u32| format!("{}{n:06x}", &first[..26]);
        assert_eq!(own(0), first, "a line has the id of its first use");
        let (reads, _) = world.program("Reads", &[Scope::ReadReports]).await;
        let ada = Principal::Person(world.composer_person("Ada Byron").await);
        let eve = Principal::Person(world.composer_person("Eve").await);
        let by_event = world.use_proof(many.reporter.principal(), &id(299), Form::Text).await.unwrap();
        for who in [&Principal::Program(reads), &ada, many.reporter.principal()] {
            assert_eq!(world.use_proof(who, &own(299), Form::Text).await.unwrap(), by_event);
        }
        for (who, named) in [(&eve, own(299)), (&ada, own(MANY)), (&ada, format!("ff{}", &own(1)[2..]))] {
            let refused = world.use_proof(who, &named, Form::Text).await;
            assert_eq!(refused.unwrap_err().code, "unknown_use", "{named}");
        }
        let any = proven::of_any_use(world.app(), (&own(299), None), Form::Text).await;
        assert_eq!(any.unwrap(), by_event);
    }

    async fn what_pools_paid_and_other_days_and_programs_are_proven_too(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        world.rotates(&[&track]).await;
        let pool = mia.subscribes().await;
        let clips = [mia.buys_clip_time().await, mia.buys_clip_time().await];
        let reporter = world.reporter().await;
        world.days_pass(3);
        let event = |n: u32| {
            // A subscription pays for some seventy uses of a track.
            let licence = if n.is_multiple_of(13) { &pool } else { &clips[usize::from(n.is_multiple_of(2))] };
            let event = world.used(&id(n), licence, &track).lasting(1_000);
            event.published(world.now().plus_ms(-i64::from(n % 3) * DAY_MS))
        };
        let (first, second): (Vec<_>, Vec<_>) = (0..3 * MANY).map(event).partition(|event| {
            event.0["published_at"] != world.now().to_string()
        });
        let said = reporter.sends(&first).await.unwrap();
        all_count(&said);
        // Settled by a program that has none of it in memory.
        let beside = world.reopened_without_a_signing_key().await;
        let said = reporter.at(&beside).sends(&second).await.unwrap();
        all_count(&said);
        world.app().engine.settle().await.unwrap();
        world.signs_the_log().await;
        assert_eq!(world.breaches().await, []);
        let lines = world.use_ids().await;
        assert!(lines.len() < 20, "{lines:?}");
        for n in [0, 1, 2, 13, 26, 3 * MANY - 1] {
            let bytes = world.use_proof(reporter.principal(), &id(n), Form::Text).await.unwrap();
            let (_, _, one) = shown(&world, &bytes);
            assert_eq!(one.published_ms, world.now().plus_ms(-i64::from(n % 3) * DAY_MS).0);
        }
    }

    async fn once_raw_reports_are_dropped_the_sum_is_proven_alone(world: World) {
        let many = many(&world).await;
        let ada = Principal::Person(world.composer_person("Ada Byron").await);
        let line = world.use_ids().await.remove(0);
        let sum = world.use_proof(&ada, &line, Form::Text).await.unwrap();
        world.nth_use_proof(&ada, (&line, 2), Form::Text).await.unwrap();
        world.days_pass(40);
        drop_raw(world.app(), 36, false).await.unwrap();
        let refused = world.nth_use_proof(&ada, (&line, 2), Form::Text).await;
        assert_eq!(refused.unwrap_err().code, "raw_report_dropped");
        let eve = Principal::Person(world.composer_person("Eve").await);
        let refused = world.nth_use_proof(&eve, (&line, 2), Form::Text).await;
        assert_eq!(refused.unwrap_err().code, "unknown_use");
        let refused = world.use_proof(many.reporter.principal(), &id(2), Form::Text).await;
        assert_eq!(refused.unwrap_err().code, "unknown_use");
        assert_eq!(world.use_proof(&ada, &line, Form::Text).await.unwrap(), sum);
        assert_eq!(world.breaches().await, []);
    }

    async fn what_was_settled_before_there_were_roots_is_proven_by_its_sum(world: World) {
        let many = many(&world).await;
        let line = world.use_ids().await.remove(0);
        // As the version before has settled and logged it.
        world.runs("update uses set root = null").await;
        world.forgets_the_log().await;
        proofs::catch_up(world.app(), &world.call()).await.unwrap();
        world.signs_the_log().await;
        assert_eq!(world.breaches().await, []);
        let ada = Principal::Person(world.composer_person("Ada Byron").await);
        let bytes = world.use_proof(&ada, &line, Form::Text).await.unwrap();
        let proven = verify_use(&read_proof(&bytes), &world.log_key()).unwrap();
        let sum = sum_of(&proven);
        assert_eq!((sum.root, sum.report), (None, [0; 32]));
        assert!(sum.uses > 1);
        for refused in [
            world.nth_use_proof(&ada, (&line, 1), Form::Text).await,
            world.use_proof(many.reporter.principal(), &id(1), Form::Text).await,
        ] {
            assert_eq!(refused.unwrap_err().code, "proven_by_sum_only");
        }
    }

    async fn whatever_is_changed_in_a_kept_blob_is_named(world: World) {
        let many = many(&world).await;
        let sound = world.raw(1).await;
        type Change = fn(&mut meter::event::Event<'static>, &mut Outcome);
        let changes: [(&str, Change); 13] = [
            ("the video", |event, _| event.video = Some("another".into())),
            ("no video", |event, _| event.video = None),
            ("the address", |event, _| event.url = Some("https://example.org/w".into())),
            ("the id", |event, _| event.id = "e:another".into()),
            ("an id of another kind", |event, _| {
                event.id = "01890a5d-ac96-774b-bcce-b302099a8057".into();
            }),
            ("the purpose", |event, _| event.purpose = Purpose::PaidAd),
            ("the clip", |event, _| event.clip_ms -= 1),
            ("the time", |event, _| event.published_at = event.published_at.plus_ms(-1)),
            ("the views", |event, _| event.views = Some(7)),
            ("the followers", |event, _| event.followers = Some(8)),
            ("who tells", |event, _| event.source = "another".into()),
            ("the code's spelling", |event, _| {
                event.licence_code = event.licence_code.as_ref().map(|code| code.replace('-', "").into());
            }),
            ("a channel for the code", |event, _| {
                event.licence_code = None;
                event.channel = Some("https://www.youtube.com/@ada".into());
            }),
        ];
        for (what, change) in changes {
            world.rewrites_raw((1, 6), change).await;
            let found = world.breaches().await;
            let names: BTreeSet<_> = found.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, BTreeSet::from(["blobs_say_what_was_settled"]), "{what}: {found:?}");
            assert!(found.iter().any(|(_, subject)| subject.starts_with("line ")), "{what}: {found:?}");
            world.puts_raw(1, sound.clone()).await;
            assert_eq!(world.breaches().await, [], "{what}");
        }
        // Two uses of one line that bill each other's time sum up the same.
        world.rewrites_raw((1, 6), |_, outcome| shift(outcome, 1_000)).await;
        world.rewrites_raw((1, 12), |_, outcome| shift(outcome, -1_000)).await;
        let found = world.breaches().await;
        assert!(found.iter().all(|(_, subject)| subject.starts_with("line ")), "{found:?}");
        assert_eq!(found.len(), 1, "{found:?}");
        let line = found[0].1.trim_start_matches("line ").to_owned();
        let refused = proven::of_any_use(world.app(), (&line, Some(1)), Form::Text).await;
        assert!(refused.is_err(), "nothing is proven of what was altered");
        // A blob that its own checksum gives away.
        let mut flipped = sound;
        flipped[100] ^= 1;
        world.puts_raw(1, flipped).await;
        let found = world.breaches().await;
        assert!(found.contains(&("blobs_say_what_was_settled", "commit 1".into())), "{found:?}");
        world.has_broken(&["blobs_say_what_was_settled"]);
        drop(many);
    }

    async fn a_licence_under_another_number_than_blobs_call_it_by_is_named(world: World) {
        many(&world).await;
        world.renumbers_licences(5_000).await;
        let found = world.breaches().await;
        let commit = ("blobs_say_what_was_settled", "commit 1".to_owned());
        assert!(found.contains(&commit), "{found:?}");
        world.renumbers_licences(-5_000).await;
        assert_eq!(world.breaches().await, []);
    }
}

fn all_count(said: &[Receipt]) {
    let refused = |one: &&Receipt| !matches!(one.answer, Answer::Accepted(_));
    assert_eq!(said.iter().find(refused), None);
}

struct Many {
    reporter: Reporter,
    tracks: [Track; 2],
}

fn id(n: u32) -> String {
    format!("e:{n}")
}

/// Many uses of two tracks in one commit, settled and signed.
async fn many(world: &World) -> Many {
    let tracks = [world.track("Night Market").await, world.track("Rain").await];
    let licence = world.buyer("Mia").buys_clip_time().await;
    let reporter = world.reporter().await;
    let events: Vec<Event> = (0..MANY)
        .map(|n| used(world, &licence, &tracks, n))
        .collect();
    reporter.sends(&events).await.unwrap();
    world.app().engine.settle().await.unwrap();
    world.signs_the_log().await;
    Many { reporter, tracks }
}

/// A use that shares its line with some others.
fn used(world: &World, licence: &Licence, tracks: &[Track; 2], n: u32) -> Event {
    let track = if n.is_multiple_of(2) {
        &tracks[0]
    } else {
        &tracks[1]
    };
    let mut event = world.used(&id(n), licence, track).lasting(1_000);
    if n.is_multiple_of(3) {
        event = event.but("placement", "tiktok");
    }
    if n.is_multiple_of(5) {
        event = event.but("territory", if n.is_multiple_of(150) { "DE" } else { "FR" });
    }
    event.but("video", format!("video {n}"))
}

/// What a proof of one among several shows: the line, and the use.
fn shown(world: &World, bytes: &[u8]) -> (Proven, proofs::event::Use, One) {
    let proven = verify_use(&read_proof(bytes), &world.log_key()).unwrap();
    let one = proofs::part(&proven).expect("a proof of one among several");
    let sum = sum_of(&proven);
    assert!(sum.uses > 1 && sum.root.is_some());
    (proven, sum, one)
}

fn sum_of(proven: &Proven) -> proofs::event::Use {
    let (_, event) = proven.event.as_ref().unwrap();
    match Said::decode(event) {
        Some(Said::Use(sum)) => sum,
        other => panic!("{other:?} is no use"),
    }
}

/// Bills more and earns the same.
fn shift(outcome: &mut Outcome, ms: i64) {
    let Outcome::Drawn(parts) = outcome else {
        panic!("it drew clip time")
    };
    let [Part { billed_ms, .. }] = parts.as_mut_slice() else {
        panic!("of one bundle")
    };
    *billed_ms += ms;
}
