//! Requests that must happen once: the key and what it led to, of one transaction with it.

use store::db::Tx;

pub use crate::accounts::once::OnceRefusal as KeyRefusal;
use crate::accounts::once::{self, Once};
use crate::{Call, Fault, Stop};

/// A request's key, and whose.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    /// The principal's name.
    pub who: &'a str,
    /// What they sent.
    pub key: &'a str,
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
    match once::claim(tx, call, (who, key), asked.as_bytes(), object).await {
        Ok(Once::First) => Ok(Ok(None)),
        Ok(Once::Again(earlier)) => Ok(Ok(Some(earlier))),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}
