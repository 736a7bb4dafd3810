//! Refunds and disputes: facts that only grow, and a target that depends on them alone
//! (money.md §6).
//!
//! A provider's facts about one payment form a semilattice: [`Facts::join`] is commutative,
//! associative and idempotent, so messages may come twice, late, out of order or never (a pull
//! supplies them) and the facts end the same. The ledger's target is a pure function of the
//! facts, and what is posted is *target − posted*: so the ledger ends the same too.
//!
//! With R of the gross G returned, every leg is reversed by ⌊leg · R/G⌋ (mirrored for negative
//! legs; tax in whole minor units). The platform's leg takes the residue, and the platform bears
//! the provider's fee as far as that isn't returned. At R = G every leg is reversed exactly.

use std::collections::{BTreeMap, BTreeSet};

use ledger::round::{floor_to, mul_div_toward_zero};
use ledger::{ArithmeticError, Currency, Journal, JournalDraft, JournalError, Money};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::account::Account;
use crate::usage::LicenceState;

/// Kind of a journal that follows a payment's facts.
pub const REFUND: &str = "refund";

/// How far a dispute has come. A later state joins over an earlier one; should a provider ever
/// report both ends, the loss counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeState {
    /// Raised: the provider has taken the money.
    Open,
    /// Decided for the store: the money is back.
    Won,
    /// Decided against the store.
    Lost,
}

/// What is known of one dispute. Amounts in micro-units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispute {
    /// How far it has come.
    pub state: DisputeState,
    /// How much of the payment is disputed.
    pub micros: i64,
    /// What the provider charges for it, won or lost.
    pub fee_micros: i64,
}

/// What a provider has told of one payment. All of it only grows. Amounts in micro-units of the
/// payment's currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Captured.
    pub captured: i64,
    /// Refunded so far.
    pub refunded: i64,
    /// Returned of the provider's fee so far.
    pub fee_returned: i64,
    /// Disputes by the provider's id.
    pub disputes: BTreeMap<String, Dispute>,
}

impl Facts {
    /// Everything that either side knows.
    #[must_use]
    pub fn join(mut self, other: &Facts) -> Facts {
        self.captured = self.captured.max(other.captured);
        self.refunded = self.refunded.max(other.refunded);
        self.fee_returned = self.fee_returned.max(other.fee_returned);
        for (id, theirs) in &other.disputes {
            let ours = self.disputes.entry(id.clone()).or_insert(*theirs);
            ours.state = ours.state.max(theirs.state);
            ours.micros = ours.micros.max(theirs.micros);
            ours.fee_micros = ours.fee_micros.max(theirs.fee_micros);
        }
        self
    }

    /// How much of the payment the buyer's side has back: refunds, and disputes that aren't won;
    /// at most what was captured.
    #[must_use]
    pub fn returned(&self) -> i64 {
        let disputed = self
            .disputes
            .values()
            .filter(|dispute| dispute.state != DisputeState::Won)
            .fold(0_i64, |sum, one| sum.saturating_add(one.micros.max(0)));
        let refunded = self.refunded.max(0);
        refunded.saturating_add(disputed).min(self.captured.max(0))
    }

    /// How much of the payment the buyer's side has back for good: refunds and lost disputes, but
    /// none that is still open. It only grows, so what is written down for it never has to be
    /// taken back; at most what was captured.
    #[must_use]
    pub fn settled(&self) -> i64 {
        let lost = self
            .disputes
            .values()
            .filter(|dispute| dispute.state == DisputeState::Lost)
            .fold(0_i64, |sum, one| sum.saturating_add(one.micros.max(0)));
        let refunded = self.refunded.max(0);
        refunded.saturating_add(lost).min(self.captured.max(0))
    }

    /// How much can still be refunded: what the buyer's side doesn't have back, in micro-units.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.captured.max(0) - self.returned()
    }

    /// A text that differs for different facts: the source of the journal that follows them.
    #[must_use]
    pub fn reference(&self, payment: &str) -> String {
        let mut text = format!(
            "{payment}:c{}:r{}:f{}",
            self.captured, self.refunded, self.fee_returned
        );
        for (id, one) in &self.disputes {
            let state = match one.state {
                DisputeState::Open => "open",
                DisputeState::Won => "won",
                DisputeState::Lost => "lost",
            };
            text += &format!(":{id}={state},{},{}", one.micros, one.fee_micros);
        }
        text
    }

    /// What becomes of the licence: on hold while a dispute is open, withdrawn once one is lost
    /// or all is returned, in force otherwise; so it is restored when a dispute is won.
    #[must_use]
    pub fn licence_state(&self) -> LicenceState {
        let any = |state| self.disputes.values().any(|one| one.state == state);
        if any(DisputeState::Lost) || self.is_all_refunded() {
            LicenceState::Revoked
        } else if any(DisputeState::Open) {
            LicenceState::Suspended
        } else {
            LicenceState::Active
        }
    }

    /// Whether all of it was refunded.
    #[must_use]
    pub fn is_all_refunded(&self) -> bool {
        self.captured > 0 && self.refunded >= self.captured
    }

    fn fees(&self) -> i64 {
        let disputes = self.disputes.values();
        disputes.fold(0_i64, |sum, one| sum.saturating_add(one.fee_micros.max(0)))
    }
}

/// What becomes of a subscription's licence by the facts of all its payments: those of its latest
/// cycle, and those of the cycles before. A lost dispute of any ends it, and so does giving back
/// all that was paid for the latest cycle; while a dispute of any is open, it is on hold. To give an
/// earlier cycle back, or a part of the latest, changes nothing.
#[must_use]
pub fn subscription_state(latest: &[Facts], earlier: &[Facts]) -> LicenceState {
    let any = |state| {
        let mut all = latest.iter().chain(earlier);
        all.any(|facts| facts.disputes.values().any(|one| one.state == state))
    };
    let all_back = !latest.is_empty() && latest.iter().all(Facts::is_all_refunded);
    if any(DisputeState::Lost) || all_back {
        LicenceState::Revoked
    } else if any(DisputeState::Open) {
        LicenceState::Suspended
    } else {
        LicenceState::Active
    }
}

/// The legs of the sale that a payment paid for, read from its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    currency: Currency,
    cash: Account,
    gross: i64,
    fee: i64,
    platform: i64,
    legs: BTreeMap<Account, i64>,
}

/// A payment's ledger can't be brought to its facts.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RefundError {
    /// The journal isn't that of a sale: it needs exactly one provider (or wallet) that was
    /// charged, and one currency.
    #[error("the journal is not that of a sale paid at one provider in one currency")]
    NotASale,
    /// The provider captured something else than was charged.
    #[error("the provider captured {captured} micro-units, the sale charged {charged}")]
    CapturedDiffers {
        /// What the facts say.
        captured: i64,
        /// What the sale says.
        charged: i64,
    },
    /// A figure doesn't fit.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
    /// The difference doesn't make a journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// What a payment should have moved in all: each account's sum of its journals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// By account, in micro-units, zeros left out; they sum to zero.
    pub accounts: BTreeMap<Account, i64>,
    /// How much of the provider's fee the platform bears, in micro-units; it is part of the
    /// commission's sum.
    pub absorbed: i64,
}

impl Original {
    /// The legs of a sale's journal.
    ///
    /// # Errors
    /// [`RefundError::NotASale`].
    pub fn of(journal: &Journal) -> Result<Original, RefundError> {
        let currency = journal.lines()[0].money.currency();
        let (mut cash, mut fee, mut platform) = (None, 0, 0);
        let mut legs = BTreeMap::new();
        for line in journal.lines() {
            if line.money.currency() != currency {
                return Err(RefundError::NotASale);
            }
            let account = line.account.as_str().parse();
            let account: Account = account.map_err(|_| RefundError::NotASale)?;
            let micros = line.money.micros();
            match account {
                // A wallet that is loaded is a leg like any other; one that pays is the cash.
                Account::Wallet(_) if micros > 0 => {
                    legs.insert(account, micros);
                }
                Account::ProviderClearing(_) | Account::Wallet(_)
                    if cash.is_some() || micros >= 0 =>
                {
                    return Err(RefundError::NotASale);
                }
                Account::ProviderClearing(_) | Account::Wallet(_) => {
                    cash = Some((account, micros));
                }
                Account::ProviderFees => fee = micros,
                Account::Commission => platform = micros,
                other => {
                    legs.insert(other, micros);
                }
            }
        }
        let (cash, debit) = cash.ok_or(RefundError::NotASale)?;
        let gross = debit.checked_neg().ok_or(ArithmeticError::Overflow)?;
        Ok(Original {
            currency,
            cash,
            gross,
            fee,
            platform,
            legs,
        })
    }

    /// What was charged, in micro-units.
    #[must_use]
    pub fn gross(&self) -> i64 {
        self.gross
    }

    /// How much of the sale's tax goes back with `returned` micro-units of it, in whole minor
    /// units.
    ///
    /// # Errors
    /// When more was returned than charged, or a figure doesn't fit.
    pub fn tax_of(&self, returned: i64) -> Result<i64, ArithmeticError> {
        let taxes = self.legs.iter();
        let taxes = taxes.filter(|(account, _)| matches!(account, Account::Tax(_)));
        taxes
            .map(|(account, leg)| self.reversed(account, *leg, returned))
            .try_fold(0, |sum, tax| add(sum, tax?))
    }

    /// What the payment should have moved in all, given the facts.
    ///
    /// # Errors
    /// When the provider captured another amount than was charged, or a figure doesn't fit.
    pub fn target(&self, facts: &Facts) -> Result<Target, RefundError> {
        if facts.captured <= 0 {
            return Ok(Target::default());
        }
        if facts.captured != self.gross {
            return Err(RefundError::CapturedDiffers {
                captured: facts.captured,
                charged: self.gross,
            });
        }
        let returned = facts.returned();
        let mut accounts = BTreeMap::new();
        let mut reversed_legs = 0;
        for (account, leg) in &self.legs {
            let reversed = self.reversed(account, *leg, returned)?;
            reversed_legs = add(reversed_legs, reversed)?;
            accounts.insert(account.clone(), *leg - reversed);
        }
        let fee_reversed = mul_div_toward_zero(self.fee, returned, self.gross)?;
        let platform_reversed = sub(sub(returned, reversed_legs)?, fee_reversed)?;
        // No provider returns more than it took; a fact that says so is taken as the fee.
        let fee_returned = facts.fee_returned.clamp(0, self.fee.max(0));
        let absorbed = add(sub(fee_reversed, fee_returned)?, facts.fees())?;
        let kept = add(sub(self.fee, fee_returned)?, facts.fees())?;
        let platform = sub(sub(self.platform, platform_reversed)?, absorbed)?;
        accounts.insert(self.cash.clone(), returned - self.gross);
        accounts.insert(Account::ProviderFees, kept);
        accounts.insert(Account::Commission, platform);
        accounts.retain(|_, micros| *micros != 0);
        Ok(Target { accounts, absorbed })
    }

    /// The journal that takes the ledger from what is posted to the target; `None` when it is
    /// there already.
    ///
    /// # Errors
    /// When a difference doesn't fit, or `source` is empty.
    pub fn post(
        &self,
        source: &str,
        memo: &str,
        target: &Target,
        posted: &BTreeMap<Account, i64>,
    ) -> Result<Option<Journal>, RefundError> {
        let mut draft = JournalDraft::new(REFUND, source, memo);
        let accounts: BTreeSet<&Account> = target.accounts.keys().chain(posted.keys()).collect();
        for account in accounts {
            let due = target.accounts.get(account).copied().unwrap_or(0);
            let had = posted.get(account).copied().unwrap_or(0);
            draft.post(account.id(), Money::new(sub(due, had)?, self.currency));
        }
        Ok(draft.finish()?)
    }

    fn reversed(&self, account: &Account, leg: i64, returned: i64) -> Result<i64, ArithmeticError> {
        if returned == self.gross {
            return Ok(leg);
        }
        let reversed = mul_div_toward_zero(leg, returned, self.gross)?;
        match account {
            // Tax is owed, and given back, in whole minor units.
            Account::Tax(_) => floor_to(reversed, self.currency.minor_unit_micros()),
            _ => Ok(reversed),
        }
    }
}

fn add(left: i64, right: i64) -> Result<i64, ArithmeticError> {
    left.checked_add(right).ok_or(ArithmeticError::Overflow)
}

fn sub(left: i64, right: i64) -> Result<i64, ArithmeticError> {
    left.checked_sub(right).ok_or(ArithmeticError::Overflow)
}
