//! The two reasons a use case stops, never mixed: refusals and faults.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use store::blobs::BlobError;
use store::db::DbError;
use store::search::SearchError;

/// An answer that is a "no": a closed list per use case, each with a stable code.
pub trait Refusal: fmt::Display {
    /// The stable word for this refusal, which callers may match on.
    fn code(&self) -> &'static str;

    /// The field of the request that is at fault, where one is.
    fn field(&self) -> Option<String> {
        None
    }
}

/// Something of ours that failed. It is logged once at the edge with its whole chain, and shown
/// as a number to quote, never in detail.
///
/// Cheap to clone: one commit that fails is the fault of everybody who waited for it.
#[derive(Debug, Clone)]
pub struct Fault {
    doing: &'static str,
    source: Arc<dyn Error + Send + Sync>,
}

impl Fault {
    /// For `map_err`: says what was being done.
    pub fn while_<E: Into<Box<dyn Error + Send + Sync>>>(
        doing: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |e| Self {
            doing,
            source: e.into().into(),
        }
    }

    /// A fault with nothing beneath it: a row or rule that contradicts another.
    #[must_use]
    pub fn because(doing: &'static str, why: impl Into<String>) -> Self {
        Self {
            doing,
            source: Box::<dyn Error + Send + Sync>::from(why.into()).into(),
        }
    }

    /// The fault and everything beneath it, one line.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut line = format!("{self}");
        let mut cause: Option<&(dyn Error + 'static)> = Some(&*self.source);
        while let Some(e) = cause {
            line.push_str(": ");
            line.push_str(&e.to_string());
            cause = e.source();
        }
        line
    }

    /// Whether the store can read but not write now (a full disk, a read-only file): an operator
    /// mends that, and the same request may succeed then.
    #[must_use]
    pub fn cannot_write(&self) -> bool {
        self.is_without_room() || matches!(self.database(), Some(DbError::ReadOnly(_)))
    }

    /// Whether there was no room to write: what is asked for may go once there is.
    #[must_use]
    pub fn is_without_room(&self) -> bool {
        matches!(
            self.database(),
            Some(DbError::Full | DbError::Unwritable(_))
        )
    }

    /// Whether another request was writing the same rows and was first: nothing was written, and
    /// the same transaction run again sees what the other has done.
    #[must_use]
    pub fn is_contention(&self) -> bool {
        matches!(self.database(), Some(DbError::Contended(_)))
    }

    /// The database's own error, where that is what failed: an operator can act on those.
    #[must_use]
    pub fn database(&self) -> Option<&DbError> {
        self.source.downcast_ref()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed while {}", self.doing)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

impl From<DbError> for Fault {
    fn from(e: DbError) -> Self {
        Self {
            doing: "using the database",
            source: Arc::new(e),
        }
    }
}

impl From<BlobError> for Fault {
    fn from(e: BlobError) -> Self {
        Self {
            doing: "using the blob folder",
            source: Arc::new(e),
        }
    }
}

impl From<SearchError> for Fault {
    fn from(e: SearchError) -> Self {
        Self {
            doing: "using the search index",
            source: Arc::new(e),
        }
    }
}

/// What may have lost a race for rows.
pub(crate) trait Contended {
    /// Whether that is what happened: nothing was written, and another try sees what the winner
    /// has done.
    fn is_contended(&self) -> bool;
}

impl Contended for Fault {
    fn is_contended(&self) -> bool {
        self.is_contention()
    }
}

impl<R> Contended for Stop<R> {
    fn is_contended(&self) -> bool {
        matches!(self, Self::Fault(fault) if fault.is_contention())
    }
}

/// Counts how often a transaction that lost a race for rows was tried again.
#[derive(Debug, Default)]
pub(crate) struct Tries(u32);

impl Tries {
    /// The most tries after the first: a loop without an end would hide a fault.
    const MAX: u32 = 19;

    /// Whether to try again, which then counts as a try.
    pub(crate) fn again(&mut self, why: &impl Contended) -> bool {
        let again = why.is_contended() && self.0 < Self::MAX;
        self.0 += u32::from(again);
        again
    }
}

/// Why a use case did not do what was asked.
#[derive(Debug)]
pub enum Stop<R> {
    /// An answer: no, and why.
    Refused(R),
    /// Something of ours failed.
    Fault(Fault),
}

impl<R> Stop<R> {
    /// The refusal, if it is one.
    pub fn refusal(self) -> Option<R> {
        match self {
            Self::Refused(r) => Some(r),
            Self::Fault(_) => None,
        }
    }
}

impl<R> From<Fault> for Stop<R> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<R> From<DbError> for Stop<R> {
    fn from(e: DbError) -> Self {
        Self::Fault(e.into())
    }
}

impl<R> From<BlobError> for Stop<R> {
    fn from(e: BlobError) -> Self {
        Self::Fault(e.into())
    }
}

impl<R> From<SearchError> for Stop<R> {
    fn from(e: SearchError) -> Self {
        Self::Fault(e.into())
    }
}

impl<R: fmt::Display> fmt::Display for Stop<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(r) => r.fmt(f),
            Self::Fault(fault) => f.write_str(&fault.chain()),
        }
    }
}
