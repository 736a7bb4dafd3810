//! The ledger in the database: posting journals, sharing money by split sheets, auditing.

pub mod audit;
pub(crate) mod booking;
mod exclusives;
mod invoices;
pub mod metrics;
pub(crate) mod payments;
pub(crate) mod post;
pub(crate) mod sheets;

pub use post::balances;
