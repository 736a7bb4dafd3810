//! The report to the trade: every record whole, every sum that of its details.

use std::collections::BTreeMap;

use domain::credits::{Credits, Publisher, Role, Writer};
use domain::ddex::dsr::{
    Context, Figures, File, Message, Model, Overflow, Parties, Party, PartyId, Recording, write,
};
use proptest::prelude::*;

use crate::support::at;

/// How many cells each kind of record has, by the schema `UgcProfile/1.2`.
const CELLS: [(&str, usize); 5] = [
    ("HEAD", 16),
    ("SY02.02", 22),
    ("AS02.02", 22),
    ("SU03.02", 11),
    ("FOOT", 6),
];

fn party(id: &str, name: &str) -> Party {
    let id = id.parse().unwrap();
    let name = name.into();
    Party { id, name }
}

fn message(recordings: Vec<Recording>) -> Message {
    Message {
        version: "dsrf/30".into(),
        id: "0192f0c0a1b27c3d8e4f5a6b7c8d9e0f".into(),
        created: at("2026-11-02T09:10:11.222Z"),
        period: "2026-10".parse().unwrap(),
        parties: Parties {
            sender: party("PADPIDA0000000000X", "The Store"),
            recipient: party("PADPIDA0000000001Y", "A\tSociety | Ltd"),
        },
        service: "TheStore".into(),
        currency: "USD".into(),
        recordings,
    }
}

fn context(model: Model, territory: Option<&str>, currency: &str, category: &str) -> Context {
    Context {
        model,
        territory: territory.map(str::to_owned),
        currency: currency.into(),
        category: category.into(),
    }
}

fn recording(id: &str, title: &str, figures: Vec<(Context, Figures)>) -> Recording {
    Recording {
        id: id.into(),
        title: title.into(),
        artist: "Ada Byron".into(),
        duration_ms: 92_400,
        credits: Credits::default(),
        figures: figures.into_iter().collect(),
    }
}

fn writer(name: &str, role: Role, ipi: Option<&str>) -> Writer {
    Writer {
        name: name.into(),
        role,
        ipi: ipi.map(str::to_owned),
        share_ppm: None,
    }
}

/// The records' cells, line by line.
fn cells(file: &File) -> Vec<Vec<&str>> {
    assert!(file.text.ends_with('\n') && !file.text.contains('\r'));
    let lines = file.text.trim_end_matches('\n').split('\n');
    lines.map(|line| line.split('\t').collect()).collect()
}

#[test]
fn a_report_has_these_very_bytes() {
    let use_de = context(Model::PayAsYouGo, Some("DE"), "USD", "use");
    let pooled = context(Model::Subscription, None, "USD", "use");
    let refund = context(Model::AsPerContract, None, "EUR", "refund");
    let figures = |usages, micros| Figures { usages, micros };
    let mut night = recording(
        "trk_1",
        "Night | Market\\",
        vec![
            (use_de.clone(), figures(3, 599_887)),
            (pooled, figures(1, 50_000)),
        ],
    );
    night.credits = Credits {
        isrc: Some("QZES52612345".into()),
        version: Some("Instrumental".into()),
        iswc: Some("T0345246801".into()),
        writers: vec![
            writer("Ada Byron", Role::Composer, None),
            writer("Ben Lo", Role::ComposerAuthor, Some("00014107338")),
            writer("Cid", Role::Arranger, None),
        ],
        publishers: vec![Publisher {
            name: "Night\tMusic".into(),
            ipi: None,
            share_ppm: None,
        }],
        ..Credits::default()
    };
    let dawn = recording(
        "trk_2",
        "Dawn",
        vec![(use_de, figures(2, 0)), (refund, figures(0, -77_000))],
    );
    let file = write(&message(vec![night, dawn])).unwrap();
    assert_eq!(file.text, include_str!("dsr_golden.tsv"));
    assert_eq!(
        file.name,
        "DSR_PADPIDA0000000001Y_PADPIDA0000000000X_TheStore_2026-10_multi_1of1_20261102T091011.tsv"
    );
    assert_eq!((file.blocks, file.usages), (2, 6));
    let totals = [("EUR".to_owned(), -77_000), ("USD".to_owned(), 649_887)];
    assert_eq!(file.totals, BTreeMap::from(totals));
}

#[test]
fn a_period_in_which_nothing_happened_is_reported_as_that() {
    let file = write(&message(Vec::new())).unwrap();
    let rows = cells(&file);
    let kinds: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(kinds, ["HEAD", "SY02.02", "FOOT"]);
    assert_eq!(
        (rows[1][8], rows[1][10], rows[1][11]),
        ("0", "USD", "0.000000")
    );
    assert_eq!(rows[2][1..], ["3", "3", "1", "0", "0"]);
    assert!(file.name.contains("_Worldwide_"), "{}", file.name);
}

#[test]
fn periods_are_named_with_the_last_day_in_them() {
    for (period, first, last, name) in [
        ("2026", "2026-01-01", "2026-12-31", "2026"),
        ("2026-Q1", "2026-01-01", "2026-03-31", "2026-Q1"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-02"),
        (
            "2026-10-05..2026-10-06",
            "2026-10-05",
            "2026-10-05",
            "2026-10-05",
        ),
        (
            "2026-10-05..2026-10-12",
            "2026-10-05",
            "2026-10-11",
            "2026-10-05--2026-10-11",
        ),
    ] {
        let mut message = message(Vec::new());
        message.period = period.parse().unwrap();
        let file = write(&message).unwrap();
        let head = &cells(&file)[0];
        assert_eq!((head[8], head[9]), (first, last), "{period}");
        assert!(
            file.name.contains(&format!("_TheStore_{name}_")),
            "{}",
            file.name
        );
    }
}

#[test]
fn a_party_id_is_taken_only_in_its_own_form() {
    assert!("PADPIDA2014020802I".parse::<PartyId>().is_ok());
    for text in [
        "",
        "PADPIDA",
        "PADPIDA2014020802",
        "PADPIDA2014020802II",
        "padpida2014020802I",
        "PADPIDA2014020802i",
        "PADPIDA2014020802-",
        "PA-DPIDA-2014020802-I",
        " PADPIDA2014020802I",
    ] {
        assert!(text.parse::<PartyId>().is_err(), "{text}");
    }
}

#[test]
fn a_sum_that_is_no_amount_is_told_and_nothing_is_written() {
    let one = |id| {
        let figures = Figures {
            usages: 1,
            micros: i64::MAX,
        };
        let context = context(Model::PayAsYouGo, None, "USD", "sale");
        recording(id, "Dawn", vec![(context, figures)])
    };
    assert!(write(&message(vec![one("trk_1")])).is_ok());
    assert_eq!(
        write(&message(vec![one("trk_1"), one("trk_2")])),
        Err(Overflow)
    );
}

fn contexts() -> impl Strategy<Value = Context> {
    let model = prop_oneof![
        Just(Model::PayAsYouGo),
        Just(Model::Subscription),
        Just(Model::AsPerContract),
    ];
    let territory = prop_oneof![Just(None), Just(Some("DE")), Just(Some("US"))];
    let currency = prop_oneof![Just("USD"), Just("EUR")];
    let category = prop_oneof![Just("use"), Just("sale"), Just("refund")];
    (model, territory, currency, category).prop_map(|(m, t, c, k)| context(m, t, c, k))
}

fn recordings() -> impl Strategy<Value = Vec<Recording>> {
    let figures = (0_u64..1_000_000, -1_000_000_000_000_i64..1_000_000_000_000)
        .prop_map(|(usages, micros)| Figures { usages, micros });
    let figures = proptest::collection::btree_map(contexts(), figures, 0..6);
    let text = || "\\PC{0,12}|[a|\\\\\t\n\r ]{0,12}";
    let ipi = proptest::option::of("[0-9]{11}");
    let writers =
        (text(), ipi).prop_map(|(name, ipi)| writer(&name, Role::Composer, ipi.as_deref()));
    let writers = proptest::collection::vec(writers, 0..4);
    let one = (text(), text(), 0_i64..20_000_000, figures, writers);
    let one = one.prop_map(|(title, artist, duration_ms, figures, writers)| Recording {
        id: "trk_1".into(),
        title,
        artist,
        duration_ms,
        credits: Credits {
            writers,
            ..Credits::default()
        },
        figures,
    });
    proptest::collection::vec(one, 0..6)
}

/// `-1.500000` in micro-units, read anew.
fn micros(text: &str) -> i64 {
    let (whole, places) = text.split_once('.').unwrap();
    assert_eq!(places.len(), 6, "{text}");
    format!("{whole}{places}").parse().unwrap()
}

proptest! {
    #[test]
    fn whatever_happened_each_record_is_whole_and_each_sum_is_its_details(recordings in recordings()) {
        let file = write(&message(recordings.clone())).unwrap();
        let rows = cells(&file);
        let mut summed: BTreeMap<&str, (u64, i64)> = BTreeMap::new();
        let mut said: BTreeMap<&str, (u64, i64)> = BTreeMap::new();
        let mut blocks = Vec::new();
        for row in &rows {
            let cells = CELLS.iter().find(|(kind, _)| *kind == row[0]).map(|(_, cells)| *cells);
            prop_assert_eq!(Some(row.len()), cells, "{:?}", row);
            for cell in row {
                let clean = !cell.chars().any(|c| c.is_control() || c == '\\') && cell.trim() == *cell;
                prop_assert!(clean, "{:?}", cell);
            }
            match row[0] {
                "SY02.02" => {
                    let figures = (row[8].parse().unwrap(), micros(row[11]));
                    prop_assert!(said.insert(row[1], figures).is_none());
                }
                "AS02.02" => {
                    blocks.push(row[1]);
                    // A name holds no delimiter: there are as many numbers as names, or none.
                    let values = |cell: &str| cell.split('|').count();
                    prop_assert!(row[13].is_empty() || values(row[12]) == values(row[13]));
                    prop_assert!(!row[5].contains('|') && !row[7].contains('|'));
                }
                "SU03.02" => {
                    prop_assert_eq!(Some(&row[1]), blocks.last());
                    let sum = summed.entry(row[3]).or_default();
                    sum.0 += row[5].parse::<u64>().unwrap();
                    sum.1 += micros(row[6]);
                }
                _ => {}
            }
        }
        if recordings.iter().any(|one| !one.figures.is_empty()) {
            prop_assert_eq!(&said, &summed);
        }
        let foot = rows.last().unwrap();
        let count = |number: usize| number.to_string();
        prop_assert_eq!(foot[1], count(rows.len()));
        prop_assert_eq!(foot[2], count(rows.len()));
        prop_assert_eq!(foot[3], count(said.len()));
        prop_assert_eq!(foot[4], count(recordings.len()));
        prop_assert_eq!(blocks.len(), recordings.len());
        prop_assert_eq!(file.usages, said.values().map(|(usages, _)| usages).sum::<u64>());
        let money: i64 = file.totals.values().sum();
        prop_assert_eq!(money, said.values().map(|(_, micros)| micros).sum::<i64>());
        prop_assert_eq!(file.name.split('_').count(), 8);
    }
}
