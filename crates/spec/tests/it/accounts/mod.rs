//! What the specification says of accounts.

mod advances;
mod append;
mod audit;
mod audit_prices;
mod escrow;
mod order;
mod seals;
mod splits;
mod splits_refused;
mod wallets;
