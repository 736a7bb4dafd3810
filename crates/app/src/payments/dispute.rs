//! Disputes at the sandbox: raised and decided at will, to see what they do.
//!
//! Before: the payment was captured at the sandbox. After: the sandbox's books say so, and what
//! they say is learned as it would be from any provider.

use domain::PaymentId;
use domain::refund::{Dispute, DisputeState};
use ledger::Money;
use store::db::Tx;
use thiserror::Error;

use super::{reconcile, sandbox};
use crate::accounts::paid;
use crate::accounts::sandbox::NAME;
use crate::{App, Call, Refusal, Stop};

/// What happens at the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The payer disputes an amount in micro-units; all that isn't back without it.
    Open(Option<i64>),
    /// The open dispute is decided for the store.
    Won,
    /// The open dispute is decided for the payer.
    Lost,
}

/// Why nothing is disputed or decided. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DisputeRefusal {
    /// No such payment.
    #[error("there is no payment `{0}` here")]
    UnknownPayment(String),
    /// It lies with a real provider.
    #[error("only what was paid at the sandbox can be disputed here, and this was paid at `{0}`")]
    NotSandbox(String),
    /// One is open.
    #[error("a dispute is open already: decide it first, with --won or --lost")]
    AlreadyOpen,
    /// It is all back.
    #[error("nothing of this payment is left to be disputed")]
    NothingLeft,
    /// Not an amount that can be disputed.
    #[error("an amount must be more than nothing and at most {}", .0.price_display())]
    BadAmount(Money),
    /// None is open.
    #[error("no dispute of this payment is open: raise one with --open")]
    NoneOpen,
}

impl Refusal for DisputeRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownPayment(_) => "unknown_payment",
            Self::NotSandbox(_) => "not_sandbox",
            Self::AlreadyOpen => "dispute_open",
            Self::NothingLeft => "nothing_left",
            Self::BadAmount(_) => "bad_amount",
            Self::NoneOpen => "no_open_dispute",
        }
    }
}

/// Raises or decides a dispute at the sandbox, and learns it.
///
/// # Errors
/// [`DisputeRefusal`]; nothing changed then.
pub async fn dispute(
    app: &App,
    call: &mut Call,
    payment: PaymentId,
    act: Act,
) -> Result<(), Stop<DisputeRefusal>> {
    let mut tx = app.write().await?;
    let reference = at_the_sandbox(&mut tx, payment, act).await?;
    tx.commit().await?;
    reconcile::pull(app, call, &reference).await?;
    Ok(())
}

async fn at_the_sandbox(
    tx: &mut Tx,
    payment: PaymentId,
    act: Act,
) -> Result<String, Stop<DisputeRefusal>> {
    let no = |refusal| Err(Stop::Refused(refusal));
    let Some(paid) = paid::locked(tx, payment).await? else {
        return no(DisputeRefusal::UnknownPayment(payment.to_string()));
    };
    if paid.provider != NAME {
        return no(DisputeRefusal::NotSandbox(paid.provider));
    }
    let mut known = sandbox::facts(tx, &paid.reference).await?;
    known.captured = paid.money.micros();
    let mut disputes = known.disputes.iter();
    let open = disputes.find(|(_, one)| one.state == DisputeState::Open);
    let (id, next) = match (act, open) {
        (Act::Open(_), Some(_)) => return no(DisputeRefusal::AlreadyOpen),
        (Act::Open(_), None) if known.left() <= 0 => return no(DisputeRefusal::NothingLeft),
        (Act::Open(amount), None) => {
            let micros = amount.unwrap_or(known.left());
            if !(1..=known.left()).contains(&micros) {
                let left = Money::new(known.left(), paid.money.currency());
                return no(DisputeRefusal::BadAmount(left));
            }
            let dispute = Dispute {
                state: DisputeState::Open,
                micros,
                fee_micros: sandbox::DISPUTE_FEE_MICROS,
            };
            (format!("dp_{}", known.disputes.len() + 1), dispute)
        }
        (Act::Won | Act::Lost, None) => return no(DisputeRefusal::NoneOpen),
        (Act::Won, Some((id, one))) => (id.clone(), decided(one, DisputeState::Won)),
        (Act::Lost, Some((id, one))) => (id.clone(), decided(one, DisputeState::Lost)),
    };
    sandbox::dispute(tx, &paid.reference, &id, &next).await?;
    Ok(paid.reference)
}

fn decided(dispute: &Dispute, state: DisputeState) -> Dispute {
    Dispute { state, ..*dispute }
}
