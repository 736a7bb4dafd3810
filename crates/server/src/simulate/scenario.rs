//! A scenario: a store, and what happens in it day by day, as one JSON document.
//!
//! The schema is published (`clearcue simulate --schema`). Amounts are decimal texts of the
//! store's currency (`"5.00"`), rates are percents (`"2.9%"`), moments are days (`2026-02-28`, at
//! midnight UTC) or RFC 3339.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::figures::{Moment, Percent, Seconds};

/// The JSON Schema of a scenario (draft 2020-12).
pub const SCHEMA: &str = include_str!("schema.json");
/// The most steps of a scenario, uses that are repeated counted once.
pub const STEPS_MAX: usize = 10_000;
/// The most tracks.
pub const TRACKS_MAX: usize = 50;
/// The most times one step is repeated.
pub const TIMES_MAX: u32 = 10_000;

/// A scenario as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The schema's address, for editors; not read.
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// The version of this format: 1.
    pub scenario: u32,
    /// What it shows, in a few words.
    pub name: String,
    /// More about it.
    #[serde(default)]
    pub about: Option<String>,
    /// When it begins.
    pub start: Moment,
    /// The store; what is left out is as shipped.
    #[serde(default)]
    pub store: Store,
    /// The tracks, by the names that steps use.
    pub tracks: BTreeMap<String, Track>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// How the store is set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// What it sells in; US dollars by default.
    #[serde(default)]
    pub currency: Option<String>,
    /// Its commission on the net.
    #[serde(default)]
    pub commission: Option<Percent>,
    /// Held back of the composers' side against chargebacks.
    #[serde(default)]
    pub reserve: Option<Percent>,
    /// What the card company takes.
    #[serde(default)]
    pub card_fee: Option<CardFee>,
    /// Tax on every sale for which no country's counts.
    #[serde(default)]
    pub tax: Option<Tax>,
    /// Taxes by the buyer's country, by its two letters.
    #[serde(default)]
    pub taxes: BTreeMap<String, Tax>,
    /// The bundles on sale, instead of the shipped ones.
    #[serde(default)]
    pub bundles: Option<Vec<Bundle>>,
    /// The subscription, instead of the shipped one.
    #[serde(default)]
    pub subscription: Option<Subscription>,
    /// Several of them, instead of `subscription`.
    #[serde(default)]
    pub plans: Option<Vec<Plan>>,
    /// What licences cost, where that differs from the shipped prices.
    #[serde(default)]
    pub prices: Vec<Price>,
}

/// What a licence costs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// In which tier.
    pub tier: String,
    /// Of what; the full mix by default.
    #[serde(default)]
    pub asset: Option<String>,
    /// Before tax that is added.
    pub price: String,
}

/// A subscription among several.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The word that steps name it by.
    pub code: String,
    /// The price of a cycle.
    pub price: String,
    /// What each use is guaranteed.
    pub guarantee: String,
    /// The most uses of one track in a cycle.
    #[serde(default)]
    pub track_cap: Option<u32>,
    /// What becomes of a cycle without uses.
    #[serde(default)]
    pub idle: Idle,
}

/// What a card company takes of each charge.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardFee {
    /// Of the charge.
    pub percent: Percent,
    /// And for each charge.
    pub fixed: String,
}

/// A tax.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// Contained in the price, or added to it.
    pub mode: TaxMode,
    /// Its rate.
    pub rate: Percent,
}

/// How a tax stands to the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxMode {
    /// The price contains it.
    Inclusive,
    /// It is added.
    Exclusive,
}

/// A bundle on sale.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The word that steps buy it by.
    pub code: String,
    /// Its price.
    pub price: String,
    /// The clip time in it.
    pub seconds: u32,
}

/// A subscription on sale.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// The price of a cycle.
    pub price: String,
    /// What each use is guaranteed.
    pub guarantee: String,
    /// The most uses of one track in a cycle.
    #[serde(default)]
    pub track_cap: Option<u32>,
    /// What becomes of a cycle without uses.
    #[serde(default)]
    pub idle: Idle,
}

/// What becomes of a cycle without uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Idle {
    /// Shared over the month's uses of all tracks in rotation.
    #[default]
    Share,
    /// Added to the subscriber's next cycle.
    RollOver,
}

/// A track. Its sound is a tone of our own: what it sounds like moves no money.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// Who shares its money, in percents that make a hundred.
    pub splits: BTreeMap<String, Percent>,
    /// Whether subscribers may use it; yes by default.
    #[serde(default = "yes")]
    pub rotation: bool,
}

fn yes() -> bool {
    true
}

/// One thing that happens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When; the moment of the step before by default.
    #[serde(default)]
    pub at: Option<Moment>,
    /// What, and its particulars.
    #[serde(rename = "do")]
    pub action: Word,
    /// Who buys or subscribes.
    #[serde(default)]
    pub who: Option<String>,
    /// The track that is bought, used, or split anew.
    #[serde(default)]
    pub track: Option<String>,
    /// The asset of it; the full mix by default.
    #[serde(default)]
    pub asset: Option<String>,
    /// Its tier; `creator` by default.
    #[serde(default)]
    pub tier: Option<String>,
    /// The bundle that is bought.
    #[serde(default)]
    pub bundle: Option<String>,
    /// A name for what was bought, which later steps use.
    #[serde(default, rename = "as")]
    pub named: Option<String>,
    /// What a use is under, or what is refunded, disputed, cancelled: a name given by `as`.
    #[serde(default, alias = "under")]
    pub of: Option<String>,
    /// How long the clip is.
    #[serde(default)]
    pub seconds: Option<Seconds>,
    /// When the video was published, where the report comes later.
    #[serde(default)]
    pub published: Option<Moment>,
    /// The report's own id: the same twice is one use.
    #[serde(default)]
    pub event: Option<String>,
    /// The plan that is subscribed to or changed to; the first by default.
    #[serde(default)]
    pub plan: Option<String>,
    /// Where the buyer is taxed, or whose tax is changed: a country's two letters.
    #[serde(default)]
    pub country: Option<String>,
    /// A country's tax from now on; without it the country leaves the table.
    #[serde(default)]
    pub tax: Option<Tax>,
    /// What a purchase is paid with; a card by default.
    #[serde(default)]
    pub with: Option<PayWord>,
    /// An account of the ledger whose balance is looked at.
    #[serde(default)]
    pub account: Option<String>,
    /// How often it happens, each time on its own.
    #[serde(default)]
    pub times: Option<u32>,
    /// How much; all of it by default.
    #[serde(default)]
    pub amount: Option<String>,
    /// Of clip time, what is left of it is refunded instead of the payment.
    #[serde(default)]
    pub rest: bool,
    /// How far a dispute has come.
    #[serde(default)]
    pub state: Option<DisputeWord>,
    /// The new parts of a split.
    #[serde(default)]
    pub splits: Option<BTreeMap<String, Percent>>,
    /// Whose balance is looked at, or who is paid out; everybody by default.
    #[serde(default)]
    pub payee: Option<String>,
    /// What is expected to stand there.
    #[serde(default)]
    pub balance: Option<String>,
    /// The step is expected to be refused, with this code.
    #[serde(default)]
    pub refused: Option<String>,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// A licence or a bundle is bought.
    Buy,
    /// Somebody subscribes.
    Subscribe,
    /// A subscription ends with its cycle.
    Cancel,
    /// A subscription rests from the end of its cycle on.
    Pause,
    /// A cancellation or a pause is taken back.
    Resume,
    /// Another plan: a dearer one now, pro rata; any other from the next cycle on. Or another country
    /// to be taxed in, from the next charge on.
    Change,
    /// A country's tax is set, or taken out of the table.
    Tax,
    /// A wallet is loaded by card.
    Load,
    /// A payee is paid in advance of what they will earn.
    Advance,
    /// A use is reported.
    Use,
    /// A payment is refunded, in part or whole.
    Refund,
    /// A payment is disputed, or a dispute decided.
    Dispute,
    /// A track's money is shared otherwise from now on.
    Split,
    /// Cycles that are over are closed, and what else is due is done.
    Close,
    /// What may be paid out is.
    PayOut,
    /// A balance is compared with what is expected.
    Expect,
    /// Nothing but that time passes.
    Wait,
}

/// What a purchase is paid with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayWord {
    /// A card.
    Card,
    /// The buyer's wallet, which was loaded before.
    Wallet,
}

/// How far a dispute has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeWord {
    /// Raised.
    Open,
    /// Decided for the store.
    Won,
    /// Decided against it.
    Lost,
}

/// What is wrong with a scenario: where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Wrong {
    /// Where, such as `steps[3].bundle`.
    pub place: String,
    /// What, and what to do.
    pub what: String,
}

impl Wrong {
    /// Something wrong somewhere.
    pub fn at(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }
}
