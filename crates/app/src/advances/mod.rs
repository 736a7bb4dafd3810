//! Recoupable advances: paid to a payee now, paid back by what they earn later.

pub mod grant;
pub mod list;
