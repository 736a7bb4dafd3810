//! The audit of what was agreed: split sheets and their versions, escrow, advances.

use std::collections::BTreeMap;

use ::ledger::invariant::Breach;
use domain::advance::Advance;
use domain::agreement::Versions;
use domain::invariant_money as rules;
use domain::{Account, PayeeId, SplitSheetId, Timestamp, TrackId};
use store::db::Tx;

use super::{Check, balance, check};
use crate::Fault;

/// A version never counts from before the one it replaced.
const VERSIONS_ONLY_LATER: &str = "versions_only_later";
/// Nothing stands in the escrow of somebody who is registered.
const ESCROW_IS_OF_THE_UNREGISTERED: &str = "escrow_is_of_the_unregistered";
/// The account of a payee's advances holds what is outstanding, and their lines say the same.
const ADVANCES_ARE_RECOUPED: &str = "advances_are_recouped";

pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    Ok(vec![
        whole(tx).await?,
        carries(tx).await?,
        versions(tx).await?,
        escrow(tx).await?,
        advances(tx).await?,
    ])
}

async fn whole(tx: &mut Tx) -> Result<Check, Fault> {
    let mut sheets: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for row in tx.all(SHARES, &[]).await? {
        let sheet = SplitSheetId::from_bytes(row.id("id")?).to_string();
        let parts = sheets.entry(sheet).or_default();
        if let Some(ppm) = row.opt_int("share_ppm")? {
            parts.push(u64::try_from(ppm).unwrap_or(0));
        }
    }
    let rows: Vec<_> = sheets
        .iter()
        .map(|(id, p)| (id.as_str(), p.clone()))
        .collect();
    let breaches = rules::shares_sum_to_the_whole(&rows);
    Ok(check(rules::SHARES_SUM_TO_THE_WHOLE, rows.len(), breaches))
}

/// What settlements and refunds moved is left out: it isn't what the sheet shared.
async fn carries(tx: &mut Tx) -> Result<Check, Fault> {
    let mut rows = Vec::new();
    for row in tx.all(CARRIES, &[]).await? {
        let (id, currency) = (
            SplitSheetId::from_bytes(row.id("sheet_id")?),
            row.text("currency")?,
        );
        let account = Account::Carry(id).id();
        let values = [account.as_str().into(), currency.as_str().into()];
        let moved = tx.one(MOVED, &values).await?.int("moved")?;
        let carry = balance(tx, account.as_str(), &currency).await? - moved;
        let payees = usize::try_from(row.int("payees")?).unwrap_or(0);
        rows.push((id.to_string(), payees, carry));
    }
    let rows: Vec<_> = rows
        .iter()
        .map(|(id, n, c)| (id.as_str(), *n, *c))
        .collect();
    let breaches = rules::carries_are_smaller_than_their_payees(&rows);
    let name = rules::CARRIES_ARE_SMALLER_THAN_THEIR_PAYEES;
    Ok(check(name, rows.len(), breaches))
}

async fn versions(tx: &mut Tx) -> Result<Check, Fault> {
    let mut splits: BTreeMap<([u8; 16], String), Versions> = BTreeMap::new();
    let (mut count, mut breaches) = (0, Vec::new());
    for row in tx.all(VERSIONS, &[]).await? {
        count += 1;
        let track = row.id("track_id")?;
        let kind = row.opt_text("asset_kind")?.unwrap_or_default();
        let (sheet, from) = (row.id("id")?, Timestamp(row.int("from_ms")?));
        let so_far = splits.remove(&(track, kind.clone())).unwrap_or_default();
        match so_far.with(from, SplitSheetId::from_bytes(sheet)) {
            Ok(later) => {
                splits.insert((track, kind), later);
            }
            Err(error) => breaches.push(Breach {
                invariant: VERSIONS_ONLY_LATER,
                subject: SplitSheetId::from_bytes(sheet).to_string(),
                detail: format!("{}: {error}", TrackId::from_bytes(track)),
            }),
        }
    }
    Ok(check(VERSIONS_ONLY_LATER, count, breaches))
}

async fn escrow(tx: &mut Tx) -> Result<Check, Fault> {
    let rows = tx.all(REGISTERED, &[]).await?;
    let mut breaches = Vec::new();
    for row in &rows {
        let account = Account::Escrow(PayeeId::from_bytes(row.id("id")?)).id();
        for row in tx.all(HELD, &[account.as_str().into()]).await? {
            let (micros, currency) = (row.int("amount_micros")?, row.text("currency")?);
            breaches.push(Breach {
                invariant: ESCROW_IS_OF_THE_UNREGISTERED,
                subject: account.to_string(),
                detail: format!("{micros} micros of {currency} wait for somebody registered"),
            });
        }
    }
    Ok(check(ESCROW_IS_OF_THE_UNREGISTERED, rows.len(), breaches))
}

/// What a payee's advances come to in a currency.
#[derive(Default)]
struct Sum {
    granted: i128,
    recouped: i128,
}

async fn advances(tx: &mut Tx) -> Result<Check, Fault> {
    let mut sums: BTreeMap<(PayeeId, String), Sum> = BTreeMap::new();
    let rows = tx.all(ADVANCES, &[]).await?;
    for row in &rows {
        let kept = Advance::kept(row.int("granted_micros")?, row.int("earned_micros")?)
            .map_err(Fault::while_("reading an advance"))?;
        let key = (
            PayeeId::from_bytes(row.id("payee_id")?),
            row.text("currency")?,
        );
        let sum = sums.entry(key).or_default();
        sum.granted += i128::from(kept.granted());
        sum.recouped += i128::from(kept.recouped());
    }
    // Lines of payees without an advance would be as wrong as missing ones.
    let mut lines: BTreeMap<(PayeeId, String), Sum> = BTreeMap::new();
    for row in tx.all(ADVANCE_LINES, &[]).await? {
        let key = (
            PayeeId::from_bytes(row.id("payee_id")?),
            row.text("currency")?,
        );
        sums.entry(key.clone()).or_default();
        let sum = lines.entry(key).or_default();
        match row.text("kind")?.as_str() {
            "advance" => sum.granted += i128::from(row.int("sum")?),
            _ => sum.recouped -= i128::from(row.int("sum")?),
        }
    }
    let mut breaches = Vec::new();
    for ((payee, currency), due) in &sums {
        let account = Account::Advance(*payee).id();
        let stands = i128::from(balance(tx, account.as_str(), currency).await?);
        let line = lines
            .remove(&(*payee, currency.clone()))
            .unwrap_or_default();
        let outstanding = due.granted - due.recouped;
        let right = (line.granted, line.recouped) == (due.granted, due.recouped);
        if stands != -outstanding || !right {
            breaches.push(Breach {
                invariant: ADVANCES_ARE_RECOUPED,
                subject: account.to_string(),
                detail: format!(
                    "{stands} micros of {currency} stand there; of {} granted, {} are recouped, \
                     and lines say {} and {}",
                    due.granted, due.recouped, line.granted, line.recouped
                ),
            });
        }
    }
    Ok(check(ADVANCES_ARE_RECOUPED, rows.len(), breaches))
}

const SHARES: &str = "
    select s.id, p.share_ppm from split_sheets s left join split_shares p on p.sheet_id = s.id";

const CARRIES: &str = "
    select g.sheet_id, g.currency,
           (select count(*) from split_shares s where s.sheet_id = g.sheet_id) as payees
      from split_progress g";

const MOVED: &str = "
    select cast(coalesce(sum(p.amount_micros), 0) as bigint) as moved
      from postings p join journals j on j.id = p.journal_id
     where p.account = $1 and p.currency = $2 and j.kind in ('refund', 'settlement')";

const VERSIONS: &str =
    "select id, track_id, asset_kind, from_ms from split_sheets order by track_id, version";

const REGISTERED: &str = "select id from payees where registered_ms is not null";

const HELD: &str =
    "select currency, amount_micros from balances where account = $1 and amount_micros <> 0";

const ADVANCES: &str = "select payee_id, currency, granted_micros, earned_micros from advances";

const ADVANCE_LINES: &str = "
    select payee_id, currency, kind, cast(sum(micros) as bigint) as sum from payee_lines
     where kind in ('advance', 'recoupment') group by payee_id, currency, kind";
