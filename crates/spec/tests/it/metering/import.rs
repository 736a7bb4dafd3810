//! Tables of uses: each row once, however often its file comes, and a bad one fails no other.

use app::access::Scope;
use app::licensing::Licence;
use app::metering::import::{Import, ImportRefusal, RowAnswer, Sums, Wording};
use app::metering::report::Answer;
use app::{Refusal, Stop};
use spec::on_both_engines;
use spec::world::{Track, World};

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
        assert!(refused.to_string().contains("licence_code, placement"), "{refused}");
        assert!(tries(&world, "", false).await.unwrap_err().to_string().contains("no header"));
        let reporter = Import::of("Ä", Wording::default(), false).err();
        assert_eq!(reporter, Some(ImportRefusal::BadReporter));
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
    let imported = tries(world, file, dry).await;
    imported.unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// Imports a file that comes in pieces of odd sizes.
async fn tries(
    world: &World,
    file: &str,
    dry: bool,
) -> Result<(Sums, Vec<RowAnswer>), ImportRefusal> {
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
    Ok((import.sums().clone(), answers))
}
