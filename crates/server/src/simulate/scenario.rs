//! A scenario: a store, and what happens in it day by day, as one JSON document.
//!
//! The schema is published (`clearcue simulate --schema`). Amounts are decimal texts of the
//! store's currency (`"5.00"`), rates are percents (`"2.9%"`), moments are days (`2026-02-28`, at
//! midnight UTC) or RFC 3339.

use std::collections::BTreeMap;

use app::{Currency, Money, Timestamp};
use serde::{Deserialize, Deserializer};

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
    /// Tax on every sale.
    #[serde(default)]
    pub tax: Option<Tax>,
    /// The bundles on sale, instead of the shipped ones.
    #[serde(default)]
    pub bundles: Option<Vec<Bundle>>,
    /// The subscription, instead of the shipped one.
    #[serde(default)]
    pub subscription: Option<Subscription>,
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
    pub seconds: Option<u32>,
    /// How often it happens, each time on its own.
    #[serde(default)]
    pub times: Option<u32>,
    /// How much; all of it by default.
    #[serde(default)]
    pub amount: Option<String>,
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

/// A moment, read from a day or RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let whole = if text.len() == 10 {
            format!("{text}T00:00:00Z")
        } else {
            text.clone()
        };
        whole.parse().map(Self).map_err(|_| {
            let what = "a moment is a day such as 2026-02-28 or RFC 3339";
            serde::de::Error::custom(format!("{what}, not `{text}`"))
        })
    }
}

/// A percent with at most four places, kept in parts per million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent(u32);

impl Percent {
    /// In parts per million.
    #[must_use]
    pub fn ppm(self) -> u32 {
        self.0
    }

    /// In basis points; none when it is finer than that.
    #[must_use]
    pub fn bp(self) -> Option<u32> {
        self.0.is_multiple_of(100).then_some(self.0 / 100)
    }

    fn read(text: &str) -> Option<Self> {
        let (whole, part) = text.strip_suffix('%')?.split_once('.').map_or_else(
            || (text.trim_end_matches('%'), ""),
            |(whole, part)| (whole, part),
        );
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || part.len() > 4 || !digits(whole) || !digits(part)
        {
            return None;
        }
        let ppm: u32 = format!("{whole}{part:0<4}").parse().ok()?;
        (ppm <= 1_000_000).then_some(Self(ppm))
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::read(&text).ok_or_else(|| {
            let what = "a rate is a percent from 0% to 100% with at most four places";
            serde::de::Error::custom(format!("{what}, such as \"2.9%\", not `{text}`"))
        })
    }
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

/// An amount of the store's currency.
///
/// # Errors
/// [`Wrong`] for any other form than a decimal text.
pub fn amount(place: &str, text: &str, currency: Currency) -> Result<Money, Wrong> {
    let whole = format!("{text} {}", currency.code());
    let what = "an amount is digits, a point and up to six places, such as \"5.00\"";
    whole
        .parse()
        .map_err(|_| Wrong::at(place, format!("{what}, not `{text}`")))
}
