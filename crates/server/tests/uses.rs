//! `clearcue uses` from outside.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use common::Place;
use serde_json::Value;

const HEADER: &str = "licence_code;placement;purpose;clip_seconds;published_at;note\n";

#[test]
fn a_header_that_lacks_something_is_a_misuse_that_names_it() {
    let place = Place::with_store();
    place.write("bad.csv", "licence_code,placement\nx,tiktok\n");
    let ran = place.run(&["uses", "import", "bad.csv", "--store", "store"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    let line = ran.only_line();
    for column in ["purpose", "published_at", "clip_seconds"] {
        assert!(line.contains(column), "{line}");
    }
    let ran = place.run(&["uses", "import", "none.csv", "--store", "store"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.only_line().contains("none.csv"));
}

#[test]
fn every_row_has_its_answer_in_the_report_and_no_cell_is_a_formula() {
    let place = Place::with_store();
    let row = "=1+1;tiktok;personal;12.5;2026-01-31T12:00:00Z;x\n";
    place.write(
        "uses.csv",
        format!("{HEADER}{row}{}", row.replace("12.5", "long")),
    );
    let line = [
        "uses",
        "import",
        "uses.csv",
        "--store",
        "store",
        "--dry-run",
    ];
    let ran = place.run(&[&line[..], &["--report", "answers.csv"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    for words in [
        "2 rows: 0 would count",
        "2 are refused",
        "passed over: note",
        "line 3",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    let answers = std::fs::read_to_string(place.path("answers.csv")).unwrap();
    let lines: Vec<&str> = answers.lines().collect();
    assert_eq!(lines.len(), 3, "{answers}");
    assert!(
        lines[1].starts_with("2,csv-") && lines[1].contains(",refused,"),
        "{answers}"
    );
    let ran = place.run(&[&line[..], &["--json"]].concat());
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&document["rows"], &document["refused"]),
        (&2.into(), &2.into())
    );
    assert_eq!(document["not_counted"][1]["line"], 3);
}
