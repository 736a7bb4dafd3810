//! How long a quote over 10,000 offers takes, in microseconds, the best and the middle of 51
//! rounds: `cargo run -p domain --release --example quote_speed`.
//!
//! Timed is everything `domain::quote` does: every offer judged on every axis with all its
//! reasons, every covering one priced with its lines, both lists sorted. Not timed: reading the
//! offers, wording the lines and reasons, and making the envelopes of the options that are shown.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use domain::envelope::{Credit, Placement, Purpose};
use domain::template::{Template, shipped};
use domain::{
    AssetKind, IntendedUse, Line, Offer, OfferId, Pricing, Tax, Timestamp, TrackId, quote,
};
use ledger::Currency;

const OFFERS: u32 = 10_000;
const ROUNDS: usize = 51;
const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn main() {
    let offers = offers();
    let usual = IntendedUse::default();
    let advertisement = IntendedUse {
        placements: [Placement::PaidSocialAds, Placement::Instagram].into(),
        purpose: Purpose::PaidAd,
        clip_ms: 20_000,
        ..usual.clone()
    };
    let impossible = IntendedUse {
        placements: [Placement::Broadcast].into(),
        ..usual.clone()
    };
    let pricing = Pricing {
        tax: Tax::Exclusive { bp: 825 },
        ..Pricing::default()
    };
    for (name, wanted) in [
        ("one short", usual),
        ("an advertisement", advertisement),
        ("what nothing covers", impossible),
    ] {
        let ask = || quote(&offers, black_box(&wanted), &pricing, NOW);
        let Ok(answer) = ask() else {
            println!("{name}: no answer");
            continue;
        };
        let (covering, rest) = (answer.covering.len(), answer.not_covering.len());
        let mut rounds: Vec<u128> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                let answer = ask();
                let taken = start.elapsed().as_micros();
                black_box(answer.is_ok());
                taken
            })
            .collect();
        rounds.sort_unstable();
        println!(
            "quote over {OFFERS} offers, {name}: best {} us, middle {} us ({covering} cover, {rest} don't)",
            rounds[0],
            rounds[ROUNDS / 2]
        );
    }
}

/// Offers of tracks with everything, from the shipped templates in turn, each with its price
/// changed by audience and clip so that every line is computed.
fn offers() -> Vec<Offer> {
    let credit =
        Line::cleaned("Music: Ada – Night Market").map_or(Credit::NotRequired, Credit::Required);
    let has = AssetKind::ALL.into();
    let made = |template: Template| {
        let mut rule = template.rule();
        rule.clip_percent.up_to_15s = 60;
        rule.clip_percent.up_to_30s = 80;
        rule.audience_percent.any = 120;
        let drafts = template.drafts(&has, &credit, Currency::USD);
        let drafts = drafts.unwrap_or_default();
        drafts
            .into_iter()
            .map(move |draft| (template.tier, rule, draft))
    };
    let one_track: Vec<_> = shipped().into_iter().flat_map(made).collect();
    let offer = |n: u32| {
        let (tier, rule, draft) = &one_track[n as usize % one_track.len()];
        let mut id = [7; 16];
        id[..4].copy_from_slice(&n.wrapping_mul(2_654_435_761).to_be_bytes());
        Offer {
            id: OfferId::from_bytes(id),
            track: TrackId::from_bytes(id),
            asset: draft.asset,
            tier: *tier,
            price: draft.price,
            envelope: Arc::new(draft.envelope.clone()),
            rule: *rule,
        }
    };
    (0..OFFERS).map(offer).collect()
}
