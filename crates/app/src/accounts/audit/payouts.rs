//! The audit of payouts: what is in transit or paid is what payouts say, each was sent once, was
//! there to be paid, its fee is what the payee bore, and its file is as it was made.

use std::collections::BTreeMap;

use domain::invariant_money::{
    EACH_PAYOUT_IS_SENT_ONCE, IN_TRANSIT_IS_OPEN_PAYOUTS, TransferRow, TransitRow,
    each_payout_is_sent_once, in_transit_is_open_payouts,
};
use domain::payout::State;
use domain::{Account, PayoutBatchId, PayoutId};
use ledger::invariant::Breach;
use sha2::{Digest, Sha256};
use store::db::Tx;

use super::{Check, balance, check};
use crate::Fault;

/// No payout was more than what was available when it was proposed \[I15\].
const PAYOUTS_WERE_AVAILABLE: &str = "payouts_were_available";
/// What payees bore of payouts' fees is what those payouts say that didn't come back.
const PAYOUT_FEES_ARE_BORNE: &str = "payout_fees_are_borne";
/// A file of payouts is as it was made, and sums to the payouts in it.
const PAYOUT_FILES_ARE_WHOLE: &str = "payout_files_are_whole";

pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    Ok(vec![
        transit(tx).await?,
        sent_once(tx).await?,
        available(tx).await?,
        fees(tx).await?,
        files(tx).await?,
    ])
}

/// By rail and currency: that is how the accounts are kept.
async fn transit(tx: &mut Tx) -> Result<Check, Fault> {
    let mut rows: BTreeMap<(String, String), TransitRow> = BTreeMap::new();
    for row in tx.all(ACCOUNTS, &[]).await? {
        let account = row.text("account")?;
        let (kind, rail) = account.split_once(':').unwrap_or((&account, ""));
        let entry = entry(&mut rows, rail, &row.text("currency")?);
        let micros = row.int("amount_micros")?;
        if kind == "in-transit" {
            entry.in_transit = micros;
        } else {
            entry.paid = micros;
        }
    }
    let payouts = tx.all(AMOUNTS, &[]).await?;
    for row in &payouts {
        let entry = entry(&mut rows, &row.text("rail")?, &row.text("currency")?);
        let micros = row.int("amount_micros")?;
        match State::from_word(&row.text("state")?, None) {
            Some(State::Paid) => entry.settled.push(micros),
            Some(State::Failed | State::Withdrawn) => {}
            _ => entry.open.push(micros),
        }
    }
    let rows: Vec<_> = rows.into_values().collect();
    let breaches = in_transit_is_open_payouts(&rows);
    Ok(check(IN_TRANSIT_IS_OPEN_PAYOUTS, payouts.len(), breaches))
}

fn entry<'a>(
    rows: &'a mut BTreeMap<(String, String), TransitRow>,
    rail: &str,
    currency: &str,
) -> &'a mut TransitRow {
    let key = (rail.to_owned(), currency.to_owned());
    rows.entry(key).or_insert_with(|| TransitRow {
        payee: format!("{rail} {currency}"),
        in_transit: 0,
        paid: 0,
        open: Vec::new(),
        settled: Vec::new(),
    })
}

async fn sent_once(tx: &mut Tx) -> Result<Check, Fault> {
    let mut paid = Vec::new();
    for row in tx.all(PAID, &[]).await? {
        paid.push(PayoutId::from_bytes(row.id("id")?).to_string());
    }
    let mut transfers = Vec::new();
    for row in tx.all(TRANSFERS, &[]).await? {
        transfers.push(TransferRow {
            payout: row.text("source")?,
            settled: row.int("came_back")? == 0,
        });
    }
    let paid: Vec<_> = paid.iter().map(String::as_str).collect();
    let breaches = each_payout_is_sent_once(&paid, &transfers);
    Ok(check(EACH_PAYOUT_IS_SENT_ONCE, transfers.len(), breaches))
}

async fn available(tx: &mut Tx) -> Result<Check, Fault> {
    let looked_at = tx.one(COUNT, &[]).await?.int("n")?;
    let mut breaches = Vec::new();
    for row in tx.all(TOO_MUCH, &[]).await? {
        let (amount, there) = (row.int("amount")?, row.int("available_micros")?);
        breaches.push(Breach {
            invariant: PAYOUTS_WERE_AVAILABLE,
            subject: PayoutId::from_bytes(row.id("id")?).to_string(),
            detail: format!("it takes {amount} micro-units, {there} were available"),
        });
    }
    let looked_at = usize::try_from(looked_at).unwrap_or(0);
    Ok(check(PAYOUTS_WERE_AVAILABLE, looked_at, breaches))
}

async fn fees(tx: &mut Tx) -> Result<Check, Fault> {
    let account = Account::PayoutFees.id();
    let (mut looked_at, mut breaches) = (0, Vec::new());
    for row in tx.all(FEES, &[account.as_str().into()]).await? {
        let (currency, due) = (row.text("currency")?, row.int("due")?);
        looked_at += usize::try_from(row.int("n")?).unwrap_or(0);
        let stands = balance(tx, account.as_str(), &currency).await?;
        if stands != due {
            breaches.push(Breach {
                invariant: PAYOUT_FEES_ARE_BORNE,
                subject: account.to_string(),
                detail: format!("{stands} micros of {currency} stand there, payouts say {due}"),
            });
        }
    }
    Ok(check(PAYOUT_FEES_ARE_BORNE, looked_at, breaches))
}

async fn files(tx: &mut Tx) -> Result<Check, Fault> {
    let rows = tx.all(FILES, &[]).await?;
    let mut breaches = Vec::new();
    for row in &rows {
        let hash: [u8; 32] = Sha256::digest(row.bytes("content")?).into();
        let whole = row.bytes("sha256")? == hash;
        let same =
            (row.int("lines")?, row.int("total_micros")?) == (row.int("n")?, row.int("sum")?);
        if !whole || !same {
            let detail = if whole {
                "its payouts sum to something else"
            } else {
                "its bytes have another hash"
            };
            breaches.push(Breach {
                invariant: PAYOUT_FILES_ARE_WHOLE,
                subject: PayoutBatchId::from_bytes(row.id("id")?).to_string(),
                detail: detail.to_owned(),
            });
        }
    }
    Ok(check(PAYOUT_FILES_ARE_WHOLE, rows.len(), breaches))
}

const ACCOUNTS: &str = "
    select account, currency, amount_micros from balances
     where account like 'in-transit:%' or account like 'paid-out:%'";

const AMOUNTS: &str = "select rail, currency, amount_micros, state from payouts order by id";

const PAID: &str = "select id from payouts where state = 'paid' order by id";

const TRANSFERS: &str = "
    select j.source,
           (select count(*) from journals b
             where b.kind = 'payout_bank_return' and b.source = j.source) as came_back
      from journals j where j.kind = 'payout_paid' order by j.source";

const COUNT: &str = "select count(*) as n from payouts";

const TOO_MUCH: &str = "
    select id, amount_micros + fee_micros as amount, available_micros from payouts
     where amount_micros + fee_micros > available_micros order by id";

const FEES: &str = "
    select c.currency, count(o.id) as n,
           cast(coalesce(sum(case when o.state not in ('failed', 'withdrawn')
                                  then o.fee_micros end), 0) as bigint) as due
      from (select currency from payouts union
            select currency from balances where account = $1) c
      left join payouts o on o.currency = c.currency
     group by c.currency order by c.currency";

const FILES: &str = "
    select b.id, b.content, b.sha256, b.lines, b.total_micros, count(o.id) as n,
           cast(coalesce(sum(o.amount_micros), 0) as bigint) as sum
      from payout_batches b left join payouts o on o.batch_id = b.id
     group by b.id, b.content, b.sha256, b.lines, b.total_micros order by b.id";
