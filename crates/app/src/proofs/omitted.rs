//! What a proof is of, and what a statement should list and doesn't: told from files alone.

use data_encoding::HEXLOWER;
use domain::statement::Statement;
use sha2::{Digest, Sha256};
use thiserror::Error;
use tlog::{Kind, Proven};

use super::event::{Event, Use};
use super::one::One;

/// Why a statement and proofs of uses can't be held against each other.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotComparable {
    /// The proof is of something else than a statement.
    #[error("the statement's proof is of something else")]
    NoStatement,
    /// The statement isn't the one that is in the log.
    #[error("the statement isn't the one that its proof is of: it was altered")]
    Altered,
    /// A proof is of something else than a use.
    #[error("proof {0} is of no use")]
    NoUse(usize),
}

/// That a statement is the one which its proof is of.
///
/// # Errors
/// [`NotComparable`].
pub fn is_of(statement: &Statement, proven: &Proven) -> Result<(), NotComparable> {
    let said = match event(proven) {
        Some(Event::Statement(said)) => said,
        _ => return Err(NotComparable::NoStatement),
    };
    let same = HEXLOWER.encode(&said.sha256) == statement.hash
        && said.period == statement.period.name
        && said.currency == statement.currency.as_bytes();
    if same {
        Ok(())
    } else {
        Err(NotComparable::Altered)
    }
}

/// Whether a proof is of the licence whose signed token this is.
#[must_use]
pub fn is_of_token(token: &str, proven: &Proven) -> bool {
    let hash: [u8; 32] = Sha256::digest(token).into();
    matches!(event(proven), Some(Event::Licence(licence)) if licence.token == hash)
}

/// Which of the proven uses the statement should list and doesn't: those that earned in its
/// currency, were received in its time, and were in the log before it. That they are the payee's
/// own is for the asker to know: the track's name follows from its id.
///
/// The statement must be the one that `proven` is of, and its lines must lead to its hash: see
/// [`is_of`] and the statement's own check.
///
/// # Errors
/// [`NotComparable`].
pub fn omitted(
    statement: &Statement,
    proven: &Proven,
    uses: &[Proven],
) -> Result<Vec<usize>, NotComparable> {
    is_of(statement, proven)?;
    let Kind::Statement(covers) = proven.leaf.kind else {
        return Err(NotComparable::NoStatement);
    };
    let mut missing = Vec::new();
    for (at, one) in uses.iter().enumerate() {
        let Some(Event::Use(used)) = event(one) else {
            return Err(NotComparable::NoUse(at + 1));
        };
        if one.part.is_some() && part(one).is_none() {
            return Err(NotComparable::NoUse(at + 1));
        }
        let (earned, received) = match part(one) {
            Some(single) => (single.earned_micros, single.received_ms),
            None => (used.earned_micros, used.received_ms),
        };
        let time = statement.period.from.0..statement.period.until.0;
        let due = one.leaf.sequence < covers.to
            && earned > 0
            && time.contains(&received)
            && used.currency == statement.currency.as_bytes();
        let id = HEXLOWER.encode(&used.settlement);
        let listed = statement.lines.iter().any(|line| line.source == id);
        if due && !listed {
            missing.push(at);
        }
    }
    Ok(missing)
}

/// The single use that a proof is of, where it goes on from a line of several to one of them.
#[must_use]
pub fn part(proven: &Proven) -> Option<One> {
    let (_, bytes) = proven.part.as_ref()?;
    match event(proven)? {
        Event::Use(Use { root: Some(_), .. }) => One::decode(bytes),
        _ => None,
    }
}

fn event(proven: &Proven) -> Option<Event> {
    Event::decode(&proven.event.as_ref()?.1)
}
