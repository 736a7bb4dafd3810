//! The invoice of a payment: its number is drawn once, in the transaction of the sale.
//!
//! Before: the payment is kept and sold something. After: it has exactly one invoice, and the
//! numbers of the invoice's year (UTC) run from 1 without a gap. Nothing of it changes again,
//! whatever the operator sets later. What cost its holder nothing has no invoice: neither a free
//! licence, nor a gift, whose giver has it.

use domain::{Country, LicenceId, PaymentId, Timestamp};
use ledger::{Currency, Money};
use store::db::{Row, Tx};

use super::owed::{self, Quoted};
use super::{Bill, Kind, Line, Period, next, seller};
use crate::accounts::sandbox;
use crate::{App, Call, Fault, Seller};

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// `2026-0001`: the year and the place in it.
    pub number: String,
    /// When it was made.
    pub issued_at: Timestamp,
    /// Who sold, as it was set then.
    pub seller: Seller,
    /// The payment that it is over.
    pub payment: PaymentId,
    /// Through whom it was paid.
    pub provider: String,
    /// When it was paid.
    pub paid_at: Timestamp,
    /// What it sold.
    pub kind: Kind,
    /// Of a subscription: what of it.
    pub period: Option<Period>,
    /// What was paid.
    pub total: Money,
    /// The tax in it.
    pub tax: Money,
    /// The country of the table whose tax it is.
    pub tax_country: Option<Country>,
    /// How the total comes about: they sum to it.
    pub lines: Vec<Line>,
    /// Tax within the price, where it is no line of its own.
    pub tax_included: Option<Line>,
}

impl Invoice {
    /// Whether no money moved.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        self.provider == sandbox::NAME
    }

    /// What was paid without the tax in it.
    #[must_use]
    pub fn net(&self) -> Money {
        self.total.checked_sub(self.tax).unwrap_or(self.total)
    }
}

/// The invoice of a licence's own sale, which for a subscription is its sign-up; none where its
/// holder paid nothing.
///
/// # Errors
/// [`Fault`].
pub async fn invoice(app: &App, call: &Call, id: LicenceId) -> Result<Option<Invoice>, Fault> {
    let all = invoices(app, call, id).await?;
    Ok(all.into_iter().find(|one| one.kind.is_first()))
}

/// The invoices of a licence, by when they were paid: a subscription has one for each payment.
/// Those that an earlier build owes are made now.
///
/// # Errors
/// [`Fault`].
pub async fn invoices(app: &App, call: &Call, id: LicenceId) -> Result<Vec<Invoice>, Fault> {
    owed::of_licence(app, call, id).await?;
    let mut tx = app.db.read().await?;
    let rows = tx.all(OF_LICENCE, &[id.bytes().into()]).await?;
    let mut invoices = Vec::with_capacity(rows.len());
    for row in &rows {
        invoices.push(read(&mut tx, row).await?);
    }
    Ok(invoices)
}

/// Draws a payment's number and writes its invoice, in the transaction of its sale. It comes after
/// the sale's journal, so that sales wait for each other's numbers only at their end.
pub(crate) async fn draw(
    app: &App,
    call: &Call,
    tx: &mut Tx,
    (payment, licence, gross): (PaymentId, LicenceId, Money),
    bill: &Bill,
) -> Result<(), Fault> {
    let lines =
        serde_json::to_string(&bill.lines).map_err(Fault::while_("writing an invoice's lines"))?;
    let period = bill.period.as_ref();
    let (series, number) = next(tx, "invoice", call.now).await?;
    let values = [
        payment.bytes().into(),
        licence.bytes().into(),
        series.into(),
        number.into(),
        call.now.0.into(),
        seller(app)?.into(),
        bill.kind.word().into(),
        period.and_then(|period| period.plan.clone()).into(),
        period.map(|period| period.from.0).into(),
        period.map(|period| period.until.0).into(),
        gross.currency().code().into(),
        gross.micros().into(),
        bill.tax.micros().into(),
        bill.country.map(|country| country.to_string()).into(),
        lines.into(),
        bill.tax_label.clone().into(),
    ];
    tx.run(INSERT, &values).await?;
    Ok(())
}

async fn read(tx: &mut Tx, row: &Row) -> Result<Invoice, Fault> {
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading an invoice's currency"))?;
    let payment = PaymentId::from_bytes(row.id("payment_id")?);
    let quoted = match row.opt_text("lines")? {
        Some(lines) => stated(row, &lines)?,
        None => owed::quoted(tx, payment).await?,
    };
    Ok(Invoice {
        number: format!("{}-{:04}", row.text("series")?, row.int("number")?),
        issued_at: Timestamp(row.int("issued_ms")?),
        seller: serde_json::from_str(&row.text("seller")?)
            .map_err(Fault::while_("reading an invoice's seller"))?,
        payment,
        provider: row.text("provider")?,
        paid_at: Timestamp(row.int("captured_ms")?),
        kind: Kind::from_word(&row.text("kind")?)?,
        period: Period::read(row)?,
        total: Money::new(row.int("gross_micros")?, currency),
        tax: Money::new(quoted.tax_micros, currency),
        tax_country: quoted.country,
        tax_included: quoted.tax_label.map(|label| Line {
            label,
            micros: quoted.tax_micros,
        }),
        lines: quoted.lines,
    })
}

/// What an invoice says of its price itself.
fn stated(row: &Row, lines: &str) -> Result<Quoted, Fault> {
    let country = row.opt_text("tax_country")?.map(|code| code.parse());
    Ok(Quoted {
        lines: serde_json::from_str(lines).map_err(Fault::while_("reading an invoice's lines"))?,
        tax_micros: row.opt_int("tax_micros")?.unwrap_or(0),
        country: country
            .transpose()
            .map_err(Fault::while_("reading an invoice's country"))?,
        tax_label: row.opt_text("tax_label")?,
    })
}

const INSERT: &str = "
    insert into invoices (payment_id, licence_id, series, number, issued_ms, seller, kind, plan,
                          from_ms, until_ms, currency, gross_micros, tax_micros, tax_country,
                          lines, tax_label)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

const OF_LICENCE: &str = "
    select i.payment_id, i.series, i.number, i.issued_ms, i.seller, i.kind, i.plan, i.from_ms,
           i.until_ms, i.currency, i.gross_micros, i.tax_micros, i.tax_country, i.lines,
           i.tax_label, p.provider, p.captured_ms
      from invoices i join payments p on p.id = i.payment_id
     where i.licence_id = $1
     order by p.captured_ms, i.series, i.number";
