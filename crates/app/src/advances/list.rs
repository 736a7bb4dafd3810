//! The advances that were granted, and what of each is paid back. Nothing changes by it.

use domain::advance::Advance;
use domain::{AdvanceId, PayeeId, Timestamp};
use ledger::{Currency, Money};

use crate::{App, Fault};

/// An advance as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: AdvanceId,
    /// Whose it is.
    pub payee: PayeeId,
    /// Their name.
    pub name: String,
    /// The operator's word for it.
    pub reference: String,
    /// When it was granted.
    pub at: Timestamp,
    /// What was granted.
    pub granted: Money,
    /// What has been paid back.
    pub recouped: Money,
}

/// Every advance, the earliest first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn list(app: &App) -> Result<Vec<Listed>, Fault> {
    let mut tx = app.read().await?;
    let mut advances = Vec::new();
    for row in tx.all(ALL, &[]).await? {
        let kept = Advance::kept(row.int("granted_micros")?, row.int("earned_micros")?)
            .map_err(Fault::while_("reading an advance"))?;
        let currency = Currency::from_code(&row.text("currency")?)
            .map_err(Fault::while_("reading an advance's currency"))?;
        advances.push(Listed {
            id: AdvanceId::from_bytes(row.id("id")?),
            payee: PayeeId::from_bytes(row.id("payee_id")?),
            name: row.text("name")?,
            reference: row.text("reference")?,
            at: Timestamp(row.int("granted_ms")?),
            granted: Money::new(kept.granted(), currency),
            recouped: Money::new(kept.recouped(), currency),
        });
    }
    Ok(advances)
}

const ALL: &str = "
    select a.id, a.payee_id, p.name, a.reference, a.granted_ms, a.currency, a.granted_micros,
           a.earned_micros
      from advances a join payees p on p.id = a.payee_id
     order by a.granted_ms, a.id";
