//! A subscription's life: sign-up, pause, cancellation, upgrade, and what each costs (money.md §5).
//!
//! **The pro-rata rule, in integers.** A price counts for the share of the cycle that is still to
//! come, measured in milliseconds, floored to the minor unit:
//! - *Upgrade*: the buyer pays ⌊(new − old) · left / length⌋ now; it joins the running cycle's
//!   pool as one more sale, so that the allowance grows at once. The cycle keeps its dates and
//!   its guarantee; the new price and guarantee count from the next cycle on.
//! - *Downgrade, pause, cancel*: from the end of the cycle, which is paid; nothing is returned.
//! - *Cancel at once*: what comes back is the smaller of the time left and the allowance left,
//!   ⌊price · min(left/length, (K − n)/K)⌋. The second part keeps every guarantee that was
//!   already given funded by the same subscriber.
//!
//! Each step consumes the state; a refused step hands it back unchanged.

use ledger::round::mul_div_floor;
use ledger::{Money, MoneyError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::cycle::{Cycle, Entry, EntryRefusal, counted_at};
use crate::time::Timestamp;

/// What follows when a subscription has run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It rests until it is resumed; nothing is charged.
    Paused,
    /// It is over.
    Ended,
}

/// The state of a subscription. Its cycles count from the anchor of the running state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Subscription {
    /// It runs and renews itself.
    Active {
        /// Sign-up, or the last resumption.
        anchor: Timestamp,
    },
    /// It runs to the end of its cycle and isn't renewed.
    Leaving {
        /// Sign-up, or the last resumption.
        anchor: Timestamp,
        /// The end of the last paid cycle.
        ends_at: Timestamp,
        /// What follows.
        then: Then,
    },
    /// It rests.
    Paused {
        /// Since when.
        since: Timestamp,
    },
    /// It is over for good; a new sign-up starts another.
    Ended {
        /// Since when.
        since: Timestamp,
    },
}

/// What the subscriber asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// No further cycle.
    Cancel,
    /// Over at once, with the rest returned: see [`rest_refund`].
    CancelNow,
    /// Rest after this cycle.
    Pause,
    /// Take back a cancellation or a pause, or go on after one.
    Resume,
}

/// A step that isn't possible; the subscription is as it was.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum AskRefusal {
    /// It is over.
    #[error("the subscription has ended: sign up again")]
    Ended,
    /// It rests already, or will at the end of the cycle.
    #[error("the subscription is paused already, or will be at the end of its cycle")]
    AlreadyPaused,
    /// It is cancelled already.
    #[error("the subscription is cancelled already")]
    AlreadyCancelled,
    /// It runs.
    #[error("the subscription is running: there is nothing to resume")]
    Running,
}

/// A pro-rata amount doesn't exist.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ProRataRefusal {
    /// The new plan isn't dearer: it counts from the next cycle and costs nothing now.
    #[error("the new plan is not dearer: it counts from the next cycle")]
    NotDearer,
    /// The cycle doesn't hold the instant.
    #[error("the cycle has ended or not begun")]
    OutsideCycle,
    /// More uses than the allowance: the figures are damaged.
    #[error("{used} uses of an allowance of {allowance} can't be")]
    Allowance {
        /// Uses so far.
        used: i64,
        /// The cycle's allowance.
        allowance: i64,
    },
    /// Two currencies, or a result that doesn't fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Subscription {
    /// A subscription signed up at `at`.
    #[must_use]
    pub fn sign_up(at: Timestamp) -> Subscription {
        Subscription::Active { anchor: at }
    }

    /// The state once time has passed: one that was leaving has left.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Subscription {
        match self {
            Subscription::Leaving { ends_at, then, .. } if ends_at <= now => match then {
                Then::Paused => Subscription::Paused { since: ends_at },
                Then::Ended => Subscription::Ended { since: ends_at },
            },
            other => other,
        }
    }

    /// The paid cycle that holds `now`; `None` when it doesn't run then.
    #[must_use]
    pub fn cycle(self, now: Timestamp) -> Option<Cycle> {
        match self.at(now) {
            Subscription::Active { anchor } | Subscription::Leaving { anchor, .. } => {
                Cycle::at(anchor, now)
            }
            Subscription::Paused { .. } | Subscription::Ended { .. } => None,
        }
    }

    /// Takes a step at `now`.
    ///
    /// # Errors
    /// The refusal, beside the unchanged subscription (with time passed).
    pub fn step(
        self,
        ask: Ask,
        now: Timestamp,
    ) -> Result<Subscription, (Subscription, AskRefusal)> {
        let state = self.at(now);
        let refuse = |why| Err((state, why));
        match (state, ask) {
            (Subscription::Ended { .. }, _) => refuse(AskRefusal::Ended),
            (_, Ask::CancelNow) | (Subscription::Paused { .. }, Ask::Cancel) => {
                Ok(Subscription::Ended { since: now })
            }
            (Subscription::Paused { .. }, Ask::Pause) => refuse(AskRefusal::AlreadyPaused),
            (Subscription::Paused { .. }, Ask::Resume) => Ok(Subscription::sign_up(now)),
            (Subscription::Active { .. }, Ask::Resume) => refuse(AskRefusal::Running),
            (Subscription::Active { anchor }, Ask::Cancel) => Ok(leaving(anchor, now, Then::Ended)),
            (Subscription::Active { anchor }, Ask::Pause) => Ok(leaving(anchor, now, Then::Paused)),
            (Subscription::Leaving { anchor, .. }, Ask::Resume) => {
                Ok(Subscription::Active { anchor })
            }
            (Subscription::Leaving { anchor, then, .. }, Ask::Cancel) => match then {
                Then::Ended => refuse(AskRefusal::AlreadyCancelled),
                Then::Paused => Ok(leaving(anchor, now, Then::Ended)),
            },
            (Subscription::Leaving { then, .. }, Ask::Pause) => match then {
                Then::Paused => refuse(AskRefusal::AlreadyPaused),
                Then::Ended => refuse(AskRefusal::AlreadyCancelled),
            },
        }
    }
}

fn leaving(anchor: Timestamp, now: Timestamp, then: Then) -> Subscription {
    // Before its anchor, which no caller should ask for, the first cycle is the one that ends.
    let cycle = Cycle::at(anchor, now).unwrap_or_else(|| Cycle::nth(anchor, 0));
    Subscription::Leaving {
        anchor,
        ends_at: cycle.end,
        then,
    }
}

/// A stretch of time in which a subscription ran: `[anchor, until)`, or on and on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its sign-up or resumption.
    pub anchor: Timestamp,
    /// When it ended, if it did.
    pub until: Option<Timestamp>,
}

impl Run {
    fn cycle(&self, at: Timestamp) -> Option<Cycle> {
        let over = self.until.is_some_and(|until| until <= at);
        if over {
            None
        } else {
            Cycle::at(self.anchor, at)
        }
    }
}

/// The cycle in which a use is posted, for a subscription with pauses: as [`crate::cycle::entry`],
/// over every run. `None` when the subscription didn't run at publication, or when the use is
/// late and nothing is open at its receipt: a bundle may pay for it then.
///
/// # Errors
/// The refusals of [`counted_at`].
pub fn entry_in_runs(
    runs: &[Run],
    published: Timestamp,
    received: Timestamp,
) -> Result<Option<Entry>, EntryRefusal> {
    let counted = counted_at(published, received)?;
    let held = |at| runs.iter().find_map(|run| run.cycle(at));
    let Some(own) = held(counted) else {
        return Ok(None);
    };
    if !own.may_close(received) {
        return Ok(Some(Entry::InTime(own)));
    }
    let origin = published;
    Ok(held(received).map(|cycle| Entry::Late { cycle, origin }))
}

/// What an upgrade costs now: ⌊(new − old) · left / length⌋ to the minor unit. It is charged as a
/// sale of its own; one that is too small to bear its payment fee should wait for the next cycle.
///
/// # Errors
/// When `at` isn't in the cycle, the new price isn't higher, or the currencies differ.
pub fn upgrade_charge(
    cycle: &Cycle,
    at: Timestamp,
    old: Money,
    new: Money,
) -> Result<Money, ProRataRefusal> {
    if !cycle.contains(at) {
        return Err(ProRataRefusal::OutsideCycle);
    }
    let more = new.checked_sub(old)?;
    if more.micros() <= 0 {
        return Err(ProRataRefusal::NotDearer);
    }
    part(more, cycle.left_ms(at), cycle.length_ms())
}

/// What comes back when a subscription is cancelled at once: the smaller of the time left and the
/// allowance left, of what was paid for the cycle, floored to the minor unit.
///
/// # Errors
/// When `at` isn't in the cycle or the allowance's figures are damaged.
pub fn rest_refund(
    cycle: &Cycle,
    at: Timestamp,
    paid: Money,
    used: i64,
    allowance: i64,
) -> Result<Money, ProRataRefusal> {
    if !cycle.contains(at) {
        return Err(ProRataRefusal::OutsideCycle);
    }
    if used < 0 || used > allowance {
        return Err(ProRataRefusal::Allowance { used, allowance });
    }
    let by_time = part(paid, cycle.left_ms(at), cycle.length_ms())?;
    if allowance == 0 {
        // A share too small to guarantee a single use: only time can have been had.
        return Ok(by_time);
    }
    let by_uses = part(paid, allowance - used, allowance)?;
    Ok(if by_uses.micros() < by_time.micros() {
        by_uses
    } else {
        by_time
    })
}

fn part(of: Money, numerator: i64, denominator: i64) -> Result<Money, ProRataRefusal> {
    let micros =
        mul_div_floor(of.micros(), numerator, denominator).map_err(MoneyError::Arithmetic)?;
    Ok(Money::new(micros, of.currency()).floor_to_minor()?)
}
