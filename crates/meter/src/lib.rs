//! The pure core of the meter: every use counted once, priced at once, and kept so that it can
//! be counted again.
//!
//! A batch is read into borrowed events ([`event`]), each event's id is looked up among those
//! accepted in the last 35 days ([`window`]), judged against the licences in memory ([`book`]),
//! and everything accepted together is packed into one blob ([`pack`]) that the caller makes
//! durable before it answers. What a settling transaction writes stands in [`book::Settlement`];
//! the blobs alone give the same book again.
//!
//! The rules are those of `domain::usage` and `domain::report`: what this crate does faster it
//! must decide alike, and its tests hold it against them. It knows no database, file, clock,
//! chance or network; the time, seeds and whoever reads an old blob are parameters.

pub mod book;
pub mod code;
pub mod event;
pub mod id;
pub mod pack;
pub mod sequence;
pub mod window;
mod wire;
