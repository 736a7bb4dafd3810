//! The ids that were accepted lately, each with where its first answer lies.
//!
//! A hash table of twelve bytes an entry, cut into shards that grow one at a time. An entry holds
//! 32 bits of the id's key and the place of the event, no id: whether an event of that place
//! has the id asked for is for the caller to say, who can read it. So no new event is ever taken
//! for an old one, and a chance hit costs a reading (one in a hundred thousand look-ups).
//!
//! Commits are numbered upwards. Forgetting is raising the lowest number that counts; what lies
//! below is swept out when its shard next grows.

use std::collections::VecDeque;

use domain::Timestamp;
use domain::report::{EARLIEST_MS, LATEST_MS};
use thiserror::Error;

use crate::id::Key;

/// How long an accepted id is kept, in ms: for as long as its report could come again.
pub const KEPT_MS: i64 = LATEST_MS + EARLIEST_MS;
/// The highest commit number that a place can name.
pub const COMMIT_MAX: u64 = (1 << 40) - 1;
/// The highest index in a commit that a place can name.
pub const INDEX_MAX: u32 = (1 << 24) - 1;

const BUCKET_MS: i64 = 3_600_000;
const SHARDS: usize = 256;
const SMALLEST: usize = 32;

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
    /// Outside of what twelve bytes hold.
    #[error("a place lies between commit 1 and {COMMIT_MAX}, index 0 and {INDEX_MAX}")]
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
    buckets: VecDeque<Bucket>,
    floor: u64,
}

impl Default for Window {
    fn default() -> Window {
        Window {
            shards: vec![Shard::default(); SHARDS],
            buckets: VecDeque::new(),
            floor: 1,
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
        let slots = self.shards.iter().map(|shard| shard.slots.capacity());
        slots.sum::<usize>() * size_of::<Slot>()
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
        let last = self.buckets.back();
        if commit < last.map_or(self.floor, |bucket| bucket.first_commit) {
            return Err(PlaceError::Backwards(commit));
        }
        if last.is_none_or(|bucket| bucket.hour < hour) {
            self.buckets.push_back(Bucket {
                hour,
                first_commit: commit,
                ids: 0,
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
            self.floor = self.buckets[0].first_commit;
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
        self.floor = floor;
        let next = self.buckets.get(1).map_or(u64::MAX, |one| one.first_commit);
        let slots = self.shards.iter().flat_map(|shard| &shard.slots);
        let left = slots.filter(|slot| (floor..next).contains(&place(**slot).commit));
        let left = left.fold(0, |sum, _| sum + 1);
        if let Some(first) = self.buckets.front_mut() {
            first.first_commit = first.first_commit.max(floor);
            first.ids = left;
        }
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
            let slots = &self.shards[shard].slots;
            slots.get(home(mark, slots.len())).map_or(0, |slot| slot[0])
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
        match self.shards[shard].search(mark, self.floor, &mut same)? {
            Found::Here(at) => Ok(Some(place(self.shards[shard].slots[at]))),
            Found::Free(_) | Found::Full => Ok(None),
        }
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
        let Some(bucket) = self.bucket_of(at) else {
            return Err(WindowError::Place(PlaceError::OutOfRange));
        };
        let (index, mark) = split(key);
        let (floor, shard) = (self.floor, &mut self.shards[index]);
        shard.make_room(floor);
        let found = shard.search(mark, floor, &mut same);
        match found.map_err(WindowError::Read)? {
            Found::Here(slot) => return Ok(Some(place(shard.slots[slot]))),
            Found::Free(slot) => shard.put(slot, mark, at),
            // Room was made just before, so a free slot was found.
            Found::Full => return Err(WindowError::Place(PlaceError::OutOfRange)),
        }
        self.buckets[bucket].ids += 1;
        Ok(None)
    }

    /// Takes an id out again whose commit failed.
    pub fn remove(&mut self, key: Key, at: Place) {
        let (shard, mark) = split(key);
        let same = |found: Place| Ok::<_, std::convert::Infallible>(found == at);
        let Ok(found) = self.shards[shard].search(mark, self.floor, &mut { same });
        if let (Found::Here(slot), Some(bucket)) = (found, self.bucket_of(at)) {
            self.shards[shard].slots[slot] = FORGOTTEN;
            self.buckets[bucket].ids -= 1;
        }
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

/// The mark, the low 32 bits of the commit, then its high 8 bits over the index.
type Slot = [u32; 3];

const EMPTY: Slot = [0; 3];
/// Of commit 0, so below every floor, and not empty.
const FORGOTTEN: Slot = [0, 0, 1];

enum Found {
    Here(usize),
    Free(usize),
    Full,
}

#[derive(Clone, Debug, Default)]
struct Shard {
    slots: Vec<Slot>,
    /// Slots that aren't empty, forgotten ones included.
    taken: usize,
}

impl Shard {
    fn search<E>(
        &self,
        mark: u32,
        floor: u64,
        same: &mut impl FnMut(Place) -> Result<bool, E>,
    ) -> Result<Found, E> {
        let (mut at, mut free) = (home(mark, self.slots.len()), None);
        for _ in 0..self.slots.len() {
            let slot = self.slots[at];
            if slot == EMPTY {
                return Ok(Found::Free(free.unwrap_or(at)));
            }
            let old = place(slot).commit < floor;
            if old {
                free = free.or(Some(at));
            } else if slot[0] == mark && same(place(slot))? {
                return Ok(Found::Here(at));
            }
            at += 1;
            if at == self.slots.len() {
                at = 0;
            }
        }
        Ok(free.map_or(Found::Full, Found::Free))
    }

    fn put(&mut self, at: usize, mark: u32, place: Place) {
        if self.slots[at] == EMPTY {
            self.taken += 1;
        }
        let [commit, high] = [place.commit, place.commit >> 32].map(low_word);
        self.slots[at] = [mark, commit, (high << 24) | place.index];
    }

    /// At most three quarters are taken: then the table is made anew, without what was
    /// forgotten, about three fifths full.
    fn make_room(&mut self, floor: u64) {
        if (self.taken + 1) * 4 <= self.slots.len() * 3 {
            return;
        }
        let slots = std::mem::take(&mut self.slots);
        let live = slots.iter().filter(|slot| place(**slot).commit >= floor);
        let size = (live.clone().count() * 17 / 10).max(SMALLEST);
        let mut fresh = vec![EMPTY; size];
        self.taken = 0;
        for slot in live {
            let mut at = home(slot[0], size);
            while fresh[at] != EMPTY {
                at = if at + 1 == size { 0 } else { at + 1 };
            }
            fresh[at] = *slot;
            self.taken += 1;
        }
        self.slots = fresh;
    }
}

/// The shard and the mark of a key: 40 of its bits.
fn split(key: Key) -> (usize, u32) {
    let bytes = key.0.to_le_bytes();
    let mark = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    (usize::from(bytes[4]), mark)
}

fn home(mark: u32, size: usize) -> usize {
    // The mark's share of the table. `size` is below 2³², so the product fits.
    let scaled = u64::from(mark) * u64::try_from(size).unwrap_or(0);
    usize::try_from(scaled >> 32).unwrap_or(0)
}

fn low_word(value: u64) -> u32 {
    let bytes = value.to_le_bytes();
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn place(slot: Slot) -> Place {
    Place {
        commit: u64::from(slot[1]) | u64::from(slot[2] >> 24) << 32,
        index: slot[2] & INDEX_MAX,
    }
}
