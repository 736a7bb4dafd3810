//! What one leaf of the log says: a commit of accepted uses or issued licences, or a statement to a
//! payee. One statement has one encoding; the bytes are described in `docs/transparency.md`.

use alloc::vec::Vec;

use thiserror::Error;

use crate::hash::Hash;

const MAGIC: [u8; 4] = *b"CCL\x01";
/// The most currencies one leaf can total.
pub const MAX_TOTALS: usize = 64;

/// One leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// What was committed.
    pub kind: Kind,
    /// Its own index in the log, from 0 and without a gap.
    pub sequence: u64,
    /// When, in milliseconds since 1970, by the log's clock.
    pub time_ms: u64,
    /// The root of the log before this leaf, which chains the leaves.
    pub previous: Hash,
    /// The head of the batch's tree.
    pub batch: Hash,
    /// How many events the batch has.
    pub count: u32,
    /// What they sum to, one for each currency, in alphabetical order.
    pub totals: Vec<Total>,
}

/// What a leaf commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Accepted uses.
    Uses,
    /// Issued licences.
    Licences,
    /// The lines of a statement.
    Statement(Statement),
}

/// Which statement a leaf is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// To whom, under a pseudonym.
    pub payee: [u8; 16],
    /// Which of the payee's statements: 1, 2, 3 and so on.
    pub number: u64,
    /// The first leaf it covers.
    pub from: u64,
    /// The leaf after the last it covers.
    pub to: u64,
}

/// A sum in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Three capital letters (ISO 4217).
    pub currency: [u8; 3],
    /// In millionths of the currency's unit.
    pub micros: i64,
}

/// A leaf can't be written, or bytes aren't one.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LeafError {
    /// Too short, too long, or of a version or kind that isn't known.
    #[error("the bytes are not a leaf of version 1")]
    Form,
    /// Currencies must be three capital letters, each once and in order, and not too many.
    #[error(
        "a leaf's totals are one for each currency, in alphabetical order, {MAX_TOTALS} at most"
    )]
    Totals,
    /// A statement has number 1 or more, and covers leaves that were there before it.
    #[error("a statement has a number from 1 on and covers only leaves before it")]
    Statement,
}

impl Leaf {
    /// The leaf's bytes: the entry of the log.
    ///
    /// # Errors
    /// When the totals or the statement break the rules that make the encoding unique.
    pub fn encode(&self) -> Result<Vec<u8>, LeafError> {
        self.check()?;
        let mut bytes = Vec::with_capacity(140);
        bytes.extend(MAGIC);
        bytes.push(match self.kind {
            Kind::Uses => 1,
            Kind::Licences => 2,
            Kind::Statement(_) => 3,
        });
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.time_ms.to_be_bytes());
        bytes.extend(self.previous.0);
        bytes.extend(self.batch.0);
        bytes.extend(self.count.to_be_bytes());
        bytes.push(u8::try_from(self.totals.len()).map_err(|_| LeafError::Totals)?);
        for total in &self.totals {
            bytes.extend(total.currency);
            bytes.extend(total.micros.to_be_bytes());
        }
        if let Kind::Statement(statement) = self.kind {
            bytes.extend(statement.payee);
            bytes.extend(statement.number.to_be_bytes());
            bytes.extend(statement.from.to_be_bytes());
            bytes.extend(statement.to.to_be_bytes());
        }
        Ok(bytes)
    }

    /// Reads a leaf's bytes; what it accepts, [`Leaf::encode`] writes the same.
    ///
    /// # Errors
    /// When they are no leaf, or one that `encode` would refuse.
    pub fn decode(bytes: &[u8]) -> Result<Leaf, LeafError> {
        let mut input = Input(bytes);
        let leaf = input
            .leaf()
            .filter(|_| input.0.is_empty())
            .ok_or(LeafError::Form)?;
        leaf.check()?;
        Ok(leaf)
    }

    fn check(&self) -> Result<(), LeafError> {
        let letters = |t: &Total| t.currency.iter().all(u8::is_ascii_uppercase);
        let ordered = self.totals.is_sorted_by(|a, b| a.currency < b.currency);
        if !ordered || !self.totals.iter().all(letters) || self.totals.len() > MAX_TOTALS {
            return Err(LeafError::Totals);
        }
        match self.kind {
            Kind::Statement(s) if s.number == 0 || s.from > s.to || s.to > self.sequence => {
                Err(LeafError::Statement)
            }
            _ => Ok(()),
        }
    }
}

/// Bytes being read from the front.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    fn leaf(&mut self) -> Option<Leaf> {
        self.take().filter(|magic| *magic == MAGIC)?;
        let [kind] = self.take()?;
        let mut leaf = Leaf {
            kind: if kind == 2 {
                Kind::Licences
            } else {
                Kind::Uses
            },
            sequence: self.number()?,
            time_ms: self.number()?,
            previous: Hash(self.take()?),
            batch: Hash(self.take()?),
            count: self.take().map(u32::from_be_bytes)?,
            totals: Vec::new(),
        };
        let [totals] = self.take()?;
        for _ in 0..totals {
            let (currency, micros) = (self.take()?, self.take().map(i64::from_be_bytes)?);
            leaf.totals.push(Total { currency, micros });
        }
        match kind {
            1 | 2 => Some(leaf),
            3 => Some(Leaf {
                kind: Kind::Statement(self.statement()?),
                ..leaf
            }),
            _ => None,
        }
    }

    fn statement(&mut self) -> Option<Statement> {
        let (payee, number) = (self.take()?, self.number()?);
        Some(Statement {
            payee,
            number,
            from: self.number()?,
            to: self.number()?,
        })
    }
}
