//! Dividing the videos between licences, clip time and pool at the least cost.
//!
//! The state after some habits is how much clip time and how many uses of the pool they take; its
//! value is the least that their licences cost. Each habit is divided in every way, so the best
//! final state, with the price of its clip time and of the pool, is the best mix there is. Clip
//! time is counted in the greatest unit that every habit's clip is a multiple of.

use super::clip_time::Tariff;
use super::licences::{Licences, NEVER};
use super::{Habit, OnSale, Part, Unserved, seconds, serves};

/// The means that a mix may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Means {
    pub(super) licences: bool,
    pub(super) clip: bool,
    pub(super) pool: bool,
}

impl Means {
    /// All together first: its mix is the cheapest of all, the others say what it is cheaper than.
    pub(super) const ALL: [Means; 7] = [
        Means::of(true, true, true),
        Means::of(true, true, false),
        Means::of(true, false, true),
        Means::of(false, true, true),
        Means::of(true, false, false),
        Means::of(false, true, false),
        Means::of(false, false, true),
    ];

    const fn of(licences: bool, clip: bool, pool: bool) -> Means {
        Means {
            licences,
            clip,
            pool,
        }
    }
}

/// How many videos of a habit aren't licensed one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) clip: u32,
    pub(super) pool: u32,
}

/// The best division under some means.
#[derive(Debug)]
pub(super) struct Solved {
    pub(super) splits: Vec<Split>,
}

/// The question, with what follows from each habit alone.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    pub(super) habits: &'a [Habit],
    pub(super) on_sale: &'a OnSale,
    pub(super) licences: Vec<Licences>,
    pub(super) unserved: Vec<Unserved>,
    clip: Vec<bool>,
    /// The most videos of each habit that the pool serves.
    pool: Vec<u32>,
    /// Whether a habit takes of the pool all it can or nothing.
    all_or_nothing: bool,
    tariff: Option<Tariff>,
    unit_seconds: u64,
}

impl<'a> Problem<'a> {
    pub(super) fn of(habits: &'a [Habit], on_sale: &'a OnSale) -> Problem<'a> {
        let mut unserved = Vec::new();
        let mut licences = Vec::new();
        let (mut clip, mut pool) = (Vec::new(), Vec::new());
        for habit in habits.iter().enumerate() {
            licences.push(Licences::of(habit, &mut unserved));
            clip.push(
                on_sale
                    .clip_time
                    .as_ref()
                    .is_some_and(|sold| serves(&sold.envelope, habit, "Clip time", &mut unserved)),
            );
            pool.push(match &on_sale.pool {
                Some(sold) if serves(&sold.envelope, habit, &sold.name, &mut unserved) => {
                    sold.most(habit.1)
                }
                _ => 0,
            });
        }
        let drawing = habits.iter().zip(&clip).filter(|(_, clip)| **clip);
        let unit_seconds = drawing
            .clone()
            .fold(0, |unit, (habit, _)| gcd(unit, seconds(habit)));
        let most: u64 = drawing
            .map(|(habit, _)| seconds(habit) * u64::from(habit.videos))
            .sum();
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Problem {
            habits,
            on_sale,
            licences,
            unserved,
            tariff: on_sale
                .clip_time
                .as_ref()
                .map(|sold| Tariff::of(sold, most)),
            clip,
            pool,
            all_or_nothing: false,
            unit_seconds: unit_seconds.max(1),
        }
    }

    /// Weighs fewer ways to divide a habit: of the pool all it can take, or nothing.
    pub(super) fn weighs_less(&mut self) {
        self.all_or_nothing = true;
    }

    /// Habits that nothing serves.
    pub(super) fn uncovered(&self) -> Vec<usize> {
        let habits = 0..self.habits.len();
        habits
            .filter(|habit| {
                !self.licences[*habit].serve() && !self.clip[*habit] && self.pool[*habit] == 0
            })
            .collect()
    }

    /// The steps that [`Problem::solve`] takes with all means.
    pub(super) fn work(&self) -> u64 {
        let all = Means::of(true, true, true);
        let (units, uses) = self.size(all);
        let states = (units as u64 + 1) * (uses as u64 + 1);
        let ways = (0..self.habits.len()).map(|habit| self.ways(habit, all).count() as u64);
        states.saturating_mul(ways.sum())
    }

    /// The best division that uses nothing but `means`; `None` where they don't serve every video.
    pub(super) fn solve(&self, means: Means) -> Option<Solved> {
        let (units, uses) = self.size(means);
        let index = |unit: usize, used: usize| unit * (uses + 1) + used;
        let mut best = vec![NEVER; (units + 1) * (uses + 1)];
        best[0] = 0;
        let mut trails: Vec<Vec<Split>> = Vec::new();
        for habit in 0..self.habits.len() {
            let mut next = vec![NEVER; best.len()];
            let mut trail = vec![Split::default(); best.len()];
            let ways: Vec<(Split, i64, usize)> = self.ways(habit, means).collect();
            for unit in 0..=units {
                for used in 0..=uses {
                    let before = best[index(unit, used)];
                    if before >= NEVER {
                        continue;
                    }
                    for (split, cost, drawn) in &ways {
                        let used = used + split.pool as usize;
                        if used > uses {
                            continue;
                        }
                        let at = index(unit + drawn, used);
                        if before + cost < next[at] {
                            next[at] = before + cost;
                            trail[at] = *split;
                        }
                    }
                }
            }
            best = next;
            trails.push(trail);
        }
        let states = (0..=units).flat_map(|unit| (0..=uses).map(move |used| (unit, used)));
        let priced = states.map(|(unit, used)| {
            let cost = best[index(unit, used)].saturating_add(self.bought(unit, used));
            (cost, unit, used)
        });
        let (cost, mut unit, mut used) = priced.min()?;
        if cost >= NEVER {
            return None;
        }
        let mut splits = Vec::new();
        for (habit, trail) in trails.iter().enumerate().rev() {
            let split = trail[index(unit, used)];
            unit -= self.units(habit, split.clip);
            used -= split.pool as usize;
            splits.push(split);
        }
        splits.reverse();
        Some(Solved { splits })
    }

    /// The clip time that serves these videos of each habit, as a part of a mix.
    pub(super) fn clip_part(&self, videos: Vec<u32>) -> Part {
        let drawn: u64 = self
            .habits
            .iter()
            .zip(&videos)
            .map(|(habit, videos)| seconds(habit) * u64::from(*videos))
            .sum();
        let whole = usize::try_from(drawn).unwrap_or(usize::MAX);
        let bought = self.tariff.as_ref().map(|tariff| tariff.bought(whole));
        let mut part = (Vec::new(), 0, 0);
        if let Some(sold) = &self.on_sale.clip_time {
            part.2 = sold.held_ms.max(0);
            for (place, count) in bought.unwrap_or_default() {
                let plan = &sold.plans[place];
                part.0.push((plan.code.clone(), count));
                part.1 += plan.price_micros * i64::from(count);
                part.2 += plan.total_ms * i64::from(count);
            }
        }
        let drawn_ms = i64::try_from(drawn)
            .unwrap_or(i64::MAX)
            .saturating_mul(1_000);
        Part::ClipTime {
            plans: part.0,
            cost_micros: part.1,
            videos,
            drawn_ms,
            left_ms: part.2 - drawn_ms,
        }
    }

    /// The most units of clip time and uses of the pool that can be taken.
    fn size(&self, means: Means) -> (usize, usize) {
        let units = (0..self.habits.len())
            .filter(|habit| means.clip && self.clip[*habit])
            .map(|habit| self.units(habit, self.habits[habit].videos));
        let pooled = self.pool.iter().filter(|_| means.pool);
        let wanted: u32 = pooled.sum();
        (units.sum(), wanted.min(self.funded()) as usize)
    }

    /// The uses that a month of the pool pays.
    fn funded(&self) -> u32 {
        self.on_sale.pool.as_ref().map_or(0, |pool| pool.uses)
    }

    fn units(&self, habit: usize, videos: u32) -> usize {
        let units = seconds(&self.habits[habit]) * u64::from(videos) / self.unit_seconds;
        usize::try_from(units).unwrap_or(usize::MAX)
    }

    /// Every way to divide a habit: its split, what the licences cost, the units of clip time.
    fn ways(&self, habit: usize, means: Means) -> impl Iterator<Item = (Split, i64, usize)> + '_ {
        let videos = self.habits[habit].videos;
        let by_clip = if means.clip && self.clip[habit] {
            videos
        } else {
            0
        };
        let by_pool = if means.pool {
            self.pool[habit].min(self.funded())
        } else {
            0
        };
        let less = self.all_or_nothing;
        (0..=by_clip)
            .flat_map(move |clip| {
                let most = by_pool.min(videos - clip);
                let pools = (0..=most).filter(move |pool| !less || *pool == 0 || *pool == most);
                pools.map(move |pool| Split { clip, pool })
            })
            .filter_map(move |split| {
                let licensed = (videos - split.clip - split.pool) as usize;
                let cost = self.licences[habit].cost[licensed];
                let allowed = cost < NEVER && (means.licences || licensed == 0);
                allowed.then(|| (split, cost, self.units(habit, split.clip)))
            })
    }

    /// What clip time and pool cost beside the licences.
    fn bought(&self, units: usize, uses: usize) -> i64 {
        let whole = units.saturating_mul(usize::try_from(self.unit_seconds).unwrap_or(usize::MAX));
        let clip = self.tariff.as_ref().map_or(0, |tariff| tariff.cost(whole));
        let pool = self.on_sale.pool.as_ref().filter(|_| uses > 0);
        clip.saturating_add(pool.map_or(0, |pool| pool.price_micros))
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
