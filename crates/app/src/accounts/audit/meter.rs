//! The audit of what was metered: sheets, bundles and uses against what was posted for them.

use ::ledger::invariant::Breach;
use data_encoding::HEXLOWER;
use domain::invariant::{self as rules, BundleRow, DrawRow, SheetRow};
use domain::{Account, Bundle, BundleId, SplitSheetId};
use store::db::Tx;

use super::{Check, balance, check, wallets};
use crate::{App, Fault};

pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    let sheets = sheets(tx).await?;
    // What a bundle sold is looked at by its run since the last cut; what it was billed, whole.
    let (mut runs, mut bundles) = (Vec::new(), Vec::new());
    for (bundle, promised, currency) in wallets::bundles(tx).await? {
        let account = Account::BundleUnearned(bundle.id).id();
        let held = balance(tx, account.as_str(), &currency).await? - promised;
        let run = bundle.run();
        runs.push(row(&run, held));
        let whole = Bundle {
            total_ms: bundle.sold_ms,
            consumed_ms: bundle.consumed_ms,
            ..run
        };
        bundles.push(row(&whole, held));
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
            runs.len(),
            rules::bundles_hold_what_they_sold(&runs),
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

/// Everything that was settled is what the blobs of uses say, and nothing else.
const BLOBS_SAY_WHAT_WAS_SETTLED: &str = "blobs_say_what_was_settled";

pub(super) async fn replayed(app: &App, tx: &mut Tx) -> Result<Check, Fault> {
    let found = app.engine.replayed(tx).await?;
    let unchecked = found.unchecked();
    let breaches = found.differences.into_iter();
    let breaches = breaches.map(|(subject, detail)| Breach {
        invariant: BLOBS_SAY_WHAT_WAS_SETTLED,
        subject,
        detail,
    });
    let uses = usize::try_from(found.uses).unwrap_or(usize::MAX);
    Ok(Check {
        unchecked,
        ..check(BLOBS_SAY_WHAT_WAS_SETTLED, uses, breaches.collect())
    })
}

fn row(bundle: &Bundle, balance: i64) -> BundleRow {
    BundleRow {
        bundle: bundle.id.to_string(),
        total_ms: bundle.total_ms,
        consumed_ms: bundle.consumed_ms,
        unearned_micros: bundle.unearned_micros,
        balance,
    }
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
        let values = [carry.as_str().into(), currency.as_str().into()];
        let taken = tx.one(CARRY_TAKEN, &values).await?.int("taken")?;
        let mut sheet = SheetRow {
            sheet: SplitSheetId::from_bytes(id).to_string(),
            weights: Vec::new(),
            shared_micros: row.int("shared_micros")?,
            posted: Vec::new(),
            carry: balance(tx, carry.as_str(), &currency).await? - taken,
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

const DRAWS: &str = "select use_id, bundle_id, billed_ms from use_draws";

const PAID_USES: &str = "select distinct settlement_id as id from uses where earned_micros > 0";

const JOURNALLED_USES: &str = "select source from journals where kind = 'use'";

const PROGRESS: &str = "select sheet_id, currency, shared_micros from split_progress";

/// What refunds took back is summed apart where it follows the sale's own legs, not the sheet.
const SHEET_POSTED: &str = "
    select s.share_ppm,
           cast(coalesce((select sum(e.micros) from payee_lines e
                           where e.sheet_id = s.sheet_id and e.payee_id = s.payee_id
                             and e.currency = $2 and e.kind <> 'settlement'
                             and (e.kind <> 'refund' or e.shared_after_micros is not null)), 0)
                as bigint) as posted
      from split_shares s where s.sheet_id = $1 order by s.payee_id";

const CARRY_TAKEN: &str = "
    select cast(coalesce(sum(p.amount_micros), 0) as bigint) as taken
      from postings p join journals j on j.id = p.journal_id
     where p.account = $1 and p.currency = $2 and j.kind in ('refund', 'settlement')";
