//! Folding blobs into lines: what a settlement makes of the uses in them. Of few uses each keeps a
//! line of its own; many are summed by licence, track, what paid for them, the day and place of publication, and territory.
//!
//! Each commit is folded when it is written, so that a settlement has nothing left to read, however
//! many uses it is of.

use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::hint::black_box;

use domain::time::DAY_MS;
use domain::{LicenceId, Timestamp};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use meter::pack::{Outcome, Stored};
use tlog::PartSalts;

use super::blobs;
use super::each::{Judged, Use};
use super::known::Known;
use super::line::{Key, Line};
use crate::Fault;
use crate::proofs::Records;

/// How many uses are folded together: what they need stays in the processor's caches.
const TOGETHER: usize = 256;
/// Up to how many uses each keeps a line of its own.
pub(super) const SINGLES_MAX: u64 = 256;

/// What the commits after one and through another are folded into.
#[derive(Default)]
pub(super) struct Unsettled {
    /// The last commit that isn't in it, since it is settled, and the last that is.
    after: u64,
    through: u64,
    pub(super) uses: u64,
    /// By the day that their commits were accepted on, in their order: what waited, since a program
    /// had stopped, still belongs to its own month.
    pub(super) days: Vec<Folded>,
    /// The room of lines that were settled: the next are about as many.
    room: Option<Folded>,
}

/// What a settlement makes of one day's blobs.
#[derive(Default)]
pub(super) struct Folded {
    /// When the last of its commits was accepted.
    pub(super) at: Timestamp,
    pub(super) lines: Vec<Line>,
    /// Videos under licences that count them.
    pub(super) videos: BTreeSet<(LicenceId, String)>,
    /// The places of lines, found by their keys.
    places: HashTable<u32>,
    hasher: RandomState,
}

impl Unsettled {
    /// Nothing, after a commit.
    pub(super) fn after(settled: u64) -> Unsettled {
        Unsettled {
            after: settled,
            through: settled,
            ..Unsettled::default()
        }
    }

    /// Everything was settled: nothing, after a commit.
    pub(super) fn settled(&mut self, through: u64) {
        let room = self.days.pop().map(Folded::emptied);
        *self = Unsettled {
            room,
            ..Unsettled::after(through)
        };
    }

    /// The commits that it holds: after the first and through the second.
    pub(super) fn span(&self) -> (u64, u64) {
        (self.after, self.through)
    }

    /// How many lines it would be.
    pub(super) fn lines(&self) -> usize {
        self.days.iter().map(|day| day.lines.len()).sum()
    }

    /// Folds blobs, in their order: few uses keep a line each.
    pub(super) fn of(
        known: &Known,
        salts: &PartSalts,
        blobs: &[blobs::Numbered],
    ) -> Result<Unsettled, Fault> {
        let mut count = 0;
        for (_, bytes) in blobs {
            count += u64::from(blobs::frame(bytes)?.count());
        }
        let mut out = Unsettled::after(blobs.first().map_or(0, |(no, _)| no - 1));
        let mut records = (count > SINGLES_MAX).then(|| Records::new(salts));
        for (_, bytes) in blobs {
            out.fold(known, bytes, records.as_mut())?;
        }
        Ok(out)
    }

    /// Folds the next commit as its blob says it, from what was judged: all that it accepted.
    pub(super) fn take<'a>(
        &mut self,
        known: &Known,
        salts: &PartSalts,
        (no, at): (u64, Timestamp),
        uses: impl Iterator<Item = Judged<'a>>,
    ) -> Result<(), Fault> {
        let mut records = Records::new(salts);
        let (mut count, folded) = (0, self.day(at));
        let mut uses = uses.peekable();
        let mut some = Vec::with_capacity(TOGETHER);
        while uses.peek().is_some() {
            some.clear();
            for (index, judged) in (count..).zip(uses.by_ref().take(TOGETHER)) {
                some.push(Use::judged(known, judged, (no, index), at)?);
            }
            folded.add_all(&some, &mut records)?;
            count += u32::try_from(some.len()).map_err(Fault::while_("counting uses"))?;
        }
        self.uses += u64::from(count);
        self.through = no;
        Ok(())
    }

    /// Folds the next blob.
    pub(super) fn add(
        &mut self,
        known: &Known,
        salts: &PartSalts,
        bytes: &[u8],
    ) -> Result<(), Fault> {
        self.fold(known, bytes, Some(&mut Records::new(salts)))
    }

    /// Without records each use keeps a line.
    fn fold(
        &mut self,
        known: &Known,
        bytes: &[u8],
        records: Option<&mut Records>,
    ) -> Result<(), Fault> {
        let blob = known.codes.name(blobs::frame(bytes)?);
        let at = blob.accepted_at();
        let folded = self.day(at);
        let events: Result<Vec<_>, _> = blob.events().collect();
        let events = events.map_err(Fault::while_("reading a blob of uses"))?;
        let counted = |one: &(u32, &Stored<'_>)| one.1.outcome != Outcome::Uncovered;
        let uses = (0_u32..).zip(&events).filter(counted);
        let uses = uses.map(|(index, event)| Use::read(known, event, (blob.commit(), index), at));
        let uses = uses.collect::<Result<Vec<_>, Fault>>()?;
        match records {
            Some(records) => {
                for some in uses.chunks(TOGETHER) {
                    folded.add_all(some, records)?;
                }
            }
            None => folded.add_each(&uses)?,
        }
        self.uses += u64::try_from(uses.len()).map_err(Fault::while_("counting uses"))?;
        self.through = blob.commit();
        Ok(())
    }

    /// The lines of the day that a commit was accepted on.
    fn day(&mut self, at: Timestamp) -> &mut Folded {
        let day = |at: Timestamp| at.0.div_euclid(DAY_MS);
        let same = self.days.pop_if(|last| day(last.at) == day(at));
        let room = || self.room.take().unwrap_or_default();
        let mut folded = same.unwrap_or_else(room);
        folded.at = at;
        self.days.push_mut(folded)
    }
}

impl Folded {
    fn emptied(mut self) -> Folded {
        self.lines.clear();
        self.videos.clear();
        self.places.clear();
        self
    }

    /// Adds uses that keep a line each.
    fn add_each(&mut self, uses: &[Use<'_>]) -> Result<(), Fault> {
        for one in uses {
            self.count_video(one);
            self.lines.push(one.line(true)?);
        }
        Ok(())
    }

    /// Adds uses to the lines that they belong to.
    fn add_all(&mut self, uses: &[Use<'_>], records: &mut Records) -> Result<(), Fault> {
        // Where there are many lines each lies far from the others. Looked for and at together, the
        // processor fetches them side by side.
        let found = uses.iter().map(|one| {
            let key = one.key();
            (self.hasher.hash_one(&key), key)
        });
        let found: Vec<(u64, Option<usize>)> = found
            .map(|(hash, key)| (hash, self.find(hash, &key)))
            .collect();
        let lines = || found.iter().filter_map(|(_, at)| self.lines.get((*at)?));
        black_box(lines().fold(0, |seen, line| seen ^ line.touch()));
        black_box(lines().fold(0, |seen, line| seen ^ line.touch_tree()));
        for (one, (hash, at)) in uses.iter().zip(found) {
            self.count_video(one);
            let leaf = records.leaf(one.place, one.received, one.event);
            // What wasn't there a moment ago may be by now.
            match at.or_else(|| self.find(hash, &one.key())) {
                Some(at) => {
                    let line = &mut self.lines[at];
                    one.add_to(line)?;
                    line.tree.push(leaf);
                }
                None => self.put(hash, one.line(false)?).tree.push(leaf),
            }
        }
        Ok(())
    }

    fn find(&self, hash: u64, key: &Key) -> Option<usize> {
        let same = |at: &u32| {
            self.lines
                .get(place(*at))
                .is_some_and(|line| line.key == *key)
        };
        self.places.find(hash, same).map(|at| place(*at))
    }

    fn put(&mut self, hash: u64, line: Line) -> &mut Line {
        let (lines, hasher) = (&self.lines, &self.hasher);
        // There are no more lines than uses, which are numbered so.
        let next = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let hash_of = |at: &u32| {
            lines
                .get(place(*at))
                .map_or(0, |line| hasher.hash_one(&line.key))
        };
        self.places.insert_unique(hash, next, hash_of);
        self.lines.push_mut(line)
    }

    fn count_video(&mut self, one: &Use<'_>) {
        if let (Some(video), Some(terms)) = (&one.video, one.known.book.terms(one.licence)) {
            self.videos.insert((terms.id, video.clone().into_owned()));
        }
    }
}

fn place(at: u32) -> usize {
    // Every target that we build for has 32 bits at least.
    usize::try_from(at).unwrap_or(usize::MAX)
}
