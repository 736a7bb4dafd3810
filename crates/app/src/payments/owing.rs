//! Who owes the store: payees whose balance went below zero when a refund or a dispute took back
//! what they had been paid. Later earnings fill it first; nothing negative is paid out.

use domain::{Account, PayeeId};
use ledger::Money;

use crate::accounts::balances;
use crate::{App, Fault};

/// A payee who owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owing {
    /// The payee.
    pub payee: PayeeId,
    /// Their name.
    pub name: String,
    /// How much they owe: more than nothing.
    pub owes: Money,
}

/// Everybody who owes, the largest debt of each currency first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn owing(app: &App) -> Result<Vec<Owing>, Fault> {
    let mut out = Vec::new();
    for (account, balance) in balances(app, "payee:").await? {
        if balance.micros() >= 0 {
            continue;
        }
        let Ok(Account::Payee(payee)) = account.parse() else {
            continue;
        };
        let owes = balance.checked_neg();
        let mut tx = app.read().await?;
        let row = tx.one(NAME, &[payee.bytes().into()]).await?;
        out.push(Owing {
            payee,
            name: row.text("name")?,
            owes: owes.map_err(Fault::while_("reading a balance"))?,
        });
    }
    out.sort_by_key(|one| (one.owes.currency().code(), -one.owes.micros()));
    Ok(out)
}

const NAME: &str = "select name from payees where id = $1";
