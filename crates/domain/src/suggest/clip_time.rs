//! The cheapest plans of clip time that hold so many seconds.

use super::ClipTime;

/// For 0, 1, … seconds beyond what is held: what they cost, and the plan to begin with.
#[derive(Debug)]
pub(super) struct Tariff {
    best: Vec<(i64, usize)>,
    held: usize,
    whole_seconds: Vec<usize>,
}

impl Tariff {
    /// The tariff for up to `most` seconds.
    pub(super) fn of(clip: &ClipTime, most: usize) -> Tariff {
        let held = usize::try_from(clip.held_ms.max(0) / 1_000).unwrap_or(usize::MAX);
        let whole = |ms: i64| usize::try_from(ms / 1_000).unwrap_or(0);
        let whole_seconds: Vec<usize> =
            clip.plans.iter().map(|plan| whole(plan.total_ms)).collect();
        let mut best = vec![(0, 0)];
        for seconds in 1..=most.saturating_sub(held) {
            let plans = clip.plans.iter().zip(&whole_seconds).enumerate();
            let costs =
                plans
                    .filter(|(_, (_, whole))| **whole > 0)
                    .map(|(place, (plan, whole))| {
                        let rest = best[seconds.saturating_sub(*whole)].0;
                        (plan.price_micros.saturating_add(rest), place)
                    });
            best.push(costs.min().unwrap_or((super::licences::NEVER, 0)));
        }
        Tariff {
            best,
            held,
            whole_seconds,
        }
    }

    /// What `seconds` cost.
    pub(super) fn cost(&self, seconds: usize) -> i64 {
        let beyond = seconds.saturating_sub(self.held);
        self.best
            .get(beyond)
            .map_or(super::licences::NEVER, |best| best.0)
    }

    /// The plans to buy for `seconds`, by their place, and how many of each.
    pub(super) fn bought(&self, seconds: usize) -> Vec<(usize, u32)> {
        let mut counts = vec![0_u32; self.whole_seconds.len()];
        let mut left = seconds.saturating_sub(self.held);
        while left > 0 {
            let plan = self.best[left].1;
            counts[plan] += 1;
            left = left.saturating_sub(self.whole_seconds[plan].max(1));
        }
        let mut bought: Vec<(usize, u32)> = counts.into_iter().enumerate().collect();
        bought.retain(|(_, count)| *count > 0);
        bought.sort_by_key(|(place, _)| std::cmp::Reverse(self.whole_seconds[*place]));
        bought
    }
}
