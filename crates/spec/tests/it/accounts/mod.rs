//! What the specification says of accounts.

mod append;
mod audit;
mod wallets;
