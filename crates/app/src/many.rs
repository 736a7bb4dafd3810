//! Statements that write or read many rows at once.

use std::fmt::Write;

use store::db::{Row, Tx, Value};

use crate::Fault;

/// How many rows one statement writes: a close posts thousands of lines at once.
pub(crate) const ROWS: usize = 100;

/// The places of so many rows of so many columns, after `values`.
pub(crate) fn rows(count: usize, columns: usize) -> String {
    // Thousands of places are written for a large settlement: into one text, at once.
    let mut text = String::with_capacity(count * (columns * 7 + 4));
    for row in 0..count {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for place in 1..=columns {
            if place > 1 {
                text.push_str(", ");
            }
            // Writing into a text can't fail.
            let _ = write!(text, "${}", row * columns + place);
        }
        text.push(')');
    }
    text
}

/// So many places, one behind the other: what `in (…)` asks for.
fn places(count: usize) -> String {
    let places: Vec<String> = (1..=count).map(|n| format!("${n}")).collect();
    places.join(", ")
}

/// How many ids one statement asks for.
const ASKED: usize = 100;

/// All rows of a statement that asks for many ids, some at a time. It is given in two parts, what stands
/// before their places and what stands behind; `{beside}` there is the place of one more value.
pub(crate) async fn all(
    tx: &mut Tx,
    (before, behind): (&str, &str),
    ids: &[Value],
    beside: Option<Value>,
) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    for some in ids.chunks(ASKED) {
        let behind = behind.replace("{beside}", &format!("${}", some.len() + 1));
        let sql = format!("{before}({}){behind}", places(some.len()));
        let mut values = some.to_vec();
        values.extend(beside.clone());
        rows.extend(tx.all(&sql, &values).await?);
    }
    Ok(rows)
}

/// Writes rows by a statement that is given in two parts, what stands before their places and what
/// stands behind.
pub(crate) async fn write<const N: usize>(
    tx: &mut Tx,
    (before, behind): (&str, &str),
    all: &[[Value; N]],
) -> Result<(), Fault> {
    for some in all.chunks(ROWS) {
        let sql = format!("{before}{}{behind}", rows(some.len(), N));
        tx.run(&sql, some.as_flattened()).await?;
    }
    Ok(())
}
