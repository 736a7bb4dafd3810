//! Statements as payees read them, and hands that reach past the use cases to break them.

use app::statements::show::{self, Wanted};
use app::statements::{Format, Statement, check};
use domain::PayeeId;
use store::db::Value;

use super::{Answer, Composer, Engine, World, answer};

impl Composer {
    /// Their statement of a period, in dollars.
    ///
    /// # Errors
    /// The refusal.
    ///
    /// # Panics
    /// When the period is none.
    pub async fn asks_for_statement(&self, period: &str) -> Answer<Statement> {
        let wanted = Wanted {
            payee: self.payee,
            period: period.parse().expect("a scenario's period is one"),
            currency: ledger::Currency::USD,
        };
        let (app, call) = (self.world().app(), self.world().call());
        answer(show::statement(app, &call, &wanted).await)
    }

    /// Their statement of a period, which must be right.
    ///
    /// # Panics
    /// When there is none, or something in it is wrong.
    pub async fn statement(&self, period: &str) -> Statement {
        let statement = self.asks_for_statement(period).await;
        let statement = statement.expect("a payee has a statement");
        check(&statement).unwrap_or_else(|wrong| panic!("{period}: {wrong}"));
        statement
    }

    /// The files of a statement, in every form.
    ///
    /// # Panics
    /// When one can't be written.
    pub async fn statement_files(&self, period: &str) -> Vec<Vec<u8>> {
        let statement = self.statement(period).await;
        let app = self.world().app();
        let write = |format: Format| format.write(app, &statement);
        Format::ALL
            .map(|format| write(format).expect("a statement can be written"))
            .into()
    }
}

impl World {
    /// Makes a payee one who hasn't registered: what they earn waits in escrow.
    pub async fn has_not_registered(&self, payee: PayeeId) {
        let sql = "update payees set registered_ms = null where id = $1";
        self.reaches_in(sql, &[payee.bytes().into()]).await;
    }

    /// Flips the lowest bit of one posting to a payee on disk, as no statement can.
    pub async fn flips_a_bit_of_a_posting(&self) {
        self.lets_change("postings").await;
        let sql = "update postings
                      set amount_micros = amount_micros
                          + case when amount_micros % 2 = 0 then 1 else -1 end
                    where account like 'payee:%' and journal_id =
                          (select journal_id from postings where account like 'payee:%'
                            order by journal_id limit 1)";
        self.reaches_in(sql, &[]).await;
    }

    /// Dates every journal a day later than it was posted.
    pub async fn dates_journals_a_day_later(&self) {
        self.lets_change("journals").await;
        self.reaches_in("update journals set at_ms = at_ms + 86400000", &[])
            .await;
    }

    /// Takes away what keeps a table from being changed.
    pub(super) async fn lets_change(&self, table: &str) {
        let sql = match self.app().db.engine() {
            Engine::Sqlite => format!("drop trigger if exists {table}_keep_update"),
            Engine::Postgres => format!("drop trigger if exists {table}_keep on {table}"),
        };
        self.reaches_in(&sql, &[]).await;
    }

    pub(super) async fn reaches_in(&self, sql: &str, values: &[Value]) {
        let mut tx = self.app().db.write().await.expect("a world can be written");
        let done = tx.run(sql, values).await;
        done.unwrap_or_else(|e| panic!("{sql}: {e:?}"));
        tx.commit().await.expect("a world can be written");
    }
}
