//! Uses that no licence covers are kept, earn nothing, and become offers; never losses.

use app::access::Role;
use app::licensing::{Licence, Offered};
use app::metering::import::{Import, Wording};
use app::metering::kept::State;
use app::metering::offered::{self, Told};
use app::metering::report::{Answer, Receipt};
use app::upkeep;
use domain::envelope::{Placement, Purpose};
use domain::usage::UseRefusal;
use domain::{AssetKind, Tier, UncoveredId, covers};
use spec::on_both_engines;
use spec::world::{Event, Member, Music, Reporter, Track, World, accepted, priced, refusals};

on_both_engines! {
    async fn a_use_that_is_not_covered_is_kept_once_and_earns_nothing(world: World) {
        let (mia, reporter, track) = people(&world).await;
        let licence = mia.buys_plan("bundle_10").await;
        let before = world.everything_booked().await;
        let event = world.used("e1", &licence, &track).but("placement", "broadcast");
        let reasons = refusals(reporter.reports(&event).await);
        let at = world.now();
        world.minutes_pass(5);
        refusals(reporter.reports(&event).await);
        let kept = world.uncovered(State::Open).await;
        let [(one, _)] = kept.as_slice() else { panic!("{kept:?}") };
        assert_eq!((one.report.id.as_str(), &one.reasons), ("e1", &reasons));
        assert_eq!((one.licence, one.track, one.received_at), (licence.id, track.id, at));
        assert_eq!(one.report.placement, Placement::Broadcast);
        assert_eq!(world.everything_booked().await, before);
        let given = reporter.recalls("e1").await.unwrap();
        assert_eq!((given.receipt.answer, given.commit), (Answer::Refused(reasons), None));
        assert_eq!((given.received_at, given.settled), (at, false));
        // What changed since is said anew.
        refusals(reporter.reports(&event.lasting(20_000)).await);
        assert_eq!(world.uncovered(State::Open).await[0].0.report.clip_ms, 20_000);
    }

    async fn what_names_no_licence_or_is_malformed_is_not_kept(world: World) {
        let (mia, reporter, track) = people(&world).await;
        let licence = mia.buys_plan("bundle_10").await;
        let event = world.used("e1", &licence, &track);
        for bad in [
            event.clone().but("licence_code", "7K3M9-QXD4T-0RWPD"),
            event.clone().lasting(0),
            event.clone().without("track"),
            event.clone().but("track", domain::TrackId::from_bytes([9; 16]).to_string()),
            event.clone().but("placement", "the moon"),
        ] {
            refusals(reporter.reports(&bad).await);
        }
        // Nor what only would be counted.
        let table = format!(
            "id,licence_code,track,placement,purpose,clip_ms,published_at\nr1,{},{},broadcast,personal,1000,{}\n",
            licence.code, track.id, world.now()
        );
        for (dry, kept) in [(true, 0), (false, 1)] {
            let mut import = Import::of("table", Wording::default(), dry).unwrap();
            import.feed(world.app(), table.as_bytes()).await.unwrap();
            import.finish(world.app()).await.unwrap();
            assert_eq!(world.uncovered(State::Open).await.len(), kept);
        }
    }

    async fn whatever_is_offered_covers_its_use_and_makes_it_count_later(world: World) {
        let (mia, reporter, track) = people_with_a_cut(&world).await;
        let other = world.compose(Music::titled("Low Tide").by("Carla Duarte")).await;
        let short = bought(&mia, &track).await;
        accepted(reporter.reports(&world.used("first", &short, &track)).await);
        let clip_time = mia.buys_plan("bundle_10").await;
        let (by_short, by_time) = (|id: &str| world.used(id, &short, &track),
            |id: &str| world.used(id, &clip_time, &track));
        for event in [
            by_short("another video"),
            by_short("longer").lasting(45_000),
            by_short("whole").lasting(170_000),
            by_short("for a client").but("purpose", "client_work"),
            by_short("an ad").but("purpose", "paid_ad").but("placement", "online_ads"),
            by_short("elsewhere").but("territory", "JP").but("placement", "podcast"),
            by_short("famous").but("followers", 5_000_000),
            by_short("of another").but("track", other.id.to_string()),
            by_time("on air").but("placement", "broadcast"),
            by_time("before").published(world.now().plus_ms(-20 * domain::time::DAY_MS)),
        ] {
            refusals(reporter.reports(&event).await);
        }
        world.days_pass(3);
        let kept = world.uncovered(State::Open).await;
        let offers = kept.iter().filter(|(_, told)| matches!(told, Told::Offer(_))).count();
        assert!(kept.len() >= 9 && offers >= 7, "{kept:#?}");
        for (one, told) in kept {
            let Told::Offer(offered) = told else { continue };
            asks_no_less(&offered, &one.report);
            assert_eq!(covers(&offered.envelope, &offered.wanted), Ok(()));
            assert!(offered.sentence().contains(&offered.option.label));
            let licence = mia.buys_offered(&offered, &short).await;
            let code = licence.code.to_string();
            let mut again = Event(serde_json::to_value(&one.report).unwrap());
            if offered.tops_up.is_none() {
                assert_eq!(covers(&licence.envelope, &offered.wanted), Ok(()));
                again = again.but("licence_code", code);
            }
            accepted(reporter.reports(&again).await);
            let given = reporter.recalls(&one.report.id).await.unwrap();
            assert!(matches!(given.receipt.answer, Answer::Accepted(_)), "{given:?}");
        }
        let waiting = world.uncovered(State::Open).await.len();
        assert_eq!(world.uncovered(State::Bought).await.len(), offers);
        assert!(waiting <= 3, "{waiting}");
    }

    async fn clip_time_that_is_used_up_is_offered_more_of_and_the_same_event_counts(world: World) {
        let (mia, reporter, track) = people(&world).await;
        dear(&world).await;
        let licence = mia.buys_plan("bundle_10").await;
        let event = |id: &str| world.used(id, &licence, &track).lasting(300_000);
        for id in ["e1", "e2"] {
            accepted(reporter.reports(&event(id)).await);
        }
        let third = event("e3");
        let reasons = refusals(reporter.reports(&third).await);
        assert!(matches!(reasons[..], [UseRefusal::NotEnoughTime { missing_ms: 300_000, .. }]));
        world.days_pass(2);
        let offered = only_offer(&world).await;
        assert_eq!(offered.option.offer, "bundle_10");
        assert_eq!(offered.option.draws_ms, Some(300_000));
        assert!(offered.tops_up.as_ref().is_some_and(|of| of.named && of.code == licence.code));
        mia.buys_offered(&offered, &licence).await;
        accepted(reporter.reports(&third).await);
        assert!(world.uncovered(State::Open).await.is_empty());
    }

    async fn beyond_a_subscriptions_allowance_its_buyer_is_offered_clip_time(world: World) {
        let (mia, reporter, track) = people(&world).await;
        dear(&world).await;
        world.rotates(&[&track]).await;
        world.plan("mine", 100, None, domain::pool::IdleRule::Share).await;
        let licence = mia.subscribes_to("mine").await;
        let events: Vec<_> =
            (0..11).map(|n| world.used(&format!("e{n}"), &licence, &track)).collect();
        reporter.sends(&events).await.unwrap();
        let offered = only_offer(&world).await;
        assert!(offered.tops_up.as_ref().is_some_and(|of| !of.named));
        world.minutes_pass(30);
        mia.buys_offered(&offered, &licence).await;
        accepted(reporter.reports(&events[10]).await);
        assert!(world.uncovered(State::Open).await.is_empty());
    }

    async fn what_one_program_keeps_another_closes(world: World) {
        let (mia, reporter, track) = people(&world).await;
        let other = reporter.at(&world.reopened_without_a_signing_key().await);
        let licence = mia.buys_plan("bundle_10").await;
        for (n, (one, two)) in [(&reporter, &other), (&other, &reporter)].into_iter().enumerate() {
            accepted(two.reports(&world.used(&format!("warm {n}"), &licence, &track)).await);
            let event = world.used(&format!("e{n}"), &licence, &track);
            refusals(one.reports(&event.clone().but("placement", "broadcast")).await);
            assert_eq!(two.recalls(&format!("e{n}")).await.unwrap().commit, None);
            accepted(two.reports(&event).await);
            assert!(world.uncovered(State::Open).await.is_empty());
        }
        // Also within one batch, where nothing is written between.
        let event = world.used("e9", &licence, &track);
        let broadcast = event.clone().but("placement", "broadcast");
        let receipts = reporter.sends(&[broadcast, event]).await.unwrap();
        refusals(receipts[0].answer.clone());
        accepted(receipts[1].answer.clone());
        assert!(world.uncovered(State::Open).await.is_empty());
        assert_eq!(world.uncovered(State::Bought).await.len(), 2);
    }

    async fn a_commit_that_fails_keeps_nothing_and_may_be_sent_again(world: World) {
        let (mia, reporter, track) = people(&world).await;
        let licence = mia.buys_plan("bundle_10").await;
        let batch = [
            world.used("good", &licence, &track),
            world.used("bad", &licence, &track).but("placement", "broadcast"),
        ];
        world.alters("alter table uncovered_uses rename to gone").await;
        let failed = reporter.tries(&batch).await;
        assert!(failed.is_err(), "{failed:?}");
        world.alters("alter table gone rename to uncovered_uses").await;
        assert_eq!((world.uses().await, world.uncovered(State::Open).await.len()), (0, 0));
        let receipts = reporter.sends(&batch).await.unwrap();
        accepted(receipts[0].answer.clone());
        assert_eq!(world.uncovered(State::Open).await.len(), 1);
    }

    async fn a_licence_keeps_a_thousand_of_them_for_400_days(world: World) {
        let (mia, reporter, track) = people(&world).await;
        let licence = mia.buys_plan("bundle_10").await;
        let event = |n: i32| {
            world.used(&format!("e{n}"), &licence, &track).but("placement", "broadcast")
        };
        let first: Vec<_> = (0..995).map(event).collect();
        reporter.sends(&first).await.unwrap();
        let rest: Vec<_> = (990..1_010).map(event).collect();
        let receipts = reporter.sends(&rest).await.unwrap();
        let told = told_beside(&world, &reporter, &receipts).await;
        assert_eq!(told.iter().filter(|told| **told == Some(Told::NotKept)).count(), 10);
        let count = "select count(*) as n from uncovered_uses";
        assert_eq!(world.count(count).await, 1_000);
        // Sent again there is still no room.
        let receipts = reporter.sends(&rest).await.unwrap();
        let told = told_beside(&world, &reporter, &receipts).await;
        assert_eq!(told.iter().filter(|told| **told == Some(Told::NotKept)).count(), 10);
        assert_eq!(world.count(count).await, 1_000);
        world.days_pass(399);
        upkeep::run(world.app()).await.unwrap();
        assert_eq!(world.count(count).await, 1_000);
        world.days_pass(2);
        upkeep::run(world.app()).await.unwrap();
        assert_eq!(world.count(count).await, 0);
    }

    async fn offers_are_found_for_fifty_different_uses_of_a_batch(world: World) {
        let (mia, reporter, track) = people_with_a_cut(&world).await;
        let licence = bought(&mia, &track).await;
        let event = |n: i64| {
            let name = format!("e{n}");
            world.used(&name, &licence, &track).but("purpose", "client_work").lasting(n % 60 * 100 + 1_000)
        };
        let batch: Vec<_> = (0..180).map(event).collect();
        let receipts = reporter.sends(&batch).await.unwrap();
        let told = told_beside(&world, &reporter, &receipts).await;
        for (n, told) in told.iter().enumerate() {
            let asked = n % 60 < offered::DIFFERENT_MAX;
            assert_eq!(*told == Some(Told::AskAgain), !asked, "{n}");
        }
        // By itself any of them is answered.
        let given = reporter.recalls("e179").await.unwrap();
        assert_ne!(given.told, Some(Told::AskAgain));
    }

    async fn only_who_holds_the_licence_and_the_operator_say_what_becomes_of_it(world: World) {
        let (mia, reporter, track) = people(&world).await;
        let licence = mia.buys_plan("bundle_10").await;
        let mut ids: Vec<UncoveredId> = Vec::new();
        for id in ["e1", "e2", "e3"] {
            let event = world.used(id, &licence, &track).but("placement", "broadcast");
            refusals(reporter.reports(&event).await);
            world.minutes_pass(1);
            ids.push(world.uncovered(State::Open).await[0].0.id);
        }
        let (mia, ben) = (mia.principal(), world.member("Ben").await.principal());
        let olga = world.signed_in(Role::Operator, "Olga").await;
        // Pages of one, the latest first; each sees their own.
        let first = world.uncovered_of(&mia, None, 2).await;
        let second = world.uncovered_of(&mia, first.next, 2).await;
        let seen = first.uses.iter().chain(&second.uses).map(|(one, _)| one.id);
        assert_eq!(seen.collect::<Vec<_>>(), [ids[2], ids[1], ids[0]]);
        assert_eq!(second.next, None);
        assert!(world.uncovered_of(&ben, None, 100).await.uses.is_empty());
        assert_eq!(world.uncovered_of(&olga, None, 100).await.uses.len(), 3);
        assert_eq!(world.uncovered_of(&reporter.who(), None, 100).await.uses.len(), 3);
        let refused = world.dismisses(&ben, ids[0], true).await.unwrap_err();
        assert_eq!(refused.code, "unknown_uncovered_use");
        let refused = world.dismisses(&reporter.who(), ids[0], true).await.unwrap_err();
        assert_eq!(refused.code, "unknown_uncovered_use");
        for who in [&mia, &olga] {
            for _ in 0..2 {
                let one = world.dismisses(who, ids[0], true).await.unwrap();
                assert_eq!(one.state, State::Dismissed);
            }
            assert_eq!(world.uncovered_of(&mia, None, 100).await.uses.len(), 2);
            let one = world.dismisses(who, ids[0], false).await.unwrap();
            assert_eq!(one.state, State::Open);
        }
        // What was dismissed counts all the same once it is covered, and then it is too late.
        world.dismisses(&mia, ids[0], true).await.unwrap();
        accepted(reporter.reports(&world.used("e1", &licence, &track)).await);
        let refused = world.dismisses(&mia, ids[0], false).await.unwrap_err();
        assert_eq!(refused.code, "use_counts");
    }
}

async fn people(world: &World) -> (Member, Reporter, Track) {
    let track = world.track("Night Market").await;
    (world.member("Mia").await, world.reporter().await, track)
}

async fn people_with_a_cut(world: &World) -> (Member, Reporter, Track) {
    let track = world.track_with_a_cut("Night Market").await;
    (world.member("Mia").await, world.reporter().await, track)
}

/// A licence for one short of fifteen seconds.
async fn bought(mia: &Member, track: &Track) -> Licence {
    mia.buys(track, AssetKind::Cut15, Tier::Creator).await
}

/// Makes single licences so dear that clip time is always cheaper.
async fn dear(world: &World) {
    for template in domain::template::shipped() {
        let (tier, assets) = (template.tier, template.assets);
        let mut dear = priced(tier, *assets.keys().next().unwrap(), 100_000);
        for terms in dear.assets.values_mut() {
            terms.price = 100_000;
        }
        world.puts("store", dear).await.unwrap();
    }
}

async fn only_offer(world: &World) -> Offered {
    let kept = world.uncovered(State::Open).await;
    match kept.as_slice() {
        [(_, Told::Offer(offered))] => Offered::clone(offered),
        other => panic!("{other:#?}"),
    }
}

/// Does the offer answer to all that was reported?
fn asks_no_less(offered: &Offered, report: &domain::UseReport) {
    let wanted = &offered.wanted;
    assert!(wanted.placements.contains(report.placement));
    let purpose: Purpose = report.purpose;
    assert_eq!(
        (wanted.purpose, i64::from(wanted.clip_ms)),
        (purpose, report.clip_ms)
    );
    assert_eq!(wanted.published_at, Some(report.published_at));
    let audience = report.followers.map(domain::envelope::Audience::of);
    assert_eq!(wanted.channel_audience, audience);
}

/// What is told beside each of a batch's receipts.
async fn told_beside(
    world: &World,
    reporter: &Reporter,
    receipts: &[Receipt],
) -> Vec<Option<Told>> {
    let receipts = receipts.iter().map(|one| (one.id.as_str(), &one.answer));
    offered::offers(world.app(), &reporter.who(), receipts)
        .await
        .unwrap()
}
