//! The lines that blobs' uses fall into: for each its tree, made again, and what its uses made.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use data_encoding::HEXLOWER;
use foldhash::fast::RandomState;
use tlog::Hash;
use tlog::merkle::Frontier;

use super::super::known::Id;
use super::super::members::{Key, Summed};
use super::super::places::{Place, place_of};
use super::super::roots::OTHERS;
use super::sums::{Of, Sum, Sums};

/// Lines that more uses may fall into.
#[derive(Default)]
pub(super) struct Trees {
    /// The first of those with a key.
    places: HashMap<Key, Place, RandomState>,
    lines: Vec<Option<Line>>,
    /// Where none is any more.
    free: Vec<Place>,
    /// By the last commit with a use of theirs.
    due: BTreeMap<u64, Vec<Place>>,
}

/// A use.
pub(super) struct Use {
    pub(super) of: Of,
    pub(super) sum: Sum,
    /// What its line's uses have in common and its leaf of their tree, unless nothing it names can be of a
    /// line.
    pub(super) leaf: Option<(Key, Hash)>,
}

/// A line, and the uses that fell into it.
pub(super) struct Line {
    id: Id,
    commits: RangeInclusive<u64>,
    uses: u64,
    root: Option<Hash>,
    key: Key,
    /// The next one with its key: another settlement's.
    next: Option<Place>,
    /// What uses are of that fell into it.
    of: Option<Of>,
    sum: Sum,
    tree: Frontier,
}

impl Line {
    pub(super) fn new(line: &Summed, key: Key) -> Line {
        Line {
            id: line.id,
            commits: line.first..=line.last,
            uses: line.uses,
            root: line.root,
            key,
            next: None,
            of: None,
            sum: Sum::default(),
            tree: Frontier::default(),
        }
    }

    fn is_over_its_uses(&self) -> bool {
        self.tree.size() == self.uses && self.root == Some(self.tree.head())
    }
}

impl Trees {
    /// Opens a line.
    pub(super) fn open(&mut self, line: Line) {
        let place = self.free.pop().unwrap_or_else(|| {
            self.lines.push(None);
            place_of(self.lines.len() - 1)
        });
        self.due.entry(*line.commits.end()).or_default().push(place);
        match self.places.entry(line.key) {
            Entry::Vacant(first) => {
                first.insert(place);
            }
            Entry::Occupied(first) => {
                let mut at = Some(*first.get());
                while let Some(line) = at.and_then(|at| self.lines[at as usize].as_mut()) {
                    at = line.next;
                    if at.is_none() {
                        line.next = Some(place);
                    }
                }
            }
        }
        self.lines[place as usize] = Some(line);
    }

    /// The line of each of a commit's uses. All are looked for before any is added: that waits for
    /// memory in many places at once.
    pub(super) fn of(&self, no: u64, uses: &[Use]) -> Vec<Option<Place>> {
        let keys = uses.iter().map(|one| one.leaf.as_ref());
        keys.map(|leaf| self.find(no, &leaf?.0)).collect()
    }

    fn find(&self, no: u64, key: &Key) -> Option<Place> {
        let mut place = *self.places.get(key)?;
        loop {
            let line = self.lines[place as usize].as_ref()?;
            if line.commits.contains(&no) {
                return Some(place);
            }
            place = line.next?;
        }
    }

    /// Adds a use to its line, whose uses are summed when it is closed.
    pub(super) fn add(&mut self, place: Place, one: &Use) {
        let line = self.lines[place as usize].as_mut();
        if let (Some(line), Some((_, leaf))) = (line, &one.leaf) {
            line.tree.push(*leaf);
            line.of = Some(one.of);
            line.sum.add(one.sum);
        }
    }

    /// Closes the lines that no later commit adds to, and compares them.
    pub(super) fn close(
        &mut self,
        through: u64,
        sums: &mut Sums,
        differences: &mut Vec<(String, String)>,
    ) {
        while let Some(entry) = self.due.first_entry().filter(|due| *due.key() <= through) {
            for place in entry.remove() {
                let Some(line) = self.take(place) else {
                    continue;
                };
                if let Some(of) = line.of {
                    sums.add(of, line.sum);
                }
                if !line.is_over_its_uses() {
                    let subject = format!("line {}", HEXLOWER.encode(&line.id));
                    differences.push((subject, OTHERS.to_owned()));
                }
            }
        }
    }

    fn take(&mut self, place: Place) -> Option<Line> {
        let line = self.lines[place as usize].take()?;
        self.free.push(place);
        let first = self.places.get_mut(&line.key)?;
        match (*first == place, line.next) {
            (true, Some(next)) => *first = next,
            (true, None) => {
                self.places.remove(&line.key);
            }
            (false, next) => {
                let mut at = Some(*first);
                while let Some(before) = at.and_then(|at| self.lines[at as usize].as_mut()) {
                    at = before.next;
                    if at == Some(place) {
                        before.next = next;
                        break;
                    }
                }
            }
        }
        Some(line)
    }
}
