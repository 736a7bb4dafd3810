//! The operator's overview: what the store holds and what it owes.

use domain::{Account, PayeeId};
use ledger::Money;

use crate::accounts::balances;
use crate::{App, Fault};

/// The store in figures.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Tracks on sale.
    pub tracks: i64,
    /// Licences sold.
    pub licences: i64,
    /// Uses counted.
    pub uses: i64,
    /// Every account, with whose it is in words, and its balance: what we owe is positive.
    pub accounts: Vec<(String, String, Money)>,
}

/// Reads the overview.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn overview(app: &App) -> Result<Overview, Fault> {
    let mut tx = app.read().await?;
    let row = tx.one(COUNTS, &[]).await?;
    let mut accounts = Vec::new();
    for (account, balance) in balances(app, "").await? {
        let note = note(&mut tx, &account).await?;
        accounts.push((account, note, balance));
    }
    Ok(Overview {
        tracks: row.int("tracks")?,
        licences: row.int("licences")?,
        uses: row.int("uses")?,
        accounts,
    })
}

async fn note(tx: &mut store::db::Tx, account: &str) -> Result<String, Fault> {
    let account: Account = account
        .parse()
        .map_err(Fault::while_("reading an account's name"))?;
    Ok(match account {
        Account::ProviderClearing(name) => {
            format!("cash at the payment provider {}", name.as_str())
        }
        Account::Tax(_) => "tax collected, to be handed on".into(),
        Account::ProviderFees => "fees of payment providers".into(),
        Account::Commission => "the store's commission".into(),
        Account::Reserve(_) => "held against chargebacks".into(),
        Account::Payee(payee) => format!("earned by {}", payee_name(tx, payee).await?),
        Account::Carry(_) => "fractions of a micro-unit not yet anybody's".into(),
        Account::BundleUnearned(_) => "clip time sold and not yet used".into(),
        Account::Pool(_) => "a subscriber's pool, for cycles not closed yet".into(),
        Account::PoolReserve(_) => "held against chargebacks of a subscription".into(),
        Account::Idle => "contributions of cycles without uses".into(),
        Account::Escrow(payee) => {
            format!(
                "kept for {} until they register",
                payee_name(tx, payee).await?
            )
        }
        Account::Advance(payee) => {
            format!(
                "advanced to {}, to be recouped",
                payee_name(tx, payee).await?
            )
        }
        Account::InTransit(rail) => format!("sent by {}, not known to have arrived", rail.as_str()),
        Account::PaidOut(rail) => format!("paid out by {}", rail.as_str()),
        Account::PayoutFees => "payout fees that payees bore".into(),
        Account::Wallet(_) => "a buyer's money, not spent yet".into(),
        Account::Exchange => "the other side of exchanges between currencies".into(),
        Account::ExchangeResidue => "what exchanges rounded away".into(),
    })
}

async fn payee_name(tx: &mut store::db::Tx, payee: PayeeId) -> Result<String, Fault> {
    let row = tx.optional(PAYEE, &[payee.bytes().into()]).await?;
    Ok(row
        .map(|row| row.text("name"))
        .transpose()?
        .unwrap_or_default())
}

const COUNTS: &str = "
    select (select count(*) from tracks) as tracks,
           (select count(*) from licences) as licences,
           (select cast(coalesce(sum(uses), 0) as bigint) from uses) as uses";

const PAYEE: &str = "select name from payees where id = $1";
