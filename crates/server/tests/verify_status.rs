//! `clearcue verify --status`: what a status list is worth that is forged, old or about something
//! else, and what a verifier does who doesn't have the issuer's newest key.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use common::keys::{LIST, jwks, key, place};
use licence_key::{Bits, STATUS_INVALID, StatusList, StatusToken};

/// A list of this issuer's under this address, with one entry, signed by this key.
fn list_of(seed: u8, uri: &str, entries: u64, value: u8) -> String {
    let mut list = StatusList::new(Bits::Two, entries).unwrap();
    if entries > 0 {
        list.set(0, value).unwrap();
    }
    let token = StatusToken {
        uri: uri.into(),
        iat: 1_700_000_000,
        exp: Some(1_700_000_001),
        ttl: Some(1),
        list,
    };
    token.sign(&key(seed)).unwrap()
}

#[test]
fn a_forged_status_list_is_an_error_and_never_an_answer() {
    let place = place();
    let good = list_of(1, LIST, 1, STATUS_INVALID);
    let altered = good.replacen("eyJ", "eyK", 1);
    let (head, tail) = good.split_at(good.len() - 5);
    let cut = format!("{head}{}", &tail[1..]);
    let stranger = list_of(2, LIST, 1, 0);
    let licence = std::fs::read_to_string(place.path("token.jwt")).unwrap();
    for (name, text) in [
        ("altered", altered),
        ("cut", cut),
        ("stranger", stranger),
        ("licence", licence),
        ("empty", String::new()),
    ] {
        place.write("list.jwt", text);
        let ran = place.run(&[
            "verify",
            "token.jwt",
            "--issuer",
            "mine.json",
            "--status",
            "list.jwt",
        ]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{name}");
        assert!(ran.only_line().contains("list.jwt can't be used"), "{name}");
    }
}

#[test]
fn a_status_list_that_says_nothing_of_the_licence_does_not_pass_for_an_answer() {
    let place = place();
    place.write("elsewhere.jwt", list_of(1, "https://other.example/s", 1, 0));
    place.write("short.jwt", list_of(1, LIST, 0, 0));
    for list in ["elsewhere.jwt", "short.jwt"] {
        let ran = place.run(&[
            "verify",
            "token.jwt",
            "--issuer",
            "mine.json",
            "--status",
            list,
        ]);
        assert_eq!(ran.code, 1, "{list}");
        assert!(ran.out.contains("another one"), "{}", ran.out);
        assert!(
            ran.only_line().contains("can't be ruled out"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn an_old_status_list_still_counts_and_is_called_old() {
    let place = place();
    for (value, word, code) in [(0, "VALID", 0), (STATUS_INVALID, "REVOKED", 11)] {
        place.write("old.jwt", list_of(1, LIST, 1, value));
        let ran = place.run(&[
            "verify",
            "token.jwt",
            "--issuer",
            "mine.json",
            "--status",
            "old.jwt",
        ]);
        assert_eq!(ran.code, code);
        assert!(ran.out.starts_with(word), "{}", ran.out);
        assert!(ran.out.contains("2023-11-14, which is old"), "{}", ran.out);
    }
}

#[test]
fn one_issuer_has_no_say_over_anothers_licences() {
    let place = place();
    std::fs::create_dir_all(place.path("config/clearcue/issuers")).unwrap();
    place.write("config/clearcue/issuers/a.json", jwks(1));
    place.write("config/clearcue/issuers/b.json", jwks(2));
    // The second issuer, trusted for its own, lists the first one's licence as revoked.
    place.write("list.jwt", list_of(2, LIST, 1, STATUS_INVALID));
    let ran = place.run(&["verify", "token.jwt", "--status", "list.jwt"]);
    assert!(ran.out.starts_with("VALID"), "{}", ran.out);
    assert!(ran.out.contains("no status list at hand"), "{}", ran.out);
    assert_eq!(ran.code, 1, "the list that was named has not answered");
}

#[test]
fn a_key_not_pinned_yet_is_told_from_a_forgery() {
    let place = place();
    let ran = place.run(&["verify", "token.jwt", "--issuer", "theirs.json"]);
    assert_eq!(ran.code, 13);
    let wanted = "fetch /.well-known/jwks.json from there anew";
    assert!(ran.out.contains(wanted), "{}", ran.out);
}
