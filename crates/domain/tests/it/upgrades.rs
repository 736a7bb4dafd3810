//! Upgrades: what is wider than a licence, and what the difference costs.

use std::sync::Arc;

use domain::envelope::{Axis, Exclusivity, Purpose};
use domain::pricing::{AudiencePercent, ClipPercent, OfferRule};
use domain::quote::{Held, upgrades};
use domain::{
    AssetKind, Envelope, IntendedUse, Offer, Pricing, Tax, Tier, Timestamp, includes, quote,
};
use ledger::Money;
use proptest::prelude::*;

use crate::support::{offer, offers, usd};

const NOW: Timestamp = Timestamp(1_000_000);

fn bought(one: &Offer, wanted: &IntendedUse) -> (Envelope, Money) {
    let answer = quote(std::slice::from_ref(one), wanted, &Pricing::default(), NOW).unwrap();
    let covering = &answer.covering[0];
    (covering.envelope(), covering.price.value)
}

#[test]
fn an_upgrade_costs_the_difference_and_includes_what_was_held() {
    let (envelope, value) = bought(
        &offer(Tier::Creator, AssetKind::Cut15),
        &IntendedUse::default(),
    );
    let all = offers();
    let held = Held {
        envelope: &envelope,
        value,
    };
    let answer = upgrades(&all, &held, None, &Pricing::default(), NOW).unwrap();
    let seen: Vec<_> = answer
        .covering
        .iter()
        .map(|c| (c.offer.asset, c.offer.tier, c.price.total.micros()))
        .collect();
    assert_eq!(seen[0], (AssetKind::Cut30, Tier::Creator, 2_000_000));
    assert!(seen.contains(&(AssetKind::Cut15, Tier::Business, 15_000_000)));
    assert!(
        !seen.contains(&(AssetKind::Cut15, Tier::Creator, 0)),
        "there is nothing to pay"
    );
    assert!(
        seen.iter().all(|(_, tier, _)| *tier != Tier::Ad),
        "its window is narrower"
    );
    for one in &answer.covering {
        assert!(includes(&one.envelope(), &envelope));
        assert_eq!(one.price.lines.last().unwrap().micros, -5_000_000);
    }
    let narrow = answer
        .narrow
        .iter()
        .find(|(o, _)| o.tier == Tier::Ad)
        .unwrap();
    assert!(narrow.1.contains(Axis::PublishWindow));
}

#[test]
fn an_upgrade_may_have_to_cover_a_use_too() {
    let cut = offer(Tier::Creator, AssetKind::Cut15);
    let (envelope, value) = bought(&cut, &IntendedUse::default());
    let held = Held {
        envelope: &envelope,
        value,
    };
    let wanted = IntendedUse {
        purpose: Purpose::ClientWork,
        ..IntendedUse::default()
    };
    let all = offers();
    let answer = upgrades(&all, &held, Some(&wanted), &Pricing::default(), NOW).unwrap();
    assert!(!answer.covering.is_empty());
    assert!(
        answer
            .covering
            .iter()
            .all(|c| c.offer.tier == Tier::Business)
    );
}

#[test]
fn an_upgrade_never_shrinks_the_clip_that_was_licensed() {
    let mut mix = offer(Tier::Creator, AssetKind::FullMix);
    mix.rule.clip_percent = ClipPercent {
        up_to_15s: 50,
        up_to_30s: 70,
        up_to_60s: 90,
        whole: 100,
    };
    let half = IntendedUse {
        clip_ms: 30_000,
        ..IntendedUse::default()
    };
    let (envelope, value) = bought(&mix, &half);
    assert_eq!((envelope.clip_ms, value), (Some(30_000), usd(10_500_000)));
    let held = Held {
        envelope: &envelope,
        value,
    };
    let asked = |clip_ms| IntendedUse {
        clip_ms,
        ..IntendedUse::default()
    };
    let wider = [mix];
    let short = upgrades(
        &wider,
        &held,
        Some(&asked(10_000)),
        &Pricing::default(),
        NOW,
    )
    .unwrap();
    assert!(
        short.covering.is_empty(),
        "the same again costs nothing more"
    );
    let long = upgrades(
        &wider,
        &held,
        Some(&asked(70_000)),
        &Pricing::default(),
        NOW,
    )
    .unwrap();
    assert_eq!(long.covering[0].price.total, usd(4_500_000));
}

#[test]
fn the_terms_of_an_upgrade_count_from_the_licence_it_upgrades() {
    let mut cheap = offer(Tier::Creator, AssetKind::Cut15);
    cheap.rule.window_months = Some(12);
    let (envelope, value) = bought(&cheap, &IntendedUse::default());
    let held = Held {
        envelope: &envelope,
        value,
    };
    let mut dear = offer(Tier::Creator, AssetKind::FullMix);
    dear.rule.window_months = Some(12);
    dear.rule.exclusive_months = Some(6);
    let late = NOW.plus_months(5);
    let wider = [dear];
    let answer = upgrades(&wider, &held, None, &Pricing::default(), late).unwrap();
    let next = answer.covering[0].envelope();
    assert_eq!(next.publish_window, envelope.publish_window);
    assert_eq!(next.exclusivity, Exclusivity::Until(NOW.plus_months(6)));
    let over = NOW.plus_months(7);
    let answer = upgrades(&wider, &held, None, &Pricing::default(), over).unwrap();
    assert!(
        answer.covering.is_empty(),
        "nothing is left of the six months"
    );
    let mut short = offer(Tier::Creator, AssetKind::FullMix);
    short.rule.window_months = Some(6);
    let answer = upgrades(&[short], &held, None, &Pricing::default(), late)
        .unwrap()
        .narrow
        .len();
    assert_eq!(answer, 1, "it would end before what is held");
}

#[test]
fn a_price_by_the_clip_never_widens_a_smaller_limit() {
    let mut mix = offer(Tier::Creator, AssetKind::FullMix);
    mix.rule.clip_percent.up_to_30s = 70;
    let mut narrow = Envelope::clone(&mix.envelope);
    narrow.clip_ms = Some(20_000);
    mix.envelope = Arc::new(narrow);
    let wanted = IntendedUse {
        clip_ms: 18_000,
        ..IntendedUse::default()
    };
    assert_eq!(bought(&mix, &wanted).0.clip_ms, Some(20_000));
}

fn rule() -> impl Strategy<Value = OfferRule> {
    let steps = || {
        proptest::array::uniform4(20_u32..400).prop_map(|mut s| {
            s.sort_unstable();
            s
        })
    };
    (steps(), steps()).prop_map(|(c, a)| OfferRule {
        clip_percent: ClipPercent {
            up_to_15s: c[0],
            up_to_30s: c[1],
            up_to_60s: c[2],
            whole: c[3],
        },
        audience_percent: AudiencePercent {
            up_to_10k: a[0],
            up_to_100k: a[1],
            up_to_1m: a[2],
            any: a[3],
        },
        ..OfferRule::default()
    })
}

proptest! {
    /// Paying step by step comes to what the last step costs at once.
    #[test]
    fn an_upgrade_path_costs_what_its_end_costs(
        rule in rule(),
        clip in 1_u32..120_000,
        prices in (100_i64..10_000, 100_i64..10_000, 100_i64..10_000),
        tax in prop_oneof![Just(Tax::None), Just(Tax::Exclusive { bp: 825 })],
    ) {
        let wanted = IntendedUse { clip_ms: clip, ..IntendedUse::default() };
        let mut steps = [
            offer(Tier::Creator, AssetKind::FullMix),
            offer(Tier::Creator, AssetKind::MixAndStems),
            offer(Tier::Business, AssetKind::MixAndStems),
        ];
        let cents = [prices.0, prices.0 + prices.1, prices.0 + prices.1 + prices.2];
        for (step, cents) in steps.iter_mut().zip(cents) {
            step.price = usd(cents * 10_000);
            step.rule = rule;
        }
        let pricing = Pricing { tax, ..Pricing::default() };
        let first = quote(&steps[..1], &wanted, &pricing, NOW).unwrap();
        let first = &first.covering[0];
        let (mut envelope, mut value) = (first.envelope(), first.price.value);
        let mut paid = first.price.before_tax.micros();
        for step in &steps[1..] {
            let held = Held { envelope: &envelope, value };
            let answer = upgrades(std::slice::from_ref(step), &held, Some(&wanted), &pricing, NOW).unwrap();
            let Some(next) = answer.covering.first() else {
                // Rounding left nothing to pay.
                continue;
            };
            prop_assert!(next.price.before_tax.micros() > 0);
            paid += next.price.before_tax.micros();
            let wider = next.envelope();
            value = next.price.value;
            prop_assert!(includes(&wider, &envelope));
            envelope = wider;
        }
        let direct = quote(&steps[2..], &wanted, &pricing, NOW).unwrap();
        prop_assert_eq!(paid, direct.covering[0].price.value.micros());
    }
}

mod credits {
    use domain::quote::{PaidFor, credit_left};

    const CENT: i64 = 10_000;

    fn paid(value: i64, credit: i64, charged: i64, returned: i64) -> PaidFor {
        PaidFor {
            value,
            credit,
            charged,
            returned,
        }
    }

    #[test]
    fn what_nobody_gave_back_is_credited_whole() {
        let line = [
            paid(5_000_000, 0, 5_950_000, 0),
            paid(15_000_000, 5_000_000, 11_900_000, 0),
        ];
        assert_eq!(credit_left(&line, CENT), Ok(15_000_000));
        assert_eq!(
            credit_left(&[paid(5_000_001, 0, 5_000_001, 0)], CENT),
            Ok(5_000_001)
        );
    }

    #[test]
    fn what_was_given_back_is_no_credit_in_whole_units() {
        let third = paid(5_000_000, 0, 5_950_000, 1_983_333);
        assert_eq!(credit_left(&[third], CENT), Ok(3_330_000));
        assert_eq!(
            credit_left(&[paid(5_000_000, 0, 5_000_000, 5_000_000)], CENT),
            Ok(0)
        );
        assert_eq!(
            credit_left(&[paid(5_000_000, 0, 5_000_000, i64::MAX)], CENT),
            Ok(0)
        );
    }

    #[test]
    fn a_later_licence_never_counts_more_of_an_earlier_one_than_it_was_credited() {
        // Four of five were given back before the upgrade: one was credited, and all of it counts.
        let line = [
            paid(5_000_000, 0, 5_000_000, 4_000_000),
            paid(15_000_000, 1_000_000, 14_000_000, 0),
        ];
        assert_eq!(credit_left(&line, CENT), Ok(15_000_000));
        // They were given back after it: four are gone from both.
        let line = [
            paid(5_000_000, 0, 5_000_000, 4_000_000),
            paid(15_000_000, 5_000_000, 10_000_000, 0),
        ];
        assert_eq!(credit_left(&line, CENT), Ok(11_000_000));
        assert!(credit_left(&[paid(i64::MIN, 1, 1, 0)], CENT).is_err());
    }
}
