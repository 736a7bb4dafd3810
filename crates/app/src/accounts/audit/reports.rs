//! The audit of reports: what they sum up of a payee's uses is what was posted for uses.

use std::collections::BTreeMap;

use ::ledger::invariant::Breach;
use data_encoding::HEXLOWER;
use domain::PayeeId;
use store::db::Tx;

use super::super::parts::USE_PART;
use super::{Check, check};
use crate::Fault;

/// What reports sum up of a payee's uses is what the ledger's lines of uses sum to.
const REPORTS_EQUAL_LEDGER: &str = "reports_equal_ledger";
/// The sums that are kept for reports are those of the lines of uses and of what payees earned.
const REPORT_SUMS_EQUAL_LINES: &str = "report_sums_equal_lines";

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
    Ok(vec![
        check(REPORTS_EQUAL_LEDGER, sums.len(), breaches),
        kept_sums(tx).await?,
    ])
}

/// The sums that are kept for reports, less those of the lines: nothing is left where they agree.
async fn kept_sums(tx: &mut Tx) -> Result<Check, Fault> {
    let looked_at = tx.one(KEPT, &[]).await?.int("kept")?;
    let mut breaches = Vec::new();
    for sql in [TRACKS, HOURS, PAYEES] {
        for row in tx.all(sql, &[]).await? {
            breaches.push(Breach {
                invariant: REPORT_SUMS_EQUAL_LINES,
                subject: HEXLOWER.encode(&row.id("id")?),
                detail: format!(
                    "kept for reports ({}) differs from the lines by {}, {} ms, {} ms billed",
                    row.text("what")?,
                    row.int("amount")?,
                    row.int("clip_ms")?,
                    row.int("billed_ms")?
                ),
            });
        }
    }
    let looked_at = usize::try_from(looked_at).unwrap_or_default();
    Ok(check(REPORT_SUMS_EQUAL_LINES, looked_at, breaches))
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

const KEPT: &str = "
    select (select count(*) from track_sums) + (select count(*) from track_hours)
           + (select count(*) from payee_sums) as kept";

const TRACKS: &str = "
    select d.id, 'uses of a track' as what, cast(sum(d.uses) as bigint) as amount,
           cast(sum(d.clip_ms) as bigint) as clip_ms,
           cast(sum(d.billed_ms) as bigint) as billed_ms
      from (select track_id as id, uses, clip_ms, billed_ms from track_sums
            union all
            select track_id, -uses, -clip_ms, -billed_ms from uses) d
     group by d.id having sum(d.uses) <> 0 or sum(d.clip_ms) <> 0 or sum(d.billed_ms) <> 0";

const HOURS: &str = "
    select d.id, 'uses of an hour' as what, cast(sum(d.uses) as bigint) as amount,
           cast(0 as bigint) as clip_ms, cast(0 as bigint) as billed_ms
      from (select track_id as id, hour, uses from track_hours
            union all
            select track_id, received_ms / 3600000, -uses from uses) d
     group by d.id, d.hour having sum(d.uses) <> 0";

const PAYEES: &str = "
    select d.id, d.kind as what, cast(sum(d.micros) as bigint) as amount,
           cast(0 as bigint) as clip_ms, cast(0 as bigint) as billed_ms
      from (select payee_id as id, currency, kind, sheet_id, micros from payee_sums
            union all
            select payee_id, currency, kind, sheet_id, -micros from payee_lines) d
     group by d.id, d.currency, d.kind, d.sheet_id having sum(d.micros) <> 0";
