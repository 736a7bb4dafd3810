//! A plain forecast of a payee's income: what renewing subscriptions bring, and where the weeks are
//! heading, each with a range.
//!
//! **The formula.**
//! - *Subscriptions*: a month brings R · P/A. R is what the subscriptions that will renew put into the
//!   pool each month, A what cycles that were closed lately had put in, P what the payee had of those.
//!   The range takes the lowest and the highest P/A of the last months that closed any.
//! - *Trend*: of the last n whole weeks (at most twelve) with incomes y₀ … yₙ₋₁, the slope b is the
//!   median of (yⱼ − yᵢ)/(j − i) over all pairs, and the level a the median of yᵢ − b·i: the
//!   estimator of Theil (1950) and Sen (1968, *Journal of the American Statistical Association* 63),
//!   which a few odd weeks don't bend. Week t is to bring a + b·t and never less than nothing; the slope
//!   is followed no further ahead than it was seen, n weeks. The range moves each week by those
//!   residuals of the past weeks between which the middle eight in ten lie. A month takes its days' part
//!   of each week.
//!
//! All of it is exact in integers; a month's figures are floored to the micro-unit.

use thiserror::Error;

/// Milliseconds in a week.
pub const WEEK_MS: i64 = 7 * crate::time::DAY_MS;
/// With fewer whole weeks there is no forecast.
pub const WEEKS_MIN: usize = 4;
/// Earlier weeks don't count.
pub const WEEKS_MAX: usize = 12;
/// How many months are looked ahead.
pub const MONTHS: usize = 3;

/// Twice 27720, the least common multiple of 1 to 12, and twice again: slopes between weeks are whole
/// multiples of 4 in this scale, so medians of even counts are whole, too, and levels after them.
const SCALE: i128 = 4 * 27_720;

/// An amount that is to be expected, in micro-units, with the range it should lie in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Not less than this.
    pub low: i64,
    /// To be expected.
    pub expected: i64,
    /// Not more than this.
    pub high: i64,
}

impl Range {
    fn plus(self, other: Range) -> Range {
        Range {
            low: self.low.saturating_add(other.low),
            expected: self.expected.saturating_add(other.expected),
            high: self.high.saturating_add(other.high),
        }
    }
}

/// What a payee had of cycles that were closed in one month. Micro-units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// What was theirs.
    pub earned: i64,
    /// What the cycles had put in.
    pub contributed: i64,
}

/// What a forecast is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// What each whole week brought without subscriptions, the oldest first, in micro-units.
    pub weeks: Vec<i64>,
    /// What subscriptions that will renew put into the pool each month, in micro-units.
    pub renewing: i64,
    /// The payee's part of what closed lately, month by month.
    pub shares: Vec<Share>,
}

/// One month ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Month {
    /// From subscriptions.
    pub subscriptions: Range,
    /// From uses that are paid for one by one, and from sales.
    pub trend: Range,
    /// Both.
    pub total: Range,
}

/// There are too few weeks to say anything.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("not enough history: {weeks} whole weeks since the first income, {WEEKS_MIN} are needed")]
pub struct NotEnough {
    /// How many there are.
    pub weeks: usize,
}

/// The months ahead: `ends` are their ends, in ms from now, rising.
///
/// # Errors
/// [`NotEnough`] under four weeks.
pub fn forecast(past: &Past, ends: &[i64; MONTHS]) -> Result<[Month; MONTHS], NotEnough> {
    let weeks = past.weeks.len();
    if weeks < WEEKS_MIN {
        return Err(NotEnough { weeks });
    }
    let first = weeks.saturating_sub(WEEKS_MAX);
    let line = Line::of(past.weeks.get(first..).unwrap_or_default());
    let subscriptions = subscriptions(past);
    let mut months = [Month::default(); MONTHS];
    let mut from = 0;
    for (month, until) in months.iter_mut().zip(ends) {
        let trend = line.between(from, *until);
        *month = Month {
            subscriptions,
            trend,
            total: subscriptions.plus(trend),
        };
        from = *until;
    }
    Ok(months)
}

/// What a month brings by subscriptions.
fn subscriptions(past: &Past) -> Range {
    let shares = || {
        let counts = |share: &&Share| share.contributed > 0;
        past.shares.iter().filter(counts).map(|share| Share {
            earned: share.earned.clamp(0, share.contributed),
            ..*share
        })
    };
    let of = |share: Share| {
        let product = i128::from(past.renewing.max(0)) * i128::from(share.earned);
        small(product.div_euclid(i128::from(share.contributed)))
    };
    let sum = |part: fn(Share) -> i64| shares().map(part).fold(0_i64, i64::saturating_add);
    let all = Share {
        earned: sum(|share| share.earned),
        contributed: sum(|share| share.contributed),
    };
    if all.contributed == 0 {
        return Range::default();
    }
    Range {
        low: shares().map(of).min().unwrap_or(0),
        expected: of(all),
        high: shares().map(of).max().unwrap_or(0),
    }
}

/// Where weeks are heading. All in [`SCALE`].
struct Line {
    weeks: i128,
    level: i128,
    slope: i128,
    /// The residuals that eight in ten lie between.
    residuals: (i128, i128),
}

impl Line {
    /// Of at least one week.
    fn of(weeks: &[i64]) -> Self {
        let points: Vec<(i128, i128)> = (0_i128..)
            .zip(weeks)
            .map(|(at, micros)| (at, i128::from(*micros) * SCALE))
            .collect();
        let mut slopes = Vec::new();
        for (nth, (at, micros)) in points.iter().enumerate() {
            let later = points.iter().skip(nth + 1);
            slopes.extend(later.map(|(then, after)| (after - micros) / (then - at)));
        }
        let slope = median(slopes);
        let rests = |level: i128| {
            points
                .iter()
                .map(move |(at, micros)| micros - level - slope * at)
                .collect::<Vec<_>>()
        };
        let level = median(rests(0));
        let mut residuals = rests(level);
        residuals.sort_unstable();
        let out = residuals.len() / 10;
        let at = |place: usize| residuals.get(place).copied().unwrap_or(0);
        Self {
            weeks: i128::try_from(points.len()).unwrap_or(i128::MAX),
            level,
            slope,
            residuals: (at(out), at(residuals.len().saturating_sub(out + 1))),
        }
    }

    /// What comes between two instants ahead, in ms from now.
    fn between(&self, from: i64, until: i64) -> Range {
        let (mut low, mut expected, mut high) = (0, 0, 0);
        let mut start = from;
        while start < until {
            let ahead = start.div_euclid(WEEK_MS);
            let end = until.min((ahead + 1) * WEEK_MS);
            let (week, part) = (self.week(i128::from(ahead)), i128::from(end - start));
            let some = |residual: i128| (week + residual).max(0) * part;
            low += some(self.residuals.0);
            expected += some(0);
            high += some(self.residuals.1);
            start = end;
        }
        let micros = |sum: i128| small(sum.div_euclid(SCALE * i128::from(WEEK_MS)));
        Range {
            low: micros(low),
            expected: micros(expected),
            high: micros(high),
        }
    }

    fn week(&self, ahead: i128) -> i128 {
        let followed = ahead.min(self.weeks - 1);
        self.level + self.slope * (self.weeks + followed)
    }
}

/// The middle, or the mean of the two in the middle.
fn median(mut of: Vec<i128>) -> i128 {
    of.sort_unstable();
    let at = |place: usize| of.get(place).copied().unwrap_or(0);
    let half = of.len() / 2;
    if of.len() % 2 == 1 {
        at(half)
    } else {
        (at(half.saturating_sub(1)) + at(half)) / 2
    }
}

fn small(micros: i128) -> i64 {
    i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX })
}
