//! The payments as the operator sees them.

pub use domain::PaymentId;
use domain::refund::Facts;
use domain::{LicenceId, Timestamp, WalletLoadId};
use ledger::Money;
use store::db::{Row, Tx};
use thiserror::Error;

use super::pool;
use crate::accounts::paid::{self, Paid};
use crate::accounts::payments::Subject;
use crate::wallets::{self, taken_back};
use crate::{App, Fault, Refusal, Stop};

/// The most payments of one page.
pub const PAGE_MAX: usize = 100;

/// A payment, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// At which provider.
    pub provider: String,
    /// What the provider calls it.
    pub reference: String,
    /// What was paid.
    pub money: Money,
    /// When.
    pub captured_at: Timestamp,
    /// The licence it paid for, and that licence's code; none where it paid for something else.
    pub licence: Option<(LicenceId, String)>,
    /// What was bought, for people.
    pub label: String,
    /// What is known of it.
    pub facts: Facts,
    /// What the operator can still give back.
    pub left: Money,
}

/// One message about a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The provider's number for it.
    pub id: String,
    /// When it was taken in.
    pub at: Timestamp,
    /// What it told.
    pub facts: Facts,
}

/// A payment with everything that was heard of it.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The payment.
    pub payment: Payment,
    /// The messages, the oldest first.
    pub events: Vec<Event>,
}

/// Why a payment isn't shown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PaymentRefusal {
    /// No such payment.
    #[error("there is no payment `{0}` here")]
    Unknown(String),
}

impl Refusal for PaymentRefusal {
    fn code(&self) -> &'static str {
        "unknown_payment"
    }

    fn field(&self) -> Option<String> {
        Some("payment".into())
    }
}

impl Payment {
    /// How it stands, in one stable word: `paid`, `partly_refunded`, `refunded`, `disputed` or
    /// `charged_back`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        let any = |state| self.facts.disputes.values().any(|one| one.state == state);
        if any(domain::refund::DisputeState::Open) {
            "disputed"
        } else if any(domain::refund::DisputeState::Lost) {
            "charged_back"
        } else if self.facts.refunded >= self.money.micros() {
            "refunded"
        } else if self.facts.refunded > 0 {
            "partly_refunded"
        } else {
            "paid"
        }
    }

    /// What the buyer's side has back.
    #[must_use]
    pub fn returned(&self) -> Money {
        Money::new(self.facts.returned(), self.money.currency())
    }
}

/// The payments, the latest first, from a place on.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn payments(app: &App, offset: usize, limit: usize) -> Result<Vec<Payment>, Fault> {
    let mut tx = app.read().await?;
    let limit = i64::try_from(limit.min(PAGE_MAX)).unwrap_or(0);
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    let rows = tx.all(LATEST, &[limit.into(), offset.into()]).await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        let id = PaymentId::from_bytes(row.id("id")?);
        out.extend(read(&mut tx, id, row).await?);
    }
    Ok(out)
}

/// One payment with what was heard of it.
///
/// # Errors
/// [`PaymentRefusal::Unknown`].
pub async fn payment(app: &App, id: PaymentId) -> Result<Whole, Stop<PaymentRefusal>> {
    let mut tx = app.read().await?;
    let unknown = || Stop::Refused(PaymentRefusal::Unknown(id.to_string()));
    let row = tx.optional(ONE, &[id.bytes().into()]).await?;
    let row = row.ok_or_else(unknown)?;
    let payment = read(&mut tx, id, &row).await?.ok_or_else(unknown)?;
    let mut events = Vec::new();
    for row in tx.all(EVENTS, &[id.bytes().into()]).await? {
        events.push(Event {
            id: row.text("event_id")?,
            at: Timestamp(row.int("at_ms")?),
            facts: paid::read_facts(&row.text("facts")?)?,
        });
    }
    Ok(Whole { payment, events })
}

async fn read(tx: &mut Tx, id: PaymentId, row: &Row) -> Result<Option<Payment>, Fault> {
    let Some(paid) = paid::find(tx, id).await? else {
        return Ok(None);
    };
    let facts = paid::facts(tx, &paid).await?;
    let left = Money::new(facts.left(), paid.money.currency());
    let (licence, label, left) = match paid.subject {
        Subject::Licence(licence) => {
            let code: licence_key::Code = row
                .text("code")?
                .parse()
                .map_err(Fault::while_("reading a licence's code"))?;
            (Some((licence, code.to_string())), row.text("label")?, left)
        }
        Subject::Subscription(_) => {
            let (licence, label) = pool::listed(tx, id).await?;
            (Some(licence), label, left)
        }
        Subject::WalletLoad(load) => {
            let held = in_wallet(tx, load).await?;
            let micros = left.micros().min(held.micros());
            let label = "Wallet load".to_owned();
            (None, label, Money::new(micros, left.currency()))
        }
    };
    let Paid {
        provider,
        reference,
        money,
        captured_at,
        ..
    } = paid;
    Ok(Some(Payment {
        id,
        provider,
        reference,
        money,
        captured_at,
        licence,
        label,
        facts,
        left,
    }))
}

/// What the wallet of a load holds, in whole minor units.
async fn in_wallet(tx: &mut Tx, load: WalletLoadId) -> Result<Money, Fault> {
    let wallet = taken_back::find(tx, load).await?;
    let held = wallets::balance(tx, &wallet).await?;
    held.floor_to_minor()
        .map_err(Fault::while_("reading a wallet"))
}

const LATEST: &str = "
    select p.id, l.code, l.label
      from payments p left join licences l on p.subject = 'licence' and l.id = p.subject_id
     order by p.captured_ms desc, p.id desc limit $1 offset $2";

const ONE: &str = "
    select p.id, l.code, l.label
      from payments p left join licences l on p.subject = 'licence' and l.id = p.subject_id
     where p.id = $1";

const EVENTS: &str = "
    select event_id, at_ms, facts from payment_events
     where payment_id = $1 order by at_ms, event_id";
