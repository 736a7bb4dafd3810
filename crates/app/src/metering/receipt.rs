//! The receipt of an event that was sent before, by its id.
//!
//! Before: somebody asks who may report. After: nothing has changed. A use that counts is found
//! for as long as its event could come again (35 days), afterwards where it was settled by itself;
//! one that was refused for lack of cover for as long as it is kept.

use domain::{ApiKeyId, Timestamp};
use store::db::Tx;
use thiserror::Error;

use super::kept::{self, State};
use super::offered::{self, Told};
use super::report::{Answer, Receipt};
use crate::access::{Principal, Scope};
use crate::{App, Fault, Refusal, Stop};

/// A receipt with what has become of it since.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// As it was answered first.
    pub receipt: Receipt,
    /// When it was received.
    pub received_at: Timestamp,
    /// The number of the commit that counts it; none where none does.
    pub commit: Option<u64>,
    /// Do the reports' sums hold it? What isn't settled yet will be within a second or two.
    pub settled: bool,
    /// What would cover it now, where it was refused for lack of cover.
    pub told: Option<Told>,
}

/// Why there is no receipt. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReceiptRefusal {
    /// Who asks may not report.
    #[error("receipts need an API key with the scope usage:write (`clearcue key create`)")]
    NotAllowed,
    /// Nothing of this id counts or is kept, as far as is known.
    #[error(
        "no event of yours with the id `{0}` counts or is kept: send it again; of events older than 35 days \
         only those that were settled by themselves are found by their id"
    )]
    Unknown(String),
}

impl Refusal for ReceiptRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed => "scope_required",
            Self::Unknown(_) => "unknown_event",
        }
    }

    fn field(&self) -> Option<String> {
        matches!(self, Self::Unknown(_)).then(|| "event".into())
    }
}

/// The receipt of an event that whoever asks has sent.
///
/// # Errors
/// [`ReceiptRefusal`].
pub async fn receipt(
    app: &App,
    who: &Principal,
    event: &str,
) -> Result<Given, Stop<ReceiptRefusal>> {
    if !who.may(Scope::ReportUses) {
        return Err(Stop::Refused(ReceiptRefusal::NotAllowed));
    }
    let found = of(app, &who.name(), event).await?;
    found.ok_or_else(|| unknown(event))
}

/// The same for the operator: of a reporter by the name that their events are kept under, or by
/// what their key is called. Where keys share a name, of whichever has sent it.
///
/// # Errors
/// [`ReceiptRefusal::Unknown`].
pub async fn receipt_of(
    app: &App,
    reporter: &str,
    event: &str,
) -> Result<Given, Stop<ReceiptRefusal>> {
    if let Some(found) = of(app, reporter, event).await? {
        return Ok(found);
    }
    let mut tx = app.db.read().await?;
    let keys = called(&mut tx, reporter).await?;
    drop(tx);
    for key in keys {
        if let Some(found) = of(app, &key, event).await? {
            return Ok(found);
        }
    }
    Err(unknown(event))
}

async fn of(app: &App, reporter: &str, event: &str) -> Result<Option<Given>, Fault> {
    let (found, mut tx) = app.engine.find(reporter, event).await?;
    let receipt = |answer| Receipt {
        id: event.to_owned(),
        answer,
    };
    if let Some(found) = found {
        return Ok(Some(Given {
            receipt: receipt(Answer::Accepted(found.counted)),
            received_at: found.received_at,
            commit: found.commit,
            settled: found.settled,
            told: None,
        }));
    }
    let kept = kept::of_events(&mut tx, reporter, &[event]).await?.pop();
    // What counts and isn't found any more by its id can't be told as refused.
    let Some(kept) = kept.filter(|kept| kept.state != State::Bought) else {
        return Ok(None);
    };
    let told = offered::offer(app, &mut tx, &kept).await?;
    Ok(Some(Given {
        receipt: receipt(Answer::Refused(kept.reasons)),
        received_at: kept.received_at,
        commit: None,
        settled: false,
        told: Some(told),
    }))
}

/// The ids of the keys of a name.
async fn called(tx: &mut Tx, name: &str) -> Result<Vec<String>, Fault> {
    let rows = tx.all(KEYS, &[name.into()]).await?;
    let id = |row: &store::db::Row| Ok(ApiKeyId::from_bytes(row.id("id")?).to_string());
    rows.iter().map(id).collect()
}

fn unknown(event: &str) -> Stop<ReceiptRefusal> {
    let event = event.chars().take(64).collect();
    Stop::Refused(ReceiptRefusal::Unknown(event))
}

const KEYS: &str = "select id from api_keys where name = $1 order by id";
