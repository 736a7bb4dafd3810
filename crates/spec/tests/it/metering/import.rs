//! Tables of uses: each row once, however often its file comes, and a bad one fails no other.

use app::access::Scope;
use app::licensing::Licence;
use app::metering::import::{Import, ImportRefusal, RowAnswer, Sums, Wording};
use app::metering::import_report;
use app::metering::report::Answer;
use app::metering::to_cover::ToCover;
use app::{Refusal, Stop};
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Track, World, pasted, priced};

const HEADER: &str = "licence_code,track,placement,purpose,clip_ms,published_at,video";

on_both_engines! {
    async fn a_file_imported_again_counts_nothing_twice_and_one_that_grew_only_what_is_new(
        world: World,
    ) {
        let (licence, track) = with_clip_time(&world).await;
        let row = |video: &str| row(&world, &licence, &track, video);
        // Two rows that say the same are two uses.
        let file = format!("{HEADER}\n{}{}{}", row("a"), row("b"), row("a"));
        let (sums, _) = imports(&world, &file, false).await;
        assert_eq!((sums.rows, sums.accepted, sums.billed_ms), (3, 3, 45_000));
        let booked = world.everything_booked().await;
        let (sums, _) = imports(&world, &file, false).await;
        assert_eq!((sums.accepted, sums.duplicate), (0, 3));
        assert_eq!(world.everything_booked().await, booked);
        // In another order, with another one and one of them again.
        let file = format!("{HEADER}\r\n{}{}{}{}{}", row("c"), row("a"), row("a"), row("b"), row("a"));
        let (sums, answers) = imports(&world, &file, false).await;
        assert_eq!((sums.accepted, sums.duplicate), (2, 3));
        let new: Vec<_> = answers
            .iter()
            .filter(|answer| matches!(answer.receipt.answer, Answer::Accepted(_)))
            .map(|answer| answer.line)
            .collect();
        assert_eq!(new, [2, 6]);
    }

    async fn a_dry_run_answers_as_the_import_does_and_writes_nothing(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let clip = |video: usize| {
            let row = row(&world, &licence, &track, &video.to_string());
            row.replace(",15000,", ",300000,")
        };
        // Ten minutes were bought: the third of five minutes each is one too many, also where it
        // comes in another commit than the first two.
        let small = row(&world, &licence, &track, "nowhere").replace("youtube_shorts", "the moon");
        let mut file = format!("{HEADER}\n{}", clip(1));
        file.extend(std::iter::repeat_n(small.as_str(), 1_500));
        file += &clip(2);
        file += &clip(3);
        file += &clip(1).replace(",1\n", ",1,\n");
        let before = world.everything_booked().await;
        let (dry, would) = imports(&world, &file, true).await;
        assert_eq!(world.everything_booked().await, before);
        assert_eq!((dry.accepted, dry.refused, dry.rows), (2, 1_502, 1_504));
        assert_eq!(dry.earned_micros["USD"], 7_998_500);
        let again = imports(&world, &file, true).await;
        assert_eq!((&again.0, &again.1), (&dry, &would));
        let (real, did) = imports(&world, &file, false).await;
        assert_eq!((&real, &did), (&dry, &would));
        assert_eq!(would.iter().find(|one| one.counts()).map(|one| one.line), Some(2));
        // What was counted meanwhile is a duplicate to a dry run.
        let (dry, _) = imports(&world, &file, true).await;
        assert_eq!((dry.accepted, dry.duplicate, dry.refused), (0, 2, 1_502));
    }

    async fn a_bad_row_fails_no_other_and_says_its_line_and_every_reason(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let good = row(&world, &licence, &track, "good");
        let bad = good.replace(",15000,", ",long,").replace("Z,", ",");
        let file = format!("{HEADER}\n{bad}\"two\nlines\",x\n{good}");
        let (sums, answers) = imports(&world, &file, false).await;
        assert_eq!((sums.accepted, sums.refused), (1, 2));
        let told: Vec<_> = answers.iter().map(|one| (one.line, one.status())).collect();
        assert_eq!(told, [(2, "refused"), (3, "refused"), (5, "accepted")]);
        assert_eq!(answers[0].reasons().len(), 2, "{:?}", answers[0].reasons());
        assert!(answers[0].reasons()[1].contains("zone"));
        assert!(answers[1].csv().starts_with("3,,refused,,,,"));
    }

    async fn a_header_that_lacks_something_reports_nothing(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let file = format!("a;{}", row(&world, &licence, &track, "x"));
        let refused = tries(&world, &file, false).await.unwrap_err();
        assert_eq!(refused.code(), "bad_table_header");
        assert!(refused.to_string().contains("licence_code (or channel and track), placement"), "{refused}");
        assert!(tries(&world, "", false).await.unwrap_err().to_string().contains("no header"));
        let reporter = Import::of("Ä", Wording::default(), false).err();
        assert_eq!(reporter, Some(ImportRefusal::BadReporter));
    }

    async fn rows_may_name_channels_in_place_of_codes(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let list = pasted("https://www.youtube.com/@ada");
        world.buyer("Mia").lists(&licence, &list).await.unwrap();
        let row = |code: &str, channel: &str, video: &str| {
            format!(
                "{code},{channel},{},YouTube Shorts,monetised_creator,15000,{},{video}\n",
                track.id, world.now()
            )
        };
        let (code, ada) = (licence.code.to_string(), "youtube.com/@Ada");
        let mut file = "licence_code,channel,track,placement,purpose,clip_ms,published_at,video\n".to_owned();
        for (code, channel, video) in [
            (code.as_str(), "", "a"),
            ("", ada, "b"),
            ("", "@ada", "c"),
            ("", "@bea", "d"),
            (&code, ada, "e"),
            ("", "", "f"),
        ] {
            file += &row(code, channel, video);
        }
        let mut runs = Vec::new();
        for dry in [true, false] {
            let (sums, answers) = imports(&world, &file, dry).await;
            assert_eq!((sums.accepted, sums.refused), (4, 2), "{answers:#?}");
            // Where a row has both, its code says the licence.
            for answer in answers[..3].iter().chain(&answers[4..5]) {
                assert!(answer.csv().contains(&code), "{}", answer.csv());
            }
            let reasons = |at: usize| answers[at].reasons().join(" ");
            assert!(reasons(3).contains("listed this channel"), "{}", reasons(3));
            assert!(reasons(5).starts_with("licence_code"), "{}", reasons(5));
            runs.push((sums, answers));
        }
        assert_eq!(runs[0], runs[1]);
        assert_eq!(imports(&world, &file, false).await.0.duplicate, 4);
        // A table without codes says the channel and the track.
        let short: String = file.lines().map(|line| line.split_once(',').unwrap().1.to_owned() + "\n").collect();
        let (sums, _) = imports(&world, &short, false).await;
        // What named both names its channel alone then: another use, as far as a table without ids tells.
        assert_eq!((sums.accepted, sums.duplicate, sums.refused), (1, 2, 3));
    }

    async fn what_lacks_cover_is_told_what_would_cover_it_and_what_all_of_it_costs(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let mia = world.member("Mia").await;
        let cut = mia.buys(&track, AssetKind::Cut15, Tier::Creator).await;
        let row = |video: &str| row(&world, &cut, &track, video);
        let long = |video: &str| row(video).replace(",15000,", ",290000,");
        // One video is paid for. Four more need one licence each; the long ones need another; what goes
        // on air by a licence that isn't sold is offered nothing.
        let file = format!(
            "{HEADER}\n{}{}{}{}{}{}{}{}",
            row("a"), row("b"), row("c"), row("d"), row("d").replace("shorts", "shorts "), row("e"),
            long("f"), "x,y,tiktok,personal,1,2026-01-31T12:00:00Z,z\n",
        );
        let (_, _, dry) = imports_with_cover(&world, &file, true).await;
        let (sums, answers, all) = imports_with_cover(&world, &file, false).await;
        assert_eq!(dry, all, "a dry run offers the same");
        assert_eq!((sums.accepted, sums.refused), (1, 7));
        let told = answers.iter().filter(|row| row.told.is_some()).count();
        assert_eq!((all.uses, told), (6, 6), "a row of no licence lacks no cover");
        let mut cost = 0;
        for (purchase, (uses, times)) in all.purchases.iter().zip([(5, 4), (1, 1)]) {
            assert_eq!((purchase.uses, purchase.times), (uses, times), "{purchase:#?}");
            cost += purchase.offered.option.total_micros * times.cast_signed();
        }
        let offered: u64 = all.purchases.iter().map(|one| one.uses).sum();
        assert_eq!(offered + all.without_offer, 6);
        let sum = all.cost().unwrap();
        assert_eq!(sum.iter().map(|one| one.micros()).collect::<Vec<_>>(), [cost]);
        // The table of answers says it, too.
        let first = answers.iter().find(|row| row.told.is_some()).unwrap();
        let option = &all.purchases[0].offered.option;
        assert!(first.csv().contains(&option.offer), "{}", first.csv());
        let columns = import_report::header().matches(',').count();
        assert!(first.csv().matches(',').count() >= columns);
    }

    async fn clip_time_that_lacks_is_topped_up_as_often_as_it_takes(world: World) {
        let track = world.track("Night Market").await;
        let mia = world.member("Mia").await;
        for template in domain::template::shipped() {
            let mut dear = priced(template.tier, *template.assets.keys().next().unwrap(), 100_000);
            dear.assets.values_mut().for_each(|terms| terms.price = 100_000);
            world.puts("store", dear).await.unwrap();
        }
        let licence = mia.buys_plan("bundle_10").await;
        let row = |video: &str| row(&world, &licence, &track, video).replace(",15000,", ",300000,");
        let file = format!("{HEADER}\n{}{}{}{}{}", row("a"), row("b"), row("c"), row("d"), row("e"));
        let (sums, _, all) = imports_with_cover(&world, &file, false).await;
        assert_eq!((sums.accepted, all.uses, all.purchases.len()), (2, 3, 1));
        // Three of five minutes are one plan of ten minutes and another one.
        let purchase = &all.purchases[0];
        assert_eq!((purchase.uses, purchase.times), (3, 2));
        assert_eq!(all.cost().unwrap()[0].micros(), 2 * purchase.offered.option.total_micros);
        for _ in 0..purchase.times {
            mia.buys_offered(&purchase.offered, &licence).await;
        }
        let (sums, _, all) = imports_with_cover(&world, &file, false).await;
        assert_eq!((sums.accepted, sums.duplicate, all.uses), (3, 2, 0));
        assert_eq!(all.cost().unwrap(), []);
    }

    async fn offers_stand_in_answers_over_http_and_on_the_page(world: World) {
        let track = world.track_with_a_cut("Night Market").await;
        let cut = world.buyer("Mia").buys(&track, AssetKind::Cut15, Tier::Creator).await;
        let client = row(&world, &cut, &track, "a").replace("monetised_creator", "client_work");
        let table = format!("{HEADER}\n{client}{}", client.replace(",a\n", ",b\n"));
        let (_, secret) = world.program("A platform", &[Scope::ReportUses]).await;
        let program = world.visitor_with_key(&secret);
        for address in ["/v1/uses/import?dry_run=true", "/v1/uses/import"] {
            let said = program.posts_text(address, "text/csv", &table).await.json();
            let row = &said["not_counted"][0];
            assert_eq!(row["reasons"][0]["reason"], "not_covered", "{said}");
            let (offer, all) = (&row["offer"], &said["to_cover"]);
            assert!(row["offer_note"].as_str().unwrap().contains("covers it"));
            assert_eq!((&all["rows"], &all["without_offer"]), (&2.into(), &0.into()));
            let purchase = &all["purchases"][0];
            for member in ["offer", "label", "price", "page_url", "quote"] {
                assert_eq!(purchase[member], offer[member], "{member}");
            }
            assert_eq!(purchase["rows"], 2);
            assert_eq!(all["cost"][0], purchase["total"]);
        }
    }

    async fn a_platforms_table_comes_over_http_with_a_dry_run_first(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let (_, secret) = world.program("A platform", &[Scope::ReportUses]).await;
        let program = world.visitor_with_key(&secret);
        // A day without a time begins at midnight, when the licence must hold already.
        world.days_pass(1);
        let day = &world.now().to_string()[..10];
        let table = format!(
            "\u{feff}Music code;Song;Length;Posted;Likes\n{code};{track};12,5;{day};7\n{code};{track};x;{day};7\n",
            code = licence.code,
            track = track.id,
        );
        let address = "/v1/uses/import?map=Music+code%3Dlicence_code&map=Song%3Dtrack\
             &map=Length%3Dclip_seconds&map=Posted%3Dpublished_at&set=placement%3Dyoutube_shorts\
             &set=purpose%3Dmonetised_creator&utc=true";
        let posts = async |address: &str| program.posts_text(address, "text/csv", &table).await;
        let dry = posts(&format!("{address}&dry_run=true")).await.json();
        assert_eq!((&dry["accepted"], &dry["refused"]), (&1.into(), &1.into()));
        assert_eq!(dry["passed_over"][0], "Likes");
        assert_eq!(dry["not_counted"][0]["line"], 3);
        let reason = &dry["not_counted"][0]["reasons"][0];
        assert_eq!(reason["field"], "clip_seconds", "{reason}");
        let real = posts(address).await.json();
        assert_eq!((&real["dry_run"], &real["accepted"]), (&false.into(), &1.into()));
        assert_eq!(real["earned"], dry["earned"]);
        assert_eq!(posts(address).await.json()["duplicate"], 1);
        let refused = posts("/v1/uses/import").await.problem();
        assert_eq!(refused, (422, "bad_table_header".into()));
        assert_eq!(posts("/v1/uses/import?x=1").await.problem().1, "unknown_parameter");
        let other = program.posts_text(address, "text/plain", &table).await;
        assert_eq!(other.problem().0, 415);
    }
}

async fn with_clip_time(world: &World) -> (Licence, Track) {
    let track = world.track("Night Market").await;
    (world.buyer("Mia").buys_clip_time().await, track)
}

fn row(world: &World, licence: &Licence, track: &Track, video: &str) -> String {
    format!(
        "{},{},youtube_shorts,monetised_creator,15000,{},{video}\n",
        licence.code,
        track.id,
        world.now()
    )
}

async fn imports(world: &World, file: &str, dry: bool) -> (Sums, Vec<RowAnswer>) {
    let (sums, answers, _) = imports_with_cover(world, file, dry).await;
    (sums, answers)
}

async fn imports_with_cover(
    world: &World,
    file: &str,
    dry: bool,
) -> (Sums, Vec<RowAnswer>, ToCover) {
    let imported = tries(world, file, dry).await;
    imported.unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// Imports a file that comes in pieces of odd sizes.
async fn tries(
    world: &World,
    file: &str,
    dry: bool,
) -> Result<(Sums, Vec<RowAnswer>, ToCover), ImportRefusal> {
    let refused = |stop| match stop {
        Stop::Refused(refusal) => refusal,
        Stop::Fault(fault) => panic!("{}", fault.chain()),
    };
    let mut import = Import::of("a platform", Wording::default(), dry)?;
    let mut answers = Vec::new();
    for piece in file.as_bytes().chunks(997) {
        let some = import.feed(world.app(), piece).await;
        answers.extend(some.map_err(refused)?);
    }
    answers.extend(import.finish(world.app()).await.map_err(refused)?);
    Ok((import.sums().clone(), answers, import.to_cover()))
}
