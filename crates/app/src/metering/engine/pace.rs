//! When the next settlement is due: what one costs goes by its lines, so the more lines wait, the longer
//! they may.

use std::time::Duration;

/// How long uses may stay unsettled while nobody asks, in ms.
const SETTLE_MS: i64 = 1_000;
/// How often it is looked at whether they are, where nothing is counted that would settle them.
pub(super) const LOOK: Duration = Duration::from_millis(SETTLE_MS.unsigned_abs());
/// With how many lines it doesn't wait any longer: they lie in memory.
const LINES_MAX: usize = 100_000;
/// Settlements take at most this part of the time: each line is written in eight places, so what uses
/// cost goes by how many are settled together. Whoever asks doesn't wait for it.
const PART: i64 = 15;
/// What a line is taken to cost before any was written, in ns.
const LINE_NS: i64 = 20_000;
/// What a line is never taken to cost less, or more, than: one slow disk isn't for ever.
const LINE_NS_RANGE: (i64, i64) = (2_000, 200_000);
/// Settlements of fewer lines say nothing of what a line costs.
const TELLING: i64 = 1_000;

/// How settlements went.
#[derive(Debug)]
pub(super) struct Pace {
    /// When the last one was done, in ms since 1970.
    at_ms: i64,
    line_ns: i64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            at_ms: 0,
            line_ns: LINE_NS,
        }
    }
}

impl Pace {
    /// Is it time for a settlement of so many lines?
    pub(super) fn is_due(&self, lines: usize, now_ms: i64) -> bool {
        // A clock that was set back makes nobody wait for it.
        let is_back = now_ms < self.at_ms;
        lines > LINES_MAX || is_back || now_ms >= self.due_ms(lines)
    }

    /// When so many lines are due: they take a fifteenth of the time since the last at most.
    fn due_ms(&self, lines: usize) -> i64 {
        let lines = i64::try_from(lines).unwrap_or(i64::MAX);
        let takes = lines.saturating_mul(self.line_ns) / 1_000_000;
        self.at_ms
            .saturating_add(SETTLE_MS.max(takes.saturating_mul(PART)))
    }

    /// Says that somebody else has settled by a moment.
    pub(super) fn made_elsewhere(&mut self, now_ms: i64) {
        self.at_ms = now_ms;
    }

    /// Says that a settlement of so many lines was made between two moments.
    pub(super) fn made(&mut self, lines: usize, (began_ms, now_ms): (i64, i64)) {
        self.at_ms = now_ms;
        let lines = i64::try_from(lines).unwrap_or(i64::MAX);
        if lines >= TELLING {
            let took = now_ms.saturating_sub(began_ms).max(0);
            let found = took.saturating_mul(1_000_000) / lines;
            let (least, most) = LINE_NS_RANGE;
            self.line_ns = found.clamp(least, most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_lines_are_due_after_a_second() {
        let mut pace = Pace::default();
        pace.made(3, (9_990, 10_000));
        assert!(!pace.is_due(3, 10_999));
        assert!(pace.is_due(3, 11_000));
    }

    #[test]
    fn many_lines_wait_for_as_long_as_makes_them_a_fifteenth() {
        let mut pace = Pace::default();
        // 10,000 lines in 400 ms: 40 µs each.
        pace.made(10_000, (0, 400));
        assert!(!pace.is_due(10_000, 400 + 5_999));
        assert!(pace.is_due(10_000, 400 + 6_000));
        // More of them wait longer, but what lies in memory has a bound.
        assert!(!pace.is_due(20_000, 400 + 11_999));
        assert!(pace.is_due(100_001, 401));
    }

    #[test]
    fn the_first_settlement_waits_by_what_a_line_is_taken_to_cost() {
        let mut pace = Pace::default();
        pace.made(0, (0, 0));
        assert!(!pace.is_due(50_000, 14_999));
        assert!(pace.is_due(50_000, 15_000));
    }

    #[test]
    fn a_settlement_of_few_lines_says_nothing_of_their_cost() {
        let mut pace = Pace::default();
        pace.made(10, (0, 900));
        assert!(pace.is_due(1_000, 900 + 1_000));
    }

    #[test]
    fn a_clock_that_went_back_does_not_stop_settling_for_ever() {
        let mut pace = Pace::default();
        pace.made(2_000, (5_000, 4_000));
        assert!(pace.is_due(2_000, 5_000));
        pace.made(2_000, (3_600_000, 3_600_000));
        assert!(pace.is_due(2_000, 5_000));
    }
}
