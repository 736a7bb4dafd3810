//! Writes a small log to a folder, with two proofs that anybody can check, of an event and of one of
//! several that another is over: `cargo run -p tlog --example receipts -- FOLDER`, then
//! `python3 scripts/judges/tlog_proof.py FOLDER/use.tlog-proof FOLDER/log.vkey`, and the same of
//! `FOLDER/single.tlog-proof`.

use std::fs;
use std::path::{Path, PathBuf};

use tlog::merkle::Tree;
use tlog::{
    Batch, Event, Kind, Leaf, Log, Opening, PLACE_BYTES, Part, PartSalts, Proof, Reader, Salts,
    SigningKey, Total, verify_use,
};

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
        let mut events: Vec<Vec<u8>> = (0..7)
            .map(|n| format!("use {n} of commit {commit}").into_bytes())
            .collect();
        let (several, part) = several(&secret);
        events.push(several);
        let batch = Batch::new(
            Salts::of_batch(&secret, commit),
            events.iter().map(Vec::as_slice),
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
            let event = |at: u32, part: Option<Part>| Event {
                bytes: events[at as usize].clone(),
                opening: batch.open(at).expect("eight events"),
                part,
            };
            shown = Some((leaf, event(4, None), event(7, Some(part))));
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
    let (leaf, event, single) = shown.expect("the log is longer than that");
    println!("{} leaves", log.size());
    for (name, event) in [("use.tlog-proof", event), ("single.tlog-proof", single)] {
        let proof = Proof {
            leaf: leaf.clone(),
            index: SHOWN,
            path: path.clone(),
            checkpoint: checkpoint.clone(),
            event: Some(event),
        };
        verify_use(&proof, key.public()).expect("what was just made");
        write(&folder.join(name), proof.to_text().as_bytes());
        println!("{name} of {} bytes", proof.to_text().len());
    }
}

/// An event that is over eleven, and the fourth of them.
fn several(secret: &[u8; 32]) -> (Vec<u8>, Part) {
    const COUNT: u8 = 11;
    const NTH: u8 = 3;
    let salts = PartSalts::of_log(secret);
    let place = |n: u8| [n; PLACE_BYTES];
    let record = |n: u8| format!("one of several: {n}").into_bytes();
    let leaves = (0..COUNT).map(|n| salts.leaf(&place(n), &record(n)));
    let tree = Tree::new(leaves.collect());
    let count = u64::from(COUNT).to_be_bytes();
    let event = [&b"CCX\x02eleven uses"[..], &count, &tree.head().0].concat();
    let opening = Opening {
        position: NTH.into(),
        salt: salts.salt(&place(NTH)),
        path: tree.inclusion(NTH.into()).expect("eleven leaves"),
    };
    let bytes = record(NTH);
    (event, Part { bytes, opening })
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a file stands in a folder"))
        .expect("a writable folder");
    fs::write(path, bytes).expect("a writable file");
}
