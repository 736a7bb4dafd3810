//! `clearcue verify` and `clearcue stamp`, from outside, on files made here.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use common::{Place, Ran};
use licence_key::media::{self, Marks};
use licence_key::{
    Asset, Bits, Claims, Code, IssuerKey, Jwks, STATUS_INVALID, STATUS_SUSPENDED, Status,
    StatusList, StatusToken,
};

const ISSUER: &str = "https://music.example";
const LIST: &str = "https://music.example/v1/status-lists/1";

fn key(seed: u8) -> IssuerKey {
    IssuerKey::from_seed(&[seed; 32])
}

fn code() -> Code {
    Code::from_random(|| [7; 9])
}

fn claims(essence: &str, exp: Option<i64>) -> Claims {
    let mut claims = Claims {
        iss: ISSUER.into(),
        jti: "lic_1".into(),
        code: code(),
        sub: "sub_1".into(),
        iat: 1_700_000_000,
        exp,
        assets: vec![Asset {
            id: "ast_1".into(),
            kind: "full_mix".into(),
            title: "Dawn".into(),
            artist: "Ada".into(),
            file: "Ada - Dawn.wav".into(),
            sha256: essence.into(),
        }],
        envelope: serde_json::Value::Null,
        envelope_sha256: String::new(),
        terms: "t".into(),
        status: Some(Status::list(LIST, 0)),
    };
    claims.freeze(serde_json::json!({ "version": 1 })).unwrap();
    claims
}

fn wav() -> Vec<u8> {
    let mut bytes = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    bytes.extend(44_100_u32.to_le_bytes());
    bytes.extend(88_200_u32.to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data\x08\0\0\0\x01\0\x02\0\x03\0\x04\0");
    bytes
}

fn essence() -> String {
    media::essence_sha256(&mut std::io::Cursor::new(wav())).unwrap()
}

fn marked(token: &str) -> Vec<u8> {
    let marks = Marks {
        code: code(),
        page_url: format!("{ISSUER}/l/x"),
        token: token.into(),
        title: None,
        artist: None,
        copyright: None,
    };
    media::embed_bytes(&wav(), &marks).unwrap()
}

fn status(value: u8) -> String {
    let mut list = StatusList::new(Bits::Two, 1).unwrap();
    list.set(0, value).unwrap();
    let token = StatusToken {
        uri: LIST.into(),
        iat: 1_700_000_000,
        exp: None,
        ttl: None,
        list,
    };
    token.sign(&key(1)).unwrap()
}

fn jwks(seed: u8) -> String {
    Jwks::new(ISSUER, vec![key(seed).public().clone()]).to_json()
}

/// Everything the table needs, in one folder.
fn place() -> Place {
    let place = Place::new();
    let good = licence_key::sign(&claims(&essence(), None), &key(1)).unwrap();
    let old = licence_key::sign(&claims(&essence(), Some(1_700_000_001)), &key(1)).unwrap();
    let other = licence_key::sign(&claims("00", None), &key(1)).unwrap();
    let middle = good.len() / 2;
    let swapped = if good.as_bytes()[middle] == b'A' {
        "B"
    } else {
        "A"
    };
    let forged = format!("{}{swapped}{}", &good[..middle], &good[middle + 1..]);
    place.write("good.wav", marked(&good));
    place.write("old.wav", marked(&old));
    place.write("other.wav", marked(&other));
    place.write("forged.wav", marked(&forged));
    place.write("plain.wav", wav());
    place.write("beside.wav", wav());
    place.write("beside.wav.licence.jwt", format!("{good}\n"));
    place.write("named [7K3M9-QXD4T-0RWPD].wav", wav());
    place.write("mine.json", jwks(1));
    place.write("theirs.json", jwks(2));
    place.write("revoked.jwt", status(STATUS_INVALID));
    place.write("suspended.jwt", status(STATUS_SUSPENDED));
    place.write("token.jwt", good);
    place
}

#[test]
fn each_standing_has_its_word_and_only_valid_is_code_0() {
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
        assert_eq!(ran.code, i32::from(word != "valid"), "{arguments:?}");
    }
}

#[test]
fn a_pinned_issuer_is_trusted_and_the_file_itself_never_is() {
    let place = place();
    assert_eq!(place.run(&["verify", "good.wav"]).code, 1);
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
    assert_eq!(there.code, 1);
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

#[test]
fn a_stamp_goes_into_a_copy_and_is_read_back() {
    let place = place();
    place.write("film.mp4", mp4());
    let ran = place.run(&["stamp", "film.mp4", "--licence", "good.wav"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let name = format!("film [{}].mp4", code());
    assert_eq!(std::fs::read(place.path("film.mp4")).unwrap(), mp4());
    let checked = place.run(&["verify", &name, "--issuer", "mine.json", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
    assert_eq!(
        (answer["standing"].as_str(), checked.code),
        (Some("valid"), 0)
    );
    assert_eq!(answer["licences"][0]["file"], "changed");
    let again = place.run(&["stamp", "film.mp4", "--licence", "token.jwt"]);
    assert_eq!(again.code, 1, "it is there already");
    assert!(again.only_line().contains("already"));
}

#[test]
fn a_stamp_that_cannot_be_made_leaves_nothing_behind() {
    let place = place();
    place.write("film.mp4", mp4());
    for (arguments, code) in [
        (&["plain.wav", "--licence", "token.jwt"][..], 1),
        (&["film.mp4", "--licence", "plain.wav"], 1),
        (
            &["film.mp4", "--licence", "token.jwt", "--out", "film.mp4"],
            2,
        ),
        (&["film.mp4", "--licence", "nothing"], 2),
    ] {
        let ran = place.run(&[&["stamp"], arguments].concat());
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
        ran.only_line();
    }
    let names = std::fs::read_dir(place.folder())
        .unwrap()
        .map(|e| e.unwrap().file_name());
    assert!(
        !names
            .map(|n| n.to_string_lossy().into_owned())
            .any(|n| n.ends_with(".part"))
    );
}

/// The least that is an MP4: a file type, an empty movie, some media.
fn mp4() -> Vec<u8> {
    let make = |kind: &[u8; 4], payload: &[u8]| {
        let length = u32::try_from(8 + payload.len()).unwrap();
        [&length.to_be_bytes()[..], kind, payload].concat()
    };
    let mvhd = make(b"mvhd", &[0; 100]);
    [
        make(b"ftyp", b"isom\0\0\0\0isom"),
        make(b"moov", &mvhd),
        make(b"mdat", b"media"),
    ]
    .concat()
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
