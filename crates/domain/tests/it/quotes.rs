//! Offers and quotes.

use domain::envelope::{Audience, Credit, Placement, Purpose};
use domain::offer::{BUNDLE_PLANS, BundlePlan, TEMPLATES};
use domain::quote::AudiencePercent;
use domain::sale::split_sale;
use domain::{
    AssetKind, IntendedUse, Offer, OfferId, Pricing, QuoteAnswer, Rates, Tax, Tier, Timestamp,
    TrackId, quote,
};

use crate::support::usd;

const NOW: Timestamp = Timestamp(1_000_000);

fn offers() -> Vec<Offer> {
    let track = TrackId::from_bytes([1; 16]);
    let offer = |(n, template): (u8, &domain::offer::OfferTemplate)| {
        template
            .offer(OfferId::from_bytes([n; 16]), track, Credit::NotRequired)
            .unwrap()
    };
    (1..).zip(TEMPLATES.iter()).map(offer).collect()
}

fn ask(wanted: &IntendedUse, pricing: &Pricing) -> QuoteAnswer {
    quote(&offers(), wanted, pricing, NOW).unwrap()
}

fn seen(answer: &QuoteAnswer) -> Vec<(AssetKind, Tier, i64)> {
    answer
        .covering
        .iter()
        .map(|c| (c.asset, c.tier, c.price.total.micros()))
        .collect()
}

#[test]
fn the_cheapest_offer_that_covers_comes_first() {
    use AssetKind::{Cut30, Cut60, FullMix, StemPack};
    let wanted = IntendedUse {
        clip_ms: 20_000,
        ..IntendedUse::default()
    };
    let answer = ask(&wanted, &Pricing::default());
    assert_eq!(
        seen(&answer),
        [
            (Cut30, Tier::Creator, 7_000_000),
            (Cut60, Tier::Creator, 9_000_000),
            (FullMix, Tier::Creator, 15_000_000),
            (StemPack, Tier::Creator, 25_000_000),
            (Cut30, Tier::Business, 28_000_000),
            (Cut60, Tier::Business, 36_000_000),
            (FullMix, Tier::Business, 60_000_000),
            (StemPack, Tier::Business, 100_000_000),
        ]
    );
    let left: Vec<AssetKind> = answer.not_covering.iter().map(|n| n.asset).collect();
    assert_eq!(left, [AssetKind::Cut15, AssetKind::Cut15]);
    assert_eq!(answer.expires_at, Timestamp(1_000_000 + 1_800_000));
}

#[test]
fn equal_prices_stand_in_a_fixed_order() {
    let mut shuffled = offers();
    for offer in &mut shuffled {
        offer.price = usd(5_000_000);
    }
    let sorted = quote(&shuffled, &IntendedUse::default(), &Pricing::default(), NOW).unwrap();
    shuffled.reverse();
    let again = quote(&shuffled, &IntendedUse::default(), &Pricing::default(), NOW).unwrap();
    assert_eq!(sorted, again);
    assert_eq!(
        seen(&sorted)[0],
        (AssetKind::FullMix, Tier::Creator, 5_000_000)
    );
}

#[test]
fn an_advertisement_needs_the_business_tier_and_the_answer_says_why() {
    let wanted = IntendedUse {
        placements: [Placement::PaidSocialAds].into(),
        purpose: Purpose::PaidAd,
        asset: Some(AssetKind::Cut15),
        ..IntendedUse::default()
    };
    let answer = ask(&wanted, &Pricing::default());
    assert!(answer.covering.iter().all(|c| c.tier == Tier::Business));
    assert_eq!(
        seen(&answer)[0],
        (AssetKind::Cut15, Tier::Business, 20_000_000)
    );
    assert_eq!(
        answer.not_covering.len(),
        6,
        "five creator offers and the business stem pack"
    );
    assert_eq!(
        answer.not_covering[0].shortfalls.len(),
        1,
        "fewest reasons first"
    );
}

#[test]
fn a_window_is_checked_against_now_when_the_question_leaves_it_open() {
    let mut windowed = offers();
    windowed.truncate(1);
    windowed[0].envelope.publish_window.until = Some(NOW);
    let answer = quote(&windowed, &IntendedUse::default(), &Pricing::default(), NOW).unwrap();
    assert!(answer.covering.is_empty());
}

#[test]
fn the_lines_of_a_price_sum_to_its_total() {
    let audience = AudiencePercent {
        up_to_10k: 80,
        up_to_100k: 100,
        up_to_1m: 150,
        any: 333,
    };
    let taxes = [
        Tax::None,
        Tax::Inclusive { bp: 1_900 },
        Tax::Exclusive { bp: 825 },
    ];
    for tax in taxes {
        for audience in [None, Some(audience)] {
            for channel_audience in [None, Some(Audience::UpTo10k), Some(Audience::UpTo1m)] {
                let wanted = IntendedUse {
                    channel_audience,
                    ..IntendedUse::default()
                };
                for one in ask(&wanted, &Pricing { tax, audience }).covering {
                    let sum: i64 = one.price.lines.iter().map(|line| line.micros).sum();
                    assert_eq!(sum, one.price.total.micros(), "{:?}", one.price);
                    let rates = Rates {
                        tax,
                        ..Rates::default()
                    };
                    let charged = split_sale(one.price.before_tax, &rates).unwrap().gross;
                    assert_eq!(charged, one.price.total, "the sale charges what was quoted");
                }
            }
        }
    }
}

#[test]
fn an_audience_that_was_priced_is_the_audience_that_is_licensed() {
    let table = AudiencePercent {
        up_to_10k: 80,
        up_to_100k: 100,
        up_to_1m: 150,
        any: 300,
    };
    let pricing = Pricing {
        audience: Some(table),
        tax: Tax::Exclusive { bp: 1_000 },
    };
    let small = IntendedUse {
        channel_audience: Some(Audience::UpTo10k),
        ..IntendedUse::default()
    };
    let first = ask(&small, &pricing).covering.remove(0);
    assert_eq!(first.envelope.channels.audience, Audience::UpTo10k);
    let lines: Vec<(&str, i64)> = first
        .price
        .lines
        .iter()
        .map(|line| (line.label.as_str(), line.micros))
        .collect();
    assert_eq!(
        lines,
        [
            ("15-second cut, Creator tier", 5_000_000),
            ("Audience of the channel", -1_000_000),
            ("Tax, 10.00 %", 400_000),
        ]
    );
    let unsaid = ask(&IntendedUse::default(), &pricing).covering.remove(0);
    assert_eq!(
        unsaid.price.before_tax,
        usd(15_000_000),
        "an audience unsaid is any"
    );
    assert_eq!(unsaid.envelope.channels.audience, Audience::Any);
}

#[test]
fn every_shipped_price_bears_its_fee_and_business_costs_more() {
    for template in TEMPLATES {
        assert!(split_sale(template.price().unwrap(), &Rates::default()).is_ok());
    }
    for (creator, business) in TEMPLATES[..5].iter().zip(&TEMPLATES[5..]) {
        assert_eq!(
            (creator.asset, business.tier),
            (business.asset, Tier::Business)
        );
        assert!(business.price_cents >= creator.price_cents * 4);
    }
    let rate = |plan: &BundlePlan| plan.total_ms / plan.price_cents;
    assert!(
        BUNDLE_PLANS
            .windows(2)
            .all(|pair| rate(&pair[0]) < rate(&pair[1]))
    );
    assert_eq!(BundlePlan::by_code("bundle_25"), Some(&BUNDLE_PLANS[1]));
    assert_eq!(BundlePlan::by_code("bundle_26"), None);
}
