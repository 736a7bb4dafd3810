//! Countries, by ISO 3166-1 alpha-2 code, and lists of them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A country code: two capital letters. Only the form is checked, since countries come and go
/// while a frozen envelope stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// A text isn't a country code.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a country is two capital letters after ISO 3166-1, for example DE")]
pub struct CountryError;

impl Country {
    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("both bytes are ASCII capitals since from_str")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Country, CountryError> {
        match *text.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Country([a, b])),
            _ => Err(CountryError),
        }
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;

    fn try_from(text: String) -> Result<Country, CountryError> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> String {
        country.to_string()
    }
}

/// A list of countries, sorted and without doubles, cheap to copy. As JSON a list of codes.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<Country>", into = "Vec<Country>")]
pub struct Countries(Arc<[Country]>);

/// A country stands twice in a list.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a country stands twice in the list")]
pub struct TwiceError;

impl Countries {
    /// Does the list name nobody?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many it names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is this country named?
    #[must_use]
    pub fn contains(&self, country: Country) -> bool {
        self.0.binary_search(&country).is_ok()
    }

    /// Is every country of `other` named here too?
    #[must_use]
    pub fn includes(&self, other: &Countries) -> bool {
        other.iter().all(|one| self.contains(one))
    }

    /// Is any country of `other` named here too?
    #[must_use]
    pub fn meets(&self, other: &Countries) -> bool {
        other.iter().any(|one| self.contains(one))
    }

    /// The countries, in alphabetical order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = Country> + Clone + '_ {
        self.0.iter().copied()
    }

    /// Those named in both lists.
    #[must_use]
    pub fn both(&self, other: &Countries) -> Countries {
        self.iter().filter(|one| other.contains(*one)).collect()
    }

    /// Those named here and not there.
    #[must_use]
    pub fn without(&self, other: &Countries) -> Countries {
        self.iter().filter(|one| !other.contains(*one)).collect()
    }

    /// Those named in either list.
    #[must_use]
    pub fn either(&self, other: &Countries) -> Countries {
        self.iter().chain(other.iter()).collect()
    }
}

impl FromIterator<Country> for Countries {
    fn from_iter<I: IntoIterator<Item = Country>>(countries: I) -> Countries {
        let mut list: Vec<Country> = countries.into_iter().collect();
        list.sort_unstable();
        list.dedup();
        Countries(list.into())
    }
}

impl<const N: usize> From<[Country; N]> for Countries {
    fn from(countries: [Country; N]) -> Countries {
        countries.into_iter().collect()
    }
}

impl TryFrom<Vec<Country>> for Countries {
    type Error = TwiceError;

    fn try_from(list: Vec<Country>) -> Result<Countries, TwiceError> {
        let countries: Countries = list.iter().copied().collect();
        if countries.len() == list.len() {
            Ok(countries)
        } else {
            Err(TwiceError)
        }
    }
}

impl From<Countries> for Vec<Country> {
    fn from(countries: Countries) -> Vec<Country> {
        countries.0.to_vec()
    }
}

impl fmt::Debug for Countries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
