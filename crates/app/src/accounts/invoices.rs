//! The audit of invoice numbers: those of a series have no gap.

use ledger::invariant::Breach;
use store::db::Tx;

use crate::Fault;

/// The numbers of a series run from one to as many as there are, and its counter stands there.
pub(super) const INVOICE_NUMBERS_HAVE_NO_GAPS: &str = "invoice_numbers_have_no_gaps";

/// How many invoices were looked at, and the series whose numbers have a gap.
pub(super) async fn breaches(tx: &mut Tx) -> Result<(usize, Vec<Breach>), Fault> {
    let (mut count, mut breaches) = (0, Vec::new());
    for row in tx.all(SERIES, &[]).await? {
        let (there, last, drawn) = (row.int("there")?, row.int("last")?, row.int("drawn")?);
        count += usize::try_from(there).unwrap_or(0);
        if there != last || last != drawn {
            breaches.push(Breach {
                invariant: INVOICE_NUMBERS_HAVE_NO_GAPS,
                subject: row.text("series")?,
                detail: format!("{there} invoices, the last is {last}, {drawn} numbers were drawn"),
            });
        }
    }
    Ok((count, breaches))
}

const SERIES: &str = "
    select substr(c.name, 9) as series, c.next_no as drawn, count(i.number) as there,
           coalesce(max(i.number), 0) as last
      from counters c left join invoices i on i.series = substr(c.name, 9)
     where c.name like 'invoice:%'
     group by c.name, c.next_no
     union all
    select i.series, 0, count(*), max(i.number)
      from invoices i
     where not exists (select 1 from counters c where c.name = 'invoice:' || i.series)
     group by i.series";
