//! The report to the trade says what the ledger and the statements say, to the micro-unit.

use std::collections::BTreeMap;

use app::catalogue::credits;
use app::statements::DsrFile;
use domain::credits::{Credits, Role, Writer};
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Music, World, accepted};

on_both_engines! {
    async fn its_uses_are_those_of_the_meter_and_its_money_is_that_of_all_statements(world: World) {
        busy_months(&world).await;
        let (mut uses, mut money) = (0, 0);
        for month in ["2026-03", "2026-04", "2026-05"] {
            let report = world.trade_report(month).await.unwrap();
            let mut due = 0;
            for name in ["Ada Byron", "Ben"] {
                let statement = world.composer(name).await.statement(month).await;
                let shared = statement.lines.iter().filter(|line| line.sheet.is_some());
                due += shared.map(|line| line.micros).sum::<i64>();
            }
            assert_eq!(total(&report), due, "{month}");
            let said = match report.blocks {
                // Nothing happened in May, and one summary says so.
                0 => Sums::from([("1".to_owned(), (0, 0))]),
                _ => details(&report),
            };
            assert_eq!(said, summaries(&report), "{month}");
            uses += report.usages;
            money += due;
        }
        assert_eq!(i64::try_from(uses).unwrap(), world.uses().await);
        let mut held = 0;
        for name in ["Ada Byron", "Ben"] {
            held += world.composer(name).await.balance().await;
        }
        assert_eq!(money, held);
        assert_ne!(money, 0);
    }

    async fn each_context_of_sales_has_a_summary_of_its_own(world: World) {
        busy_months(&world).await;
        let report = world.trade_report("2026-03").await.unwrap();
        let contexts: Vec<(String, String, String, String)> = rows(&report, "SY02.02")
            .map(|row| (row[4].into(), row[6].into(), row[8].into(), row[18].into()))
            .collect();
        let context = |model: &str, place: &str, uses: &str, category: &str| {
            (model.to_owned(), place.to_owned(), uses.to_owned(), category.to_owned())
        };
        for wanted in [
            context("PayAsYouGoModel", "DE", "1", "use"),
            // One of clip time, one under the licence, which was paid when it was sold.
            context("PayAsYouGoModel", "Worldwide", "2", "use"),
            context("SubscriptionModel", "Worldwide", "2", "use"),
            context("PayAsYouGoModel", "Worldwide", "0", "sale"),
        ] {
            assert!(contexts.contains(&wanted), "{wanted:?} in {contexts:?}");
        }
        let later = world.trade_report("2026-04").await.unwrap();
        let refunds = rows(&later, "SY02.02").find(|row| row[18] == "refund");
        assert!(refunds.unwrap()[11].starts_with('-'), "{}", later.text);
        assert!(rows(&later, "SY02.02").any(|row| row[18] == "close"), "{}", later.text);
    }

    async fn a_recording_is_told_by_its_numbers_and_writers_and_no_buyer_is(world: World) {
        let night = world.compose(Music::titled("Night | Market").shared(&[("Ada Byron", 1_000_000)])).await;
        let known = Credits {
            isrc: Some("QZES52612345".into()),
            iswc: Some("T0345246801".into()),
            writers: vec![Writer {
                name: "Ada Byron".into(),
                role: Role::Composer,
                ipi: Some("00014107338".into()),
                share_ppm: None,
            }],
            ..Credits::default()
        };
        let (app, call, id) = (world.app(), world.call(), night.id.to_string());
        credits::set(app, &call, credits::By::Operator, &id, known).await.unwrap();
        world.buyer("Mia").buys(&night, AssetKind::FullMix, Tier::Creator).await;
        world.days_pass(40);
        let report = world.trade_report("2026-03").await.unwrap();
        let rows: Vec<Vec<&str>> = rows(&report, "AS02.02").collect();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0][3], rows[0][4]), (id.as_str(), "QZES52612345"));
        assert_eq!((rows[0][5], rows[0][11]), ("Night / Market", "T0345246801"));
        assert_eq!((rows[0][12], rows[0][13]), ("Ada Byron", "IPI::00014107338"));
        assert!(!report.text.contains("Mia") && !report.text.contains("mia@"));
    }

    async fn nothing_is_written_before_the_operator_says_for_whom_nor_of_half_a_period(world: World) {
        let ledger = world.everything_booked().await;
        let half = world.trade_report("2026-03").await.unwrap_err();
        assert_eq!((half.code, half.field.as_deref()), ("period_not_over", Some("period")));
        world.days_pass(31);
        let off = world.trade_report_of(world.app(), "2026-03").await.unwrap_err();
        assert_eq!(off.code, "ddex_not_set");
        assert!(off.sentence.contains("ddex_sender_party_id"), "{}", off.sentence);
        let report = world.trade_report("2026-03").await.unwrap();
        let again = world.trade_report("2026-03").await.unwrap();
        let id = |report: &DsrFile| rows(report, "HEAD").next().unwrap()[4].to_owned();
        assert_ne!(id(&report), id(&again), "a message's id is used once");
        assert_eq!((report.blocks, report.usages), (0, 0));
        assert_eq!(world.everything_booked().await, ledger);
    }
}

fn rows<'a>(report: &'a DsrFile, kind: &str) -> impl Iterator<Item = Vec<&'a str>> {
    let kind = kind.to_owned();
    let rows = report.text.lines().map(|line| line.split('\t').collect());
    rows.filter(move |row: &Vec<&str>| row[0] == kind)
}

fn total(report: &DsrFile) -> i64 {
    report.totals.values().sum()
}

type Sums = BTreeMap<String, (u64, i64)>;

fn summaries(report: &DsrFile) -> Sums {
    let one = |row: Vec<&str>| (row[1].into(), (row[8].parse().unwrap(), micros(row[11])));
    rows(report, "SY02.02").map(one).collect()
}

fn details(report: &DsrFile) -> Sums {
    let mut sums = Sums::new();
    for row in rows(report, "SU03.02") {
        let sum = sums.entry(row[3].into()).or_default();
        sum.0 += row[5].parse::<u64>().unwrap();
        sum.1 += micros(row[6]);
    }
    sums
}

fn micros(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

/// Sales, uses of all three kinds, a refund, a closed cycle, and a month in which reserves come
/// free: from March to May, and over.
async fn busy_months(world: &World) {
    let thirds = [("Ada Byron", 333_333), ("Ben", 666_667)];
    let night = world
        .compose(Music::titled("Night Market").shared(&thirds))
        .await;
    let nova = world.track("Nova").await;
    world.rotates(&[&night, &nova]).await;
    let mia = world.buyer("Mia");
    let (bundle, pool) = (mia.buys_clip_time().await, mia.subscribes().await);
    let licence = mia.buys(&night, AssetKind::FullMix, Tier::Creator).await;
    let reporter = world.reporter().await;
    for event in [
        world
            .used("e1", &bundle, &night)
            .lasting(12_400)
            .but("territory", "DE"),
        world.used("e2", &bundle, &nova).lasting(7_001),
        world.used("e3", &pool, &night),
        world.used("e4", &pool, &nova),
        world.used("e5", &licence, &night),
    ] {
        accepted(reporter.reports(&event).await);
    }
    world.it_is("2026-04-20T09:00:00Z");
    world.closes().await;
    world
        .refunds(&licence, "r1", Some(2_500_000))
        .await
        .unwrap();
    accepted(reporter.reports(&world.used("e6", &bundle, &nova)).await);
    world.it_is("2026-06-20T09:00:00Z");
}
