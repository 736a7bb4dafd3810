//! Loading a wallet by card.
//!
//! Before: somebody is signed in. After, in one transaction: the payment, the load, the journal;
//! or nothing. The whole amount is in the wallet, and the platform bears the provider's fee. The
//! same request again loads nothing.

use domain::wallet::{LOAD_MAX_UNITS, LOAD_MIN_UNITS, is_load, load_fee, load_journal};
use domain::{WalletId, WalletLoadId};
use ledger::{Currency, Money};
use store::db::Tx;
use thiserror::Error;

use super::{Wallet, balance, of};
use crate::access::Person;
use crate::accounts::once::{Once, OnceRefusal, once};
use crate::accounts::payments::{self, Subject};
use crate::accounts::{post, sandbox};
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop};

/// A wallet after it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// The wallet.
    pub wallet: WalletId,
    /// The load.
    pub load: WalletLoadId,
    /// What the wallet holds now.
    pub balance: Money,
    /// Whether this request had been carried out before.
    pub repeated: bool,
}

/// Why nothing is loaded. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoadRefusal {
    /// No amount that can be loaded.
    #[error("load whole minor units, from {LOAD_MIN_UNITS} to {LOAD_MAX_UNITS} of the currency")]
    BadAmount,
    /// Nothing is sold in this currency.
    #[error("this store sells in {0}: load that")]
    OtherCurrency(Currency),
    /// That is no card number.
    #[error("this is no card number: check its digits")]
    BadCard,
    /// The provider said no.
    #[error("the card was declined: nothing was charged; try another card")]
    Declined,
    /// The key is none, or was used before.
    #[error(transparent)]
    Once(OnceRefusal),
}

impl Refusal for LoadRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::BadAmount => "bad_amount",
            Self::OtherCurrency(_) => "other_currency",
            Self::BadCard => "bad_card",
            Self::Declined => "card_declined",
            Self::Once(refusal) => refusal.code(),
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::BadAmount => Some("amount_micros".into()),
            Self::OtherCurrency(_) => Some("currency".into()),
            Self::BadCard | Self::Declined => Some("card".into()),
            Self::Once(refusal) => refusal.field(),
        }
    }
}

/// Loads somebody's wallet, which is made if there is none yet.
///
/// # Errors
/// [`LoadRefusal`]; nothing was charged then.
pub async fn load(
    app: &App,
    call: &mut Call,
    who: &Person,
    key: &str,
    money: Money,
    card: &str,
) -> Result<Loaded, Stop<LoadRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    if !is_load(money) {
        return refused(LoadRefusal::BadAmount);
    }
    if money.currency() != app.settings.currency {
        return refused(LoadRefusal::OtherCurrency(app.settings.currency));
    }
    match sandbox::charge(card) {
        Ok(()) => {}
        Err(sandbox::NotCharged::NoCard) => return refused(LoadRefusal::BadCard),
        Err(sandbox::NotCharged::Declined) => return refused(LoadRefusal::Declined),
    }
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, who, key, money, card).await {
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
    money: Money,
    card: &str,
) -> Result<Loaded, Stop<LoadRefusal>> {
    let mut tx = app.write().await?;
    let wallet = opened(&mut tx, call, who, money.currency()).await?;
    let load = WalletLoadId::from_bytes(call.id());
    let request = ("wallet_load", money.micros(), money.currency().code(), card);
    let name = who.id.to_string();
    let claimed = once(&mut tx, call, (&name, key), &request, load.bytes()).await;
    let claimed = claimed.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(LoadRefusal::Once(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    let (load, repeated) = match claimed {
        Once::First => {
            write(app, call, &mut tx, &wallet, load, money).await?;
            (load, false)
        }
        Once::Again(earlier) => (WalletLoadId::from_bytes(earlier), true),
    };
    let balance = balance(&mut tx, &wallet).await?;
    tx.commit().await?;
    Ok(Loaded {
        wallet: wallet.id,
        load,
        balance,
        repeated,
    })
}

/// Somebody's wallet in a currency, made if need be, and locked.
async fn opened(
    tx: &mut Tx,
    call: &mut Call,
    who: &Person,
    currency: Currency,
) -> Result<Wallet, Fault> {
    let id = call.id();
    let values = [
        (&id).into(),
        who.id.bytes().into(),
        currency.code().into(),
        call.now.0.into(),
    ];
    tx.run(OPEN, &values).await?;
    let wallet = of(tx, who.id, currency).await?;
    let wallet = wallet.ok_or_else(|| Fault::because("opening a wallet", "it vanished"))?;
    let locked = super::locked(tx, wallet.id).await?;
    locked.ok_or_else(|| Fault::because("locking a wallet", "it vanished"))
}

async fn write(
    app: &App,
    call: &mut Call,
    tx: &mut Tx,
    wallet: &Wallet,
    load: WalletLoadId,
    money: Money,
) -> Result<(), Fault> {
    let reference = load.to_string();
    let subject = Subject::WalletLoad(load);
    let payment = payments::record(tx, call, (sandbox::NAME, &reference), money, subject).await?;
    let fee = load_fee(money, &app.settings.rates).map_err(Fault::while_("a load's fee"))?;
    let values = [
        load.bytes().into(),
        wallet.id.bytes().into(),
        payment.bytes().into(),
        money.micros().into(),
        fee.micros().into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    let provider = sandbox::taken()?.provider;
    let journal = load_journal(&reference, (money, fee), provider, wallet.id)
        .map_err(Fault::while_("journalling a load"))?;
    post::post(tx, call, &journal).await?;
    Ok(())
}

const OPEN: &str = "
    insert into wallets (id, owner_id, currency, created_ms) values ($1, $2, $3, $4)
    on conflict (owner_id, currency) do nothing";

const INSERT: &str = "
    insert into wallet_loads (id, wallet_id, payment_id, amount_micros, fee_micros, at_ms)
    values ($1, $2, $3, $4, $5, $6)";
