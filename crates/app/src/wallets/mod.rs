//! Wallets: a buyer loads money, buys from it, lets programs spend some of it, and gets its rest
//! back (`payments::wallet_rest`). A wallet never goes below zero: whoever moves one locks its row first.

pub mod grant;
pub mod load;
pub mod show;
pub(crate) mod spend;
pub(crate) mod taken_back;

pub use spend::SpendRefusal;

use domain::{Account, PersonId, WalletId};
use ledger::{Currency, Money};
use store::db::{Row, Tx};

use crate::Fault;

/// A wallet, as its row says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wallet {
    pub(crate) id: WalletId,
    pub(crate) owner: PersonId,
    pub(crate) currency: Currency,
}

/// A wallet, locked until the transaction ends.
pub(crate) async fn locked(tx: &mut Tx, id: WalletId) -> Result<Option<Wallet>, Fault> {
    let lock = format!("{BY_ID}{}", tx.for_update());
    let row = tx.optional(&lock, &[id.bytes().into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Somebody's wallet in a currency, if they have one.
pub(crate) async fn of(
    tx: &mut Tx,
    owner: PersonId,
    currency: Currency,
) -> Result<Option<Wallet>, Fault> {
    let values = [owner.bytes().into(), currency.code().into()];
    let row = tx.optional(OF, &values).await?;
    row.as_ref().map(read).transpose()
}

/// What a wallet holds.
pub(crate) async fn balance(tx: &mut Tx, wallet: &Wallet) -> Result<Money, Fault> {
    let account = Account::Wallet(wallet.id).id();
    let code = wallet.currency.code();
    let micros = crate::accounts::audit::balance(tx, account.as_str(), code).await?;
    Ok(Money::new(micros, wallet.currency))
}

fn read(row: &Row) -> Result<Wallet, Fault> {
    Ok(Wallet {
        id: WalletId::from_bytes(row.id("id")?),
        owner: PersonId::from_bytes(row.id("owner_id")?),
        currency: Currency::from_code(&row.text("currency")?)
            .map_err(Fault::while_("reading a wallet's currency"))?,
    })
}

const BY_ID: &str = "select id, owner_id, currency from wallets where id = $1";

const OF: &str = "select id, owner_id, currency from wallets where owner_id = $1 and currency = $2";
