//! Uses that name a channel in place of a licence: they fall under one whose list has the channel.

use app::access::{Principal, Scope};
use app::licensing::Licence;
use app::licensing::buy;
use app::metering::kept::State;
use app::metering::offered::Told;
use app::metering::report::Answer;
use domain::usage::{LicenceState, UseRefusal};
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Event, Reporter, Track, World, accepted, pasted, refusals};

const ADA: &str = "https://www.youtube.com/@ada";

on_both_engines! {
    async fn what_was_paid_for_goes_first_then_a_subscription_then_clip_time(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let other = world.track("Low Tide").await;
        let platform = world.platform().await;
        let mia = world.member("Mia").await;
        world.rotates(&[&track]).await;
        world.plan("mine", 100, None, domain::pool::IdleRule::Share).await;
        // Issued in the order in which they must not be tried.
        let clip_time = mia.buys_plan("bundle_10").await;
        world.minutes_pass(1);
        let pool = mia.subscribes_to("mine").await;
        world.minutes_pass(1);
        let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
        for licence in [&clip_time, &pool, &cut] {
            lists(&world, licence, ADA).await;
        }
        let on = |id: &str, track: &Track| world.used_on(id, ADA, track);
        let table = [
            // What was paid at the sale, for the one video that it is for.
            (on("e1", &track), &cut, 0, true),
            (on("e1 elsewhere", &track).but("video", "e1"), &cut, 0, true),
            // Another video, and one that is longer than the cut: the month's allowance.
            (on("e2", &track), &pool, 0, false),
            (on("e3", &track).lasting(45_000), &pool, 0, false),
            // What isn't in rotation: clip time.
            (on("e4", &other), &clip_time, 15_000, false),
            // However the channel is written.
            (on("e5", &other).but("channel", "youtube.com/@Ada/videos"), &clip_time, 15_000, false),
            (on("e6", &other).but("channel", "@ADA"), &clip_time, 15_000, false),
        ];
        for (event, licence, billed_ms, free) in table {
            let counted = accepted(platform.reports(&event).await);
            assert_eq!((counted.licence, counted.billed_ms), (licence.code, billed_ms), "{event:?}");
            assert_eq!(counted.earned_micros == 0, free, "{event:?}");
            assert_eq!(platform.reports(&event).await, Answer::Duplicate(counted.clone()));
            let id = event.0["id"].as_str().unwrap();
            let given = platform.recalls(id).await.unwrap();
            assert_eq!(given.receipt.answer, Answer::Accepted(counted));
        }
        assert_eq!(world.uses().await, 7);
    }

    async fn of_equals_the_first_that_was_issued_pays_until_it_is_used_up(world: World) {
        let (track, platform) = (world.track("Night Market").await, world.platform().await);
        let mia = world.buyer("Mia");
        let mut bought = Vec::new();
        for _ in 0..2 {
            bought.push(mia.buys_clip_time().await);
            world.minutes_pass(1);
        }
        // The later one listed the channel first.
        for licence in bought.iter().rev() {
            lists(&world, licence, ADA).await;
        }
        let mut fell_under = Vec::new();
        for n in 0..4 {
            let event = world.used_on(&format!("e{n}"), ADA, &track).lasting(300_000);
            fell_under.push(accepted(platform.reports(&event).await).licence);
        }
        let (first, second) = (bought[0].code, bought[1].code);
        assert_eq!(fell_under, [first, first, second, second]);
        // Both are used up: the first is told, and the use is kept under it.
        let event = world.used_on("e5", ADA, &track);
        let missing = UseRefusal::NotEnoughTime { missing_ms: 15_000, left_ms: 0 };
        assert_eq!(refusals(platform.reports(&event).await), [missing]);
        assert_eq!(world.uncovered(State::Open).await[0].0.licence, bought[0].id);
    }

    async fn what_counts_is_whether_it_was_listed_when_the_video_was_published(world: World) {
        let (track, platform) = (world.track("Night Market").await, world.platform().await);
        let mia = world.buyer("Mia");
        let licence = mia.buys_clip_time().await;
        let before = world.now();
        world.minutes_pass(10);
        lists(&world, &licence, ADA).await;
        let listed = world.now();
        world.minutes_pass(10);
        let id = world.channels_of(&licence).await[0].id;
        let moved = "https://www.youtube.com/@ada2";
        mia.changes(&licence, id, &pasted(moved)).await.unwrap();
        let gone_on = world.now();
        world.minutes_pass(10);
        mia.takes_off(&licence, id).await.unwrap();
        let taken_off = world.now();
        world.minutes_pass(10);
        let table = [
            (ADA, before, false),
            (ADA, listed.plus_ms(-1), false),
            (ADA, listed, true),
            (ADA, gone_on.plus_ms(-1), true),
            (ADA, gone_on, false),
            (moved, gone_on.plus_ms(-1), false),
            (moved, gone_on, true),
            (moved, taken_off.plus_ms(-1), true),
            (moved, taken_off, false),
            (moved, world.now(), false),
            ("https://www.youtube.com/@ada3", listed, false),
        ];
        for (n, (channel, at, counts)) in table.into_iter().enumerate() {
            let event = world.used_on(&format!("e{n}"), channel, &track).published(at);
            match platform.reports(&event).await {
                Answer::Accepted(counted) if counts => assert_eq!(counted.licence, licence.code),
                said => {
                    assert!(!counts, "{event:?}");
                    assert_eq!(refusals(said), [UseRefusal::NoLicenceForChannel], "{event:?}");
                }
            }
        }
        // Where no licence is theirs nothing is kept.
        assert!(world.uncovered(State::Open).await.is_empty());
    }

    async fn a_list_that_changes_is_gone_by_at_once_in_every_program(world: World) {
        let (track, platform) = (world.track("Night Market").await, world.platform().await);
        let other = platform.at(&world.reopened_without_a_signing_key().await);
        let mia = world.buyer("Mia");
        let licence = mia.buys_clip_time().await;
        let nobody = [UseRefusal::NoLicenceForChannel];
        for (round, (one, two)) in [(&platform, &other), (&other, &platform)].into_iter().enumerate() {
            let on = |id: &str| world.used_on(&format!("{id}{round}"), ADA, &track).lasting(1_000);
            for reporter in [one, two] {
                assert_eq!(refusals(reporter.reports(&on("none")).await), nobody);
            }
            lists(&world, &licence, ADA).await;
            world.minutes_pass(1);
            for (id, reporter) in [("a", one), ("b", two)] {
                assert_eq!(accepted(reporter.reports(&on(id)).await).licence, licence.code);
            }
            let id = world.channels_of(&licence).await[0].id;
            mia.takes_off(&licence, id).await.unwrap();
            let late = on("late").published(world.now().plus_ms(-1));
            world.minutes_pass(1);
            for reporter in [one, two] {
                assert_eq!(refusals(reporter.reports(&on("gone")).await), nobody);
            }
            accepted(two.reports(&late).await);
            world.minutes_pass(1);
        }
        assert_eq!(world.uses().await, 6);
    }

    async fn the_same_event_gets_the_same_answer_whatever_lists_say_by_then(world: World) {
        let (track, platform) = (world.track("Night Market").await, world.platform().await);
        let mia = world.buyer("Mia");
        let (first, second) = (mia.buys_clip_time().await, mia.buys_clip_time().await);
        lists(&world, &first, ADA).await;
        let on = |id: &str| world.used_on(id, ADA, &track).lasting(1_000);
        let events: Vec<Event> = (0..300).map(|n| on(&format!("many:{n}"))).collect();
        let alone = on("alone");
        let counted = accepted(platform.reports(&alone).await);
        let many = platform.sends(&events).await.unwrap();
        let of_many = |n: usize| (&events[n], accepted(many[n].answer.clone()));
        let first_said = [(&alone, counted), of_many(7), of_many(299)];
        world.revokes(&first).await;
        lists(&world, &second, ADA).await;
        world.minutes_pass(1);
        for reporter in [platform.clone(), platform.at(&world.reopened_without_a_signing_key().await)] {
            for (event, counted) in &first_said {
                assert_eq!(reporter.reports(event).await, Answer::Duplicate(counted.clone()));
                let id = event.0["id"].as_str().unwrap();
                let given = reporter.recalls(id).await.unwrap();
                assert_eq!(given.receipt.answer, Answer::Accepted(counted.clone()));
                let code = first.code.to_string();
                let event = *event;
                for other in [
                    event.clone().but("channel", "https://www.youtube.com/@bea"),
                    // As with codes: another spelling is another event.
                    event.clone().but("channel", "@ada"),
                    event.clone().without("channel").but("licence_code", code),
                    event.clone().lasting(2_000),
                ] {
                    assert_eq!(reporter.reports(&other).await, Answer::Conflict, "{other:?}");
                }
            }
        }
        let by_code = world.used("by code", &second, &track).lasting(1_000);
        accepted(platform.reports(&by_code).await);
        let by_channel = by_code.without("licence_code").but("channel", ADA);
        assert_eq!(platform.reports(&by_channel).await, Answer::Conflict);
        assert_eq!(accepted(platform.reports(&on("new")).await).licence, second.code);
        // Also in one batch.
        let twice = platform.sends(&[on("twice"), on("twice")]).await.unwrap();
        let counted = accepted(twice[0].answer.clone());
        assert_eq!(twice[1].answer, Answer::Duplicate(counted));
        // Long after, what was settled by itself is still told.
        world.days_pass(40);
        let given = platform.recalls("new").await.unwrap();
        assert!(matches!(given.receipt.answer, Answer::Accepted(one) if one.licence == second.code));
    }

    async fn a_refusal_is_that_of_the_licence_that_lacks_least(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let other = world.track("Low Tide").await;
        let platform = world.platform().await;
        let mia = world.member("Mia").await;
        let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
        lists(&world, &cut, ADA).await;
        let on = |id: &str| world.used_on(id, ADA, &track);
        let ad = |id: &str| on(id).but("purpose", "paid_ad").lasting(45_000);
        // A licence of another track is none of this one.
        let elsewhere = world.used_on("e0", ADA, &other);
        let said = platform.reports(&elsewhere).await;
        assert_eq!(refusals(said), [UseRefusal::NoLicenceForChannel]);
        let alone = refusals(platform.reports(&ad("e1")).await);
        assert!(alone.len() > 1 && alone.iter().all(|one| matches!(one, UseRefusal::NotCovered(_))));
        assert_eq!(world.uncovered(State::Open).await[0].0.licence, cut.id);
        // Clip time lacks the purpose alone.
        let clip_time = mia.buys_plan("bundle_10").await;
        lists(&world, &clip_time, ADA).await;
        world.minutes_pass(1);
        let least = refusals(platform.reports(&ad("e2")).await);
        assert_eq!(least.len(), 1, "{least:?}");
        assert_eq!(world.uncovered(State::Open).await[0].0.licence, clip_time.id);
        // One that isn't in force is told only where there is no other.
        world.suspends(&clip_time).await;
        assert_eq!(refusals(platform.reports(&ad("e3")).await), alone);
        world.suspends(&cut).await;
        let state = LicenceState::Suspended;
        let on_hold = UseRefusal::LicenceNotActive { state };
        assert_eq!(refusals(platform.reports(&on("e4")).await), [on_hold]);
    }

    async fn what_is_wrong_with_an_event_is_told_by_its_field(world: World) {
        let (track, platform) = (world.track("Night Market").await, world.platform().await);
        let licence = world.buyer("Mia").buys_clip_time().await;
        lists(&world, &licence, ADA).await;
        let good = world.used_on("e1", ADA, &track);
        let nobodys = domain::TrackId::from_bytes([9; 16]).to_string();
        let code = licence.code.to_string();
        let table = [
            (good.clone().without("track"), "track"),
            (good.clone().without("channel"), "licence_code"),
            (good.clone().but("channel", ""), "channel"),
            (good.clone().but("channel", "https://youtu.be/dQw4w9WgXcQ"), "channel"),
            (good.clone().but("channel", 5), "channel"),
            (good.clone().but("placement", "tiktok"), "placement"),
            (good.clone().but("licence_code", code), "channel"),
            (good.clone().lasting(0), "clip_ms"),
        ];
        for (event, field) in table {
            let reasons = refusals(platform.reports(&event).await);
            let [UseRefusal::Field(error)] = reasons.as_slice() else { panic!("{reasons:?}") };
            assert_eq!(error.field, field, "{event:?}");
        }
        let reasons = refusals(platform.reports(&good.clone().but("track", nobodys)).await);
        assert_eq!(reasons, [UseRefusal::UnknownTrack]);
        accepted(platform.reports(&good).await);
        assert!(world.uncovered(State::Open).await.is_empty());
    }

    async fn a_site_that_is_listed_holds_the_places_below_it(world: World) {
        let (track, platform) = (world.track("Night Market").await, world.platform().await);
        let licence = world.buyer("Mia").buys_clip_time().await;
        lists(&world, &licence, "https://blog.example/ada").await;
        let table = [
            ("https://www.blog.example/ada", true),
            ("https://blog.example/ada/2026/spring", true),
            ("https://blog.example/adamant", false),
            ("https://blog.example", false),
            ("https://ada.blog.example/ada", false),
        ];
        for (n, (site, counts)) in table.into_iter().enumerate() {
            let event = world.used_on(&format!("e{n}"), site, &track).but("placement", "website");
            let said = platform.reports(&event).await;
            assert_eq!(matches!(said, Answer::Accepted(_)), counts, "{site}: {said:?}");
        }
    }

    async fn without_the_operators_trust_only_own_licences_are_drawn_on(world: World) {
        let track = world.track("Night Market").await;
        let (key, _) = world.program("A studio", &[Scope::ReportUses, Scope::Buy]).await;
        let studio = world.reporter_as(Principal::Program(key));
        let stranger = world.reporter().await;
        let mias = world.buyer("Mia").buys_clip_time().await;
        world.minutes_pass(1);
        let own = buys(&world, &studio).await;
        for licence in [&mias, &own] {
            lists(&world, licence, ADA).await;
        }
        let on = |id: &str| world.used_on(id, ADA, &track);
        let counted = accepted(studio.reports(&on("e1")).await);
        assert_eq!(counted.licence, own.code, "though Mia's was issued first");
        let nobody = [UseRefusal::NoLicenceForChannel];
        assert_eq!(refusals(stranger.reports(&on("e1")).await), nobody);
        let olga = world.signed_in(app::access::Role::Operator, "Olga").await;
        for trusted in [world.platform().await, world.reporter_as(olga)] {
            assert_eq!(accepted(trusted.reports(&on("e1")).await).licence, mias.code);
        }
        // By its code a licence is drawn on by any reporter, as ever.
        accepted(stranger.reports(&world.used("e2", &mias, &track)).await);
    }

    async fn what_isnt_covered_is_kept_and_counts_once_its_offer_is_bought(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let (platform, mia) = (world.platform().await, world.member("Mia").await);
        let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
        lists(&world, &cut, ADA).await;
        let event = world.used_on("e1", ADA, &track).but("purpose", "client_work");
        let reasons = refusals(platform.reports(&event).await);
        let kept = world.uncovered(State::Open).await;
        let [(one, Told::Offer(offered))] = kept.as_slice() else { panic!("{kept:#?}") };
        assert_eq!((one.code, &one.reasons), (cut.code, &reasons));
        assert_eq!(one.report.channel.as_deref(), Some(ADA));
        let bought = mia.buys_offered(offered, &cut).await;
        // The new licence listed nothing when the video was published: the event names its code.
        refusals(platform.reports(&event).await);
        let code = bought.code.to_string();
        let again = event.without("channel").but("licence_code", code);
        assert_eq!(accepted(platform.reports(&again).await).licence, bought.code);
        assert!(world.uncovered(State::Open).await.is_empty());
        assert_eq!(world.uncovered(State::Bought).await.len(), 1);
    }

    async fn every_form_of_a_batch_may_name_channels(world: World) {
        let track = world.track("Night Market").await;
        let scopes = [Scope::ReportUses, Scope::ReportChannels];
        let (_, secret) = world.program("A platform", &scopes).await;
        let program = world.visitor_with_key(&secret);
        let licence = world.buyer("Mia").buys_clip_time().await;
        lists(&world, &licence, ADA).await;
        let on = |id: &str| world.used_on(id, ADA, &track).0;
        let nowhere = world.used_on("lost", "https://www.youtube.com/@bea", &track).0;
        let cloud = serde_json::json!([{
            "specversion": "1.0", "type": "clearcue.use.published", "source": "/platform",
            "id": "cloud", "data": world.used_on("cloud", "@Ada", &track).without("id").0,
        }]);
        let forms = [
            ("application/json", serde_json::json!([on("json"), nowhere]).to_string()),
            ("application/x-ndjson", format!("{}\n{nowhere}\n", on("line"))),
            ("application/cloudevents-batch+json", cloud.to_string()),
        ];
        for (form, body) in forms {
            let said = program.posts_text("/v1/uses", form, &body).await.json();
            let receipts = said["receipts"].as_array().unwrap();
            assert_eq!(receipts[0]["status"], "accepted", "{said}");
            assert_eq!(receipts[0]["licence_code"], licence.code.to_string());
            if let Some(lost) = receipts.get(1) {
                assert_eq!(lost["reasons"][0]["reason"], "no_licence_for_channel");
                assert_eq!(lost["licence_code"], serde_json::Value::Null);
                assert!(lost.get("offer").is_none(), "{lost}");
            }
        }
    }
}

async fn lists(world: &World, licence: &Licence, channel: &str) {
    let listed = world.buyer("Mia").lists(licence, &pasted(channel)).await;
    assert!(!listed.unwrap().repeated);
}

/// A licence for clip time that a program has bought.
async fn buys(world: &World, program: &Reporter) -> Licence {
    let buyer = world.buyer("A studio");
    let quote = buyer.asks_for_clip_time("bundle_10").await.unwrap();
    let order = buyer.order(&quote, &quote.options[0]);
    let (call, who) = (&mut world.call(), program.who());
    let bought = buy::buy(world.app(), call, &who, "studio", &order).await;
    match bought {
        Ok(bought) => bought.licence,
        Err(stop) => panic!("{stop}"),
    }
}
