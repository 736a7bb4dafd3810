//! What must hold for any suggestion: it covers everything, and nothing is cheaper.

use domain::envelope::{PublishWindow, Videos};
use domain::suggest::{ClipPlan, ClipTime, Habit, Mix, OnSale, Part, Pool};
use domain::{AssetKind, Envelope, Timestamp, covers};
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::suggestions::{USD, ads, asked, clip_time, licence, pool, shorts};
use crate::support::creator_cut;

#[derive(Clone, Debug)]
struct Case {
    habits: Vec<Habit>,
    on_sale: OnSale,
}

fn cases() -> impl Strategy<Value = Case> {
    let choice = (1..30_i64, 1..4_u32, any::<bool>()).prop_map(|(usd, videos, covers)| {
        let mut envelope = Envelope {
            clip_ms: None,
            videos: Videos::Count(videos),
            ..creator_cut()
        };
        envelope.asset = AssetKind::FullMix;
        if !covers {
            envelope.publish_window = PublishWindow {
                from: Some(Timestamp(9)),
                until: None,
            };
        }
        licence("One", usd, envelope)
    });
    let licences = prop::collection::vec(choice, 0..3);
    let habit = (1..5_u32, 1..5_u32, 1..4_u32, any::<bool>(), licences).prop_map(
        |(videos, tracks, quarter, paid, licences)| {
            let mut habit = if paid { ads(1) } else { shorts(1, 1) };
            habit.each.clip_ms = quarter * 5_000 - 400;
            Habit {
                videos,
                tracks: tracks.min(videos),
                licences,
                ..habit
            }
        },
    );
    let plan = (1..30_i64, 4..40_i64).prop_map(|(usd, seconds)| ClipPlan {
        code: format!("{seconds}s"),
        price_micros: usd * USD,
        total_ms: seconds * 1_000,
    });
    let clip =
        (prop::collection::vec(plan, 0..3), 0..20_000_i64).prop_map(|(plans, held_ms)| ClipTime {
            plans,
            held_ms,
            ..clip_time(0)
        });
    let pool = (0..6_u32, 1..30_i64).prop_map(|(uses, usd)| Pool {
        price_micros: usd * USD,
        ..pool(uses)
    });
    let on_sale = (prop::option::of(clip), prop::option::of(pool))
        .prop_map(|(clip_time, pool)| OnSale { clip_time, pool });
    (prop::collection::vec(habit, 1..3), on_sale)
        .prop_map(|(habits, on_sale)| Case { habits, on_sale })
}

/// The least cost by trying everything, written without the library's means.
fn brute_force(case: &Case) -> Option<i64> {
    fn each_video(case: &Case, habit: usize, seconds: i64, uses: u32) -> Option<i64> {
        let Some(asked) = case.habits.get(habit) else {
            return end(case, seconds, uses);
        };
        let serves = |envelope: &Envelope| covers(envelope, &asked.each).is_ok();
        let clip = case
            .on_sale
            .clip_time
            .as_ref()
            .is_some_and(|sold| serves(&sold.envelope));
        let pool = case
            .on_sale
            .pool
            .as_ref()
            .is_some_and(|sold| serves(&sold.envelope));
        let long = (i64::from(asked.each.clip_ms) + 999) / 1_000;
        let (clips, pools) = (
            if clip { asked.videos } else { 0 },
            if pool { asked.videos } else { 0 },
        );
        let mut best: Option<i64> = None;
        for by_clip in 0..=clips {
            for by_pool in 0..=pools.min(asked.videos - by_clip) {
                let Some(licences) = licensed(asked, asked.videos - by_clip - by_pool) else {
                    continue;
                };
                let after = seconds + i64::from(by_clip) * long;
                if let Some(rest) = each_video(case, habit + 1, after, uses + by_pool) {
                    best = Some(best.map_or(licences + rest, |b| b.min(licences + rest)));
                }
            }
        }
        best
    }
    fn end(case: &Case, seconds: i64, uses: u32) -> Option<i64> {
        let pool = match &case.on_sale.pool {
            _ if uses == 0 => 0,
            Some(sold) if uses <= sold.uses => sold.price_micros,
            _ => return None,
        };
        let clip = match &case.on_sale.clip_time {
            _ if seconds == 0 => 0,
            Some(sold) => cheapest_plans(&sold.plans, seconds - sold.held_ms / 1_000)?,
            None => return None,
        };
        Some(pool + clip)
    }
    fn cheapest_plans(plans: &[ClipPlan], seconds: i64) -> Option<i64> {
        if seconds <= 0 {
            return Some(0);
        }
        let costs = plans.iter().filter_map(|plan| {
            Some(plan.price_micros + cheapest_plans(plans, seconds - plan.total_ms / 1_000)?)
        });
        costs.min()
    }
    /// Licences for `videos` of the habit: every way to place them on its tracks.
    fn licensed(habit: &Habit, videos: u32) -> Option<i64> {
        let tracks = (0..habit.tracks)
            .map(|nth| habit.videos / habit.tracks + u32::from(nth < habit.videos % habit.tracks));
        place(habit, &tracks.collect::<Vec<_>>(), videos)
    }
    fn place(habit: &Habit, tracks: &[u32], videos: u32) -> Option<i64> {
        let Some((here, others)) = tracks.split_first() else {
            return (videos == 0).then_some(0);
        };
        let ways = (0..=videos.min(*here)).filter_map(|mine| {
            Some(one_track(habit, i64::from(mine))? + place(habit, others, videos - mine)?)
        });
        ways.min()
    }
    fn one_track(habit: &Habit, videos: i64) -> Option<i64> {
        if videos <= 0 {
            return Some(0);
        }
        let choices = habit
            .licences
            .iter()
            .filter(|one| covers(&one.envelope, &habit.each).is_ok());
        let costs = choices.filter_map(|one| {
            let Videos::Count(reach) = one.envelope.videos else {
                return None;
            };
            Some(one.price_micros + one_track(habit, videos - i64::from(reach))?)
        });
        costs.min()
    }
    each_video(case, 0, 0, 0)
}

/// Every video of every habit is served, and only by what covers it.
fn holds(case: &Case, mix: &Mix) -> Result<(), TestCaseError> {
    let mut served: Vec<u32> = vec![0; case.habits.len()];
    let serves =
        |envelope: &Envelope, habit: usize| covers(envelope, &case.habits[habit].each).is_ok();
    let mut cost = 0;
    for part in &mix.parts {
        cost += part.cost_micros();
        match part {
            Part::Licences {
                habit,
                choice,
                count,
                cost_micros,
            } => {
                let one = &case.habits[*habit].licences[*choice];
                prop_assert!(serves(&one.envelope, *habit) && *count > 0);
                prop_assert_eq!(*cost_micros, one.price_micros * i64::from(*count));
            }
            Part::ClipTime {
                plans,
                videos,
                drawn_ms,
                left_ms,
                ..
            } => {
                let sold = case.on_sale.clip_time.as_ref().unwrap();
                prop_assert!(*left_ms >= 0 && *drawn_ms > 0);
                let bought = plans.iter().map(|(code, count)| {
                    let plan = sold.plans.iter().find(|plan| plan.code == *code).unwrap();
                    plan.total_ms * i64::from(*count)
                });
                prop_assert_eq!(bought.sum::<i64>() + sold.held_ms, drawn_ms + left_ms);
                for (habit, videos) in videos.iter().enumerate() {
                    prop_assert!(*videos == 0 || serves(&sold.envelope, habit));
                    served[habit] += videos;
                }
            }
            Part::Pool {
                videos, left_uses, ..
            } => {
                let sold = case.on_sale.pool.as_ref().unwrap();
                prop_assert_eq!(videos.iter().sum::<u32>() + left_uses, sold.uses);
                for (habit, videos) in videos.iter().enumerate() {
                    prop_assert!(*videos == 0 || serves(&sold.envelope, habit));
                    served[habit] += videos;
                }
            }
        }
    }
    for (habit, asked) in case.habits.iter().enumerate() {
        prop_assert_eq!(served[habit] + mix.licensed[habit], asked.videos);
        let reach = mix.parts.iter().map(|part| match part {
            Part::Licences {
                habit: of,
                choice,
                count,
                ..
            } if *of == habit => match asked.licences[*choice].envelope.videos {
                Videos::Count(videos) => videos * count,
                Videos::Unlimited => u32::MAX / 8,
            },
            _ => 0,
        });
        prop_assert!(reach.sum::<u32>() >= mix.licensed[habit]);
    }
    prop_assert_eq!(cost, mix.total_micros);
    prop_assert_eq!(mix.reasons.is_empty(), false);
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 600, ..Config::default() })]

    #[test]
    fn the_first_mix_is_the_cheapest_there_is_and_every_mix_covers_all(case in cases()) {
        let answer = asked(&case.habits, &case.on_sale);
        let best = answer.mixes.first().map(|mix| mix.total_micros);
        prop_assert_eq!(best, brute_force(&case));
        for mix in &answer.mixes {
            holds(&case, mix)?;
        }
        let sorted = answer.mixes.is_sorted_by_key(|mix| mix.total_micros);
        prop_assert!(sorted, "the cheapest first");
    }

    #[test]
    fn a_mix_is_never_dearer_than_one_means_alone(case in cases()) {
        let best = asked(&case.habits, &case.on_sale).mixes.first().map(|mix| mix.total_micros);
        let no_licences = || case.habits.iter().cloned().map(|habit| Habit { licences: vec![], ..habit });
        let alone = [
            (case.habits.clone(), OnSale::default()),
            (no_licences().collect(), OnSale { pool: None, ..case.on_sale.clone() }),
            (no_licences().collect(), OnSale { clip_time: None, ..case.on_sale.clone() }),
        ];
        for (habits, on_sale) in alone {
            if let Some(mix) = asked(&habits, &on_sale).mixes.first() {
                prop_assert!(best.is_some_and(|best| best <= mix.total_micros));
            }
        }
    }
}
