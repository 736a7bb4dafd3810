//! `clearcue statement`: a file is judged without a store, and the first wrong line is named.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use app::statements::Statement;
use common::{Place, keys};
use licence_key::Jwks;
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

/// The statement signed by the store of the key `seed`.
fn signed(seed: u8) -> Value {
    let mut unsigned = statement();
    unsigned["store"] = json!(keys::ISSUER);
    let read: Statement = serde_json::from_value(unsigned).unwrap();
    let signed = read.sealed().unwrap().signed(&keys::key(seed)).unwrap();
    serde_json::to_value(signed).unwrap()
}

fn jwks(seed: u8) -> String {
    Jwks::new(keys::ISSUER, vec![keys::key(seed).public().clone()]).to_json()
}

#[test]
fn who_signed_a_statement_is_told_and_with_an_issuer_named_nothing_else_passes() {
    let place = Place::new();
    place.write("jwks.json", jwks(1));
    place.write("other.json", jwks(2));
    let elsewhere = jwks(1).replace(keys::ISSUER, "https://other.example");
    place.write("elsewhere.json", elsewhere);
    let file = place.write("statement.json", signed(1).to_string());
    let asked =
        |file: &str, keys: &str| place.run(&["statement", "verify", file, "--issuer", keys]);
    let good = asked(&file, "jwks.json");
    assert_eq!(good.code, 0, "{}", good.err);
    let told = format!(
        "signed by {} with the key {}",
        keys::ISSUER,
        keys::key(1).kid()
    );
    assert!(good.out.contains(&told), "{}", good.out);
    for (keys, why) in [
        ("other.json", "isn't trusted here"),
        ("elsewhere.json", "doesn't speak"),
        ("nowhere.json", "can't be read"),
    ] {
        let ran = asked(&file, keys);
        assert_eq!(ran.code, 1, "{keys}");
        assert!(ran.only_line().contains(why), "{keys}: {}", ran.err);
    }
    let unsigned = place.write("unsigned.json", statement().to_string());
    let ran = asked(&unsigned, "jwks.json");
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("isn't signed"), "{}", ran.err);
}

#[test]
fn without_the_issuers_keys_the_figures_are_checked_and_the_answer_says_so() {
    let place = Place::new();
    let file = place.write("statement.json", signed(1).to_string());
    let ran = place.run(&["statement", "verify", &file]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("signature was NOT checked"), "{}", ran.out);
    assert!(ran.out.contains("--issuer jwks.json"), "{}", ran.out);
    let word = |told: &str| -> Value {
        let told: Value = serde_json::from_str(told).unwrap();
        told["signature"].clone()
    };
    let told = place.run(&["statement", "verify", &file, "--json"]);
    assert_eq!(word(&told.out), json!("unchecked"));
    let pinned = place.path("config").join("clearcue/issuers");
    std::fs::create_dir_all(&pinned).unwrap();
    std::fs::write(pinned.join("music.json"), jwks(1)).unwrap();
    let told = place.run(&["statement", "verify", &file, "--json"]);
    assert_eq!(word(&told.out), json!("good"));
    // Made anew by somebody else, under the signature that it had.
    let mut forged = signed(2);
    forged["signature"] = signed(1)["signature"].clone();
    forged["payee"]["name"] = json!("Eve");
    let read: Statement = serde_json::from_value(forged.clone()).unwrap();
    let signature = read.signature.clone();
    let mut sealed = serde_json::to_value(read.sealed().unwrap()).unwrap();
    sealed["signature"] = json!(signature);
    let file = place.write("forged.json", sealed.to_string());
    let ran = place.run(&["statement", "verify", &file]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.only_line().contains("of another statement"),
        "{}",
        ran.err
    );
}

#[test]
fn of_a_table_the_figures_alone_are_checked() {
    let place = Place::new();
    let read: Statement = serde_json::from_value(statement()).unwrap();
    let table = app::statements::csv(&read);
    let file = place.write("statement.csv", &table);
    let ran = place.run(&["statement", "verify", &file]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("2 lines, 2 of them recomputed"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("verify the JSON form"), "{}", ran.out);
    let wrong = place.write("wrong.csv", table.replacen("0.333333", "0.333334", 1));
    let ran = place.run(&["statement", "verify", &wrong]);
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("line 1 is wrong"), "{}", ran.err);
    place.write("jwks.json", jwks(1));
    let ran = place.run(&["statement", "verify", &file, "--issuer", "jwks.json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.only_line().contains("JSON form"), "{}", ran.err);
}

#[test]
fn reports_to_the_trade_are_off_until_all_that_they_need_is_said() {
    let place = Place::with_store();
    let ask = |out: &str| {
        place.run(&[
            "statement",
            "dsr",
            "--period",
            "2020-01",
            "--out",
            out,
            "--store",
            "store",
        ])
    };
    let off = ask("dsr.tsv");
    assert_eq!(off.code, 1);
    assert!(
        off.only_line().contains("ddex_sender_party_id"),
        "{}",
        off.err
    );
    assert!(!place.path("dsr.tsv").exists());
    let config = place.path("store").join("clearcue.toml");
    let kept = std::fs::read_to_string(&config).unwrap();
    let say = |more: &str| std::fs::write(&config, format!("{kept}\n{more}")).unwrap();
    let sender =
        "ddex_sender_party_id = \"PADPIDA0000000000X\"\nddex_sender_name = \"The Store\"\n";
    say(sender);
    let part = ask("dsr.tsv");
    assert!(
        part.only_line().contains("ddex_recipient_party_id"),
        "{}",
        part.err
    );
    let recipient =
        "ddex_recipient_party_id = \"PADPIDA0000000001Y\"\nddex_recipient_name = \"A Society\"\n";
    say(&format!(
        "{sender}{}",
        recipient.replace("PADPIDA", "PA-DPIDA-")
    ));
    assert!(
        ask("dsr.tsv")
            .only_line()
            .contains("eleven capitals or digits")
    );
    say(&format!(
        "{sender}{recipient}ddex_message_version = \"3\"\n"
    ));
    assert!(ask("dsr.tsv").only_line().contains("dsrf/30"));
    say(&format!("{sender}{recipient}"));
    let file = ask("dsr.tsv");
    assert_eq!(file.code, 0, "{}", file.err);
    assert!(
        file.out
            .contains("the standard asks for the name DSR_PADPIDA0000000001Y_"),
        "{}",
        file.out
    );
    let text = std::fs::read_to_string(place.path("dsr.tsv")).unwrap();
    assert!(
        text.starts_with("HEAD\tdsrf/30\tUgcProfile\t1.2\t"),
        "{text}"
    );
    let table = format!("{sender}{recipient}").replace("ddex_", "");
    say(&format!("[ddex]\n{table}"));
    let folder = ask(".");
    assert_eq!(folder.code, 0, "{}", folder.err);
    assert!(
        folder
            .out
            .contains("wrote ./DSR_PADPIDA0000000001Y_PADPIDA0000000000X_"),
        "{}",
        folder.out
    );
    let early = place.run(&[
        "statement",
        "dsr",
        "--period",
        "9000",
        "--out",
        "x",
        "--store",
        "store",
    ]);
    assert_eq!(early.code, 1);
    assert!(early.only_line().contains("not over yet"), "{}", early.err);
}
