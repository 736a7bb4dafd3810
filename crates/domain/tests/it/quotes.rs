//! Quotes: which offers cover a use, in which order, and why the others don't.

use domain::envelope::{Audience, Placement, Purpose, Videos};
use domain::offer::{BUNDLE_PLANS, BundlePlan};
use domain::quote::Covering;
use domain::{AssetKind, IntendedUse, Offer, Pricing, QuoteAnswer, Tier, Timestamp, quote};

use crate::support::{offers, usd};

const NOW: Timestamp = Timestamp(1_000_000);

fn ask<'a>(offers: &'a [Offer], wanted: &IntendedUse) -> QuoteAnswer<'a> {
    quote(offers, wanted, &Pricing::default(), NOW).unwrap()
}

fn seen(answer: &QuoteAnswer<'_>) -> Vec<(AssetKind, Tier, i64)> {
    let one = |c: &Covering<'_>| (c.offer.asset, c.offer.tier, c.price.total.micros());
    answer.covering.iter().map(one).collect()
}

#[test]
fn the_cheapest_offer_that_covers_comes_first() {
    use AssetKind::{Cut15, Cut30, Cut60, FullMix, MixAndStems, Stem, StemPack};
    let wanted = IntendedUse {
        clip_ms: 20_000,
        ..IntendedUse::default()
    };
    let offers = offers();
    let answer = ask(&offers, &wanted);
    assert_eq!(
        seen(&answer),
        [
            (Cut30, Tier::Creator, 7_000_000),
            (Cut60, Tier::Creator, 9_000_000),
            (Stem, Tier::Creator, 10_000_000),
            (FullMix, Tier::Creator, 15_000_000),
            (StemPack, Tier::Creator, 25_000_000),
            (Cut30, Tier::Business, 28_000_000),
            (MixAndStems, Tier::Creator, 35_000_000),
            (Cut60, Tier::Business, 36_000_000),
            (Stem, Tier::Business, 40_000_000),
            (FullMix, Tier::Business, 60_000_000),
            (StemPack, Tier::Business, 100_000_000),
            (MixAndStems, Tier::Business, 140_000_000),
        ]
    );
    let left: Vec<_> = answer
        .not_covering
        .iter()
        .map(|n| (n.offer.asset, n.offer.tier))
        .collect();
    assert_eq!(left[..2], [(Cut15, Tier::Creator), (Cut15, Tier::Business)]);
    assert!(left[2..].iter().all(|(_, tier)| *tier == Tier::Ad));
    assert_eq!(answer.expires_at, Timestamp(1_000_000 + 1_800_000));
}

#[test]
fn equal_prices_stand_in_a_fixed_order() {
    let mut shuffled = offers();
    for offer in &mut shuffled {
        offer.price = usd(5_000_000);
    }
    let mut reversed = shuffled.clone();
    reversed.reverse();
    let sorted = ask(&shuffled, &IntendedUse::default());
    assert_eq!(sorted, ask(&reversed, &IntendedUse::default()));
    assert_eq!(
        seen(&sorted)[0],
        (AssetKind::FullMix, Tier::Creator, 5_000_000)
    );
}

#[test]
fn a_campaign_has_a_tier_of_its_own_that_ends_with_its_window() {
    let wanted = IntendedUse {
        placements: [Placement::PaidSocialAds].into(),
        purpose: Purpose::PaidAd,
        asset: Some(AssetKind::Cut15),
        ..IntendedUse::default()
    };
    let offers = offers();
    let answer = ask(&offers, &wanted);
    let first = &answer.covering[0];
    assert_eq!(seen(&answer)[0], (AssetKind::Cut15, Tier::Ad, 15_000_000));
    let window = first.envelope().publish_window;
    assert_eq!(
        (window.from, window.until),
        (Some(NOW), Some(NOW.plus_months(3)))
    );
    assert!(
        answer
            .covering
            .iter()
            .all(|c| c.offer.tier != Tier::Creator)
    );
    assert_eq!(
        answer.not_covering[0].shortfalls.len(),
        1,
        "fewest reasons first"
    );
    let late = IntendedUse {
        published_at: Some(NOW.plus_months(3)),
        ..wanted
    };
    assert!(
        seen(&ask(&offers, &late))
            .iter()
            .all(|(_, tier, _)| *tier == Tier::Business)
    );
}

#[test]
fn an_exclusive_offer_covers_who_wants_to_be_alone() {
    let mut alone = offers();
    alone.truncate(1);
    alone[0].rule.exclusive_months = Some(6);
    let wish = |months| IntendedUse {
        exclusive_until: Some(NOW.plus_months(months)),
        ..IntendedUse::default()
    };
    assert_eq!(ask(&alone, &wish(6)).covering.len(), 1);
    assert_eq!(ask(&alone, &wish(7)).covering.len(), 0);
    assert_eq!(ask(&offers(), &wish(1)).covering.len(), 0);
}

#[test]
fn clip_time_says_what_a_use_would_draw() {
    let plan = &BUNDLE_PLANS[0];
    assert_eq!(plan.would_draw(14_001, Videos::Count(2)), Some(30_000));
    assert_eq!(plan.would_draw(15_000, Videos::Count(40)), Some(600_000));
    assert_eq!(plan.would_draw(15_000, Videos::Count(41)), None);
    assert_eq!(plan.would_draw(1, Videos::Unlimited), None);
    assert_eq!(plan.micros_per_second(), Ok(16_666));
    let rates = BUNDLE_PLANS.map(|plan| plan.micros_per_second().unwrap());
    assert!(rates.is_sorted_by(|a, b| a > b), "the more, the cheaper");
    assert_eq!(BundlePlan::by_code("bundle_25"), Some(&BUNDLE_PLANS[1]));
    assert_eq!(BundlePlan::by_code("bundle_26"), None);
}

#[test]
fn an_audience_that_was_not_said_is_any() {
    let mut small = offers();
    small.truncate(1);
    small[0].rule.audience_percent.any = 300;
    let of = |channel_audience| IntendedUse {
        channel_audience,
        ..IntendedUse::default()
    };
    let price = |wanted| ask(&small, &wanted).covering[0].price.total.micros();
    assert_eq!(price(of(None)), price(of(Some(Audience::Any))));
    assert!(price(of(Some(Audience::UpTo1m))) < price(of(None)));
}
