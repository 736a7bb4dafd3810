//! Recoupable advances: what a payee earns pays back the advance first (money.md §2).
//!
//! What is paid back is a function of the cumulative earnings since the advance alone,
//! min(max(E, 0), advance), and each earning posts the growth. So reversals undo it exactly,
//! whatever the order, and in whole micro-units.

use ledger::ArithmeticError;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An advance that was paid to a payee. Amounts in micro-units of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    granted: i64,
    earned: i64,
}

/// What one earning does to an advance; the two sum to the earning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recouped {
    /// Pays back the advance; negative when an earning was reversed.
    pub to_advance: i64,
    /// Is the payee's.
    pub to_payee: i64,
}

/// An advance of nothing.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("an advance must be more than nothing")]
pub struct NoAdvance;

impl Advance {
    /// An advance as granted.
    ///
    /// # Errors
    /// [`NoAdvance`] unless it is positive.
    pub fn grant(micros: i64) -> Result<Advance, NoAdvance> {
        if micros <= 0 {
            return Err(NoAdvance);
        }
        Ok(Advance {
            granted: micros,
            earned: 0,
        })
    }

    /// An advance as it is kept: what was granted, and what was earned since.
    ///
    /// # Errors
    /// [`NoAdvance`] unless the grant is positive.
    pub fn kept(granted: i64, earned: i64) -> Result<Advance, NoAdvance> {
        Advance::grant(granted).map(|advance| Advance { earned, ..advance })
    }

    /// What has been earned since it was granted; it can be below zero after reversals.
    #[must_use]
    pub fn earned(&self) -> i64 {
        self.earned
    }

    /// What was granted.
    #[must_use]
    pub fn granted(&self) -> i64 {
        self.granted
    }

    /// What has been paid back.
    #[must_use]
    pub fn recouped(&self) -> i64 {
        self.earned.clamp(0, self.granted)
    }

    /// What is still to be paid back.
    #[must_use]
    pub fn outstanding(&self) -> i64 {
        self.granted - self.recouped()
    }

    /// The advance after an earning (negative when one is reversed), and where it goes.
    ///
    /// # Errors
    /// When the cumulative earnings overflow.
    pub fn earn(self, micros: i64) -> Result<(Advance, Recouped), ArithmeticError> {
        let earned = self
            .earned
            .checked_add(micros)
            .ok_or(ArithmeticError::Overflow)?;
        let after = Advance { earned, ..self };
        let to_advance = after.recouped() - self.recouped();
        let to_payee = micros
            .checked_sub(to_advance)
            .ok_or(ArithmeticError::Overflow)?;
        Ok((
            after,
            Recouped {
                to_advance,
                to_payee,
            },
        ))
    }
}

/// An earning against several advances, the earliest first: what each gets back, then what is
/// left for the payee. Later advances see only what earlier ones leave.
///
/// # Errors
/// When a cumulative sum overflows.
pub fn earn_through(
    advances: &[Advance],
    micros: i64,
) -> Result<(Vec<(Advance, i64)>, i64), ArithmeticError> {
    let mut left = micros;
    let mut after = Vec::with_capacity(advances.len());
    for advance in advances {
        let (stepped, recouped) = advance.earn(left)?;
        left = recouped.to_payee;
        after.push((stepped, recouped.to_advance));
    }
    Ok((after, left))
}
