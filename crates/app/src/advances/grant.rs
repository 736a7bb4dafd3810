//! Granting an advance. Before: the payee is registered. After: the amount is theirs, and every
//! later earning of theirs in its currency pays it back first, behind earlier advances.
//!
//! The operator's reference makes it happen once: the same grant again answers the first.

use domain::advance::Advance;
use domain::agreement::Purse;
use domain::{Account, AdvanceId, Line, LineKind, PayeeId};
use ledger::{JournalDraft, Money};
use store::db::{Row, Tx};
use thiserror::Error;

use crate::accounts::booking::{Booking, purse};
use crate::payees::list::{PayeeRefusal, resolve};
use crate::{App, Call, Fault, Refusal, Stop};

/// Kind of the journals that pay advances.
const ADVANCE: &str = "advance";
/// The most of an advance, in micro-units: far from where balances would overflow.
const MICROS_MAX: i64 = 1_000_000_000_000_000;

/// What is granted.
#[derive(Debug, Clone)]
pub struct Grant {
    /// To whom: a payee's id or name.
    pub payee: String,
    /// How much.
    pub money: Money,
    /// The operator's own word for it, such as a contract's number.
    pub reference: String,
    /// Who grants it, as it is kept.
    pub by: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The advance.
    pub id: AdvanceId,
    /// Whose it is.
    pub payee: PayeeId,
    /// Whether it had been granted before, and nothing was paid now.
    pub repeated: bool,
}

/// Why no advance is granted. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GrantRefusal {
    /// It isn't positive, or it is more than any balance should ever have to hold.
    #[error("an advance must be more than nothing, and at most a thousand million")]
    Amount,
    /// The reference is none.
    #[error("give the advance a reference of 1 to 120 characters, such as a contract's number")]
    Reference,
    /// No such payee.
    #[error(transparent)]
    Payee(PayeeRefusal),
    /// They earn into escrow, which recoups nothing.
    #[error("{0} isn't registered yet: `clearcue payee register` first")]
    NotRegistered(String),
    /// Another advance has this reference.
    #[error("another advance has the reference `{0}`: take a new one")]
    ReferenceReused(String),
}

impl Refusal for GrantRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Amount => "bad_amount",
            Self::Reference => "bad_reference",
            Self::Payee(refusal) => refusal.code(),
            Self::NotRegistered(_) => "payee_not_registered",
            Self::ReferenceReused(_) => "reference_reused",
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::Amount => "amount",
            Self::Reference | Self::ReferenceReused(_) => "reference",
            Self::Payee(_) | Self::NotRegistered(_) => "payee",
        };
        Some(field.into())
    }
}

/// Grants an advance.
///
/// # Errors
/// [`GrantRefusal`]; nothing was paid then.
pub async fn grant(
    app: &App,
    call: &mut Call,
    wanted: &Grant,
) -> Result<Granted, Stop<GrantRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    let micros = wanted.money.micros();
    if Advance::grant(micros).is_err() || micros > MICROS_MAX {
        return refused(GrantRefusal::Amount);
    }
    let reference = wanted.reference.trim();
    if reference.parse::<Line>().is_err() || reference.chars().count() > 120 {
        return refused(GrantRefusal::Reference);
    }
    let mut tx = app.write().await?;
    let payee = resolve(&mut tx, &wanted.payee).await.map_err(unknown)?;
    if matches!(purse(&mut tx, payee).await?, Purse::Escrow(_)) {
        return refused(GrantRefusal::NotRegistered(wanted.payee.clone()));
    }
    let id = AdvanceId::from_bytes(call.id());
    if !insert(&mut tx, call, (id, payee, reference), wanted).await? {
        let row = tx.one(EARLIER, &[reference.into()]).await?;
        return match earlier(&row, payee, wanted.money)? {
            Some(granted) => Ok(granted),
            None => refused(GrantRefusal::ReferenceReused(reference.to_owned())),
        };
    }
    let draft = JournalDraft::new(ADVANCE, id.to_string(), reference);
    let line = (LineKind::Advance, id.bytes());
    let mut booking = Booking::new(draft, line, wanted.money.currency());
    booking.credit(Purse::Payee(payee), None, micros)?;
    booking.post(&Account::Advance(payee), -micros);
    booking.write(&mut tx, call).await?;
    tx.commit().await?;
    Ok(Granted {
        id,
        payee,
        repeated: false,
    })
}

async fn insert(
    tx: &mut Tx,
    call: &Call,
    (id, payee, reference): (AdvanceId, PayeeId, &str),
    wanted: &Grant,
) -> Result<bool, Fault> {
    let values = [
        id.bytes().into(),
        payee.bytes().into(),
        wanted.money.currency().code().into(),
        wanted.money.micros().into(),
        call.now.0.into(),
        wanted.by.as_str().into(),
        reference.into(),
    ];
    Ok(tx.optional(INSERT, &values).await?.is_some())
}

/// The advance of a reference, where it is the one that is wanted.
fn earlier(row: &Row, payee: PayeeId, money: Money) -> Result<Option<Granted>, Fault> {
    let same = row.id("payee_id")? == *payee.bytes()
        && row.int("granted_micros")? == money.micros()
        && row.text("currency")? == money.currency().code();
    let id = AdvanceId::from_bytes(row.id("id")?);
    Ok(same.then_some(Granted {
        id,
        payee,
        repeated: true,
    }))
}

fn unknown(stop: Stop<PayeeRefusal>) -> Stop<GrantRefusal> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(GrantRefusal::Payee(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    }
}

const INSERT: &str = "
    insert into advances (id, payee_id, currency, granted_micros, granted_ms, granted_by, reference)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict do nothing
 returning id";

const EARLIER: &str =
    "select id, payee_id, currency, granted_micros from advances where reference = $1";
