//! What the specification says of catalogue.

mod import;
mod search;
mod show;
