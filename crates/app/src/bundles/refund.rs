//! Paying back what is left of a bundle.
//!
//! Before: the bundle was bought for itself, its licence is in force and its time isn't over.
//! After, in one transaction: the buyer has P·left/T of the price, floored to the minor unit, where
//! they paid from; what that leaves of the composers' side is shared out as at expiry; the bundle
//! holds nothing. Uses so far stay cleared. The same request again pays nothing.

use domain::bundle_refund::{RestRefund, RestRefusal};
use domain::journal::rest_refund_journal;
use domain::{Account, BundleId, RestRefundId};
use ledger::Money;
use store::db::Tx;
use thiserror::Error;

use super::{Asker, BundleRefusal, may};
use crate::accounts::clip_time::{self, Held, Why};
use crate::accounts::once::{Once, OnceRefusal, once};
use crate::accounts::post;
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

/// How often a refund that lost a race for rows is tried again.
const TRIES_MAX: u32 = 20;

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
    let mut tx = app.db.read().await?;
    let held = known(app, asker, id, clip_time::find(&mut tx, id).await?)?;
    let (rest, _) = worth(&mut tx, call, &held).await?;
    Ok(rest.refund)
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
    let mut tries = 1;
    loop {
        match attempt(app, call, asker, key, id).await {
            Err(Stop::Fault(fault)) if fault.is_contention() && tries < TRIES_MAX => tries += 1,
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
    let mut tx = app.db.write().await?;
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
    let (rest, paid) = worth(&mut tx, call, &held).await?;
    write(&mut tx, call, &held, refund, &rest, &paid).await?;
    tx.commit().await?;
    Ok(Refunded {
        id: refund,
        refund: rest.refund,
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

/// How a bundle was paid.
struct Paid {
    cash: Account,
    tax: Account,
    tax_micros: i64,
}

/// What the rest is worth to its buyer, and whom it came from.
async fn worth(
    tx: &mut Tx,
    call: &Call,
    held: &Held,
) -> Result<(RestRefund, Paid), Stop<RefundRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    if held.gift.is_some() {
        return refused(RefundRefusal::Gift);
    }
    if held.status != "valid" {
        return refused(RefundRefusal::NotValid(held.status.clone()));
    }
    if held.bundle.expires_at <= call.now {
        return refused(RefundRefusal::Expired);
    }
    let paid = paid(tx, held).await?;
    match held.bundle.refund(held.price, paid.tax_micros) {
        Ok(rest) => Ok((rest, paid)),
        Err(RestRefusal::Nothing) => refused(RefundRefusal::Nothing),
        Err(error) => Err(Fault::while_("refunding a rest")(error).into()),
    }
}

async fn paid(tx: &mut Tx, held: &Held) -> Result<Paid, Fault> {
    let mut paid = (None, Account::Tax(None), 0);
    for row in tx.all(LEGS, &[held.licence.to_string().into()]).await? {
        let account = row.text("account")?.parse::<Account>();
        let account = account.map_err(Fault::while_("reading a sale's account"))?;
        match account {
            Account::ProviderClearing(_) | Account::Wallet(_) => paid.0 = Some(account),
            Account::Tax(_) => (paid.1, paid.2) = (account, row.int("amount_micros")?),
            _ => {}
        }
    }
    let (cash, tax, tax_micros) = paid;
    let cash = cash.ok_or_else(|| Fault::because("reading a sale", "nobody paid for it"))?;
    Ok(Paid {
        cash,
        tax,
        tax_micros,
    })
}

async fn write(
    tx: &mut Tx,
    call: &mut Call,
    held: &Held,
    id: RestRefundId,
    rest: &RestRefund,
    paid: &Paid,
) -> Result<(), Fault> {
    let cut = held.bundle.empty();
    let cut = cut.map_err(Fault::while_("emptying a bundle"))?;
    clip_time::cut(tx, call, Why::Refund(id), &cut).await?;
    let values = [
        id.bytes().into(),
        held.bundle.id.bytes().into(),
        held.payment.bytes().into(),
        cut.ms.into(),
        rest.refund.micros().into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    let (source, bundle) = (id.to_string(), held.bundle.id);
    let journal = rest_refund_journal(&source, rest, (&paid.cash, &paid.tax), bundle)
        .map_err(Fault::while_("journalling a refund"))?;
    post::post(tx, call, &journal).await?;
    super::rest::share(tx, call, held, (&source, id.bytes()), rest.to_composers).await
}

const LEGS: &str = "
    select p.account, p.amount_micros
      from journals j join postings p on p.journal_id = j.id
     where j.kind = 'bundle_sale' and j.source = $1";

const INSERT: &str = "
    insert into rest_refunds (id, bundle_id, payment_id, ms, refund_micros, at_ms)
    values ($1, $2, $3, $4, $5, $6)";

const EARLIER: &str = "select refund_micros, ms from rest_refunds where id = $1";
