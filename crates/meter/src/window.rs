//! The ids that were accepted lately, each with where its first answer lies.
//!
//! A hash table of eight bytes a slot, cut into shards that grow one at a time. A slot holds
//! 32 bits of the id's key and a running number that stands for the place of the event, no id:
//! whether an event of that place has the id asked for is for the caller to say, who can read it.
//! So no new event is ever taken for an old one, and a chance hit costs a reading (one in a
//! hundred thousand look-ups).
//!
//! Commits are numbered upwards, and so are the ids in them. Forgetting is raising the lowest
//! number that counts; what lies below is swept out when its shard is next laid out.

mod commits;
mod shard;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::ops::Range;

use domain::Timestamp;
use domain::report::{EARLIEST_MS, LATEST_MS};
use thiserror::Error;

use self::commits::Commits;
use self::shard::{FIRST, Found, Shard};
use crate::id::Key;

/// How long an accepted id is kept, in ms: for as long as its report could come again.
pub const KEPT_MS: i64 = LATEST_MS + EARLIEST_MS;
/// The highest commit number that a place can name.
pub const COMMIT_MAX: u64 = (1 << 40) - 1;
/// The highest index in a commit that a place can name.
pub const INDEX_MAX: u32 = (1 << 24) - 1;

const BUCKET_MS: i64 = 3_600_000;
const SHARDS: usize = 256;
/// How far apart the places kept may lie, counted along the commits: as many as there are numbers, but
/// for the last and the two that no place has. So many ids would take forty gigabytes.
const SPAN: u64 = 0xffff_ffff - 2;

/// Where an accepted event lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The number of its commit, from 1.
    pub commit: u64,
    /// Its place in the commit, from 0.
    pub index: u32,
}

/// A place can't be kept.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PlaceError {
    /// Outside of what can be numbered, or of a commit that others have followed.
    #[error(
        "a place lies between commit 1 and {COMMIT_MAX}, index 0 and {INDEX_MAX}, in the last commit, \
         and less than {SPAN} places after the first that is kept"
    )]
    OutOfRange,
    /// A commit of a number below one that has begun.
    #[error("commits are numbered upwards: {0} comes after a later one")]
    Backwards(u64),
}

/// A look-up failed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum WindowError<E> {
    /// The place can't be kept.
    #[error(transparent)]
    Place(PlaceError),
    /// Whoever reads the stored id couldn't.
    #[error("the stored id couldn't be read")]
    Read(E),
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    hour: i64,
    first_commit: u64,
    ids: u64,
}

/// The set of ids accepted in the last 35 days and 10 minutes.
#[derive(Clone, Debug)]
pub struct Window {
    shards: Vec<Shard>,
    commits: Commits,
    buckets: VecDeque<Bucket>,
    floor: u64,
    /// The lowest ordinal that counts: that of the first id in commit `floor` or later.
    from: u32,
}

impl Default for Window {
    fn default() -> Window {
        Window {
            shards: vec![Shard::default(); SHARDS],
            commits: Commits::default(),
            buckets: VecDeque::new(),
            floor: 1,
            from: FIRST,
        }
    }
}

impl Window {
    /// An empty window.
    #[must_use]
    pub fn new() -> Window {
        Window::default()
    }

    /// How many ids it holds.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.ids).sum()
    }

    /// Does it hold none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes its tables take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let shards = self
            .shards
            .iter()
            .map(|shard| size_of_val(shard) + shard.bytes());
        shards.sum::<usize>() + self.commits.bytes()
    }

    /// Says that a commit begins, accepted at `at`, and forgets what is older than [`KEPT_MS`] by
    /// then. Where the clock went back, its ids are kept with those of the hour before.
    ///
    /// # Errors
    /// [`PlaceError`] for a number that can't be.
    pub fn begin(&mut self, commit: u64, at: Timestamp) -> Result<(), PlaceError> {
        if commit == 0 || commit > COMMIT_MAX {
            return Err(PlaceError::OutOfRange);
        }
        let hour = at.millis().div_euclid(BUCKET_MS);
        let begun = self.buckets.back().map(|bucket| bucket.first_commit);
        let noted = self.commits.last().map(|(last, _)| last);
        if Some(commit) < begun.max(noted).max(Some(self.floor)) {
            return Err(PlaceError::Backwards(commit));
        }
        if self.buckets.back().is_none_or(|last| last.hour < hour) {
            let ids = self.begun_before(commit);
            if let Some(last) = self.buckets.back_mut() {
                last.ids -= ids;
            }
            self.buckets.push_back(Bucket {
                hour,
                first_commit: commit,
                ids,
            });
        }
        self.forget_at(at);
        Ok(())
    }

    /// Forgets what was accepted more than [`KEPT_MS`] before `now`, in whole hours.
    pub fn forget_at(&mut self, now: Timestamp) {
        let oldest = now.plus_ms(-KEPT_MS).millis().div_euclid(BUCKET_MS);
        while self.buckets.len() > 1 && self.buckets[0].hour < oldest {
            self.buckets.pop_front();
            self.raise(self.buckets[0].first_commit);
        }
    }

    /// Forgets the ids of every commit up to this one: its blob can't be read any more.
    pub fn forget_through(&mut self, commit: u64) {
        let floor = commit.saturating_add(1);
        if floor <= self.floor {
            return;
        }
        while self.buckets.len() > 1 && self.buckets[1].first_commit <= floor {
            self.buckets.pop_front();
        }
        self.raise(floor);
        let next = self.buckets.get(1).map(|bucket| bucket.first_commit);
        let until = next.map_or(u32::MAX, |next| self.commits.from(next));
        let left = self.count(self.from..until);
        if let Some(first) = self.buckets.front_mut() {
            first.first_commit = first.first_commit.max(floor);
            first.ids = left;
        }
    }

    /// The ids of a commit that begins again: they are kept as long as those that will come.
    fn begun_before(&self, commit: u64) -> u64 {
        match self.commits.last() {
            Some((last, start)) if last == commit => self.count(start..u32::MAX),
            _ => 0,
        }
    }

    fn count(&self, ordinals: Range<u32>) -> u64 {
        let shards = self.shards.iter();
        let ids = shards.map(|shard| shard.count(ordinals.clone()));
        ids.fold(0, |sum, ids| sum + u64::try_from(ids).unwrap_or(0))
    }

    fn raise(&mut self, floor: u64) {
        self.floor = floor;
        self.from = self.commits.from(floor);
        self.commits.forget_below(floor);
    }

    /// The lowest commit whose ids are kept: blobs from here on must be readable.
    #[must_use]
    pub fn first_kept(&self) -> u64 {
        self.floor
    }

    /// Looks at where many keys would lie, so that the processor fetches those places side by side
    /// and not one after the other, each a wait for memory. Call it with a batch's keys before
    /// finding them. The answer means nothing but has to be made.
    #[must_use]
    pub fn touch(&self, keys: &[Key]) -> u32 {
        let seen = keys.iter().map(|key| {
            let (shard, mark) = split(*key);
            self.shards[shard].glance(mark)
        });
        seen.fold(0, |sum, one| sum ^ one)
    }

    /// Where the event with this key lies. `same` says whether the event at a place has the id.
    ///
    /// # Errors
    /// What `same` fails with.
    pub fn find<E>(
        &self,
        key: Key,
        mut same: impl FnMut(Place) -> Result<bool, E>,
    ) -> Result<Option<Place>, E> {
        let (shard, mark) = split(key);
        let shard = &self.shards[shard];
        let mut last = None;
        let same = |ordinal| same(*last.insert(self.commits.place(ordinal)));
        let found = shard.search(mark, self.from, same)?;
        Ok(last.filter(|_| matches!(found, Found::Here(_))))
    }

    /// Puts an id in, of the commit that has begun last, unless it is there: then the answer is
    /// where its event lies, and nothing is changed.
    ///
    /// # Errors
    /// When the place is out of range, or `same` fails.
    pub fn insert_if_absent<E>(
        &mut self,
        key: Key,
        at: Place,
        mut same: impl FnMut(Place) -> Result<bool, E>,
    ) -> Result<Option<Place>, WindowError<E>> {
        let numbered = self.bucket_of(at).zip(self.number(at));
        let Some((bucket, ordinal)) = numbered else {
            return Err(WindowError::Place(PlaceError::OutOfRange));
        };
        let (index, mark) = split(key);
        let shard = &mut self.shards[index];
        shard.make_room(self.from);
        let same = |ordinal| same(self.commits.place(ordinal));
        let found = shard.search(mark, self.from, same);
        match found.map_err(WindowError::Read)? {
            Found::Here(slot) => return Ok(Some(self.commits.place(shard.ordinal(slot)))),
            Found::Absent(slot) => shard.put(slot, (mark, ordinal), self.from),
        }
        self.commits.note(at.commit, ordinal);
        self.buckets[bucket].ids += 1;
        Ok(None)
    }

    /// Takes an id out again whose commit failed.
    pub fn remove(&mut self, key: Key, at: Place) {
        let kept = self.bucket_of(at).zip(self.commits.ordinal(at));
        let Some((bucket, ordinal)) = kept else {
            return;
        };
        let (shard, mark) = split(key);
        let same = |found| Ok::<_, Infallible>(u64::from(found) == ordinal);
        let Ok(found) = self.shards[shard].search(mark, self.from, same);
        if let Found::Here(slot) = found {
            self.shards[shard].forget(slot);
            self.buckets[bucket].ids -= 1;
        }
    }

    /// The ordinal for a place of a commit that is kept. Where there are no more, all are made lower,
    /// by what was forgotten: once in four thousand million ids, or oftener where nearly as many are kept.
    fn number(&mut self, at: Place) -> Option<u32> {
        let ordinal = self.commits.ordinal(at)?;
        let after = ordinal.checked_sub(u64::from(self.from))?;
        if after >= SPAN {
            return None;
        }
        if ordinal >= u64::from(u32::MAX) {
            let (by, floor) = (self.from - FIRST, self.from);
            self.shards
                .iter_mut()
                .for_each(|shard| shard.lower(by, floor));
            self.commits.lower(by);
            self.from = FIRST;
        }
        u32::try_from(after).ok()?.checked_add(self.from)
    }

    /// The bucket of a place that can be kept.
    fn bucket_of(&self, at: Place) -> Option<usize> {
        if at.commit < self.floor || at.commit > COMMIT_MAX || at.index > INDEX_MAX {
            return None;
        }
        let after = self.buckets.iter().rev();
        let later = after.take_while(|bucket| bucket.first_commit > at.commit);
        self.buckets.len().checked_sub(later.count() + 1)
    }
}

/// The shard and the mark of a key: 40 of its bits.
fn split(key: Key) -> (usize, u32) {
    let bytes = key.0.to_le_bytes();
    let mark = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    (usize::from(bytes[4]), mark)
}
