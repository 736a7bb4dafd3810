//! How a command ends: 0 when all is well, 1 when it failed, 2 when it was misused; a command that
//! answers a question may give each answer a code from 10 on. A failure is
//! one line on stderr: what went wrong, and what to do about it.

use std::fmt;
use std::process::ExitCode;

use app::{Fault, Stop};
use store::blobs::BlobError;
use store::db::DbError;

/// Why a command did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    code: u8,
    line: String,
}

impl Failure {
    /// It was asked for properly and went wrong: exit code 1.
    #[must_use]
    pub fn failed(what: impl fmt::Display, fix: impl fmt::Display) -> Self {
        Self {
            code: 1,
            line: joined(what, fix),
        }
    }

    /// It was asked for wrongly: exit code 2.
    #[must_use]
    pub fn misuse(what: impl fmt::Display, fix: impl fmt::Display) -> Self {
        Self {
            code: 2,
            line: joined(what, fix),
        }
    }

    /// It was asked for properly and answered, and the answer has an exit code of its own.
    #[must_use]
    pub fn answered(code: u8, what: impl fmt::Display, fix: impl fmt::Display) -> Self {
        Self {
            code,
            line: joined(what, fix),
        }
    }

    /// A sentence that already says what to do: exit code 1.
    #[must_use]
    pub fn sentence(line: impl fmt::Display) -> Self {
        Self {
            code: 1,
            line: one_line(&line.to_string()),
        }
    }

    /// The exit code: 1, 2, or an answer's own.
    #[must_use]
    pub fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "clearcue: {}", self.line)
    }
}

impl From<&Failure> for ExitCode {
    fn from(failure: &Failure) -> Self {
        Self::from(failure.code)
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        let cause = std::error::Error::source(&error);
        match cause {
            // The driver's words come below ours only where ours don't say what to do.
            Some(cause) => Self::failed(
                format!("{error}: {cause}"),
                "check the database address and that the database answers",
            ),
            None => Self::sentence(error),
        }
    }
}

impl From<BlobError> for Failure {
    fn from(error: BlobError) -> Self {
        Self::failed(
            error,
            "check the owner and mode of the store's folder and its disk",
        )
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault.database() {
            Some(error) if std::error::Error::source(error).is_none() => Self::sentence(error),
            _ => Self::failed(fault.chain(), "run it again, and report it if it stays so"),
        }
    }
}

impl<R: fmt::Display> From<Stop<R>> for Failure {
    fn from(stop: Stop<R>) -> Self {
        match stop {
            Stop::Refused(refusal) => Self::sentence(refusal),
            Stop::Fault(fault) => fault.into(),
        }
    }
}

fn joined(what: impl fmt::Display, fix: impl fmt::Display) -> String {
    format!(
        "{}: {}",
        one_line(&what.to_string()),
        one_line(&fix.to_string())
    )
}

/// Messages of other crates may run over several lines; ours never do.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line_whatever_it_is_made_of() {
        let failure = Failure::failed("it broke\n  at line 3\n", "mend it");
        assert_eq!(failure.to_string(), "clearcue: it broke at line 3: mend it");
        assert_eq!(failure.code(), 1);
        assert_eq!(Failure::misuse("a", "b").code(), 2);
    }

    #[test]
    fn a_database_error_that_says_what_to_do_is_left_as_it_is() {
        let failure = Failure::from(DbError::Missing("x/clearcue.db".into()));
        let wanted =
            "clearcue: there is no store at x/clearcue.db: create one with `clearcue init DIR`";
        assert_eq!(failure.to_string(), wanted);
        assert_eq!(Failure::from(Fault::from(DbError::Full)).code(), 1);
    }
}
