//! The lines that blobs' uses fall into: for each its tree, made again, and what its uses made.

use std::collections::{BTreeMap, HashMap};

use data_encoding::HEXLOWER;
use foldhash::fast::RandomState;
use tlog::Hash;
use tlog::merkle::Frontier;

use super::super::members::{Key, Summed};
use super::super::roots::OTHERS;
use super::reading::Use;
use super::sums::{Of, Sum, Sums};

/// Lines that more uses may fall into.
#[derive(Default)]
pub(super) struct Trees {
    /// By what their uses have in common: nearly always one.
    open: HashMap<Key, Vec<Open>, RandomState>,
    /// By the last commit with a use of theirs.
    due: BTreeMap<u64, Vec<Key>>,
}

/// A line, and the uses that fell into it.
struct Open {
    line: Summed,
    of: Option<Of>,
    sum: Sum,
    tree: Frontier,
}

impl Trees {
    /// Opens a line.
    pub(super) fn open(&mut self, line: Summed, key: Key) {
        self.due.entry(line.last).or_default().push(key);
        let lines = self.open.entry(key);
        lines.or_insert_with(|| Vec::with_capacity(1)).push(Open {
            line,
            of: None,
            sum: Sum::default(),
            tree: Frontier::default(),
        });
    }

    /// Adds a use of a commit to its line, whose uses are summed when it is closed. Was there one?
    pub(super) fn add(&mut self, no: u64, one: &Use, (key, leaf): &(Key, Hash)) -> bool {
        let lines = self.open.get_mut(key).into_iter().flatten();
        let mut over = lines.filter(|open| (open.line.first..=open.line.last).contains(&no));
        let Some(open) = over.next() else {
            return false;
        };
        open.tree.push(*leaf);
        open.of = Some(one.of);
        open.sum.add(one.sum);
        true
    }

    /// Closes the lines that no later commit adds to, and compares them.
    pub(super) fn close(
        &mut self,
        through: u64,
        sums: &mut Sums,
        differences: &mut Vec<(String, String)>,
    ) {
        while let Some(entry) = self.due.first_entry().filter(|due| *due.key() <= through) {
            for key in entry.remove() {
                let Some(lines) = self.open.get_mut(&key) else {
                    continue;
                };
                for open in lines.extract_if(.., |open| open.line.last <= through) {
                    open.of.into_iter().for_each(|of| sums.add(of, open.sum));
                    if !open.is_over_its_uses() {
                        let subject = format!("line {}", HEXLOWER.encode(&open.line.id));
                        differences.push((subject, OTHERS.to_owned()));
                    }
                }
                if lines.is_empty() {
                    self.open.remove(&key);
                }
            }
        }
    }
}

impl Open {
    fn is_over_its_uses(&self) -> bool {
        self.tree.size() == self.line.uses && self.line.root == Some(self.tree.head())
    }
}
