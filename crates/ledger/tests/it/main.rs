//! The ledger's specification: the design's worked cases, journals, invariants, properties.
#![allow(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod exchanges;
mod golden;
mod invariants;
mod journals;
mod properties;
