//! What the specification says of accounts.

mod audit;
mod append;
