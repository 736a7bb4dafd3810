//! The numbers by which blobs name bundles and cycles.

use std::collections::BTreeMap;

use store::db::{Row, Tx, Value};

use super::known::Id;
use crate::{Fault, many};

/// The numbers by which blobs name bundles of a family or cycles of a subscription, in the order of
/// these rows, and whose they are, by this column: the next free one, the first time it is asked for.
pub(super) async fn numbers(tx: &mut Tx, rows: &[Row], of: &str) -> Result<Vec<(Id, u32)>, Fault> {
    let ids = rows.iter().map(|row| Ok((&row.id("id")?).into()));
    let ids = ids.collect::<Result<Vec<Value>, Fault>>()?;
    let mut known: BTreeMap<Id, i64> = BTreeMap::new();
    for row in many::all(tx, NUMBERS, &ids, None).await? {
        known.insert(row.id("id")?, row.int("n")?);
    }
    let mut numbers = Vec::with_capacity(rows.len());
    for row in rows {
        let (id, of) = (row.id("id")?, row.id(of)?);
        let n = match known.get(&id) {
            Some(n) => *n,
            None => {
                let values = [(&of).into(), (&id).into()];
                tx.one(NEXT_NUMBER, &values).await?.int("n")?
            }
        };
        let n = u32::try_from(n).map_err(Fault::while_("numbering what a use draws on"))?;
        numbers.push((of, n));
    }
    Ok(numbers)
}

const NUMBERS: (&str, &str) = ("select id, n from meter_numbers where id in ", "");

const NEXT_NUMBER: &str = "
    insert into meter_numbers (of_id, n, id)
    select $1, coalesce(max(n), -1) + 1, $2 from meter_numbers where of_id = $1
 returning n";
