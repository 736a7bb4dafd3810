//! `clearcue proof` on one of several uses that were settled together.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use std::collections::HashMap;

use app::proofs::event::Use;
use app::proofs::{Event, One};
use common::Place;
use domain::envelope::{Placement, Purpose};
use serde_json::{Value, json};
use tlog::merkle::Tree;
use tlog::{
    Batch, Kind, Leaf, Log, Opening, PLACE_BYTES, Part, PartSalts, Proof, Reader, Salts,
    SigningKey, pack,
};

/// A millisecond of October 2026.
const OCTOBER: i64 = 1_792_000_000_000;

fn one(index: u32) -> One {
    One {
        commit: 12,
        index,
        placement: Placement::Tiktok,
        purpose: Purpose::ClientWork,
        territory: Some("DE".parse().unwrap()),
        clip_ms: 15_000 + i64::from(index),
        billed_ms: 15_000,
        earned_micros: 111_111,
        published_ms: OCTOBER,
        received_ms: OCTOBER + 1,
        details: [7; 32],
    }
}

/// A folder with a log of one leaf, and the proof of the second of three uses of its line; the version
/// of the line's event is the caller's.
fn place(version: u8) -> (Place, Proof, SigningKey) {
    let key = SigningKey::from_seed("store.example/log", &[9; 32]).unwrap();
    let salts = PartSalts::of_log(&[5; 32]);
    let leaves = (0..3).map(|n| salts.leaf(&[0; PLACE_BYTES], &one(n).encode()));
    let tree = Tree::new(leaves.collect());
    let line = Use {
        id: [1; 16],
        settlement: [2; 16],
        uses: 3,
        licence: [3; 16],
        track: [4; 16],
        clip_ms: 45_003,
        billed_ms: 45_000,
        earned_micros: 333_333,
        currency: *b"USD",
        published_ms: OCTOBER,
        received_ms: OCTOBER + 1,
        report: [0; 32],
        root: Some(tree.head().0),
    };
    let mut bytes = Event::Use(line).encode();
    // Over several by its fourth byte, and yet no line of uses.
    if version != 2 {
        bytes[2] = version;
    }
    let batch = Batch::new(Salts::of_batch(&[5; 32], 0), [bytes.as_slice()]);
    let mut log = Log::new();
    let leaf = Leaf {
        kind: Kind::Uses,
        sequence: 0,
        time_ms: u64::try_from(OCTOBER).unwrap(),
        previous: log.head().root,
        batch: batch.head(),
        count: 1,
        totals: Vec::new(),
    };
    let leaf = leaf.encode().unwrap();
    log.append(&leaf).unwrap();
    let (pending, mut files) = (log.take_pending(), HashMap::new());
    for resource in pending.resources() {
        files.insert(resource.path.to_string(), resource.bytes.clone());
    }
    let read = |path: &str| files.get(path).cloned();
    let proof = Proof {
        leaf,
        index: 0,
        path: Reader::new(1, read).inclusion(0).unwrap(),
        checkpoint: pending.confirm(read).unwrap().sign(&key),
        event: Some(tlog::Event {
            opening: batch.open(0).unwrap(),
            bytes,
            part: Some(Part {
                bytes: one(1).encode().to_vec(),
                opening: Opening {
                    position: 1,
                    salt: salts.salt(&[0; PLACE_BYTES]),
                    path: tree.inclusion(1).unwrap(),
                },
            }),
        }),
    };
    let place = Place::new();
    place.write("log.vkey", format!("{}\n", key.public()));
    place.write("one.tlog-proof", proof.to_text());
    (place, proof, key)
}

#[test]
fn one_of_several_is_checked_and_told_in_either_form() {
    let (place, proof, key) = place(2);
    place.write("packed", pack(&proof, key.public()).unwrap());
    for file in ["one.tlog-proof", "packed"] {
        let ran = place.run(&["proof", "verify", file, "--key", "log.vkey", "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let told: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(told["event"]["uses"], 3);
        let part = &told["part"];
        assert_eq!(
            (&part["kind"], &part["index"]),
            (&json!("one_of_them"), &json!(1))
        );
        assert_eq!(
            (&part["placement"], &part["territory"]),
            (&json!("tiktok"), &json!("DE"))
        );
        assert_eq!(
            (&part["clip_ms"], &part["earned"]),
            (&json!(15_001), &json!("0.111111"))
        );
    }
    let ran = place.run(&["proof", "show", "one.tlog-proof"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("one_of_them"), "{}", ran.out);
}

#[test]
fn what_is_not_one_of_them_is_refused_in_one_line() {
    let (place, mut proof, _) = place(2);
    let part = proof.event.as_mut().unwrap().part.as_mut().unwrap();
    part.bytes[36] ^= 1;
    place.write("altered", proof.to_text());
    let ran = place.run(&["proof", "verify", "altered", "--key", "log.vkey"]);
    assert_eq!(ran.code, 1);
    assert!(ran.only_line().contains("not in the event"), "{}", ran.err);
}

#[test]
fn a_part_of_what_is_no_line_of_uses_is_not_told_as_a_use() {
    let (place, ..) = place(b'X');
    let ran = place.run(&[
        "proof",
        "verify",
        "one.tlog-proof",
        "--key",
        "log.vkey",
        "--json",
    ]);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&told["event"]["kind"], &told["part"]["kind"]),
        (&json!("unknown"), &json!("unknown"))
    );
}
