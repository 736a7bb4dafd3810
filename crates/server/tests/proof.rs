//! `clearcue proof`: files are judged without a store, and what isn't so is said in one line.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use std::collections::HashMap;

use app::proofs::Event;
use app::proofs::event::{Licence, Statement as Said, Use};
use app::statements::Statement;
use common::Place;
use serde_json::{Value, json};
use tlog::{Batch, Kind, Leaf, Log, Proof, Reader, Salts, SigningKey, pack};

const TOKEN: &str = "eyJ.a.signed.token";
/// `printf eyJ.a.signed.token | sha256sum`.
const TOKEN_SHA256: &str = "b2b06bc7cc6d56ba3c7cde87a37277ea13e4adea652c08393ffce1ca7d8aa501";
/// A millisecond of October 2026, within which all uses were received.
const OCTOBER: i64 = 1_792_000_000_000;

/// A log of leaves over an event each, with heads over the first three and over all.
struct Kept {
    key: SigningKey,
    entries: Vec<Vec<u8>>,
    events: Vec<Vec<u8>>,
    files: HashMap<String, Vec<u8>>,
    heads: Vec<String>,
}

fn kept(seed: u8, statement: &Statement) -> Kept {
    let key = SigningKey::from_seed("store.example/log", &[seed; 32]).unwrap();
    let mut log = Log::new();
    let (mut entries, mut files, mut heads) = (Vec::new(), HashMap::new(), Vec::new());
    let events: Vec<Vec<u8>> = events(statement).iter().map(Event::encode).collect();
    for (at, event) in events.iter().enumerate() {
        let batch = Batch::new(salts(at as u64), [event.as_slice()]);
        let covers = tlog::Statement {
            payee: [1; 16],
            number: 1,
            from: 0,
            to: log.size(),
        };
        let leaf = Leaf {
            kind: [
                Kind::Licences,
                Kind::Uses,
                Kind::Uses,
                Kind::Statement(covers),
                Kind::Uses,
            ][at],
            sequence: log.size(),
            time_ms: u64::try_from(OCTOBER).unwrap(),
            previous: log.head().root,
            batch: batch.head(),
            count: 1,
            totals: Vec::new(),
        };
        entries.push(leaf.encode().unwrap());
        log.append(&entries[at]).unwrap();
        if at == 2 || at == 4 {
            let pending = log.take_pending();
            for resource in pending.resources() {
                files.insert(resource.path.to_string(), resource.bytes.clone());
            }
            heads.push(
                pending
                    .confirm(|path| files.get(path).cloned())
                    .unwrap()
                    .sign(&key),
            );
        }
    }
    Kept {
        key,
        entries,
        events,
        files,
        heads,
    }
}

fn hash(hex: &str) -> [u8; 32] {
    let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
    bytes.try_into().unwrap()
}

fn salts(leaf: u64) -> Salts {
    Salts::of_batch(&[5; 32], leaf)
}

fn events(statement: &Statement) -> [Event; 5] {
    let used = |id: u8| {
        Event::Use(Use {
            id: [id; 16],
            settlement: [id; 16],
            uses: 1,
            licence: [2; 16],
            track: [3; 16],
            clip_ms: 15_000,
            billed_ms: 15_000,
            earned_micros: 333_333,
            currency: *b"USD",
            published_ms: OCTOBER,
            received_ms: OCTOBER,
            report: [4; 32],
            root: None,
        })
    };
    let said = Said {
        payee: [1; 16],
        currency: *b"USD",
        micros: 333_333,
        sha256: hash(&statement.hash),
        period: statement.period.name.clone(),
    };
    let licence = Licence {
        id: [2; 16],
        code: "7K3M9-QXD4T-0RWPD".parse().unwrap(),
        token: hash(TOKEN_SHA256),
    };
    [
        Event::Licence(licence),
        used(0),
        used(7),
        Event::Statement(said),
        used(8),
    ]
}

impl Kept {
    fn proof(&self, leaf: usize) -> Proof {
        let index = leaf as u64;
        let bytes = self.events[leaf].clone();
        let batch = Batch::new(salts(index), [bytes.as_slice()]);
        let opening = batch.open(0).unwrap();
        let mut reader = Reader::new(5, |path: &str| self.files.get(path).cloned());
        Proof {
            leaf: self.entries[leaf].clone(),
            index,
            path: reader.inclusion(index).unwrap(),
            checkpoint: self.heads[1].clone(),
            event: Some(tlog::Event {
                bytes,
                opening,
                part: None,
            }),
        }
    }

    fn between(&self, old: u64) -> String {
        let mut reader = Reader::new(5, |path: &str| self.files.get(path).cloned());
        let hashes = reader.consistency(old).unwrap();
        let line = |hash: &tlog::Hash| data_encoding::BASE64.encode(&hash.0) + "\n";
        hashes.iter().map(line).collect()
    }
}

/// A statement of October that lists the use of sixteen zero bytes alone.
fn statement() -> Statement {
    let statement = json!({
        "form": "", "store": "https://store.example",
        "payee": { "id": "pay_1", "name": "Ada" }, "currency": "USD",
        "period": {
            "name": "2026-10", "from": "2026-10-01T00:00:00.000Z",
            "until": "2026-11-01T00:00:00.000Z", "over": true,
        },
        "opening": { "payee_micros": 0, "escrow_micros": 0 },
        "closing": { "payee_micros": 333_333, "escrow_micros": 0 },
        "totals": [],
        "sheets": [{ "id": "spl_1", "track": "Nova", "version": 1, "shares": [
            { "payee": "pay_1", "ppm": 333_333 }, { "payee": "pay_2", "ppm": 666_667 },
        ]}],
        "head_hash": "",
        "lines": [{
            "number": 0, "at": "2026-10-02T00:00:00.000Z", "purse": "payee", "kind": "use",
            "source": "0".repeat(32), "sheet": "spl_1", "share_ppm": 333_333,
            "shared_micros": 1_000_000, "before_micros": 0, "after_micros": 1_000_000,
            "micros": 333_333, "balance_micros": 0, "hash": "",
        }],
        "hash": "",
    });
    let read: Statement = serde_json::from_value(statement).unwrap();
    read.sealed().unwrap()
}

/// A folder with the log's key, its heads and a proof of each leaf.
fn place() -> (Place, Kept) {
    let (place, statement) = (Place::new(), statement());
    let kept = kept(9, &statement);
    place.write("log.vkey", format!("{}\n", kept.key.public()));
    for leaf in 0..5 {
        place.write(&format!("{leaf}.tlog-proof"), kept.proof(leaf).to_text());
    }
    place.write("old.txt", &kept.heads[0]);
    place.write("new.txt", &kept.heads[1]);
    place.write("between.txt", kept.between(3));
    let proof = Some(kept.proof(3).to_text());
    let carrying = Statement { proof, ..statement };
    place.write("statement.json", carrying.to_json().unwrap());
    (place, kept)
}

#[test]
fn a_proof_is_checked_without_a_store_or_a_network() {
    let (place, kept) = place();
    let ran = place.run(&["proof", "verify", "1.tlog-proof", "--key", "log.vkey"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out
            .contains("proven: leaf 1 of the 5 that store.example/log"),
        "{}",
        ran.out
    );
    let key = kept.key.public().to_string();
    place.write("packed", pack(&kept.proof(2), kept.key.public()).unwrap());
    let ran = place.run(&["proof", "verify", "packed", "--key", &key, "--json"]);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&told["proven"], &told["leaf"]), (&json!(true), &json!(2)));
    assert_eq!(told["event"]["id"], "07".repeat(16));
    assert_eq!(told["event"]["earned"], "0.333333");
}

#[test]
fn a_proof_is_held_against_the_licence_or_statement_it_is_of() {
    let (place, _) = place();
    place.write("dawn.licence.jwt", format!("{TOKEN}\n"));
    place.write("dusk.licence.jwt", "eyJ.another.token");
    let of = |proof: &str, of: &str| {
        place.run(&["proof", "verify", proof, "--of", of, "--key", "log.vkey"])
    };
    assert_eq!(of("0.tlog-proof", "dawn.licence.jwt").code, 0);
    assert_eq!(of("3.tlog-proof", "statement.json").code, 0);
    for (proof, other) in [
        ("0.tlog-proof", "dusk.licence.jwt"),
        ("1.tlog-proof", "dawn.licence.jwt"),
    ] {
        let ran = of(proof, other);
        assert_eq!(ran.code, 1, "{proof} {other}");
        assert!(ran.only_line().contains("something else"), "{}", ran.err);
    }
}

#[test]
fn a_statement_carries_its_proof_and_no_other_statement_does() {
    let (place, kept) = place();
    let ran = place.run(&["proof", "verify", "statement.json", "--key", "log.vkey"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("2026-10"), "{}", ran.out);
    let mut other = statement();
    other.payee.name = "Eve".into();
    let proof = Some(kept.proof(3).to_text());
    let other = Statement {
        proof,
        ..other.sealed().unwrap()
    };
    place.write("other.json", other.to_json().unwrap());
    let ran = place.run(&["proof", "verify", "other.json", "--key", "log.vkey"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.only_line()
            .contains("isn't the one that its proof is of"),
        "{}",
        ran.err
    );
}

#[test]
fn what_another_log_has_signed_or_somebody_altered_is_refused_in_one_line() {
    let (place, kept) = place();
    let other = kept_by_another();
    place.write("other.vkey", format!("{}\n", other.key.public()));
    let ran = place.run(&["proof", "verify", "1.tlog-proof", "--key", "other.vkey"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.only_line().contains("isn't signed by the trusted key"),
        "{}",
        ran.err
    );
    let mut proof = kept.proof(1);
    proof.event.as_mut().unwrap().bytes[60] ^= 1;
    place.write("altered.tlog-proof", proof.to_text());
    let ran = place.run(&["proof", "verify", "altered.tlog-proof", "--key", "log.vkey"]);
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("not in the commit"), "{}", ran.err);
}

#[test]
fn what_is_no_proof_and_a_key_that_is_none_are_misuses() {
    let (place, _) = place();
    place.write("nothing", "nothing");
    for arguments in [
        vec!["proof", "verify", "nothing", "--key", "log.vkey"],
        vec!["proof", "verify", "nowhere", "--key", "log.vkey"],
        vec!["proof", "verify", "1.tlog-proof", "--key", "nothing"],
        vec!["proof", "verify", "1.tlog-proof"],
        vec![
            "proof",
            "omitted",
            "1.tlog-proof",
            "1.tlog-proof",
            "--key",
            "log.vkey",
        ],
        vec![
            "proof",
            "consistency",
            "old.txt",
            "new.txt",
            "--proof",
            "nothing",
            "--key",
            "log.vkey",
        ],
        vec!["proof", "show", "nothing"],
    ] {
        let ran = place.run(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        ran.only_line();
    }
}

#[test]
fn two_heads_are_joined_by_a_proof_in_their_order_only() {
    let (place, kept) = place();
    let run = |old: &str, new: &str, between: &str| {
        place.run(&[
            "proof",
            "consistency",
            old,
            new,
            "--proof",
            between,
            "--key",
            "log.vkey",
        ])
    };
    let ran = run("old.txt", "new.txt", "between.txt");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("the log of 5 leaves grew from that of 3"),
        "{}",
        ran.out
    );
    assert_eq!(
        run("old.txt", "1.tlog-proof", "between.txt").code,
        0,
        "a proof has a head too"
    );
    assert_eq!(run("new.txt", "old.txt", "between.txt").code, 1);
    place.write("empty.txt", "");
    assert_eq!(run("old.txt", "new.txt", "empty.txt").code, 1);
    // The same key, another history.
    let mut changed = statement();
    changed.payee.name = "Eve".into();
    let twin = self::kept(9, &changed.sealed().unwrap());
    place.write("twin.txt", &twin.heads[1]);
    let ran = run("old.txt", "twin.txt", "between.txt");
    assert_eq!(ran.code, 1, "{:?}", kept.heads);
    assert!(ran.only_line().contains("two histories"), "{}", ran.err);
}

#[test]
fn a_use_that_a_statement_covers_and_does_not_list_is_named() {
    let (place, _) = place();
    let run = |uses: &[&str]| {
        let mut arguments = vec!["proof", "omitted", "statement.json"];
        arguments.extend(uses);
        arguments.extend(["--key", "log.vkey", "--json"]);
        place.run(&arguments)
    };
    let ran = run(&["1.tlog-proof"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = run(&["1.tlog-proof", "2.tlog-proof"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("\"missing\":[\"2.tlog-proof\"]"),
        "{}",
        ran.out
    );
    // The last use came into the log after the statement: the next one is to list it.
    assert_eq!(run(&["4.tlog-proof"]).code, 0);
}

#[test]
fn a_proof_is_shown_without_being_believed() {
    let (place, _) = place();
    let ran = place.run(&["proof", "show", "0.tlog-proof"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("not checked"), "{}", ran.out);
    assert!(ran.out.contains("7K3M9-QXD4T-0RWPD"), "{}", ran.out);
}

#[test]
fn pinned_logs_and_the_store_at_hand_are_trusted() {
    let (place, kept) = place();
    let folder = place.path("config/clearcue/logs");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("music.vkey"), kept.key.public().to_string()).unwrap();
    assert_eq!(place.run(&["proof", "verify", "1.tlog-proof"]).code, 0);
}

#[test]
fn a_new_store_has_a_key_for_its_log_that_only_its_owner_reads() {
    let place = Place::new();
    let made = place.run(&["init", "store", "--public-url", "https://music.example"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let public = std::fs::read_to_string(place.path("store/keys/log.vkey")).unwrap();
    assert!(public.starts_with("music.example/log+"), "{public}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let about = std::fs::metadata(place.path("store/keys/log.key")).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600);
    }
    let before = std::fs::read(place.path("store/keys/log.key")).unwrap();
    assert_eq!(place.run(&["audit", "--store", "store"]).code, 0);
    assert_eq!(
        std::fs::read(place.path("store/keys/log.key")).unwrap(),
        before
    );
    let none = [
        "proof",
        "export",
        "--use",
        &"0".repeat(32),
        "--out",
        "x",
        "--store",
        "store",
    ];
    let ran = place.run(&none);
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("you have no use"), "{}", ran.err);
    assert!(!place.path("x").exists());
}

fn kept_by_another() -> Kept {
    kept(3, &statement())
}
