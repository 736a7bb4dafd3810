//! The Merkle tree of RFC 6962, section 2.1: which subtrees a root or a proof is made of, and how
//! proofs are checked (RFC 9162, sections 2.1.3.2 and 2.1.4.2).
//!
//! Making a proof is planning it: every hash in a proof is the head of a range of leaves, and
//! every range falls apart into complete subtrees ([`Node`]). Who holds the hashes of complete
//! subtrees, in memory or in tiles, hands in a closure. The module knows nothing of tiles.

use alloc::vec::Vec;

use smallvec::SmallVec;

use crate::hash::Hash;

/// A complete subtree: `2^height` leaves, beginning at leaf `index · 2^height`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// How many levels above the leaves its head stands.
    pub height: u8,
    /// Which of the subtrees of this height, from the left.
    pub index: u64,
}

/// Leaves `start..end` of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first leaf.
    pub start: u64,
    /// The leaf after the last.
    pub end: u64,
}

impl Range {
    /// The complete subtrees it consists of, from the left. A range that starts where one of its
    /// subtrees could start (every range of a proof does) has at most 64.
    #[must_use]
    pub fn nodes(self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut at = self.start;
        while at < self.end {
            let fits = (self.end - at).ilog2();
            let height = fits.min(at.trailing_zeros());
            nodes.push(Node {
                height: u8::try_from(height).expect("a height below 64"),
                index: at >> height,
            });
            at += 1 << height;
        }
        nodes
    }

    /// The head of the range: its subtrees folded from the right.
    ///
    /// # Errors
    /// Whatever `hash_of` fails with.
    pub fn head<E>(self, mut hash_of: impl FnMut(Node) -> Result<Hash, E>) -> Result<Hash, E> {
        let mut head = None;
        for node in self.nodes().into_iter().rev() {
            let left = hash_of(node)?;
            head = Some(head.map_or(left, |right| Hash::node(left, right)));
        }
        Ok(head.unwrap_or_else(Hash::empty_tree))
    }
}

/// How many leaves the left subtree of a tree of `size` > 1 leaves has: the largest power of two
/// below `size`.
fn left_size(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The ranges whose heads prove leaf `index` in a tree of `size`, from the leaf's sibling up.
/// `None` when the tree has no such leaf.
#[must_use]
pub fn inclusion_plan(index: u64, size: u64) -> Option<Vec<Range>> {
    if index >= size {
        return None;
    }
    let (mut start, mut end) = (0, size);
    let mut plan = Vec::new();
    while end - start > 1 {
        let middle = start + left_size(end - start);
        if index < middle {
            plan.push(Range { start: middle, end });
            end = middle;
        } else {
            plan.push(Range { start, end: middle });
            start = middle;
        }
    }
    plan.reverse();
    Some(plan)
}

/// The ranges whose heads prove that the tree of `old` leaves is a prefix of that of `new`.
/// Empty for equal sizes and for the empty old tree; `None` when `old` is the larger.
#[must_use]
pub fn consistency_plan(old: u64, new: u64) -> Option<Vec<Range>> {
    if old > new {
        return None;
    }
    if old == 0 || old == new {
        return Some(Vec::new());
    }
    let (mut start, mut end) = (0, new);
    let mut plan = Vec::new();
    while old != end {
        let middle = start + left_size(end - start);
        if old <= middle {
            plan.push(Range { start: middle, end });
            end = middle;
        } else {
            plan.push(Range { start, end: middle });
            start = middle;
        }
    }
    // The verifier knows the old head itself, and so the subtree that is the whole old tree.
    if start != 0 {
        plan.push(Range { start, end });
    }
    plan.reverse();
    Some(plan)
}

/// The head of the tree of `size` leaves that `proof` leads to from leaf `index`; `None` when the
/// proof has the wrong length or there is no such leaf. It proves nothing until the head is
/// compared with one that somebody signed.
#[must_use]
pub fn head_from_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut head = leaf;
    for &sibling in proof {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            head = Hash::node(sibling, head);
            // At the right edge: levels where the node has no sibling add no hash.
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            head = Hash::node(head, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(head)
}

/// Whether `proof` shows that the tree of `old` leaves with head `old_head` is a prefix of the tree
/// of `new` leaves with head `new_head`.
#[must_use]
pub fn is_consistent(old: u64, old_head: Hash, new: u64, new_head: Hash, proof: &[Hash]) -> bool {
    if old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_head == new_head;
    }
    if old == 0 {
        return proof.is_empty() && old_head == Hash::empty_tree();
    }
    let rest = if old.is_power_of_two() {
        proof
    } else {
        proof.get(1..).unwrap_or_default()
    };
    let seed = if old.is_power_of_two() {
        Some(old_head)
    } else {
        proof.first().copied()
    };
    let Some(seed) = seed else { return false };
    heads_from_consistency(old, new, seed, rest) == Some((old_head, new_head))
}

/// Both heads that a consistency proof leads to, from the subtree `seed` at the old right edge.
fn heads_from_consistency(old: u64, new: u64, seed: Hash, rest: &[Hash]) -> Option<(Hash, Hash)> {
    let shift = (old - 1).trailing_ones();
    let (mut at, mut last) = ((old - 1) >> shift, (new - 1) >> shift);
    let (mut old_head, mut new_head) = (seed, seed);
    for &hash in rest {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            old_head = Hash::node(hash, old_head);
            new_head = Hash::node(hash, new_head);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_head = Hash::node(new_head, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some((old_head, new_head))
}

/// The right edge of a growing tree: the heads of its complete subtrees, largest first. At most 64
/// hashes; one append hashes twice in the mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// In place where they are few: a store that counts much grows some ten thousand small trees at once.
    heads: SmallVec<[Hash; IN_PLACE]>,
}

/// The heads of any tree of less than 2^6 leaves.
const IN_PLACE: usize = 6;

impl Frontier {
    /// The frontier of a tree whose complete subtrees somebody else kept.
    ///
    /// # Errors
    /// Whatever `hash_of` fails with.
    pub fn of<E>(size: u64, hash_of: impl FnMut(Node) -> Result<Hash, E>) -> Result<Frontier, E> {
        let nodes = Range {
            start: 0,
            end: size,
        }
        .nodes();
        let heads = nodes.into_iter().map(hash_of).collect::<Result<_, E>>()?;
        Ok(Frontier { size, heads })
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The heads of its complete subtrees, largest first: with the size all there is to keep of
    /// it, and what [`Frontier::of`] asks for in the same order.
    #[must_use]
    pub fn heads(&self) -> &[Hash] {
        &self.heads
    }

    /// Adds a leaf's hash.
    pub fn push(&mut self, leaf: Hash) {
        self.push_seen(leaf, |_, _| ());
    }

    /// As [`Frontier::push`], telling `seen` the height and head of each subtree that the leaf
    /// completes, from itself (height 0) up.
    pub(crate) fn push_seen(&mut self, leaf: Hash, mut seen: impl FnMut(u32, Hash)) {
        let mut head = leaf;
        seen(0, head);
        for height in 1..=self.size.trailing_ones() {
            let left = self
                .heads
                .pop()
                .expect("one head for each set bit of the size");
            head = Hash::node(left, head);
            seen(height, head);
        }
        self.heads.push(head);
        self.size += 1;
    }

    /// The head of the tree as it is now.
    #[must_use]
    pub fn head(&self) -> Hash {
        let folded = self.heads.iter().rev().copied();
        folded
            .reduce(|right, left| Hash::node(left, right))
            .unwrap_or_else(Hash::empty_tree)
    }
}

/// A tree held in memory with all its complete subtrees: 64 bytes a leaf.
#[derive(Clone, Debug)]
pub struct Tree {
    /// `levels[h][i]` is the head of `Node { height: h, index: i }`.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree over these leaf hashes.
    #[must_use]
    pub fn new(leaves: Vec<Hash>) -> Tree {
        let mut levels = Vec::new();
        levels.push(leaves);
        loop {
            let below = levels.last().expect("the leaves at least");
            if below.len() < 2 {
                return Tree { levels };
            }
            let above = below
                .as_chunks::<2>()
                .0
                .iter()
                .map(|&[l, r]| Hash::node(l, r))
                .collect();
            levels.push(above);
        }
    }

    /// How many leaves it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels[0].len() as u64
    }

    /// The head of `range`, which must lie within the tree; `None` when it doesn't.
    #[must_use]
    pub fn head_of(&self, range: Range) -> Option<Hash> {
        range.head(|node| self.node(node).ok_or(())).ok()
    }

    /// The head of the whole tree.
    #[must_use]
    pub fn head(&self) -> Hash {
        self.head_of(Range {
            start: 0,
            end: self.size(),
        })
        .expect("a tree holds all of itself")
    }

    /// The proof that leaf `index` is in the tree; `None` when there is no such leaf.
    #[must_use]
    pub fn inclusion(&self, index: u64) -> Option<Vec<Hash>> {
        inclusion_plan(index, self.size())?
            .into_iter()
            .map(|r| self.head_of(r))
            .collect()
    }

    /// The proof that the first `old` leaves are a tree this one grew from.
    #[must_use]
    pub fn consistency(&self, old: u64) -> Option<Vec<Hash>> {
        consistency_plan(old, self.size())?
            .into_iter()
            .map(|r| self.head_of(r))
            .collect()
    }

    fn node(&self, node: Node) -> Option<Hash> {
        let index = usize::try_from(node.index).ok()?;
        self.levels
            .get(usize::from(node.height))?
            .get(index)
            .copied()
    }
}
