//! The program from outside: exit codes, and one line for each thing that is wrong.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use std::process::Stdio;

use common::{Place, Ran};

#[test]
fn every_command_has_help_with_an_example() {
    let place = Place::new();
    for command in [
        &["init"][..],
        &["import"],
        &["serve"],
        &["replay"],
        &["verify"],
        &["stamp"],
        &["check"],
        &["channels"],
        &["channels", "list"],
        &["channels", "add"],
        &["channels", "change"],
        &["channels", "remove"],
        &["channels", "history"],
        &["licence"],
        &["licence", "show"],
        &["licence", "suspend"],
        &["licence", "restore"],
        &["licence", "revoke"],
        &["payment"],
        &["payment", "list"],
        &["payment", "show"],
        &["payment", "refund"],
        &["payment", "dispute"],
        &["rate"],
        &["rate", "set"],
        &["rate", "list"],
        &["rate", "end"],
        &["statement"],
        &["statement", "verify"],
        &["statement", "list"],
        &["statement", "show"],
        &["statement", "export"],
        &["statement", "taxes"],
        &["payout"],
        &["payout", "list"],
        &["payout", "show"],
        &["payout", "run"],
        &["payout", "release"],
        &["payout", "withdraw"],
        &["payout", "file"],
        &["payout", "results"],
        &["payout", "rules"],
        &["payout", "mails"],
        &["split"],
        &["split", "show"],
        &["split", "propose"],
        &["split", "accept"],
        &["split", "withdraw"],
        &["split", "invite"],
        &["split", "history"],
        &["payee"],
        &["payee", "list"],
        &["payee", "show"],
        &["payee", "register"],
        &["advance"],
        &["advance", "grant"],
        &["advance", "list"],
        &["audit"],
        &["simulate"],
        &["config"],
        &["key"],
        &["key", "create"],
        &["signing-key"],
        &["signing-key", "list"],
        &["signing-key", "rotate"],
        &["signing-key", "retire"],
        &["signing-key", "encrypt"],
        &["signing-key", "decrypt"],
        &["link"],
        &["demo"],
    ] {
        let ran = place.run(&[command, &["--help"]].concat());
        assert_eq!(ran.code, 0, "{command:?}");
        assert!(ran.out.contains("Example:"), "{command:?}: {}", ran.out);
    }
}

#[test]
fn a_misuse_is_one_line_and_code_2() {
    let place = Place::new();
    for (arguments, word) in [
        (&["init"][..], "<DIR>"),
        (&["nonsense"], "nonsense"),
        (&["audit", "--flag"], "--flag"),
        (&["audit"], "no store here"),
        (&["audit", "--store", "nowhere"], "no store in nowhere"),
        (&["verify", "nothing"], "nothing"),
        (&["verify", "7K3M9-QXD4T-0RWPX"], "mistyped"),
        (&["link", "--role", "king", "--name", "x"], "king"),
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.only_line().contains(word), "{}", ran.err);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn init_makes_a_store_once_and_never_in_somebody_elses_folder() {
    let place = Place::with_store();
    let before = std::fs::read(place.path("store/keys/issuer.jwk")).unwrap();
    let again = place.run(&["init", "store"]);
    assert_eq!(again.code, 0);
    assert!(again.out.contains("already"));
    assert_eq!(
        std::fs::read(place.path("store/keys/issuer.jwk")).unwrap(),
        before
    );
    place.write("photo.png", "x");
    let refused = place.run(&["init", "."]);
    assert_eq!(refused.code, 1);
    assert!(refused.only_line().contains("not empty"));
}

#[cfg(unix)]
#[test]
fn rates_of_exchange_are_stated_listed_and_refused_in_one_line() {
    let place = Place::with_store();
    let rate =
        |arguments: &[&str]| place.run(&[&["rate"], arguments, &["--store", "store"]].concat());
    assert!(rate(&["list"]).out.contains("no rate is stated yet"));
    let set = rate(&["set", "USD", "EUR", "0.92"]);
    assert_eq!(set.code, 0, "{}", set.err);
    assert!(
        set.out.contains("1 USD buys 92/100 EUR  (version 1"),
        "{}",
        set.out
    );
    rate(&["set", "USD", "EUR", "0.93"]);
    assert_eq!(rate(&["list"]).out.lines().count(), 2);
    for bad in ["-1", "1,5", "0"] {
        let ran = rate(&["set", "USD", "EUR", bad]);
        assert_ne!(ran.code, 0, "{bad}");
        ran.only_line();
    }
    let ended = rate(&["end", "USD", "EUR"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let said = "USD isn't exchanged into EUR any more  (version 3";
    assert!(ended.out.contains(said), "{}", ended.out);
    let twice = rate(&["end", "USD", "EUR"]);
    assert_eq!(twice.code, 1, "{}", twice.err);
    assert!(
        twice.only_line().contains("no rate to end"),
        "{}",
        twice.err
    );
}

#[test]
fn secrets_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with_store();
    for name in ["issuer.jwk", "store.secret"] {
        let path = place.path("store/keys").join(name);
        assert_eq!(
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[test]
fn an_interrupted_init_is_gone_on_with() {
    let place = Place::with_store();
    let key = std::fs::read(place.path("store/keys/issuer.jwk")).unwrap();
    std::fs::remove_file(place.path("store/clearcue.toml")).unwrap();
    assert_eq!(place.run(&["init", "store"]).code, 0);
    assert_eq!(
        std::fs::read(place.path("store/keys/issuer.jwk")).unwrap(),
        key
    );
}

#[test]
fn a_command_finds_the_store_around_it() {
    let place = Place::with_store();
    for folder in ["store", "store/keys"] {
        let mut command = place.command(&["audit"]);
        let ran = Ran::of(&command.current_dir(place.path(folder)).output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    assert_eq!(place.run(&["audit", "--store", "store", "--json"]).code, 0);
    let mut command = place.command(&["audit"]);
    assert!(
        command
            .env("CLEARCUE_STORE", "store")
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn an_unknown_key_in_the_settings_is_named() {
    let place = Place::with_store();
    place.write("store/clearcue.toml", "lisen = \"127.0.0.1:1\"\n");
    let ran = place.run(&["config", "--store", "store"]);
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("`lisen`"));
}

#[test]
fn config_says_who_said_what() {
    let place = Place::with_store();
    place.write("store/clearcue.toml", "name = \"Night Market\"\n");
    let mut command = place.command(&["config", "--store", "store", "--json"]);
    let ran = Ran::of(
        &command
            .env("CLEARCUE_LISTEN", "127.0.0.1:9")
            .output()
            .unwrap(),
    );
    let said: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["settings"]["name"]["source"], "clearcue.toml");
    assert_eq!(said["settings"]["listen"]["source"], "environment");
    assert_eq!(said["settings"]["currency"]["source"], "default");
}

#[test]
fn a_missing_database_is_said_and_not_made() {
    let place = Place::with_store();
    std::fs::remove_file(place.path("store/clearcue.db")).unwrap();
    let ran = place.run(&["audit", "--store", "store"]);
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("there is no store at"));
    assert!(!place.path("store/clearcue.db").exists());
}

/// The file of a running program can be written by nobody, not even by root, for whom modes mean
/// nothing.
#[cfg(target_os = "linux")]
#[test]
fn a_read_only_database_is_said_with_what_to_do() {
    let place = Place::with_store();
    let database = format!("sqlite:{}", env!("CARGO_BIN_EXE_clearcue"));
    let ran = place.run(&["audit", "--store", "store", "--database", &database]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.only_line().contains("is read-only: check the owner"),
        "{}",
        ran.err
    );
}

#[test]
fn a_taken_port_is_said_with_what_to_do() {
    let place = Place::with_store();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = place.run(&["serve", "--store", "store", "--listen", &address]);
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("is taken"), "{}", ran.err);
    let demo = place.run(&["demo", "--listen", &address]);
    assert_eq!(demo.code, 1, "before any music is made");
    assert!(demo.only_line().contains("is taken"), "{}", demo.err);
}

#[cfg(unix)]
#[test]
fn serve_ends_well_when_it_is_told_to() {
    use std::io::{BufRead as _, BufReader};
    let place = Place::with_store();
    let mut command = place.command(&["serve", "--store", "store", "--listen", "127.0.0.1:0"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains("http://127.0.0.1:"), "{line}");
    let pid = child.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .arg(&pid)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Place::with_store();
    let mut command = place.command(&["audit", "--store", "store"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = Ran::of(&child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn import_reports_what_it_refuses_and_knows_what_it_has() {
    let place = Place::with_store();
    std::fs::create_dir(place.path("music")).unwrap();
    place.write("music/letter.mp3", "dear sir");
    place.write("music/notes.txt", "la la");
    let none = place.run(&["import", "music", "--store", "store", "--json"]);
    assert_eq!(none.code, 1);
    let report: serde_json::Value = serde_json::from_str(&none.out).unwrap();
    assert_eq!(report["refused"][0]["code"], "not_audio");
    assert_eq!(report["passed_over"].as_array().unwrap().len(), 1);
    place.write("music/tone.wav", tone());
    for (new, known) in [(1, 0), (0, 1)] {
        let ran = place.run(&[
            "import", "music", "--store", "store", "--json", "--artist", "Ada",
        ]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(report["new"].as_array().unwrap().len(), new);
        assert_eq!(report["known"].as_array().unwrap().len(), known);
    }
    let gone = place.run(&["import", "nowhere", "--store", "store"]);
    assert_eq!(gone.code, 1);
    assert!(gone.only_line().contains("nowhere"));
}

#[test]
fn a_key_and_a_link_are_shown_once() {
    let place = Place::with_store();
    let key = place.run(&["key", "create", "--name", "editor", "--store", "store"]);
    assert!(key.out.starts_with("sk_live_"), "{}", key.out);
    let bad = place.run(&[
        "key", "create", "--name", "x", "--scope", "all", "--store", "store",
    ]);
    assert_eq!(bad.code, 2);
    let link = place.run(&[
        "link", "--role", "operator", "--name", "Ada", "--store", "store",
    ]);
    assert!(
        link.out.starts_with("http://127.0.0.1:8080/sign-in/"),
        "{}",
        link.out
    );
}

/// Two seconds of a tone: 16-bit mono WAV at 44.1 kHz.
fn tone() -> Vec<u8> {
    let samples: Vec<i16> = (0..88_200_i32)
        .map(|n| i16::try_from((n * 441 % 44_100 - 22_050) / 2).unwrap())
        .collect();
    common::wav(44_100, &samples)
}
