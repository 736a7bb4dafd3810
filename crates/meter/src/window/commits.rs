//! Which ordinals the ids of a commit have: a running number stands for a place in half its bytes.
//!
//! A commit's ordinals begin where those of the one before ended, so only where it begins is kept:
//! four bytes a commit. It is looked up where a mark is hit, which is rare, and where an id is put
//! in of another commit than the last.

use std::collections::VecDeque;

use super::Place;
use super::shard::FIRST;

/// The most commits of a block: what lies below can be dropped in such portions.
const BLOCK: usize = 1024;
/// The most missing commits that are kept as empty ones: a block of its own would weigh more.
const BRIDGED: usize = 15;

/// Commits whose numbers follow on each other, with the first ordinal of each.
#[derive(Clone, Debug)]
struct Block {
    first: u64,
    starts: Vec<u32>,
}

/// The commits that ids were put in of, from the oldest kept on.
#[derive(Clone, Debug)]
pub(super) struct Commits {
    blocks: VecDeque<Block>,
    /// What the next commit begins with: all ordinals in use are lower.
    next: u32,
}

impl Default for Commits {
    fn default() -> Commits {
        Commits {
            blocks: VecDeque::new(),
            next: FIRST,
        }
    }
}

impl Commits {
    /// The last commit noted, and its first ordinal.
    pub(super) fn last(&self) -> Option<(u64, u32)> {
        let block = self.blocks.back()?;
        let start = block.starts.last()?;
        Some((block.after() - 1, *start))
    }

    /// The ordinal that a place has, or would have once it is noted; none where its commit has been
    /// followed by another and wasn't as long.
    pub(super) fn ordinal(&self, at: Place) -> Option<u64> {
        let of = |start: u32| u64::from(start) + u64::from(at.index);
        match self.last() {
            Some((last, start)) if last == at.commit => Some(of(start)),
            Some((last, _)) if last > at.commit => {
                let block = &self.blocks[self.block_of(at.commit)?];
                let nth = usize::try_from(at.commit - block.first).ok()?;
                let start = block.starts.get(nth)?;
                let ordinal = of(*start);
                (ordinal < u64::from(self.from(at.commit + 1))).then_some(ordinal)
            }
            _ => Some(of(self.next)),
        }
    }

    /// Notes that an id is put in at a place, under the ordinal that [`Commits::ordinal`] says.
    pub(super) fn note(&mut self, commit: u64, ordinal: u32) {
        let last = self.last();
        if last.is_none_or(|(last, _)| last < commit) {
            self.append(commit);
        }
        self.next = self.next.max(ordinal + 1);
    }

    fn append(&mut self, commit: u64) {
        let start = self.next;
        if let Some(block) = self.blocks.back_mut() {
            let missing = usize::try_from(commit - block.after()).unwrap_or(usize::MAX);
            if missing <= BRIDGED && block.starts.len() + missing < BLOCK {
                let starts = std::iter::repeat_n(start, missing + 1);
                block.starts.extend(starts);
                return;
            }
            block.starts.shrink_to_fit();
        }
        let (first, starts) = (commit, vec![start]);
        self.blocks.push_back(Block { first, starts });
    }

    /// The first ordinal of the commits from this one on.
    pub(super) fn from(&self, commit: u64) -> u32 {
        let mut after = 0;
        if let Some(at) = self.block_of(commit) {
            let block = &self.blocks[at];
            let nth = usize::try_from(commit - block.first).ok();
            if let Some(start) = nth.and_then(|nth| block.starts.get(nth)) {
                return *start;
            }
            after = at + 1;
        }
        let following = self.blocks.get(after);
        let start = following.and_then(|block| block.starts.first());
        start.map_or(self.next, |start| *start)
    }

    /// The place of an ordinal that an id was put in under, of a commit that is kept.
    pub(super) fn place(&self, ordinal: u32) -> Place {
        let begun = |block: &Block| block.starts[0] <= ordinal;
        let block = &self.blocks[self.blocks.partition_point(begun).saturating_sub(1)];
        let begun = block.starts.partition_point(|start| *start <= ordinal);
        let nth = begun.saturating_sub(1);
        Place {
            commit: block.first + u64::try_from(nth).unwrap_or(0),
            index: ordinal.saturating_sub(block.starts[nth]),
        }
    }

    /// Drops what is known only of lower commits than this.
    pub(super) fn forget_below(&mut self, commit: u64) {
        while self.blocks.len() > 1 && self.blocks[1].first <= commit {
            self.blocks.pop_front();
        }
    }

    /// Makes every ordinal lower by so much. Those that can't be belong to commits that aren't kept.
    pub(super) fn lower(&mut self, by: u32) {
        self.next -= by;
        for start in self.blocks.iter_mut().flat_map(|block| &mut block.starts) {
            *start = start.saturating_sub(by);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let starts = self.blocks.iter().map(|block| block.starts.capacity());
        starts.sum::<usize>() * size_of::<u32>() + self.blocks.capacity() * size_of::<Block>()
    }

    /// The last block that begins with this commit or before it.
    fn block_of(&self, commit: u64) -> Option<usize> {
        let begun = |block: &Block| block.first <= commit;
        self.blocks.partition_point(begun).checked_sub(1)
    }
}

impl Block {
    /// The commit that would follow on.
    fn after(&self) -> u64 {
        self.first + u64::try_from(self.starts.len()).unwrap_or(0)
    }
}
