//! Tiers: the word under which a template's offers are sold.
//!
//! Three are shipped; a composer may add their own. A tier is a word and no more: what it allows
//! and costs stands in its [`Template`](crate::template::Template).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most symbols a composer's own tier may have.
pub const NAME_MAX: usize = 24;
/// Words that mean something else where a tier's word stands.
const RESERVED: [&str; 5] = ["bundle", "pool", "store", "all", "tier"];

/// A tier, the shipped ones first and from narrow to wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Tier {
    /// For people who publish on channels of their own.
    Creator,
    /// For brands, agencies and advertisements, without an end.
    Business,
    /// For one paid campaign.
    Ad,
    /// A composer's or store's own.
    Own(TierName),
}

/// The word of a tier that isn't shipped: small enough to be copied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TierName([u8; NAME_MAX]);

/// A text is no tier's word.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "a tier's word has 1 to 24 lower-case letters, digits and underscores, begins with a letter, and isn't bundle, pool, store, all or tier"
)]
pub struct BadTier;

impl Tier {
    /// The shipped tiers.
    pub const SHIPPED: [Tier; 3] = [Tier::Creator, Tier::Business, Tier::Ad];

    /// The stable word used in JSON, addresses and the database.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Tier::Creator => "creator",
            Tier::Business => "business",
            Tier::Ad => "ad",
            Tier::Own(name) => name.as_str(),
        }
    }

    /// The label shown to people: the word with a capital, and spaces for its underscores.
    #[must_use]
    pub fn label(&self) -> String {
        let words = self.code().replace('_', " ");
        let mut letters = words.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect())
            .unwrap_or_default()
    }
}

impl TierName {
    fn as_str(&self) -> &str {
        let end = self.0.iter().position(|b| *b == 0).unwrap_or(NAME_MAX);
        // Only ASCII is ever put in.
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }
}

impl fmt::Debug for TierName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Tier {
    type Err = BadTier;

    fn from_str(text: &str) -> Result<Tier, BadTier> {
        if let Some(tier) = Tier::SHIPPED.into_iter().find(|tier| tier.code() == text) {
            return Ok(tier);
        }
        let symbol = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let good = text.len() <= NAME_MAX
            && text.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
            && text.bytes().all(symbol)
            && !RESERVED.contains(&text);
        if !good {
            return Err(BadTier);
        }
        let mut name = [0; NAME_MAX];
        name[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Tier::Own(TierName(name)))
    }
}

impl TryFrom<String> for Tier {
    type Error = BadTier;

    fn try_from(text: String) -> Result<Tier, BadTier> {
        text.parse()
    }
}

impl From<Tier> for String {
    fn from(tier: Tier) -> String {
        tier.code().to_owned()
    }
}
