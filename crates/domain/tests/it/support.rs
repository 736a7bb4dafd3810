//! What several tests need: ids, times, envelopes, the design's worked cases.

use domain::envelope::Credit;
use domain::offer::{BUNDLE_PLANS, OfferTemplate, TEMPLATES};
use domain::{AssetKind, Envelope, PayeeId, Tier, Timestamp};
use ledger::{Currency, Money};
use serde_json::Value;

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

pub(crate) fn template(tier: Tier, asset: AssetKind) -> OfferTemplate {
    TEMPLATES
        .into_iter()
        .find(|one| one.tier == tier && one.asset == asset)
        .unwrap()
}

pub(crate) fn creator_cut() -> Envelope {
    template(Tier::Creator, AssetKind::Cut15).envelope(Credit::NotRequired)
}

pub(crate) fn bundle_envelope(now: Timestamp) -> Envelope {
    BUNDLE_PLANS[0].envelope(Credit::NotRequired, now)
}
