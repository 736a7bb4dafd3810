//! Reads a whole log and names what isn't as it was signed.
//!
//! Everything is computed anew from the entries and compared with what is stored, level by level.
//! Where the two differ, the hash one level up (in the end the signed root) says which is right,
//! and the other is named with its first wrong byte. The audit then goes on with the right one, so
//! that one damage is not reported again at every level above it. Memory: a tile or two a level.

mod walk;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use self::walk::Walk;
use crate::batch::{Batch, Salts};
use crate::checkpoint::{Checkpoint, CheckpointError, Head};
use crate::leaf::Leaf;
use crate::note::VerifyingKey;
use crate::tile::TilePath;

/// After so many findings the audit stops: the log is lost, not scratched.
pub const MAX_FINDINGS: usize = 100;

/// Something that isn't as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The damaged resource.
    pub path: String,
    /// The first byte known to be wrong, and the one after the last it may be: the entry or hash.
    pub bytes: (usize, usize),
    /// What is wrong with it.
    pub what: Fault,
}

/// What can be wrong with a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It isn't there.
    Missing,
    /// It is shorter or longer than it must be.
    Length,
    /// The checkpoint isn't accepted.
    Checkpoint(CheckpointError),
    /// A hash of a tile isn't the one that was signed.
    Hash,
    /// The entry with this index isn't the one that was signed.
    Entry(u64),
    /// The tile agrees with what is under it, but not with the signed hash above it: both were
    /// altered together.
    Subtree,
    /// Entry and hash of this index disagree, and what would decide between them is damaged too.
    Undecided(u64),
    /// The entry with this index agrees with its hash, but isn't a leaf, bears another number, or
    /// doesn't continue from the root before it: it was altered with its hash, or the log was
    /// written wrongly. Later leaves are no longer held against the chain.
    Chain(u64),
    /// The tiles agree with each other and with the entries, but not with the signed root.
    Root,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, (first, end)) = (&self.path, self.bytes);
        match &self.what {
            Fault::Missing => write!(f, "{path} is missing"),
            Fault::Length => write!(f, "{path} has the wrong length, from byte {first} on"),
            Fault::Checkpoint(error) => write!(f, "{path}: {error}"),
            Fault::Hash => write!(f, "{path}: bytes {first} to {end} are not the signed hash"),
            Fault::Subtree => write!(f, "{path}: altered together with what is under it"),
            Fault::Entry(index) => {
                write!(
                    f,
                    "{path}: entry {index} (bytes {first} to {end}) was altered"
                )
            }
            Fault::Undecided(index) => {
                write!(
                    f,
                    "{path}: entry {index} (bytes {first} to {end}) or its hash was altered"
                )
            }
            Fault::Chain(index) => {
                write!(
                    f,
                    "{path}: entry {index} doesn't continue from the leaf before it"
                )
            }
            Fault::Root => write!(f, "{path}: the log doesn't lead to the signed root"),
        }
    }
}

/// Reads the log whose signed head stands under `checkpoint` from end to end. No finding means that
/// every entry and every tile is what was signed.
pub fn log(key: &VerifyingKey, mut read: impl FnMut(&str) -> Option<Vec<u8>>) -> Vec<Finding> {
    let path = TilePath::Checkpoint.to_string();
    let Some(note) = read(&path) else {
        return [Finding {
            path,
            bytes: (0, 0),
            what: Fault::Missing,
        }]
        .into();
    };
    match Checkpoint::open(&note, key) {
        Ok(checkpoint) => tree(checkpoint.head, read),
        Err(error) => {
            let bytes = (0, note.len());
            [Finding {
                path,
                bytes,
                what: Fault::Checkpoint(error),
            }]
            .into()
        }
    }
}

/// As [`log`], against a head that the caller holds.
pub fn tree(head: Head, read: impl FnMut(&str) -> Option<Vec<u8>>) -> Vec<Finding> {
    Walk::through(head, read)
}

/// Whether `events` are the batch that `leaf` committed to, in order and number. What they sum to
/// is for the caller to compare: an event is opaque here.
#[must_use]
pub fn is_batch<'a>(leaf: &Leaf, salts: Salts, events: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let batch = Batch::new(salts, events);
    batch.head() == leaf.batch && batch.count() == leaf.count
}
