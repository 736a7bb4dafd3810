//! Statements that can't leave anything out unnoticed.
//!
//! A payee's statements are leaves numbered without a gap, each covering the leaves from where the
//! one before stopped. Every leaf up to the last statement is therefore covered by exactly one, and
//! whoever holds the receipt of a use in a covered leaf can show that the statement doesn't list
//! it: the statement's lines are the whole of its batch, and the batch's head is in the log.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use thiserror::Error;

use crate::batch::SALT_BYTES;
use crate::hash::Hash;
use crate::leaf::{Kind, Statement};
use crate::merkle::Frontier;
use crate::receipt::Proven;

/// One use in a statement: where it was accepted, and what the statement says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The leaf that the use is in.
    pub leaf: u64,
    /// Its position in the leaf's batch.
    pub position: u32,
    /// What is said of it, such as amount and share; opaque here.
    pub said: Vec<u8>,
}

/// A line as the statement's batch holds it: its salt, and its bytes ([`Line::to_bytes`]).
pub type LineRecord = ([u8; SALT_BYTES], Vec<u8>);

/// Why a payee's statements don't cover everything once.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Gap {
    /// A leaf in the row is no statement.
    #[error("leaf {0} is not a statement")]
    NotAStatement(u64),
    /// A statement is another payee's.
    #[error("the statement in leaf {0} is another payee's")]
    OtherPayee(u64),
    /// A number is missing, repeated or out of order.
    #[error("statement {wanted} is missing: number {found} follows instead")]
    Number {
        /// The number that should follow.
        wanted: u64,
        /// The number that does.
        found: u64,
    },
    /// Leaves that no statement covers, or that two do.
    #[error("statement {number} begins at leaf {found}; all before leaf {wanted} are covered")]
    Leaves {
        /// Which statement.
        number: u64,
        /// Where it should begin.
        wanted: u64,
        /// Where it begins.
        found: u64,
    },
}

/// Statement and lines can't be compared with receipts.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum OmissionError {
    /// The leaf is no statement.
    #[error("the leaf is not a statement")]
    NotAStatement,
    /// The lines are not those that the log has committed to.
    #[error("the lines are not the statement's: they don't hash to its batch")]
    OtherLines,
    /// A line is too short to be one.
    #[error("line {0} of the statement names no use")]
    Line(usize),
    /// A receipt shows a leaf, and no use.
    #[error("receipt {0} shows no use")]
    NoEvent(usize),
}

impl Line {
    /// Leaf (8 bytes), position (4 bytes), both big-endian, and what is said.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.leaf.to_be_bytes().to_vec();
        bytes.extend(self.position.to_be_bytes());
        bytes.extend(&self.said);
        bytes
    }

    /// Reads a line; `None` when it is too short.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Line> {
        let (leaf, rest) = bytes.split_first_chunk()?;
        let (position, said) = rest.split_first_chunk()?;
        let (leaf, position) = (u64::from_be_bytes(*leaf), u32::from_be_bytes(*position));
        Some(Line {
            leaf,
            position,
            said: said.to_vec(),
        })
    }
}

fn statement(proven: &Proven) -> Option<Statement> {
    match proven.leaf.kind {
        Kind::Statement(statement) => Some(statement),
        Kind::Uses | Kind::Licences => None,
    }
}

/// Checks that these statements, in this order and from a payee's first on, cover every leaf once.
/// Returns how many leaves are covered: all below that number are.
///
/// # Errors
/// The first gap, by number or by leaves.
pub fn verify_contiguous(statements: &[Proven]) -> Result<u64, Gap> {
    let mut covered = 0;
    let mut payee = None;
    for (wanted, proven) in (1_u64..).zip(statements) {
        let at = proven.leaf.sequence;
        let this = statement(proven).ok_or(Gap::NotAStatement(at))?;
        if *payee.get_or_insert(this.payee) != this.payee {
            return Err(Gap::OtherPayee(at));
        }
        if this.number != wanted {
            return Err(Gap::Number {
                wanted,
                found: this.number,
            });
        }
        if this.from != covered {
            let (number, found) = (this.number, this.from);
            return Err(Gap::Leaves {
                number,
                wanted: covered,
                found,
            });
        }
        covered = this.to;
    }
    Ok(covered)
}

/// Which of the proven `uses` the statement covers by their leaf, and yet doesn't list. `lines`
/// must be all of the statement's lines, in order; they are checked against the log.
///
/// That the uses are the payee's own is for the caller to know: an event is opaque here.
///
/// # Errors
/// When the lines aren't the statement's, or something isn't what it has to be.
pub fn omitted(
    proven: &Proven,
    lines: &[LineRecord],
    uses: &[Proven],
) -> Result<Vec<usize>, OmissionError> {
    let this = statement(proven).ok_or(OmissionError::NotAStatement)?;
    let mut tree = Frontier::default();
    lines
        .iter()
        .for_each(|(salt, line)| tree.push(Hash::leaf_of(&[salt, line])));
    if tree.head() != proven.leaf.batch || tree.size() != u64::from(proven.leaf.count) {
        return Err(OmissionError::OtherLines);
    }
    let mut listed = BTreeSet::new();
    for (at, (_, line)) in lines.iter().enumerate() {
        let line = Line::parse(line).ok_or(OmissionError::Line(at))?;
        listed.insert((line.leaf, line.position));
    }
    let mut missing = Vec::new();
    for (at, used) in uses.iter().enumerate() {
        let (position, _) = used.event.as_ref().ok_or(OmissionError::NoEvent(at))?;
        let leaf = used.leaf.sequence;
        if (this.from..this.to).contains(&leaf) && !listed.contains(&(leaf, *position)) {
            missing.push(at);
        }
    }
    Ok(missing)
}
