//! Which licence has a code.
//!
//! The table holds places alone, four bytes each, and compares with the codes that stand in the
//! licences: whoever finds one reads it next, and the table itself stays in the processor's caches.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use licence_key::Code;

use super::{Licence, index};

/// The places of licences among the book's, by their codes.
#[derive(Clone, Debug, Default)]
pub(super) struct Codes {
    places: HashTable<u32>,
    hasher: RandomState,
}

impl Codes {
    /// The place of the licence with a code.
    pub(super) fn find(&self, code: Code, licences: &[Licence]) -> Option<u32> {
        let has_it = |place: &u32| code_at(licences, *place) == Some(code);
        let hash = self.hasher.hash_one(code);
        self.places.find(hash, has_it).copied()
    }

    /// Notes the place of a licence whose code none had before.
    pub(super) fn insert(&mut self, code: Code, place: u32, licences: &[Licence]) {
        let hasher = &self.hasher;
        let hash = hasher.hash_one(code);
        let hash_of = |place: &u32| {
            let code = code_at(licences, *place);
            code.map_or(0, |code| hasher.hash_one(code))
        };
        self.places.insert_unique(hash, place, hash_of);
    }
}

fn code_at(licences: &[Licence], place: u32) -> Option<Code> {
    let licence = licences.get(index(place));
    licence.map(|licence| licence.terms.code)
}
