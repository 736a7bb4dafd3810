//! Paying back what is left of a bundle.
//!
//! Before: the bundle was bought for itself, its licence is in force and its time isn't over.
//! After, in one transaction: the buyer has P·left/T of the price, floored to the minor unit, where
//! they paid from, as a refund of their payment like any other; what that leaves of the composers'
//! side is shared out as at expiry; the bundle holds nothing. Uses so far stay cleared. The same
//! request again pays nothing.

use domain::bundle::refund_of_rest;
use domain::{Account, BundleId, RestRefundId};
use ledger::Money;
use store::db::Tx;
use thiserror::Error;

use super::{Asker, BundleRefusal, PARTLY_BACK, may};
use crate::accounts::audit;
use crate::accounts::clip_time::{self, Held};
use crate::accounts::once::{Once, OnceRefusal, once};
use crate::accounts::paid::{self, Paid};
use crate::payments::refund as back;
use crate::payments::{Cause, Why};
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop};

/// A refund of a bundle's rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refunded {
    /// The refund.
    pub id: RestRefundId,
    /// What the buyer gets.
    pub refund: Money,
    /// The clip time it is for, in ms.
    pub ms: i64,
    /// Whether this request had been carried out before.
    pub repeated: bool,
}

/// Why nothing is paid back. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RefundRefusal {
    /// No bundle, or another's.
    #[error(transparent)]
    Bundle(BundleRefusal),
    /// The key is none, or was used before.
    #[error(transparent)]
    Once(OnceRefusal),
    /// Nobody bought it for itself.
    #[error("this clip time was a gift: only whoever paid for it can have money back")]
    Gift,
    /// Its licence is on hold or withdrawn.
    #[error("this licence is {0}: ask the store")]
    NotValid(String),
    /// Its time is over.
    #[error("this clip time has expired: what was left is its composers'")]
    Expired,
    /// Nothing payable is left.
    #[error("nothing is left of the bundle that could be paid back")]
    Nothing,
}

impl Refusal for RefundRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Bundle(refusal) => refusal.code(),
            Self::Once(refusal) => refusal.code(),
            Self::Gift => "gift_not_refundable",
            Self::NotValid(_) => "licence_not_valid",
            Self::Expired => "clip_time_expired",
            Self::Nothing => "nothing_to_refund",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Once(refusal) => refusal.field(),
            _ => Some("bundle".into()),
        }
    }
}

/// What a refund would pay now. Changes nothing.
///
/// # Errors
/// [`RefundRefusal`].
pub async fn look(
    app: &App,
    call: &Call,
    asker: Asker<'_>,
    id: BundleId,
) -> Result<Money, Stop<RefundRefusal>> {
    let mut tx = app.read().await?;
    let held = known(app, asker, id, clip_time::find(&mut tx, id).await?)?;
    let paid = paid::find(&mut tx, held.payment).await?;
    worth(&mut tx, call, &held, &there(paid)?).await
}

/// Pays back what is left.
///
/// # Errors
/// [`RefundRefusal`]; nothing was changed then.
pub async fn refund(
    app: &App,
    call: &mut Call,
    asker: Asker<'_>,
    key: &str,
    id: BundleId,
) -> Result<Refunded, Stop<RefundRefusal>> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, asker, key, id).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    asker: Asker<'_>,
    key: &str,
    id: BundleId,
) -> Result<Refunded, Stop<RefundRefusal>> {
    let mut tx = app.write().await?;
    let held = known(app, asker, id, clip_time::find(&mut tx, id).await?)?;
    // The payment first, as whoever follows its facts does.
    let paid = there(paid::locked(&mut tx, held.payment).await?)?;
    let held = known(app, asker, id, clip_time::locked(&mut tx, id).await?)?;
    let refund = RestRefundId::from_bytes(call.id());
    let (name, request) = (asker.who.name(), ("rest_refund", id.to_string()));
    let claimed = once(&mut tx, call, (&name, key), &request, refund.bytes()).await;
    let claimed = claimed.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(RefundRefusal::Once(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    if let Once::Again(earlier) = claimed {
        let row = tx.one(EARLIER, &[(&earlier).into()]).await?;
        return Ok(Refunded {
            id: RestRefundId::from_bytes(earlier),
            refund: Money::new(row.int("refund_micros")?, held.price.currency()),
            ms: row.int("ms")?,
            repeated: true,
        });
    }
    let money = worth(&mut tx, call, &held, &paid).await?;
    write(app, call, &mut tx, (&held, &paid), refund, money).await?;
    tx.commit().await?;
    Ok(Refunded {
        id: refund,
        refund: money,
        ms: held.bundle.left_ms(),
        repeated: false,
    })
}

fn known(
    app: &App,
    asker: Asker<'_>,
    id: BundleId,
    held: Option<Held>,
) -> Result<Held, Stop<RefundRefusal>> {
    let refused = |refusal| Stop::Refused(RefundRefusal::Bundle(refusal));
    let held = held.ok_or_else(|| refused(BundleRefusal::Unknown(id)))?;
    may(app, asker, &held).map_err(refused)?;
    Ok(held)
}

fn there(paid: Option<Paid>) -> Result<Paid, Fault> {
    paid.ok_or_else(|| Fault::because("refunding a rest", "its payment vanished"))
}

/// What the rest is worth to its buyer: never more than is left of what they paid.
async fn worth(
    tx: &mut Tx,
    call: &Call,
    held: &Held,
    paid: &Paid,
) -> Result<Money, Stop<RefundRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    let left_ms = held.bundle.left_ms();
    if held.gift.is_some() {
        return refused(RefundRefusal::Gift);
    }
    // One that is all back is withdrawn with it: then nothing is left, which says more.
    if held.status != "valid" && left_ms > 0 {
        return refused(RefundRefusal::NotValid(held.status.clone()));
    }
    if held.taken != 0 {
        return refused(RefundRefusal::NotValid(PARTLY_BACK.into()));
    }
    if held.bundle.expires_at <= call.now {
        return refused(RefundRefusal::Expired);
    }
    let doing = "refunding a rest";
    let worth = refund_of_rest(held.price, left_ms, held.bundle.sold_ms);
    let worth = worth.map_err(Fault::while_(doing))?.micros();
    let left = back::left(tx, paid).await?;
    let money = Money::new(worth.min(left), held.price.currency());
    let money = money.floor_to_minor().map_err(Fault::while_(doing))?;
    if money.micros() <= 0 {
        return refused(RefundRefusal::Nothing);
    }
    Ok(money)
}

async fn write(
    app: &App,
    call: &mut Call,
    tx: &mut Tx,
    (held, paid): (&Held, &Paid),
    id: RestRefundId,
    money: Money,
) -> Result<(), Fault> {
    let cut = held.bundle.empty();
    let cut = cut.map_err(Fault::while_("emptying a bundle"))?;
    clip_time::cut(tx, call, clip_time::Why::Refund(id), &cut).await?;
    let values = [
        id.bytes().into(),
        held.bundle.id.bytes().into(),
        held.payment.bytes().into(),
        cut.ms.into(),
        money.micros().into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    let (source, account) = (id.to_string(), Account::BundleUnearned(held.bundle.id).id());
    let (account, code) = (account.as_str(), money.currency().code());
    let before = audit::balance(tx, account, code).await?;
    let why = Why {
        reason: "the rest of the clip time",
        cause: Cause::Rest(id, held.bundle.id, cut.micros),
    };
    back::within(app, call, tx, paid, (&source, money.micros()), why).await?;
    let after = audit::balance(tx, account, code).await?;
    let kept = cut.micros - (before - after);
    super::rest::share(tx, call, held, (&source, id.bytes()), kept).await
}

const INSERT: &str = "
    insert into rest_refunds (id, bundle_id, payment_id, ms, refund_micros, at_ms)
    values ($1, $2, $3, $4, $5, $6)";

const EARLIER: &str = "select refund_micros, ms from rest_refunds where id = $1";
