//! What an event that is over several sums: a third Merkle tree, of small salted records, so that
//! one of the several can be shown without the others.
//!
//! The tree is hashed as the log and its batches are. Who counts millions makes one for each
//! record, so everything here takes few blocks of SHA-256 and allocates nothing. The module knows
//! nothing of what a record says; of the event over them it knows where count and root stand.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::batch::{Opening, SALT_BYTES};
use crate::hash::{HASH_BYTES, Hash};

/// Bytes of the place that a record's salt is of.
pub const PLACE_BYTES: usize = 12;
/// The byte of an event that says whether it is over several, and its value there.
const VERSION: (usize, u8) = (3, 2);
const COUNT_BYTES: usize = 8;
/// Records up to this length are hashed where they were put together.
const SHORT: usize = 192;

/// What an event says of the several that it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Several {
    /// How many they are.
    pub count: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

/// One of the several that an event is over, with what shows that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What is said of it, byte for byte.
    pub bytes: Vec<u8>,
    /// Its place among the several.
    pub opening: Opening,
}

/// Where the salts of such records come from: one key for the whole log, so that a record can be
/// hashed before it is known which leaf it will be in.
///
/// A salt is the first half of SHA-256(key ‖ place). A key that is only put in front makes a code
/// as good as HMAC here, at a quarter of its cost, for two reasons: all inputs have one length, so
/// none continues another, and half of the output is kept back, so nobody could continue it.
#[derive(Clone)]
pub struct PartSalts([u8; 32]);

impl Several {
    /// What an event ends with, where it is of the version that is over several.
    #[must_use]
    pub fn of(event: &[u8]) -> Option<Several> {
        let (at, version) = VERSION;
        let (head, root) = event.split_last_chunk::<HASH_BYTES>()?;
        let (head, count) = head.split_last_chunk::<COUNT_BYTES>()?;
        (head.get(at) == Some(&version)).then_some(Several {
            count: u64::from_be_bytes(*count),
            root: Hash(*root),
        })
    }

    /// Whether a part is one of them.
    #[must_use]
    pub fn has(&self, part: &Part) -> bool {
        let count = u32::try_from(self.count).ok();
        let head = count.and_then(|count| part.opening.head(&part.bytes, count));
        head == Some(self.root)
    }
}

impl PartSalts {
    /// The salts of a log. `secret` is the log's own, as in [`crate::Salts::of_batch`].
    #[must_use]
    pub fn of_log(secret: &[u8; 32]) -> PartSalts {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret);
        let mut mac = mac.expect("HMAC takes keys of any length");
        mac.update(b"clearcue part salts v1\n");
        PartSalts(mac.finalize().into_bytes().into())
    }

    /// The salt of the record at a place. No two records of a log may have one place.
    #[must_use]
    pub fn salt(&self, place: &[u8; PLACE_BYTES]) -> [u8; SALT_BYTES] {
        let mut input = [0_u8; 32 + PLACE_BYTES];
        input[..32].copy_from_slice(&self.0);
        input[32..].copy_from_slice(place);
        let hash: [u8; HASH_BYTES] = Sha256::digest(input).into();
        *hash.first_chunk().expect("a hash is longer than a salt")
    }

    /// The leaf of a record: SHA-256(`00` ‖ salt ‖ bytes).
    #[must_use]
    pub fn leaf(&self, place: &[u8; PLACE_BYTES], bytes: &[u8]) -> Hash {
        let salt = self.salt(place);
        let length = 1 + SALT_BYTES + bytes.len();
        let mut short = [0_u8; SHORT];
        let Some(record) = short.get_mut(..length) else {
            return Hash::leaf_of(&[&salt, bytes]);
        };
        record[1..=SALT_BYTES].copy_from_slice(&salt);
        record[1 + SALT_BYTES..].copy_from_slice(bytes);
        Hash(Sha256::digest(record).into())
    }
}
