//! Things of one kind, numbered in the order they were met: a place is a quarter of an id, and what belongs
//! to it lies in a vector. Knows nothing of what they are.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::RandomState;

/// Where a thing stands among those of its kind, from 0.
pub(super) type Place = u32;

/// An index as a place.
pub(super) fn place_of(index: usize) -> Place {
    Place::try_from(index).expect("memory is full before there are 2³² of anything")
}

/// Things with their places.
pub(super) struct Places<K> {
    places: HashMap<K, Place, RandomState>,
    all: Vec<K>,
}

impl<K> Default for Places<K> {
    fn default() -> Self {
        Places {
            places: HashMap::default(),
            all: Vec::new(),
        }
    }
}

impl<K: Copy + Eq + Hash> Places<K> {
    /// The place of a thing, a new one where it has none yet.
    pub(super) fn put(&mut self, thing: K) -> Place {
        *self.places.entry(thing).or_insert_with(|| {
            self.all.push(thing);
            place_of(self.all.len() - 1)
        })
    }

    /// The place of a thing that has one.
    pub(super) fn get(&self, thing: &K) -> Option<Place> {
        self.places.get(thing).copied()
    }

    /// The thing at a place that was given out.
    pub(super) fn at(&self, place: Place) -> K {
        self.all[place as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Those that came after so many.
    pub(super) fn since(&self, len: usize) -> &[K] {
        &self.all[len..]
    }
}
