//! The audit of statements: on every day, a payee's lines are what their purses changed by. So any
//! statement over whole days sums to the change of the balance that the ledger knows.

use std::collections::BTreeMap;

use domain::invariant_money::{self as rules, StatementRow};
use domain::{Account, PayeeId};
use store::db::Tx;

use super::{Check, check};
use crate::Fault;

/// A purse's account, the currency and the day since 1970.
type Key = (String, String, i64);

pub(crate) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    let mut days: BTreeMap<Key, (Vec<i64>, i64)> = BTreeMap::new();
    for row in tx.all(LINES, &[]).await? {
        let payee = PayeeId::from_bytes(row.id("payee_id")?);
        let account = match row.text("purse")?.as_str() {
            "escrow" => Account::Escrow(payee),
            _ => Account::Payee(payee),
        };
        let key = (account.to_string(), row.text("currency")?, row.int("day")?);
        days.entry(key).or_default().0.push(row.int("sum")?);
    }
    for row in tx.all(POSTED, &[]).await? {
        let key = (row.text("account")?, row.text("currency")?, row.int("day")?);
        days.entry(key).or_default().1 = row.int("sum")?;
    }
    let row = |((account, currency, day), (lines, change)): (Key, _)| StatementRow {
        statement: format!(
            "{account} {currency} {}",
            domain::Timestamp(day.saturating_mul(domain::time::DAY_MS)).day()
        ),
        before: 0,
        lines,
        after: change,
    };
    let rows: Vec<_> = days.into_iter().map(row).collect();
    let breaches = rules::statements_explain_the_balance(&rows);
    Ok(vec![check(
        rules::STATEMENTS_EXPLAIN_THE_BALANCE,
        rows.len(),
        breaches,
    )])
}

const LINES: &str = "
    select payee_id, purse, currency, at_ms / 86400000 as day, cast(sum(micros) as bigint) as sum
      from payee_lines group by payee_id, purse, currency, at_ms / 86400000";

const POSTED: &str = "
    select p.account, p.currency, j.at_ms / 86400000 as day,
           cast(sum(p.amount_micros) as bigint) as sum
      from postings p join journals j on j.id = p.journal_id
     where p.account like 'payee:%' or p.account like 'escrow:%'
     group by p.account, p.currency, j.at_ms / 86400000";
