//! Timing: repeated, warmed up, the median quoted.

use std::fmt::Write as _;
use std::future::Future;
use std::time::{Duration, Instant};

/// How often a step is timed, after one uncounted round.
const ROUNDS: usize = 7;

/// Times `rounds` calls of `step`, each of `units` units of work; the median time of a unit.
pub(crate) fn time<E>(units: u32, mut step: impl FnMut() -> Result<(), E>) -> Result<Duration, E> {
    step()?;
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        step()?;
        times.push(start.elapsed() / units);
    }
    Ok(median(times))
}

/// How often two steps that are compared closely take turns.
const TURNS: usize = 101;

/// Times two steps that take turns, each of `units` units of work; the median time of a unit
/// of each.
pub(crate) fn time_pair<E>(
    units: u32,
    mut first: impl FnMut() -> Result<(), E>,
    mut second: impl FnMut() -> Result<(), E>,
) -> Result<(Duration, Duration), E> {
    let (mut firsts, mut seconds) = (Vec::with_capacity(TURNS), Vec::with_capacity(TURNS));
    for _ in 0..TURNS {
        let start = Instant::now();
        first()?;
        firsts.push(start.elapsed() / units);
        let start = Instant::now();
        second()?;
        seconds.push(start.elapsed() / units);
    }
    Ok((median(firsts), median(seconds)))
}

/// [`time`] for what is awaited.
pub(crate) async fn time_async<E, F: Future<Output = Result<(), E>>>(
    units: u32,
    mut step: impl FnMut() -> F,
) -> Result<Duration, E> {
    step().await?;
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        step().await?;
        times.push(start.elapsed() / units);
    }
    Ok(median(times))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// What was measured, line by line.
pub(crate) struct Table(String);

impl Table {
    pub(crate) fn new() -> Self {
        Self("| step | median | beside | median | ratio |\n|---|---:|---|---:|---:|\n".into())
    }

    /// A step beside its baseline.
    pub(crate) fn row(&mut self, step: &str, took: Duration, beside: &str, base: Duration) {
        let ratio = took.as_secs_f64() / base.as_secs_f64().max(1e-12);
        let (took, base) = (words(took), words(base));
        // Writing to a string doesn't fail.
        let _ = writeln!(
            self.0,
            "| {step} | {took} | {beside} | {base} | {ratio:.2} |"
        );
        eprintln!("{step}: {took} ({ratio:.2} of {beside})");
    }

    pub(crate) fn markdown(&self) -> &str {
        &self.0
    }
}

fn words(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        m if m < 1_000.0 => format!("{m:.1} µs"),
        m if m < 1_000_000.0 => format!("{:.2} ms", m / 1e3),
        m => format!("{:.2} s", m / 1e6),
    }
}
