//! What earnings pay back of advances: each advance of a payee, the earliest first, remembers what
//! was earned since it was granted, and what is recouped follows from that sum alone. So a
//! reversal gives back exactly what its earning took.

use std::collections::BTreeMap;

use domain::advance::{Advance, earn_through};
use domain::{AdvanceId, LineKind, PayeeId};
use ledger::Currency;
use store::db::Tx;

use crate::Fault;

/// Lets what was just earned, by payee, count against their advances: what each of them pays back
/// (negative where it is given back), those who pay nothing left out. The lines of the earning
/// are written already; its advances stay locked until the transaction ends.
pub(super) async fn earn(
    tx: &mut Tx,
    currency: Currency,
    (kind, source_id): (LineKind, &[u8; 16]),
    earned: &BTreeMap<PayeeId, i64>,
) -> Result<Vec<(PayeeId, i64)>, Fault> {
    let values = [kind.code().into(), source_id.into(), currency.code().into()];
    let sql = format!("{ADVANCES}{}", tx.for_update());
    let mut advances: BTreeMap<PayeeId, Vec<(AdvanceId, Advance)>> = BTreeMap::new();
    for row in tx.all(&sql, &values).await? {
        let kept = Advance::kept(row.int("granted_micros")?, row.int("earned_micros")?)
            .map_err(Fault::while_("reading an advance"))?;
        let payee = PayeeId::from_bytes(row.id("payee_id")?);
        let id = AdvanceId::from_bytes(row.id("id")?);
        advances.entry(payee).or_default().push((id, kept));
    }
    let mut recouped = Vec::new();
    for (payee, kept) in advances {
        let (ids, kept): (Vec<_>, Vec<_>) = kept.into_iter().unzip();
        let micros = earned.get(&payee).copied().unwrap_or(0);
        let (after, left) =
            earn_through(&kept, micros).map_err(Fault::while_("recouping an advance"))?;
        for (id, (advance, _)) in ids.iter().zip(&after) {
            tx.run(KEEP, &[id.bytes().into(), advance.earned().into()])
                .await?;
        }
        if micros != left {
            recouped.push((payee, micros - left));
        }
    }
    Ok(recouped)
}

/// A curator's part of a sale is a line of its own kind, and pays back their advance all the same.
const ADVANCES: &str = "
    select id, payee_id, granted_micros, earned_micros from advances
     where currency = $3
       and payee_id in (select payee_id from payee_lines
                         where kind in ($1, 'curator') and source_id = $2
                           and purse = 'payee')
     order by payee_id, granted_ms, id";

const KEEP: &str = "update advances set earned_micros = $2 where id = $1";
