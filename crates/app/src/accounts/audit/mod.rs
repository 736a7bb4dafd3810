//! The audit: every named invariant recomputed from what is stored, and every key and blob
//! checked. It changes nothing and may run while the store sells.

mod agreements;
mod blobs;
mod events;
mod invoices;
mod ledger;
mod licences;
mod log;
mod meter;
mod payments;
mod payouts;
mod prices;
mod promos;
mod reports;
mod seals;
mod statements;
mod subscriptions;
mod wallets;

use ::ledger::invariant::Breach;
use domain::invariant as rules;
use store::db::Tx;

use super::{exclusives, invoices as numbers};
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
    /// What couldn't be looked at, in a sentence; nothing where everything was.
    pub unchecked: Option<String>,
}

/// Runs every check over one snapshot.
///
/// # Errors
/// [`Fault`] of the database or the blob folder.
pub async fn audit(app: &App) -> Result<Vec<Check>, Fault> {
    let mut tx = app.read().await?;
    let mut checks = ledger::checks(&mut tx).await?;
    checks.extend(meter::checks(&mut tx).await?);
    checks.extend(wallets::checks(&mut tx).await?);
    checks.extend(statements::checks(&mut tx).await?);
    checks.extend(agreements::checks(&mut tx).await?);
    checks.extend(licences::checks(app, &mut tx).await?);
    let (held, breaches) = exclusives::breaches(&mut tx).await?;
    checks.push(check(rules::EXCLUSIVES_STAND_ALONE, held, breaches));
    let (numbered, breaches) = numbers::breaches(&mut tx).await?;
    let name = numbers::INVOICE_NUMBERS_HAVE_NO_GAPS;
    checks.push(check(name, numbered, breaches));
    let (numbered, breaches) = numbers::credit_notes(&mut tx).await?;
    let name = numbers::CREDIT_NOTE_NUMBERS_HAVE_NO_GAPS;
    checks.push(check(name, numbered, breaches));
    checks.extend(invoices::checks(&mut tx).await?);
    checks.extend(payments::checks(&mut tx).await?);
    checks.extend(payouts::checks(&mut tx).await?);
    checks.extend(subscriptions::checks(&mut tx).await?);
    checks.extend(promos::checks(&mut tx).await?);
    checks.extend(reports::checks(&mut tx).await?);
    checks.push(meter::replayed(app, &mut tx).await?);
    checks.extend(log::checks(app, &mut tx).await?);
    checks.extend(events::checks(&mut tx).await?);
    checks.extend(prices::checks(&mut tx).await?);
    checks.extend(seals::checks(&mut tx).await?);
    checks.push(blobs::whole(app, &mut tx).await?);
    Ok(checks)
}

/// One invariant's outcome.
pub(crate) fn check(invariant: &'static str, looked_at: usize, breaches: Vec<Breach>) -> Check {
    Check {
        invariant,
        looked_at,
        breaches,
        unchecked: None,
    }
}

/// What stands on an account now, in micro-units; 0 where nothing was ever posted.
pub(crate) async fn balance(tx: &mut Tx, account: &str, currency: &str) -> Result<i64, Fault> {
    let row = tx
        .optional(BALANCE, &[account.into(), currency.into()])
        .await?;
    Ok(row
        .map(|row| row.int("amount_micros"))
        .transpose()?
        .unwrap_or(0))
}

const BALANCE: &str = "select amount_micros from balances where account = $1 and currency = $2";
