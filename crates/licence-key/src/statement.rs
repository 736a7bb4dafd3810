//! Signatures of statements: what an issuer says of a document of figures that it has made.
//!
//! Format: compact JWS as for every signed text of this crate, with a `typ` of its own
//! ([`STATEMENT_TYPE`]), and as payload the canonical JSON of a [`Seal`]: `iss`, `sub`, `period`,
//! `currency`, `sha256`. The document itself isn't in it, only its hash. Signing is deterministic
//! (RFC 8032) and the payload has no time: the same document signed by the same key has the same
//! signature, whenever it is signed.
//!
//! A licence token is no statement and a statement no licence token, though one key signs both:
//! each reader takes its own `typ` alone. The module knows nothing of what the figures mean.

use serde::Serialize;

use crate::canonical;
use crate::jws::{self, JwsError};
use crate::key::{IssuerKey, Jwk, Jwks};

/// The JWS `typ` of a statement's signature.
pub const STATEMENT_TYPE: &str = "statement+jwt";

/// The longest text that is looked at as a signature, in bytes.
pub const MAX_SIGNATURE_BYTES: usize = 4 * 1024;

/// What is signed of a statement. All of it is compared with the document when it is verified, so
/// that a signature can't be moved to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seal<'a> {
    /// Who makes the statement: the issuer's address, as in licence tokens.
    pub iss: &'a str,
    /// Whose statement it is.
    pub sub: &'a str,
    /// Of which time, as the statement names it.
    pub period: &'a str,
    /// ISO 4217.
    pub currency: &'a str,
    /// The hash that stands for the whole document, in lower-case hex.
    pub sha256: &'a str,
}

/// Why a signature isn't made or believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// A text in the seal has no canonical form, or is far too long.
    #[error("this can't be signed: {0}")]
    Unsignable(String),
    /// Longer than [`MAX_SIGNATURE_BYTES`], or not three parts of strict base64url.
    #[error("the signature is damaged: it isn't three parts of base64url")]
    Shape,
    /// The header asks for something that this version doesn't know.
    #[error("the signature's header isn't understood; a newer version may know it")]
    Header,
    /// A signed text of another type, such as a licence token.
    #[error("this is a signed text, but not a statement's signature")]
    Type,
    /// No trusted key has this id.
    #[error("the statement is signed by a key that isn't trusted here ({kid})")]
    UnknownKey {
        /// The key id that the signature names.
        kid: String,
    },
    /// The signature doesn't belong to its own text.
    #[error("the signature was altered")]
    Signature,
    /// A good signature, of another statement.
    #[error("the signature is of another statement: something was changed after it was signed")]
    Other,
    /// The key is trusted, but not for this issuer.
    #[error("the statement claims to come from {issuer}, for whom its key doesn't speak")]
    Issuer {
        /// Whom the statement names.
        issuer: String,
    },
}

/// Signs a statement. The result is one line of ASCII of some 500 bytes.
///
/// # Errors
/// [`SealError::Unsignable`].
pub fn sign(seal: &Seal<'_>, key: &IssuerKey) -> Result<String, SealError> {
    let signature = jws::sign(STATEMENT_TYPE, &payload(seal)?, key);
    if signature.len() > MAX_SIGNATURE_BYTES {
        return Err(SealError::Unsignable("its names are too long".into()));
    }
    Ok(signature)
}

/// Verifies that one of these keys signed exactly this seal, and speaks for its issuer. Exactly
/// one text is accepted for each seal and key.
///
/// # Errors
/// [`SealError`] with the first reason found.
pub fn verify<'k>(seal: &Seal<'_>, signature: &str, keys: &'k Jwks) -> Result<&'k Jwk, SealError> {
    if signature.len() > MAX_SIGNATURE_BYTES {
        return Err(SealError::Shape);
    }
    let (signed, key) = jws::verify(STATEMENT_TYPE, signature, keys)?;
    // Text for text: there is one canonical form, and nothing in it is left unread.
    if signed != payload(seal)? {
        return Err(SealError::Other);
    }
    if !keys.speaks_for(seal.iss) {
        let issuer = seal.iss.to_owned();
        return Err(SealError::Issuer { issuer });
    }
    Ok(key)
}

fn payload(seal: &Seal<'_>) -> Result<String, SealError> {
    let unsignable = |why: String| SealError::Unsignable(why);
    let value = serde_json::to_value(seal).map_err(|e| unsignable(e.to_string()))?;
    canonical::to_string(&value).map_err(|e| unsignable(e.to_string()))
}

impl From<JwsError> for SealError {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::Shape | JwsError::Encoding(_) => Self::Shape,
            JwsError::Header => Self::Header,
            JwsError::Type => Self::Type,
            JwsError::UnknownKey(kid) => Self::UnknownKey { kid },
            JwsError::Signature => Self::Signature,
        }
    }
}
