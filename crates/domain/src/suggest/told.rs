//! Why a mix costs what it does, in English sentences.

use ledger::round::mul_div_floor;
use ledger::{Currency, Money};

use super::plan::Problem;
use super::{Habit, Mix, Part};
use crate::texts::Texts;

/// Fills in the reasons of all mixes, which are sorted by cost.
pub(super) fn reasons(problem: &Problem<'_>, mixes: &mut [Mix], currency: Currency) {
    let money = |micros: i64| price(Money::new(micros, currency));
    let cheapest = mixes.first().map_or(0, |mix| mix.total_micros);
    for mix in mixes.iter_mut() {
        let mut reasons: Vec<String> = mix
            .parts
            .iter()
            .map(|part| format!("{}.", bought(problem, part, &money)))
            .collect();
        let videos: u32 = problem.habits.iter().map(|habit| habit.videos).sum();
        let (total, each) = (money(mix.total_micros), money(mix.per_video_micros));
        reasons.push(format!(
            "In all {total} for {}: about {each} a video.",
            count(videos, "video")
        ));
        let more = mix.total_micros - cheapest;
        if more > 0 {
            reasons.push(format!("That is {} more than the cheapest.", money(more)));
        }
        mix.reasons = reasons;
    }
}

/// An amount to the nearest minor unit, or exactly where that would be nothing.
fn price(amount: Money) -> String {
    let rounded = amount.half_up_to_minor().unwrap_or(amount);
    if rounded.is_zero() {
        amount.price_display()
    } else {
        rounded.price_display()
    }
}

fn bought(problem: &Problem<'_>, part: &Part, money: &impl Fn(i64) -> String) -> String {
    match part {
        Part::Licences {
            habit,
            choice,
            count: licences,
            cost_micros,
        } => {
            let asked = &problem.habits[*habit];
            let each = &asked.licences[*choice];
            let price = money(each.price_micros);
            let what = format!(
                "{licences} × {} at {price}: {}",
                each.name,
                money(*cost_micros)
            );
            format!("{what}, for {}", kind(asked))
        }
        Part::ClipTime {
            plans,
            cost_micros,
            videos,
            drawn_ms,
            left_ms,
        } => {
            let drawn = length(*drawn_ms);
            let served = served(problem.habits, videos);
            let rest = rest(problem, plans, *cost_micros, *left_ms, money);
            match plans.as_slice() {
                [] => format!("The clip time you hold: {served} draw {drawn} of it; {rest}"),
                plans => {
                    let plans: Vec<String> = plans.iter().map(|plan| name(problem, plan)).collect();
                    let plans = plans.join(" and ");
                    format!(
                        "{plans} for {}: {served} draw {drawn}; {rest}",
                        money(*cost_micros)
                    )
                }
            }
        }
        Part::Pool {
            cost_micros,
            videos,
            left_uses,
        } => {
            let name = problem
                .on_sale
                .pool
                .as_ref()
                .map_or("The pool", |pool| &pool.name);
            let served = served(problem.habits, videos);
            let left = count(*left_uses, "use");
            format!(
                "{name} for {}: {served}; {left} left this month",
                money(*cost_micros)
            )
        }
    }
}

/// What is left of clip time, and what it is worth at the price it was bought for.
fn rest(
    problem: &Problem<'_>,
    plans: &[(String, u32)],
    cost_micros: i64,
    left_ms: i64,
    money: &impl Fn(i64) -> String,
) -> String {
    if left_ms <= 0 {
        return "nothing is left".to_owned();
    }
    let left = length(left_ms);
    let sold = problem
        .on_sale
        .clip_time
        .iter()
        .flat_map(|clip| &clip.plans);
    let total_ms: i64 = sold
        .filter_map(|plan| {
            let mine = plans.iter().find(|(code, _)| *code == plan.code)?;
            Some(plan.total_ms * i64::from(mine.1))
        })
        .sum();
    // What was held was paid for before, so only the bought part has a price here.
    let worth = mul_div_floor(cost_micros, left_ms.min(total_ms), total_ms.max(1)).unwrap_or(0);
    if worth == 0 {
        format!("{left} are left for later")
    } else {
        format!("{left} are left for later, worth {}", money(worth))
    }
}

fn name(problem: &Problem<'_>, (code, count): &(String, u32)) -> String {
    let sold = problem
        .on_sale
        .clip_time
        .iter()
        .flat_map(|clip| &clip.plans);
    let total_ms = sold
        .filter(|plan| plan.code == *code)
        .map(|plan| plan.total_ms)
        .next();
    let size = length(total_ms.unwrap_or(0));
    format!("{count} × clip time of {size}")
}

fn served(habits: &[Habit], videos: &[u32]) -> String {
    let kinds = habits.iter().zip(videos).filter(|(_, videos)| **videos > 0);
    let kinds: Vec<String> = kinds
        .map(|(habit, videos)| of_length(habit, *videos))
        .collect();
    Texts::english().and(&kinds)
}

fn of_length(habit: &Habit, videos: u32) -> String {
    let long = Texts::english().length(habit.each.clip_ms);
    format!("{} with {long} of music", count(videos, "video"))
}

/// A habit as what its licences are for.
fn kind(habit: &Habit) -> String {
    let long = Texts::english().length(habit.each.clip_ms);
    let tracks = match (habit.tracks, habit.videos) {
        (1, 1) => String::new(),
        (1, _) => " on one track".to_owned(),
        (tracks, videos) if tracks == videos => ", each on a track of its own".to_owned(),
        (tracks, _) => format!(" on {tracks} tracks"),
    };
    format!("videos with {long} of music{tracks}")
}

fn count(n: u32, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{n} {noun}s")
    }
}

fn length(ms: i64) -> String {
    Texts::english().length(u32::try_from(ms).unwrap_or(u32::MAX))
}
