//! Exchanging what a payee has into another currency.
//!
//! Before: the operator has stated a rate, and the payee has that much. After, in one transaction:
//! two balanced journals, one in each currency, a line of the payee in each, and what the floor
//! left gathered: whole micro-units of it stand on the residue account. A payee never exchanges
//! more than they have, nor at another rate than they were told.

use domain::{Account, ExchangeId, LineKind, PayeeId};
use ledger::exchange::{EXCHANGE_BOUGHT, EXCHANGE_SOLD, Exchange, ExchangeError};
use ledger::{Currency, JournalDraft, Money};
use serde::Serialize;
use store::db::Tx;
use thiserror::Error;

use super::rate::{self, Stated};
use crate::accounts::audit::balance;
use crate::accounts::booking::{Booking, purse};
use crate::accounts::once::{Once, OnceRefusal, once};
use crate::accounts::post;
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop};

/// Kind of the journal that keeps whole micro-units of residue.
const EXCHANGE_RESIDUE: &str = "exchange_residue";

/// What a payee wants to exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Whose money.
    pub payee: PayeeId,
    /// How much, in the currency sold.
    pub sold: Money,
    /// The currency bought.
    pub to: Currency,
}

/// What an exchange would bring, at the rate that counts now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quoted {
    /// The rate.
    pub stated: Stated,
    /// What is sold and bought, and what is still owed.
    pub exchange: Exchange,
    /// What the payee has of the currency sold.
    pub balance: Money,
}

/// An exchange that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// The exchange.
    pub id: ExchangeId,
    /// What was sold.
    pub sold: Money,
    /// What was bought.
    pub bought: Money,
    /// Whether this request had been carried out before.
    pub repeated: bool,
}

/// Why nothing is exchanged. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExchangeRefusal {
    /// No such payee.
    #[error("there is no payee {0} here")]
    UnknownPayee(PayeeId),
    /// The operator has stated none.
    #[error("this store exchanges no {0} into {1}: ask its operator for a rate")]
    NoRate(Currency, Currency),
    /// Another rate counts since.
    #[error("the rate has changed since it was told: ask again")]
    RateChanged,
    /// Nothing, or less.
    #[error("exchange more than nothing")]
    NotPositive,
    /// It buys less than a millionth.
    #[error("this is too little to buy anything of the other currency: exchange more")]
    TooLittle,
    /// More than there is.
    #[error("you have {}: exchange no more than that", .0)]
    TooMuch(Money),
    /// The payee isn't registered: what they earned waits for them.
    #[error("what you earned waits until you have registered: claim it first")]
    NotRegistered,
    /// The key is none, or was used before.
    #[error(transparent)]
    Once(OnceRefusal),
}

impl Refusal for ExchangeRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownPayee(_) => "unknown_payee",
            Self::NoRate(..) => "no_exchange_rate",
            Self::RateChanged => "rate_changed",
            Self::NotPositive | Self::TooLittle => "bad_amount",
            Self::TooMuch(_) => "more_than_balance",
            Self::NotRegistered => "payee_not_registered",
            Self::Once(refusal) => refusal.code(),
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::UnknownPayee(_) | Self::NotRegistered => Some("payee".into()),
            Self::NoRate(..) => Some("to".into()),
            Self::RateChanged => Some("rate_version".into()),
            Self::NotPositive | Self::TooLittle | Self::TooMuch(_) => Some("amount_micros".into()),
            Self::Once(refusal) => refusal.field(),
        }
    }
}

/// What an exchange would bring. Changes nothing.
///
/// # Errors
/// [`ExchangeRefusal`].
pub async fn quote(app: &App, wish: Wish) -> Result<Quoted, Stop<ExchangeRefusal>> {
    quoted(&mut app.read().await?, wish).await
}

/// Exchanges, at the rate whose version the payee was told.
///
/// # Errors
/// [`ExchangeRefusal`]; nothing was changed then.
pub async fn exchange(
    app: &App,
    call: &mut Call,
    (who, key): (&str, &str),
    wish: Wish,
    version: i64,
) -> Result<Made, Stop<ExchangeRefusal>> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, (who, key), wish, version).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

#[derive(Serialize)]
struct Request<'a> {
    payee: String,
    micros: i64,
    from: &'a str,
    to: &'a str,
    version: i64,
}

async fn attempt(
    app: &App,
    call: &mut Call,
    (who, key): (&str, &str),
    wish: Wish,
    version: i64,
) -> Result<Made, Stop<ExchangeRefusal>> {
    let mut tx = app.write().await?;
    let id = ExchangeId::from_bytes(call.id());
    let request = Request {
        payee: wish.payee.to_string(),
        micros: wish.sold.micros(),
        from: wish.sold.currency().code(),
        to: wish.to.code(),
        version,
    };
    let claimed = once(&mut tx, call, (who, key), &request, id.bytes()).await;
    let claimed = claimed.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(ExchangeRefusal::Once(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    if let Once::Again(earlier) = claimed {
        let row = tx.one(EARLIER, &[(&earlier).into()]).await?;
        return Ok(Made {
            id: ExchangeId::from_bytes(earlier),
            sold: wish.sold,
            bought: Money::new(row.int("bought_micros")?, wish.to),
            repeated: true,
        });
    }
    lock_balance(&mut tx, wish).await?;
    let quoted = quoted(&mut tx, wish).await?;
    if quoted.stated.version != version {
        return Err(Stop::Refused(ExchangeRefusal::RateChanged));
    }
    write(&mut tx, call, id, wish.payee, &quoted).await?;
    tx.commit().await?;
    Ok(Made {
        id,
        sold: wish.sold,
        bought: quoted.exchange.bought,
        repeated: false,
    })
}

async fn lock_balance(tx: &mut Tx, wish: Wish) -> Result<(), Fault> {
    let account = Account::Payee(wish.payee).id();
    let lock = format!("{BALANCE}{}", tx.for_update());
    let values = [account.as_str().into(), wish.sold.currency().code().into()];
    tx.optional(&lock, &values).await?;
    Ok(())
}

async fn quoted(tx: &mut Tx, wish: Wish) -> Result<Quoted, Stop<ExchangeRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    let (payee, from) = (wish.payee, wish.sold.currency());
    if tx.optional(PAYEE, &[payee.bytes().into()]).await?.is_none() {
        return refused(ExchangeRefusal::UnknownPayee(payee));
    }
    let Some(stated) = rate::latest(tx, (from, wish.to)).await? else {
        return refused(ExchangeRefusal::NoRate(from, wish.to));
    };
    let exchange = match stated.rate.exchange(wish.sold) {
        Ok(exchange) => exchange,
        Err(ExchangeError::NotPositive) => return refused(ExchangeRefusal::NotPositive),
        Err(error) => return Err(Fault::while_("exchanging")(error).into()),
    };
    if exchange.bought.micros() <= 0 {
        return refused(ExchangeRefusal::TooLittle);
    }
    let account = Account::Payee(payee).id();
    let held = balance(tx, account.as_str(), from.code()).await?;
    if held < wish.sold.micros() {
        return refused(ExchangeRefusal::TooMuch(Money::new(held, from)));
    }
    if matches!(purse(tx, payee).await?, domain::agreement::Purse::Escrow(_)) {
        return refused(ExchangeRefusal::NotRegistered);
    }
    Ok(Quoted {
        stated,
        exchange,
        balance: Money::new(held, from),
    })
}

async fn write(
    tx: &mut Tx,
    call: &mut Call,
    id: ExchangeId,
    payee: PayeeId,
    quoted: &Quoted,
) -> Result<(), Fault> {
    let (exchange, source) = (&quoted.exchange, id.to_string());
    let bought_id = call.id();
    let (numerator, denominator) = exchange.rate.fraction();
    let values = [
        id.bytes().into(),
        (&bought_id).into(),
        payee.bytes().into(),
        exchange.sold.currency().code().into(),
        exchange.bought.currency().code().into(),
        quoted.stated.version.into(),
        exchange.sold.micros().into(),
        exchange.bought.micros().into(),
        exchange.residue.into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    let memo = format!(
        "{} to {} at {numerator}/{denominator}, residue {}/{denominator}",
        exchange.rate.from(),
        exchange.rate.to(),
        exchange.residue
    );
    let purse = purse(tx, payee).await?;
    for (kind, line, money, sign) in [
        (EXCHANGE_SOLD, id.bytes(), exchange.sold, -1),
        (EXCHANGE_BOUGHT, &bought_id, exchange.bought, 1),
    ] {
        let draft = JournalDraft::new(kind, &source, &memo);
        let mut booking = Booking::new(draft, (LineKind::Exchange, line), money.currency());
        booking.post(&Account::Exchange, -sign * money.micros());
        booking.credit(purse, None, sign * money.micros())?;
        booking.write(tx, call).await?;
    }
    gather(tx, call, &source, exchange).await
}

/// Adds a residue to those of its currency and denominator; whole micro-units are posted.
async fn gather(
    tx: &mut Tx,
    call: &mut Call,
    source: &str,
    exchange: &Exchange,
) -> Result<(), Fault> {
    let (_, denominator) = exchange.rate.fraction();
    let currency = exchange.bought.currency();
    let key = [currency.code().into(), denominator.into()];
    tx.run(OPEN_RESIDUE, &key).await?;
    let lock = format!("{RESIDUE}{}", tx.for_update());
    let sum = tx.one(&lock, &key).await?.int("rest")?;
    let sum = sum.checked_add(exchange.residue);
    let sum = sum.ok_or_else(|| Fault::because("gathering residues", "they overflow"))?;
    let (whole, rest) = (sum / denominator, sum % denominator);
    let values = [
        currency.code().into(),
        denominator.into(),
        whole.into(),
        rest.into(),
    ];
    tx.run(GATHER, &values).await?;
    let memo = "Residues of exchanges made whole micro-units";
    let mut draft = JournalDraft::new(EXCHANGE_RESIDUE, source, memo);
    draft.post(Account::Exchange.id(), Money::new(-whole, currency));
    draft.post(Account::ExchangeResidue.id(), Money::new(whole, currency));
    if let Some(journal) = draft.finish().map_err(Fault::while_("a residue"))? {
        post::post(tx, call, &journal).await?;
    }
    Ok(())
}

const PAYEE: &str = "select id from payees where id = $1";

const BALANCE: &str = "
    select amount_micros from balances where account = $1 and currency = $2";

const EARLIER: &str = "select bought_micros from exchanges where id = $1";

const INSERT: &str = "
    insert into exchanges (id, bought_id, payee_id, sold, bought, version, sold_micros,
                           bought_micros, residue, at_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const OPEN_RESIDUE: &str = "
    insert into exchange_residues (currency, denominator, whole, rest) values ($1, $2, 0, 0)
    on conflict do nothing";

const RESIDUE: &str = "select rest from exchange_residues where currency = $1 and denominator = $2";

const GATHER: &str = "
    update exchange_residues set whole = whole + $3, rest = $4
     where currency = $1 and denominator = $2";
