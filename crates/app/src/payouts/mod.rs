//! Payouts: how payees are paid, what is on its way, and what became of it.
//!
//! Money leaves a payee's account when a payout is proposed and is in transit until the provider
//! answers, line by line. What isn't answered stays there; nothing is sent twice.

pub mod balance;
pub mod confirm;
pub mod destination;
mod file;
pub mod list;
mod once;
pub mod pay_days;
pub mod propose;
pub mod release;
pub mod results;
pub mod rules;
pub mod send;
mod step;
pub mod terms;
pub mod waiting;

use domain::payout::State;
use domain::{PayeeId, PayoutBatchId, PayoutId, PersonId, Timestamp};
use ledger::{Currency, Money};
use store::db::{Row, Tx, Value};
use thiserror::Error;

use crate::access::{Principal, Role};
use crate::{Fault, Refusal};

pub use crate::offers::Hand;
pub use domain::payout::destination::{Destination, Rail};
pub use domain::payout::terms::Schedule;
pub use once::{Key, KeyRefusal};

/// A payout as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutSeen {
    /// Its id, which is also the provider's reference.
    pub id: PayoutId,
    /// Who is paid.
    pub payee: PayeeId,
    /// Their name.
    pub payee_name: String,
    /// What arrives.
    pub amount: Money,
    /// What the payee bears beside it.
    pub fee: Money,
    /// By which rail.
    pub rail: Rail,
    /// How far it is.
    pub state: State,
    /// Who or what proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Timestamp,
    /// Who released it, where it had to be.
    pub released_by: Option<String>,
    /// The file it left by.
    pub batch: Option<PayoutBatchId>,
    /// What the provider said last.
    pub reason: Option<String>,
    /// When its state changed last.
    pub changed_at: Timestamp,
    /// The version of the destination it goes to.
    pub(crate) destination: i64,
}

/// Why somebody may not do something about payouts, or nothing is known of it. In order of
/// precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AccessRefusal {
    /// For the operator.
    #[error("only the operator may do this: sign in with their link, or use `clearcue payout`")]
    NotOperator,
    /// Somebody else's.
    #[error("only the payee themself or the operator may see or change this")]
    NotYours,
    /// No such payee.
    #[error("there is no payee {0}")]
    UnknownPayee(PayeeId),
    /// No such payout.
    #[error("there is no payout {0}")]
    UnknownPayout(PayoutId),
    /// No such file.
    #[error("there is no file of payouts {0}")]
    UnknownBatch(PayoutBatchId),
}

impl Refusal for AccessRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotOperator => "scope_required",
            Self::NotYours => "not_your_payouts",
            Self::UnknownPayee(_) => "unknown_payee",
            Self::UnknownPayout(_) => "unknown_payout",
            Self::UnknownBatch(_) => "unknown_payout_batch",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::NotOperator | Self::NotYours => None,
            Self::UnknownPayee(_) => Some("payee".into()),
            Self::UnknownPayout(_) => Some("payout".into()),
            Self::UnknownBatch(_) => Some("batch".into()),
        }
    }
}

/// Refuses whoever isn't the operator.
pub(crate) fn operators(hand: Hand<'_>) -> Result<(), AccessRefusal> {
    match hand {
        Hand::Console => Ok(()),
        Hand::Asker(Principal::Person(person)) if person.role == Role::Operator => Ok(()),
        Hand::Asker(_) => Err(AccessRefusal::NotOperator),
    }
}

/// Refuses whoever is neither the operator nor this payee.
pub(crate) fn payees(hand: Hand<'_>, payee: PayeeId) -> Result<(), AccessRefusal> {
    match hand {
        Hand::Asker(Principal::Person(person)) if person.payee == Some(payee) => Ok(()),
        other => operators(other).map_err(|_| AccessRefusal::NotYours),
    }
}

/// Whether a hand may do what a stolen session mustn't: at the console, or just signed in.
pub(crate) fn is_fresh(hand: Hand<'_>, now: Timestamp) -> bool {
    match hand {
        Hand::Console => true,
        Hand::Asker(Principal::Person(person)) => person.is_fresh(now),
        Hand::Asker(_) => false,
    }
}

/// The person behind a hand.
pub(crate) fn person(hand: Hand<'_>) -> Option<PersonId> {
    match hand {
        Hand::Asker(Principal::Person(person)) => Some(person.id),
        Hand::Console | Hand::Asker(_) => None,
    }
}

/// A payee's name.
pub(crate) async fn name(tx: &mut Tx, payee: PayeeId) -> Result<Option<String>, Fault> {
    let row = tx.optional(NAME, &[payee.bytes().into()]).await?;
    Ok(row.map(|row| row.text("name")).transpose()?)
}

/// A payout, locked until the transaction ends.
pub(crate) async fn locked(tx: &mut Tx, id: PayoutId) -> Result<Option<PayoutSeen>, Fault> {
    let lock = format!("{LOCK}{}", tx.for_update());
    let id = Value::from(id.bytes());
    if tx
        .optional(&lock, std::slice::from_ref(&id))
        .await?
        .is_none()
    {
        return Ok(None);
    }
    let sql = format!("{PAYOUTS} where o.id = $1");
    let row = tx.one(&sql, &[id]).await?;
    read(&row).map(Some)
}

/// The currency of a code in the database.
pub(crate) fn currency(code: &str) -> Result<Currency, Fault> {
    Currency::from_code(code).map_err(Fault::while_("reading a payout's currency"))
}

pub(crate) fn read(row: &Row) -> Result<PayoutSeen, Fault> {
    let currency = currency(&row.text("currency")?)?;
    let first = match row.opt_bytes("first_release")? {
        Some(_) => Some(PersonId::from_bytes(row.id("first_release")?)),
        None => None,
    };
    let word = row.text("state")?;
    let state = State::from_word(&word, first)
        .ok_or_else(|| Fault::because("reading a payout", format!("unknown state {word}")))?;
    let batch = match row.opt_bytes("batch_id")? {
        Some(_) => Some(PayoutBatchId::from_bytes(row.id("batch_id")?)),
        None => None,
    };
    let rail = row.text("rail")?.parse();
    Ok(PayoutSeen {
        id: PayoutId::from_bytes(row.id("id")?),
        payee: PayeeId::from_bytes(row.id("payee_id")?),
        payee_name: row.text("name")?,
        amount: Money::new(row.int("amount_micros")?, currency),
        fee: Money::new(row.int("fee_micros")?, currency),
        rail: rail.map_err(Fault::while_("reading a payout's rail"))?,
        state,
        proposed_by: row.text("proposed_by")?,
        proposed_at: Timestamp(row.int("proposed_ms")?),
        released_by: row.opt_text("released_by")?,
        batch,
        reason: row.opt_text("reason")?,
        changed_at: Timestamp(row.int("changed_ms")?),
        destination: row.int("destination_version")?,
    })
}

const NAME: &str = "select name from payees where id = $1";

const LOCK: &str = "select id from payouts where id = $1";

pub(crate) const PAYOUTS: &str = "
    select o.id, o.payee_id, p.name, o.currency, o.rail, o.destination_version, o.amount_micros,
           o.fee_micros, o.state, o.proposed_by, o.proposed_ms, o.first_release, o.released_by,
           o.batch_id, o.reason, o.changed_ms
      from payouts o join payees p on p.id = o.payee_id";
