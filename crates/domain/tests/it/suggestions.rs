//! Suggestions: the cheapest mix, never without covering, and why.

use domain::covers::ShortfallCode;
use domain::envelope::{Audience, Placement, Purpose, Territory, Videos};
use domain::offer::BUNDLE_PLANS;
use domain::suggest::{
    ClipPlan, ClipTime, Habit, LicenceChoice, OnSale, Part, Pool, SuggestError, Suggestion,
    habits_of, suggest,
};
use domain::{AssetKind, Envelope, IntendedUse, Tier, Timestamp, TrackId, UseReport};
use ledger::Currency;

use crate::envelopes::countries;
use crate::support::{creator_cut, offer};

pub(crate) const USD: i64 = 1_000_000;

pub(crate) fn licence(name: &str, usd: i64, envelope: Envelope) -> LicenceChoice {
    LicenceChoice {
        name: name.to_owned(),
        price_micros: usd * USD,
        envelope,
    }
}

/// The shipped offers for one habit.
fn shipped() -> Vec<LicenceChoice> {
    let offer = |tier, asset| Envelope::clone(&offer(tier, asset).envelope);
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

pub(crate) fn clip_time(held_ms: i64) -> ClipTime {
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

pub(crate) fn pool(uses: u32) -> Pool {
    Pool {
        name: "Pool".to_owned(),
        price_micros: 5 * USD,
        uses,
        tracks: 300,
        track_cap: None,
        envelope: Envelope {
            asset: AssetKind::FullMix,
            videos: Videos::Unlimited,
            clip_ms: Some(60_000),
            ..creator_cut()
        },
    }
}

pub(crate) fn shorts(videos: u32, tracks: u32) -> Habit {
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

pub(crate) fn ads(videos: u32) -> Habit {
    let mut ads = shorts(videos, 1);
    ads.each.purpose = Purpose::PaidAd;
    ads.each.placements = [Placement::PaidSocialAds].into();
    ads
}

pub(crate) fn asked(habits: &[Habit], on_sale: &OnSale) -> Suggestion {
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

fn report(video: &str, clip_ms: i64, change: &serde_json::Value) -> UseReport {
    let mut report = serde_json::json!({
        "id": video, "licence_code": "x", "placement": "tiktok", "purpose": "monetised_creator",
        "clip_ms": clip_ms, "published_at": "2026-05-01T00:00:00Z", "video": video,
    });
    for (field, value) in change.as_object().unwrap() {
        report[field] = value.clone();
    }
    serde_json::from_value(report).unwrap()
}

#[test]
fn past_uses_show_habits_as_demanding_as_their_most_demanding_video() {
    let track = |n: u8| TrackId::from_bytes([n; 16]);
    let uses = [
        (
            track(1),
            report("a", 9_000, &serde_json::json!({ "territory": "DE" })),
        ),
        (
            track(1),
            report(
                "a",
                9_000,
                &serde_json::json!({ "id": "2", "placement": "x" }),
            ),
        ),
        (
            track(2),
            report("b", 14_500, &serde_json::json!({ "followers": 50_000 })),
        ),
        (
            track(2),
            report("c", 45_000, &serde_json::json!({ "territory": "DE" })),
        ),
        (
            track(3),
            report("d", 45_000, &serde_json::json!({ "territory": "AT" })),
        ),
        (
            track(3),
            report("e", 300_000, &serde_json::json!({ "purpose": "paid_ad" })),
        ),
    ];
    let habits = habits_of(&uses);
    let shown: Vec<(u32, u32, u32)> = habits
        .iter()
        .map(|habit| (habit.videos, habit.tracks, habit.each.clip_ms))
        .collect();
    assert_eq!(shown, [(2, 2, 14_500), (2, 2, 45_000), (1, 1, 300_000)]);
    assert_eq!(
        habits[0].each.placements,
        [Placement::Tiktok, Placement::X].into()
    );
    assert_eq!(habits[0].each.channel_audience, Some(Audience::UpTo100k));
    assert_eq!(habits[0].each.territory, Territory::Worldwide);
    assert_eq!(
        habits[1].each.territory,
        Territory::Only(countries("AT DE"))
    );
    assert_eq!(habits[2].each.purpose, Purpose::PaidAd);
    assert!(habits_of(&[]).is_empty());
}

#[test]
fn too_many_kinds_of_past_video_are_told_apart_by_purpose_alone() {
    let purposes = ["personal", "monetised_creator", "paid_ad"];
    let lengths = [5_000, 25_000, 55_000];
    let uses: Vec<(TrackId, UseReport)> = purposes
        .iter()
        .flat_map(|purpose| lengths.map(|ms| (purpose, ms)))
        .map(|(purpose, ms)| {
            let change = serde_json::json!({ "purpose": purpose });
            (
                TrackId::from_bytes([1; 16]),
                report(&format!("{purpose}{ms}"), ms, &change),
            )
        })
        .collect();
    let habits = habits_of(&uses);
    assert_eq!(habits.len(), 3);
    assert!(
        habits
            .iter()
            .all(|habit| (habit.videos, habit.each.clip_ms) == (3, 55_000))
    );
}
