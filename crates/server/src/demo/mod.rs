//! The demo: a catalogue that is composed and rendered here, and a walk through the main job
//! with real results. It uses the same use cases as a store of somebody's own.

mod catalogue;
pub(crate) mod sound;
mod tell;
mod walk;

pub use catalogue::fill;
pub use tell::{document, lines};
pub use walk::{BUYER, Walk, walk};
