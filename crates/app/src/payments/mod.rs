//! Payments after they were captured: refunds, disputes, and the reserve that is held against
//! them.
//!
//! A provider's facts about a payment only grow, whatever order they come in; the ledger and the
//! licence follow them ([`learn`]). Everything else here supplies facts: the operator's refund,
//! messages of the provider, and a pull of what no message told.

mod clip_time;
pub mod dispute;
pub mod learn;
mod licences;
pub mod list;
pub mod owing;
mod pool;
mod post;
pub mod reconcile;
pub mod refund;
pub mod release;
mod sandbox;
pub mod wallet_rest;
pub mod webhook;

pub(crate) use post::{Cause, Why};

pub use domain::refund::{Dispute, DisputeState, Facts};
