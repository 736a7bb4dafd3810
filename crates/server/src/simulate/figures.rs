//! The figures of a scenario as people write them: moments, percents, seconds, amounts.

use app::{Currency, Money, Timestamp};
use serde::{Deserialize, Deserializer};

use super::scenario::Wrong;

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

/// A length in seconds with at most three places, kept in ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seconds(u32);

impl Seconds {
    /// In ms.
    #[must_use]
    pub fn ms(self) -> u32 {
        self.0
    }

    /// The decimal digits of a JSON number, read as such: 7.4 is 7400 ms and not a float near it.
    fn read(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 6 || part.len() > 3 || !digits(whole) || !digits(part)
        {
            return None;
        }
        let ms: u32 = format!("{whole}{part:0<3}").parse().ok()?;
        (ms > 0).then_some(Self(ms))
    }
}

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, part) = (self.0 / 1_000, self.0 % 1_000);
        match part {
            0 => write!(f, "{whole}"),
            _ => write!(f, "{whole}.{}", format!("{part:03}").trim_end_matches('0')),
        }
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(from)?;
        Self::read(&number.to_string()).ok_or_else(|| {
            let what = "a length is seconds above 0 with at most three places, such as 7.4";
            serde::de::Error::custom(format!("{what}, not `{number}`"))
        })
    }
}

/// An amount of the store's currency.
///
/// # Errors
/// [`Wrong`] for any other form than a decimal text.
pub(super) fn amount(place: &str, text: &str, currency: Currency) -> Result<Money, Wrong> {
    let whole = format!("{text} {}", currency.code());
    let what = "an amount is digits, a point and up to six places, such as \"5.00\"";
    whole
        .parse()
        .map_err(|_| Wrong::at(place, format!("{what}, not `{text}`")))
}
