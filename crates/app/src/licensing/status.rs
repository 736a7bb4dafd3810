//! The store's status list: one signed answer for all licences, cacheable, without telling the
//! store which licence somebody asks about (Token Status List).

use domain::Timestamp;
use licence_key::{Bits, STATUS_INVALID, STATUS_SUSPENDED, STATUS_VALID, StatusList, StatusToken};
use thiserror::Error;

use super::Standing;
use crate::{App, Fault, Refusal, Stop};

/// How long a copy of the list may be kept, in seconds.
const TTL_S: u64 = 300;
/// When a copy must no longer be relied on, in seconds.
const LASTS_S: i64 = 24 * 60 * 60;

/// Why there is no list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatusRefusal {
    /// Nobody here can sign one.
    #[error("this store has no signing key now, so it can't sign a status list")]
    CannotSign,
}

impl Refusal for StatusRefusal {
    fn code(&self) -> &'static str {
        "no_signing_key"
    }
}

/// The signed list as of now.
///
/// # Errors
/// [`StatusRefusal::CannotSign`].
pub async fn status_list(app: &App, now: Timestamp) -> Result<String, Stop<StatusRefusal>> {
    let Some(key) = &app.issuer.key else {
        return Err(Stop::Refused(StatusRefusal::CannotSign));
    };
    let rows = app.db.read().await?.all(STATUSES, &[]).await?;
    let last = rows
        .last()
        .map(|row| row.int("status_index"))
        .transpose()?
        .unwrap_or(-1);
    let entries = u64::try_from(last + 1).unwrap_or(0).max(1);
    let doing = "making the status list";
    let mut list = StatusList::new(Bits::Two, entries).map_err(Fault::while_(doing))?;
    for row in &rows {
        let value = match Standing::from_word(&row.text("status")?)? {
            Standing::Valid => STATUS_VALID,
            Standing::Suspended => STATUS_SUSPENDED,
            Standing::Revoked => STATUS_INVALID,
        };
        let index = u64::try_from(row.int("status_index")?).unwrap_or(0);
        list.set(index, value).map_err(Fault::while_(doing))?;
    }
    let iat = now.0.div_euclid(1000);
    let token = StatusToken {
        uri: app.settings.status_list(),
        iat,
        exp: Some(iat + LASTS_S),
        ttl: Some(TTL_S),
        list,
    };
    Ok(token
        .sign(key)
        .map_err(Fault::while_("signing the status list"))?)
}

const STATUSES: &str = "select status, status_index from licences order by status_index";
