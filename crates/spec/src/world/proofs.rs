//! The transparency log: signing it, asking it for proofs, and hands that reach into it.

use app::access::{Person, Principal, Role, person};
use app::licensing::Licence;
use app::metering::proven;
use app::proofs::{self, Form, Published};
use app::{App, Issuer};
use store::db::Value;
use tlog::{Proof, VerifyingKey};

use super::{Answer, Engine, Reporter, World, answer};

/// Everything of the log that could be altered: the table, the column, whether it holds text, and
/// how its rows are ordered.
pub const LOG: [(&str, &str, bool, &str); 3] = [
    ("log_leaves", "entry", false, "n"),
    ("log_tiles", "bytes", false, "path"),
    ("log_checkpoints", "note", true, "size"),
];

impl World {
    /// Signs the log, as an open store does each second; how many leaves were added.
    ///
    /// # Panics
    /// When it can't.
    pub async fn signs_the_log(&self) -> u64 {
        match proofs::publish(self.app(), &self.call()).await {
            Ok(Published::All(added)) => added,
            Ok(Published::NoKey) => panic!("a world has the key of its log"),
            Err(fault) => panic!("{}", fault.chain()),
        }
    }

    /// Why the log can't be signed.
    ///
    /// # Panics
    /// When it was.
    pub async fn cannot_sign_the_log(&self) -> String {
        let done = proofs::publish(self.app(), &self.call()).await;
        done.expect_err("the log isn't to be signed").chain()
    }

    /// The public key of the log: what anybody pins to check proofs offline.
    #[must_use]
    pub fn log_key(&self) -> VerifyingKey {
        super::log_key().public().clone()
    }

    /// The newest signed head.
    ///
    /// # Panics
    /// When none is signed.
    pub async fn checkpoint(&self) -> String {
        let found = proofs::checkpoint(self.app()).await;
        let found = found.unwrap_or_else(|fault| panic!("{}", fault.chain()));
        found.expect("a head is signed")
    }

    /// A licence's proof as it is handed out.
    ///
    /// # Errors
    /// The refusal.
    pub async fn proof_of(&self, licence: &Licence) -> Answer<Vec<u8>> {
        answer(proofs::of_licence(self.app(), licence.id, Form::Text).await)
    }

    /// A use's proof as somebody gets it.
    ///
    /// # Errors
    /// The refusal.
    pub async fn use_proof(&self, who: &Principal, event: &str, form: Form) -> Answer<Vec<u8>> {
        answer(proven::of_use(self.app(), who, (event, None), form).await)
    }

    /// The proof of one of several uses that were settled together, by their line's id.
    ///
    /// # Errors
    /// The refusal.
    pub async fn nth_use_proof(
        &self,
        who: &Principal,
        (line, nth): (&str, u64),
        form: Form,
    ) -> Answer<Vec<u8>> {
        answer(proven::of_use(self.app(), who, (line, Some(nth)), form).await)
    }

    /// How many leaves the log has.
    pub async fn leaves(&self) -> i64 {
        self.count("select count(*) as n from log_leaves").await
    }

    /// How many rows a table has.
    ///
    /// # Panics
    /// When they can't be counted.
    pub async fn rows_of(&self, table: &str) -> usize {
        let count = self
            .count(&format!("select count(*) as n from {table}"))
            .await;
        usize::try_from(count).expect("a count is no negative number")
    }

    /// The composer of this name as somebody who has signed in.
    ///
    /// # Panics
    /// On a fault.
    pub async fn composer_person(&self, name: &str) -> Person {
        let made = person::person(self.app(), &mut self.call(), Role::Composer, name).await;
        made.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// The same store as a program sees it that was given another key for the log.
    ///
    /// # Panics
    /// When there is no memory for an empty index.
    #[must_use]
    pub fn with_another_log_key(&self) -> App {
        let app = self.app();
        let key = tlog::SigningKey::from_seed("store.example/log", &[1; 32]);
        let keys = (*app.issuer.keys()).clone();
        let issuer =
            Issuer::of(keys, super::SECRET).with_log_key(key.expect("a name without spaces"));
        let (db, blobs, mail) = (app.db.clone(), app.blobs.clone(), app.mail.clone());
        let (settings, edge) = (app.settings.clone(), app.edge.clone());
        App::new(db, blobs, mail, issuer, settings, edge)
            .expect("there is memory for an empty index")
    }

    /// The ids of all uses, the oldest first, as reports name them.
    ///
    /// # Panics
    /// When one has none.
    pub async fn use_ids(&self) -> Vec<String> {
        let rows = self.rows("select id from uses order by id", &[]).await;
        let id = |row: &store::db::Row| row.bytes("id").expect("a use has an id");
        let named = rows
            .iter()
            .map(|row| data_encoding::HEXLOWER.encode(&id(row)));
        named.collect()
    }

    /// Takes away what keeps the tables of the log from being changed.
    pub async fn unguards_the_log(&self) {
        for table in [
            "log_end",
            "log_leaves",
            "log_tiles",
            "log_checkpoints",
            "licence_leaves",
            "use_leaves",
            "settlement_leaves",
            "statement_leaves",
            "statement_leaf_hashes",
        ] {
            match self.app().db.engine() {
                Engine::Sqlite => {
                    self.runs(&format!("drop trigger {table}_keep_update"))
                        .await;
                    self.runs(&format!("drop trigger {table}_keep_delete"))
                        .await;
                }
                Engine::Postgres => {
                    self.runs(&format!("alter table {table} disable trigger user"))
                        .await;
                }
            }
        }
    }

    /// Forgets the log, as a store has it that was made before there was one.
    pub async fn forgets_the_log(&self) {
        self.unguards_the_log().await;
        for table in [
            "licence_leaves",
            "use_leaves",
            "settlement_leaves",
            "statement_leaf_hashes",
            "statement_leaves",
            "log_checkpoints",
            "log_tiles",
            "log_leaves",
        ] {
            self.runs(&format!("delete from {table}")).await;
        }
        self.runs("update log_end set size = 0, frontier = null, caught_up = 0")
            .await;
    }

    /// Flips a bit of byte `at` in row `nth` of a part of the log, and says what keys the row; the
    /// same again puts it back. Nothing where the row has no such byte.
    ///
    /// # Panics
    /// When there is no such row.
    pub async fn flips_in_the_log(
        &self,
        (table, column, text, key): (&str, &str, bool, &str),
        nth: usize,
        at: usize,
    ) -> Option<String> {
        let order = format!("select * from {table} order by {key}");
        let row = self.rows(&order, &[]).await.remove(nth);
        let mut bytes = if text {
            row.text(column).expect("text").into_bytes()
        } else {
            row.bytes(column).expect("bytes")
        };
        *bytes.get_mut(at)? ^= 1;
        let value: Value = if text {
            String::from_utf8(bytes).ok()?.into()
        } else {
            bytes.into()
        };
        let (named, key_value): (String, Value) = match row.int(key) {
            Ok(number) => (number.to_string(), number.into()),
            Err(_) => {
                let name = row.text(key).expect("a key is a number or text");
                (name.clone(), name.into())
            }
        };
        let sql = format!("update {table} set {column} = $1 where {key} = $2");
        self.must(&sql, &[value, key_value]).await;
        Some(named)
    }
}

impl Reporter {
    /// Who they are.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.who
    }
}

/// A proof that was handed out as text.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn read_proof(bytes: &[u8]) -> Proof {
    let text = std::str::from_utf8(bytes).expect("a proof is text");
    Proof::parse(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}
