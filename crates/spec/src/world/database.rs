//! Where a world's database is: a SQLite file in a folder of its own, or a PostgreSQL database
//! of its own on the test server.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use store::db::Database;
use tempfile::TempDir;

pub use store::db::Engine;

/// Names the server on which worlds may create databases.
const SERVER: &str = "CLEARCUE_TEST_POSTGRES";
const SERVER_DEFAULT: &str = "postgres://postgres@127.0.0.1:5432/postgres";
const PREFIX: &str = "clearcue_test_";
/// A database this old was left behind by a run that was killed, in seconds.
const LEFT_BEHIND_S: u64 = 60 * 60;

/// A database's place; clearing it leaves nothing behind.
pub(super) enum Place {
    Sqlite(TempDir),
    Postgres {
        server: String,
        name: String,
    },
    /// Another world's, which clears it.
    Shared(String),
}

impl Place {
    pub(super) async fn make(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir();
                Self::Sqlite(folder.expect("the folder for temporary files can be written"))
            }
            Engine::Postgres => create().await,
        }
    }

    /// The same place for a second process over the same store.
    pub(super) fn again(&self) -> Self {
        Self::Shared(self.address())
    }

    pub(super) async fn open(&self) -> Database {
        let opened = Database::open(&self.address(), true).await;
        opened.unwrap_or_else(|e| panic!("{}: {e:?}", self.address()))
    }

    fn address(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("store.db").display()),
            Self::Postgres { server, name } => on_server(server, name),
            Self::Shared(address) => address.clone(),
        }
    }

    pub(super) async fn clear(&self) {
        if let Self::Postgres { server, name } = self {
            let mut admin = connect(server).await;
            drop_database(&mut admin, name).await;
        }
    }
}

/// The server's address with another database's name in it. No scenario pulls the plug, so its
/// commits needn't wait for the disk.
fn on_server(server: &str, name: &str) -> String {
    let (address, options) = server.split_once('?').unwrap_or((server, ""));
    let host = address.rsplit_once('/').map_or(address, |(host, _)| host);
    format!("{host}/{name}?options[synchronous_commit]=off&{options}")
}

async fn create() -> Place {
    let server = server();
    let mut admin = connect(&server).await;
    sweep(&mut admin).await;
    let name = fresh_name();
    // In a language's order, as many a server has it: nothing visible may depend on that.
    let create =
        "template template0 encoding 'UTF8' locale_provider icu icu_locale 'en-US' locale 'C'";
    run(&mut admin, &format!("create database {name} {create}")).await;
    Place::Postgres { server, name }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test run's own setting; the store reads none"
)]
fn server() -> String {
    std::env::var(SERVER).unwrap_or_else(|_| SERVER_DEFAULT.to_owned())
}

async fn connect(server: &str) -> PgConnection {
    PgConnection::connect(server).await.unwrap_or_else(|e| {
        panic!(
            "there is no PostgreSQL at {server} ({e}), and the specification holds on both \
             engines: start one where a user without a password may create databases, or say \
             where it is in {SERVER}"
        )
    })
}

/// Unique among processes and within this one; the seconds tell a sweep how old it is.
fn fresh_name() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let nth = MADE.fetch_add(1, Ordering::Relaxed);
    format!("{PREFIX}{}_{}_{nth}", seconds_now(), process::id())
}

#[expect(
    clippy::disallowed_methods,
    reason = "how old a test database is, not what time it is"
)]
fn seconds_now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |passed| passed.as_secs())
}

/// Drops what killed runs left behind.
async fn sweep(admin: &mut PgConnection) {
    let found =
        sqlx::query("select datname from pg_database where datname like 'clearcue\\_test\\_%'")
            .fetch_all(&mut *admin)
            .await
            .unwrap_or_default();
    for row in found {
        let name: String = row.get(0);
        let made = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split('_').next()?.parse().ok());
        if made.is_none_or(|made: u64| made + LEFT_BEHIND_S < seconds_now()) {
            drop_database(admin, &name).await;
        }
    }
}

/// Two runs may sweep at once: what is gone already is fine.
async fn drop_database(admin: &mut PgConnection, name: &str) {
    run(
        admin,
        &format!("drop database if exists {name} with (force)"),
    )
    .await;
}

async fn run(admin: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(admin)
        .await;
    done.unwrap_or_else(|e| panic!("`{sql}` failed: {e}; may the user create databases?"));
}
