//! Who sends a report and who gets it, by the ids that DDEX gives out.

use std::str::FromStr;

use thiserror::Error;

/// A DDEX party id (DPID): `PADPIDA` and eleven capitals or digits. DDEX gives them out; nothing
/// here can tell whether it has given out this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyId(String);

/// A text is no party id.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a DDEX party id is PADPIDA and eleven capitals or digits, as DDEX has given it out")]
pub struct PartyError;

impl PartyId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PartyId {
    type Err = PartyError;

    fn from_str(text: &str) -> Result<PartyId, PartyError> {
        let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        let own = text.strip_prefix("PADPIDA").ok_or(PartyError)?;
        if own.len() != 11 || !own.bytes().all(plain) {
            return Err(PartyError);
        }
        Ok(PartyId(text.to_owned()))
    }
}

/// One of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Their id.
    pub id: PartyId,
    /// Their full name.
    pub name: String,
}

/// Both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parties {
    /// Who sends reports: the store.
    pub sender: Party,
    /// Who gets them.
    pub recipient: Party,
}
