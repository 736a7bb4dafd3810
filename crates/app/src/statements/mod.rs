//! What was earned and paid, told to whom it concerns: statements of payees, the operator's taxes.
//! All of it is read from what was posted; nothing here changes anything.

mod format;
pub mod list;
pub mod log;
pub mod paper;
pub mod show;
pub mod taxes;

pub use format::{Format, file_name};

pub use domain::statement::{
    Checked, Line, Period, PeriodError, Purses, SCHEMA, Statement, Wrong, check, csv, decimal,
    kind_words,
};
