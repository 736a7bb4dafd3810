//! What was earned and paid, told to whom it concerns: statements of payees, the operator's taxes,
//! reports to the trade.
//! All of it is read from what was posted; nothing here changes anything.

pub mod dsr;
mod format;
pub mod list;
pub mod log;
pub mod paper;
pub mod show;
pub mod taxes;

pub use format::{Format, file_name};

pub use domain::ddex::dsr::{File as DsrFile, Parties, Party, PartyId};
pub use domain::statement::{
    Checked, Line, Period, PeriodError, Purses, SCHEMA, SealError, Statement, Wrong, check,
    check_table, csv, decimal, is_table, kind_words,
};
