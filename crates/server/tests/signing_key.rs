//! `clearcue signing-key`: changing, retiring and sealing the keys that licences are signed
//! with, and what a store does whose key can't be used.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use common::{Place, Ran};
use serde_json::Value;

const SECRET: &str = "correct horse";

fn signing_key(place: &Place, arguments: &[&str]) -> Ran {
    with_passphrase(place, SECRET, arguments)
}

fn with_passphrase(place: &Place, secret: &str, arguments: &[&str]) -> Ran {
    let all = [&["signing-key"], arguments, &["--store", "store"]].concat();
    let mut command = place.command(&all);
    command
        .env("CLEARCUE_KEY_PASSPHRASE", secret)
        .stdin(Stdio::null());
    Ran::of(&command.output().unwrap())
}

fn listed(place: &Place) -> Vec<Value> {
    let ran = signing_key(place, &["list", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    answer["keys"].as_array().unwrap().clone()
}

fn states(place: &Place) -> Vec<String> {
    let word = |key: &Value| key["state"].as_str().unwrap().to_owned();
    listed(place).iter().map(word).collect()
}

fn published(place: &Place) -> usize {
    let text = std::fs::read_to_string(place.path("store/keys/jwks.json")).unwrap();
    let keys = licence_key::Jwks::from_json(&text).unwrap();
    keys.keys.len()
}

/// The files in the folder of keys that hold a private half.
fn private(place: &Place) -> Vec<String> {
    let listed = std::fs::read_dir(place.path("store/keys")).unwrap();
    let names = listed.map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names
        .filter(|name| name.ends_with(".jwk") || name.ends_with(".pem") || name.ends_with(".part"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_new_key_signs_at_once_or_when_its_time_comes_and_is_published_before() {
    let place = Place::with_store();
    assert_eq!(states(&place), ["signing"]);
    let ran = signing_key(&place, &["rotate"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(states(&place), ["past", "signing"]);
    let ran = signing_key(&place, &["rotate", "--at", "2999-01-01T00:00:00Z"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(states(&place), ["past", "signing", "next"]);
    assert_eq!((published(&place), private(&place).len()), (3, 3));
    let again = signing_key(&place, &["rotate"]);
    assert_eq!(again.code, 1);
    assert!(again.only_line().contains("takes over at 2999"));
    for at in ["2001-01-01T00:00:00Z", "tomorrow"] {
        assert_eq!(signing_key(&place, &["rotate", "--at", at]).code, 2);
    }
}

#[test]
fn a_retired_key_loses_its_private_half_and_stays_published() {
    let place = Place::with_store();
    signing_key(&place, &["rotate"]);
    let kids: Vec<_> = listed(&place);
    let kid = |n: usize| kids[n]["kid"].as_str().unwrap().to_owned();
    let refused = signing_key(&place, &["retire", &kid(1)]);
    assert_eq!(refused.code, 1);
    assert!(refused.only_line().contains("signs new licences"));
    assert_eq!(signing_key(&place, &["retire", "!"]).code, 1);
    let ran = signing_key(&place, &["retire", &kid(0)[..10]]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(states(&place), ["retired", "signing"]);
    assert_eq!(private(&place), [format!("{}.jwk", kid(1))]);
    assert_eq!(published(&place), 2);
    assert_eq!(signing_key(&place, &["retire", &kid(0)]).code, 0, "again");
}

#[test]
fn sealed_keys_open_with_their_passphrase_and_with_openssl() {
    let place = Place::with_store();
    signing_key(&place, &["rotate"]);
    let ran = signing_key(&place, &["encrypt"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let files = private(&place);
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|name| name.ends_with(".pem")));
    let wrong = with_passphrase(&place, "wrong", &["rotate"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.only_line().contains("the passphrase doesn't open"));
    let none = with_passphrase(&place, "", &["decrypt"]);
    assert_eq!(none.code, 1);
    assert!(none.only_line().contains("CLEARCUE_KEY_PASSPHRASE"));
    let ran = signing_key(&place, &["rotate"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(private(&place).iter().all(|name| name.ends_with(".pem")));
    opened_by_openssl(&place, &files[0]);
    assert_eq!(signing_key(&place, &["decrypt"]).code, 0);
    assert!(private(&place).iter().all(|name| name.ends_with(".jwk")));
    assert_eq!(states(&place), ["past", "past", "signing"]);
}

fn opened_by_openssl(place: &Place, name: &str) {
    let path = place.path("store/keys").join(name);
    let mut openssl = std::process::Command::new("openssl");
    openssl.args(["pkey", "-noout", "-text", "-passin"]);
    openssl.arg(format!("pass:{SECRET}")).arg("-in").arg(path);
    // Where there is no openssl there is nothing to compare with.
    let Ok(output) = openssl.output() else { return };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("ED25519 Private-Key"), "{output:?}");
}

#[test]
fn a_change_that_was_cut_off_leaves_a_store_that_works() {
    let place = Place::with_store();
    let keys = place.path("store/keys");
    // As after a crash before the ring was put in place: a new private half, and its public one.
    let stray = licence_key::IssuerKey::from_seed(&[5; 32]);
    place.write("store/keys/stray.jwk", stray.to_private_jwk());
    place.write("store/keys/ring.part", "{");
    assert_eq!(states(&place), ["signing"]);
    assert_eq!(signing_key(&place, &["rotate"]).code, 0);
    assert_eq!(signing_key(&place, &["encrypt"]).code, 0);
    assert_eq!(private(&place).len(), 2, "what was left is gone");
    // As after a crash behind it: the file the ring no longer names is still there.
    place.write("store/keys/issuer.jwk", stray.to_private_jwk());
    assert_eq!(states(&place), ["past", "signing"]);
    std::fs::write(keys.join("ring.json"), "{").unwrap();
    let ran = signing_key(&place, &["list"]);
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("ring.json"));
    assert_eq!(place.run(&["audit", "--store", "store"]).code, 0);
}

/// A store that is open, and its address.
struct Open(Child, String);

impl Open {
    fn new(place: &Place, secret: &str) -> Self {
        let mut command = place.command(&["serve", "--store", "store", "--listen", "127.0.0.1:0"]);
        command
            .env("CLEARCUE_KEY_PASSPHRASE", secret)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        Self(child, address)
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.1).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nhost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn sells(&self) -> bool {
        self.get("/v1/health").contains("\"sells\":true")
    }

    /// What it said on stderr until it was stopped.
    fn ended(mut self) -> String {
        self.0.kill().unwrap();
        let mut said = String::new();
        let mut stderr = self.0.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        self.0.wait().unwrap();
        said
    }
}

#[test]
fn a_running_store_takes_a_new_key_up() {
    let place = Place::with_store();
    let open = Open::new(&place, "");
    assert!(open.sells());
    assert_eq!(signing_key(&place, &["rotate"]).code, 0);
    let kid = listed(&place)[1]["kid"].as_str().unwrap().to_owned();
    let asked = Instant::now();
    while !open.get("/.well-known/jwks.json").contains(&kid) {
        assert!(asked.elapsed() < Duration::from_secs(60), "it never came");
        std::thread::sleep(Duration::from_millis(100));
    }
    let list = open.get("/v1/status-lists/1");
    let token = list.rsplit("\r\n\r\n").next().unwrap();
    let header = token.split('.').next().unwrap();
    let header = data_encoding::BASE64URL_NOPAD
        .decode(header.as_bytes())
        .unwrap();
    assert!(String::from_utf8(header).unwrap().contains(&kid));
    open.ended();
}

#[test]
fn a_store_whose_key_cannot_be_used_opens_says_so_and_sells_nothing() {
    type Break = fn(&Place);
    let cases: [(Break, &str, &str); 4] = [
        (
            |place| {
                signing_key(place, &["encrypt"]);
            },
            "",
            "is sealed",
        ),
        (
            |place| {
                signing_key(place, &["encrypt"]);
            },
            "wrong",
            "the passphrase doesn't open",
        ),
        (
            |place| {
                place.write("store/keys/issuer.jwk", "{");
            },
            "",
            "no usable signing key",
        ),
        (
            |place| std::fs::remove_file(place.path("store/keys/issuer.jwk")).unwrap(),
            "",
            "is missing",
        ),
    ];
    for (damage, secret, said) in cases {
        let place = Place::with_store();
        damage(&place);
        let open = Open::new(&place, secret);
        assert!(!open.sells(), "{said}");
        assert!(open.get("/.well-known/jwks.json").contains("\"kid\""));
        let log = open.ended();
        let lines: Vec<_> = log.lines().filter(|line| line.contains(said)).collect();
        assert_eq!(lines.len(), 1, "{log}");
    }
}

#[test]
fn a_sealed_store_sells_once_it_knows_the_passphrase() {
    let place = Place::with_store();
    assert_eq!(signing_key(&place, &["encrypt"]).code, 0);
    let open = Open::new(&place, SECRET);
    assert!(open.sells());
    open.ended();
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_does_not_sign() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with_store();
    let path = place.path("store/keys/issuer.jwk");
    for mode in [0o640, 0o604] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let open = Open::new(&place, "");
        assert!(!open.sells());
        assert!(open.ended().contains("chmod 600"));
    }
}

#[cfg(unix)]
#[test]
fn a_running_store_notices_that_its_key_was_closed_to_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with_store();
    let path = place.path("store/keys/issuer.jwk");
    let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode));
    mode(0o644).unwrap();
    let open = Open::new(&place, "");
    assert!(!open.sells());
    mode(0o600).unwrap();
    let asked = Instant::now();
    while !open.sells() {
        // Sooner than it would read an unchanged folder again.
        assert!(asked.elapsed() < Duration::from_secs(20), "it never sold");
        std::thread::sleep(Duration::from_millis(100));
    }
    open.ended();
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_can_read_is_told_and_the_store_goes_on() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with_store();
    let path = place.path("store/keys/store.secret");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = Open::new(&place, "");
    assert!(open.sells());
    let log = open.ended();
    assert!(log.contains("store.secret"), "{log}");
    assert!(log.contains("chmod 600"), "{log}");
}

#[test]
fn two_changes_of_keys_at_once_are_done_one_at_a_time() {
    let place = Place::with_store();
    let lock = std::fs::File::create(place.path("store/keys/.lock")).unwrap();
    lock.lock().unwrap();
    let refused = signing_key(&place, &["rotate"]);
    assert_eq!(refused.code, 1);
    assert!(refused.only_line().contains("another signing-key command"));
    assert_eq!(states(&place), ["signing"], "reading needs no lock");
    drop(lock);
    assert_eq!(signing_key(&place, &["rotate"]).code, 0);
    assert_eq!(states(&place), ["past", "signing"]);
}
