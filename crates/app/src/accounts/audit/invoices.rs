//! The audit of invoices and credit notes: each payment that sold something has its invoice, over
//! what was paid and with the tax that was booked; and the credit notes of each are what its steps
//! gave back for good. What an earlier build left to be made is counted as soon as it is.

use std::collections::BTreeMap;

use domain::{Account, LicenceId, PaymentId};
use ledger::invariant::Breach;
use serde::Deserialize;
use store::db::{Row, Tx};

use super::{Check, check};
use crate::Fault;
use crate::accounts::paid;

/// Each payment that sold something has one invoice, with its gross, net and tax.
const SALES_HAVE_THEIR_INVOICE: &str = "sales_have_their_invoice";
/// The credit notes of an invoice sum to what was given back of its payment for good.
const CREDIT_NOTES_SUM_TO_REFUNDS: &str = "credit_notes_sum_to_refunds";

/// What is read of an invoice's lines.
#[derive(Deserialize)]
struct Line {
    micros: i64,
}

/// The tax of a sale, and the country of the table whose it is, by the source of its journal.
type Taxes = BTreeMap<String, (i64, Option<String>)>;

pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    Ok(vec![sales(tx).await?, notes(tx).await?])
}

async fn sales(tx: &mut Tx) -> Result<Check, Fault> {
    let taxes = taxes(tx).await?;
    let rows = tx.all(SALES, &[]).await?;
    let mut breaches = Vec::new();
    for row in &rows {
        if let Some(detail) = misbilled(row, &taxes)? {
            breaches.push(Breach {
                invariant: SALES_HAVE_THEIR_INVOICE,
                subject: PaymentId::from_bytes(row.id("id")?).to_string(),
                detail,
            });
        }
    }
    Ok(check(SALES_HAVE_THEIR_INVOICE, rows.len(), breaches))
}

async fn taxes(tx: &mut Tx) -> Result<Taxes, Fault> {
    let mut taxes = Taxes::new();
    for row in tx.all(TAXES, &[]).await? {
        let account: Account = row
            .text("account")?
            .parse()
            .map_err(Fault::while_("reading an account's name"))?;
        if let Account::Tax(country) = account {
            let country = country.map(|country| country.to_string());
            taxes.insert(row.text("source")?, (row.int("micros")?, country));
        }
    }
    Ok(taxes)
}

/// What is wrong with the invoice of a payment.
fn misbilled(row: &Row, taxes: &Taxes) -> Result<Option<String>, Fault> {
    let subject = row.text("subject")?;
    let Some(gross) = row.opt_int("gross_micros")? else {
        return Ok(Some("it sold something and has no invoice".into()));
    };
    if subject == "wallet_load" {
        return Ok(Some("it sold nothing and has an invoice".into()));
    }
    let (paid, currency) = (row.int("amount_micros")?, row.text("currency")?);
    let billed_in = row.opt_text("billed_in")?.unwrap_or_default();
    if (gross, &billed_in) != (paid, &currency) {
        let detail =
            format!("{paid} {currency} were paid, its invoice is over {gross} {billed_in}");
        return Ok(Some(detail));
    }
    if row.opt_bytes("licence_id")? != row.opt_bytes("billed_licence")? {
        return Ok(Some("its invoice is another licence's".into()));
    }
    let Some(lines) = row.opt_text("lines")? else {
        // An earlier build's: the rest is read from its licence and its journal.
        return Ok(None);
    };
    let lines: Vec<Line> =
        serde_json::from_str(&lines).map_err(Fault::while_("reading an invoice's lines"))?;
    let sum: i64 = lines.iter().map(|line| line.micros).sum();
    let (tax, country) = (row.opt_int("tax_micros")?, row.opt_text("tax_country")?);
    let source = match row.opt_text("journal_source")? {
        Some(source) => source,
        None => LicenceId::from_bytes(row.id("subject_id")?).to_string(),
    };
    let (booked, whose) = taxes.get(&source).cloned().unwrap_or_default();
    let tax = tax.unwrap_or(0);
    if sum != gross {
        Ok(Some(format!(
            "its invoice's lines sum to {sum}, not {gross}"
        )))
    } else if tax != booked {
        Ok(Some(format!(
            "its invoice states {tax} of tax, {booked} is booked"
        )))
    } else if booked > 0 && country != whose {
        Ok(Some("its invoice states another country's tax".into()))
    } else {
        Ok(None)
    }
}

async fn notes(tx: &mut Tx) -> Result<Check, Fault> {
    let rows = tx.all(NOTES, &[]).await?;
    let mut breaches = Vec::new();
    for row in &rows {
        let id = PaymentId::from_bytes(row.id("payment_id")?);
        let (micros, tax) = (row.int("micros")?, row.int("tax_micros")?);
        // A load was no sale: nothing of it has a credit note.
        let settled = match row.text("subject")?.as_str() {
            "wallet_load" => 0,
            _ => row.int("settled")?,
        };
        let wanted = (settled, tax_of(tx, id, settled).await?);
        if (micros, tax) != wanted {
            breaches.push(Breach {
                invariant: CREDIT_NOTES_SUM_TO_REFUNDS,
                subject: id.to_string(),
                detail: format!(
                    "{} (tax {}) is given back, its credit notes are over {micros} ({tax})",
                    wanted.0, wanted.1
                ),
            });
        }
    }
    Ok(check(CREDIT_NOTES_SUM_TO_REFUNDS, rows.len(), breaches))
}

/// The tax that goes back with so much of a payment.
async fn tax_of(tx: &mut Tx, id: PaymentId, settled: i64) -> Result<i64, Fault> {
    if settled == 0 {
        return Ok(0);
    }
    let Some(payment) = paid::find(tx, id).await? else {
        return Ok(0);
    };
    let sale = paid::journal(tx, &payment).await?;
    let tax = paid::legs(&sale)?.tax_of(settled);
    tax.map_err(Fault::while_("computing the tax given back"))
}

const SALES: &str = "
    select p.id, p.subject, p.subject_id, p.amount_micros, p.currency, x.journal_source,
           coalesce(s.licence_id, p.subject_id) as licence_id,
           i.licence_id as billed_licence, i.gross_micros, i.currency as billed_in,
           i.tax_micros, i.tax_country, i.lines
      from payments p
      left join invoices i on i.payment_id = p.id
      left join cycle_payments x on x.payment_id = p.id
      left join cycles c on c.id = x.cycle_id
      left join subscriptions s on s.id = c.subscription_id
     where (p.subject <> 'wallet_load' or i.payment_id is not null)
       and not exists (select 1 from invoices_owed o where o.payment_id = p.id)";

const TAXES: &str = "
    select j.source, p.account, cast(sum(p.amount_micros) as bigint) as micros
      from journals j join postings p on p.journal_id = j.id
     where j.kind in ('sale', 'bundle_sale', 'subscription_sale', 'renewal', 'plan_upgrade')
       and p.account like 'tax:%'
     group by j.source, p.account";

const NOTES: &str = "
    select s.payment_id, p.subject, max(s.settled_micros) as settled,
           cast(coalesce(sum(n.micros), 0) as bigint) as micros,
           cast(coalesce(sum(n.tax_micros), 0) as bigint) as tax_micros
      from payment_steps s
      join payments p on p.id = s.payment_id
      left join credit_notes n on n.step_id = s.id
     where not exists (select 1 from invoices_owed o where o.payment_id = p.id)
     group by s.payment_id, p.subject";
