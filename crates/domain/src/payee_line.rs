//! The lines of what a payee has: every movement of their account or their escrow, with where it
//! came from. They sum to the balance, so no report can disagree with the ledger.

use serde::{Deserialize, Serialize};

use crate::agreement::Purse;
use crate::codes::codes;
use crate::id::{LicenceId, PayeeId, SplitSheetId};

/// What moved a payee's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKind {
    /// A licence was sold.
    Sale,
    /// A use was counted.
    Use,
    /// A subscription's cycle was closed: what was left beyond the guarantees.
    Close,
    /// Idle contributions of a month were shared.
    Idle,
    /// A bundle expired, or its rest was refunded, with something left for composers.
    Expiry,
    /// A sale's reserve was released by age.
    Reserve,
    /// A refund or a dispute took back, or a won dispute gave again.
    Refund,
    /// A version of a split sheet was closed and its carry settled.
    Settlement,
    /// A curator's share of a sale.
    Curator,
    /// Escrow became the payee's own: out of the one purse, into the other.
    Claim,
    /// An advance was paid.
    Advance,
    /// An earning paid back an advance.
    Recoupment,
    /// A payout left.
    Payout,
    /// A payout came back.
    PayoutReturned,
    /// The fee of a payout.
    PayoutFee,
    /// An exchange into or out of this currency.
    Exchange,
}

codes! {
    "kind of line" LineKind {
        Sale = "sale",
        Use = "use",
        Close = "close",
        Idle = "idle",
        Expiry = "expiry",
        Reserve = "reserve",
        Refund = "refund",
        Settlement = "settlement",
        Curator = "curator",
        Claim = "claim",
        Advance = "advance",
        Recoupment = "recoupment",
        Payout = "payout",
        PayoutReturned = "payout_returned",
        PayoutFee = "payout_fee",
        Exchange = "exchange",
    }
}

impl LineKind {
    /// Is it something earned by music, as opposed to a move of what was earned before?
    #[must_use]
    pub fn is_earning(self) -> bool {
        !matches!(
            self,
            LineKind::Claim
                | LineKind::Advance
                | LineKind::Recoupment
                | LineKind::Payout
                | LineKind::PayoutReturned
                | LineKind::PayoutFee
                | LineKind::Exchange
        )
    }
}

/// One movement of a payee's purse. Amounts in micro-units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeLine {
    /// Whose purse, and which of the two.
    pub purse: Purse,
    /// The split sheet it was shared by, where it was shared.
    pub sheet: Option<SplitSheetId>,
    /// The licence it came from, where there is one alone.
    pub licence: Option<LicenceId>,
    /// What was shared by the sheet in all; the payee's own part where there was no sheet.
    pub event_micros: i64,
    /// The sheet's cumulative amount afterwards, from which the part can be recomputed.
    pub shared_after: Option<i64>,
    /// What moved: positive is to the payee.
    pub micros: i64,
}

impl Purse {
    /// Whose it is.
    #[must_use]
    pub fn payee(self) -> PayeeId {
        match self {
            Purse::Payee(payee) | Purse::Escrow(payee) => payee,
        }
    }

    /// Its word in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Purse::Payee(_) => "payee",
            Purse::Escrow(_) => "escrow",
        }
    }

    /// Its account.
    #[must_use]
    pub fn account(self) -> crate::account::Account {
        match self {
            Purse::Payee(payee) => crate::account::Account::Payee(payee),
            Purse::Escrow(payee) => crate::account::Account::Escrow(payee),
        }
    }
}
