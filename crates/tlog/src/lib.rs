//! A transparency log, so that a composer can prove that a use was counted, and that one wasn't.
//!
//! The log is a Merkle tree (RFC 6962) whose leaves are *commits*: one leaf says what was accepted
//! together ([`Leaf`]), by the head of a second Merkle tree over salted events ([`Batch`]), with
//! their count and totals. An event may be over several in turn, by the head of a third tree
//! ([`Several`]). The log is kept as the tiles of C2SP `tlog-tiles` ([`Log`]), and its heads
//! are signed as C2SP checkpoints ([`Checkpoint`]). What a composer holds is a [`Proof`], written
//! as a C2SP `tlog-proof`; numbered [`Statement`]s make what was left out provable; [`audit`] names
//! the first byte that isn't what it was.
//!
//! The crate knows nothing of what an event says, of tracks, payees, databases, files, networks,
//! clocks or chance: bytes come in, bytes go out; the time, secrets and salts are parameters, and
//! whoever keeps the tiles hands in a closure that reads them. It does without the standard
//! library, which is the proof. Formats are described in `docs/transparency.md`.

#![no_std]
extern crate alloc;

pub mod audit;
mod batch;
mod checkpoint;
mod hash;
mod leaf;
mod log;
pub mod merkle;
mod note;
mod packed;
mod part;
mod reader;
mod receipt;
mod statement;
mod tile;

pub use batch::{Batch, MAX_EVENT_BYTES, Opening, SALT_BYTES, Salts};
pub use checkpoint::{Checkpoint, CheckpointError, Head};
pub use hash::{HASH_BYTES, Hash};
pub use leaf::{Kind, Leaf, LeafError, MAX_TOTALS, Statement, Total};
pub use log::{Confirmed, Log, LogError, Pending, Resource, WriteMismatch};
pub use note::{
    KeyError, MAX_NOTE_BYTES, MAX_SIGNATURES, Note, NoteError, SigningKey, VerifyingKey,
};
pub use packed::{pack, unpack};
pub use part::{PLACE_BYTES, Part, PartSalts, Several};
pub use reader::{ReadError, Reader, tiles_for};
pub use receipt::{
    Event, MAX_PROOF_BYTES, Proof, ProofError, Proven, verify_growth, verify_leaf, verify_use,
};
pub use statement::{Gap, Line, LineRecord, OmissionError, omitted, verify_contiguous};
pub use tile::{BundleError, TILE_WIDTH, Tile, TilePath, entries, superseded, tiles_of};
