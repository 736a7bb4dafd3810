//! The mechanics below the business: a database of either engine, a migrations runner, blobs,
//! mail, a bus and a search index.
//!
//! This crate knows no table, type or word of Clearcue's business: no track, no licence, no
//! money. What it offers is closed: every outside world is an enum with a working embedded
//! variant, and only this crate matches on which one is in use.

pub mod blobs;
pub mod bus;
pub mod db;
pub mod mail;
pub mod search;
