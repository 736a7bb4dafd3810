//! Events: what has happened is told once, in order, with what made it happen.

mod follow;
mod keep;
mod tell;
