//! The ledger in the database: posting journals, sharing money by split sheets, auditing.

pub mod audit;
pub(crate) mod booking;
pub(crate) mod cycles;
mod exclusives;
mod invoices;
pub(crate) mod payments;
pub(crate) mod post;
pub(crate) mod sandbox;
pub(crate) mod sheets;

pub use post::balances;
