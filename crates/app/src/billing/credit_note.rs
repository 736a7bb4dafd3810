//! Credit notes: one for each step that gave a buyer's money back for good, with a number of its
//! own.
//!
//! Before: new facts of a payment have moved the ledger. After, in the same transaction: where
//! more is given back for good than before, there is a note over the difference. Notes of a year
//! run from 1 without a gap. A dispute that is still open makes none: it may yet be won.

use domain::{LicenceId, Timestamp};
use ledger::{Currency, Money};
use store::db::{Row, Tx};

use super::{Kind, Period, next, owed, seller};
use crate::accounts::paid::Paid;
use crate::accounts::sandbox;
use crate::{App, Call, Fault, Seller};

/// A credit note's own data; the rest stands in its licence and its invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditNote {
    /// `CN-2026-0001`: the year and the place in it.
    pub number: String,
    /// When it was made.
    pub issued_at: Timestamp,
    /// Who sold, as it was set then.
    pub seller: Seller,
    /// What was given back, tax included.
    pub money: Money,
    /// The tax in it.
    pub tax: Money,
    /// Why.
    pub reason: String,
    /// The number of the invoice that it takes back of.
    pub invoice: String,
    /// When that was paid.
    pub paid_at: Timestamp,
    /// What it had sold.
    pub kind: Kind,
    /// Of a subscription: what of it.
    pub period: Option<Period>,
    /// Through whom it was paid back.
    pub provider: String,
}

impl CreditNote {
    /// Whether no money moved.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        self.provider == sandbox::NAME
    }
}

/// What a step gave back for good.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    /// The step.
    pub(crate) step: &'a [u8; 16],
    /// The licence that was paid for.
    pub(crate) licence: LicenceId,
    /// How much, tax included.
    pub(crate) money: Money,
    /// The tax in it, in micro-units.
    pub(crate) tax_micros: i64,
    /// Why.
    pub(crate) reason: &'a str,
}

/// Writes the note of a step of a payment, which the caller has locked. It refers to the payment's
/// own invoice; where an earlier build owes that, it is made first.
pub(crate) async fn issue(
    app: &App,
    call: &Call,
    tx: &mut Tx,
    paid: &Paid,
    given: &Given<'_>,
) -> Result<(), Fault> {
    owed::settle(app, call, tx, paid, Some(given.step)).await?;
    write(app, call, tx, given).await
}

/// Writes a note whose payment has its invoice.
pub(super) async fn write(
    app: &App,
    call: &Call,
    tx: &mut Tx,
    given: &Given<'_>,
) -> Result<(), Fault> {
    let (series, number) = next(tx, "credit_note", call.now).await?;
    let values = [
        given.step.into(),
        given.licence.bytes().into(),
        series.into(),
        number.into(),
        call.now.0.into(),
        seller(app)?.into(),
        given.money.currency().code().into(),
        given.money.micros().into(),
        given.tax_micros.into(),
        given.reason.into(),
    ];
    tx.run(INSERT, &values).await?;
    Ok(())
}

/// The credit notes of a licence, the oldest first: of a subscription, those of all its payments.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn credit_notes(app: &App, licence: LicenceId) -> Result<Vec<CreditNote>, Fault> {
    let mut tx = app.db.read().await?;
    let rows = tx.all(OF_LICENCE, &[licence.bytes().into()]).await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<CreditNote, Fault> {
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading a credit note's currency"))?;
    let invoice = (row.text("invoice_series")?, row.int("invoice_number")?);
    Ok(CreditNote {
        number: format!("CN-{}-{:04}", row.text("series")?, row.int("number")?),
        issued_at: Timestamp(row.int("issued_ms")?),
        seller: serde_json::from_str(&row.text("seller")?)
            .map_err(Fault::while_("reading a credit note's seller"))?,
        money: Money::new(row.int("micros")?, currency),
        tax: Money::new(row.int("tax_micros")?, currency),
        reason: row.text("reason")?,
        invoice: format!("{}-{:04}", invoice.0, invoice.1),
        paid_at: Timestamp(row.int("captured_ms")?),
        kind: Kind::from_word(&row.text("kind")?)?,
        period: Period::read(row)?,
        provider: row.text("provider")?,
    })
}

const INSERT: &str = "
    insert into credit_notes (step_id, licence_id, series, number, issued_ms, seller, currency,
                              micros, tax_micros, reason)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const OF_LICENCE: &str = "
    select c.series, c.number, c.issued_ms, c.seller, c.currency, c.micros, c.tax_micros,
           c.reason, i.series as invoice_series, i.number as invoice_number, i.kind,
           i.plan, i.from_ms, i.until_ms, p.provider, p.captured_ms
      from credit_notes c
      join payment_steps s on s.id = c.step_id
      join payments p on p.id = s.payment_id
      join invoices i on i.payment_id = p.id
     where c.licence_id = $1
     order by c.series, c.number";
