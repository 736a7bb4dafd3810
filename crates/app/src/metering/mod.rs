//! The meter: uses are reported, judged, paid and seen.

pub mod earnings;
mod known;
pub mod live;
pub mod overview;
pub mod report;

pub use live::UseSeen;
