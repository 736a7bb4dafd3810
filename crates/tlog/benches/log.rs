//! Times what a commit, a proof and a check cost: `cargo bench -p tlog`. Plain loops, medians over
//! rounds; what is timed does no input or output.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use sha2::{Digest, Sha256};
use tlog::merkle::Frontier;
use tlog::{
    Batch, Event, Hash, Kind, Leaf, Log, PLACE_BYTES, PartSalts, Proof, Reader, Salts, SigningKey,
    Total, verify_use,
};

const EVENTS: usize = 1_000;
const EVENT_BYTES: usize = 120;
/// A record of a use among several, and what it holds the hash of.
const RECORD_BYTES: usize = 92;
const DETAIL_BYTES: usize = 130;
const LEAVES: u64 = 1_000_000;
const ROUNDS: usize = 300;

fn main() {
    let backend = if has_sha_ni() { "with" } else { "without" };
    println!("SHA-256 {backend} the processor's SHA instructions; medians of {ROUNDS} rounds");
    commit();
    parts();
    proofs();
}

fn has_sha_ni() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("sha");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Runs `work` in rounds of `each` and prints the median time of one in nanoseconds.
fn time(name: &str, each: usize, mut work: impl FnMut()) {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1e9 / each as f64
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("{name:<58} {:>10.0} ns", rounds[ROUNDS / 2]);
}

fn leaf_of(log: &Log, batch: Hash, count: u32) -> Vec<u8> {
    let totals = vec![Total {
        currency: *b"EUR",
        micros: 1_500_000,
    }];
    let (sequence, previous) = (log.size(), log.head().root);
    let leaf = Leaf {
        kind: Kind::Uses,
        sequence,
        time_ms: 0,
        previous,
        batch,
        count,
        totals,
    };
    leaf.encode().expect("a leaf")
}

fn commit() {
    let events: Vec<Vec<u8>> = (0..=u8::MAX)
        .cycle()
        .take(EVENTS)
        .map(|i| vec![i; EVENT_BYTES])
        .collect();
    let mut log = Log::new();
    time(
        "commit of 1,000 events of 120 bytes, an event",
        EVENTS,
        || {
            let salts = Salts::of_batch(&[7; 32], log.size());
            let batch = Batch::new(salts, events.iter().map(Vec::as_slice));
            let leaf = leaf_of(&log, batch.head(), batch.count());
            log.append(&leaf).expect("short enough");
            let _ = black_box(log.take_pending());
        },
    );
    let mut log = Log::new();
    let entry = leaf_of(&log, Hash([1; 32]), 1);
    time("append of a leaf to the tree", EVENTS, || {
        for _ in 0..EVENTS {
            log.append(&entry).expect("short enough");
        }
        let _ = black_box(log.take_pending());
    });
}

/// What a use among several costs: its salt, its record of 92 bytes, and its part of the tree; with the
/// hash over 130 bytes of details that stand in the record.
fn parts() {
    let salts = PartSalts::of_log(&[7; 32]);
    let (details, mut record) = (vec![3_u8; DETAIL_BYTES], [5_u8; RECORD_BYTES]);
    let place = |n: usize| {
        let mut place = [0; PLACE_BYTES];
        place[4..].copy_from_slice(&(n as u64).to_be_bytes());
        place
    };
    time("a use among several, all of it", EVENTS, || {
        let mut tree = Frontier::default();
        for n in 0..EVENTS {
            record[60..].copy_from_slice(&Sha256::digest(&details));
            tree.push(salts.leaf(&place(n), &record));
        }
        black_box(tree.head());
    });
    time("of this, its salt", EVENTS, || {
        for n in 0..EVENTS {
            black_box(salts.salt(&place(n)));
        }
    });
    let plain = vec![5_u8; DETAIL_BYTES + RECORD_BYTES];
    time("beside it, plain SHA-256 of the same bytes", EVENTS, || {
        for _ in 0..EVENTS {
            black_box(Sha256::digest(black_box(&plain)));
        }
    });
    time("and of one block", EVENTS, || {
        for _ in 0..EVENTS {
            black_box(Sha256::digest(black_box(&plain[..44])));
        }
    });
}

fn proofs() {
    let key = SigningKey::from_seed("bench.example/log", &[3; 32]).expect("a name");
    let events: Vec<Vec<u8>> = (0..=u8::MAX)
        .cycle()
        .take(EVENTS)
        .map(|i| vec![i; EVENT_BYTES])
        .collect();
    let (mut log, mut stored) = (Log::new(), HashMap::new());
    let mut middle = None;
    for at in 0..LEAVES {
        if at == LEAVES / 3 {
            let batch = Batch::new(
                Salts::of_batch(&[7; 32], at),
                events.iter().map(Vec::as_slice),
            );
            let leaf = leaf_of(&log, batch.head(), batch.count());
            log.append(&leaf).expect("short enough");
            middle = Some((batch, leaf));
        } else {
            log.append(&at.to_be_bytes()).expect("short enough");
        }
    }
    let pending = log.take_pending();
    for resource in pending.resources() {
        stored.insert(resource.path.to_string(), resource.bytes.clone());
    }
    let checkpoint = pending
        .confirm(|p| stored.get(p).cloned())
        .expect("stored")
        .sign(&key);
    let (batch, leaf) = middle.expect("the log is longer");
    let (index, size) = (LEAVES / 3, log.size());
    let mut path = Vec::new();
    time(
        "path of one of 1,000,000 leaves, from tiles in memory",
        1,
        || {
            let mut reader = Reader::new(size, |p: &str| stored.get(p).cloned());
            path = reader.inclusion(index).expect("all tiles are there");
        },
    );
    time("opening of one of 1,000 events, batch in memory", 1, || {
        black_box(batch.open(333));
    });
    let event = Event {
        bytes: events[333].clone(),
        opening: batch.open(333).expect("an event"),
        part: None,
    };
    let proof = Proof {
        leaf,
        index,
        path,
        checkpoint,
        event: Some(event),
    };
    time("check of the proof of a use, with its signature", 1, || {
        black_box(verify_use(&proof, key.public())).expect("a good proof");
    });
    time("of this, the path to the root", 1, || {
        let leaf = Hash::leaf(&proof.leaf);
        black_box(tlog::merkle::head_from_inclusion(
            leaf,
            index,
            size,
            &proof.path,
        ));
    });
    println!(
        "{:<58} {:>10} bytes",
        "the proof as text",
        proof.to_text().len()
    );
}
