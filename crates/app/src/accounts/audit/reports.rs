//! The audit of reports: what they sum up of a payee's uses is what was posted for uses.

use std::collections::BTreeMap;

use ::ledger::invariant::Breach;
use domain::PayeeId;
use store::db::Tx;

use super::super::parts::USE_PART;
use super::{Check, check};
use crate::Fault;

/// What reports sum up of a payee's uses is what the ledger's lines of uses sum to.
const REPORTS_EQUAL_LEDGER: &str = "reports_equal_ledger";

/// The check.
pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    let mut sums: BTreeMap<(PayeeId, String), (i64, i64)> = BTreeMap::new();
    for row in tx.all(POSTED, &[]).await? {
        let key = (
            PayeeId::from_bytes(row.id("payee_id")?),
            row.text("currency")?,
        );
        sums.entry(key).or_default().0 = row.int("micros")?;
    }
    let reported = REPORTED.replace("{part}", USE_PART);
    for row in tx.all(&reported, &[]).await? {
        let key = (
            PayeeId::from_bytes(row.id("payee_id")?),
            row.text("currency")?,
        );
        sums.entry(key).or_default().1 = row.int("micros")?;
    }
    let breaches = sums
        .iter()
        .filter(|(_, (posted, reported))| posted != reported)
        .map(|((payee, currency), (posted, reported))| Breach {
            invariant: REPORTS_EQUAL_LEDGER,
            subject: payee.to_string(),
            detail: format!(
                "reports say {reported} micro-units of {currency} by uses, {posted} were posted"
            ),
        })
        .collect();
    Ok(vec![check(REPORTS_EQUAL_LEDGER, sums.len(), breaches)])
}

const POSTED: &str = "
    select payee_id, currency, cast(sum(micros) as bigint) as micros
      from payee_lines where kind = 'use' group by payee_id, currency";

const REPORTED: &str = "
    select s.payee_id, u.currency, cast(sum({part}) as bigint) as micros
      from uses u
      join split_shares s on s.sheet_id = u.sheet_id
      left join payee_lines o on u.shared_after_micros is null and o.payee_id = s.payee_id
                             and o.kind = 'use' and o.source_id = u.settlement_id
                             and o.sheet_id = u.sheet_id
     where u.earned_micros > 0 group by s.payee_id, u.currency";
