//! What earlier builds left behind: their schema, brought up to this one's, and sales whose
//! invoices they didn't make.

use std::collections::BTreeSet;
use std::slice;

use app::billing::credit_note::{CreditNote, credit_notes};
use app::billing::invoice::{Invoice, invoices};
use app::billing::owed;
use app::licensing::Licence;
use domain::PaymentId;
use store::db::{Database, Engine, Row, Value};

use super::World;
use super::database::Place;

/// How many steps the schema had before invoices were by payment.
const BEFORE_INVOICES: usize = 18;

/// What the step to invoices by payment made of an earlier build's store.
#[derive(Debug, PartialEq, Eq)]
pub struct Carried {
    /// Each invoice: the byte its payment's id is made of, its number, its kind, its plan, what it
    /// is over.
    pub invoices: Vec<(u8, i64, String, Option<String>, i64)>,
    /// The payments that are owed one, by the byte that their ids are made of, and the licences'.
    pub owed: Vec<(u8, u8)>,
}

impl World {
    /// A store as the build before invoices by payment left it, brought up to this one: licence 1
    /// has invoice 1, licence 2 none; licence 3 is a subscription with invoice 2, whose renewal
    /// (payment 4) has none; payment 5 loaded a wallet.
    ///
    /// # Panics
    /// When the schema can't be brought up.
    pub async fn carried_over(&self) -> Carried {
        let place = Place::make(self.app().db.engine()).await;
        let db = place.open().await;
        let steps = app::MIGRATIONS.split_at(BEFORE_INVOICES).0;
        db.migrate(steps).await.expect("the earlier schema");
        sold_before(&db).await;
        db.migrate(app::MIGRATIONS).await.expect("the later steps");
        let byte = |row: &Row, column| row.id(column).expect("an id")[0];
        let rows = all(&db, "select * from invoices order by number").await;
        let invoices = rows.iter().map(|row| {
            let text = |column| row.text(column).expect("a text");
            let int = |column| row.int(column).expect("a number");
            let plan = row.opt_text("plan").expect("a text or none");
            let of = byte(row, "payment_id");
            (of, int("number"), text("kind"), plan, int("gross_micros"))
        });
        let invoices = invoices.collect();
        let rows = all(&db, "select * from invoices_owed order by payment_id").await;
        let owed = rows.iter();
        let owed = owed.map(|row| (byte(row, "payment_id"), byte(row, "licence_id")));
        let carried = Carried {
            invoices,
            owed: owed.collect(),
        };
        drop(db);
        place.clear().await;
        carried
    }

    /// The invoices of a licence.
    ///
    /// # Panics
    /// On a fault.
    pub async fn invoices_of(&self, licence: &Licence) -> Vec<Invoice> {
        let found = invoices(self.app(), &self.call(), licence.id).await;
        found.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// The numbers of every invoice of the store, of whichever year.
    ///
    /// # Panics
    /// When one stands twice.
    pub async fn invoice_numbers(&self) -> BTreeSet<i64> {
        let rows = self.rows("select number from invoices", &[]).await;
        let number = |row: &Row| row.int("number").expect("an invoice has a number");
        let numbers: BTreeSet<_> = rows.iter().map(number).collect();
        assert_eq!(numbers.len(), rows.len(), "a number was drawn twice");
        numbers
    }

    /// Makes what earlier builds owe; how many invoices.
    ///
    /// # Panics
    /// On a fault.
    pub async fn makes_owed_invoices(&self) -> usize {
        let made = owed::due(self.app(), &self.call()).await;
        made.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// Takes the latest of a licence's invoices away with its credit notes, as if an earlier build
    /// had sold it: its numbers were never drawn.
    ///
    /// # Panics
    /// When it has none.
    pub async fn forgets_the_latest_invoice(&self, licence: &Licence) -> PaymentId {
        let invoice = self.invoices_of(licence).await.pop();
        let invoice = invoice.expect("the licence has an invoice");
        let id: Value = invoice.payment.bytes().into();
        let of = |note: &CreditNote| note.invoice == invoice.number;
        let notes = credit_notes(self.app(), licence.id).await;
        let gone = notes.unwrap_or_default().iter().filter(|n| of(n)).count();
        self.lets_delete("invoices").await;
        self.lets_delete("credit_notes").await;
        self.reaches_in(NOTES, slice::from_ref(&id)).await;
        self.reaches_in(
            "delete from invoices where payment_id = $1",
            slice::from_ref(&id),
        )
        .await;
        self.reaches_in(OWED, &[id, licence.id.bytes().into()])
            .await;
        let one = "update counters set next_no = next_no - 1 where name like 'invoice:%'";
        self.reaches_in(one, &[]).await;
        let some = "update counters set next_no = next_no - $1 where name like 'credit_note:%'";
        self.reaches_in(some, &[i64::try_from(gone).unwrap_or(0).into()])
            .await;
        invoice.payment
    }

    /// Takes a payment's invoice away, as nobody may.
    pub async fn loses_the_invoice(&self, payment: PaymentId) {
        self.lets_delete("invoices").await;
        let sql = "delete from invoices where payment_id = $1";
        self.reaches_in(sql, &[payment.bytes().into()]).await;
    }

    /// Sets a column of a payment's invoice to a number, as nobody may.
    pub async fn rewrites_the_invoice(&self, payment: PaymentId, column: &str, to: i64) {
        self.lets_change("invoices").await;
        let sql = format!("update invoices set {column} = $1 where payment_id = $2");
        self.reaches_in(&sql, &[to.into(), payment.bytes().into()])
            .await;
    }

    /// Adds to what each credit note is over, as nobody may.
    pub async fn adds_to_credit_notes(&self, micros: i64) {
        self.lets_change("credit_notes").await;
        let sql = "update credit_notes set micros = micros + $1";
        self.reaches_in(sql, &[micros.into()]).await;
    }

    async fn lets_delete(&self, table: &str) {
        let sql = match self.app().db.engine() {
            Engine::Sqlite => format!("drop trigger if exists {table}_keep_delete"),
            Engine::Postgres => format!("drop trigger if exists {table}_keep on {table}"),
        };
        self.reaches_in(&sql, &[]).await;
    }
}

async fn all(db: &Database, sql: &str) -> Vec<Row> {
    let mut tx = db.read().await.expect("a store can be read");
    let rows = tx.all(sql, &[]).await;
    rows.unwrap_or_else(|e| panic!("{sql}: {e:?}"))
}

/// The rows of an earlier build's sales, as it wrote them.
async fn sold_before(db: &Database) {
    let mut tx = db.write().await.expect("a store can be written");
    let id = |byte: u8| -> Value { (&[byte; 16]).into() };
    let mut write: Vec<(&str, Vec<Value>)> = vec![(QUOTE, vec![id(1)])];
    for (payment, subject, of) in [
        (1, "licence", 1),
        (2, "licence", 2),
        (3, "subscription", 8),
        (4, "subscription", 9),
        (5, "wallet_load", 7),
    ] {
        let reference = format!("paid-{payment}");
        let values = vec![id(payment), reference.into(), subject.into(), id(of)];
        write.push((PAYMENT, values));
    }
    for licence in [1, 2, 3] {
        let code = format!("CODE{licence}");
        let values = vec![id(licence), code.into(), i64::from(licence).into(), id(1)];
        write.push((LICENCE, values));
    }
    write.push((INVOICE, vec![id(1), 1.into()]));
    write.push((INVOICE, vec![id(3), 2.into()]));
    write.push((SUBSCRIPTION, vec![id(6), id(3)]));
    for (cycle, start) in [(8, 0), (9, 1_000)] {
        write.push((CYCLE, vec![id(cycle), id(6), start.into()]));
    }
    for (payment, cycle, kind) in [(3, 8, "subscription_sale"), (4, 9, "renewal")] {
        write.push((FUNDED, vec![id(payment), id(cycle), kind.into()]));
    }
    for (sql, values) in write {
        let done = tx.run(sql, &values).await;
        done.unwrap_or_else(|e| panic!("{sql}: {e:?}"));
    }
    tx.commit().await.expect("a store can be written");
}

const NOTES: &str = "
    delete from credit_notes
     where step_id in (select id from payment_steps where payment_id = $1)";

const OWED: &str = "insert into invoices_owed (payment_id, licence_id) values ($1, $2)";

const QUOTE: &str = "
    insert into quotes (id, intent, options, created_ms, expires_ms)
    values ($1, '{}', '[]', 0, 0)";

const PAYMENT: &str = "
    insert into payments (id, provider, reference, amount_micros, currency, captured_ms, subject,
                          subject_id)
    values ($1, 'sandbox', $2, 5000000, 'USD', 0, $3, $4)";

const LICENCE: &str = "
    insert into licences (id, code, quote_id, payment_id, asset_kind, tier, label, title, artist,
                          price_micros, currency, price_lines, envelope, envelope_sha256, token,
                          status, status_index, issued_ms)
    values ($1, $2, $4, $1, 'full_mix', 'creator', 'Full mix', 'Night Market', 'Ada', 5000000,
            'USD', '[]', '{}', $1, 'token', 'valid', $3, 0)";

const INVOICE: &str = "
    insert into invoices (licence_id, series, number, issued_ms, seller)
    values ($1, '2026', $2, 0, '{}')";

const SUBSCRIPTION: &str = "
    insert into subscriptions (id, licence_id, plan, currency, state, provider, card_token, tries,
                               created_ms)
    values ($1, $2, 'pool_5', 'USD', '{}', 'sandbox', 'token', 0, 0)";

const CYCLE: &str = "
    insert into cycles (id, subscription_id, plan, currency, start_ms, end_ms, price_micros,
                        contribution_micros, guarantee_micros, idle_rule)
    values ($1, $2, 'pool_5', 'USD', $3, $3 + 1000, 5000000, 0, 50000, 'share')";

const FUNDED: &str = "
    insert into cycle_payments (payment_id, cycle_id, journal_kind, journal_source, pool_micros,
                                reserve_micros)
    values ($1, $2, $3, 'source', 0, 0)";
