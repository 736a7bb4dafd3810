//! What can go wrong between us and a database.

use thiserror::Error;

/// A fault of the database or of what was asked of it. Never an answer to a user by itself.
#[derive(Debug, Error)]
pub enum DbError {
    /// The address names no engine we speak.
    #[error("the database address must start with sqlite: or postgres:, got `{0}`")]
    UnknownEngine(String),
    /// The SQLite file is not there and was not to be created.
    #[error("there is no store at {0}: create one with `clearcue init DIR`")]
    Missing(String),
    /// The file or its folder cannot be written.
    #[error("the database {0} is read-only: check the owner and mode of the file and its folder")]
    ReadOnly(String),
    /// The file system has no room left.
    #[error("the disk is full: nothing was written; free some space and try again")]
    Full,
    /// The file couldn't be written although it may be: a quota is used up, or the disk fails.
    #[error(
        "the database's file can't be written: nothing was; look at the disk and at the quotas on it"
    )]
    Unwritable(#[source] sqlx::Error),
    /// Another transaction wrote the same rows at the same time and was first. Nothing of this
    /// one was written: carried out again, it sees what the other has done.
    #[error("another request was writing the same rows: try again")]
    Contended(#[source] sqlx::Error),
    /// SQLite is older than the version whose write-ahead log is known to be sound.
    #[error("SQLite {found} is too old: {needed} or later is needed")]
    SqliteTooOld {
        /// The version that is linked.
        found: String,
        /// The oldest version allowed.
        needed: &'static str,
    },
    /// The database was written by a later version of this program.
    #[error(
        "the database is at version {found}, this program knows up to {known}: upgrade the program"
    )]
    TooNew {
        /// The version found in the database.
        found: i64,
        /// The newest version this program can run with.
        known: i64,
    },
    /// A migration could not be applied; the database is as it was before it.
    #[error("migration {0} could not be applied")]
    Migration(&'static str, #[source] sqlx::Error),
    /// A row holds what its column must not.
    #[error("column `{column}` of a row cannot be read as {wanted}")]
    Column {
        /// The column's name or position.
        column: String,
        /// The type that was asked for.
        wanted: &'static str,
    },
    /// A row that must exist does not.
    #[error("a row that must be there is missing: {0}")]
    NoRow(&'static str),
    /// Anything else the driver says.
    #[error("the database failed while {doing}")]
    Driver {
        /// What was being done.
        doing: &'static str,
        /// What the driver said.
        #[source]
        source: sqlx::Error,
    },
}

impl DbError {
    /// Sorts a driver's error into the kinds an operator can act on.
    pub(crate) fn from_driver(doing: &'static str, source: sqlx::Error) -> Self {
        if let sqlx::Error::Database(e) = &source {
            // SQLite's primary result codes: 8 READONLY, 13 FULL, 14 CANTOPEN; extended codes
            // keep the primary one in their low byte. PostgreSQL: 53100 disk_full, 25006
            // read_only_sql_transaction, 23505 unique_violation (statements that expect one say
            // `on conflict`, so it comes from a race), 40001 serialization_failure, 40P01
            // deadlock_detected. SQLite has one writer, whom nobody can cross.
            let code = e.code().unwrap_or_default().into_owned();
            let primary = code.parse::<i64>().map(|c| c & 0xff).ok();
            match (primary, code.as_str()) {
                (_, "25006") => return Self::ReadOnly("server".into()),
                (_, "53100") => return Self::Full,
                (_, "23505" | "40001" | "40P01") => return Self::Contended(source),
                (Some(8), c) if c.len() < 5 => return Self::ReadOnly("file".into()),
                (Some(13), c) if c.len() < 5 => return Self::Full,
                _ if SQLITE_UNWRITABLE.contains(&code.as_str()) => {
                    return Self::Unwritable(source);
                }
                _ => {}
            }
        }
        Self::Driver { doing, source }
    }
}

/// SQLite's extended codes for a file that can't be written, be extended or be made durable:
/// `SQLITE_IOERR_WRITE`, `_FSYNC`, `_DIR_FSYNC`, `_TRUNCATE` and `_SHMSIZE`.
const SQLITE_UNWRITABLE: [&str; 5] = ["778", "1034", "1290", "1546", "4874"];
