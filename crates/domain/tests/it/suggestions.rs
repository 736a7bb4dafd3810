//! Suggestions: the cheapest mix, never without covering, and why.

use domain::covers::ShortfallCode;
use domain::envelope::{Audience, Placement, PublishWindow, Purpose, Videos};
use domain::offer::BUNDLE_PLANS;
use domain::suggest::{
    ClipPlan, ClipTime, Habit, LicenceChoice, Mix, OnSale, Part, Pool, SuggestError, Suggestion,
    suggest,
};
use domain::{AssetKind, Envelope, IntendedUse, Tier, Timestamp, covers};
use ledger::Currency;
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::support::{creator_cut, template};

const USD: i64 = 1_000_000;

fn licence(name: &str, usd: i64, envelope: Envelope) -> LicenceChoice {
    LicenceChoice {
        name: name.to_owned(),
        price_micros: usd * USD,
        envelope,
    }
}

/// The shipped offers for one habit.
fn shipped() -> Vec<LicenceChoice> {
    let credit = domain::envelope::Credit::NotRequired;
    let offer = |tier, asset| template(tier, asset).envelope(credit.clone());
    vec![
        licence(
            "15-second cut, Creator",
            5,
            offer(Tier::Creator, AssetKind::Cut15),
        ),
        licence(
            "Full mix, Creator",
            15,
            offer(Tier::Creator, AssetKind::FullMix),
        ),
        licence(
            "15-second cut, Business",
            20,
            offer(Tier::Business, AssetKind::Cut15),
        ),
    ]
}

fn clip_time(held_ms: i64) -> ClipTime {
    let now = Timestamp(0);
    ClipTime {
        envelope: BUNDLE_PLANS[0].envelope(domain::envelope::Credit::NotRequired, now),
        plans: BUNDLE_PLANS
            .iter()
            .map(|plan| ClipPlan {
                code: plan.code.to_owned(),
                price_micros: plan.price_cents * 10_000,
                total_ms: plan.total_ms,
            })
            .collect(),
        held_ms,
    }
}

fn pool(uses: u32) -> Pool {
    Pool {
        name: "Pool".to_owned(),
        price_micros: 5 * USD,
        uses,
        envelope: Envelope {
            asset: AssetKind::FullMix,
            videos: Videos::Unlimited,
            clip_ms: Some(60_000),
            ..creator_cut()
        },
    }
}

fn shorts(videos: u32, tracks: u32) -> Habit {
    Habit {
        each: IntendedUse {
            published_at: Some(Timestamp(1)),
            ..IntendedUse::default()
        },
        videos,
        tracks,
        licences: shipped(),
    }
}

fn ads(videos: u32) -> Habit {
    let mut ads = shorts(videos, 1);
    ads.each.purpose = Purpose::PaidAd;
    ads.each.placements = [Placement::PaidSocialAds].into();
    ads
}

fn asked(habits: &[Habit], on_sale: &OnSale) -> Suggestion {
    suggest(habits, on_sale, Currency::USD).unwrap()
}

fn with_clip_time() -> OnSale {
    OnSale {
        clip_time: Some(clip_time(0)),
        pool: None,
    }
}

#[test]
fn one_video_is_licensed_and_many_draw_clip_time() {
    let one = asked(&[shorts(1, 1)], &with_clip_time());
    assert_eq!(one.mixes[0].total_micros, 5 * USD);
    assert_eq!(
        one.mixes[0].reasons,
        [
            "1 × 15-second cut, Creator at 5.00 USD: 5.00 USD, for videos with 15 seconds of music.",
            "In all 5.00 USD for 1 video: about 5.00 USD a video.",
        ]
    );
    let many = asked(&[shorts(12, 12)], &with_clip_time());
    assert_eq!(
        many.mixes[0].reasons,
        [
            "1 × clip time of 10 minutes for 10.00 USD: 12 videos with 15 seconds of music draw \
             3 minutes; 7 minutes are left for later, worth 7.00 USD.",
            "In all 10.00 USD for 12 videos: about 0.83 USD a video.",
        ]
    );
    let licences = many.mixes.last().unwrap();
    assert_eq!(licences.total_micros, 60 * USD);
    assert_eq!(
        licences.reasons.last().unwrap(),
        "That is 50.00 USD more than the cheapest."
    );
}

#[test]
fn several_videos_on_one_track_share_a_licence() {
    let five = asked(&[shorts(5, 1)], &OnSale::default());
    assert_eq!(
        five.mixes[0].total_micros,
        15 * USD,
        "the full mix is for five videos"
    );
    let six = asked(&[shorts(6, 1)], &OnSale::default());
    assert_eq!(
        six.mixes[0].total_micros,
        20 * USD,
        "one business cut, or five and one"
    );
    let apart = asked(&[shorts(6, 3)], &OnSale::default());
    assert_eq!(
        apart.mixes[0].total_micros,
        30 * USD,
        "two cuts for each of three tracks"
    );
}

#[test]
fn what_a_means_does_not_cover_is_served_by_another_and_said() {
    let answer = asked(&[shorts(20, 20), ads(2)], &with_clip_time());
    let best = &answer.mixes[0];
    assert_eq!(
        best.total_micros,
        30 * USD,
        "clip time for the shorts, a business licence for ads"
    );
    assert_eq!(best.licensed, [0, 2]);
    assert!(matches!(
        best.parts[0],
        Part::Licences {
            habit: 1,
            choice: 2,
            count: 1,
            ..
        }
    ));
    let clip = answer
        .unserved
        .iter()
        .find(|one| one.means == "Clip time")
        .unwrap();
    assert_eq!(clip.habit, 1);
    let codes: Vec<_> = clip.shortfalls.iter().map(|one| one.code).collect();
    assert_eq!(
        codes,
        [
            ShortfallCode::PlacementNotIncluded,
            ShortfallCode::PurposeNotIncluded
        ]
    );
}

#[test]
fn nothing_is_suggested_for_what_nothing_covers() {
    let mut radio = shorts(1, 1);
    radio.each.placements = [Placement::Broadcast].into();
    let answer = asked(&[shorts(1, 1), radio], &with_clip_time());
    assert_eq!(answer.mixes, []);
    assert_eq!(answer.uncovered, [1]);
    assert!(!answer.unserved.is_empty());
}

#[test]
fn the_pool_is_suggested_where_it_is_sold_and_its_allowance_is_kept() {
    let on_sale = OnSale {
        pool: Some(pool(20)),
        ..with_clip_time()
    };
    let some = asked(&[shorts(20, 20)], &on_sale);
    assert_eq!(some.mixes[0].total_micros, 5 * USD);
    assert_eq!(
        some.mixes[0].parts,
        [Part::Pool {
            cost_micros: 5 * USD,
            videos: vec![20],
            left_uses: 0
        }]
    );
    let more = asked(&[shorts(21, 21)], &on_sale);
    let costs: Vec<i64> = more
        .mixes
        .iter()
        .map(|mix| mix.total_micros / USD)
        .collect();
    assert_eq!(
        costs,
        [10, 10, 105],
        "pool and a cut, clip time alone, cuts alone"
    );
    let long = Habit {
        each: IntendedUse {
            clip_ms: 61_000,
            ..shorts(1, 1).each
        },
        ..shorts(2, 2)
    };
    let long = asked(&[long], &on_sale);
    assert!(
        long.mixes[0]
            .parts
            .iter()
            .all(|part| !matches!(part, Part::Pool { .. }))
    );
}

#[test]
fn clip_time_that_is_held_costs_nothing_more() {
    let held = OnSale {
        clip_time: Some(clip_time(600_000)),
        pool: None,
    };
    let enough = asked(&[shorts(40, 40)], &held);
    assert_eq!(enough.mixes[0].total_micros, 0);
    assert_eq!(
        enough.mixes[0].reasons[0],
        "The clip time you hold: 40 videos with 15 seconds of music draw 10 minutes of it; \
         nothing is left."
    );
    let beyond = asked(&[shorts(41, 41)], &held);
    assert_eq!(
        beyond.mixes[0].total_micros,
        5 * USD,
        "one cut beside what is held"
    );
}

#[test]
fn a_limit_of_the_audience_is_kept() {
    let mut small = shorts(3, 3);
    small.each.channel_audience = Some(Audience::UpTo1m);
    for choice in &mut small.licences {
        choice.envelope.channels.audience = Audience::UpTo10k;
    }
    let answer = asked(&[small], &OnSale::default());
    assert_eq!((answer.mixes.len(), answer.uncovered), (0, vec![0]));
}

#[test]
fn a_question_out_of_bounds_is_refused_by_its_place() {
    let ask = |habits: &[Habit]| suggest(habits, &with_clip_time(), Currency::USD).unwrap_err();
    assert_eq!(ask(&[]), SuggestError::Habits);
    assert_eq!(ask(&vec![shorts(1, 1); 7]), SuggestError::Habits);
    assert_eq!(ask(&[shorts(1, 1), shorts(0, 1)]), SuggestError::Videos(1));
    assert_eq!(ask(&[shorts(301, 1)]), SuggestError::Videos(0));
    assert_eq!(ask(&[shorts(3, 4)]), SuggestError::Tracks(0));
    let mut silent = shorts(1, 1);
    silent.each.clip_ms = 0;
    assert_eq!(ask(&[silent]), SuggestError::Clip(0));
    let mut dear = shorts(1, 1);
    dear.licences[0].price_micros = -1;
    assert_eq!(ask(&[dear]), SuggestError::OnSale);
    let odd = |ms: u32| Habit {
        each: IntendedUse {
            clip_ms: ms,
            ..shorts(1, 1).each
        },
        ..shorts(300, 300)
    };
    let pooled = OnSale {
        pool: Some(pool(1_000)),
        ..with_clip_time()
    };
    let many = [odd(15_000), odd(14_000), odd(37_000), odd(59_000)];
    assert_eq!(
        suggest(&many, &pooled, Currency::USD),
        Err(SuggestError::TooMuch)
    );
    let most = vec![odd(15_000); 6];
    assert!(suggest(&most, &with_clip_time(), Currency::USD).is_ok());
}

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
