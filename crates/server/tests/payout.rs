//! `clearcue payout` from outside.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use common::Place;

#[test]
fn an_empty_store_has_nothing_to_pay_and_says_what_to_do() {
    let place = Place::with_store();
    let at = ["--store", "store"];
    for (verb, word) in [
        (&["payout", "list"][..], "payout run"),
        (&["payout", "run"], "nothing is due"),
        (&["payout", "mails", "outbox"], "0 letters"),
    ] {
        let ran = place.run(&[verb, &at].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.out.contains(word), "{}", ran.out);
    }
}

#[test]
fn what_cannot_be_done_is_one_line_with_its_code() {
    let place = Place::with_store();
    place.write("wrong.csv", "who,what\n");
    let nobody = "out_00000000000000000000000001";
    let unknown = format!("payout,state\n{nobody},paid\n");
    place.write("unknown.csv", unknown);
    place.write("rules.json", "{\"hold_days\": 1}");
    for (verb, code, word) in [
        (&["payout", "show", "x"][..], 2, "out_"),
        (&["payout", "show", nobody], 1, "no payout"),
        (&["payout", "file", "pigeon"], 2, "sepa, paypal"),
        (&["payout", "file", "manual"], 1, "by hand"),
        (&["payout", "results", "wrong.csv"], 1, "who"),
        (&["payout", "results", "unknown.csv"], 1, "1 of 1 lines"),
        (
            &["payout", "release", nobody, "--by", "Nobody"],
            1,
            "operator",
        ),
        (&["payout", "rules", "--set", "rules.json"], 2, "rules.json"),
    ] {
        let ran = place.run(&[verb, &["--store", "store"]].concat());
        assert_eq!(ran.code, code, "{verb:?}: {}", ran.err);
        assert!(ran.only_line().contains(word), "{}", ran.err);
    }
}

#[test]
fn the_rules_are_written_changed_and_taken() {
    let place = Place::with_store();
    let at = ["--store", "store"];
    let shown = place.run(&[&["payout", "rules", "--json"][..], &at].concat());
    let changed = shown.out.replace("\"hold_days\":14", "\"hold_days\":7");
    assert_ne!(changed, shown.out);
    place.write("rules.json", &changed);
    let set = place.run(&[&["payout", "rules", "--set", "rules.json"][..], &at].concat());
    assert_eq!(set.code, 0, "{}", set.err);
    let again = place.run(&[&["payout", "rules", "--json"][..], &at].concat());
    assert_eq!(again.out, changed);
}
