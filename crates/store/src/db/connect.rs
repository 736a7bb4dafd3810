//! Opening a database and handing out its transactions.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::tx::Inner as TxInner;
use super::{DbError, Tx};

/// The oldest SQLite whose write-ahead log is free of the two-connection reset bug.
const SQLITE_NEEDED: &str = "3.51.3";
const SQLITE_NEEDED_NUMBER: i64 = 3_051_003;

/// Which engine a database is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, in a file of the store's folder.
    Sqlite,
    /// PostgreSQL, or whatever speaks its protocol.
    Postgres,
}

/// An open database. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Database(Inner);

#[derive(Clone)]
enum Inner {
    /// One connection writes and checkpoints; the others only read.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
        path: PathBuf,
    },
    Postgres(PgPool),
}

impl Database {
    /// Opens `sqlite:PATH` or `postgres://…`. A SQLite file is created only if `create`.
    ///
    /// # Errors
    /// [`DbError`]: unknown address, missing or read-only file, a server that cannot be reached.
    pub async fn open(address: &str, create: bool) -> Result<Self, DbError> {
        if let Some(path) = address.strip_prefix("sqlite:") {
            open_sqlite(Path::new(path), create).await
        } else if address.starts_with("postgres:") || address.starts_with("postgresql:") {
            open_postgres(address).await
        } else {
            Err(DbError::UnknownEngine(
                address.split(':').next().unwrap_or_default().to_owned(),
            ))
        }
    }

    /// Which engine this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.0 {
            Inner::Sqlite { .. } => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// A snapshot to read from.
    ///
    /// # Errors
    /// [`DbError`] when no connection is to be had.
    pub async fn read(&self) -> Result<Tx, DbError> {
        match &self.0 {
            Inner::Sqlite { readers, .. } => readers.begin().await.map(TxInner::Sqlite),
            // Repeatable read: several statements of one report must see one state.
            Inner::Postgres(pool) => pool
                .begin_with("begin isolation level repeatable read read only")
                .await
                .map(TxInner::Postgres),
        }
        .map(Tx)
        .map_err(|e| DbError::from_driver("opening a transaction", e))
    }

    /// A transaction that may write.
    ///
    /// # Errors
    /// [`DbError`] when no connection is to be had or the file is read-only.
    pub async fn write(&self) -> Result<Tx, DbError> {
        let tx = match &self.0 {
            Inner::Sqlite { writer, .. } => begin_immediate(writer).await.map(TxInner::Sqlite),
            Inner::Postgres(pool) => pool.begin().await.map(TxInner::Postgres),
        };
        tx.map(Tx)
            .map_err(|e| self.name_file(DbError::from_driver("opening a transaction", e)))
    }

    /// Closes every connection, so that a file may be moved or a database dropped.
    pub async fn close(&self) {
        match &self.0 {
            Inner::Sqlite {
                writer, readers, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
            Inner::Postgres(pool) => pool.close().await,
        }
    }

    fn name_file(&self, error: DbError) -> DbError {
        match (&self.0, error) {
            (Inner::Sqlite { path, .. }, DbError::ReadOnly(_)) => {
                DbError::ReadOnly(path.display().to_string())
            }
            (_, other) => other,
        }
    }
}

async fn open_sqlite(path: &Path, create: bool) -> Result<Database, DbError> {
    let name = path.display().to_string();
    if !create && !path.exists() {
        return Err(DbError::Missing(name));
    }
    // A file we may not write would fail at the first sale; say so now.
    if path.exists() && std::fs::OpenOptions::new().append(true).open(path).is_err() {
        return Err(DbError::ReadOnly(name));
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("wal_autocheckpoint", WAL_PAGES)
        .pragma("trusted_schema", "OFF");
    let opening = |e| match DbError::from_driver("opening the database", e) {
        DbError::ReadOnly(_) => DbError::ReadOnly(name.clone()),
        other => other,
    };
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(
            options
                .clone()
                .pragma("cache_size", WRITER_CACHE)
                // What a statement of many rows must be able to take back is noted in memory, not in
                // a file. Not for readers: what they sort may be larger than memory.
                .pragma("temp_store", "MEMORY"),
        )
        .await
        .map_err(opening)?;
    assert_sqlite_version(&writer).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(4)
        .connect_with(
            options
                .pragma("query_only", "ON")
                .pragma("cache_size", READER_CACHE),
        )
        .await
        .map_err(opening)?;
    Ok(Database(Inner::Sqlite {
        writer,
        readers,
        path: path.to_owned(),
    }))
}

/// A transaction of the only writer. Where a file can't be written, SQLite takes a transaction back by
/// itself, and the driver, which goes on counting it, can never again begin one on that connection:
/// another takes its place.
async fn begin_immediate(
    writer: &SqlitePool,
) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>, sqlx::Error> {
    match writer.begin_with(BEGIN).await {
        Err(sqlx::Error::InvalidSavePointStatement) => {
            // Should closing fail, it is gone all the same.
            let _ = writer.acquire().await?.close().await;
            writer.begin_with(BEGIN).await
        }
        begun => begun,
    }
}

const BEGIN: &str = "begin immediate";
/// Pages of the write-ahead log before it is written back: 16 MiB. What is changed again and again
/// meanwhile is written back once.
const WAL_PAGES: &str = "4000";
/// Memory of a connection for pages, in KiB where negative. A settlement of very many uses changes more
/// pages than SQLite's own 2 MiB hold, which then are written, read and written again.
const WRITER_CACHE: &str = "-16384";
const READER_CACHE: &str = "-4096";

async fn assert_sqlite_version(pool: &SqlitePool) -> Result<(), DbError> {
    let found: String = sqlx::query_scalar("select sqlite_version()")
        .fetch_one(pool)
        .await
        .map_err(|e| DbError::from_driver("asking SQLite its version", e))?;
    let number = found
        .split('.')
        .map(|part| part.parse::<i64>().unwrap_or(0))
        .fold(0, |sum, part| sum * 1000 + part);
    if number >= SQLITE_NEEDED_NUMBER {
        Ok(())
    } else {
        Err(DbError::SqliteTooOld {
            found,
            needed: SQLITE_NEEDED,
        })
    }
}

async fn open_postgres(address: &str) -> Result<Database, DbError> {
    let options = PgConnectOptions::from_str(address)
        .map_err(|e| DbError::from_driver("reading the database address", e))?;
    PgPoolOptions::new()
        .max_connections(8)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(options)
        .await
        .map(|pool| Database(Inner::Postgres(pool)))
        .map_err(|e| DbError::from_driver("reaching PostgreSQL", e))
}
