//! Requests that move money, carried out once: the row of their key is of the same transaction as
//! what they cause.

use serde::Serialize;
use sha2::{Digest, Sha256};
use store::db::Tx;
use thiserror::Error;

use crate::{Call, Fault, Refusal, Stop};

/// The most characters a key may have.
const KEY_MAX: usize = 128;

/// Whether a request is new.
pub(crate) enum Once {
    /// It is: what it causes has the id it was claimed with.
    First,
    /// It was carried out before, and caused this.
    Again([u8; 16]),
}

/// Why a request isn't carried out. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OnceRefusal {
    /// The key is no key.
    #[error("send an Idempotency-Key of 1 to {KEY_MAX} printable characters, new for each request")]
    BadKey,
    /// The key was used for something else.
    #[error("this Idempotency-Key was used for another request: use a new one")]
    Reused,
}

impl Refusal for OnceRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::BadKey => "idempotency_key_required",
            Self::Reused => "idempotency_key_reused",
        }
    }

    fn field(&self) -> Option<String> {
        Some("Idempotency-Key".into())
    }
}

/// Claims a key of this principal for a request, which will cause the object of this id. Another
/// request under the same key waits here until this transaction ends.
pub(crate) async fn once(
    tx: &mut Tx,
    call: &Call,
    (who, key): (&str, &str),
    request: &impl Serialize,
    object: &[u8; 16],
) -> Result<Once, Stop<OnceRefusal>> {
    let text = serde_json::to_vec(request).map_err(Fault::while_("writing a request"))?;
    claim(tx, call, (who, key), &text, object).await
}

/// The same for a request that is written down already.
pub(crate) async fn claim(
    tx: &mut Tx,
    call: &Call,
    (who, key): (&str, &str),
    request: &[u8],
    object: &[u8; 16],
) -> Result<Once, Stop<OnceRefusal>> {
    let length = key.chars().count();
    if !(1..=KEY_MAX).contains(&length) || key.chars().any(char::is_control) {
        return Err(Stop::Refused(OnceRefusal::BadKey));
    }
    let hash: [u8; 32] = Sha256::digest(request).into();
    let values = [
        who.into(),
        key.into(),
        (&hash).into(),
        object.into(),
        call.now.0.into(),
    ];
    if tx.optional(CLAIM, &values).await?.is_some() {
        return Ok(Once::First);
    }
    let earlier = known(tx, (who, key), &hash).await?;
    let earlier =
        earlier.ok_or_else(|| Fault::because("claiming a key", "it vanished meanwhile"))?;
    Ok(Once::Again(earlier))
}

/// What a request under this key caused before, for those that are answered before anything of
/// them is judged; `None` where the key is new. Claims nothing.
pub(crate) async fn earlier(
    tx: &mut Tx,
    (who, key): (&str, &str),
    request: &impl Serialize,
) -> Result<Option<[u8; 16]>, Stop<OnceRefusal>> {
    let text = serde_json::to_vec(request).map_err(Fault::while_("writing a request"))?;
    known(tx, (who, key), &Sha256::digest(text).into()).await
}

async fn known(
    tx: &mut Tx,
    (who, key): (&str, &str),
    hash: &[u8; 32],
) -> Result<Option<[u8; 16]>, Stop<OnceRefusal>> {
    let row = tx.optional(EARLIER, &[who.into(), key.into()]).await?;
    match row {
        None => Ok(None),
        Some(row) if row.bytes("request_sha256")? == hash => Ok(Some(row.id("object_id")?)),
        Some(_) => Err(Stop::Refused(OnceRefusal::Reused)),
    }
}

const CLAIM: &str = "
    insert into idempotency (principal, idem_key, request_sha256, object_id, created_ms)
    values ($1, $2, $3, $4, $5)
    on conflict do nothing
 returning idem_key";

const EARLIER: &str =
    "select request_sha256, object_id from idempotency where principal = $1 and idem_key = $2";
