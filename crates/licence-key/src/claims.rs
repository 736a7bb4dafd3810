//! The claims: what a licence token states.
//!
//! Format: JWT claims (RFC 7519) with the Token Status List reference. The module knows
//! nothing of signatures, nor of what an envelope means.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{self, CanonicalError};
use crate::code::Code;

/// What a licence token states. Times are seconds since the Unix epoch, UTC.
///
/// Members this version does not know are ignored on reading; the signature still covers them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// The issuing store's address, `https://store.example`.
    pub iss: String,
    /// The licence's id.
    pub jti: String,
    /// The licence's code.
    pub code: Code,
    /// The licensee under a pseudonym that only the store can resolve.
    pub sub: String,
    /// When the licence was issued.
    pub iat: i64,
    /// When the licence ends; `None` for ever. A video published before stays covered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// What is licensed.
    pub assets: Vec<Asset>,
    /// The rights envelope as frozen at the sale.
    pub envelope: Value,
    /// SHA-256 over the envelope's canonical JSON (RFC 8785), 64 lower-case hex digits. Make it
    /// with [`envelope_hash`](crate::canonical::envelope_hash).
    pub envelope_sha256: String,
    /// The version of the terms the licensee accepted.
    pub terms: String,
    /// Where revocation and suspension are published; `None` where they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
}

impl Claims {
    /// Sets the envelope and its hash together.
    ///
    /// # Errors
    /// [`CanonicalError`] where the envelope has no canonical form.
    pub fn freeze(&mut self, envelope: Value) -> Result<(), CanonicalError> {
        self.envelope_sha256 = canonical::envelope_hash(&envelope)?;
        self.envelope = envelope;
        Ok(())
    }
}

/// One licensed asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// The asset's id in the store.
    pub id: String,
    /// What it is: full mix, stem, cut, in the store's words.
    pub kind: String,
    /// The track's title.
    pub title: String,
    /// The track's artist.
    pub artist: String,
    /// The delivered file's name.
    pub file: String,
    /// SHA-256 of the delivered file's audio essence, 64 lower-case hex digits.
    pub sha256: String,
}

/// The `status` claim of a Token Status List reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The reference itself; the claim allows for other mechanisms beside it.
    pub status_list: StatusRef,
}

impl Status {
    /// A reference to entry `idx` of the list at `uri`.
    #[must_use]
    pub fn list(uri: impl Into<String>, idx: u64) -> Self {
        Self {
            status_list: StatusRef {
                idx,
                uri: uri.into(),
            },
        }
    }
}

/// Which entry of which status list speaks for this licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRef {
    /// The entry's index in the list.
    pub idx: u64,
    /// The list's address, equal to the list token's `sub`.
    pub uri: String,
}
