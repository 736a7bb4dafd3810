//! The standing: the one word that answers "is this licence good, now?".
//!
//! Brings together the token, the pinned keys, the status list and the time. It knows nothing
//! of where any of them came from.

use std::fmt;

use crate::claims::Claims;
use crate::key::Jwks;
use crate::status::{STATUS_INVALID, STATUS_SUSPENDED, STATUS_VALID, StatusToken};
use crate::token::{TokenError, Verified, verify};

/// Where a licence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Signed by a trusted issuer, in force, and not known to be revoked.
    Valid,
    /// Was valid until its expiry.
    Expired,
    /// The issuer took it back.
    Revoked,
    /// The issuer put it on hold.
    Suspended,
    /// Signed by a key that is not trusted here.
    UnknownIssuer,
    /// Not what was signed, or not understood.
    Altered,
    /// There is no licence key.
    None,
}

impl Standing {
    /// The word for people and programs: `valid`, `expired`, `revoked`, `suspended`,
    /// `unknown issuer`, `altered`, `none`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
            Self::UnknownIssuer => "unknown issuer",
            Self::Altered => "altered",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What the status list contributed to a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusCheck {
    /// The licence names no list, so there is nothing to look up.
    NotNeeded,
    /// No list was at hand: revocation after the sale cannot be ruled out.
    Missing,
    /// The list at hand is another one, or has no such entry; it was not used.
    Foreign,
    /// The list was current.
    Fresh,
    /// The list was past its `exp` or `ttl`. What it says still counts, but something newer may
    /// have been published since.
    Stale {
        /// When the list was issued, in seconds since the Unix epoch.
        as_of: i64,
    },
}

/// What a good token states, read into memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// Its claims.
    pub claims: Claims,
    /// The thumbprint of the key that signed it.
    pub kid: String,
}

/// A standing and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The answer.
    pub standing: Standing,
    /// What the verified token states; `None` for unknown issuer, altered and none.
    pub licence: Option<Stated>,
    /// Why the token was not accepted.
    pub error: Option<TokenError>,
    /// What was known of revocation.
    pub status: StatusCheck,
}

/// Judges a token at the time `now` (seconds since the Unix epoch), with the issuer's pinned
/// keys and, where one is at hand, a status list verified with [`StatusToken::verify`] against
/// the same keys. Revoked counts before suspended, suspended before expired.
#[must_use]
pub fn judge(token: &str, keys: &Jwks, status: Option<&StatusToken>, now: i64) -> Judgement {
    let judged = verify(token, keys).and_then(|licence| {
        let (known, entry) = look_up(&licence, status, now)?;
        let standing = standing_of(licence.ends_at(), entry, now);
        let stated = Stated {
            claims: licence.claims()?,
            kid: licence.kid().to_owned(),
        };
        Ok((standing, known, stated))
    });
    match judged {
        Ok((standing, status, licence)) => Judgement {
            standing,
            licence: Some(licence),
            error: None,
            status,
        },
        Err(error) => Judgement {
            standing: refusal(&error),
            licence: None,
            error: Some(error),
            status: StatusCheck::NotNeeded,
        },
    }
}

fn refusal(error: &TokenError) -> Standing {
    match error {
        TokenError::Empty => Standing::None,
        TokenError::UnknownKey { .. } | TokenError::Issuer { .. } => Standing::UnknownIssuer,
        _ => Standing::Altered,
    }
}

fn standing_of(ends_at: Option<i64>, entry: u8, now: i64) -> Standing {
    match entry {
        STATUS_VALID if ends_at.is_some_and(|end| end <= now) => Standing::Expired,
        STATUS_VALID => Standing::Valid,
        STATUS_INVALID => Standing::Revoked,
        // Whatever else an issuer may mean by a value, it is not "valid".
        STATUS_SUSPENDED.. => Standing::Suspended,
    }
}

/// The licence's entry, valid where nothing is known.
fn look_up(
    licence: &Verified<'_>,
    status: Option<&StatusToken>,
    now: i64,
) -> Result<(StatusCheck, u8), TokenError> {
    let Some(reference) = licence.status()? else {
        return Ok((StatusCheck::NotNeeded, STATUS_VALID));
    };
    let Some(token) = status else {
        return Ok((StatusCheck::Missing, STATUS_VALID));
    };
    let entry = (token.uri == reference.uri)
        .then(|| token.list.get(reference.idx))
        .flatten();
    Ok(match entry {
        None => (StatusCheck::Foreign, STATUS_VALID),
        Some(entry) if is_stale(token, now) => (StatusCheck::Stale { as_of: token.iat }, entry),
        Some(entry) => (StatusCheck::Fresh, entry),
    })
}

fn is_stale(token: &StatusToken, now: i64) -> bool {
    let kept_until = token
        .ttl
        .and_then(|ttl| token.iat.checked_add_unsigned(ttl))
        .unwrap_or(i64::MAX);
    token.exp.is_some_and(|end| end <= now) || kept_until <= now
}
