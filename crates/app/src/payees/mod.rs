//! Payees: who is paid here, and who still waits to be registered.

pub mod list;
pub mod register;
