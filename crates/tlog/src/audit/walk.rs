//! The audit's way through a log: bundle by bundle, and up each tile that a bundle finishes.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Fault, Finding, MAX_FINDINGS};
use crate::checkpoint::Head;
use crate::hash::{HASH_BYTES, Hash};
use crate::leaf::Leaf;
use crate::merkle::{Frontier, Node, Range};
use crate::reader::head_of_row;
use crate::tile::{TILE_WIDTH, Tile, TilePath, scan};

pub(super) struct Walk<R> {
    size: u64,
    root: Hash,
    read: R,
    /// For each level, the tile being compared: what is stored, and what the level below gave.
    levels: Vec<Level>,
    /// The roots that leaves must continue from, until a leaf breaks the chain.
    chain: Frontier,
    chained: bool,
    findings: Vec<Finding>,
}

struct Level {
    tile: Tile,
    /// `None` when missing or of the wrong length.
    stored: Option<Vec<Hash>>,
    computed: Vec<Hash>,
}

impl<R: FnMut(&str) -> Option<Vec<u8>>> Walk<R> {
    /// Reads the whole log under `head`; returns what isn't as it was signed.
    pub(super) fn through(head: Head, read: R) -> Vec<Finding> {
        let mut walk = Walk {
            size: head.size,
            root: head.root,
            read,
            levels: Vec::new(),
            chain: Frontier::default(),
            chained: true,
            findings: Vec::new(),
        };
        walk.run();
        walk.findings
    }

    fn run(&mut self) {
        for index in 0.. {
            let Some(tile) = Tile::in_tree(0, index, self.size) else {
                break;
            };
            self.open(tile);
            self.bundle(tile);
            self.close(0);
            if self.findings.len() >= MAX_FINDINGS {
                return;
            }
        }
        // The unfinished tiles of the higher levels; the lowest was closed with its bundle.
        for level in 1..self.levels.len() {
            if !self.levels[level].computed.is_empty() {
                self.close(level);
            }
        }
        if self.findings.is_empty() && self.size > 0 && self.computed_root() != Some(self.root) {
            let path = TilePath::Checkpoint.to_string();
            self.found(path, (0, 0), Fault::Root);
        }
        if self.size == 0 && self.root != Hash::empty_tree() {
            self.found(TilePath::Checkpoint.to_string(), (0, 0), Fault::Root);
        }
    }

    fn found(&mut self, path: String, bytes: (usize, usize), what: Fault) {
        self.findings.push(Finding { path, bytes, what });
    }

    /// Makes `tile` the one of its level that is being compared.
    fn open(&mut self, tile: Tile) {
        let stored = self.stored(tile);
        let level = Level {
            tile,
            stored,
            computed: Vec::new(),
        };
        let at = usize::from(tile.level);
        if at == self.levels.len() {
            self.levels.push(level);
        } else {
            self.levels[at] = level;
        }
        // Its parent is opened with its first child, so that it can decide between the two.
        if tile.is_full() && tile.index.is_multiple_of(TILE_WIDTH.into()) {
            let parent = Tile::in_tree(
                tile.level + 1,
                tile.index / u64::from(TILE_WIDTH),
                self.size,
            );
            if let Some(parent) = parent {
                self.open(parent);
            }
        }
    }

    fn stored(&mut self, tile: Tile) -> Option<Vec<Hash>> {
        let path = TilePath::Hashes(tile).to_string();
        let Some(bytes) = (self.read)(&path) else {
            self.found(path, (0, 0), Fault::Missing);
            return None;
        };
        let hashes = tile.hashes(&bytes);
        if hashes.is_none() {
            let whole = usize::from(tile.width) * HASH_BYTES;
            self.found(
                path,
                (whole.min(bytes.len()), whole.max(bytes.len())),
                Fault::Length,
            );
        }
        hashes
    }

    /// Reads a bundle, compares each entry with its stored hash and, where they differ, decides.
    fn bundle(&mut self, tile: Tile) {
        let path = TilePath::Entries {
            index: tile.index,
            width: tile.width,
        }
        .to_string();
        let bundle = (self.read)(&path);
        let bytes = bundle.as_deref().unwrap_or_default();
        let (entries, fault) = scan(bytes, tile.width);
        let computed: Vec<Hash> = entries.iter().map(|(_, entry)| Hash::leaf(entry)).collect();
        let whole = fault.is_none().then_some(computed.as_slice());
        let verdict = self.verdict(tile, whole);
        if bundle.is_none() {
            self.found(path.clone(), (0, 0), Fault::Missing);
        }
        let stored = self.levels[0].stored.clone().unwrap_or_default();
        if verdict != Verdict::Computed && bundle.is_some() {
            self.name_entries(&path, tile, &entries, &stored, (verdict, bytes.len()));
        }
        for (at, (offset, entry)) in entries.iter().enumerate() {
            let altered = verdict != Verdict::Computed && stored.get(at) != computed.get(at);
            let index = tile.index * u64::from(TILE_WIDTH) + at as u64;
            let range = (*offset, offset + 2 + entry.len());
            if !altered && self.chained && !self.continues(entry, index) {
                self.found(path.clone(), range, Fault::Chain(index));
                // Every leaf after it breaks the chain too: the first says it all.
                self.chained = false;
            }
            let right = if altered {
                stored.get(at)
            } else {
                computed.get(at)
            };
            right.iter().for_each(|hash| self.chain.push(**hash));
        }
        // Without every entry of the bundle the chain goes on over the stored hashes, if any.
        stored
            .iter()
            .skip(entries.len())
            .for_each(|hash| self.chain.push(*hash));
        self.chained &=
            self.chain.size() == tile.index * u64::from(TILE_WIDTH) + u64::from(tile.width);
        self.levels[0].computed = if fault.is_none() { computed } else { stored };
    }

    fn continues(&self, entry: &[u8], index: u64) -> bool {
        let follows = |leaf: Leaf| leaf.sequence == index && leaf.previous == self.chain.head();
        Leaf::decode(entry).is_ok_and(follows)
    }

    fn name_entries(
        &mut self,
        path: &str,
        tile: Tile,
        entries: &[(usize, &[u8])],
        stored: &[Hash],
        (verdict, length): (Verdict, usize),
    ) {
        let fault = |at: usize| {
            let index = tile.index * u64::from(TILE_WIDTH) + at as u64;
            if verdict == Verdict::Stored {
                Fault::Entry(index)
            } else {
                Fault::Undecided(index)
            }
        };
        let before = self.findings.len();
        for (at, &(offset, entry)) in entries.iter().enumerate() {
            if stored
                .get(at)
                .is_some_and(|hash| *hash != Hash::leaf(entry))
            {
                self.found(
                    path.to_string(),
                    (offset, offset + 2 + entry.len()),
                    fault(at),
                );
            }
        }
        if self.findings.len() == before && entries.len() < usize::from(tile.width) {
            let from = entries
                .last()
                .map_or(0, |(offset, entry)| offset + 2 + entry.len());
            self.found(path.to_string(), (from, length), fault(entries.len()));
        } else if self.findings.len() == before {
            let from = entries
                .last()
                .map_or(0, |(offset, entry)| offset + 2 + entry.len());
            let what = if from < length {
                Fault::Length
            } else {
                fault(0)
            };
            self.found(path.to_string(), (from.min(length), length), what);
        }
    }

    /// Which row of hashes is the signed one, by the hash one level up or, at the right edge, by
    /// the root.
    fn verdict(&mut self, tile: Tile, computed: Option<&[Hash]>) -> Verdict {
        let level = &self.levels[usize::from(tile.level)];
        let stored = level.stored.as_deref();
        if stored.is_some() && stored == computed {
            return Verdict::Computed;
        }
        let rows = (stored.map(<[Hash]>::to_vec), computed.map(<[Hash]>::to_vec));
        if rows.1.is_some_and(|row| self.is_signed(tile, &row)) {
            Verdict::Computed
        } else if rows.0.is_some_and(|row| self.is_signed(tile, &row)) {
            Verdict::Stored
        } else {
            Verdict::Neither
        }
    }

    fn is_signed(&mut self, tile: Tile, row: &[Hash]) -> bool {
        let parents = self.levels.get(usize::from(tile.level) + 1);
        if tile.is_full()
            && let Some(parent) = parents
        {
            let at = usize::try_from(tile.index % u64::from(TILE_WIDTH)).expect("below 256");
            return parent
                .stored
                .as_ref()
                .is_some_and(|p| p[at] == head_of_row(row));
        }
        self.root_with(tile, row) == Some(self.root)
    }

    /// The root that the right edge leads to when `tile`, which is part of it, has these hashes.
    fn root_with(&mut self, tile: Tile, row: &[Hash]) -> Option<Hash> {
        let (size, read) = (self.size, &mut self.read);
        let mut hash_of = |node: Node| {
            let holder = Tile::holding(node, size).ok_or(())?;
            if holder == tile {
                return row.get(Tile::under(node)).map(head_of_row).ok_or(());
            }
            let bytes = read(&TilePath::Hashes(holder).to_string()).ok_or(())?;
            let hashes = holder.hashes(&bytes).ok_or(())?;
            Ok(head_of_row(&hashes[Tile::under(node)]))
        };
        Range {
            start: 0,
            end: size,
        }
        .head(&mut hash_of)
        .ok()
    }

    fn computed_root(&self) -> Option<Hash> {
        (self.chain.size() == self.size).then(|| self.chain.head())
    }

    /// Compares a tile with what the level below gave, names it if it is the wrong one, and hands
    /// the head of the right one up.
    fn close(&mut self, level: usize) {
        let tile = self.levels[level].tile;
        let computed = core::mem::take(&mut self.levels[level].computed);
        let verdict = self.verdict(tile, Some(&computed));
        let stored = self.levels[level].stored.clone();
        if verdict != Verdict::Stored
            && let Some(stored) = &stored
        {
            self.name_hashes(tile, stored, &computed);
        }
        if verdict == Verdict::Stored
            && let Some(stored) = &stored
        {
            self.name_children(tile, stored, &computed);
        }
        let right = if verdict == Verdict::Stored {
            stored.unwrap_or_default()
        } else {
            computed
        };
        if !tile.is_full() {
            return;
        }
        let above = level + 1;
        if let Some(parent) = self.levels.get_mut(above) {
            parent.computed.push(head_of_row(&right));
            if parent.computed.len() == usize::from(TILE_WIDTH) {
                self.close(above);
            }
        }
    }

    /// The level below gave other heads than are signed here, though nothing was found there.
    fn name_children(&mut self, tile: Tile, stored: &[Hash], computed: &[Hash]) {
        let Some(level) = tile.level.checked_sub(1) else {
            return;
        };
        for at in (0..computed.len()).filter(|&at| stored[at] != computed[at]) {
            let index = tile.index * u64::from(TILE_WIDTH) + at as u64;
            let child = Tile {
                level,
                index,
                width: TILE_WIDTH,
            };
            let whole = usize::from(TILE_WIDTH) * HASH_BYTES;
            self.found(
                TilePath::Hashes(child).to_string(),
                (0, whole),
                Fault::Subtree,
            );
        }
    }

    fn name_hashes(&mut self, tile: Tile, stored: &[Hash], computed: &[Hash]) {
        let path = TilePath::Hashes(tile).to_string();
        for (at, (stored, computed)) in stored.iter().zip(computed).enumerate() {
            let wrong = stored.0.iter().zip(&computed.0).position(|(a, b)| a != b);
            if let Some(byte) = wrong {
                let bytes = (at * HASH_BYTES + byte, (at + 1) * HASH_BYTES);
                self.found(path.clone(), bytes, Fault::Hash);
            }
        }
    }
}

/// Which of two rows of hashes is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Stored,
    Computed,
    Neither,
}
