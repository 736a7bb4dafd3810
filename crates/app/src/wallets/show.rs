//! The wallets somebody may spend from, who else may, and every movement of one.

use domain::{Account, ApiKeyId, Timestamp, WalletGrantId, WalletId};
use ledger::Money;
use store::db::{Row, Tx};

use super::{Wallet, balance, read};
use crate::access::{Person, Principal};
use crate::{App, Call, Fault};

/// The most movements that are shown.
const MOVES_MAX: i64 = 200;

/// A wallet, to whoever may spend from it.
#[derive(Debug, Clone)]
pub struct Spendable {
    /// The wallet.
    pub wallet: WalletId,
    /// How much may be spent now: all it holds, or what is left of a program's cap.
    pub spendable: Money,
    /// Until when; none for its owner.
    pub until: Option<Timestamp>,
}

/// A program that may spend from a wallet.
#[derive(Debug, Clone)]
pub struct Permission {
    /// The permission.
    pub id: WalletGrantId,
    /// From which wallet.
    pub wallet: WalletId,
    /// Whose: the key's id.
    pub key: ApiKeyId,
    /// What the operator calls the key.
    pub name: String,
    /// How much in all.
    pub cap: Money,
    /// How much of that is spent.
    pub spent: Money,
    /// Until when.
    pub until: Timestamp,
    /// When it was ended before that.
    pub ended: Option<Timestamp>,
}

/// A movement of a wallet.
#[derive(Debug, Clone)]
pub struct Move {
    /// When.
    pub at: Timestamp,
    /// The journal's kind, such as `wallet_load` or `sale`.
    pub kind: String,
    /// What for, in words.
    pub about: String,
    /// How much: positive came in.
    pub money: Money,
}

/// The wallets that whoever asks may spend from, the oldest first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn spendable(app: &App, call: &Call, who: &Principal) -> Result<Vec<Spendable>, Fault> {
    let mut tx = app.read().await?;
    let (sql, values) = match who {
        Principal::Person(person) => (OWN, vec![person.id.bytes().into()]),
        Principal::Program(key) => (GRANTED, vec![key.id.bytes().into(), call.now.0.into()]),
        Principal::Guest => return Ok(Vec::new()),
    };
    let mut out = Vec::new();
    for row in tx.all(sql, &values).await? {
        out.push(one(&mut tx, &row).await?);
    }
    Ok(out)
}

async fn one(tx: &mut Tx, row: &Row) -> Result<Spendable, Fault> {
    let wallet: Wallet = read(row)?;
    let held = balance(tx, &wallet).await?.micros();
    let most = match row.opt_int("left_micros")? {
        Some(left) => left.min(held),
        None => held,
    };
    Ok(Spendable {
        wallet: wallet.id,
        spendable: Money::new(most, wallet.currency),
        until: row.opt_int("expires_ms")?.map(Timestamp),
    })
}

/// Every movement of somebody's wallets, the newest first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn moves(app: &App, who: &Person) -> Result<Vec<Move>, Fault> {
    let mut tx = app.read().await?;
    let mut out = Vec::new();
    for row in tx.all(OWN, &[who.id.bytes().into()]).await? {
        let wallet = read(&row)?;
        let account = Account::Wallet(wallet.id).id();
        let values = [account.as_str().into(), MOVES_MAX.into()];
        for row in tx.all(MOVES, &values).await? {
            out.push(Move {
                at: Timestamp(row.int("at_ms")?),
                kind: row.text("kind")?,
                about: row.text("memo")?,
                money: Money::new(row.int("amount_micros")?, wallet.currency),
            });
        }
    }
    Ok(out)
}

/// The programs that may spend from somebody's wallets, or might once, the newest first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn permissions(app: &App, who: &Person) -> Result<Vec<Permission>, Fault> {
    let mut tx = app.read().await?;
    let rows = tx.all(PERMISSIONS, &[who.id.bytes().into()]).await?;
    rows.iter()
        .map(|row| {
            let wallet = read(row)?;
            let money = |micros| Money::new(micros, wallet.currency);
            Ok(Permission {
                id: WalletGrantId::from_bytes(row.id("grant_id")?),
                wallet: wallet.id,
                key: ApiKeyId::from_bytes(row.id("api_key_id")?),
                name: row.text("name")?,
                cap: money(row.int("cap_micros")?),
                spent: money(row.int("spent_micros")?),
                until: Timestamp(row.int("expires_ms")?),
                ended: row.opt_int("withdrawn_ms")?.map(Timestamp),
            })
        })
        .collect()
}

const OWN: &str = "
    select id, owner_id, currency, cast(null as bigint) as left_micros,
           cast(null as bigint) as expires_ms
      from wallets where owner_id = $1 order by created_ms, id";

const GRANTED: &str = "
    select w.id, w.owner_id, w.currency, g.cap_micros - g.spent_micros as left_micros,
           g.expires_ms
      from wallet_grants g join wallets w on w.id = g.wallet_id
     where g.api_key_id = $1 and g.expires_ms > $2 and g.withdrawn_ms is null
     order by g.created_ms, g.id";

const MOVES: &str = "
    select j.at_ms, j.kind, j.memo, p.amount_micros
      from postings p join journals j on j.id = p.journal_id
     where p.account = $1 order by j.at_ms desc, j.id desc limit $2";

const PERMISSIONS: &str = "
    select w.id, w.owner_id, w.currency, g.id as grant_id, g.api_key_id, k.name, g.cap_micros,
           g.spent_micros, g.expires_ms, g.withdrawn_ms
      from wallet_grants g
      join wallets w on w.id = g.wallet_id
      join api_keys k on k.id = g.api_key_id
     where w.owner_id = $1 order by g.created_ms desc, g.id desc";
