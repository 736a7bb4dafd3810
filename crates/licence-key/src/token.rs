//! The token: claims signed by the issuer, as one line of text.
//!
//! Format: compact JWS, `typ` `licence+jwt`, `alg` `EdDSA`, `kid` the RFC 7638 thumbprint,
//! payload the claims and `"ver":1` as canonical JSON. Third parties verify it with any JOSE
//! library. The module knows nothing of time or revocation; see [`judge`](crate::judge).

mod payload;

use std::borrow::Cow;

use serde_json::Value;

use crate::canonical::{self, CanonicalError};
use crate::claims::{Claims, StatusRef};
use crate::code::Code;
use crate::jws::{self, JwsError};
use crate::key::{IssuerKey, Jwk, Jwks};
use payload::Payload;

/// The JWS `typ` of a licence token.
pub const LICENCE_TYPE: &str = "licence+jwt";

/// The version of the claims that this crate writes and reads.
pub const CLAIMS_VERSION: u64 = 1;

/// The longest text that is looked at as a token, in bytes.
pub const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// Why a token is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is no token.
    #[error("there is no licence token here")]
    Empty,
    /// Longer than [`MAX_TOKEN_BYTES`].
    #[error("the text is too long to be a licence token")]
    TooLong,
    /// Not three parts joined by full stops.
    #[error("this is not a licence token: it must be three parts joined by full stops")]
    Shape,
    /// A part is not strict unpadded base64url.
    #[error("the licence token's {0} is damaged: it is not strict base64url")]
    Encoding(&'static str),
    /// The header asks for something this version does not know.
    #[error("the licence token's header is not understood; a newer version may know it")]
    Header,
    /// A signed text of another type, such as a status list.
    #[error("this is a signed text, but not a licence token")]
    Type,
    /// No trusted key has this id.
    #[error(
        "the licence token is signed by a key that is not trusted here ({kid}): add the issuer's jwks.json if you know the issuer"
    )]
    UnknownKey {
        /// The key id the token names.
        kid: String,
    },
    /// The signature does not belong to this text.
    #[error("the licence token was altered: its signature does not fit")]
    Signature,
    /// The payload is signed, but not canonical JSON.
    #[error("the licence token's claims are not in canonical form")]
    NotCanonical,
    /// The payload lacks claims, or they have the wrong type.
    #[error("the licence token's claims are not understood: {0}")]
    Claims(String),
    /// Claims of another version.
    #[error("the licence token's claims have version {0}, which is not understood here")]
    Version(u64),
    /// The envelope's hash is not that of the envelope.
    #[error("the licence token's envelope does not match its hash")]
    Envelope,
    /// The key is trusted, but not for this issuer.
    #[error("the licence token claims to come from {issuer}, for whom its key does not speak")]
    Issuer {
        /// The `iss` the token claims.
        issuer: String,
    },
}

/// Signs claims. The result is one line of ASCII, typically 900 to 1,200 bytes.
///
/// # Errors
/// [`TokenError::Envelope`] where `envelope_sha256` is not the envelope's hash,
/// [`TokenError::Claims`] where the claims have no canonical form, [`TokenError::TooLong`].
pub fn sign(claims: &Claims, key: &IssuerKey) -> Result<String, TokenError> {
    let hash = canonical::envelope_hash(&claims.envelope).map_err(|e| unwritable(&e))?;
    if hash != claims.envelope_sha256 {
        return Err(TokenError::Envelope);
    }
    let mut value = serde_json::to_value(claims).map_err(|e| TokenError::Claims(e.to_string()))?;
    value["ver"] = Value::from(CLAIMS_VERSION);
    let payload = canonical::to_string(&value).map_err(|e| unwritable(&e))?;
    let token = jws::sign(LICENCE_TYPE, &payload, key);
    if token.len() > MAX_TOKEN_BYTES {
        Err(TokenError::TooLong)
    } else {
        Ok(token)
    }
}

fn unwritable(error: &CanonicalError) -> TokenError {
    TokenError::Claims(error.to_string())
}

/// Verifies a token against the issuer's pinned keys: its form, its signature, its claims with
/// their types, the envelope's hash, and that the key speaks for the issuer. Nothing is built in
/// memory that isn't asked for later. Spaces and line ends around the token are ignored; apart
/// from them exactly one text is accepted for each signed statement.
///
/// # Errors
/// [`TokenError`] with the first reason found.
pub fn verify<'k>(token: &str, keys: &'k Jwks) -> Result<Verified<'k>, TokenError> {
    let token = token.trim_ascii();
    if token.is_empty() {
        return Err(TokenError::Empty);
    }
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLong);
    }
    let (payload, key) = jws::verify(LICENCE_TYPE, token, keys)?;
    let read = Payload::read(payload)?;
    let issuer = read.text(&read.places.iss);
    if !keys.speaks_for(&issuer) {
        return Err(TokenError::Issuer {
            issuer: issuer.into_owned(),
        });
    }
    Ok(Verified { read, key })
}

/// The claims of a token whose signature was not checked: good for showing what a token says
/// of itself or for finding its issuer, never for trusting it.
///
/// # Errors
/// [`TokenError`] where the text is no licence token at all.
pub fn peek(token: &str) -> Result<Claims, TokenError> {
    let token = token.trim_ascii();
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLong);
    }
    Payload::read(jws::payload(token)?)?.claims()
}

/// A token that [`verify`] found good, with its claims still in the text they were signed as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<'k> {
    read: Payload,
    key: &'k Jwk,
}

impl Verified<'_> {
    /// The thumbprint of the key that signed it.
    #[must_use]
    pub fn kid(&self) -> &str {
        self.key.thumbprint()
    }

    /// The licence's code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.read.places.code
    }

    /// When the licence was issued, in seconds since the Unix epoch.
    #[must_use]
    pub fn issued_at(&self) -> i64 {
        self.read.places.iat
    }

    /// When the licence ends, in seconds since the Unix epoch; `None` for ever.
    #[must_use]
    pub fn ends_at(&self) -> Option<i64> {
        self.read.places.exp
    }

    /// The envelope's canonical JSON, exactly as it was signed and hashed.
    #[must_use]
    pub fn envelope(&self) -> &str {
        self.read.slice(&self.read.places.envelope)
    }

    /// The envelope's SHA-256, 64 lower-case hex digits.
    #[must_use]
    pub fn envelope_sha256(&self) -> Cow<'_, str> {
        self.read.text(&self.read.places.envelope_sha256)
    }

    /// All claims, read into memory.
    ///
    /// # Errors
    /// [`TokenError::Claims`], which [`verify`] has ruled out for claims of this version.
    pub fn claims(&self) -> Result<Claims, TokenError> {
        self.read.claims()
    }

    /// Which entry of which status list speaks for the licence; `None` where none does.
    ///
    /// # Errors
    /// As [`Verified::claims`].
    pub fn status(&self) -> Result<Option<StatusRef>, TokenError> {
        self.read.status()
    }
}

impl From<JwsError> for TokenError {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::Shape => Self::Shape,
            JwsError::Encoding(part) => Self::Encoding(part),
            JwsError::Header => Self::Header,
            JwsError::Type => Self::Type,
            JwsError::UnknownKey(kid) => Self::UnknownKey { kid },
            JwsError::Signature => Self::Signature,
        }
    }
}
