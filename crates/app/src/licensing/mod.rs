//! Licensing: a use is quoted, an option bought, its files delivered, its key verified.

pub mod buy;
pub mod deliver;
pub mod quote;
pub mod quoted;
pub mod render;
mod sale;
mod sandbox;
pub mod show;
pub mod status;
pub mod suggest;
mod terms;
pub mod verify;

pub use show::{Licence, LicenceFile, Standing};
pub use terms::{Line, QuotedOption};
