//! The meter: uses are reported, judged, paid and seen.

mod batch;
pub mod earnings;
pub mod engine;
pub mod feed;
pub mod import;
pub mod import_report;
pub mod kept;
pub mod live;
pub mod offered;
pub mod overview;
pub mod proven;
pub mod receipt;
pub mod report;
pub mod reporters;
pub mod to_cover;
pub mod uncovered;

pub use batch::Reported;
pub use engine::Engine;
pub use live::UseSeen;
