//! `clearcue statement`: a file is judged without a store, and the first wrong line is named.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use app::statements::Statement;
use common::Place;
use serde_json::{Value, json};

/// Two shares of a sheet of thirds, sealed.
fn statement() -> Value {
    let line = |day: u32, shared: i64, before: i64, micros: i64| {
        json!({
            "number": 0, "at": format!("2026-10-0{day}T00:00:00.000Z"), "purse": "payee",
            "kind": "use", "source": "00", "sheet": "spl_1", "share_ppm": 333_333,
            "shared_micros": shared, "before_micros": before, "after_micros": before + shared,
            "micros": micros, "balance_micros": 0, "hash": "",
        })
    };
    let statement = json!({
        "form": "", "store": "https://store.example",
        "payee": { "id": "pay_1", "name": "Ada" }, "currency": "USD",
        "period": {
            "name": "2026-10", "from": "2026-10-01T00:00:00.000Z",
            "until": "2026-11-01T00:00:00.000Z", "over": true,
        },
        "opening": { "payee_micros": 10, "escrow_micros": 0 },
        "closing": { "payee_micros": 666_676, "escrow_micros": 0 },
        "totals": [],
        "sheets": [{ "id": "spl_1", "track": "Nova", "version": 1, "shares": [
            { "payee": "pay_1", "ppm": 333_333 }, { "payee": "pay_2", "ppm": 666_667 },
        ]}],
        "head_hash": "",
        "lines": [line(1, 1_000_000, 0, 333_333), line(2, 1_000_000, 1_000_000, 333_333)],
        "hash": "",
    });
    let read: Statement = serde_json::from_value(statement).unwrap();
    serde_json::to_value(read.sealed().unwrap()).unwrap()
}

#[test]
fn a_right_statement_is_told_so_without_a_store() {
    let place = Place::new();
    let file = place.write("statement.json", statement().to_string());
    let ran = place.run(&["statement", "verify", &file]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("2 lines, 2 of them recomputed"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("sum to 0.666666 USD"), "{}", ran.out);
    let told = place.run(&["statement", "verify", &file, "--json"]);
    let told: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!((&told["right"], &told["lines"]), (&json!(true), &json!(2)));
}

#[test]
fn the_first_wrong_line_is_named_in_one_line() {
    let place = Place::new();
    let mut wrong = statement();
    wrong["lines"][1]["micros"] = json!(333_334);
    let file = place.write("statement.json", wrong.to_string());
    let ran = place.run(&["statement", "verify", &file]);
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("line 2 is wrong"), "{}", ran.err);
}

#[test]
fn what_is_no_statement_is_a_misuse() {
    let place = Place::new();
    let file = place.write("other.json", "{}");
    for arguments in [
        &["statement", "verify", &file][..],
        &["statement", "verify", "nowhere.json"],
        &["statement", "verify"],
        &["statement", "show", "Ada", "--period", "October"],
        &[
            "statement",
            "export",
            "Ada",
            "--period",
            "2026-10",
            "--format",
            "doc",
            "--out",
            "x",
        ],
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(!ran.only_line().is_empty());
    }
}

#[test]
fn a_store_without_payees_knows_nobody_and_has_an_empty_tax_year() {
    let place = Place::with_store();
    let ran = place.run(&["statement", "list", "Ada", "--store", "store"]);
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("nobody called Ada"), "{}", ran.err);
    let ran = place.run(&["statement", "taxes", "2026", "--store", "store"]);
    assert_eq!((ran.code, ran.out.lines().count()), (0, 1), "{}", ran.err);
}
