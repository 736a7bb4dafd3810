//! `clearcue stamp`, from outside, on files made here.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use common::keys::{claims, code, key, mp4, place};
use licence_key::media;

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

#[test]
fn a_video_with_several_pieces_of_music_carries_and_answers_for_each() {
    let place = place();
    place.write("film.mp4", mp4());
    let other = licence_key::Code::from_value(77).unwrap();
    let mut second = claims("00", Some(1_700_000_001));
    second.code = other;
    let second = licence_key::sign(&second, &key(1)).unwrap();
    place.write("second.jwt", &second);
    let good = std::fs::read_to_string(place.path("token.jwt")).unwrap();
    // An expired licence is no longer stamped, so the video is marked as it was a year ago.
    let marks = [mark(code(), &good), mark(other, &second)];
    let mut film = Vec::new();
    media::stamp_all(&mut std::io::Cursor::new(mp4()), &mut film, &marks).unwrap();
    place.write("both.mp4", film);
    let ran = place.run(&["verify", "both.mp4", "--issuer", "mine.json", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let standings: Vec<_> = said["licences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["standing"].as_str().unwrap())
        .collect();
    assert_eq!(standings, ["valid", "expired"]);
    assert_eq!((said["standing"].as_str(), ran.code), (Some("expired"), 10));
    let again = place.run(&[
        "stamp",
        "film.mp4",
        "--licence",
        "token.jwt",
        "--licence",
        "second.jwt",
    ]);
    assert_eq!(
        again.code, 0,
        "an issuer nobody knows is no reason: {}",
        again.err
    );
}

fn mark(code: licence_key::Code, token: &str) -> media::Marks {
    media::Marks {
        code,
        page_url: format!("https://music.example/l/{code}"),
        token: token.into(),
        title: None,
        artist: None,
        copyright: None,
    }
}

#[test]
fn a_file_that_is_there_is_replaced_only_by_force_and_the_video_never() {
    let place = place();
    place.write("film.mp4", mp4());
    place.write("there.mp4", "mine");
    std::fs::create_dir(place.path("folder")).unwrap();
    let run = |more: &[&str]| {
        let usual = ["stamp", "film.mp4", "--licence", "token.jwt", "--out"];
        place.run(&[&usual[..], more].concat()).code
    };
    assert_eq!(run(&["there.mp4"]), 1);
    assert_eq!(std::fs::read(place.path("there.mp4")).unwrap(), b"mine");
    assert_eq!(run(&["there.mp4", "--force"]), 0);
    assert_eq!(run(&["film.mp4", "--force"]), 2);
    assert_eq!(run(&["./folder/../film.mp4", "--force"]), 2);
    assert_eq!(run(&["folder", "--force"]), 2);
    assert_eq!(run(&["nowhere/film.mp4"]), 1);
    assert_eq!(std::fs::read(place.path("film.mp4")).unwrap(), mp4());
}

#[test]
fn a_video_without_room_for_metadata_is_refused_and_told_of_the_sidecar() {
    let place = place();
    let make = |kind: &[u8; 4], payload: &[u8]| {
        let length = u32::try_from(8 + payload.len()).unwrap();
        [&length.to_be_bytes()[..], kind, payload].concat()
    };
    let segment = [
        make(b"styp", b"msdh\0\0\0\0"),
        make(b"moof", b""),
        make(b"mdat", b"x"),
    ];
    place.write("live.m4s", segment.concat());
    let ran = place.run(&["stamp", "live.m4s", "--licence", "token.jwt"]);
    assert_eq!(ran.code, 1);
    let line = ran.only_line();
    assert!(
        line.contains("segment of a stream") && line.contains("live.m4s.licence.jwt"),
        "{line}"
    );
    assert!(
        !std::fs::read_dir(place.folder()).unwrap().any(|e| e
            .unwrap()
            .file_name()
            .to_string_lossy()
            .contains("part"))
    );
}
