//! One message about a payment arrives.
//!
//! Before: the payment was captured. After, in one transaction: what is known of it is what
//! either side knew, the ledger stands where that says it must, the licence is as it says, and
//! money that was given back for good has its credit note. The same message again changes
//! nothing, and neither does another order of messages.

use domain::PaymentId;
use domain::refund::Facts;
use ledger::Currency;
use store::db::Tx;
use thiserror::Error;

use super::{Why, licences, post};
use crate::accounts::paid::{self, Paid};
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop, events};

/// The longest number of a provider's message, in characters.
const EVENT_MAX: usize = 200;
/// The longest id of a dispute, in characters.
const DISPUTE_MAX: usize = 100;
/// The most disputes of one payment.
const DISPUTES_MAX: usize = 100;

/// A message of a provider about one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The provider.
    pub provider: String,
    /// Its number for this message: one that was taken in before changes nothing.
    pub event: String,
    /// What it calls the payment.
    pub reference: String,
    /// Currency of all amounts in it.
    pub currency: Currency,
    /// What it tells. What it doesn't tell is zero.
    pub facts: Facts,
}

/// What a message changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    /// The payment.
    pub payment: PaymentId,
    /// What is known of it now.
    pub facts: Facts,
    /// Whether anything of it was new.
    pub is_new: bool,
}

/// Why a message isn't taken in. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LearnRefusal {
    /// The message has no number, or one that can't be kept.
    #[error("a message needs the provider's own number, 1 to {EVENT_MAX} printable characters")]
    BadEvent,
    /// No such payment.
    #[error("no payment here is called `{0}`")]
    UnknownPayment(String),
    /// The amounts are in another currency than was paid.
    #[error("the payment was in {paid}, this says {told}")]
    OtherCurrency {
        /// What was paid in.
        paid: &'static str,
        /// What is told.
        told: &'static str,
    },
    /// A figure can't be true.
    #[error("{0}")]
    BadFacts(&'static str),
    /// Its number was another message's.
    #[error("a message of this number said something else before")]
    EventReused,
}

impl Refusal for LearnRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::BadEvent => "bad_event",
            Self::UnknownPayment(_) => "unknown_payment",
            Self::OtherCurrency { .. } => "other_currency",
            Self::BadFacts(_) => "bad_facts",
            Self::EventReused => "event_reused",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::BadEvent | Self::EventReused => Some("webhook-id".into()),
            Self::UnknownPayment(_) => Some("payment".into()),
            Self::OtherCurrency { .. } => Some("currency".into()),
            Self::BadFacts(_) => None,
        }
    }
}

/// Takes a message in.
///
/// # Errors
/// [`LearnRefusal`]; nothing changed then.
pub async fn learn(
    app: &App,
    call: &mut Call,
    heard: &Heard,
) -> Result<Learned, Stop<LearnRefusal>> {
    let mut tries = Tries::default();
    loop {
        let mut tx = app.write().await?;
        match take_in(app, call, &mut tx, heard, Why::default()).await {
            Ok(learned) => match tx.commit().await.map_err(Fault::from) {
                Err(fault) if tries.again(&fault) => {}
                done => return Ok(done.map(|()| learned)?),
            },
            Err(stop) if tries.again(&stop) => {}
            Err(stop) => return Err(stop),
        }
    }
}

/// The same within a transaction.
pub(super) async fn take_in(
    app: &App,
    call: &mut Call,
    tx: &mut Tx,
    heard: &Heard,
    why: Why<'_>,
) -> Result<Learned, Stop<LearnRefusal>> {
    if !is_word(&heard.event, EVENT_MAX) {
        return Err(Stop::Refused(LearnRefusal::BadEvent));
    }
    let unknown = || LearnRefusal::UnknownPayment(heard.reference.chars().take(60).collect());
    let id = paid::named(tx, &heard.provider, &heard.reference).await?;
    let id = id.ok_or_else(|| Stop::Refused(unknown()))?;
    let paid = paid::locked(tx, id).await?;
    let paid = paid.ok_or_else(|| Stop::Refused(unknown()))?;
    check(&paid, heard).map_err(Stop::Refused)?;
    let before = paid::facts(tx, &paid).await?;
    if !is_first(tx, call, &paid, heard).await? {
        return Ok(Learned {
            payment: id,
            facts: before,
            is_new: false,
        });
    }
    let after = before.clone().join(&heard.facts);
    let is_new = after != before;
    if is_new {
        let values = [
            id.bytes().into(),
            written(&after)?.into(),
            call.now.0.into(),
        ];
        tx.run(KEEP, &values).await?;
        post::follow(app, call, tx, &paid, (&before, &after), why).await?;
        licences::follow(tx, call, &paid, (&before, &after)).await?;
        events::refunded(tx, call.now, &paid, (before.refunded, after.refunded)).await?;
    }
    Ok(Learned {
        payment: id,
        facts: after,
        is_new,
    })
}

fn check(paid: &Paid, heard: &Heard) -> Result<(), LearnRefusal> {
    let (facts, amount) = (&heard.facts, paid.money.micros());
    let currency = paid.money.currency();
    if heard.currency != currency {
        return Err(LearnRefusal::OtherCurrency {
            paid: currency.code(),
            told: heard.currency.code(),
        });
    }
    let bad = |what| Err(LearnRefusal::BadFacts(what));
    if facts.captured != 0 && facts.captured != amount {
        return bad("another amount was captured than was charged here");
    }
    if !(0..=amount).contains(&facts.refunded) {
        return bad("what was refunded must be from nothing to what was charged");
    }
    if !(0..=amount).contains(&facts.fee_returned) {
        return bad("what was returned of the fee must be from nothing to what was charged");
    }
    if facts.disputes.len() > DISPUTES_MAX {
        return bad("one payment can't have so many disputes");
    }
    for (id, dispute) in &facts.disputes {
        if !is_word(id, DISPUTE_MAX) {
            return bad("a dispute needs the provider's id, 1 to 100 printable characters");
        }
        if !(1..=amount).contains(&dispute.micros) || !(0..=FEE_MAX).contains(&dispute.fee_micros) {
            return bad(
                "a dispute is about a part of what was charged, and its fee isn't negative",
            );
        }
    }
    Ok(())
}

/// The most that a provider may charge for a dispute: beyond it a message is damaged.
const FEE_MAX: i64 = 1_000_000_000_000;

fn is_word(text: &str, most: usize) -> bool {
    let length = text.chars().count();
    (1..=most).contains(&length) && !text.chars().any(char::is_control)
}

/// Keeps a message; `false` where it was taken in before.
async fn is_first(
    tx: &mut Tx,
    call: &Call,
    paid: &Paid,
    heard: &Heard,
) -> Result<bool, Stop<LearnRefusal>> {
    let facts = written(&heard.facts)?;
    let values = [
        heard.provider.as_str().into(),
        heard.event.as_str().into(),
        paid.id.bytes().into(),
        call.now.0.into(),
        facts.as_str().into(),
    ];
    if tx.optional(HEARD, &values).await?.is_some() {
        return Ok(true);
    }
    let known = [heard.provider.as_str().into(), heard.event.as_str().into()];
    let row = tx.one(KNOWN, &known).await?;
    if row.id("payment_id")? != *paid.id.bytes() || row.text("facts")? != facts {
        return Err(Stop::Refused(LearnRefusal::EventReused));
    }
    Ok(false)
}

fn written(facts: &Facts) -> Result<String, Fault> {
    serde_json::to_string(facts).map_err(Fault::while_("writing a payment's facts"))
}

const HEARD: &str = "
    insert into payment_events (provider, event_id, payment_id, at_ms, facts)
    values ($1, $2, $3, $4, $5)
    on conflict do nothing
 returning event_id";

const KNOWN: &str = "
    select payment_id, facts from payment_events where provider = $1 and event_id = $2";

const KEEP: &str = "
    insert into payment_facts (payment_id, facts, changed_ms) values ($1, $2, $3)
    on conflict (payment_id) do update
       set facts = excluded.facts, changed_ms = excluded.changed_ms";
