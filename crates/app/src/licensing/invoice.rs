//! The invoice of a licence: its number is drawn once, in the transaction of its sale. (Licences
//! that were sold before that was so get theirs when somebody first asks for it.)
//!
//! Before: the licence is there. After: it has exactly one invoice, and the numbers of the
//! invoice's year (UTC) run from 1 without a gap. The number, the date and the seller never change
//! again, whatever the operator sets later. What cost its holder nothing has no invoice: neither a
//! free licence, nor a gift, whose giver has it.

use domain::{LicenceId, Timestamp};
use store::db::{Row, Tx};

use super::{Line, QuotedOption, sandbox};
use crate::{App, Call, Fault, Seller};

/// An invoice's own data; the rest stands in its licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// `2026-0001`: the year and the place in it.
    pub number: String,
    /// When it was made.
    pub issued_at: Timestamp,
    /// Who sold, as it was set then.
    pub seller: Seller,
    /// Through whom it was paid.
    pub provider: String,
    /// Tax within the price, where it is no line of its own.
    pub tax_included: Option<Line>,
}

impl Invoice {
    /// Whether no money moved.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        self.provider == sandbox::NAME
    }
}

/// How often two first requests for one licence may get in each other's way.
const TRIES_MAX: u32 = 20;

/// The invoice of a licence that is there, made now if nobody has asked for it before; none where
/// its holder paid nothing.
///
/// # Errors
/// [`Fault`].
pub async fn invoice(app: &App, call: &Call, id: LicenceId) -> Result<Option<Invoice>, Fault> {
    for _ in 0..TRIES_MAX {
        let mut tx = app.read().await?;
        if let Some(invoice) = find(&mut tx, id).await? {
            return Ok(Some(invoice));
        }
        if !tx
            .one(IS_BILLED, &[id.bytes().into()])
            .await?
            .flag("billed")?
        {
            return Ok(None);
        }
        drop(tx);
        match number(app, call, id).await {
            Err(fault) if fault.is_contention() => {}
            done => done?,
        }
    }
    Err(Fault::because("making an invoice", "it is never there"))
}

/// Draws a number, unless the licence has one: in the transaction of its sale, or later for a
/// licence sold before that was so. A transaction that comes second for the same licence is
/// dropped with its number, which the next one then gets: there is no gap.
async fn number(app: &App, call: &Call, id: LicenceId) -> Result<(), Fault> {
    let mut tx = app.write().await?;
    if draw(app, call, &mut tx, id).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// Draws a licence's number within a transaction; `false` where it has one by now and the
/// transaction must be dropped, with what it drew.
pub(crate) async fn draw(
    app: &App,
    call: &Call,
    tx: &mut Tx,
    id: LicenceId,
) -> Result<bool, Fault> {
    let (year, drawn) = next(tx, "invoice", call.now).await?;
    let values = [
        id.bytes().into(),
        year.into(),
        drawn.into(),
        call.now.0.into(),
        seller(app)?.into(),
    ];
    Ok(tx.optional(INSERT, &values).await?.is_some())
}

/// The next number of this year's papers of a kind.
pub(super) async fn next(tx: &mut Tx, kind: &str, now: Timestamp) -> Result<(String, i64), Fault> {
    let year: String = now.day().chars().take_while(|c| *c != '-').collect();
    let counter = format!("{kind}:{year}");
    let drawn = tx.one(NEXT, &[counter.into()]).await?.int("next_no")?;
    Ok((year, drawn))
}

/// Who sells, as papers keep it.
pub(super) fn seller(app: &App) -> Result<String, Fault> {
    serde_json::to_string(&app.settings.seller).map_err(Fault::while_("writing a paper's seller"))
}

pub(super) async fn find(tx: &mut Tx, id: LicenceId) -> Result<Option<Invoice>, Fault> {
    let Some(row) = tx.optional(FIND, &[id.bytes().into()]).await? else {
        return Ok(None);
    };
    Ok(Some(Invoice {
        number: format!("{}-{:04}", row.text("series")?, row.int("number")?),
        issued_at: Timestamp(row.int("issued_ms")?),
        seller: serde_json::from_str(&row.text("seller")?)
            .map_err(Fault::while_("reading an invoice's seller"))?,
        provider: row.text("provider")?,
        tax_included: tax_included(&row)?,
    }))
}

/// The tax within the price, as it was quoted: of the option that was bought.
fn tax_included(row: &Row) -> Result<Option<Line>, Fault> {
    let options: Vec<QuotedOption> = serde_json::from_str(&row.text("options")?)
        .map_err(Fault::while_("reading what was quoted"))?;
    let (label, price) = (row.text("label")?, row.int("price_micros")?);
    let bought = options
        .into_iter()
        .find(|option| option.label == label && option.total_micros == price);
    Ok(bought.and_then(|option| option.tax_included))
}

const IS_BILLED: &str = "
    select count(*) as billed from licences l
     where l.id = $1 and l.payment_id is not null
       and not exists (select 1 from bundles b
                        where b.licence_id = l.id and b.gift_id is not null)";

const NEXT: &str = "
    insert into counters (name, next_no) values ($1, 1)
    on conflict (name) do update set next_no = counters.next_no + 1
 returning next_no";

const INSERT: &str = "
    insert into invoices (licence_id, series, number, issued_ms, seller)
    values ($1, $2, $3, $4, $5)
    on conflict (licence_id) do nothing
 returning number";

const FIND: &str = "
    select i.series, i.number, i.issued_ms, i.seller, p.provider, q.options, l.label,
           l.price_micros
      from invoices i
      join licences l on l.id = i.licence_id
      join payments p on p.id = l.payment_id
      join quotes q on q.id = l.quote_id
     where i.licence_id = $1";
