//! Exchange between currencies, at the rates that the operator states.

pub mod exchange;
pub mod rate;
pub mod show;
