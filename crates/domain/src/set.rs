//! Small sets of an envelope's words, as the bits of one integer.
//!
//! A set is `Copy` and compared in one instruction, because a quote asks thousands of envelopes.
//! As JSON it is the list of its words in the order of declaration, as it was before it was
//! bits: the hashes of issued licences depend on that. It knows nothing of what the words mean.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Sub};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A word that a [`Set`] can hold: one of at most 32, in a fixed order.
pub trait Member: Copy + Eq + fmt::Debug + 'static {
    /// Every word, in the order in which lists show them.
    const ALL: &'static [Self];

    /// The word's place in [`Member::ALL`].
    fn place(self) -> u32;
}

/// A set of words.
pub struct Set<T> {
    bits: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Set<T> {
    const fn from_bits(bits: u32) -> Set<T> {
        Set {
            bits,
            of: PhantomData,
        }
    }

    /// The empty set.
    #[must_use]
    pub const fn new() -> Set<T> {
        Set::from_bits(0)
    }

    /// Does it hold nothing?
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// How many words it holds.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.bits.count_ones()
    }

    /// Does it hold every word of `other`?
    #[must_use]
    pub const fn includes(self, other: Set<T>) -> bool {
        other.bits & !self.bits == 0
    }
}

impl<T: Member> Set<T> {
    /// Every word there is.
    #[must_use]
    pub fn all() -> Set<T> {
        T::ALL.iter().copied().collect()
    }

    /// Does it hold this word?
    #[must_use]
    pub fn contains(self, word: T) -> bool {
        self.bits & (1 << word.place()) != 0
    }

    /// This set and one word more.
    #[must_use]
    pub fn with(self, word: T) -> Set<T> {
        Set::from_bits(self.bits | 1 << word.place())
    }

    /// Its first word, in the order of lists.
    #[must_use]
    pub fn first(self) -> Option<T> {
        self.iter().next()
    }

    /// Its words, in the order of lists.
    pub fn iter(self) -> impl Iterator<Item = T> + Clone {
        let words = T::ALL.iter().copied();
        words.filter(move |word| self.contains(*word))
    }
}

impl<T> Clone for Set<T> {
    fn clone(&self) -> Set<T> {
        *self
    }
}

impl<T> Copy for Set<T> {}

impl<T> PartialEq for Set<T> {
    fn eq(&self, other: &Set<T>) -> bool {
        self.bits == other.bits
    }
}

impl<T> Eq for Set<T> {}

impl<T> Default for Set<T> {
    fn default() -> Set<T> {
        Set::new()
    }
}

impl<T: Member> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T> BitOr for Set<T> {
    type Output = Set<T>;

    fn bitor(self, other: Set<T>) -> Set<T> {
        Set::from_bits(self.bits | other.bits)
    }
}

impl<T> BitAnd for Set<T> {
    type Output = Set<T>;

    fn bitand(self, other: Set<T>) -> Set<T> {
        Set::from_bits(self.bits & other.bits)
    }
}

impl<T> Sub for Set<T> {
    type Output = Set<T>;

    fn sub(self, other: Set<T>) -> Set<T> {
        Set::from_bits(self.bits & !other.bits)
    }
}

impl<T: Member> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(words: I) -> Set<T> {
        words.into_iter().fold(Set::new(), Set::with)
    }
}

impl<T: Member, const N: usize> From<[T; N]> for Set<T> {
    fn from(words: [T; N]) -> Set<T> {
        words.into_iter().collect()
    }
}

impl<T: Member + Serialize> Serialize for Set<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, T: Member + Deserialize<'de>> Deserialize<'de> for Set<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Set<T>, D::Error> {
        let words = Vec::<T>::deserialize(deserializer)?;
        let set: Set<T> = words.iter().copied().collect();
        if set.len() as usize == words.len() {
            Ok(set)
        } else {
            Err(D::Error::custom("a word stands twice in the list"))
        }
    }
}
