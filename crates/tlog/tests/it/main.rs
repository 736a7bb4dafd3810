//! What the transparency log promises, a file for each part.
#![allow(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod audit;
mod common;
mod log;
mod merkle;
mod note;
mod part;
mod proof;
mod statement;
mod tile;
