//! What the specification says of accounts.

mod advances;
mod append;
mod audit;
mod escrow;
mod splits;
mod splits_refused;
mod wallets;
