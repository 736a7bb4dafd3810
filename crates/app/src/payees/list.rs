//! Every payee with what they have, what waits in their escrow and what they owe of advances.
//! Nothing changes by it.

use domain::{Account, PayeeId, Timestamp};
use ledger::Money;
use store::db::{Row, Tx};
use thiserror::Error;

use crate::accounts::escrow;
use crate::{App, Fault, Refusal, Stop};

/// Somebody who is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payee {
    /// Their id.
    pub id: PayeeId,
    /// Their name.
    pub name: String,
    /// Since when they are registered; until then they earn into escrow.
    pub registered: Option<Timestamp>,
    /// What they have, by currency.
    pub balances: Vec<Money>,
    /// What waits in escrow for them, by currency.
    pub escrow: Vec<Money>,
    /// What of their advances isn't recouped, by currency, as negative amounts.
    pub advances: Vec<Money>,
}

/// Why a payee isn't found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PayeeRefusal {
    /// There is none of this id or name.
    #[error("there is no payee `{0}`: see `clearcue payee list`")]
    Unknown(String),
}

impl Refusal for PayeeRefusal {
    fn code(&self) -> &'static str {
        "unknown_payee"
    }

    fn field(&self) -> Option<String> {
        Some("payee".into())
    }
}

/// All payees, by name.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn list(app: &App) -> Result<Vec<Payee>, Fault> {
    let mut tx = app.db.read().await?;
    let mut payees = Vec::new();
    let sql = tx.spelt(ALL);
    for row in tx.all(&sql, &[]).await? {
        payees.push(read(&mut tx, &row).await?);
    }
    Ok(payees)
}

/// The payee of an id or a name.
///
/// # Errors
/// [`PayeeRefusal::Unknown`].
pub async fn show(app: &App, name: &str) -> Result<Payee, Stop<PayeeRefusal>> {
    let mut tx = app.db.read().await?;
    let id = resolve(&mut tx, name).await?;
    let row = tx.one(BY_ID, &[id.bytes().into()]).await?;
    Ok(read(&mut tx, &row).await?)
}

/// The id of a payee named by id or name.
pub(crate) async fn resolve(tx: &mut Tx, name: &str) -> Result<PayeeId, Stop<PayeeRefusal>> {
    let row = match name.parse::<PayeeId>() {
        Ok(id) => tx.optional(BY_ID, &[id.bytes().into()]).await?,
        Err(_) => tx.optional(BY_NAME, &[name.into()]).await?,
    };
    match row {
        Some(row) => Ok(PayeeId::from_bytes(row.id("id")?)),
        None => {
            let name = name.chars().take(80).collect();
            Err(Stop::Refused(PayeeRefusal::Unknown(name)))
        }
    }
}

async fn read(tx: &mut Tx, row: &Row) -> Result<Payee, Fault> {
    let id = PayeeId::from_bytes(row.id("id")?);
    Ok(Payee {
        id,
        name: row.text("name")?,
        registered: row.opt_int("registered_ms")?.map(Timestamp),
        balances: escrow::balances(tx, &Account::Payee(id)).await?,
        escrow: escrow::held(tx, id).await?,
        advances: escrow::balances(tx, &Account::Advance(id)).await?,
    })
}

const ALL: &str = "select id, name, registered_ms from payees order by name {bytewise}";

const BY_ID: &str = "select id, name, registered_ms from payees where id = $1";

const BY_NAME: &str = "select id, name, registered_ms from payees where name = $1";
