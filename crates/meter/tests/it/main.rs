//! What the meter's core promises, a file for each part.
#![allow(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod batches;
mod blobs;
mod books;
mod common;
mod events;
mod faults;
mod golden;
mod histories;
mod ids;
mod model;
mod replays;
mod sequences;
mod terms;
mod window_memory;
mod window_model;
mod windows;
mod world;
