//! `clearcue verify`, from outside, on files made here.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use common::keys::{claims, essence, jwks, key, marked, place, wav};
use common::{Place, Ran};

#[test]
fn each_standing_has_its_word_and_its_exit_code() {
    let place = place();
    for (arguments, word, file) in [
        (
            &["good.wav", "--issuer", "mine.json"][..],
            "valid",
            Some("original"),
        ),
        (
            &["beside.wav", "--issuer", "mine.json"],
            "valid",
            Some("original"),
        ),
        (
            &["beside.wav.licence.jwt", "--issuer", "mine.json"],
            "valid",
            None,
        ),
        (&["token.jwt", "--issuer", "mine.json"], "valid", None),
        (
            &["other.wav", "--issuer", "mine.json"],
            "valid",
            Some("changed"),
        ),
        (
            &["old.wav", "--issuer", "mine.json"],
            "expired",
            Some("original"),
        ),
        (
            &[
                "good.wav",
                "--issuer",
                "mine.json",
                "--status",
                "revoked.jwt",
            ],
            "revoked",
            Some("original"),
        ),
        (
            &[
                "good.wav",
                "--issuer",
                "mine.json",
                "--status",
                "suspended.jwt",
            ],
            "suspended",
            Some("original"),
        ),
        (
            &["good.wav", "--issuer", "theirs.json"],
            "unknown issuer",
            None,
        ),
        (&["good.wav"], "unknown issuer", None),
        (&["forged.wav", "--issuer", "mine.json"], "altered", None),
        (&["plain.wav", "--issuer", "mine.json"], "none", None),
        (
            &["named [7K3M9-QXD4T-0RWPD].wav", "--issuer", "mine.json"],
            "none",
            None,
        ),
    ] {
        let ran = place.run(&[&["verify", "--json"], arguments].concat());
        let answer: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(answer["standing"], word, "{arguments:?}");
        assert_eq!(
            answer["licences"][0]["file"].as_str(),
            file,
            "{arguments:?}"
        );
        assert_eq!(ran.code, exit_code(word), "{arguments:?}");
    }
}

#[test]
fn a_pinned_issuer_is_trusted_and_the_file_itself_never_is() {
    let place = place();
    assert_eq!(place.run(&["verify", "good.wav"]).code, 13);
    std::fs::create_dir_all(place.path("config/clearcue/issuers")).unwrap();
    place.write("config/clearcue/issuers/broken.json", "{");
    place.write("config/clearcue/issuers/music.json", jwks(1));
    let ran = place.run(&["verify", "good.wav"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("issuers/music.json"), "{}", ran.out);
}

#[test]
fn a_code_alone_needs_its_store() {
    let place = place();
    let ran = place.run(&["verify", "7K3M9-QXD4T-0RWPD"]);
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("only be looked up in its store"));
    assert_eq!(place.run(&["init", "store"]).code, 0);
    let mut command = place.command(&["verify", "7K3M9-QXD4T-0RWPD"]);
    let there = Ran::of(&command.current_dir(place.path("store")).output().unwrap());
    assert_eq!(there.code, 15);
    assert!(there.out.contains("NONE"), "{}", there.out);
}

#[test]
fn a_status_list_of_a_stranger_is_refused() {
    let place = place();
    let ran = place.run(&[
        "verify",
        "good.wav",
        "--issuer",
        "theirs.json",
        "--status",
        "revoked.jwt",
    ]);
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("revoked.jwt can't be used"));
}

fn exit_code(word: &str) -> i32 {
    let words = [
        ("valid", 0),
        ("expired", 10),
        ("revoked", 11),
        ("suspended", 12),
        ("unknown issuer", 13),
        ("altered", 14),
        ("none", 15),
    ];
    words.iter().find(|(known, _)| *known == word).unwrap().1
}

fn answer(place: &Place, file: &str) -> (i32, serde_json::Value) {
    let ran = place.run(&["verify", file, "--issuer", "mine.json", "--json"]);
    (ran.code, serde_json::from_str(&ran.out).unwrap())
}

#[test]
fn the_help_lists_every_exit_code() {
    let help = Place::new().run(&["verify", "--help"]).out;
    for said in [
        "0 valid",
        "10 expired",
        "11 revoked",
        "12 suspended",
        "13 unknown issuer",
        "14 altered",
        "15 none",
    ] {
        assert!(
            help.split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .contains(said),
            "{said}: {help}"
        );
    }
}

#[test]
fn a_renamed_file_finds_its_sidecar_by_the_code_in_its_name() {
    let place = place();
    let code = common::keys::code();
    place.write(&format!("my cut {code} final.wav"), wav());
    let (exit, said) = answer(&place, &format!("my cut {code} final.wav"));
    assert_eq!(exit, 0, "{said}");
    assert_eq!(said["licences"][0]["key_from"], "sidecar");
    let other = licence_key::Code::from_value(5).unwrap();
    place.write(&format!("cut {other}.wav"), wav());
    assert_eq!(
        answer(&place, &format!("cut {other}.wav")).0,
        15,
        "another licence's"
    );
}

#[test]
fn a_token_that_a_tool_cut_off_is_altered_unless_a_whole_copy_is_there() {
    let place = place();
    let token = licence_key::sign(&claims(&essence(), None), &key(1)).unwrap();
    let cut = &token[..token.len() - 100];
    place.write("cut.wav", marked(cut));
    std::fs::create_dir(place.path("alone")).unwrap();
    place.write("alone/cut.wav", marked(cut));
    let (exit, said) = answer(&place, "alone/cut.wav");
    assert_eq!((exit, said["standing"].as_str()), (14, Some("altered")));
    place.write("alone/cut.wav.licence.jwt", &token);
    let (exit, said) = answer(&place, "alone/cut.wav");
    assert_eq!(exit, 0, "{said}");
    assert_eq!(said["licences"][0]["key_from"], "sidecar");
    assert!(
        said["licences"][0]["note"]
            .as_str()
            .unwrap()
            .contains("damaged copy")
    );
    assert_eq!(said["licences"].as_array().unwrap().len(), 1);
}

#[test]
fn a_file_whose_tags_cannot_be_read_is_judged_by_its_sidecar() {
    let place = place();
    place.write("broken.flac", b"fLaC\0\0\0\x22and then nothing");
    assert_eq!(answer(&place, "broken.flac").0, 15);
    let token = std::fs::read(place.path("token.jwt")).unwrap();
    place.write("broken.flac.licence.jwt", token);
    let (exit, said) = answer(&place, "broken.flac");
    assert_eq!(exit, 0, "{said}");
    assert!(
        said["licences"][0]["note"]
            .as_str()
            .unwrap()
            .contains("damaged")
    );
    assert_eq!(said["licences"][0]["file"], "changed");
}

#[test]
fn a_file_with_other_sound_is_said_to_be_changed() {
    let place = place();
    let mut file = std::fs::read(place.path("good.wav")).unwrap();
    let sound = file.windows(4).position(|w| w == b"data").unwrap() + 8;
    file[sound] ^= 1;
    place.write("edited.wav", file);
    let (exit, said) = answer(&place, "edited.wav");
    assert_eq!(
        (exit, said["licences"][0]["file"].as_str()),
        (0, Some("changed"))
    );
}

#[test]
fn a_key_whose_envelope_a_later_version_wrote_holds_but_is_not_judged() {
    let place = Place::new();
    let mut later = claims(&essence(), None);
    later
        .freeze(serde_json::json!({ "version": 2, "mood": "dark" }))
        .unwrap();
    let token = licence_key::sign(&later, &key(1)).unwrap();
    place.write("later.wav", marked(&token));
    place.write("trusted.json", jwks(1));
    let arguments = ["verify", "later.wav", "--issuer", "trusted.json"];
    let ran = place.run(&arguments);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out.contains("VALID") && !ran.out.contains("you may"),
        "{}",
        ran.out
    );
    let told = "can't be told: this envelope is of version 2";
    assert!(
        ran.out.contains(told) && ran.out.contains("update Clearcue"),
        "{}",
        ran.out
    );
    let json = place.run(&[&arguments[..], &["--json"]].concat());
    let answers: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let text = answers.to_string();
    assert!(
        text.contains(r#""plain":null"#) && text.contains("plain_error"),
        "{text}"
    );
}
