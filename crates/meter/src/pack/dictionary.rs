//! Words of a blob, each written once: who comes again is a small number.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::RandomState;

/// Words with their places, in the order in which they came.
#[derive(Clone, Debug)]
pub(super) struct Dictionary<T> {
    places: HashMap<T, u32, RandomState>,
    words: Vec<T>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Dictionary<T> {
        Dictionary {
            places: HashMap::default(),
            words: Vec::new(),
        }
    }
}

impl<T: Copy + Eq + Hash> Dictionary<T> {
    pub(super) fn place(&mut self, word: T) -> u32 {
        let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        *self.places.entry(word).or_insert_with(|| {
            self.words.push(word);
            next
        })
    }
}

impl Dictionary<Box<str>> {
    pub(super) fn place_of(&mut self, word: &str) -> u32 {
        if let Some(place) = self.places.get(word) {
            return *place;
        }
        let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.places.insert(word.into(), next);
        self.words.push(word.into());
        next
    }
}

impl<T> Dictionary<T> {
    pub(super) fn word(&self, place: u32) -> Option<&T> {
        self.words.get(usize::try_from(place).ok()?)
    }

    pub(super) fn words(&self) -> &[T] {
        &self.words
    }

    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.words.clear();
    }
}
