//! The specification: one module a noun, one file a verb, one test a clause, on both engines.

#![allow(
    clippy::unwrap_used,
    reason = "a scenario that can't go on fails, and where it does is answer enough"
)]

mod access;
mod accounts;
mod bundles;
mod catalogue;
mod events;
mod exchanges;
mod licensing;
mod metering;
mod offers;
mod payments;
mod payouts;
mod proofs;
mod statements;
mod subscriptions;
mod upgrades;
mod wallets;
mod web;
