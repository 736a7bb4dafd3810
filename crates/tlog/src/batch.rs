//! What was accepted together: a Merkle tree over salted events, so that one event can be shown to
//! be among them without saying anything about the others.
//!
//! The record of an event is its salt and then its bytes, and its leaf is hashed as RFC 6962
//! hashes leaves: SHA-256(0x00 ‖ salt ‖ event). Without the salt, 128 bits that nobody else has,
//! guessing the event doesn't help. The module knows nothing of what an event says.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::hash::Hash;
use crate::merkle::{Tree, head_from_inclusion};

/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;
/// The longest event that a proof can carry.
pub const MAX_EVENT_BYTES: usize = 64 * 1024;

/// Where the salts of one batch come from: all are derived from one secret, so that none has to be
/// stored, and one tells nothing of another.
#[derive(Clone)]
pub struct Salts(Hmac<Sha256>);

/// A batch, with all that is needed to open any of its events.
pub struct Batch {
    salts: Salts,
    tree: Tree,
}

/// What shows that an event is in a batch. Given to whom the event concerns, and to nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Which event of the batch, from 0.
    pub position: u32,
    /// The event's salt.
    pub salt: [u8; SALT_BYTES],
    /// From the event's sibling up to the batch's head.
    pub path: Vec<Hash>,
}

impl Salts {
    /// The salts of the batch in leaf `sequence`. `secret` is the log's own, 32 random bytes kept
    /// as carefully as its signing key; without it the log can't make proofs later.
    #[must_use]
    pub fn of_batch(secret: &[u8; 32], sequence: u64) -> Salts {
        let mut mac = Salts::keyed(secret);
        mac.update(b"clearcue batch salts v1\n");
        mac.update(&sequence.to_be_bytes());
        Salts(Salts::keyed(&mac.finalize().into_bytes().into()))
    }

    fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
        Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
    }

    /// The salt of the event at `position`: the first half of HMAC-SHA-256(batch secret, position).
    #[must_use]
    pub fn salt(&self, position: u32) -> [u8; SALT_BYTES] {
        let mut mac = self.0.clone();
        mac.update(&position.to_be_bytes());
        let code = mac.finalize().into_bytes();
        *code.first_chunk().expect("a code is longer than a salt")
    }
}

impl Batch {
    /// A batch of these events, in the order in which they were accepted; no more than a `u32`
    /// can count, which would take 250 GB of memory.
    pub fn new<'a>(salts: Salts, events: impl IntoIterator<Item = &'a [u8]>) -> Batch {
        let leaves = (0..u32::MAX).zip(events);
        let leaves = leaves
            .map(|(at, event)| Hash::leaf_of(&[&salts.salt(at), event]))
            .collect();
        Batch {
            salts,
            tree: Tree::new(leaves),
        }
    }

    /// The head that goes into the leaf.
    #[must_use]
    pub fn head(&self) -> Hash {
        self.tree.head()
    }

    /// How many events.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::try_from(self.tree.size()).expect("no more than positions")
    }

    /// What shows that the event at `position` is in the batch; `None` when there is none there.
    #[must_use]
    pub fn open(&self, position: u32) -> Option<Opening> {
        let path = self.tree.inclusion(u64::from(position))?;
        Some(Opening {
            position,
            salt: self.salts.salt(position),
            path,
        })
    }
}

impl Opening {
    /// The head of the batch of `count` events that this leads to from `event`; `None` when the
    /// path has the wrong length.
    #[must_use]
    pub fn head(&self, event: &[u8], count: u32) -> Option<Hash> {
        let leaf = Hash::leaf_of(&[&self.salt, event]);
        head_from_inclusion(leaf, self.position.into(), count.into(), &self.path)
    }
}
