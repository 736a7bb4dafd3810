//! Subscriptions to the pool: signed up by a purchase, renewed, paused, cancelled, upgraded; each
//! cycle pays the tracks that its subscriber used (money.md §5).

pub mod change;
pub(crate) mod cleared;
pub mod close;
pub mod closes;
pub(crate) mod end;
mod fund;
pub mod idle;
pub(crate) mod open;
pub mod plans;
pub(crate) mod pooled;
pub mod renew;
pub mod reserves;
pub mod show;
mod spread;
mod state;
pub(crate) mod taken_back;

pub use show::{Charge, Figures, Shown, State};
