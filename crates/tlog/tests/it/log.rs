//! Appending, storing, reading back, taking up again, and proofs from tiles.

use proptest::prelude::*;
use tlog::merkle::{Tree, consistency_plan, inclusion_plan};
use tlog::{BundleError, Checkpoint, Hash, Log, LogError, ReadError, Reader, tiles_for, tiles_of};

use crate::common::{Files, World};

/// A log of `size` short entries, stored in steps.
fn stored(size: u64, step: u64) -> (Log, Files) {
    let (mut log, mut files) = (Log::new(), Files::new());
    for at in 0..size {
        log.append(&at.to_be_bytes()).unwrap();
        if at % step == step - 1 || at + 1 == size {
            let pending = log.take_pending();
            for resource in pending.resources() {
                files.insert(resource.path.to_string(), resource.bytes.clone());
            }
            pending.confirm(|path| files.get(path).cloned()).unwrap();
        }
    }
    (log, files)
}

fn tree(size: u64) -> Tree {
    Tree::new((0..size).map(|at| Hash::leaf(&at.to_be_bytes())).collect())
}

#[test]
fn tiles_lead_to_every_head_and_proof_across_their_edges() {
    for size in [
        0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000,
    ] {
        let (log, files) = stored(size, 100);
        let tree = tree(size);
        let mut reader = Reader::new(size, |path: &str| files.get(path).cloned());
        assert_eq!(reader.head().unwrap(), tree.head(), "{size}");
        assert_eq!(log.head().root, tree.head(), "{size}");
        for index in [0, 1, 255, 256, 257, size / 2, size.saturating_sub(1)] {
            assert_eq!(
                reader.inclusion(index).ok(),
                tree.inclusion(index),
                "{index} of {size}"
            );
            assert_eq!(
                reader.consistency(index).ok(),
                tree.consistency(index),
                "{index} of {size}"
            );
        }
        let beyond = ReadError::Beyond { asked: size, size };
        assert_eq!(reader.inclusion(size), Err(beyond));
    }
}

#[test]
fn a_log_taken_up_again_goes_on_as_if_it_had_never_stopped() {
    for size in [0, 1, 255, 256, 300, 65_536, 65_800] {
        let (mut whole, files) = stored(size, 64);
        let mut again = Log::resume(whole.head(), |path| files.get(path).cloned()).unwrap();
        for entry in 0..600_u32 {
            whole.append(&entry.to_be_bytes()).unwrap();
            again.append(&entry.to_be_bytes()).unwrap();
        }
        assert_eq!(whole.head(), again.head());
        assert_eq!(
            whole.take_pending().resources(),
            again.take_pending().resources()
        );
    }
}

#[test]
fn a_log_that_is_not_what_was_signed_is_not_taken_up() {
    let (log, files) = stored(300, 300);
    for path in [
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/001.p/44",
    ] {
        let mut damaged = files.clone();
        damaged.get_mut(path).unwrap()[5] ^= 1;
        let error = Log::resume(log.head(), |path| damaged.get(path).cloned());
        // A full tile under a hash of the level above isn't read again: the audit does that.
        assert_eq!(error.is_err(), path != "tile/0/000", "{path}");
        damaged.remove(path);
        let error = Log::resume(log.head(), |path| damaged.get(path).cloned());
        assert_eq!(error.is_err(), path != "tile/0/000", "{path}");
    }
    let mut head = log.head();
    head.root = Hash::empty_tree();
    let error = Log::resume(head, |path| files.get(path).cloned()).unwrap_err();
    assert_eq!(error, LogError::OtherHead { size: 300 });
}

#[test]
fn what_was_not_stored_as_written_is_named_and_cannot_be_signed() {
    let mut log = Log::new();
    (0..300_u32).for_each(|n| assert!(log.append(&n.to_be_bytes()).is_ok()));
    let resources = log.clone().take_pending().resources().to_vec();
    assert_eq!(resources.len(), 5);
    for damaged in &resources {
        let read = |path: &str| {
            let resource = resources.iter().find(|r| r.path.to_string() == path)?;
            let mut bytes = resource.bytes.clone();
            if resource == damaged {
                bytes[17] ^= 0x80;
            }
            Some(bytes)
        };
        let error = log.clone().take_pending().confirm(read).unwrap_err();
        assert_eq!((error.path, error.byte), (damaged.path.to_string(), 17));
        let gone = |path: &str| {
            (path != damaged.path.to_string())
                .then(|| read(path))
                .flatten()
        };
        let error = log.clone().take_pending().confirm(gone).unwrap_err();
        assert_eq!((error.path, error.byte), (damaged.path.to_string(), 0));
    }
}

#[test]
fn an_entry_that_does_not_fit_changes_nothing() {
    let mut log = Log::new();
    log.append(b"one").unwrap();
    let before = log.head();
    assert_eq!(
        log.append(&vec![0; 65_536]),
        Err(BundleError::EntryTooLong(65_536))
    );
    assert_eq!(log.head(), before);
    assert_eq!(log.append(&vec![0; 65_535]), Ok(1));
}

#[test]
fn a_partial_tile_that_was_deleted_is_read_from_the_full_one() {
    let (_, files) = stored(512, 512);
    let mut reader = Reader::new(300, |path: &str| files.get(path).cloned());
    // Level 1 of the tree of 300 is a partial tile of 1; of 512, one of 2: that one is needed.
    assert_eq!(
        reader.head(),
        Err(ReadError::Missing("tile/1/000.p/1".into()))
    );
    let (_, more) = stored(65_536, 65_536);
    let mut reader = Reader::new(300, |path: &str| more.get(path).cloned());
    assert_eq!(reader.head().unwrap(), tree(300).head());
    assert_eq!(reader.inclusion(299).ok(), tree(300).inclusion(299));
}

#[test]
fn a_signed_head_is_the_log_s_own() {
    let mut world = World::new();
    for _ in 0..3 {
        world.commit(2);
    }
    let note = world.publish();
    let checkpoint = Checkpoint::open(note.as_bytes(), world.key.public()).unwrap();
    assert_eq!(checkpoint.head, world.log.head());
    assert_eq!(
        (checkpoint.origin.as_str(), checkpoint.head.size),
        ("store.example/log", 3)
    );
    assert_eq!(checkpoint.head.root, Tree::new(world.leaf_hashes()).head());
}

#[test]
fn storing_nothing_new_hands_out_nothing() {
    let (mut log, _) = stored(300, 300);
    assert_eq!(log.take_pending().resources(), []);
    log.append(b"one more").unwrap();
    let pending = log.take_pending();
    let paths: Vec<String> = pending
        .resources()
        .iter()
        .map(|r| r.path.to_string())
        .collect();
    assert_eq!(paths, ["tile/entries/001.p/45", "tile/0/001.p/45"]);
}

proptest! {
    #[test]
    fn a_proof_reads_few_tiles_and_none_that_is_not_there(
        (size, index) in prop_oneof![1_u64..100_000, any::<u64>().prop_map(|n| n.max(1))]
            .prop_flat_map(|size| (Just(size), 0..size)),
    ) {
        let levels = (64 - usize::try_from(size.leading_zeros()).unwrap()).div_ceil(8);
        let inclusion = tiles_for(&inclusion_plan(index, size).unwrap(), size);
        prop_assert!(inclusion.len() <= 2 * levels, "{} of {}", inclusion.len(), levels);
        let growth = tiles_for(&consistency_plan(index, size).unwrap(), size);
        prop_assert!(growth.len() <= 3 * levels, "{} of {}", growth.len(), levels);
        if size < 100_000 {
            let there: std::collections::BTreeSet<_> = tiles_of(size).collect();
            prop_assert!(inclusion.is_subset(&there) && growth.is_subset(&there));
        }
    }

    #[test]
    fn how_often_it_is_stored_changes_no_head(size in 1_u64..1_500, step in 1_u64..700) {
        let (log, files) = stored(size, step);
        let mut reader = Reader::new(size, |path: &str| files.get(path).cloned());
        prop_assert_eq!(reader.head().unwrap(), log.head().root);
        prop_assert_eq!(log.head().root, tree(size).head());
    }
}
