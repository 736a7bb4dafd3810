//! What the specification says of offers and their templates.

mod attest;
mod change;
mod list;
