//! The crate from outside: bytes in, sound and facts out.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test that cannot go on should panic, and its test sounds are small"
)]

mod catalogue;
mod cuts;
mod files;
mod hostile;
mod previews;
mod signals;
