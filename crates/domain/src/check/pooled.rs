//! A subscription clears each use by itself, by its report: what was counted stays cleared, and
//! what never was isn't cleared by the key alone.

use super::Reason;
use super::reasons::reason;
use crate::envelope::Envelope;
use crate::offer::pool_envelope;

/// What is known of a use under a subscription, by its day and where it was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolFact {
    /// The key is no subscription's.
    NoPool,
    /// Only the store that sold it has the reports of uses, and it isn't at hand.
    NotAtHand,
    /// Such a use was counted.
    Counted,
    /// None was yet, and one could be still.
    MayBe,
    /// None was, and none can be any more.
    Never,
}

impl PoolFact {
    /// What an envelope alone says: a subscription's key can be told by what it allows.
    #[must_use]
    pub fn of_envelope(envelope: Option<&Envelope>) -> PoolFact {
        let pool = envelope.is_some_and(|envelope| {
            let from = envelope.publish_window.from;
            from.is_some_and(|from| *envelope == pool_envelope(from))
        });
        if pool {
            PoolFact::NotAtHand
        } else {
            PoolFact::NoPool
        }
    }
}

/// Holds a use against the reports.
pub(super) fn counted(fact: PoolFact, lacking: &mut Vec<Reason>, open: &mut Vec<Reason>) {
    match fact {
        PoolFact::NoPool | PoolFact::Counted => {}
        PoolFact::NotAtHand => open.push(reason(
            "uses_not_at_hand",
            "a subscription clears each use by its report, and those only its store has",
            Some("ask the store that sold the subscription"),
        )),
        PoolFact::MayBe => open.push(reason(
            "use_not_counted_yet",
            "no such use of that day is counted under the subscription yet",
            Some("report the use: once it is counted it stays cleared for good"),
        )),
        PoolFact::Never => lacking.push(reason(
            "use_not_counted",
            "no such use of that day was counted under the subscription, and none can be any more",
            Some("another licence"),
        )),
    }
}
