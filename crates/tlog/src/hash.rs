//! SHA-256 as RFC 6962 uses it: one prefix for leaves, another for nodes, so that neither can be
//! passed off as the other. Knows nothing of trees.

use core::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// A SHA-256 hash of a leaf, a node, or a whole tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

/// Bytes of a hash.
pub const HASH_BYTES: usize = 32;

impl Hash {
    /// The head of the tree without leaves: SHA-256 of nothing (RFC 6962, section 2.1).
    #[must_use]
    pub fn empty_tree() -> Hash {
        Hash(Sha256::digest([]).into())
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ bytes).
    #[must_use]
    pub fn leaf(bytes: &[u8]) -> Hash {
        Hash::leaf_of(&[bytes])
    }

    /// As [`Hash::leaf`], for bytes that lie in several pieces.
    #[must_use]
    pub fn leaf_of(pieces: &[&[u8]]) -> Hash {
        let mut sha = Sha256::new();
        sha.update([0]);
        for piece in pieces {
            sha.update(piece);
        }
        Hash(sha.finalize().into())
    }

    /// The hash of a node: SHA-256(0x01 ‖ left ‖ right).
    #[must_use]
    pub fn node(left: Hash, right: Hash) -> Hash {
        // One buffer and one call: three small updates cost a third more, and this is the
        // innermost step of everything.
        let mut bytes = [0_u8; 1 + 2 * HASH_BYTES];
        bytes[0] = 1;
        bytes[1..=HASH_BYTES].copy_from_slice(&left.0);
        bytes[1 + HASH_BYTES..].copy_from_slice(&right.0);
        Hash(Sha256::digest(bytes).into())
    }

    /// The hash in `bytes`, when they are exactly 32.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Hash> {
        bytes.try_into().ok().map(Hash)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({})", HEXLOWER.encode(&self.0))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}
