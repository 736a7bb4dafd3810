//! Licensing: a use is quoted, an option bought, its files delivered, its key
//! verified, its channels listed, its standing moved, and a finished video checked.

mod book;
pub mod buy;
pub mod channels;
pub mod check;
pub mod claim;
pub(crate) mod clear;
pub mod cue_sheet;
pub mod deliver;
mod held;
pub mod list;
mod offers;
pub mod papers;
pub mod quote;
mod quote_plans;
pub mod quoted;
mod refused;
pub mod render;
pub(crate) mod retroactive;
pub(crate) mod sale;
pub mod show;
pub mod standing;
pub mod status;
pub mod suggest;
mod suggest_sale;
mod terms;
mod top_up;
pub mod verify;

use crate::accounts::sandbox;

pub use crate::billing::Line;
/// The code of a licence, as every answer names it.
pub use licence_key::Code;

pub use clear::Bar;
pub use held::{Claim, HeldRefusal};
pub use retroactive::{Offered, ToppedUp};
pub use show::{Licence, LicenceFile, Standing};
pub use terms::{Lacking, QuotedOption};
pub use top_up::TopUpRefusal;
