//! The audit of the numbers of invoices and credit notes: those of a series have no gap.

use ledger::invariant::Breach;
use store::db::Tx;

use crate::Fault;

/// The numbers of a series run from one to as many as there are, and its counter stands there.
pub(super) const INVOICE_NUMBERS_HAVE_NO_GAPS: &str = "invoice_numbers_have_no_gaps";
/// The same of credit notes.
pub(super) const CREDIT_NOTE_NUMBERS_HAVE_NO_GAPS: &str = "credit_note_numbers_have_no_gaps";

/// How many invoices were looked at, and the series whose numbers have a gap.
pub(super) async fn breaches(tx: &mut Tx) -> Result<(usize, Vec<Breach>), Fault> {
    gaps(tx, INVOICE_NUMBERS_HAVE_NO_GAPS, ("invoice", "invoices")).await
}

/// How many credit notes were looked at, and the series whose numbers have a gap.
pub(super) async fn credit_notes(tx: &mut Tx) -> Result<(usize, Vec<Breach>), Fault> {
    let kind = ("credit_note", "credit_notes");
    gaps(tx, CREDIT_NOTE_NUMBERS_HAVE_NO_GAPS, kind).await
}

async fn gaps(
    tx: &mut Tx,
    invariant: &'static str,
    (counter, table): (&str, &str),
) -> Result<(usize, Vec<Breach>), Fault> {
    let sql = SERIES
        .replace("{counter}", counter)
        .replace("{table}", table);
    let (mut count, mut breaches) = (0, Vec::new());
    for row in tx.all(&sql, &[]).await? {
        let (there, last, drawn) = (row.int("there")?, row.int("last")?, row.int("drawn")?);
        count += usize::try_from(there).unwrap_or(0);
        if there != last || last != drawn {
            breaches.push(Breach {
                invariant,
                subject: row.text("series")?,
                detail: format!("{there} papers, the last is {last}, {drawn} numbers were drawn"),
            });
        }
    }
    Ok((count, breaches))
}

const SERIES: &str = "
    select substr(c.name, length('{counter}:') + 1) as series, c.next_no as drawn,
           count(i.number) as there, coalesce(max(i.number), 0) as last
      from counters c
      left join {table} i on i.series = substr(c.name, length('{counter}:') + 1)
     where substr(c.name, 1, length('{counter}:')) = '{counter}:'
     group by c.name, c.next_no
     union all
    select i.series, 0, count(*), max(i.number)
      from {table} i
     where not exists (select 1 from counters c where c.name = '{counter}:' || i.series)
     group by i.series";
