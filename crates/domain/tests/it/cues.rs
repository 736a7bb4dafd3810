//! Cue sheets: a cell that can't be run, lines that stay lines, and what is missing.

use domain::credits::{Credits, Publisher, Role, Writer};
use domain::csv;
use domain::cue::{COLUMNS, Cue, CueSheet, CueUse, clock, clock_ms};
use proptest::prelude::*;

fn cue(title: &str) -> Cue {
    Cue {
        sequence: 1,
        title: title.into(),
        artist: "Ada Byron".into(),
        licence: "7K3M9-QXD4T-0RWPD".into(),
        page_url: "https://store.example/l/7K3M9-QXD4T-0RWPD".into(),
        required_credit: None,
        usage: None,
        start_ms: None,
        duration_ms: Some(15_000),
        credits: Credits::default(),
    }
}

fn sheet(cue: Cue) -> CueSheet {
    CueSheet {
        production: "Film".into(),
        episode: None,
        cues: vec![cue],
    }
}

fn full() -> Credits {
    let writer = |name: &str, ipi: &str, share| Writer {
        name: name.into(),
        role: Role::Composer,
        ipi: Some(ipi.into()),
        share_ppm: Some(share),
    };
    Credits {
        isrc: Some("GBABC2600001".into()),
        iswc: Some("T0345246801".into()),
        writers: vec![
            writer("Ada Byron", "00045620792", 333_333),
            writer("Eve", "00045620792", 666_667),
        ],
        publishers: vec![Publisher {
            name: "Pub".into(),
            ipi: None,
            share_ppm: None,
        }],
        label_line: Some("℗ 2026 Night".into()),
        ..Credits::default()
    }
}

#[test]
fn a_full_cue_says_all_and_an_empty_one_leaves_blank() {
    let mut cue = cue("Night, Market");
    cue.usage = Some(CueUse::BI);
    cue.start_ms = Some(61_500);
    cue.credits = full();
    let csv = sheet(cue.clone()).to_csv();
    let wanted = "Film,,1,\"Night, Market\",,,Ada Byron,BI,00:01:01.500,00:00:15,Ada Byron; Eve,C; C,\
                  00045620792; 00045620792,33.3333; 66.6667,Pub,,,GBABC2600001,T0345246801,℗ 2026 Night,\
                  7K3M9-QXD4T-0RWPD,https://store.example/l/7K3M9-QXD4T-0RWPD";
    assert_eq!(csv, format!("{}\r\n{wanted}\r\n", COLUMNS.join(",")));
    assert_eq!(sheet(cue).missing(), Vec::<String>::new());
    let bare = sheet(self::cue("Night Market"));
    assert!(
        bare.to_csv()
            .contains("Night Market,,,Ada Byron,,,00:00:15,,,,,,,,,,,")
    );
    assert_eq!(
        bare.missing(),
        ["1, Night Market: usage, writers, publisher, ISRC, ISWC"]
    );
}

#[test]
fn a_required_credit_stands_as_it_is_asked_for() {
    let mut cue = cue("Night Market");
    assert_eq!(
        sheet(cue.clone()).to_text(),
        "\"Night Market\" by Ada Byron. Licence 7K3M9-QXD4T-0RWPD \
         https://store.example/l/7K3M9-QXD4T-0RWPD\n"
    );
    cue.required_credit = Some("Music: Night Market by Ada Byron".into());
    cue.credits = full();
    assert!(sheet(cue.clone()).to_text().starts_with(
        "Music: Night Market by Ada Byron. Written by Ada Byron, Eve. Published by Pub. ℗ 2026 Night. Licence"
    ));
    cue.title = "[x](javascript:1)".into();
    cue.required_credit = None;
    let markdown = sheet(cue).to_markdown();
    assert!(
        markdown.starts_with("- \"\\[x\\]\\(javascript:1\\)\" by Ada Byron."),
        "{markdown}"
    );
}

#[test]
fn lengths_are_clocks() {
    for (ms, text) in [
        (0, "00:00:00"),
        (15_000, "00:00:15"),
        (3_661_007, "01:01:01.007"),
    ] {
        assert_eq!(clock(ms), text);
    }
}

#[test]
fn every_use_is_read_by_its_code() {
    for used in CueUse::ALL {
        assert_eq!(CueUse::from_code(&used.code().to_lowercase()), Some(used));
        assert!(!used.label().is_empty());
    }
    assert_eq!(CueUse::from_code("XX"), None);
}

#[test]
fn a_length_is_read_as_people_write_it() {
    for (word, ms) in [
        ("15", Some(15_000)),
        ("1:05", Some(65_000)),
        ("1:00:00", Some(3_600_000)),
        ("", None),
        ("1:", None),
        ("+1", None),
        ("9999999999", None),
    ] {
        assert_eq!(clock_ms(word), ms, "{word}");
    }
}

/// What a reader of RFC 4180 gets from a row.
fn read(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let (mut quoted, mut chars) = (false, row.chars().peekable());
    while let Some(c) = chars.next() {
        let last = cells.last_mut().unwrap();
        match (c, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => {
                chars.next();
                last.push('"');
            }
            ('"', _) => quoted = !quoted,
            (',', false) => cells.push(String::new()),
            (c, _) => last.push(c),
        }
    }
    cells
}

fn text() -> impl Strategy<Value = String> {
    "(?s)[=+@\\-\t\r\n '\"]{0,3}.{0,20}|\\PC*"
}

#[test]
fn a_formula_behind_a_control_character_is_guarded() {
    for text in ["\u{b}=1", "\u{c} +1", "\u{0}@x", "\u{2028}-1"] {
        let cell = csv::cell(text);
        assert!(cell.trim_start_matches('"').starts_with('\''), "{cell:?}");
    }
}

proptest! {
    #[test]
    fn csv_never_formula(cells in prop::collection::vec(text(), 1..6)) {
        let row = csv::row(&cells);
        let body = row.strip_suffix("\r\n").unwrap();
        let seen = read(body);
        prop_assert_eq!(seen.len(), cells.len());
        for (seen, given) in seen.iter().zip(&cells) {
            let first = seen.trim_start().chars().next();
            prop_assert!(!matches!(first, Some('=' | '+' | '-' | '@')), "{:?}", seen);
            prop_assert!(!seen.starts_with(['\t', '\r']), "{:?}", seen);
            // Nothing is lost: the apostrophe is all that may be added.
            prop_assert!(seen == given || seen.strip_prefix('\'') == Some(given.as_str()));
        }
    }

    #[test]
    fn a_sheet_has_a_row_a_cue_whatever_is_in_it(title in text(), artist in text()) {
        let mut one = cue(&title);
        one.artist = artist;
        let sheet = sheet(one);
        let csv = sheet.to_csv();
        prop_assert_eq!(read(csv.strip_suffix("\r\n").unwrap()).len(), 2 * COLUMNS.len() - 1);
        prop_assert_eq!(sheet.to_text().lines().count(), 1);
        prop_assert_eq!(sheet.to_markdown().matches('\n').count(), 1);
    }
}
