//! What the specification says of statements.

mod dsr;
mod show;
mod taxes;
