//! Refunding: the operator gives a payment back, whole or in part.
//!
//! Before: the payment was captured and not all of it is back. After: the provider was asked
//! exactly once, under a key of our own, and what it answers is learned like any other message.
//! The request is written down first: when an answer is lost, the same request again or the
//! upkeep asks under the same key and learns it. Two requests at once never give back more than
//! was paid.

use std::collections::BTreeMap;

use domain::PaymentId;
use domain::standing::REASON_MAX;
use ledger::{Currency, Money};
use serde::Serialize;
use store::db::Tx;
use thiserror::Error;

use super::learn::{self, Heard, Learned};
use super::{Facts, Why, sandbox};
use crate::access::Principal;
use crate::accounts::once::{Once, OnceRefusal, once};
use crate::accounts::paid::{self, Paid};
use crate::accounts::payments::Subject;
use crate::accounts::sandbox::NAME;
use crate::stop::Tries;
use crate::wallets::{self, taken_back};
use crate::{App, Call, Fault, Refusal, Stop};

/// What is to be given back.
#[derive(Debug, Clone, Serialize)]
pub struct Wanted {
    /// The payment.
    pub payment: PaymentId,
    /// How much, in micro-units, and in which currency; all that is left without it.
    pub amount: Option<(i64, String)>,
    /// Why: it stands on the credit note.
    pub reason: String,
}

/// A refund that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refunded {
    /// The payment.
    pub payment: PaymentId,
    /// The request's id.
    pub request: String,
    /// What was given back by this request.
    pub money: Money,
    /// Whether it had been carried out before.
    pub repeated: bool,
}

/// Why nothing is given back. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RefundRefusal {
    /// The key is no key.
    #[error("send an Idempotency-Key of 1 to 128 printable characters, new for each refund")]
    BadIdempotencyKey,
    /// The key was used for something else.
    #[error("this Idempotency-Key was used for another request: use a new one")]
    KeyReused,
    /// A refund needs its reason.
    #[error("say why, in 1 to {REASON_MAX} characters on one line: it stands on the credit note")]
    BadReason,
    /// No such payment.
    #[error("there is no payment `{0}` here")]
    UnknownPayment(String),
    /// Another currency.
    #[error("this was paid in {0}: refund it in that")]
    OtherCurrency(&'static str),
    /// Not an amount that can be paid back.
    #[error("an amount must be more than nothing, in whole minor units of {0}")]
    BadAmount(&'static str),
    /// Clip time in part.
    #[error("clip time is given back whole: leave the amount out, or refund what is left of it")]
    ClipTimeWhole,
    /// A load that its wallet no longer holds.
    #[error("{} of this load is left in its wallet, the rest was spent: refund what was bought with it, or at most that", .0.price_display())]
    LoadSpent(Money),
    /// It is all back.
    #[error("nothing of this payment is left to be given back")]
    NothingLeft,
    /// More than is left.
    #[error("only {} of this payment is left to be given back", .0.price_display())]
    TooMuch(Money),
}

impl Refusal for RefundRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::BadIdempotencyKey => "idempotency_key_required",
            Self::KeyReused => "idempotency_key_reused",
            Self::BadReason => "bad_reason",
            Self::UnknownPayment(_) => "unknown_payment",
            Self::OtherCurrency(_) => "other_currency",
            Self::BadAmount(_) => "bad_amount",
            Self::ClipTimeWhole => "clip_time_whole",
            Self::LoadSpent(_) => "load_spent",
            Self::NothingLeft => "nothing_left",
            Self::TooMuch(_) => "refund_too_large",
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::BadIdempotencyKey | Self::KeyReused => "Idempotency-Key",
            Self::BadReason => "reason",
            Self::UnknownPayment(_) | Self::NothingLeft => "payment",
            Self::OtherCurrency(_)
            | Self::BadAmount(_)
            | Self::ClipTimeWhole
            | Self::LoadSpent(_)
            | Self::TooMuch(_) => "amount",
        };
        Some(field.into())
    }
}

/// A request as it is kept.
pub(super) struct Request {
    pub(super) id: [u8; 16],
    pub(super) paid: Paid,
    pub(super) micros: i64,
    pub(super) reason: String,
    pub(super) done: bool,
}

/// Gives a payment back. Only for the operator: the caller has checked that.
///
/// # Errors
/// [`RefundRefusal`]; nothing was given back then.
pub async fn refund(
    app: &App,
    call: &mut Call,
    who: &Principal,
    key: &str,
    wanted: &Wanted,
) -> Result<Refunded, Stop<RefundRefusal>> {
    let (id, repeated) = ask(app, call, who, key, wanted).await?;
    let request = find(&mut app.read().await?, &id).await?;
    let refunded = Refunded {
        payment: wanted.payment,
        request: data_encoding::HEXLOWER.encode(&id),
        money: Money::new(request.micros, request.paid.money.currency()),
        repeated,
    };
    if !request.done {
        carry_out(app, call, &request).await?;
    }
    Ok(refunded)
}

/// Writes a request down, unless it is there: its id, and whether it was.
async fn ask(
    app: &App,
    call: &mut Call,
    who: &Principal,
    key: &str,
    wanted: &Wanted,
) -> Result<([u8; 16], bool), Stop<RefundRefusal>> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, who, key, wanted).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    who: &Principal,
    key: &str,
    wanted: &Wanted,
) -> Result<([u8; 16], bool), Stop<RefundRefusal>> {
    let id = call.id();
    let mut tx = app.write().await?;
    let name = who.name();
    let claimed = once(&mut tx, call, (&name, key), wanted, &id).await;
    let claimed = claimed.map_err(|stop| match stop {
        Stop::Refused(OnceRefusal::BadKey) => Stop::Refused(RefundRefusal::BadIdempotencyKey),
        Stop::Refused(OnceRefusal::Reused) => Stop::Refused(RefundRefusal::KeyReused),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    if let Once::Again(earlier) = claimed {
        return Ok((earlier, true));
    }
    let micros = judge(&mut tx, wanted).await?;
    let values = [
        (&id).into(),
        wanted.payment.bytes().into(),
        micros.into(),
        wanted.reason.trim().into(),
        call.now.0.into(),
    ];
    tx.run(ASK, &values).await?;
    tx.commit().await?;
    Ok((id, false))
}

/// How much is given back, where it may be. The payment stays locked: a second request waits and
/// sees what this one has left.
async fn judge(tx: &mut Tx, wanted: &Wanted) -> Result<i64, Stop<RefundRefusal>> {
    let no = |refusal| Err(Stop::Refused(refusal));
    let reason = wanted.reason.trim();
    let length = reason.chars().count();
    if !(1..=REASON_MAX).contains(&length) || reason.contains(char::is_control) {
        return no(RefundRefusal::BadReason);
    }
    let Some(paid) = paid::locked(tx, wanted.payment).await? else {
        return no(RefundRefusal::UnknownPayment(wanted.payment.to_string()));
    };
    let currency = paid.money.currency();
    if let Some((micros, code)) = &wanted.amount {
        if Currency::from_code(code) != Ok(currency) {
            return no(RefundRefusal::OtherCurrency(currency.code()));
        }
        if *micros <= 0 || micros % currency.minor_unit_micros() != 0 {
            return no(RefundRefusal::BadAmount(currency.code()));
        }
    }
    let left = left(tx, &paid).await?;
    if left <= 0 {
        return no(RefundRefusal::NothingLeft);
    }
    let wished = wanted.amount.as_ref().map(|(micros, _)| *micros);
    let micros = wished.unwrap_or(left);
    if micros > left {
        return no(RefundRefusal::TooMuch(Money::new(left, currency)));
    }
    match paid.subject {
        Subject::Licence(licence) => {
            if micros < left && paid::bundle(tx, licence).await?.is_some() {
                return no(RefundRefusal::ClipTimeWhole);
            }
            Ok(micros)
        }
        Subject::Subscription(_) => Ok(micros),
        Subject::WalletLoad(load) => {
            let wallet = taken_back::of_load(tx, load).await?;
            let held = wallets::balance(tx, &wallet).await?.floor_to_minor();
            let held = held.map_err(Fault::while_("reading a wallet"))?;
            let micros = wished.unwrap_or(left.min(held.micros()));
            if micros <= 0 || micros > held.micros() {
                return no(RefundRefusal::LoadSpent(held));
            }
            Ok(micros)
        }
    }
}

/// How much of a payment can still be given back: neither back by what either side knows, nor
/// asked for.
pub(crate) async fn left(tx: &mut Tx, paid: &Paid) -> Result<i64, Fault> {
    let mut known = paid::facts(tx, paid).await?;
    let mut made = BTreeMap::new();
    if paid.provider == NAME {
        let mut told = sandbox::facts(tx, &paid.reference).await?;
        // The provider goes on meanwhile: which refunds it made and how much that is, is one look.
        made = sandbox::refunds(tx, &paid.reference).await?;
        told.refunded = made.values().sum();
        known = known.join(&told);
    }
    let mut left = known.left();
    for row in tx.all(OPEN, &[paid.id.bytes().into()]).await? {
        // One that the provider knows already is in what it tells.
        let key = data_encoding::HEXLOWER.encode(&row.id("id")?);
        if !made.contains_key(&key) {
            left -= row.int("micros")?;
        }
    }
    Ok(left)
}

/// Gives a part of a payment back within the caller's transaction, which has locked the payment
/// and seen that so much is [`left`]. The key is new for each refund.
pub(crate) async fn within(
    app: &App,
    call: &mut Call,
    tx: &mut Tx,
    paid: &Paid,
    (key, micros): (&str, i64),
    why: Why<'_>,
) -> Result<(), Fault> {
    if paid.provider == NAME {
        sandbox::note(tx, &paid.reference, key, micros).await?;
    }
    let facts = Facts {
        refunded: paid::facts(tx, paid).await?.refunded + micros,
        ..Facts::default()
    };
    answered(app, call, tx, paid, (key, facts), why).await?;
    Ok(())
}

/// Learns what the answer to a refund tells.
async fn answered(
    app: &App,
    call: &mut Call,
    tx: &mut Tx,
    paid: &Paid,
    (key, facts): (&str, Facts),
    why: Why<'_>,
) -> Result<Learned, Fault> {
    let heard = Heard {
        provider: paid.provider.clone(),
        event: format!("refund:{key}"),
        reference: paid.reference.clone(),
        currency: paid.money.currency(),
        facts,
    };
    let learned = learn::take_in(app, call, tx, &heard, why).await;
    learned.map_err(|stop| match stop {
        Stop::Fault(fault) => fault,
        Stop::Refused(refusal) => Fault::because("learning a refund", refusal.to_string()),
    })
}

/// Asks the provider, and learns what it answers. The same request again is the same refund.
pub(super) async fn carry_out(
    app: &App,
    call: &mut Call,
    request: &Request,
) -> Result<Option<Learned>, Fault> {
    let key = data_encoding::HEXLOWER.encode(&request.id);
    // What was paid from a wallet goes back into it: nobody is asked.
    if request.paid.provider == NAME {
        sandbox::refund(app, &request.paid.reference, &key, request.micros).await?;
    }
    let mut tries = Tries::default();
    loop {
        match finish(app, call, request, &key).await {
            Err(fault) if tries.again(&fault) => {}
            done => return done,
        }
    }
}

/// Learns the answer and closes the request in one transaction.
async fn finish(
    app: &App,
    call: &mut Call,
    request: &Request,
    key: &str,
) -> Result<Option<Learned>, Fault> {
    let mut tx = app.write().await?;
    // Locked before the provider's books are read: a later answer tells more, never less.
    paid::locked(&mut tx, request.paid.id).await?;
    if !tx
        .one(IS_OPEN, &[(&request.id).into()])
        .await?
        .flag("open")?
    {
        return Ok(None);
    }
    let paid = &request.paid;
    let facts = if paid.provider == NAME {
        sandbox::facts(&mut tx, &paid.reference).await?
    } else {
        Facts {
            refunded: paid::facts(&mut tx, paid).await?.refunded + request.micros,
            ..Facts::default()
        }
    };
    let why = Why {
        reason: &request.reason,
        ..Why::default()
    };
    let learned = answered(app, call, &mut tx, paid, (key, facts), why).await?;
    tx.run(DONE, &[(&request.id).into(), call.now.0.into()])
        .await?;
    tx.commit().await?;
    Ok(Some(learned))
}

/// A request by its id.
pub(super) async fn find(tx: &mut Tx, id: &[u8; 16]) -> Result<Request, Fault> {
    let row = tx.one(REQUEST, &[id.into()]).await?;
    let paid = paid::find(tx, PaymentId::from_bytes(row.id("payment_id")?)).await?;
    Ok(Request {
        id: *id,
        paid: paid.ok_or_else(|| Fault::because("reading a refund", "its payment vanished"))?,
        micros: row.int("micros")?,
        reason: row.text("reason")?,
        done: row.opt_int("done_ms")?.is_some(),
    })
}

const OPEN: &str = "
    select id, micros from refund_requests where payment_id = $1 and done_ms is null";

const ASK: &str = "
    insert into refund_requests (id, payment_id, micros, reason, asked_ms)
    values ($1, $2, $3, $4, $5)";

const REQUEST: &str = "
    select payment_id, micros, reason, done_ms from refund_requests where id = $1";

const IS_OPEN: &str = "
    select count(*) as open from refund_requests where id = $1 and done_ms is null";

const DONE: &str = "update refund_requests set done_ms = $2 where id = $1";
