//! Paths and bundles, held against the text of C2SP tlog-tiles.

use proptest::prelude::*;
use tlog::{BundleError, Tile, TilePath, entries, superseded, tiles_of};

#[test]
fn paths_are_written_as_the_specification_does() {
    for (path, text) in [
        (
            TilePath::Hashes(Tile {
                level: 0,
                index: 0,
                width: 256,
            }),
            "tile/0/000",
        ),
        (
            TilePath::Hashes(Tile {
                level: 1,
                index: 999,
                width: 1,
            }),
            "tile/1/999.p/1",
        ),
        (
            TilePath::Hashes(Tile {
                level: 0,
                index: 1000,
                width: 255,
            }),
            "tile/0/x001/000.p/255",
        ),
        (
            TilePath::Hashes(Tile {
                level: 7,
                index: 1_234_067,
                width: 256,
            }),
            "tile/7/x001/x234/067",
        ),
        (
            TilePath::Entries {
                index: 1_234_067,
                width: 256,
            },
            "tile/entries/x001/x234/067",
        ),
        (
            TilePath::Entries {
                index: 7,
                width: 12,
            },
            "tile/entries/007.p/12",
        ),
        (TilePath::Checkpoint, "checkpoint"),
    ] {
        assert_eq!(path.to_string(), text);
        assert_eq!(TilePath::parse(text), Some(path));
    }
}

#[test]
fn a_path_has_no_second_spelling() {
    for text in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/8/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/x/000",
        "tile/0/x001",
        "tile/0/001/002",
        "tile/0/x000/001",
        "tile/0/x001/x002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p/1/",
        "tile/0/+01",
        "tile/0/000.p",
        "/tile/0/000",
        "tile/0/../checkpoint",
        "checkpoint/",
        "tile/entries/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(TilePath::parse(text), None, "{text}");
    }
}

/// The example of the specification: 70,000 entries.
#[test]
fn seventy_thousand_leaves_have_the_tiles_that_the_specification_counts() {
    let tiles: Vec<Tile> = tiles_of(70_000).collect();
    let full = |level| {
        tiles
            .iter()
            .filter(|t| t.level == level && t.is_full())
            .count()
    };
    let partial: Vec<(u8, u16)> = tiles
        .iter()
        .filter(|t| !t.is_full())
        .map(|t| (t.level, t.width))
        .collect();
    assert_eq!((full(0), full(1), full(2)), (273, 1, 0));
    assert_eq!(partial, [(0, 112), (1, 17), (2, 1)]);
    let of_256: Vec<String> = tiles_of(256)
        .map(|t| TilePath::Hashes(t).to_string())
        .collect();
    assert_eq!(of_256, ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(tiles_of(0).count(), 0);
}

#[test]
fn only_what_something_wider_replaces_may_be_deleted() {
    let paths = |old, new| -> Vec<String> {
        superseded(old, new)
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(paths(5, 6), ["tile/entries/000.p/5", "tile/0/000.p/5"]);
    assert_eq!(paths(256, 300), [""; 0]);
    assert_eq!(
        paths(300, 512),
        ["tile/entries/001.p/44", "tile/0/001.p/44", "tile/1/000.p/1"]
    );
    assert_eq!(paths(6, 6), [""; 0]);
}

#[test]
fn a_bundle_is_exactly_its_entries() {
    assert_eq!(
        entries(b"\0\x02ab\0\0\0\x01c", 3).unwrap(),
        [(0, &b"ab"[..]), (4, b""), (6, b"c")]
    );
    let shape = |entry, offset| Err(BundleError::Shape { entry, offset });
    assert_eq!(entries(b"\0\x02ab\0\x03c", 2), shape(1, 4));
    assert_eq!(entries(b"\0\x02ab", 2), shape(1, 4));
    assert_eq!(entries(b"\0\x02abc", 1), shape(1, 4));
}

proptest! {
    #[test]
    fn any_path_is_read_as_it_was_written(level in 0_u8..8, index: u64, width in 1_u16..=256) {
        for path in [TilePath::Hashes(Tile { level, index, width }), TilePath::Entries { index, width }] {
            prop_assert_eq!(TilePath::parse(&path.to_string()), Some(path));
        }
    }

    #[test]
    fn what_is_read_as_a_path_is_its_only_spelling(text in "tile/([0-9]{1,2}|entries)(/x?[0-9]{3}){1,3}(\\.p/[0-9]{1,3})?") {
        if let Some(path) = TilePath::parse(&text) {
            prop_assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn no_bytes_make_a_bundle_panic(bytes: Vec<u8>, width in 0_u16..=256) {
        if let Ok(found) = entries(&bytes, width) {
            let length: usize = found.iter().map(|(_, entry)| entry.len() + 2).sum();
            prop_assert_eq!((found.len(), length), (usize::from(width), bytes.len()));
        }
    }
}
