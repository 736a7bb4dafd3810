//! What became of a payout file, line by line (money.md §8).
//!
//! Each line settles alone. A file of outcomes may be imported twice: answers that say nothing
//! new have no effect. A line that can't be right is refused and the others still count.

use std::collections::BTreeMap;

use ledger::Money;

use super::{Answer, Effect, Event, Payout, Refusal};
use crate::id::PayoutId;

/// A line of an outcome file, as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The payout.
    pub payout: PayoutId,
    /// The amount, where the file states it.
    pub amount: Option<Money>,
    /// What became of it.
    pub answer: Answer,
}

/// Why a line of an outcome file is refused.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum LineRefusal {
    /// No payout has this id.
    #[error("no payout of this file has this id")]
    UnknownPayout,
    /// The amount isn't the payout's.
    #[error("the line says {line}, the payout is {payout}")]
    AmountDiffers {
        /// The line's amount.
        line: Money,
        /// The payout's.
        payout: Money,
    },
    /// The payout can't take the answer.
    #[error(transparent)]
    Payout(#[from] Refusal),
}

/// What one line did.
pub type LineResult = Result<Effect, LineRefusal>;

/// Reads outcomes into the payouts of a file, in the order of the lines. The answer has a result
/// for each line, with its effect on the ledger, beside the payouts afterwards.
#[must_use]
pub fn reconcile(payouts: &[Payout], outcomes: &[Outcome]) -> (Vec<Payout>, Vec<LineResult>) {
    let mut after = payouts.to_vec();
    let at: BTreeMap<PayoutId, usize> = (0..)
        .zip(payouts)
        .map(|(place, payout)| (payout.id(), place))
        .collect();
    let mut results = Vec::with_capacity(outcomes.len());
    for line in outcomes {
        let Some(place) = at.get(&line.payout) else {
            results.push(Err(LineRefusal::UnknownPayout));
            continue;
        };
        results.push(settle(&mut after[*place], line));
    }
    (after, results)
}

fn settle(payout: &mut Payout, line: &Outcome) -> LineResult {
    let amount = payout.amount();
    if let Some(stated) = line.amount
        && stated != amount
    {
        return Err(LineRefusal::AmountDiffers {
            line: stated,
            payout: amount,
        });
    }
    match payout.step(Event::Answer(line.answer)) {
        Ok((stepped, effect)) => {
            *payout = stepped;
            Ok(effect)
        }
        Err(refused) => Err(LineRefusal::Payout(refused.refusal)),
    }
}
