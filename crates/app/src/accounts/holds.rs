//! What sales hold back against chargebacks, each with its age.
//!
//! Sales from before this was kept have no row: [`missing`] reads theirs out of their journals,
//! and the upkeep writes it down.

use domain::{Account, LicenceId, SplitSheetId, Timestamp};
use ledger::{Currency, Money};
use store::db::{Row, Tx};

use crate::Fault;

/// One sale's hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// The licence that was sold.
    pub(crate) licence: LicenceId,
    /// The sheet its sale was shared by, and its reserve will be.
    pub(crate) sheet: SplitSheetId,
    /// What was held back.
    pub(crate) money: Money,
    /// When the sale was made.
    pub(crate) since: Timestamp,
    /// When it went to the payees.
    pub(crate) released: Option<Timestamp>,
}

/// Keeps a new hold. One that is kept already stays.
pub(crate) async fn keep(tx: &mut Tx, held: &Held) -> Result<(), Fault> {
    let values = [
        held.licence.bytes().into(),
        held.sheet.bytes().into(),
        held.money.currency().code().into(),
        held.money.micros().into(),
        held.since.0.into(),
    ];
    tx.run(KEEP, &values).await?;
    Ok(())
}

/// The hold of a licence's sale, locked until the transaction ends.
pub(crate) async fn locked(tx: &mut Tx, licence: LicenceId) -> Result<Option<Held>, Fault> {
    let lock = format!("{HOLD} where licence_id = $1{}", tx.for_update());
    let row = tx.optional(&lock, &[licence.bytes().into()]).await?;
    row.map(|row| read(&row)).transpose()
}

/// Every hold that is kept.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<Held>, Fault> {
    tx.all(HOLD, &[]).await?.iter().map(read).collect()
}

/// Holds that aren't released and were made by `until`, the oldest first.
pub(crate) async fn old(tx: &mut Tx, until: Timestamp, most: i64) -> Result<Vec<LicenceId>, Fault> {
    let rows = tx.all(OLD, &[until.0.into(), most.into()]).await?;
    let ids = rows.iter().map(|row| Ok(row.id("licence_id")?));
    ids.map(|id: Result<_, Fault>| id.map(LicenceId::from_bytes))
        .collect()
}

/// Marks a hold as gone to the payees.
pub(crate) async fn release(tx: &mut Tx, licence: LicenceId, now: Timestamp) -> Result<(), Fault> {
    tx.run(RELEASE, &[licence.bytes().into(), now.0.into()])
        .await?;
    Ok(())
}

/// The holds of sales without a row, as their journals have them.
pub(crate) async fn missing(tx: &mut Tx, most: i64) -> Result<Vec<Held>, Fault> {
    let mut out = Vec::new();
    for row in tx.all(MISSING, &[most.into()]).await? {
        let licence = LicenceId::from_bytes(row.id("id")?);
        let (since, sheet) = (Timestamp(row.int("issued_ms")?), row.id("sheet_id")?);
        let sheet = SplitSheetId::from_bytes(sheet);
        let account = Account::Reserve(sheet).id();
        let values = [licence.to_string().into(), account.as_str().into()];
        let micros = tx.one(RESERVED, &values).await?.int("micros")?;
        out.push(Held {
            licence,
            sheet,
            money: Money::new(micros, currency(&row)?),
            since,
            released: None,
        });
    }
    Ok(out)
}

fn read(row: &Row) -> Result<Held, Fault> {
    Ok(Held {
        licence: LicenceId::from_bytes(row.id("licence_id")?),
        sheet: SplitSheetId::from_bytes(row.id("sheet_id")?),
        money: Money::new(row.int("micros")?, currency(row)?),
        since: Timestamp(row.int("since_ms")?),
        released: row.opt_int("released_ms")?.map(Timestamp),
    })
}

fn currency(row: &Row) -> Result<Currency, Fault> {
    Currency::from_code(&row.text("currency")?).map_err(Fault::while_("reading a hold's currency"))
}

const KEEP: &str = "
    insert into reserve_holds (licence_id, sheet_id, currency, micros, since_ms)
    values ($1, $2, $3, $4, $5)
    on conflict do nothing";

const HOLD: &str = "
    select licence_id, sheet_id, currency, micros, since_ms, released_ms from reserve_holds";

const OLD: &str = "
    select licence_id from reserve_holds
     where released_ms is null and since_ms <= $1
     order by since_ms, licence_id limit $2";

const RELEASE: &str = "update reserve_holds set released_ms = $2 where licence_id = $1";

const MISSING: &str = "
    select l.id, l.issued_ms, l.currency,
           (select e.sheet_id from payee_lines e
             where e.kind = 'sale' and e.source_id = l.id limit 1) as sheet_id
      from licences l
     where l.track_id is not null
       and not exists (select 1 from reserve_holds h where h.licence_id = l.id)
       and exists (select 1 from payee_lines e where e.kind = 'sale' and e.source_id = l.id)
     order by l.issued_ms limit $1";

const RESERVED: &str = "
    select cast(coalesce(sum(p.amount_micros), 0) as bigint) as micros
      from journals j join postings p on p.journal_id = j.id
     where j.kind = 'sale' and j.source = $1 and p.account = $2";
