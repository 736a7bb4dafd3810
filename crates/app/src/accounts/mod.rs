//! The ledger in the database: posting journals, sharing money by split sheets, auditing.

pub mod audit;
pub(crate) mod booking;
pub(crate) mod clip_time;
pub(crate) mod clip_tree;
pub(crate) mod cycles;
pub(crate) mod escrow;
mod exclusives;
pub(crate) mod holds;
mod invoices;
pub mod metrics;
pub mod once;
pub(crate) mod paid;
pub(crate) mod parts;
pub(crate) mod payments;
pub(crate) mod post;
mod recoup;
pub(crate) mod sandbox;
pub mod seals;
pub(crate) mod sheets;
pub(crate) mod subscribed;
pub(crate) mod sums;
pub(crate) mod taxed;

pub use post::balances;
