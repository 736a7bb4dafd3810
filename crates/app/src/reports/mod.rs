//! Reports: uses, seconds and money by track, asset, placement, territory, day or month, for those
//! who earn by them, send buyers, use music or run the store.
//!
//! There is no table of sums beside the books. A row of `uses` is one already, written by the
//! settlement that booked it, in its transaction; so a report can't disagree with the ledger, and an
//! audit recomputes that it doesn't (`reports_equal_ledger`).

pub mod breakdown;
pub mod forecast;
mod format;
mod licensees;
mod read;
mod scope;

pub use breakdown::{Breakdown, Key, Row, Total, Wanted, breakdown, of};
pub use domain::breakdown::{By, Figures, LICENSEES_MIN};
pub use domain::forecast::{Month, NotEnough, Range};
pub use forecast::{Forecast, InCurrency, forecast};
pub use format::{Format, file_name};
pub use scope::{Ask, ReportRefusal, Side, View, side};
