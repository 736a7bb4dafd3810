//! The cheapest mix of licences, clip time and pool for a month of videos, with its reasons.
//!
//! Each [`Habit`] is a kind of video made so many times a month. A video is served by a licence for
//! its track, by clip time, or by the pool, and only by what covers it ([`covers`]). The answer is
//! exact: every way to divide the videos is accounted for, within [`WORK_MAX`]. Of a larger question
//! each habit takes of the pool what it can or nothing, which is the best there is unless several
//! habits compete for its uses. It knows nothing of stores, buyers or clocks: what is on sale, at what price for each habit, is handed in.
//!
//! Two habits are taken to be about different tracks: a licence bought for one never serves the
//! other. Amounts are micro-units of the one currency that the caller gives.

mod clip_time;
mod habits;
mod licences;
mod plan;
mod told;

use ledger::Currency;
use thiserror::Error;

use crate::bundle::billed_ms;
use crate::covers::{Shortfall, covers};
use crate::envelope::{Envelope, Videos};
use crate::intended::IntendedUse;

pub use habits::{asset_of, habits_of};

/// The most habits of a question.
pub const HABITS_MAX: usize = 6;
/// The most videos a month of one habit.
pub const VIDEOS_MAX: u32 = 300;
/// The longest clip of a habit, in ms: ten minutes.
pub const HABIT_CLIP_MAX_MS: u32 = 600_000;
/// The most licences on sale for one habit.
pub const LICENCES_MAX: usize = 64;
/// The most plans of clip time.
pub const PLANS_MAX: usize = 16;
/// The dearest price that is reckoned with, in micro-units: ten million.
pub const PRICE_MAX_MICROS: i64 = 10_000_000_000_000;
/// The most steps that a question may take: states times ways to divide one habit.
pub const WORK_MAX: u64 = 10_000_000;

/// A kind of video that is made regularly.
#[derive(Clone, Debug)]
pub struct Habit {
    /// What one video does with the music.
    pub each: IntendedUse,
    /// How many videos a month.
    pub videos: u32,
    /// On how many different tracks, spread evenly: 1 to `videos`.
    pub tracks: u32,
    /// The licences on sale for such a video, at their price for it.
    pub licences: Vec<LicenceChoice>,
}

/// A licence for one track.
#[derive(Clone, Debug)]
pub struct LicenceChoice {
    /// For people: `15-second cut, Creator tier`.
    pub name: String,
    /// What a licence costs.
    pub price_micros: i64,
    /// What it allows.
    pub envelope: Envelope,
}

/// Clip time: one envelope, sold in several sizes.
#[derive(Clone, Debug)]
pub struct ClipTime {
    /// What a use may do.
    pub envelope: Envelope,
    /// The sizes on sale.
    pub plans: Vec<ClipPlan>,
    /// Clip time that is held already and lasts the month, in ms: it costs nothing more.
    pub held_ms: i64,
}

/// A size of clip time.
#[derive(Clone, Debug)]
pub struct ClipPlan {
    /// The stable code: `bundle_10`.
    pub code: String,
    /// What it costs.
    pub price_micros: i64,
    /// What it holds, in ms.
    pub total_ms: i64,
}

/// A subscription to the pool.
#[derive(Clone, Debug)]
pub struct Pool {
    /// For people.
    pub name: String,
    /// What a month costs.
    pub price_micros: i64,
    /// The uses that a month's price funds.
    pub uses: u32,
    /// How many tracks are in rotation.
    pub tracks: u32,
    /// The most uses of one track a month; none where there is no such limit.
    pub track_cap: Option<u32>,
    /// What a use may do.
    pub envelope: Envelope,
}

impl Pool {
    /// The most videos of a habit that it serves, whatever its price funds: on no more tracks than
    /// are in rotation, each no more often than it may be used.
    fn most(&self, habit: &Habit) -> u32 {
        let tracks = habit.tracks.min(self.tracks);
        let on_those = u64::from(habit.videos) * u64::from(tracks) / u64::from(habit.tracks.max(1));
        let on_those = u32::try_from(on_those).unwrap_or(habit.videos);
        match self.track_cap {
            Some(cap) => on_those.min(cap.saturating_mul(tracks)),
            None => on_those,
        }
    }
}

/// Everything on sale beside the licences for each habit.
#[derive(Clone, Debug, Default)]
pub struct OnSale {
    /// Clip time.
    pub clip_time: Option<ClipTime>,
    /// The pool, where the store sells one.
    pub pool: Option<Pool>,
}

/// A question that isn't answered.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SuggestError {
    /// No habit, or too many.
    #[error("say 1 to {HABITS_MAX} kinds of video")]
    Habits,
    /// A habit's number of videos, by the habit's place.
    #[error("a month has 1 to {VIDEOS_MAX} videos of a kind")]
    Videos(usize),
    /// A habit's number of tracks, by the habit's place.
    #[error("the tracks are 1 up to the number of videos")]
    Tracks(usize),
    /// A habit's clip, by the habit's place.
    #[error("a clip is 1 ms up to ten minutes")]
    Clip(usize),
    /// What is on sale can't be reckoned with: too many choices, or a price out of range.
    #[error("there is too much on sale, or a price is out of range")]
    OnSale,
    /// More than [`WORK_MAX`] steps.
    #[error(
        "these are too many kinds of video at once: ask about fewer, or round their lengths to 5 seconds"
    )]
    TooMuch,
}

/// What is bought, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Licences for single tracks.
    Licences {
        /// The habit they serve, by its place.
        habit: usize,
        /// Which of the habit's licences, by its place.
        choice: usize,
        /// How many.
        count: u32,
        /// What they cost together.
        cost_micros: i64,
    },
    /// Clip time: every plan that is bought, and what it serves.
    ClipTime {
        /// Codes and counts, the largest first; empty where what is held is enough.
        plans: Vec<(String, u32)>,
        /// What they cost together.
        cost_micros: i64,
        /// Videos by habit.
        videos: Vec<u32>,
        /// What the videos draw, in ms.
        drawn_ms: i64,
        /// What is left for later months, in ms, with what was held.
        left_ms: i64,
    },
    /// A month of the pool.
    Pool {
        /// What it costs.
        cost_micros: i64,
        /// Videos by habit.
        videos: Vec<u32>,
        /// Uses that are left this month.
        left_uses: u32,
    },
}

impl Part {
    /// What it costs, in micro-units.
    #[must_use]
    pub const fn cost_micros(&self) -> i64 {
        match self {
            Part::Licences { cost_micros, .. }
            | Part::ClipTime { cost_micros, .. }
            | Part::Pool { cost_micros, .. } => *cost_micros,
        }
    }
}

/// A way to cover every video of the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mix {
    /// What is paid this month: the sum of its parts.
    pub total_micros: i64,
    /// The same a video, rounded down to a micro-unit.
    pub per_video_micros: i64,
    /// Videos of each habit that licences serve; the rest are served by the other parts.
    pub licensed: Vec<u32>,
    /// What is bought.
    pub parts: Vec<Part>,
    /// Why this much, for people.
    pub reasons: Vec<String>,
}

/// A means that can't serve a habit, and why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unserved {
    /// The habit, by its place.
    pub habit: usize,
    /// For people: the licence's name, clip time, the pool.
    pub means: String,
    /// Every reason.
    pub shortfalls: Vec<Shortfall>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Mixes that cover every video: the cheapest first, and each cheaper than all others of its
    /// means. Empty where something can't be covered by anything on sale.
    pub mixes: Vec<Mix>,
    /// Habits that nothing on sale covers, by their place.
    pub uncovered: Vec<usize>,
    /// What couldn't be used, and why.
    pub unserved: Vec<Unserved>,
}

/// Suggests.
///
/// # Errors
/// [`SuggestError`].
pub fn suggest(
    habits: &[Habit],
    on_sale: &OnSale,
    currency: Currency,
) -> Result<Suggestion, SuggestError> {
    check(habits, on_sale)?;
    let mut problem = plan::Problem::of(habits, on_sale);
    if problem.work() > WORK_MAX {
        problem.weighs_less();
    }
    if problem.work() > WORK_MAX {
        return Err(SuggestError::TooMuch);
    }
    let mut mixes: Vec<Mix> = Vec::new();
    for means in plan::Means::ALL {
        if let Some(mix) = problem
            .solve(means)
            .map(|solved| assemble(&problem, &solved))
            && mixes.iter().all(|other| other.parts != mix.parts)
        {
            mixes.push(mix);
        }
    }
    mixes.sort_by_key(|mix| (mix.total_micros, mix.parts.len()));
    told::reasons(&problem, &mut mixes, currency);
    Ok(Suggestion {
        mixes,
        uncovered: problem.uncovered(),
        unserved: problem.unserved,
    })
}

fn check(habits: &[Habit], on_sale: &OnSale) -> Result<(), SuggestError> {
    if habits.is_empty() || habits.len() > HABITS_MAX {
        return Err(SuggestError::Habits);
    }
    let sane = |price: i64| (0..=PRICE_MAX_MICROS).contains(&price);
    for (place, habit) in habits.iter().enumerate() {
        if habit.videos == 0 || habit.videos > VIDEOS_MAX {
            return Err(SuggestError::Videos(place));
        }
        if habit.tracks == 0 || habit.tracks > habit.videos {
            return Err(SuggestError::Tracks(place));
        }
        if habit.each.clip_ms == 0 || habit.each.clip_ms > HABIT_CLIP_MAX_MS {
            return Err(SuggestError::Clip(place));
        }
        let priced = habit.licences.iter().all(|one| sane(one.price_micros));
        if !priced || habit.licences.len() > LICENCES_MAX {
            return Err(SuggestError::OnSale);
        }
    }
    let plans = on_sale.clip_time.iter().flat_map(|clip| &clip.plans);
    let sold = plans.clone().count() <= PLANS_MAX
        && plans
            .clone()
            .all(|plan| sane(plan.price_micros) && plan.total_ms > 0)
        && on_sale.pool.iter().all(|pool| sane(pool.price_micros));
    if sold {
        Ok(())
    } else {
        Err(SuggestError::OnSale)
    }
}

/// One video of the habit, as a question to an envelope.
fn one_video(habit: &Habit) -> IntendedUse {
    IntendedUse {
        videos: Videos::Count(1),
        ..habit.each.clone()
    }
}

/// Does `envelope` serve a video of the habit? If not, that is noted.
fn serves(
    envelope: &Envelope,
    habit: (usize, &Habit),
    means: &str,
    unserved: &mut Vec<Unserved>,
) -> bool {
    match covers(envelope, &one_video(habit.1)) {
        Ok(()) => true,
        Err(shortfalls) => {
            unserved.push(Unserved {
                habit: habit.0,
                means: means.to_owned(),
                shortfalls,
            });
            false
        }
    }
}

/// What one video of the habit draws from clip time, in whole seconds.
fn seconds(habit: &Habit) -> u64 {
    u64::try_from(billed_ms(i64::from(habit.each.clip_ms)) / 1_000).unwrap_or(0)
}

fn assemble(problem: &plan::Problem<'_>, solved: &plan::Solved) -> Mix {
    let mut parts = Vec::new();
    let mut licensed = Vec::new();
    for (habit, split) in solved.splits.iter().enumerate() {
        let by_licence = problem.habits[habit].videos - split.clip - split.pool;
        licensed.push(by_licence);
        for (choice, count) in problem.licences[habit].bought(by_licence) {
            let price = problem.habits[habit].licences[choice].price_micros;
            parts.push(Part::Licences {
                habit,
                choice,
                count,
                cost_micros: price * i64::from(count),
            });
        }
    }
    let by =
        |pick: fn(&plan::Split) -> u32| -> Vec<u32> { solved.splits.iter().map(pick).collect() };
    let (clip, pool) = (by(|split| split.clip), by(|split| split.pool));
    if clip.iter().any(|videos| *videos > 0) {
        parts.push(problem.clip_part(clip));
    }
    if let Some(sold) = problem
        .on_sale
        .pool
        .as_ref()
        .filter(|_| pool.iter().any(|n| *n > 0))
    {
        let used: u32 = pool.iter().sum();
        parts.push(Part::Pool {
            cost_micros: sold.price_micros,
            videos: pool,
            left_uses: sold.uses - used,
        });
    }
    let total_micros = parts.iter().map(Part::cost_micros).sum();
    let videos: u32 = problem.habits.iter().map(|habit| habit.videos).sum();
    Mix {
        total_micros,
        per_video_micros: total_micros / i64::from(videos.max(1)),
        licensed,
        parts,
        reasons: Vec::new(),
    }
}
