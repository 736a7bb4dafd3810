//! Requests that must happen once: the key and what it led to, of one transaction with it.

use sha2::{Digest, Sha256};
use store::db::Tx;
use thiserror::Error;

use crate::{Call, Fault, Refusal};

/// A request's key, and whose.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    /// The principal's name.
    pub who: &'a str,
    /// What they sent.
    pub key: &'a str,
}

/// Why a key isn't taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyRefusal {
    /// The key is no key.
    #[error("send an Idempotency-Key of 1 to 128 printable characters, new for each request")]
    Bad,
    /// The key was used for something else.
    #[error("this Idempotency-Key was used for another request: use a new one")]
    Reused,
}

impl Refusal for KeyRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Bad => "idempotency_key_required",
            Self::Reused => "idempotency_key_reused",
        }
    }

    fn field(&self) -> Option<String> {
        Some("Idempotency-Key".into())
    }
}

/// Takes a key for an object, or says for which object it was taken before. What is asked is
/// part of it, so that a key can't be used for something else.
pub(super) async fn claim(
    tx: &mut Tx,
    call: &Call,
    key: Option<Key<'_>>,
    asked: &str,
    object: &[u8; 16],
) -> Result<Result<Option<[u8; 16]>, KeyRefusal>, Fault> {
    let Some(Key { who, key }) = key else {
        return Ok(Ok(None));
    };
    let length = key.chars().count();
    if !(1..=128).contains(&length) || key.chars().any(char::is_control) {
        return Ok(Err(KeyRefusal::Bad));
    }
    let hash: [u8; 32] = Sha256::digest(asked.as_bytes()).into();
    let values = [
        who.into(),
        key.into(),
        (&hash).into(),
        object.into(),
        call.now.0.into(),
    ];
    if tx.optional(CLAIM, &values).await?.is_some() {
        return Ok(Ok(None));
    }
    let row = tx.one(EARLIER, &[who.into(), key.into()]).await?;
    if row.bytes("request_sha256")? != hash {
        return Ok(Err(KeyRefusal::Reused));
    }
    Ok(Ok(Some(row.id("object_id")?)))
}

const CLAIM: &str = "
    insert into idempotency (principal, idem_key, request_sha256, object_id, created_ms)
    values ($1, $2, $3, $4, $5)
    on conflict do nothing
 returning idem_key";

const EARLIER: &str =
    "select request_sha256, object_id from idempotency where principal = $1 and idem_key = $2";
