//! `clearcue check` from outside, without a store: what can't be known is never cleared.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use common::{Place, Ran};
use licence_key::media::{self, Marks};
use licence_key::{Claims, Code, IssuerKey, Jwks};

const ISSUER: &str = "https://music.example";

fn code() -> Code {
    Code::from_random(|| [7; 9])
}

fn token() -> String {
    let envelope = serde_json::json!({
        "version": 1, "asset": "cut_15", "rights": "one_stop",
        "placements": ["youtube", "youtube_shorts", "tiktok"],
        "purposes": ["personal", "monetised_creator"],
        "videos": "unlimited", "clip_ms": 15_000,
        "channels": { "owner": "licensee", "audience": "any" },
        "territory": "worldwide", "publish_window": { "from": null, "until": null },
        "alterations": [], "credit": "not_required",
        "forbidden": ["standalone_redistribution", "content_id_registration", "ai_training"],
        "exclusivity": "none",
    });
    let mut claims = Claims {
        iss: ISSUER.into(),
        jti: "lic_1".into(),
        code: code(),
        sub: "sub_1".into(),
        iat: 1_700_000_000,
        exp: None,
        assets: Vec::new(),
        envelope: serde_json::Value::Null,
        envelope_sha256: String::new(),
        terms: "t".into(),
        status: None,
    };
    claims.freeze(envelope).unwrap();
    licence_key::sign(&claims, &IssuerKey::from_seed(&[1; 32])).unwrap()
}

fn wav() -> Vec<u8> {
    let mut bytes = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    bytes.extend(44_100_u32.to_le_bytes());
    bytes.extend(88_200_u32.to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data\x08\0\0\0\x01\0\x02\0\x03\0\x04\0");
    bytes
}

fn place() -> Place {
    let place = Place::new();
    let marks = Marks {
        code: code(),
        page_url: format!("{ISSUER}/l/x"),
        token: token(),
        title: None,
        artist: None,
        copyright: None,
    };
    place.write("good.wav", media::embed_bytes(&wav(), &marks).unwrap());
    place.write("plain.wav", wav());
    place.write("named [7K3M9-QXD4T-0RWPD].wav", wav());
    for (seed, name) in [(1, "mine.json"), (2, "theirs.json")] {
        let key = IssuerKey::from_seed(&[seed; 32]);
        place.write(
            name,
            Jwks::new(ISSUER, vec![key.public().clone()]).to_json(),
        );
    }
    place
}

fn asks(place: &Place, rest: &[&str]) -> Ran {
    place.run(&[&["check"], rest].concat())
}

#[test]
fn the_answer_and_the_exit_code_go_together() {
    let place = place();
    let with = |rest: &[&'static str]| [rest, &["--issuer", "mine.json", "--json"][..]].concat();
    for (arguments, answer, exit) in [
        (with(&["good.wav", "--placement", "tiktok"]), "cleared", 0),
        (
            with(&["good.wav", "--placement", "broadcast"]),
            "not_covered",
            1,
        ),
        (
            with(&["good.wav", "--placement", "tiktok", "--purpose", "paid_ad"]),
            "not_covered",
            1,
        ),
        (
            with(&["good.wav", "--placement", "tiktok", "--clip-ms", "900000"]),
            "not_covered",
            1,
        ),
        (with(&["good.wav"]), "unknown", 1),
        (
            with(&["good.wav", "--channel", "tiktok.com/@ada"]),
            "unknown",
            1,
        ),
        (with(&["plain.wav", "--placement", "tiktok"]), "no_key", 1),
        (
            with(&["named [7K3M9-QXD4T-0RWPD].wav", "--placement", "tiktok"]),
            "unknown",
            1,
        ),
        (
            vec![
                "good.wav",
                "--placement",
                "tiktok",
                "--issuer",
                "theirs.json",
                "--json",
            ],
            "not_valid",
            1,
        ),
    ] {
        let ran = asks(&place, &arguments);
        assert_eq!(ran.code, exit, "{arguments:?} {} {}", ran.out, ran.err);
        let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(document["answer"], answer, "{arguments:?} {document}");
        assert_eq!(document["cleared"], exit == 0);
        if exit == 1 {
            assert!(ran.only_line().contains("not cleared"), "{}", ran.err);
        }
    }
}

#[test]
fn a_channel_without_its_store_is_unknown_and_told_so() {
    let place = place();
    let channel = ["--channel", "@Ada", "--platform", "tiktok"];
    let ran = asks(
        &place,
        &[&["good.wav", "--issuer", "mine.json"], &channel[..]].concat(),
    );
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with("UNKNOWN\n"), "{}", ran.out);
    for words in [
        "https://www.tiktok.com/@ada",
        "only its store knows",
        &code().to_string(),
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    let no_key = asks(&place, &["plain.wav", "--issuer", "mine.json"]);
    assert!(
        no_key.out.contains("music without a key can't be noticed"),
        "{}",
        no_key.out
    );
}

#[test]
fn what_makes_no_sense_is_a_misuse() {
    let place = place();
    for (arguments, word) in [
        (
            &["good.wav", "--channel", "https://youtu.be/x"][..],
            "channel's",
        ),
        (&["good.wav", "--channel", "@ada"], "platform"),
        (
            &[
                "good.wav",
                "--channel",
                "tiktok.com/@ada",
                "--placement",
                "twitch",
            ],
            "no place for",
        ),
        (&["good.wav", "--placement", "moon"], "moon"),
        (&["good.wav", "--territory", "Germany"], "Germany"),
        (&["good.wav", "--published-at", "yesterday"], "yesterday"),
        (&["nothing.mp4"], "nothing.mp4"),
    ] {
        let ran = asks(&place, arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.only_line().contains(word), "{}", ran.err);
    }
}

#[test]
fn commands_about_a_licence_need_its_code_and_a_reason() {
    let place = Place::with_store();
    let unknown = code().to_string();
    for (arguments, exit, word) in [
        (&["channels", "list", "nonsense"][..], 2, "licence"),
        (&["channels", "list", &unknown], 1, "no licence"),
        (
            &["channels", "add", &unknown, "twitch.tv/ada"],
            1,
            "no licence",
        ),
        (&["licence", "suspend", &unknown], 2, "--reason"),
        (
            &["licence", "suspend", &unknown, "--reason", "x"],
            1,
            "no licence",
        ),
        (&["licence", "show", &unknown], 1, "no licence"),
    ] {
        let ran = place.run(&[arguments, &["--store", "store"]].concat());
        assert_eq!(ran.code, exit, "{arguments:?}: {}", ran.err);
        assert!(ran.only_line().contains(word), "{}", ran.err);
    }
}
