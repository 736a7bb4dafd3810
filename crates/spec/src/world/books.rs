//! The books, read: journals and balances by the names of whom they belong to, so that a table
//! of a scenario reads as the accountant's.

use app::accounts::balances;
use domain::Account;
use store::db::{Row, Value};

use super::World;

/// Micro-units of US dollars: credit positive, debit negative.
pub type Money = i64;
/// A journal's lines: account in words and amount, sorted.
pub type Postings = Vec<(String, Money)>;

impl World {
    /// The one journal of a kind and source.
    ///
    /// # Panics
    /// When there is none.
    pub async fn journal(&self, kind: &str, source: &str) -> Postings {
        let rows = self.rows(JOURNAL, &[kind.into(), source.into()]).await;
        assert!(!rows.is_empty(), "there is no journal {kind} {source}");
        self.in_words(&rows).await
    }

    /// How many journals there are.
    pub async fn journals(&self) -> i64 {
        self.count("select count(*) as n from journals").await
    }

    /// How many licences were sold.
    pub async fn licences(&self) -> i64 {
        self.count("select count(*) as n from licences").await
    }

    /// How many quotes are kept.
    pub async fn quotes_kept(&self) -> i64 {
        self.count("select count(*) as n from quotes").await
    }

    /// How many payments were taken.
    pub async fn payments(&self) -> i64 {
        self.count("select count(*) as n from payments").await
    }

    /// How many uses count.
    pub async fn uses(&self) -> i64 {
        self.count("select cast(coalesce(sum(uses), 0) as bigint) as n from uses")
            .await
    }

    /// How many tracks are on sale.
    pub async fn tracks(&self) -> i64 {
        self.count("select count(*) as n from tracks").await
    }

    /// What stands on all accounts of a word, such as `commission` or `carry`.
    ///
    /// # Panics
    /// On a fault.
    pub async fn balance(&self, account: &str) -> Money {
        let found = balances(self.app(), account).await;
        let found = found.unwrap_or_else(|fault| panic!("{}", fault.chain()));
        found.iter().map(|(_, money)| money.micros()).sum()
    }

    /// Everything that money or a meter could have changed, as text: equal texts mean that
    /// nothing happened.
    pub async fn everything_booked(&self) -> String {
        let mut all = String::new();
        for (account, money) in balances(self.app(), "").await.unwrap_or_default() {
            all.push_str(&format!("{account} {}\n", money.micros()));
        }
        for row in self.rows(COUNTS, &[]).await {
            for column in ["journals", "licences", "uses", "payments", "consumed"] {
                all.push_str(&format!("{column} {}\n", int(&row, column)));
            }
        }
        all
    }

    pub(super) async fn in_words(&self, rows: &[Row]) -> Postings {
        let mut lines = Vec::new();
        for row in rows {
            let account = row.text("account").expect("an account is text");
            lines.push((
                self.account_in_words(&account).await,
                int(row, "amount_micros"),
            ));
        }
        lines.sort();
        lines
    }

    async fn account_in_words(&self, account: &str) -> String {
        match account.parse() {
            Ok(Account::Payee(id)) => {
                let rows = self.rows(PAYEE, &[id.bytes().into()]).await;
                let name = rows
                    .first()
                    .map(|row| row.text("name").expect("a name is text"));
                format!("payee {}", name.unwrap_or_default())
            }
            Ok(_) => account.split(':').next().unwrap_or_default().to_owned(),
            Err(error) => panic!("{account}: {error}"),
        }
    }

    /// The number that a query answers as `n`.
    ///
    /// # Panics
    /// When it doesn't.
    pub async fn count(&self, sql: &str) -> i64 {
        int(
            self.rows(sql, &[])
                .await
                .first()
                .expect("a count is one row"),
            "n",
        )
    }

    pub(super) async fn rows(&self, sql: &str, values: &[Value]) -> Vec<Row> {
        let mut tx = self
            .app()
            .read()
            .await
            .expect("a world's database can be read");
        tx.all(sql, values)
            .await
            .unwrap_or_else(|e| panic!("{sql}: {e:?}"))
    }
}

fn int(row: &Row, column: &str) -> i64 {
    row.int(column).unwrap_or_else(|e| panic!("{e:?}"))
}

const JOURNAL: &str = "
    select p.account, p.amount_micros
      from journals j join postings p on p.journal_id = j.id
     where j.kind = $1 and j.source = $2";

const PAYEE: &str = "select name from payees where id = $1";

const COUNTS: &str = "
    select (select count(*) from journals) as journals,
           (select count(*) from licences) as licences,
           (select cast(coalesce(sum(uses), 0) as bigint) from uses) as uses,
           (select count(*) from payments) as payments,
           (select cast(coalesce(sum(consumed_ms), 0) as bigint) from bundles) as consumed";
