//! What the processor and the memory say.

use crate::{BATCH, BATCHES, ROUNDS};

/// Nanoseconds an event of all batches, in the best round.
pub(crate) fn best(mut work: impl FnMut()) -> u64 {
    let rounds = (0..ROUNDS).map(|_| {
        let start = spent();
        work();
        (spent() - start) / (BATCH * BATCHES) as u64
    });
    rounds.min().unwrap_or_default()
}

/// Nanoseconds that the processor has spent on this thread.
pub(crate) fn spent() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split(' ').next().map(str::parse);
    first.and_then(Result::ok).unwrap_or(0)
}

pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

/// Bytes of memory that the process holds.
pub(crate) fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4_096
}
