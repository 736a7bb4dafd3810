//! What the specification says of statements.

mod show;
mod taxes;
