//! The audit of promotion codes: each was used as often as licences say, and never over its limit.

use ::ledger::invariant::Breach;
use store::db::Tx;

use super::{Check, check};
use crate::Fault;

/// Every code was used as often as licences say, and no more than it may be.
const PROMOS_WITHIN_LIMITS: &str = "promos_within_limits";

/// The check.
pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    let rows = tx.all(PROMOS, &[]).await?;
    let mut breaches = Vec::new();
    for row in &rows {
        let (used, counted) = (row.int("used")?, row.int("counted")?);
        let over = row.opt_int("uses_max")?.is_some_and(|most| counted > most);
        if used != counted || over {
            breaches.push(Breach {
                invariant: PROMOS_WITHIN_LIMITS,
                subject: row.text("code")?,
                detail: format!("{counted} licences used it, {used} are counted"),
            });
        }
    }
    Ok(vec![check(PROMOS_WITHIN_LIMITS, rows.len(), breaches)])
}

const PROMOS: &str = "
    select code, used, uses_max,
           (select count(*) from promo_uses u where u.code = p.code) as counted
      from promos p order by code";
