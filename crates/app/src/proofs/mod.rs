//! The transparency log, kept: a leaf for each licence issued, each settlement of uses and each
//! statement; the tiles made of the leaves, the heads that were signed, and proofs.
//!
//! A leaf is written in the transaction of what it speaks of, under a number without a gap, in
//! the order of the commits. Tiles follow within a second, are read back, and only then is a head
//! signed. The formats, and what can be proven, stand in `docs/transparency.md`. How leaves and
//! tiles are hashed is the crate `tlog`'s; this module knows where they are kept.

mod catch_up;
mod end;
pub mod event;
mod licences;
mod omitted;
mod one;
mod prove;
mod publish;
mod statements;
mod tiles;
mod uses;

pub use catch_up::catch_up;
pub use event::Event;
pub use omitted::{NotComparable, is_of, is_of_token, omitted, part};
pub use one::One;
pub use prove::{Form, ProofRefusal, consistency, of_licence, of_statement};
pub use publish::{Published, publish};
pub use tiles::{Resource, checkpoint, resource};

pub(crate) use end::{Secret, frontier, letters};
pub(crate) use licences::{batch as licence_batch, licence};
pub(crate) use one::Records;
pub(crate) use prove::of_line;
pub(crate) use statements::{Stated, batch as statement_batch, last as last_statement, statement};
pub(crate) use tiles::all as all_tiles;
pub(crate) use uses::{Leaf as UsesLeaf, Logged, Uses, settled};
