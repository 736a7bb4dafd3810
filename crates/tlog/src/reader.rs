//! Proofs from stored tiles. Reads only what a proof needs, each tile once; believes nothing: a
//! proof made from damaged tiles leads to another head than the signed one, and so is refused.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use thiserror::Error;

use crate::hash::Hash;
use crate::merkle::{Frontier, Node, Range, consistency_plan, inclusion_plan};
use crate::tile::{TILE_WIDTH, Tile, TilePath};

/// A proof couldn't be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ReadError {
    /// The closure had nothing under this path.
    #[error("{0} is missing")]
    Missing(String),
    /// A tile has another length than its width says.
    #[error("{path} has {bytes} bytes, not 32 for each of its hashes")]
    Length {
        /// The tile.
        path: String,
        /// What was read.
        bytes: usize,
    },
    /// Asked for a leaf or a size that the tree hasn't reached.
    #[error("the log has {size} leaves: it can say nothing of number {asked} yet")]
    Beyond {
        /// What was asked for.
        asked: u64,
        /// How many leaves there are.
        size: u64,
    },
}

/// A tree of a given size whose tiles `read` fetches by path.
#[derive(Debug)]
pub struct Reader<R> {
    size: u64,
    read: R,
    tiles: BTreeMap<Tile, Vec<Hash>>,
}

impl<R: FnMut(&str) -> Option<Vec<u8>>> Reader<R> {
    /// A reader of the tree of `size` leaves. It keeps every tile it has read: make one for each
    /// proof, or for a few.
    pub fn new(size: u64, read: R) -> Reader<R> {
        Reader {
            size,
            read,
            tiles: BTreeMap::new(),
        }
    }

    /// The proof that leaf `index` is in the tree.
    ///
    /// # Errors
    /// When there is no such leaf, or a tile is missing or has the wrong length.
    pub fn inclusion(&mut self, index: u64) -> Result<Vec<Hash>, ReadError> {
        let beyond = ReadError::Beyond {
            asked: index,
            size: self.size,
        };
        let plan = inclusion_plan(index, self.size).ok_or(beyond)?;
        plan.into_iter().map(|range| self.head_of(range)).collect()
    }

    /// The proof that the tree grew from the one of `old` leaves.
    ///
    /// # Errors
    /// As [`Reader::inclusion`].
    pub fn consistency(&mut self, old: u64) -> Result<Vec<Hash>, ReadError> {
        let beyond = ReadError::Beyond {
            asked: old,
            size: self.size,
        };
        let plan = consistency_plan(old, self.size).ok_or(beyond)?;
        plan.into_iter().map(|range| self.head_of(range)).collect()
    }

    /// The head that the tiles lead to.
    ///
    /// # Errors
    /// When a tile is missing or has the wrong length.
    pub fn head(&mut self) -> Result<Hash, ReadError> {
        self.head_of(Range {
            start: 0,
            end: self.size,
        })
    }

    /// The right edge, from which the tree can grow on.
    ///
    /// # Errors
    /// As [`Reader::head`].
    pub fn frontier(&mut self) -> Result<Frontier, ReadError> {
        Frontier::of(self.size, |node| self.node(node))
    }

    /// The hashes of a tile of this tree. A partial tile that was deleted because a full one took
    /// its place is read from that one, as the specification allows.
    ///
    /// # Errors
    /// When it is missing or has the wrong length.
    pub fn tile(&mut self, tile: Tile) -> Result<&[Hash], ReadError> {
        if !self.tiles.contains_key(&tile) {
            let hashes = self.fetch(tile)?;
            self.tiles.insert(tile, hashes);
        }
        Ok(&self.tiles[&tile])
    }

    fn fetch(&mut self, tile: Tile) -> Result<Vec<Hash>, ReadError> {
        let path = TilePath::Hashes(tile).to_string();
        if let Some(bytes) = (self.read)(&path) {
            let wrong = ReadError::Length {
                path,
                bytes: bytes.len(),
            };
            return tile.hashes(&bytes).ok_or(wrong);
        }
        let full = Tile {
            width: TILE_WIDTH,
            ..tile
        };
        let bytes = (self.read)(&TilePath::Hashes(full).to_string());
        let hashes = bytes.and_then(|bytes| full.hashes(&bytes));
        let mut hashes = hashes.ok_or(ReadError::Missing(path))?;
        hashes.truncate(usize::from(tile.width));
        Ok(hashes)
    }

    fn head_of(&mut self, range: Range) -> Result<Hash, ReadError> {
        range.head(|node| self.node(node))
    }

    fn node(&mut self, node: Node) -> Result<Hash, ReadError> {
        let size = self.size;
        let tile = Tile::holding(node, size);
        let tile = tile.ok_or(ReadError::Beyond {
            asked: node.index << node.height,
            size,
        })?;
        let hashes = &self.tile(tile)?[Tile::under(node)];
        Ok(head_of_row(hashes))
    }
}

/// The head over a row of hashes, as many as a power of two or, at the right edge, fewer.
pub(crate) fn head_of_row(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for &hash in hashes {
        frontier.push(hash);
    }
    frontier.head()
}

/// The tiles a proof made of these ranges reads, in a tree of `size` leaves: what a client that
/// fetches in parallel asks for. At most two a level for an inclusion, three for a consistency.
#[must_use]
pub fn tiles_for(plan: &[Range], size: u64) -> BTreeSet<Tile> {
    let nodes = plan.iter().flat_map(|range| range.nodes());
    nodes.filter_map(|node| Tile::holding(node, size)).collect()
}
