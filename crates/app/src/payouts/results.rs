//! Reading back what became of payouts, line by line.
//!
//! Before: the file is a table of payouts and states. After: each line that can be right has
//! settled its payout, all in one transaction; every other is told with its reason. The same
//! file again changes nothing.

use std::collections::BTreeMap;

use domain::payout::file::{LineRefusal, Outcome, reconcile};
use domain::payout::results::{FileError, LineError, Read, read};
use domain::payout::{Answer, Effect};
use domain::{Payout, PayoutBatchId, PayoutId};
use ledger::Money;
use store::db::Tx;
use thiserror::Error;

use super::{AccessRefusal, Hand, PayoutSeen, send, step};
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop};

/// What became of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRead {
    /// Its number in the file.
    pub line: usize,
    /// The payout, where the line names one.
    pub payout: Option<PayoutId>,
    /// What it did, or why it did nothing.
    pub outcome: Result<Done, Wrong>,
}

/// What a line did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The payee has it.
    Paid,
    /// It came back; the money is available again.
    Returned,
    /// The provider doesn't know: it stays in transit.
    Unknown,
    /// The line says nothing new.
    Unchanged,
}

impl Done {
    /// Its stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Returned => "returned",
            Self::Unknown => "unknown",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Why a line did nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Wrong {
    /// It can't be read.
    #[error(transparent)]
    Unreadable(#[from] LineError),
    /// It can't be right.
    #[error(transparent)]
    Refused(#[from] LineRefusal),
}

/// Why a file isn't read at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResultsRefusal {
    /// Not the operator, or no such file of payouts.
    #[error(transparent)]
    Access(#[from] AccessRefusal),
    /// No table.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Refusal for ResultsRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Access(refusal) => refusal.code(),
            Self::File(_) => "bad_payout_results",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Access(refusal) => refusal.field(),
            Self::File(_) => None,
        }
    }
}

/// Reads a file of results, of one file of payouts or of any.
///
/// # Errors
/// [`ResultsRefusal`]; nothing was read then.
pub async fn import(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    of: Option<PayoutBatchId>,
    text: &str,
) -> Result<Vec<LineRead>, Stop<ResultsRefusal>> {
    super::operators(hand).map_err(|e| Stop::Refused(e.into()))?;
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, hand, of, text).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    of: Option<PayoutBatchId>,
    text: &str,
) -> Result<Vec<LineRead>, Stop<ResultsRefusal>> {
    let mut tx = app.db.write().await?;
    if let Some(id) = of
        && send::batch(&mut tx, id).await?.is_none()
    {
        let refusal = AccessRefusal::UnknownBatch(id);
        return Err(Stop::Refused(refusal.into()));
    }
    let lines = read(text).map_err(|e| Stop::Refused(e.into()))?;
    let mut seen = named(&mut tx, of, &lines).await?;
    let payouts: Vec<_> = seen.values().map(payout).collect();
    let good = lines.iter().filter_map(|(_, line)| line.as_ref().ok());
    let outcomes: Vec<_> = good.clone().map(outcome).collect();
    let (_, results) = reconcile(&payouts, &outcomes);
    let mut results = results.into_iter();
    let mut out = Vec::with_capacity(lines.len());
    let name = hand.name();
    for (number, line) in lines {
        let (payout, outcome) = match line {
            Err(error) => (None, Err(Wrong::Unreadable(error))),
            Ok(line) => {
                let result = results.next();
                let result = result.unwrap_or(Err(LineRefusal::UnknownPayout));
                let outcome = settle(&mut tx, call, &mut seen, &line, result, &name).await?;
                (Some(line.payout), outcome)
            }
        };
        out.push(LineRead {
            line: number,
            payout,
            outcome,
        });
    }
    tx.commit().await?;
    Ok(out)
}

/// The payouts that the lines name, locked in the order of their ids.
async fn named(
    tx: &mut Tx,
    of: Option<PayoutBatchId>,
    lines: &[(usize, Result<Read, LineError>)],
) -> Result<BTreeMap<PayoutId, PayoutSeen>, Fault> {
    let ids = lines
        .iter()
        .filter_map(|(_, line)| Some(line.as_ref().ok()?.payout));
    let ids: std::collections::BTreeSet<PayoutId> = ids.collect();
    let mut out = BTreeMap::new();
    for id in ids {
        let seen = super::locked(tx, id).await?;
        if let Some(seen) = seen.filter(|seen| of.is_none() || seen.batch == of) {
            out.insert(id, seen);
        }
    }
    Ok(out)
}

fn payout(seen: &PayoutSeen) -> Payout {
    Payout::stored(seen.id, seen.payee, seen.amount, seen.state)
}

fn outcome(line: &Read) -> Outcome {
    Outcome {
        payout: line.payout,
        amount: line.amount,
        answer: line.answer,
    }
}

/// Writes what a line was found to do.
async fn settle(
    tx: &mut Tx,
    call: &mut Call,
    seen: &mut BTreeMap<PayoutId, PayoutSeen>,
    line: &Read,
    result: Result<Effect, LineRefusal>,
    who: &str,
) -> Result<Result<Done, Wrong>, Fault> {
    let effect = match result {
        Ok(effect) => effect,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    let Some(before) = seen.get(&line.payout).cloned() else {
        return Ok(Err(LineRefusal::UnknownPayout.into()));
    };
    let stepped = payout(&before).step(domain::payout::Event::Answer(line.answer));
    let (after, _) = stepped
        .map_err(|refused| Fault::because("settling a payout", refused.refusal.to_string()))?;
    if after.state() == before.state && effect == Effect::None {
        return Ok(Ok(Done::Unchanged));
    }
    let why = (who, line.reason.as_str());
    let kept = step::keep(tx, call, before, after.state(), effect, why).await?;
    let values = [
        line.payout.bytes().into(),
        Some(line.reason.clone())
            .filter(|reason| !reason.is_empty())
            .into(),
        line.fee.map(Money::micros).into(),
    ];
    tx.run(ANSWERED, &values).await?;
    seen.insert(line.payout, kept);
    Ok(Ok(match line.answer {
        Answer::Paid => Done::Paid,
        Answer::Failed | Answer::Returned => Done::Returned,
        Answer::Unknown => Done::Unknown,
    }))
}

const ANSWERED: &str = "
    update payouts set reason = $2, charged_micros = coalesce($3, charged_micros) where id = $1";
