//! Breakdowns: every grouping sums to the ledger, and none tells of few licensees.

use app::access::{Principal, Role, Scope};
use app::reports::{Ask, Breakdown, By, Figures, Format, Key, View, Wanted};
use domain::AssetKind;
use spec::on_both_engines;
use spec::world::{Music, Reporter, Track, World, accepted};

on_both_engines! {
    async fn every_grouping_sums_to_the_ledger(world: World) {
        let (night, together, reporter) = tracks(&world).await;
        for (n, place) in ["youtube", "tiktok", "tiktok"].iter().enumerate() {
            uses(&world, &reporter, &night, n, place, "DE").await;
            uses(&world, &reporter, &together, n + 10, place, "FR").await;
            world.days_pass(9);
        }
        for name in ["Ada Byron", "Ben"] {
            let (who, payee) = composer(&world, name).await;
            let posted = world.posted_for_uses(payee).await;
            assert!(posted > 0);
            for by in [By::Track, By::Day, By::Month] {
                let found = world.breaks_down(&who, Wanted::by(by)).await.unwrap();
                assert_eq!((sum(&found).micros, found.totals.len()), (posted, 1), "{name} {by}");
                assert_eq!(found.totals[0].figures, sum(&found));
            }
            // By month, what licensees do sums to the same month's own figure.
            let months = world.breaks_down(&who, Wanted::by(By::Month)).await.unwrap();
            for month in &months.rows {
                let period = Some(month.key.word().parse().unwrap());
                for by in [By::Asset, By::Placement, By::Territory] {
                    let wanted = Wanted { period: period.clone(), ..Wanted::by(by) };
                    let found = world.breaks_down(&who, wanted).await.unwrap();
                    assert_eq!(sum(&found), month.figures, "{name} {by}");
                }
            }
        }
        let olive = operator(&world).await;
        let all = world.breaks_down(&olive, Wanted::by(By::Track)).await.unwrap();
        for by in By::ALL {
            let found = world.breaks_down(&olive, Wanted::by(by)).await.unwrap();
            assert_eq!((sum(&found).uses, sum(&found)), (6, sum(&all)), "{by}");
        }
        assert!(world.breaches().await.is_empty());
    }

    async fn filters_narrow_and_days_are_those_of_the_ledger(world: World) {
        let (night, together, reporter) = tracks(&world).await;
        uses(&world, &reporter, &night, 1, "youtube", "DE").await;
        let first = world.now().day();
        world.days_pass(1);
        uses(&world, &reporter, &together, 2, "tiktok", "FR").await;
        let second = world.now().day();
        let olive = operator(&world).await;
        let wanted = Wanted::by(By::Day);
        let days = world.breaks_down(&olive, wanted.clone()).await.unwrap();
        assert_eq!(words(&days), [first.as_str(), second.as_str()]);
        for (wanted, uses) in [
            (Wanted { track: Some(night.id), ..wanted.clone() }, 1),
            (Wanted { placement: Some("tiktok".parse().unwrap()), ..wanted.clone() }, 1),
            (Wanted { territory: Some("FR".parse().unwrap()), ..wanted.clone() }, 1),
            (Wanted { territory: Some("US".parse().unwrap()), ..wanted.clone() }, 0),
            (Wanted { asset: Some(AssetKind::Cut15), ..wanted.clone() }, 0),
            (Wanted { period: Some(format!("{first}..{second}").parse().unwrap()), ..wanted }, 1),
        ] {
            let found = world.breaks_down(&olive, wanted.clone()).await.unwrap();
            assert_eq!(sum(&found).uses, uses, "{wanted:?}");
        }
    }

    async fn groups_of_fewer_than_ten_licensees_are_merged(world: World) {
        let (night, _, reporter) = tracks(&world).await;
        for n in 0..11 {
            uses(&world, &reporter, &night, n, "youtube", "DE").await;
        }
        for n in 20..23 {
            uses(&world, &reporter, &night, n, "tiktok", "FR").await;
        }
        let (ada, _) = composer(&world, "Ada Byron").await;
        let by_place = world.breaks_down(&ada, Wanted::by(By::Placement)).await.unwrap();
        // Three could be told by subtraction, so the eleven go with them.
        assert_eq!(words(&by_place), ["merged"]);
        for n in 23..31 {
            uses(&world, &reporter, &night, n, "tiktok", "FR").await;
        }
        let by_place = world.breaks_down(&ada, Wanted::by(By::Placement)).await.unwrap();
        assert_eq!(words(&by_place), ["tiktok", "youtube"]);
        // The same of one track, since no other has such uses.
        let wanted = Wanted { track: Some(night.id), ..Wanted::by(By::Territory) };
        let by_land = world.breaks_down(&ada, wanted).await.unwrap();
        assert_eq!(words(&by_land), ["DE", "FR"]);
        let olive = operator(&world).await;
        uses(&world, &reporter, &night, 40, "x", "JP").await;
        let all = world.breaks_down(&olive, Wanted::by(By::Placement)).await.unwrap();
        assert_eq!(words(&all), ["tiktok", "youtube", "x"]);
        let hers = world.breaks_down(&ada, Wanted::by(By::Placement)).await.unwrap();
        assert!(hers.rows.iter().any(|row| row.key == Key::Merged && row.figures.uses > 10));
        assert_eq!(sum(&hers).uses, 23);
    }

    async fn the_same_licensee_often_is_one(world: World) {
        let (night, _, reporter) = tracks(&world).await;
        let mia = world.buyer("Mia");
        for n in 0..12 {
            let licence = mia.buys_clip_time().await;
            let event = world.used(&format!("e{n}"), &licence, &night);
            accepted(reporter.reports(&event).await);
        }
        let (ada, _) = composer(&world, "Ada Byron").await;
        let found = world.breaks_down(&ada, Wanted::by(By::Placement)).await.unwrap();
        assert_eq!(words(&found), ["merged"]);
    }

    async fn what_would_tell_of_licensees_by_subtraction_is_refused(world: World) {
        tracks(&world).await;
        let (ada, _) = composer(&world, "Ada Byron").await;
        let place = Wanted::by(By::Placement);
        for wanted in [
            Wanted { period: Some("2026".parse().unwrap()), ..place.clone() },
            Wanted { period: Some("2026-03-01..2026-03-09".parse().unwrap()), ..place.clone() },
            Wanted { territory: Some("DE".parse().unwrap()), ..place.clone() },
            Wanted { territory: Some("DE".parse().unwrap()), ..Wanted::by(By::Track) },
            Wanted { asset: Some(AssetKind::Cut15), ..Wanted::by(By::Day) },
        ] {
            let refused = world.breaks_down(&ada, wanted.clone()).await.unwrap_err();
            assert_eq!(refused.code, "report_too_fine", "{wanted:?}");
            let olive = operator(&world).await;
            assert!(world.breaks_down(&olive, wanted).await.is_ok());
        }
    }

    async fn a_curator_sees_what_those_used_whom_they_sent(world: World) {
        let (night, _, reporter) = tracks(&world).await;
        uses(&world, &reporter, &night, 1, "youtube", "DE").await;
        let (ada, payee) = composer(&world, "Ada Byron").await;
        let ask = Ask { view: Some(View::Curator), payee: None };
        let wanted = Wanted { ask, ..Wanted::by(By::Track) };
        let found = world.breaks_down(&ada, wanted.clone()).await.unwrap();
        assert!(found.rows.is_empty(), "{found:?}");
        let olive = operator(&world).await;
        let ask = Ask { payee: Some(payee), ..ask };
        assert!(world.breaks_down(&olive, Wanted { ask, ..wanted }).await.is_ok());
    }

    async fn everybody_reads_their_own_and_nobody_anothers(world: World) {
        let (night, _, reporter) = tracks(&world).await;
        uses(&world, &reporter, &night, 1, "youtube", "DE").await;
        let (_, ben) = composer(&world, "Ben").await;
        let visitor = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let json = visitor.with("accept", "application/json");
        let found = json.gets("/v1/reports/breakdown?by=track").await;
        assert_eq!((found.status, found.header("cache-control")), (200, "no-store"));
        assert_eq!(found.json()["totals"][0]["uses"], 1);
        for (path, wanted) in [
            (format!("/v1/reports/breakdown?payee={ben}"), (403, "scope_required")),
            ("/v1/reports/breakdown?as=operator".into(), (403, "scope_required")),
            ("/v1/reports/breakdown?by=licensee".into(), (400, "bad_parameter")),
            ("/v1/reports/breakdown?format=xls".into(), (400, "bad_parameter")),
            ("/v1/reports/breakdown?colour=red".into(), (400, "unknown_parameter")),
            ("/v1/reports/breakdown?by=placement&period=2026".into(), (422, "report_too_fine")),
        ] {
            let (status, code) = json.gets(&path).await.problem();
            assert_eq!((status, code.as_str()), wanted, "{path}");
        }
        let mia = world.visitor_signed_in(Role::Buyer, "Mia").await;
        let own = mia.gets("/v1/reports/breakdown").await;
        assert_eq!((own.status, own.json()["rows"].as_array().map(Vec::len)), (200, Some(0)));
        let (_, secret) = world.program("The books", &[Scope::ReadReports]).await;
        let books = world.visitor_with_key(&secret);
        assert_eq!(books.gets("/v1/reports/breakdown").await.json()["totals"][0]["uses"], 1);
    }

    async fn each_has_a_page_with_the_same_figures(world: World) {
        let (night, _, reporter) = tracks(&world).await;
        uses(&world, &reporter, &night, 1, "youtube", "DE").await;
        for (role, name, title) in [
            (Role::Composer, "Ada Byron", "Uses of Ada Byron"),
            (Role::Buyer, "Mia", "My uses"),
            (Role::Operator, "Olive", "<h1>Uses</h1>"),
        ] {
            let visitor = world.visitor_signed_in(role, name).await;
            for by in By::ALL {
                let page = visitor.gets(&format!("/report/uses?by={by}")).await;
                assert_eq!(page.status, 200, "{name} {by}: {}", page.text());
                let text = page.text();
                assert!(text.contains(title), "{name} {by}: {text}");
                let counted = role != Role::Buyer;
                assert_eq!(text.contains("format=parquet"), counted, "{name} {by}");
                assert_eq!(text.contains("<svg class=\"hours\""), counted && by.is_time());
                let few = role == Role::Composer && by.is_about_licensees();
                assert_eq!(text.contains("few licensees each"), few, "{name} {by}");
                assert_eq!(text.contains("What is left"), role == Role::Buyer);
            }
        }
        let guest = world.visitor().gets("/report/uses").await;
        assert_eq!(guest.status, 401);
    }

    async fn the_forms_hold_the_same_lines(world: World) {
        let title = "=HYPERLINK(\"x\")";
        let track = world.compose(Music::titled(title).by("Ada Byron")).await;
        let reporter = world.reporter().await;
        uses(&world, &reporter, &track, 1, "youtube", "DE").await;
        let olive = operator(&world).await;
        let found = world.breaks_down(&olive, Wanted::by(By::Track)).await.unwrap();
        let csv = String::from_utf8(Format::Csv.write(&found).unwrap()).unwrap();
        let rows = domain::csv::rows(&csv).unwrap();
        assert_eq!(rows[0].1, ["key", "label", "uses", "clip_ms", "billed_ms", "currency", "micros"]);
        assert_eq!((rows[1].1[1].as_str(), rows[1].1[2].as_str()), ("'=HYPERLINK(\"x\")", "1"));
        let books = world.visitor_signed_in(Role::Operator, "Olive").await;
        for (form, mime) in [("csv", "text/csv; charset=utf-8"), ("parquet", "application/vnd.apache.parquet")] {
            let reply = books.gets(&format!("/v1/reports/breakdown?by=day&format={form}")).await;
            assert_eq!((reply.status, reply.header("content-type")), (200, mime));
            let name = format!("uses-store-by-day-all.{form}");
            assert!(reply.header("content-disposition").contains(&name));
            if form == "parquet" {
                assert!(reply.body.starts_with(b"PAR1") && reply.body.ends_with(b"PAR1"));
            }
        }
    }
}

/// A track of Ada's alone, and one that Ben has a third of.
async fn tracks(world: &World) -> (Track, Track, Reporter) {
    let night = world.track("Night Market").await;
    let shares = [("Ada Byron", 666_667), ("Ben", 333_333)];
    let together = world
        .compose(Music::titled("Together").shared(&shares))
        .await;
    (night, together, world.reporter().await)
}

/// Somebody with a name and an address of their own buys clip time and uses a track.
async fn uses(
    world: &World,
    reporter: &Reporter,
    track: &Track,
    n: usize,
    place: &str,
    land: &str,
) {
    let buyer = world.buyer(&format!("Buyer {n}"));
    let quote = buyer.asks_for_clip_time("bundle_10").await.unwrap();
    let mut order = buyer.order(&quote, quote.options.first().unwrap());
    order.email = Some(format!("buyer{n}@example.org"));
    let licence = buyer
        .sends(&format!("purchase-of-{n}-0123456789"), &order)
        .await
        .unwrap()
        .licence;
    let event = world
        .used(&format!("e{n}"), &licence, track)
        .but("placement", place)
        .but("territory", land);
    accepted(reporter.reports(&event.lasting(7_001)).await);
}

async fn composer(world: &World, name: &str) -> (Principal, domain::PayeeId) {
    let person = world.composer_person(name).await;
    let payee = person.payee.unwrap();
    (Principal::Person(person), payee)
}

async fn operator(world: &World) -> Principal {
    let (key, _) = world.program("The operator's", &[Scope::ReadReports]).await;
    Principal::Program(key)
}

fn sum(breakdown: &Breakdown) -> Figures {
    breakdown.rows.iter().map(|row| row.figures).sum()
}

fn words(breakdown: &Breakdown) -> Vec<String> {
    breakdown.rows.iter().map(|row| row.key.word()).collect()
}
