//! The meter: uses are reported, judged, paid and seen.

pub mod earnings;
pub mod engine;
pub mod live;
pub mod overview;
pub mod report;

pub use engine::Engine;
pub use live::UseSeen;
