//! Writes a small log to a folder, with a proof that anybody can check:
//! `cargo run -p tlog --example receipts -- FOLDER`, then
//! `python3 scripts/judges/tlog_proof.py FOLDER/use.tlog-proof FOLDER/log.vkey`.

use std::fs;
use std::path::{Path, PathBuf};

use tlog::{Batch, Event, Kind, Leaf, Log, Proof, Reader, Salts, SigningKey, Total, verify_use};

const COMMITS: u64 = 700;
const SHOWN: u64 = 300;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| {
        eprintln!("name a folder to write to");
        std::process::exit(2);
    }));
    let read = |path: &str| fs::read(folder.join(path)).ok();
    // Fixed bytes, so that the example writes the same each time. A real log draws them at random.
    let key = SigningKey::from_seed("store.example/log", &[9; 32]).expect("a name without spaces");
    let (secret, mut log) = ([5; 32], Log::new());
    let mut shown = None;
    for commit in 0..COMMITS {
        let events: Vec<String> = (0..7)
            .map(|n| format!("use {n} of commit {commit}"))
            .collect();
        let batch = Batch::new(
            Salts::of_batch(&secret, commit),
            events.iter().map(String::as_bytes),
        );
        let leaf = Leaf {
            kind: Kind::Uses,
            sequence: log.size(),
            time_ms: 1_700_000_000_000 + commit,
            previous: log.head().root,
            batch: batch.head(),
            count: batch.count(),
            totals: vec![Total {
                currency: *b"EUR",
                micros: 7_000,
            }],
        };
        let leaf = leaf.encode().expect("one currency");
        log.append(&leaf).expect("a leaf is short");
        if commit == SHOWN {
            let opening = batch.open(4).expect("seven events");
            shown = Some((
                leaf,
                Event {
                    bytes: events[4].clone().into_bytes(),
                    opening,
                },
            ));
        }
    }
    let pending = log.take_pending();
    for resource in pending.resources() {
        write(&folder.join(resource.path.to_string()), &resource.bytes);
    }
    let checkpoint = pending
        .confirm(read)
        .expect("the files are as written")
        .sign(&key);
    write(&folder.join("checkpoint"), checkpoint.as_bytes());
    write(
        &folder.join("log.vkey"),
        key.public().to_string().as_bytes(),
    );
    let path = Reader::new(log.size(), read)
        .inclusion(SHOWN)
        .expect("the tiles are there");
    let (leaf, event) = shown.expect("the log is longer than that");
    let proof = Proof {
        leaf,
        index: SHOWN,
        path,
        checkpoint,
        event: Some(event),
    };
    verify_use(&proof, key.public()).expect("what was just made");
    write(&folder.join("use.tlog-proof"), proof.to_text().as_bytes());
    println!(
        "{} leaves, and use.tlog-proof of {} bytes",
        log.size(),
        proof.to_text().len()
    );
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a file stands in a folder"))
        .expect("a writable folder");
    fs::write(path, bytes).expect("a writable file");
}
