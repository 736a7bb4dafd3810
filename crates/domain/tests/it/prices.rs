//! What an offer costs: each line, their sum, and what never gets cheaper.

use domain::envelope::Audience;
use domain::pricing::{AudiencePercent, ClipPercent, LineKind, OfferRule, PricedUse, price};
use domain::{
    AssetKind, IntendedUse, Offer, Pricing, Rates, Tax, Tier, Timestamp, quote, split_sale,
};
use proptest::prelude::*;

use crate::support::{offer, usd};

const AUDIENCES: [Audience; 4] = [
    Audience::UpTo10k,
    Audience::UpTo100k,
    Audience::UpTo1m,
    Audience::Any,
];

fn priced(asset: AssetKind) -> Offer {
    let mut offer = offer(Tier::Creator, asset);
    offer.rule = OfferRule {
        clip_percent: ClipPercent {
            up_to_15s: 40,
            up_to_30s: 60,
            up_to_60s: 80,
            whole: 100,
        },
        audience_percent: AudiencePercent {
            up_to_10k: 80,
            up_to_100k: 100,
            up_to_1m: 150,
            any: 333,
        },
        ..OfferRule::default()
    };
    offer
}

fn asked(clip_ms: u32, audience: Audience) -> PricedUse {
    PricedUse {
        clip_ms,
        audience,
        credit: None,
    }
}

#[test]
fn a_price_is_explained_line_by_line() {
    let mix = priced(AssetKind::FullMix);
    let pricing = Pricing {
        tax: Tax::Exclusive { bp: 1_000 },
        ..Pricing::default()
    };
    let explained = price(&mix, &asked(20_000, Audience::UpTo10k), &pricing).unwrap();
    let lines: Vec<_> = explained
        .lines
        .iter()
        .map(|l| (l.label(), l.micros))
        .collect();
    assert_eq!(
        lines,
        [
            ("Full mix, Creator tier".to_owned(), 15_000_000),
            ("Clip of up to 30 s".to_owned(), -6_000_000),
            ("Audience of up to 10,000".to_owned(), -1_800_000),
            ("Tax, 10.00 %".to_owned(), 720_000),
        ]
    );
    assert_eq!(explained.before_tax, usd(7_200_000));
    assert_eq!(explained.total, usd(7_920_000));
}

#[test]
fn a_cut_has_its_length_in_its_own_price() {
    let cut = priced(AssetKind::Cut15);
    let explained = price(&cut, &asked(1_000, Audience::UpTo100k), &Pricing::default()).unwrap();
    assert_eq!(explained.total, usd(5_000_000));
    assert_eq!(explained.lines.len(), 1);
}

#[test]
fn each_step_is_rounded_half_up_to_the_minor_unit() {
    let mut stem = priced(AssetKind::Stem);
    stem.price = usd(1_010_000);
    stem.rule.clip_percent.up_to_15s = 50;
    stem.rule.audience_percent.up_to_10k = 50;
    let explained = price(
        &stem,
        &asked(15_000, Audience::UpTo10k),
        &Pricing::default(),
    )
    .unwrap();
    // 1.01 at 50 % is 0.505, so 0.51; at 50 % again 0.255, so 0.26.
    let micros: Vec<_> = explained.lines.iter().map(|line| line.micros).collect();
    assert_eq!(micros, [1_010_000, -500_000, -250_000]);
}

#[test]
fn what_was_priced_is_what_is_licensed() {
    let mix = [priced(AssetKind::FullMix)];
    let wanted = |clip_ms, audience| IntendedUse {
        clip_ms,
        channel_audience: Some(audience),
        ..IntendedUse::default()
    };
    for (clip, audience, clip_ms) in [
        (15_000, Audience::UpTo10k, Some(15_000)),
        (15_001, Audience::UpTo1m, Some(30_000)),
        (60_001, Audience::Any, None),
    ] {
        let wanted = wanted(clip, audience);
        let answer = quote(&mix, &wanted, &Pricing::default(), Timestamp(0)).unwrap();
        let envelope = answer.covering[0].envelope();
        assert_eq!(envelope.clip_ms, clip_ms);
        assert_eq!(envelope.channels.audience, audience);
        assert_eq!(
            domain::covers(&envelope, &wanted),
            Ok(()),
            "the narrowed one still covers it"
        );
    }
}

#[test]
fn a_flat_table_narrows_nothing() {
    let mix = [offer(Tier::Creator, AssetKind::FullMix)];
    let answer = quote(
        &mix,
        &IntendedUse::default(),
        &Pricing::default(),
        Timestamp(0),
    )
    .unwrap();
    assert_eq!(answer.covering[0].envelope(), *mix[0].envelope);
}

fn rising(most: u32) -> impl Strategy<Value = [u32; 4]> {
    proptest::array::uniform4(1..most).prop_map(|mut steps| {
        steps.sort_unstable();
        steps
    })
}

fn any_offer() -> impl Strategy<Value = Offer> {
    let assets = prop::sample::select(AssetKind::ALL.to_vec());
    (assets, 1_i64..10_000_000, rising(1_000), rising(1_000)).prop_map(
        |(asset, cents, clip, audience)| {
            let mut offer = offer(Tier::Creator, AssetKind::FullMix);
            offer.asset = asset;
            offer.price = usd(cents * 10_000);
            let [up_to_15s, up_to_30s, up_to_60s, whole] = clip;
            offer.rule.clip_percent = ClipPercent {
                up_to_15s,
                up_to_30s,
                up_to_60s,
                whole,
            };
            let [up_to_10k, up_to_100k, up_to_1m, any] = audience;
            offer.rule.audience_percent = AudiencePercent {
                up_to_10k,
                up_to_100k,
                up_to_1m,
                any,
            };
            offer
        },
    )
}

fn taxes() -> impl Strategy<Value = Tax> {
    prop_oneof![
        Just(Tax::None),
        (0_u32..5_000).prop_map(|bp| Tax::Inclusive { bp }),
        (0_u32..5_000).prop_map(|bp| Tax::Exclusive { bp }),
    ]
}

proptest! {
    #[test]
    fn the_lines_sum_to_the_total_and_the_sale_charges_it(
        offer in any_offer(),
        clip in 1_u32..200_000,
        audience in prop::sample::select(AUDIENCES.to_vec()),
        credit in proptest::option::of(0_i64..1_000),
        tax in taxes(),
    ) {
        let asked = PricedUse { credit: credit.map(|cents| usd(cents * 10_000)), ..asked(clip, audience) };
        let explained = price(&offer, &asked, &Pricing { tax, ..Pricing::default() }).unwrap();
        let sum: i64 = explained.lines.iter().map(|line| line.micros).sum();
        prop_assert_eq!(sum, explained.total.micros());
        let unit = 10_000;
        prop_assert!(explained.lines.iter().all(|line| line.micros % unit == 0));
        let rates = Rates { tax, ..Rates::default() };
        if let Ok(sale) = split_sale(explained.before_tax, &rates) {
            prop_assert_eq!(sale.gross, explained.total);
        }
        let credits = explained.lines.iter().filter(|line| line.kind == LineKind::Credit);
        prop_assert_eq!(credits.count(), usize::from(credit.is_some()));
    }

    #[test]
    fn a_longer_clip_or_a_wider_audience_is_never_cheaper(
        offer in any_offer(),
        clips in (1_u32..200_000, 1_u32..200_000),
        audiences in (0_usize..4, 0_usize..4),
        tax in taxes(),
    ) {
        let total = |clip, audience| {
            price(&offer, &asked(clip, audience), &Pricing { tax, ..Pricing::default() }).unwrap().total.micros()
        };
        let less = total(clips.0.min(clips.1), AUDIENCES[audiences.0.min(audiences.1)]);
        let more = total(clips.0.max(clips.1), AUDIENCES[audiences.0.max(audiences.1)]);
        prop_assert!(less <= more, "{} > {}", less, more);
    }
}
