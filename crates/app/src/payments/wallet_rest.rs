//! Paying a wallet's rest back to the card it was loaded from.
//!
//! Before: the wallet is the asker's own and holds at least a minor unit. After, in one
//! transaction: what it held is refunded of the payments that loaded it, the latest first, and the
//! wallet holds less than a minor unit. No load gives back more than was paid for it. What the
//! provider kept for the loads stays the platform's cost.

use domain::{PaymentId, WalletId, WalletRefundId};
use ledger::Money;
use store::db::Tx;
use thiserror::Error;

use super::{Cause, Why, refund as back};
use crate::access::Person;
use crate::accounts::once::{Once, OnceRefusal, once};
use crate::accounts::paid::{self, Paid};
use crate::stop::Tries;
use crate::wallets::{Wallet, balance, locked};
use crate::{App, Call, Fault, Refusal, Stop};

/// A refund of a wallet's rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalletRefund {
    /// The refund.
    pub id: WalletRefundId,
    /// What goes back to the card.
    pub refund: Money,
    /// Whether this request had been carried out before.
    pub repeated: bool,
}

/// Why nothing is paid back. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WalletRefundRefusal {
    /// Not the asker's wallet.
    #[error("there is no such wallet of yours")]
    Unknown,
    /// The key is none, or was used before.
    #[error(transparent)]
    Once(OnceRefusal),
    /// It holds nothing.
    #[error("nothing is left in this wallet that could be paid back")]
    Nothing,
}

impl Refusal for WalletRefundRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_wallet",
            Self::Once(refusal) => refusal.code(),
            Self::Nothing => "nothing_to_refund",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Unknown | Self::Nothing => Some("wallet".into()),
            Self::Once(refusal) => refusal.field(),
        }
    }
}

/// Pays a wallet's rest back.
///
/// # Errors
/// [`WalletRefundRefusal`].
pub async fn refund(
    app: &App,
    call: &mut Call,
    who: &Person,
    key: &str,
    wallet: WalletId,
) -> Result<WalletRefund, Stop<WalletRefundRefusal>> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, who, key, wallet).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    who: &Person,
    key: &str,
    wallet: WalletId,
) -> Result<WalletRefund, Stop<WalletRefundRefusal>> {
    let mut tx = app.write().await?;
    let held = locked(&mut tx, wallet).await?;
    let Some(held) = held.filter(|held| held.owner == who.id) else {
        return Err(Stop::Refused(WalletRefundRefusal::Unknown));
    };
    let id = WalletRefundId::from_bytes(call.id());
    let (name, request) = (who.id.to_string(), ("wallet_refund", wallet.to_string()));
    let claimed = once(&mut tx, call, (&name, key), &request, id.bytes()).await;
    let claimed = claimed.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(WalletRefundRefusal::Once(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    if let Once::Again(earlier) = claimed {
        let micros = tx.one(EARLIER, &[(&earlier).into()]).await?.int("micros")?;
        return Ok(WalletRefund {
            id: WalletRefundId::from_bytes(earlier),
            refund: Money::new(micros, held.currency),
            repeated: true,
        });
    }
    let loads = loads(&mut tx, &held).await?;
    let micros = loads.iter().map(|(_, micros)| micros).sum();
    let refund = Money::new(micros, held.currency);
    if micros <= 0 {
        return Err(Stop::Refused(WalletRefundRefusal::Nothing));
    }
    let values = [
        id.bytes().into(),
        wallet.bytes().into(),
        micros.into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    let why = Why {
        reason: "the rest of a wallet",
        cause: Cause::WalletRest,
    };
    for (load, micros) in &loads {
        let key = format!("{id}:{}", load.id);
        back::within(app, call, &mut tx, load, (&key, *micros), why).await?;
    }
    tx.commit().await?;
    Ok(WalletRefund {
        id,
        refund,
        repeated: false,
    })
}

/// The payments that what a wallet holds goes back to, and how much to each.
async fn loads(tx: &mut Tx, wallet: &Wallet) -> Result<Vec<(Paid, i64)>, Fault> {
    let held = balance(tx, wallet).await?.floor_to_minor();
    let mut rest = held.map_err(Fault::while_("a refund"))?.micros();
    let mut out = Vec::new();
    for row in tx.all(LOADS, &[wallet.id.bytes().into()]).await? {
        if rest <= 0 {
            break;
        }
        let id = PaymentId::from_bytes(row.id("payment_id")?);
        let paid = paid::locked(tx, id).await?;
        let paid = paid.ok_or_else(|| Fault::because("paying a wallet back", "no payment"))?;
        let left = Money::new(back::left(tx, &paid).await?, wallet.currency).floor_to_minor();
        let part = left.map_err(Fault::while_("a refund"))?.micros().min(rest);
        if part > 0 {
            rest -= part;
            out.push((paid, part));
        }
    }
    Ok(out)
}

const LOADS: &str = "
    select payment_id from wallet_loads where wallet_id = $1 order by at_ms desc, id desc";

const INSERT: &str =
    "insert into wallet_refunds (id, wallet_id, micros, at_ms) values ($1, $2, $3, $4)";

const EARLIER: &str = "select micros from wallet_refunds where id = $1";
