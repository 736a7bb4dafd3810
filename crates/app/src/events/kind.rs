//! The kinds of event, by the words that stand in them.

use domain::payout::State;
use domain::usage::LicenceState;

/// What an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Uses were settled: booked, in one currency.
    UseSettled,
    /// A licence was sold.
    SaleCompleted,
    /// A licence was put on hold.
    LicenceSuspended,
    /// A licence that was on hold is in force again.
    LicenceRestored,
    /// A licence was withdrawn for good.
    LicenceRevoked,
    /// A payout was proposed: its money is set aside.
    PayoutCreated,
    /// A payout left with its rail.
    PayoutSent,
    /// A payout arrived.
    PayoutPaid,
    /// A payout came back.
    PayoutFailed,
    /// A payout was called off before it left.
    PayoutWithdrawn,
    /// A part of a payment was given back.
    RefundCompleted,
}

impl Kind {
    /// Every one.
    pub const ALL: [Self; 11] = [
        Self::UseSettled,
        Self::SaleCompleted,
        Self::LicenceSuspended,
        Self::LicenceRestored,
        Self::LicenceRevoked,
        Self::PayoutCreated,
        Self::PayoutSent,
        Self::PayoutPaid,
        Self::PayoutFailed,
        Self::PayoutWithdrawn,
        Self::RefundCompleted,
    ];

    /// Its word: the `type` of an event.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::UseSettled => "use.settled",
            Self::SaleCompleted => "sale.completed",
            Self::LicenceSuspended => "licence.suspended",
            Self::LicenceRestored => "licence.restored",
            Self::LicenceRevoked => "licence.revoked",
            Self::PayoutCreated => "payout.created",
            Self::PayoutSent => "payout.sent",
            Self::PayoutPaid => "payout.paid",
            Self::PayoutFailed => "payout.failed",
            Self::PayoutWithdrawn => "payout.withdrawn",
            Self::RefundCompleted => "refund.completed",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What a licence's new standing is told as.
    pub(crate) const fn of_standing(after: LicenceState) -> Self {
        match after {
            LicenceState::Active => Self::LicenceRestored,
            LicenceState::Suspended => Self::LicenceSuspended,
            LicenceState::Revoked => Self::LicenceRevoked,
        }
    }

    /// What a line of a payout's history is told as: its first is its making, and what nobody
    /// outside can act on isn't told.
    pub(crate) const fn of_payout(no: i64, state: State) -> Option<Self> {
        match state {
            _ if no == 1 => Some(Self::PayoutCreated),
            State::Sent => Some(Self::PayoutSent),
            State::Paid => Some(Self::PayoutPaid),
            State::Failed => Some(Self::PayoutFailed),
            State::Withdrawn => Some(Self::PayoutWithdrawn),
            State::AwaitingRelease { .. } | State::Ready | State::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_read_back_from_its_word() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.word()), Some(kind));
        }
        assert_eq!(Kind::from_word("use.counted"), None);
    }
}
