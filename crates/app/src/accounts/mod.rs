//! The ledger in the database: posting journals, sharing money by split sheets, auditing.

pub mod audit;
mod exclusives;
mod invoices;
pub(crate) mod post;
pub(crate) mod sheets;

pub use post::balances;
