//! The token: claims signed by the issuer, as one line of text.
//!
//! Format: compact JWS, `typ` `licence+jwt`, `alg` `EdDSA`, `kid` the RFC 7638 thumbprint,
//! payload the claims and `"ver":1` as canonical JSON. Third parties verify it with any JOSE
//! library. The module knows nothing of time or revocation; see [`judge`](crate::judge).

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::canonical::{self, CanonicalError};
use crate::claims::{Asset, Claims, Status};
use crate::code::Code;
use crate::jws::{self, JwsError};
use crate::key::{IssuerKey, Jwks};

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

/// A token whose signature, form and envelope hash were checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// What it states.
    pub claims: Claims,
    /// The thumbprint of the key that signed it.
    pub kid: String,
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

/// Verifies a token against the issuer's pinned keys. Spaces and line ends around it are
/// ignored; apart from them exactly one text is accepted for each signed statement.
///
/// # Errors
/// [`TokenError`] with the first reason found.
pub fn verify(token: &str, keys: &Jwks) -> Result<Verified, TokenError> {
    let token = token.trim_ascii();
    if token.is_empty() {
        return Err(TokenError::Empty);
    }
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLong);
    }
    let (payload, key) = jws::verify(LICENCE_TYPE, token, keys)?;
    let claims = read_claims(&payload)?;
    if !keys.speaks_for(&claims.iss) {
        return Err(TokenError::Issuer { issuer: claims.iss });
    }
    Ok(Verified {
        claims,
        kid: key.thumbprint().to_owned(),
    })
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
    read_claims(&jws::payload(token)?)
}

/// The payload as it travels. The envelope is kept as the text it was signed as, so that its
/// hash is taken over exactly those bytes, which are known to be canonical.
#[derive(Deserialize)]
struct Wire<'a> {
    ver: u64,
    iss: String,
    jti: String,
    code: Code,
    sub: String,
    iat: i64,
    exp: Option<i64>,
    assets: Vec<Asset>,
    #[serde(borrow)]
    envelope: &'a RawValue,
    envelope_sha256: String,
    terms: String,
    status: Option<Status>,
}

fn read_claims(payload: &str) -> Result<Claims, TokenError> {
    let unread = |error: serde_json::Error| TokenError::Claims(error.to_string());
    let wire: Wire<'_> = serde_json::from_str(payload).map_err(unread)?;
    if wire.ver != CLAIMS_VERSION {
        return Err(TokenError::Version(wire.ver));
    }
    if canonical::sha256_hex(wire.envelope.get().as_bytes()) != wire.envelope_sha256 {
        return Err(TokenError::Envelope);
    }
    Ok(Claims {
        iss: wire.iss,
        jti: wire.jti,
        code: wire.code,
        sub: wire.sub,
        iat: wire.iat,
        exp: wire.exp,
        assets: wire.assets,
        envelope: serde_json::from_str(wire.envelope.get()).map_err(unread)?,
        envelope_sha256: wire.envelope_sha256,
        terms: wire.terms,
        status: wire.status,
    })
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
            JwsError::NotCanonical => Self::NotCanonical,
        }
    }
}
