//! What a payee has exchanged.

use domain::{ExchangeId, PayeeId, Timestamp};
use ledger::{Currency, Money};

use crate::{App, Fault};

/// An exchange that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// The exchange.
    pub id: ExchangeId,
    /// When.
    pub at: Timestamp,
    /// What was sold.
    pub sold: Money,
    /// What was bought.
    pub bought: Money,
    /// The rate's version.
    pub version: i64,
}

/// A payee's exchanges, the newest first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn of(app: &App, payee: PayeeId) -> Result<Vec<Past>, Fault> {
    let rows = app.read().await?.all(OF, &[payee.bytes().into()]).await?;
    let currency = |code: String| {
        Currency::from_code(&code).map_err(Fault::while_("reading an exchange's currency"))
    };
    rows.iter()
        .map(|row| {
            let sold = currency(row.text("sold")?)?;
            let bought = currency(row.text("bought")?)?;
            Ok(Past {
                id: ExchangeId::from_bytes(row.id("id")?),
                at: Timestamp(row.int("at_ms")?),
                sold: Money::new(row.int("sold_micros")?, sold),
                bought: Money::new(row.int("bought_micros")?, bought),
                version: row.int("version")?,
            })
        })
        .collect()
}

const OF: &str = "
    select id, at_ms, sold, bought, sold_micros, bought_micros, version
      from exchanges where payee_id = $1 order by at_ms desc, id desc limit 500";
