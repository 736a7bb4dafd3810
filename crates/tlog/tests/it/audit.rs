//! One flipped byte anywhere in history is named.

use proptest::prelude::*;
use std::sync::LazyLock;
use tlog::audit::{self, Fault, Finding};
use tlog::{Hash, Head, Leaf, TilePath, entries};

use crate::common::{World, event, salts};

/// 70,000 leaves have tiles of three levels, finished and unfinished ones.
static LARGE: LazyLock<World> = LazyLock::new(|| World::with(66_000, 1));
static SMALL: LazyLock<World> = LazyLock::new(|| World::with(600, 1));

fn audited(world: &World, change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Vec<Finding> {
    audit::log(world.key.public(), |path: &str| {
        change(path, world.files.get(path)?.clone())
    })
}

#[test]
fn a_sound_log_has_no_finding() {
    for world in [
        &*LARGE,
        &SMALL,
        &World::with(256, 1),
        &World::with(1, 3),
        &World::with(0, 0),
    ] {
        assert_eq!(audited(world, |_, bytes| Some(bytes)), []);
    }
}

/// The one finding after flipping a bit of `path` at `at`.
fn after_flip(world: &World, path: &str, at: usize, bit: u8) -> Vec<Finding> {
    audited(world, |p, mut bytes| {
        if p == path {
            bytes[at] ^= 1 << bit;
        }
        Some(bytes)
    })
}

fn is_named(world: &World, path: &str, at: usize, findings: &[Finding]) -> bool {
    let named =
        |f: &Finding| f.path == path && f.bytes.0 <= at && (at < f.bytes.1 || f.bytes.1 == 0);
    match TilePath::parse(path).unwrap() {
        TilePath::Checkpoint => matches!(
            findings,
            [Finding {
                what: Fault::Checkpoint(_),
                ..
            }]
        ),
        TilePath::Hashes(_) => {
            findings.len() == 1
                && findings[0].what == Fault::Hash
                && findings[0].bytes.0 == at
                && named(&findings[0])
        }
        TilePath::Entries { index, width } => {
            // A flipped length moves the entries after it: the first one named must be the entry
            // that the byte is in.
            let bundle = entries(&world.files[path], width).unwrap();
            let hit = bundle
                .iter()
                .rposition(|(offset, _)| *offset <= at)
                .unwrap();
            let wanted = Fault::Entry(index * 256 + hit as u64);
            let first = &findings[0];
            first.path == path
                && first.what == wanted
                && first.bytes.0 <= at
                && findings.iter().all(|f| f.path == path)
        }
    }
}

#[test]
fn every_byte_of_a_small_log_is_watched() {
    let world = World::with(6, 2);
    let mut flips = 0;
    for (path, bytes) in &world.files {
        for at in 0..bytes.len() {
            let findings = after_flip(&world, path, at, u8::try_from(at % 8).unwrap());
            assert!(
                is_named(&world, path, at, &findings),
                "{path} at {at}: {findings:?}"
            );
            flips += 1;
        }
    }
    assert!(flips > 600);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_flipped_byte_of_a_log_with_two_levels_is_named(
        file: prop::sample::Index, at: prop::sample::Index, bit in 0_u8..8,
    ) {
        let (path, bytes) = SMALL.files.iter().nth(file.index(SMALL.files.len())).unwrap();
        let at = at.index(bytes.len());
        let findings = after_flip(&SMALL, path, at, bit);
        prop_assert!(is_named(&SMALL, path, at, &findings), "{path} at {at}: {findings:?}");
    }
}

#[test]
fn a_flipped_byte_at_every_level_of_a_large_log_is_named() {
    for (path, at) in [
        ("tile/0/000", 0),
        ("tile/0/100", 8_191),
        ("tile/0/257.p/208", 77),
        ("tile/1/000", 4_000),
        ("tile/1/001.p/1", 31),
        ("tile/2/000.p/1", 16),
        ("tile/entries/000", 0),
        ("tile/entries/111", 5_000),
        ("tile/entries/257.p/208", 2_000),
        ("checkpoint", 30),
    ] {
        let findings = after_flip(&LARGE, path, at, 3);
        assert!(
            is_named(&LARGE, path, at, &findings),
            "{path} at {at}: {findings:?}"
        );
    }
}

#[test]
fn what_is_missing_or_cut_short_is_named() {
    for path in SMALL.files.keys() {
        let findings = audited(&SMALL, |p, bytes| (p != path).then_some(bytes));
        let named: Vec<_> = findings
            .iter()
            .map(|f| (f.path.as_str(), f.what.clone()))
            .collect();
        assert_eq!(named, [(path.as_str(), Fault::Missing)]);
        for change in [-1_isize, 1] {
            let findings = audited(&SMALL, |p, mut bytes| {
                if p == path {
                    bytes.resize(bytes.len().checked_add_signed(change).unwrap(), b'x');
                }
                Some(bytes)
            });
            assert!(
                !findings.is_empty() && findings.iter().all(|f| f.path == *path),
                "{findings:?}"
            );
        }
    }
}

#[test]
fn entry_and_hash_altered_together_are_both_named() {
    let (forged, path) = ("tile/entries/000", "tile/0/000");
    let world = &*SMALL;
    let findings = audited(world, |p, mut bytes| {
        let mut bundle = world.files[forged].clone();
        bundle[40] ^= 1;
        if p == forged {
            return Some(bundle);
        }
        if p == path {
            let entry = entries(&bundle, 256).unwrap()[0].1;
            bytes[..32].copy_from_slice(&Hash::leaf(entry).0);
        }
        Some(bytes)
    });
    // A forger who changes the hash too still can't change the one above it, nor the chain (byte 40 is in
    // the root that leaf 0 continues from).
    let named: Vec<_> = findings
        .iter()
        .map(|f| (f.path.as_str(), f.what.clone()))
        .collect();
    assert_eq!(named, [(forged, Fault::Chain(0)), (path, Fault::Subtree)]);
}

#[test]
fn an_entry_that_was_signed_out_of_its_chain_is_named() {
    let mut world = World::with(4, 1);
    let mut leaf = Leaf::decode(&world.proof(3, None).leaf).unwrap();
    (leaf.sequence, leaf.previous) = (4, Hash([0; 32]));
    world.log.append(&leaf.encode().unwrap()).unwrap();
    world.publish();
    let findings = audited(&world, |_, bytes| Some(bytes));
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].what, Fault::Chain(4));
    assert!(findings[0].to_string().contains("tile/entries/000.p/5"));
}

#[test]
fn a_log_under_another_root_is_refused_whole() {
    let head = Head {
        size: 600,
        root: Hash([1; 32]),
    };
    assert!(!audit::tree(head, SMALL.read()).is_empty());
    let head = Head { size: 512, ..head };
    assert!(!audit::tree(head, SMALL.read()).is_empty());
    let head = Head { size: 0, ..head };
    assert!(!audit::tree(head, SMALL.read()).is_empty());
}

#[test]
fn a_batch_is_its_events_in_order_and_number() {
    let world = World::with(2, 3);
    let leaf = Leaf::decode(&world.proof(1, None).leaf).unwrap();
    let events: Vec<Vec<u8>> = (0..3).map(|n| event(1, n)).collect();
    let is = |events: &[&[u8]], of| audit::is_batch(&leaf, salts(of), events.iter().copied());
    let [a, b, c] = [&events[0][..], &events[1], &events[2]];
    assert!(is(&[a, b, c], 1));
    assert!(!is(&[a, c, b], 1) && !is(&[a, b], 1) && !is(&[a, b, c, c], 1) && !is(&[a, b, c], 0));
}
