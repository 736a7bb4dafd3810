//! The audit: every named invariant recomputed from what is stored, and every key and blob
//! checked. It changes nothing and may run while the store sells.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use domain::invariant::{self as rules, BundleRow, DrawRow, SheetRow};
use domain::{Account, BundleId, SplitSheetId};
use ledger::invariant::{self as sums, Balance, Breach, Posting, Reference};
use store::blobs::BlobHash;
use store::db::Tx;

use super::{exclusives, invoices};
use crate::{App, Fault};

/// One invariant and what was found against it.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its name, stable.
    pub invariant: &'static str,
    /// How many things were looked at.
    pub looked_at: usize,
    /// What breaks it; empty where it holds.
    pub breaches: Vec<Breach>,
}

/// Payees' earnings, line by line, are what stands on their accounts.
const EARNINGS_EQUAL_ACCOUNTS: &str = "earnings_equal_accounts";
/// Every licence's token verifies by the store's keys, and its envelope hashes to its claim.
const LICENCES_VERIFY: &str = "licences_verify";
/// Every licence has exactly one sale in the ledger, and every sale its licence.
const LICENCES_ARE_PAID_ONCE: &str = "licences_are_paid_once";
/// Every blob a row names is there and has its hash.
const BLOBS_ARE_WHOLE: &str = "blobs_are_whole";

/// Runs every check over one snapshot.
///
/// # Errors
/// [`Fault`] of the database or the blob folder.
pub async fn audit(app: &App) -> Result<Vec<Check>, Fault> {
    let mut tx = app.db.read().await?;
    let mut checks = ledger_checks(&mut tx).await?;
    checks.extend(meter_checks(&mut tx).await?);
    checks.push(earnings(&mut tx).await?);
    checks.push(licences(app, &mut tx).await?);
    checks.push(sales(&mut tx).await?);
    let (held, breaches) = exclusives::breaches(&mut tx).await?;
    checks.push(check(rules::EXCLUSIVES_STAND_ALONE, held, breaches));
    let (numbered, breaches) = invoices::breaches(&mut tx).await?;
    let numbers = invoices::INVOICE_NUMBERS_HAVE_NO_GAPS;
    checks.push(check(numbers, numbered, breaches));
    checks.push(blobs(app, &mut tx).await?);
    Ok(checks)
}

fn check(invariant: &'static str, looked_at: usize, breaches: Vec<Breach>) -> Check {
    Check {
        invariant,
        looked_at,
        breaches,
    }
}

struct OwnedPosting {
    journal: String,
    account: String,
    currency: String,
    micros: i64,
}

async fn ledger_checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
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

async fn meter_checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    let sheets = sheets(tx).await?;
    let mut bundles = Vec::new();
    for row in tx.all(BUNDLES, &[]).await? {
        let id = BundleId::from_bytes(row.id("id")?);
        let account = Account::BundleUnearned(id).id();
        bundles.push(BundleRow {
            bundle: id.to_string(),
            total_ms: row.int("total_ms")?,
            consumed_ms: row.int("consumed_ms")?,
            unearned_micros: row.int("unearned_micros")?,
            balance: balance(tx, account.as_str(), &row.text("currency")?).await?,
        });
    }
    let mut draws = Vec::new();
    for row in tx.all(DRAWS, &[]).await? {
        draws.push(DrawRow {
            use_id: HEXLOWER.encode(&row.bytes("use_id")?),
            bundle: BundleId::from_bytes(row.id("bundle_id")?).to_string(),
            billed_ms: row.int("billed_ms")?,
        });
    }
    let paid: Vec<String> = texts(tx, PAID_USES, "id").await?;
    let journalled: Vec<String> = texts(tx, JOURNALLED_USES, "source").await?;
    let paid: Vec<&str> = paid.iter().map(String::as_str).collect();
    let journalled: Vec<&str> = journalled.iter().map(String::as_str).collect();
    Ok(vec![
        check(
            rules::SPLIT_SHEETS_ARE_CONSERVED,
            sheets.len(),
            rules::split_sheets_are_conserved(&sheets),
        ),
        check(
            rules::BUNDLES_HOLD_WHAT_THEY_SOLD,
            bundles.len(),
            rules::bundles_hold_what_they_sold(&bundles),
        ),
        check(
            rules::BUNDLES_ARE_CONSUMED_BY_USES,
            draws.len(),
            rules::bundles_are_consumed_by_uses(&bundles, &draws),
        ),
        check(
            rules::EACH_USE_IS_PAID_ONCE,
            paid.len(),
            rules::each_use_is_paid_once(&paid, &journalled),
        ),
    ])
}

/// The ids of one column, as the journals' sources spell them.
async fn texts(tx: &mut Tx, sql: &str, column: &str) -> Result<Vec<String>, Fault> {
    let mut out = Vec::new();
    for row in tx.all(sql, &[]).await? {
        out.push(match row.text(column) {
            Ok(text) => text,
            Err(_) => HEXLOWER.encode(&row.bytes(column)?),
        });
    }
    Ok(out)
}

async fn sheets(tx: &mut Tx) -> Result<Vec<SheetRow>, Fault> {
    let mut out = Vec::new();
    for row in tx.all(PROGRESS, &[]).await? {
        let (id, currency) = (row.id("sheet_id")?, row.text("currency")?);
        let carry = Account::Carry(SplitSheetId::from_bytes(id)).id();
        let mut sheet = SheetRow {
            sheet: SplitSheetId::from_bytes(id).to_string(),
            weights: Vec::new(),
            shared_micros: row.int("shared_micros")?,
            posted: Vec::new(),
            carry: balance(tx, carry.as_str(), &currency).await?,
        };
        for row in tx
            .all(SHEET_POSTED, &[(&id).into(), currency.into()])
            .await?
        {
            sheet
                .weights
                .push(u64::try_from(row.int("share_ppm")?).unwrap_or(0));
            sheet.posted.push(row.int("posted")?);
        }
        out.push(sheet);
    }
    Ok(out)
}

async fn balance(tx: &mut Tx, account: &str, currency: &str) -> Result<i64, Fault> {
    let row = tx
        .optional(BALANCE, &[account.into(), currency.into()])
        .await?;
    Ok(row
        .map(|row| row.int("amount_micros"))
        .transpose()?
        .unwrap_or(0))
}

async fn earnings(tx: &mut Tx) -> Result<Check, Fault> {
    let mut sums: BTreeMap<(String, String), i128> = BTreeMap::new();
    let mut count = 0;
    for row in tx.all(EARNED, &[]).await? {
        let payee = domain::PayeeId::from_bytes(row.id("payee_id")?);
        let account = Account::Payee(payee).id().as_str().to_owned();
        *sums.entry((account, row.text("currency")?)).or_default() += i128::from(row.int("sum")?);
        count += 1;
    }
    for row in tx.all(PAYEE_BALANCES, &[]).await? {
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

async fn licences(app: &App, tx: &mut Tx) -> Result<Check, Fault> {
    let rows = tx.all(LICENCES, &[]).await?;
    let jwks = app.issuer.jwks();
    let mut breaches = Vec::new();
    for row in &rows {
        let detail = match licence_key::verify(&row.text("token")?, &jwks) {
            Err(error) => error.to_string(),
            Ok(verified) => {
                let hash = HEXLOWER.encode(&row.bytes("envelope_sha256")?);
                let same = verified.code().plain() == row.text("code")?
                    && verified.envelope_sha256() == hash;
                if same {
                    continue;
                }
                "the row says something else than the signed token".to_owned()
            }
        };
        breaches.push(Breach {
            invariant: LICENCES_VERIFY,
            subject: row.text("code")?,
            detail,
        });
    }
    Ok(check(LICENCES_VERIFY, rows.len(), breaches))
}

async fn sales(tx: &mut Tx) -> Result<Check, Fault> {
    let mut wanted: BTreeMap<String, i64> = BTreeMap::new();
    for row in tx.all(LICENCE_IDS, &[]).await? {
        *wanted
            .entry(domain::LicenceId::from_bytes(row.id("id")?).to_string())
            .or_default() += 1;
    }
    let count = wanted.len();
    for row in tx.all(SALES, &[]).await? {
        *wanted.entry(row.text("source")?).or_default() -= 1;
    }
    let breaches = wanted
        .into_iter()
        .filter(|(_, n)| *n != 0)
        .map(|(licence, n)| Breach {
            invariant: LICENCES_ARE_PAID_ONCE,
            subject: licence,
            detail: if n > 0 {
                "has no sale".into()
            } else {
                "has a sale too many".into()
            },
        });
    Ok(check(LICENCES_ARE_PAID_ONCE, count, breaches.collect()))
}

async fn blobs(app: &App, tx: &mut Tx) -> Result<Check, Fault> {
    let mut names = std::collections::BTreeSet::new();
    for row in tx.all(BLOBS, &[]).await? {
        if let Ok(bytes) = <[u8; 32]>::try_from(row.bytes("blob")?) {
            names.insert(BlobHash::from_bytes(bytes));
        }
    }
    let count = names.len();
    let blobs = app.blobs.clone();
    let look = move || -> Result<Vec<Breach>, Fault> {
        let mut breaches = Vec::new();
        for name in names {
            if !blobs.check(name)? {
                let detail = "is missing or has other bytes than its name says".to_owned();
                let subject = name.to_string();
                breaches.push(Breach {
                    invariant: BLOBS_ARE_WHOLE,
                    subject,
                    detail,
                });
            }
        }
        Ok(breaches)
    };
    let breaches = tokio::task::spawn_blocking(look)
        .await
        .map_err(Fault::while_("checking blobs"))??;
    Ok(check(BLOBS_ARE_WHOLE, count, breaches))
}

const POSTINGS: &str = "select journal_id, account, currency, amount_micros from postings";

const BALANCES: &str = "select account, currency, amount_micros from balances";

const BALANCE: &str = "select amount_micros from balances where account = $1 and currency = $2";

const JOURNALS: &str = "select id, kind, source from journals";

const BUNDLES: &str = "select id, total_ms, consumed_ms, unearned_micros, currency from bundles";

const DRAWS: &str = "select use_id, bundle_id, billed_ms from use_draws";

const PAID_USES: &str = "select id from uses where earned_micros > 0";

const JOURNALLED_USES: &str = "select source from journals where kind = 'use'";

const PROGRESS: &str = "select sheet_id, currency, shared_micros from split_progress";

const SHEET_POSTED: &str = "
    select s.share_ppm,
           cast(coalesce((select sum(e.earned_micros) from earnings e
                           where e.sheet_id = s.sheet_id and e.payee_id = s.payee_id
                             and e.currency = $2), 0) as bigint) as posted
      from split_shares s where s.sheet_id = $1 order by s.payee_id";

const EARNED: &str = "
    select payee_id, currency, cast(sum(earned_micros) as bigint) as sum
      from earnings group by payee_id, currency";

const PAYEE_BALANCES: &str = "
    select account, currency, amount_micros from balances where account like 'payee:%'";

const LICENCES: &str = "select code, token, envelope_sha256 from licences";

const LICENCE_IDS: &str = "select id from licences";

const SALES: &str = "select source from journals where kind in ('sale', 'bundle_sale')";

const BLOBS: &str = "
    select master_sha256 as blob from tracks
     union select preview_blob from tracks
     union select blob from assets where blob is not null";
