//! Payouts: money on its way to a payee (money.md §7, reliability.md T2 and T4).
//!
//! A [`Payout`] is an enum-backed state machine. Every event either takes it one step, with the
//! one effect that the ledger must have, or is refused and changes nothing. Money leaves by one
//! step only, [`Event::Send`], which no state allows twice; the key given to the provider is the
//! payout's id, always. *Unknown* stays in transit until the provider answers.

pub mod balance;
pub mod destination;
pub mod file;
pub mod latin;
pub mod lists;
pub mod local;
pub mod results;
pub mod rules;
pub mod sepa;
pub mod terms;

use ledger::Money;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::{PayeeId, PayoutId, PersonId};
use crate::time::Timestamp;

/// The state of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum State {
    /// Above the limit: two people must release it.
    AwaitingRelease {
        /// Who released it first, if anybody has.
        first: Option<PersonId>,
    },
    /// It may be sent.
    Ready,
    /// It was sent, and the provider hasn't answered.
    Sent,
    /// It was sent, and the provider doesn't know what became of it: ask again, send nothing.
    Unknown,
    /// The payee has it.
    Paid,
    /// It came back.
    Failed,
    /// It was never sent.
    Withdrawn,
}

/// What a provider says of a payout that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The payee has it.
    Paid,
    /// It came back.
    Failed,
    /// Not known yet.
    Unknown,
    /// The bank sent it back, perhaps after it was paid.
    Returned,
}

/// What happens to a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody with the right to it releases the payout.
    Release {
        /// Who.
        by: PersonId,
    },
    /// It is handed to the provider, or written into a file.
    Send {
        /// The time.
        now: Timestamp,
        /// Until when the payee's payouts are held after a change of destination.
        held_until: Option<Timestamp>,
    },
    /// The provider answers.
    Answer(Answer),
    /// It is called off before it was sent.
    Withdraw,
}

impl State {
    /// Its word in the database and in files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            State::AwaitingRelease { .. } => "awaiting_release",
            State::Ready => "ready",
            State::Sent => "sent",
            State::Unknown => "unknown",
            State::Paid => "paid",
            State::Failed => "failed",
            State::Withdrawn => "withdrawn",
        }
    }

    /// The state of a word, with who released it first where it waits for a second.
    #[must_use]
    pub fn from_word(word: &str, first: Option<PersonId>) -> Option<State> {
        let states = [
            State::AwaitingRelease { first },
            State::Ready,
            State::Sent,
            State::Unknown,
            State::Paid,
            State::Failed,
            State::Withdrawn,
        ];
        states.into_iter().find(|state| state.word() == word)
    }
}

/// What the ledger, or the outside, must do with a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// The money leaves, under this key.
    Leave(PayoutId),
    /// In transit becomes paid.
    Settle,
    /// In transit becomes available again.
    Return,
    /// What was paid becomes available again.
    BankReturn,
}

/// An event that a payout can't take; it is as it was.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// It still needs a release.
    #[error("the payout is above the limit: two people must release it first")]
    NotReleased,
    /// The same person again.
    #[error("the second release must come from somebody else")]
    SamePerson,
    /// It needs no release.
    #[error("the payout waits for no release")]
    NothingToRelease,
    /// The destination changed lately.
    #[error("the payout's destination changed: it is held until {0}")]
    Held(Timestamp),
    /// It was sent before; the provider must answer for that.
    #[error("the payout was sent already: ask the provider, never send it again")]
    AlreadySent,
    /// It is over.
    #[error("the payout is over: a new one needs a new id")]
    Over,
    /// It was never sent, so nothing can be answered for it.
    #[error("the payout was never sent, yet the provider answers for it")]
    NeverSent,
    /// The provider says the opposite of what it said before.
    #[error("the provider now says {now:?}, but the payout is {was:?}: look into it")]
    Contradiction {
        /// What was settled.
        was: State,
        /// What is said now.
        now: Answer,
    },
}

/// A payout that can't be made.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ProposeRefusal {
    /// Nothing, or less.
    #[error("a payout must move more than nothing")]
    NotPositive,
    /// Not whole minor units.
    #[error("{} can't be paid: only whole minor units can", .0)]
    NotPayable(Money),
}

/// A payout: who gets how much, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payout {
    id: PayoutId,
    payee: PayeeId,
    amount: Money,
    state: State,
}

/// An event was refused: the payout as it was, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The unchanged payout.
    pub payout: Payout,
    /// Why.
    pub refusal: Refusal,
}

impl Payout {
    /// A new payout. Its money is in transit from now on. Above `limit` (if there is one) two
    /// people must release it.
    ///
    /// # Errors
    /// When the amount isn't positive and whole minor units.
    pub fn propose(
        id: PayoutId,
        payee: PayeeId,
        amount: Money,
        limit: Option<Money>,
    ) -> Result<Payout, ProposeRefusal> {
        if amount.micros() <= 0 {
            return Err(ProposeRefusal::NotPositive);
        }
        if amount.micros() % amount.currency().minor_unit_micros() != 0 {
            return Err(ProposeRefusal::NotPayable(amount));
        }
        // A limit in another currency can't be compared, so it holds.
        let above = limit.is_some_and(|limit| {
            limit.currency() != amount.currency() || amount.micros() > limit.micros()
        });
        let state = if above {
            State::AwaitingRelease { first: None }
        } else {
            State::Ready
        };
        Ok(Payout::stored(id, payee, amount, state))
    }

    /// A payout as stored.
    #[must_use]
    pub fn stored(id: PayoutId, payee: PayeeId, amount: Money, state: State) -> Payout {
        Payout {
            id,
            payee,
            amount,
            state,
        }
    }

    /// Its id, which is also the provider's key for it.
    #[must_use]
    pub fn id(&self) -> PayoutId {
        self.id
    }

    /// Who is paid.
    #[must_use]
    pub fn payee(&self) -> PayeeId {
        self.payee
    }

    /// How much is paid.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// How far it is.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Is its money in transit?
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(self.state, State::Paid | State::Failed | State::Withdrawn)
    }

    /// Takes an event: the payout afterwards, and what must be done about it.
    ///
    /// # Errors
    /// [`Refused`] with the unchanged payout.
    pub fn step(self, event: Event) -> Result<(Payout, Effect), Refused> {
        let taken = match event {
            Event::Release { by } => self.release(by),
            Event::Send { now, held_until } => self.send(now, held_until),
            Event::Answer(answer) => self.answer(answer),
            Event::Withdraw => self.withdraw(),
        };
        match taken {
            Ok((state, effect)) => Ok((Payout { state, ..self }, effect)),
            Err(refusal) => Err(Refused {
                payout: self,
                refusal,
            }),
        }
    }

    fn release(self, by: PersonId) -> Result<(State, Effect), Refusal> {
        match self.state {
            State::AwaitingRelease { first: None } => {
                let first = Some(by);
                Ok((State::AwaitingRelease { first }, Effect::None))
            }
            State::AwaitingRelease { first: Some(first) } if first == by => {
                Err(Refusal::SamePerson)
            }
            State::AwaitingRelease { .. } => Ok((State::Ready, Effect::None)),
            State::Ready | State::Sent | State::Unknown => Err(Refusal::NothingToRelease),
            State::Paid | State::Failed | State::Withdrawn => Err(Refusal::Over),
        }
    }

    fn send(
        self,
        now: Timestamp,
        held_until: Option<Timestamp>,
    ) -> Result<(State, Effect), Refusal> {
        match self.state {
            State::AwaitingRelease { .. } => Err(Refusal::NotReleased),
            State::Ready => match held_until {
                Some(until) if now < until => Err(Refusal::Held(until)),
                _ => Ok((State::Sent, Effect::Leave(self.id))),
            },
            State::Sent | State::Unknown => Err(Refusal::AlreadySent),
            State::Paid | State::Failed | State::Withdrawn => Err(Refusal::Over),
        }
    }

    fn answer(self, answer: Answer) -> Result<(State, Effect), Refusal> {
        let was = self.state;
        match (was, answer) {
            (State::Sent | State::Unknown, Answer::Paid) => Ok((State::Paid, Effect::Settle)),
            (State::Sent | State::Unknown, Answer::Failed | Answer::Returned) => {
                Ok((State::Failed, Effect::Return))
            }
            (State::Sent | State::Unknown, Answer::Unknown) => Ok((State::Unknown, Effect::None)),
            // A bank may take back what it has booked, for instance to a closed account.
            (State::Paid, Answer::Returned) => Ok((State::Failed, Effect::BankReturn)),
            // The same answer again, or an older one that knew less.
            (State::Paid, Answer::Paid | Answer::Unknown)
            | (State::Failed, Answer::Failed | Answer::Returned | Answer::Unknown) => {
                Ok((was, Effect::None))
            }
            (State::Paid | State::Failed, now) => Err(Refusal::Contradiction { was, now }),
            (State::AwaitingRelease { .. } | State::Ready | State::Withdrawn, _) => {
                Err(Refusal::NeverSent)
            }
        }
    }

    fn withdraw(self) -> Result<(State, Effect), Refusal> {
        match self.state {
            State::AwaitingRelease { .. } | State::Ready => Ok((State::Withdrawn, Effect::Return)),
            State::Sent | State::Unknown => Err(Refusal::AlreadySent),
            State::Paid | State::Failed | State::Withdrawn => Err(Refusal::Over),
        }
    }
}
