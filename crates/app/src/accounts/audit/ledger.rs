//! The audit of the ledger: journals balance, balances are sums, payees' lines are their accounts.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use domain::Account;
use ledger::invariant::{self as sums, Balance, Breach, Posting, Reference};
use store::db::Tx;

use super::{Check, check};
use crate::Fault;

/// Payees' lines sum to what stands on their accounts and in their escrows.
const EARNINGS_EQUAL_ACCOUNTS: &str = "earnings_equal_accounts";

struct OwnedPosting {
    journal: String,
    account: String,
    currency: String,
    micros: i64,
}

pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    let mut postings = Vec::new();
    for row in tx.all(POSTINGS, &[]).await? {
        postings.push(OwnedPosting {
            journal: HEXLOWER.encode(&row.bytes("journal_id")?),
            account: row.text("account")?,
            currency: row.text("currency")?,
            micros: row.int("amount_micros")?,
        });
    }
    let mut balances = Vec::new();
    for row in tx.all(BALANCES, &[]).await? {
        balances.push((
            row.text("account")?,
            row.text("currency")?,
            row.int("amount_micros")?,
        ));
    }
    let mut journals = Vec::new();
    for row in tx.all(JOURNALS, &[]).await? {
        let id = HEXLOWER.encode(&row.bytes("id")?);
        journals.push((id, row.text("kind")?, row.text("source")?));
    }
    let postings: Vec<_> = postings.iter().map(OwnedPosting::borrow).collect();
    let balances: Vec<_> = balances
        .iter()
        .map(|(account, currency, micros)| Balance {
            account,
            currency,
            micros: *micros,
        })
        .collect();
    let journals: Vec<_> = journals
        .iter()
        .map(|(journal, kind, source)| Reference {
            journal,
            kind,
            source,
        })
        .collect();
    let (p, b, j) = (postings.len(), balances.len(), journals.len());
    let lines = lines(tx).await?;
    Ok(vec![
        check(
            "every_journal_balances",
            j,
            sums::every_journal_balances(&postings),
        ),
        check(
            "currencies_sum_to_zero",
            b,
            sums::currencies_sum_to_zero(&balances),
        ),
        check(
            "balances_equal_postings",
            p,
            sums::balances_equal_postings(&balances, &postings),
        ),
        check(
            "one_journal_per_source",
            j,
            sums::one_journal_per_source(&journals),
        ),
        lines,
    ])
}

impl OwnedPosting {
    fn borrow(&self) -> Posting<'_> {
        Posting {
            journal: &self.journal,
            account: &self.account,
            currency: &self.currency,
            micros: self.micros,
        }
    }
}

async fn lines(tx: &mut Tx) -> Result<Check, Fault> {
    let mut sums: BTreeMap<(String, String), i128> = BTreeMap::new();
    let mut count = 0;
    for row in tx.all(LINES, &[]).await? {
        let payee = domain::PayeeId::from_bytes(row.id("payee_id")?);
        let account = match row.text("purse")?.as_str() {
            "escrow" => Account::Escrow(payee),
            _ => Account::Payee(payee),
        };
        let account = account.to_string();
        *sums.entry((account, row.text("currency")?)).or_default() += i128::from(row.int("sum")?);
        count += 1;
    }
    for row in tx.all(PURSE_BALANCES, &[]).await? {
        let key = (row.text("account")?, row.text("currency")?);
        *sums.entry(key).or_default() -= i128::from(row.int("amount_micros")?);
    }
    let breaches = sums.into_iter().filter(|(_, difference)| *difference != 0);
    let breaches = breaches.map(|((account, currency), difference)| Breach {
        invariant: EARNINGS_EQUAL_ACCOUNTS,
        subject: account,
        detail: format!("earnings and balance differ by {difference} micros of {currency}"),
    });
    Ok(check(EARNINGS_EQUAL_ACCOUNTS, count, breaches.collect()))
}

const POSTINGS: &str = "select journal_id, account, currency, amount_micros from postings";

const BALANCES: &str = "select account, currency, amount_micros from balances";

const JOURNALS: &str = "select id, kind, source from journals";

const LINES: &str = "
    select payee_id, purse, currency, cast(sum(micros) as bigint) as sum
      from payee_lines group by payee_id, purse, currency";

const PURSE_BALANCES: &str = "
    select account, currency, amount_micros from balances
     where account like 'payee:%' or account like 'escrow:%'";
