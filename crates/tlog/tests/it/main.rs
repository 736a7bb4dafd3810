//! What the transparency log promises, a file for each part.

mod audit;
mod common;
mod log;
mod merkle;
mod note;
mod proof;
mod statement;
mod tile;
