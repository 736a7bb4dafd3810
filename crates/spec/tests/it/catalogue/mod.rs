//! What the specification says of catalogue.

mod credits;
mod import;
mod search;
mod show;
