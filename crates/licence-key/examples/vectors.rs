//! Prints the test vectors: `cargo run -p licence-key --example vectors > crates/licence-key/tests/vectors.json`.

#![allow(clippy::unwrap_used, dead_code, reason = "it shares the tests' parts")]

#[path = "../tests/common/mod.rs"]
mod common;

fn main() {
    print!("{}", common::vectors::text());
}
