//! The leaves of licences: one for each that is issued, in the transaction that issues it.

use domain::{LicenceId, Timestamp};
use ledger::{Currency, Money};
use licence_key::Code;
use sha2::{Digest, Sha256};
use store::db::{Row, Tx};
use tlog::{Batch, Kind};

use super::end::{End, Said, number, totals};
use super::event::{Event, Licence};
use crate::{App, Fault};

/// Puts a licence that this transaction has issued into the log. Call it last before the commit.
pub(crate) async fn licence(
    app: &App,
    tx: &mut Tx,
    now: Timestamp,
    id: LicenceId,
) -> Result<(), Fault> {
    let row = tx.one(ONE, &[id.bytes().into()]).await?;
    log(app, tx, now, std::slice::from_ref(&row)).await
}

/// One leaf over these licences' rows, in their order.
pub(super) async fn log(app: &App, tx: &mut Tx, now: Timestamp, rows: &[Row]) -> Result<(), Fault> {
    let (mut ids, mut prices, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let currency = Currency::from_code(&row.text("currency")?)
            .map_err(Fault::while_("reading a licence's currency"))?;
        prices.push(Money::new(row.int("price_micros")?, currency));
        ids.push(row.id("id")?);
        events.push(event(row)?);
    }
    let mut end = End::hold(tx).await?;
    let batch = Batch::new(
        end.salts(&app.issuer.log_secret()),
        events.iter().map(Vec::as_slice),
    );
    let said = Said {
        kind: Kind::Licences,
        batch: batch.head(),
        count: batch.count(),
        totals: totals(prices)?,
    };
    let leaf = number(end.append(tx, now, said).await?)?;
    for (position, id) in (0_i64..).zip(&ids) {
        let values = [id.into(), leaf.into(), position.into()];
        tx.run(INSERT, &values).await?;
    }
    Ok(())
}

/// The events of a leaf of licences, as they stand in the database now.
pub(crate) async fn batch(tx: &mut Tx, leaf: i64) -> Result<Vec<Vec<u8>>, Fault> {
    let rows = tx.all(OF_LEAF, &[leaf.into()]).await?;
    rows.iter().map(event).collect()
}

fn event(row: &Row) -> Result<Vec<u8>, Fault> {
    let code: Code = row
        .text("code")?
        .parse()
        .map_err(Fault::while_("reading a licence's code"))?;
    let event = Event::Licence(Licence {
        id: row.id("id")?,
        code,
        token: Sha256::digest(row.text("token")?).into(),
    });
    Ok(event.encode())
}

const ONE: &str = "select id, code, token, price_micros, currency from licences where id = $1";

const OF_LEAF: &str = "
    select l.id, l.code, l.token
      from licence_leaves b join licences l on l.id = b.licence_id
     where b.leaf = $1 order by b.position";

const INSERT: &str = "
    insert into licence_leaves (licence_id, leaf, position) values ($1, $2, $3)";
