//! The real program under what befalls it: killed at any moment, a full disk, a reporter that lies,
//! bodies without end and clients that never read. What it acknowledged counts, once.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

#[path = "../common/mod.rs"]
mod common;
#[cfg(target_os = "linux")]
mod full;
mod kills;
mod lies;
mod program;
mod shop;
#[cfg(target_os = "linux")]
mod slow;
