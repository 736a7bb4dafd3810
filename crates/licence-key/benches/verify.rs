//! How much of an offline check is the signature itself: `cargo bench -p licence-key`.
//!
//! Both sides take turns in one run, on the same token: the whole check, as callers call it,
//! and `verify_strict` alone, with the key and the signature already taken apart, over the very
//! bytes that were signed. Neither side is spared anything: key, message and strictness are the
//! same. `verify` is the whole check; the second line also reads all claims into memory.

#![allow(clippy::unwrap_used, reason = "a bench that can't go on fails")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signature, VerifyingKey};
use licence_key::{sign, verify};

const ROUNDS: usize = 301;
const CALLS: u32 = 40;

/// A call's time: the mean of one short round.
fn round(mut call: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..CALLS {
        call();
    }
    start.elapsed() / CALLS
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() / 2]
}

/// The median over rounds that ran one behind the other, so that a machine that slows down
/// slows both sides of a ratio.
fn median_ratio(bare: &[Duration], whole: &[Duration]) -> f64 {
    let pairs = bare.iter().zip(whole);
    let mut ratios: Vec<_> = pairs
        .map(|(a, b)| a.as_secs_f64() / b.as_secs_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn main() {
    for (name, claims) in [("usual", common::full()), ("small", common::claims())] {
        let token = sign(&claims, &common::key()).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
        let signature = Signature::from_slice(&signature).unwrap();
        let public = VerifyingKey::from_bytes(&common::key().public().to_bytes()).unwrap();
        let keys = common::keys();
        let (mut bare, mut checked, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(round(|| {
                let message = black_box(message.as_bytes());
                public
                    .verify_strict(message, black_box(&signature))
                    .unwrap();
            }));
            checked.push(round(|| {
                black_box(verify(black_box(&token), &keys).unwrap());
            }));
            whole.push(round(|| {
                let verified = verify(black_box(&token), &keys).unwrap();
                black_box(verified.claims().unwrap());
            }));
        }
        println!("{name} token, {} bytes", token.len());
        println!("  the signature alone   {:6.1} µs", micros(median(&bare)));
        for (what, times) in [("verify", &checked), ("and read its claims", &whole)] {
            let rate = 100.0 * median_ratio(&bare, times);
            let time = micros(median(times));
            println!("  {what:<20} {time:6.1} µs, {rate:.1} % of the bare rate");
        }
    }
}
