//! Migrations go forward only, each in a transaction of its own, under one text for both engines.
//!
//! A text uses three words that the engines spell differently: `{int}` (a 64-bit whole
//! number), `{bytes}`, and `{strict}` after a table's closing bracket (SQLite's STRICT tables
//! refuse what does not fit the column's type; PostgreSQL always does). What cannot be said in
//! one text, such as the body of a trigger, comes as a text per engine.

use super::{Database, DbError, Engine, Tx, Value};

/// One step of the schema. Steps are numbered by their place in the list, from 1.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// A short name, shown when it fails.
    pub name: &'static str,
    /// The text for both engines, or one for each.
    pub sqlite: &'static str,
    /// The PostgreSQL text; the same as `sqlite` where one text serves both.
    pub postgres: &'static str,
}

impl Migration {
    /// A step whose text is the same on both engines.
    #[must_use]
    pub const fn same(name: &'static str, sql: &'static str) -> Self {
        Self {
            name,
            sqlite: sql,
            postgres: sql,
        }
    }
}

const CREATE: &str = "create table if not exists schema_version (one {int} primary key, version {int} not null){strict}";
const SEED: &str = "insert into schema_version (one, version) values (1, 0) on conflict do nothing";
const READ: &str = "select version from schema_version where one = 1";
const BUMP: &str = "update schema_version set version = $1 where one = 1";

impl Database {
    /// Brings the schema up to the last of `steps`. Says how many were applied.
    ///
    /// # Errors
    /// [`DbError::TooNew`] when the database is ahead of this program, [`DbError::Migration`]
    /// when a step fails; the steps before it stand.
    pub async fn migrate(&self, steps: &[Migration]) -> Result<usize, DbError> {
        let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
        let mut applied = 0;
        loop {
            let mut tx = self.write().await?;
            let at = version(&mut tx).await?;
            if at > known {
                return Err(DbError::TooNew { found: at, known });
            }
            let Some(step) = usize::try_from(at).ok().and_then(|at| steps.get(at)) else {
                tx.commit().await?;
                return Ok(applied);
            };
            let text = match self.engine() {
                Engine::Sqlite => spell(step.sqlite, Engine::Sqlite),
                Engine::Postgres => spell(step.postgres, Engine::Postgres),
            };
            tx.script(&text)
                .await
                .map_err(|e| DbError::Migration(step.name, e))?;
            tx.run(BUMP, &[Value::from(at + 1)]).await?;
            tx.commit().await?;
            applied += 1;
        }
    }
}

/// The version found, taking the lock that keeps two nodes from migrating at once.
async fn version(tx: &mut Tx) -> Result<i64, DbError> {
    let name = "schema_version";
    if tx.engine() == Engine::Postgres {
        // `create table if not exists` itself races on PostgreSQL; an advisory lock doesn't.
        tx.run("select pg_advisory_xact_lock(7305316)", &[]).await?;
    }
    tx.script(&spell(CREATE, tx.engine()))
        .await
        .map_err(|e| DbError::Migration(name, e))?;
    tx.run(SEED, &[]).await?;
    tx.one(READ, &[]).await?.int("version")
}

fn spell(sql: &str, engine: Engine) -> String {
    let (int, bytes, strict) = match engine {
        Engine::Sqlite => ("integer", "blob", " strict"),
        Engine::Postgres => ("bigint", "bytea", ""),
    };
    sql.replace("{int}", int)
        .replace("{bytes}", bytes)
        .replace("{strict}", strict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_is_spelt_for_each_engine() {
        let text = "create table t (a {int}, b {bytes}){strict}";
        assert_eq!(
            spell(text, Engine::Sqlite),
            "create table t (a integer, b blob) strict"
        );
        assert_eq!(
            spell(text, Engine::Postgres),
            "create table t (a bigint, b bytea)"
        );
    }

    #[tokio::test]
    async fn steps_apply_once_and_a_failing_step_leaves_the_ones_before() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let db = Database::open(&format!("sqlite:{}", path.display()), true)
            .await
            .unwrap();
        let good = Migration::same("one", "create table a (x {int}){strict}");
        let bad = Migration::same("two", "create table b (x {int}){strict}; nonsense");
        assert_eq!(db.migrate(&[good]).await.unwrap(), 1);
        assert_eq!(db.migrate(&[good]).await.unwrap(), 0);
        assert!(matches!(
            db.migrate(&[good, bad]).await,
            Err(DbError::Migration("two", _))
        ));
        let mut tx = db.read().await.unwrap();
        assert!(tx.all("select x from a", &[]).await.is_ok());
        assert!(
            tx.all("select x from b", &[]).await.is_err(),
            "the failed step rolled back"
        );
        drop(tx);
        assert!(matches!(
            db.migrate(&[]).await,
            Err(DbError::TooNew { found: 1, known: 0 })
        ));
    }

    #[tokio::test]
    async fn a_read_transaction_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let db = Database::open(&format!("sqlite:{}", path.display()), true)
            .await
            .unwrap();
        db.migrate(&[Migration::same("one", "create table a (x {int}){strict}")])
            .await
            .unwrap();
        let mut tx = db.read().await.unwrap();
        assert!(tx.run("insert into a (x) values (1)", &[]).await.is_err());
    }
}
