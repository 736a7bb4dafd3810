//! A transaction of either engine, and the statements run in it.

use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments};
use sqlx::{AssertSqlSafe, Transaction};

use super::row::Inner as RowInner;
use super::unnamed::unnamed;
use super::{DbError, Engine, Row, Value};

/// A transaction. Dropped without [`Tx::commit`] it rolls back and nothing has happened.
pub struct Tx(pub(super) Inner);

pub(super) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Which engine this runs on. For reports; business code has no need of it.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.0 {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// The suffix that locks the rows a `select` reads until the transaction ends. Empty on
    /// SQLite, whose one writer already excludes every other.
    #[must_use]
    pub fn for_update(&self) -> &'static str {
        match self.0 {
            Inner::Sqlite(_) => "",
            Inner::Postgres(_) => " for update",
        }
    }

    /// Waits for every other transaction that asked for this name to end, and lets none of them
    /// go on before this one has. On SQLite whoever writes is alone already.
    ///
    /// # Errors
    /// [`DbError`] from the driver.
    pub async fn alone(&mut self, name: i64) -> Result<(), DbError> {
        if self.engine() == Engine::Postgres {
            self.run("select pg_advisory_xact_lock($1)", &[name.into()])
                .await?;
        }
        Ok(())
    }

    /// The lowest number of a transaction that may still be under way. What lower ones have
    /// written is seen from now on, or never. SQLite has one writer and numbers nothing: none.
    ///
    /// # Errors
    /// [`DbError`] from the driver.
    pub async fn horizon(&mut self) -> Result<Option<i64>, DbError> {
        match self.0 {
            Inner::Sqlite(_) => Ok(None),
            Inner::Postgres(_) => self.one(HORIZON, &[]).await?.int("horizon").map(Some),
        }
    }

    /// A statement in which `{bytewise}` after a text to order by makes the order that of its
    /// bytes, on either engine: PostgreSQL would go by the language of its database.
    #[must_use]
    pub fn spelt(&self, sql: &str) -> String {
        let word = match self.0 {
            Inner::Sqlite(_) => "",
            Inner::Postgres(_) => "collate \"C\"",
        };
        sql.replace("{bytewise}", word)
    }

    /// Runs one statement and says how many rows it changed.
    ///
    /// # Errors
    /// [`DbError`] from the driver.
    pub async fn run(&mut self, sql: &str, values: &[Value]) -> Result<u64, DbError> {
        match &mut self.0 {
            Inner::Sqlite(tx) => sqlite(sql, values)
                .execute(&mut **tx)
                .await
                .map(|d| d.rows_affected()),
            Inner::Postgres(tx) => postgres(sql, values)
                .execute(&mut **tx)
                .await
                .map(|d| d.rows_affected()),
        }
        .map_err(|e| DbError::from_driver("running a statement", e))
    }

    /// Every row of an answer.
    ///
    /// # Errors
    /// [`DbError`] from the driver.
    pub async fn all(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DbError> {
        match &mut self.0 {
            Inner::Sqlite(tx) => sqlite(sql, values)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(|r| Row(RowInner::Sqlite(r))).collect()),
            Inner::Postgres(tx) => postgres(sql, values)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| {
                    rows.into_iter()
                        .map(|r| Row(RowInner::Postgres(r)))
                        .collect()
                }),
        }
        .map_err(|e| DbError::from_driver("reading rows", e))
    }

    /// The first row of an answer, if there is one.
    ///
    /// # Errors
    /// [`DbError`] from the driver.
    pub async fn optional(&mut self, sql: &str, values: &[Value]) -> Result<Option<Row>, DbError> {
        match &mut self.0 {
            Inner::Sqlite(tx) => sqlite(sql, values)
                .fetch_optional(&mut **tx)
                .await
                .map(|row| row.map(|r| Row(RowInner::Sqlite(r)))),
            Inner::Postgres(tx) => postgres(sql, values)
                .fetch_optional(&mut **tx)
                .await
                .map(|row| row.map(|r| Row(RowInner::Postgres(r)))),
        }
        .map_err(|e| DbError::from_driver("reading a row", e))
    }

    /// The one row of an answer that always has one, such as a count.
    ///
    /// # Errors
    /// [`DbError::NoRow`] when it has none after all, or [`DbError`] from the driver.
    pub async fn one(&mut self, sql: &str, values: &[Value]) -> Result<Row, DbError> {
        self.optional(sql, values)
            .await?
            .ok_or(DbError::NoRow("an answer of one row"))
    }

    /// Makes everything done in this transaction durable.
    ///
    /// # Errors
    /// [`DbError`] from the driver; on PostgreSQL the outcome may then be unknown.
    pub async fn commit(self) -> Result<(), DbError> {
        match self.0 {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await,
        }
        .map_err(|e| DbError::from_driver("committing", e))
    }

    /// Runs a text of several statements without parameters (migrations).
    pub(super) async fn script(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        match &mut self.0 {
            Inner::Sqlite(tx) => sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
                .execute(&mut **tx)
                .await
                .map(drop),
            Inner::Postgres(tx) => sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
                .execute(&mut **tx)
                .await
                .map(drop),
        }
    }
}

const HORIZON: &str =
    "select cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint) as horizon";

// `AssertSqlSafe`: statements are texts of our own source; what users say is always bound. A
// text is not always `'static` because a few are put together from constant parts.
fn sqlite<'q>(sql: &str, values: &'q [Value]) -> Query<'q, Sqlite, SqliteArguments> {
    let sql = unnamed(sql, values.len()).unwrap_or_else(|| sql.to_owned());
    values
        .iter()
        .fold(sqlx::query(AssertSqlSafe(sql)), |q, v| match v {
            Value::Int(v) => q.bind(*v),
            Value::Text(v) => q.bind(v.clone()),
            Value::Bytes(v) => q.bind(v.clone()),
        })
}

fn postgres<'q>(sql: &str, values: &'q [Value]) -> Query<'q, Postgres, PgArguments> {
    values
        .iter()
        .fold(sqlx::query(AssertSqlSafe(sql.to_owned())), |q, v| match v {
            Value::Int(v) => q.bind(*v),
            Value::Text(v) => q.bind(v.clone()),
            Value::Bytes(v) => q.bind(v.clone()),
        })
}
