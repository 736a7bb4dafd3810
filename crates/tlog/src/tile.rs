//! Names and contents of what a log stores, as C2SP `tlog-tiles` lays it out: tiles of 256 hashes,
//! bundles of 256 entries, and narrower ones at the right edge. Knows nothing of who stores them.

use alloc::vec::Vec;
use core::fmt;

use thiserror::Error;

use crate::hash::{HASH_BYTES, Hash};
use crate::merkle::Node;

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;
/// Levels of the tree between a tile and the one above it.
const TILE_HEIGHT: u8 = 8;
/// A tree of 2^64 leaves needs eight levels of tiles.
const LEVELS: u8 = 8;

/// A tile of hashes: which, and how wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// 0 for leaf hashes; each hash of level `l` is the head of a full tile of level `l - 1`.
    pub level: u8,
    /// Which tile of its level, from the left.
    pub index: u64,
    /// How many hashes: 1 to 256.
    pub width: u16,
}

/// What a path in the log names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TilePath {
    /// `checkpoint`: the signed head.
    Checkpoint,
    /// `tile/<level>/<index>[.p/<width>]`.
    Hashes(Tile),
    /// `tile/entries/<index>[.p/<width>]`.
    Entries {
        /// Which bundle, from the left.
        index: u64,
        /// How many entries: 1 to 256.
        width: u16,
    },
}

/// A bundle isn't a sequence of entries.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BundleError {
    /// An entry is longer than its length prefix can say.
    #[error("an entry has {0} bytes: at most 65535 fit")]
    EntryTooLong(usize),
    /// The bytes end inside entry `entry`, or go on after the last.
    #[error("entry {entry} of the bundle, at byte {offset}, doesn't end where the bundle does")]
    Shape {
        /// Which entry of the bundle.
        entry: u16,
        /// Where it begins.
        offset: usize,
    },
}

impl Tile {
    /// The tile as it is in a tree of `size` leaves; `None` when the tree has no such tile.
    #[must_use]
    pub fn in_tree(level: u8, index: u64, size: u64) -> Option<Tile> {
        if level >= LEVELS {
            return None;
        }
        let hashes = size >> (TILE_HEIGHT * level);
        let first = index.checked_mul(u64::from(TILE_WIDTH))?;
        let here = hashes.checked_sub(first)?.min(u64::from(TILE_WIDTH));
        let width = u16::try_from(here).expect("at most 256");
        (width > 0).then_some(Tile {
            level,
            index,
            width,
        })
    }

    /// The tile that holds what the head of `node` is made of, in a tree of `size` leaves.
    #[must_use]
    pub fn holding(node: Node, size: u64) -> Option<Tile> {
        let row = node.height % TILE_HEIGHT;
        Tile::in_tree(
            node.height / TILE_HEIGHT,
            node.index >> (TILE_HEIGHT - row),
            size,
        )
    }

    /// Which of the tile's hashes lie under `node`, which this tile must hold.
    pub(crate) fn under(node: Node) -> core::ops::Range<usize> {
        let row = node.height % TILE_HEIGHT;
        let first = usize::try_from((node.index << row) % u64::from(TILE_WIDTH));
        let first = first.expect("below 256");
        first..first + (1 << row)
    }

    /// Whether it will never change again.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The tile's hashes; `None` unless the bytes are exactly as many as its width says.
    #[must_use]
    pub fn hashes(self, bytes: &[u8]) -> Option<Vec<Hash>> {
        let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
        let exact = rest.is_empty() && hashes.len() == usize::from(self.width);
        exact.then(|| hashes.iter().copied().map(Hash).collect())
    }
}

/// Every tile of hashes of a tree of `size` leaves, lowest level first, each from the left.
pub fn tiles_of(size: u64) -> impl Iterator<Item = Tile> {
    (0..LEVELS)
        .flat_map(move |level| (0..).map_while(move |index| Tile::in_tree(level, index, size)))
}

/// The partial tiles and bundles of a tree of `old` leaves that may be deleted once the tree has
/// `new`: those of which something wider exists.
#[must_use]
pub fn superseded(old: u64, new: u64) -> Vec<TilePath> {
    let mut paths = Vec::new();
    for level in 0..LEVELS {
        let last = (old >> (TILE_HEIGHT * level)) / u64::from(TILE_WIDTH);
        let Some(tile) = Tile::in_tree(level, last, old) else {
            continue;
        };
        if Tile::in_tree(level, last, new).is_none_or(|now| now.width <= tile.width) {
            continue;
        }
        if level == 0 {
            paths.push(TilePath::Entries {
                index: last,
                width: tile.width,
            });
        }
        paths.push(TilePath::Hashes(tile));
    }
    paths
}

impl TilePath {
    /// Reads a path as the specification writes it, and in no other way.
    #[must_use]
    pub fn parse(path: &str) -> Option<TilePath> {
        if path == "checkpoint" {
            return Some(TilePath::Checkpoint);
        }
        let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, partial_width(width)?),
            None => (rest, TILE_WIDTH),
        };
        let index = parse_index(index)?;
        if kind == "entries" {
            return Some(TilePath::Entries { index, width });
        }
        // The specification allows levels up to 63; no tree of 2^64 leaves has more than eight.
        let level: u8 = decimal(kind)?
            .try_into()
            .ok()
            .filter(|&level| level < LEVELS)?;
        Some(TilePath::Hashes(Tile {
            level,
            index,
            width,
        }))
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match *self {
            TilePath::Checkpoint => return f.write_str("checkpoint"),
            TilePath::Hashes(tile) => {
                write!(f, "tile/{}/", tile.level)?;
                (tile.index, tile.width)
            }
            TilePath::Entries { index, width } => {
                f.write_str("tile/entries/")?;
                (index, width)
            }
        };
        write_index(f, index)?;
        if width == TILE_WIDTH {
            Ok(())
        } else {
            write!(f, ".p/{width}")
        }
    }
}

/// Groups of three digits, all but the last marked, so that a folder never has a file's name.
fn write_index(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    let mut divisor = 1;
    while index / divisor >= 1000 {
        divisor *= 1000;
    }
    while divisor > 1 {
        write!(f, "x{:03}/", index / divisor % 1000)?;
        divisor /= 1000;
    }
    write!(f, "{:03}", index % 1000)
}

fn parse_index(text: &str) -> Option<u64> {
    let mut index: u64 = 0;
    let mut groups = text.split('/').peekable();
    let mut first = true;
    while let Some(group) = groups.next() {
        let digits = if groups.peek().is_some() {
            group.strip_prefix('x')?
        } else {
            group
        };
        if digits.len() != 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        // One index has one path: no leading group of zeros before others.
        if first && digits == "000" && groups.peek().is_some() {
            return None;
        }
        first = false;
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(index)
}

fn partial_width(text: &str) -> Option<u16> {
    let width = decimal(text)?;
    let width = u16::try_from(width).ok()?;
    (1..TILE_WIDTH).contains(&width).then_some(width)
}

/// A decimal number without sign, space or needless zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit());
    let shortest = text == "0" || !text.starts_with('0');
    if plain && shortest {
        text.parse().ok()
    } else {
        None
    }
}

/// Adds an entry to a bundle: its length as two big-endian bytes, then itself.
///
/// # Errors
/// When the entry is too long.
pub(crate) fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), BundleError> {
    let length = u16::try_from(entry.len()).map_err(|_| BundleError::EntryTooLong(entry.len()))?;
    bundle.extend(length.to_be_bytes());
    bundle.extend(entry);
    Ok(())
}

/// The entries of a bundle of `width`, each with the byte at which its length stands.
///
/// # Errors
/// When the bytes aren't exactly `width` entries.
pub fn entries(bundle: &[u8], width: u16) -> Result<Vec<(usize, &[u8])>, BundleError> {
    let (entries, fault) = scan(bundle, width);
    fault.map_or(Ok(entries), Err)
}

/// As [`entries`], with those before the fault, if there is one.
pub(crate) fn scan(bundle: &[u8], width: u16) -> (Vec<(usize, &[u8])>, Option<BundleError>) {
    let mut entries = Vec::with_capacity(usize::from(width));
    let mut rest = bundle;
    for entry in 0..width {
        let offset = bundle.len() - rest.len();
        let Some((bytes, after)) = split_entry(rest) else {
            return (entries, Some(BundleError::Shape { entry, offset }));
        };
        entries.push((offset, bytes));
        rest = after;
    }
    let offset = bundle.len() - rest.len();
    let fault = BundleError::Shape {
        entry: width,
        offset,
    };
    (entries, (!rest.is_empty()).then_some(fault))
}

fn split_entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}
