//! The operator's pages of the meter: who reports, and importing a table in two steps.

use std::time::Duration;

use app::access::{Role, Scope};
use app::licensing::Licence;
use spec::on_both_engines;
use spec::world::{Reply, Track, Visitor, World, accepted};

const FORM: &str = "/uses/import";
const PARTS: &str = "multipart/form-data; boundary=zzz";
const HEADER: &str = "licence_code,track,placement,purpose,clip_ms,published_at,video";

on_both_engines! {
    async fn the_operator_sees_who_reports_what_is_missing_and_what_to_do(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        let empty = operator.gets("/operator/reporters").await.text();
        assert!(empty.contains("Nobody has reported a use that counts yet"), "{empty}");
        let reporter = world.reporter().await;
        for id in ["cam:1", "cam:2", "cam:6", "cam:8"] {
            accepted(reporter.reports(&world.used(id, &licence, &track)).await);
        }
        let page = operator.gets("/operator/reporters").await.text();
        for part in ["An editor", "2 gaps", "3 to 5", "Have it sent again by 6 Apr 2026", "cam"] {
            assert!(page.contains(part), "{part} in {page}");
        }
        world.days_pass(36);
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        let page = operator.gets("/operator/reporters").await.text();
        assert!(page.contains("Too late"), "{page}");
    }

    async fn nobody_but_the_operator_sees_or_sends_any_of_it(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        let table = format!("{HEADER}\n{}", row(&world, &licence, &track, "a"));
        let place = sends(&operator, &table, "").await.header("location").to_owned();
        let other = world.visitor_signed_in(Role::Operator, "Otto").await;
        assert_eq!(other.gets(&place).await.status, 404);
        for role in [Role::Composer, Role::Buyer] {
            let visitor = world.visitor_signed_in(role, "Ada Byron").await;
            for path in ["/operator/reporters", FORM, &place] {
                assert_eq!(visitor.gets(path).await.status, 403, "{path}");
            }
            assert_eq!(sends(&visitor, &table, "").await.status, 403);
            assert_eq!(visitor.posts_form(&place, "").await.status, 403);
        }
        let (_, secret) = world.program("A program", &[Scope::ReportUses]).await;
        assert_eq!(world.visitor_with_key(&secret).gets(FORM).await.status, 401);
        assert_eq!(world.visitor().gets(FORM).await.status, 401);
        assert_eq!(sends(&world.visitor(), &table, "").await.status, 401);
        let forged = operator.posts_text(FORM, PARTS, &body(&table, "")).await;
        assert_eq!(forged.status, 403, "another site's form");
        assert_eq!(world.uses().await, 0);
    }

    async fn a_key_that_was_withdrawn_counts_nothing_more_though_it_is_remembered(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let (_, secret) = world.program("A program", &[Scope::ReportUses]).await;
        let program = world.visitor_with_key(&secret);
        let reply = program.posts("/v1/uses", &world.used("e1", &licence, &track).0).await;
        assert_eq!(reply.json()["accepted"], 1);
        world.must("update api_keys set revoked_ms = 1", &[]).await;
        let reply = program.posts("/v1/uses", &world.used("e2", &licence, &track).0).await;
        assert_eq!(reply.problem(), (401, "unknown_api_key".into()));
        // Neither does what it sends to refuse become an offer.
        let bad = world.used("e3", &licence, &track).but("placement", "broadcast");
        assert_eq!(program.posts("/v1/uses", &bad.0).await.status, 401);
        assert_eq!(world.uses().await, 1);
        assert_eq!(world.count("select count(*) as n from uncovered_uses").await, 0);
    }

    async fn what_was_looked_at_is_what_counts_and_counts_once(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        let good = row(&world, &licence, &track, "good,7");
        let table = format!(
            "{HEADER},likes\n{good}{}{}{}",
            good.replace(",15000,", ",long,"),
            good.replace("youtube_shorts", "the moon"),
            row(&world, &licence, &track, "better,8"),
        );
        let sent = sends(&operator, &table, "").await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let place = sent.header("location").to_owned();
        let look = operator.gets(&place).await.text();
        for part in [
            "Nothing is counted yet", "report.csv", "Would count", "Would earn", "Count these 2 rows",
            "clip_ms", "placement", "Columns passed over: likes", "$0.399925",
        ] {
            assert!(look.contains(part), "{part} in {look}");
        }
        assert_eq!(world.uses().await, 0);
        for _ in 0..2 {
            assert_eq!(operator.posts_form(&place, "").await.status, 303);
            let done = operator.gets(&place).await.text();
            for part in ["Counted", "Count now", "href=\"/report/uses\"", "clip_ms"] {
                assert!(done.contains(part), "{part} in {done}");
            }
            assert!(!done.contains("Count these"), "{done}");
            assert_eq!(world.uses().await, 2);
        }
        let again = sends(&operator, &table, "").await.header("location").to_owned();
        let again = operator.gets(&again).await.text();
        assert!(again.contains("nothing to count in this file"), "{again}");
        let page = operator.gets("/operator/reporters").await.text();
        assert!(page.contains("A platform"), "{page}");
        // A while later nobody asks for it any more.
        world.minutes_pass(31);
        let gone = operator.gets(&place).await;
        assert_eq!(gone.status, 404);
        assert!(gone.text().contains("choose it again"), "{}", gone.text());
    }

    async fn a_table_that_cannot_be_read_brings_the_form_back_with_the_reason(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        let good = format!("{HEADER}\n{}", row(&world, &licence, &track, "a"));
        for (table, more, wanted) in [
            ("", "", "Choose a file"),
            ("a,b\n1,2\n", "", "These columns are missing: licence_code"),
            (good.as_str(), "reporter=", "A reporter&#39;s name has 1 to 64"),
            (good.as_str(), "map=Music code", "isn’t|isn&#39;t COLUMN=FIELD"),
            (good.as_str(), "map=Song=track", "no column `Song`"),
            (good.as_str(), "set=mood=happy", "no field `mood`"),
        ] {
            let refused = sends(&operator, table, more).await;
            let text = refused.text();
            assert_eq!(refused.status, 422, "{wanted}: {text}");
            let said = wanted.split('|').any(|one| text.contains(one));
            assert!(said && text.contains("role=\"alert\""), "{wanted} in {text}");
            assert!(text.contains("action=\"/uses/import\""), "{text}");
        }
        assert_eq!(world.uses().await, 0);
    }

    async fn times_without_a_zone_and_columns_called_otherwise_are_said_with_the_file(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        world.minutes_pass(1);
        let at = world.now().to_string().replace('Z', "");
        let table = format!("Code;Length;Posted\n{};7,5;{at}\n", licence.code);
        let more = format!(
            "map=Code=licence_code\nLength=clip_seconds\nPosted=published_at&set=track={}\n\
             placement=tiktok\npurpose=monetised_creator",
            track.id
        );
        let look = async |more: &str| {
            let sent = sends(&operator, &table, more).await;
            assert_eq!(sent.status, 303, "{}", sent.text());
            operator.gets(sent.header("location")).await.text()
        };
        let refused = look(&more).await;
        assert!(refused.contains("published_at") && refused.contains("zone"), "{refused}");
        let good = look(&format!("utc=1&{more}")).await;
        assert!(good.contains("Count these 1 row"), "{good}");
    }

    async fn long_work_says_how_far_it_is_and_goes_on_by_itself(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        let table = format!("{HEADER}\n{}", row(&world, &licence, &track, "a"));
        // Nothing can be judged while somebody else writes.
        let held = world.app().write().await.unwrap();
        let sent = sends(&operator, &table, "").await;
        let place = sent.header("location").to_owned();
        let page = operator.gets(&place).await;
        assert_eq!(page.header("refresh"), "2");
        let text = page.text();
        assert!(text.contains("99 % of the file") && !text.contains("Count these"), "{text}");
        drop(held);
        for _ in 0..200 {
            let page = operator.gets(&place).await;
            if page.header("refresh").is_empty() {
                assert!(page.text().contains("Count these 1 row"), "{}", page.text());
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it never ends");
    }

    async fn a_table_of_more_than_a_mebibyte_is_taken_and_one_of_more_than_64_is_not(world: World) {
        let (licence, track) = with_clip_time(&world).await;
        let row = row(&world, &licence, &track, "nowhere").replace("youtube_shorts", "the moon");
        let row = row.replace('\n', &format!(",{}\n", "x".repeat(15_000)));
        let table = format!("{HEADER},note\n{}", row.repeat(100));
        assert!(table.len() > 1 << 20);
        let (_, secret) = world.program("A platform", &[Scope::ReportUses]).await;
        let program = world.visitor_with_key(&secret);
        let said = program.posts_text("/v1/uses/import?dry_run=true", "text/csv", &table).await;
        assert_eq!((said.status, said.json()["refused"].clone()), (200, 100.into()));
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;
        let sent = sends(&operator, &table, "").await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let look = operator.gets(sent.header("location")).await.text();
        assert!(look.contains("And 80 rows more"), "{look}");
        let huge = program.clone().with("content-length", "67239937");
        let refused = huge.posts_text("/v1/uses/import", "text/csv", &table).await;
        assert_eq!(refused.problem(), (413, "body_too_large".into()));
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

/// Sends the form as a browser does; `more` are fields beside the file, `name=value` joined by `&`.
async fn sends(visitor: &Visitor, table: &str, more: &str) -> Reply {
    let here = visitor.clone().with("sec-fetch-site", "same-origin");
    here.posts_text(FORM, PARTS, &body(table, more)).await
}

fn body(table: &str, more: &str) -> String {
    let part = |name: &str, value: &str| {
        format!("--zzz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut body = String::new();
    if !more.contains("reporter=") {
        body += &part("reporter", "A platform");
    }
    for field in more.split('&').filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once('=').unwrap();
        body += &part(name, value);
    }
    format!(
        "{body}--zzz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"report.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{table}\r\n--zzz--\r\n"
    )
}
