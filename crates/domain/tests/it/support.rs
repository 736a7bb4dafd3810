//! What several tests need: ids, times, envelopes, the design's worked cases.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::envelope::Credit;
use domain::offer::BUNDLE_PLANS;
use domain::template::{Drafted, shipped};
use domain::{AssetKind, Envelope, Offer, OfferId, PayeeId, Template, Tier, Timestamp, TrackId};
use ledger::{Currency, Money};
use proptest::prelude::ProptestConfig;
use serde_json::Value;

/// A property's own number of cases; as many as `PROPTEST_CASES` says where that is set, as for
/// every property that names none.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(usual),
    }
}

pub(crate) fn golden(section: &str) -> Value {
    let text = include_str!("../../../ledger/tests/golden-money.json");
    serde_json::from_str::<Value>(text).unwrap()[section].clone()
}

pub(crate) fn int(row: &Value, field: &str) -> i64 {
    row[field]
        .as_i64()
        .unwrap_or_else(|| panic!("{field} in {row}"))
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn usd(micros: i64) -> Money {
    Money::new(micros, Currency::USD)
}

pub(crate) fn payee(n: u8) -> PayeeId {
    PayeeId::from_bytes([n; 16])
}

/// Every asset that a track can have.
pub(crate) fn everything() -> BTreeSet<AssetKind> {
    AssetKind::ALL.into()
}

/// The offers that a template makes of a track with everything, numbered from `first`.
pub(crate) fn offers_of(template: &Template, first: u8) -> Vec<Offer> {
    let drafts = template.drafts(&everything(), &Credit::NotRequired, Currency::USD);
    let offer = |(n, draft): (u8, Drafted)| Offer {
        id: OfferId::from_bytes([n; 16]),
        track: TrackId::from_bytes([1; 16]),
        asset: draft.asset,
        tier: template.tier,
        price: draft.price,
        envelope: Arc::new(draft.envelope),
        rule: template.rule(),
    };
    (first..).zip(drafts.unwrap()).map(offer).collect()
}

/// The shipped offers of a track with everything.
pub(crate) fn offers() -> Vec<Offer> {
    let one = |(n, template): (u8, &Template)| offers_of(template, n * 20);
    (1..).zip(&shipped()).flat_map(one).collect()
}

pub(crate) fn offer(tier: Tier, asset: AssetKind) -> Offer {
    let found = offers()
        .into_iter()
        .find(|one| one.tier == tier && one.asset == asset);
    found.unwrap()
}

pub(crate) fn creator_cut() -> Envelope {
    offer(Tier::Creator, AssetKind::Cut15)
        .envelope
        .as_ref()
        .clone()
}

pub(crate) fn bundle_envelope(now: Timestamp) -> Envelope {
    BUNDLE_PLANS[0].envelope(Credit::NotRequired, now)
}
