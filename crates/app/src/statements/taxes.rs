//! The operator's year for their tax adviser, as one table: what each payee earned and was paid,
//! and the tax that was collected with sales.
//!
//! Payees' rows are sums of their lines by kind and currency. Nothing is withheld from payees: a
//! row says so with a zero. Tax rows are sums of what was posted to the tax accounts by country
//! and rate; the rate is the tax over the rest of the price, rounded to the basis point, since
//! that is what was charged.

use std::collections::BTreeMap;

use domain::PayeeId;
use domain::csv::{Cell, typed_row};
use domain::statement::{Period, decimal, kind_words};
use store::db::Tx;

use crate::{App, Fault};

const HEAD: [&str; 11] = [
    "year",
    "section",
    "payee",
    "name",
    "kind",
    "what",
    "country",
    "rate_percent",
    "currency",
    "taxed_amount",
    "amount",
];

/// The table of a year.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn csv(app: &App, year: &Period) -> Result<String, Fault> {
    let mut tx = app.db.read().await?;
    let mut text = typed_row(&HEAD.map(Cell::Text));
    text.push_str(&payees(&mut tx, year).await?);
    text.push_str(&taxes(&mut tx, year).await?);
    Ok(text)
}

async fn payees(tx: &mut Tx, year: &Period) -> Result<String, Fault> {
    let mut text = String::new();
    let mut last = None;
    let sql = tx.spelt(PAYEES);
    let rows = tx.all(&sql, &bounds(year)).await?;
    for row in &rows {
        let payee = PayeeId::from_bytes(row.id("id")?).to_string();
        let (name, currency) = (row.text("name")?, row.text("currency")?);
        let mut say = |kind: &str, what: &str, micros| {
            text.push_str(&typed_row(&[
                Cell::Text(year.name()),
                Cell::Text("payee"),
                Cell::Text(&payee),
                Cell::Text(&name),
                Cell::Text(kind),
                Cell::Text(what),
                Cell::Text(""),
                Cell::Text(""),
                Cell::Text(&currency),
                Cell::Text(""),
                Cell::Number(decimal(micros)),
            ]));
        };
        let this = Some((payee.clone(), currency.clone()));
        if last != this {
            last = this;
            say("withheld", "Tax withheld", 0);
        }
        let kind = row.text("kind")?;
        say(&kind, kind_words(&kind), row.int("sum")?);
    }
    Ok(text)
}

/// The sums of taxed amount and tax by country, rate in basis points and currency.
type Rates = BTreeMap<(String, i128, String), (i64, i64)>;

async fn taxes(tx: &mut Tx, year: &Period) -> Result<String, Fault> {
    let overflow = || Fault::because("summing a year's taxes", "a sum overflows");
    let mut sums = Rates::new();
    for row in tx.all(TAXES, &bounds(year)).await? {
        let (tax, cash) = (row.int("tax")?, row.int("cash")?);
        // What was paid is debited to whoever holds the cash: the rest of it was taxed.
        let taxed = cash.checked_add(tax).and_then(i64::checked_neg);
        let taxed = taxed.ok_or_else(overflow)?;
        let country = row.text("account")?.replacen("tax:", "", 1).to_uppercase();
        let key = (country, rate_bp(tax, taxed), row.text("currency")?);
        let (base, sum) = sums.entry(key).or_default();
        *base = base.checked_add(taxed).ok_or_else(overflow)?;
        *sum = sum.checked_add(tax).ok_or_else(overflow)?;
    }
    let mut text = String::new();
    for ((country, rate, currency), (base, tax)) in sums {
        text.push_str(&typed_row(&[
            Cell::Text(year.name()),
            Cell::Text("tax"),
            Cell::Text(""),
            Cell::Text(""),
            Cell::Text("collected"),
            Cell::Text("Tax collected with sales"),
            Cell::Text(&country),
            Cell::Number(format!("{}.{:02}", rate / 100, rate % 100)),
            Cell::Text(&currency),
            Cell::Number(decimal(base)),
            Cell::Number(decimal(tax)),
        ]));
    }
    Ok(text)
}

/// Tax over the taxed amount in basis points, to the nearest; 0 where nothing was taxed.
fn rate_bp(tax: i64, taxed: i64) -> i128 {
    let (tax, taxed) = (i128::from(tax).abs(), i128::from(taxed).abs());
    match taxed {
        0 => 0,
        _ => (tax * 20_000 + taxed) / (2 * taxed),
    }
}

fn bounds(year: &Period) -> [store::db::Value; 2] {
    [year.from().0.into(), year.until().0.into()]
}

const PAYEES: &str = "
    select p.id, p.name, e.currency, e.kind, cast(sum(e.micros) as bigint) as sum
      from payee_lines e join payees p on p.id = e.payee_id
     where e.at_ms >= $1 and e.at_ms < $2
     group by p.id, p.name, e.currency, e.kind
     order by p.name {bytewise}, p.id, e.currency {bytewise}, e.kind {bytewise}";

const TAXES: &str = "
    select t.account, t.currency, cast(sum(t.amount_micros) as bigint) as tax,
           cast(coalesce((select sum(c.amount_micros) from postings c
                      where c.journal_id = j.id and c.currency = t.currency
                        and (c.account like 'provider:%' or c.account like 'wallet:%')), 0)
                as bigint) as cash
      from journals j join postings t on t.journal_id = j.id
     where t.account like 'tax:%' and j.at_ms >= $1 and j.at_ms < $2
     group by j.id, t.account, t.currency";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_what_was_charged() {
        assert_eq!(rate_bp(1_000_000, 5_000_000), 2_000);
        assert_eq!(rate_bp(-1_000_000, -5_000_000), 2_000);
        assert_eq!(rate_bp(950_000, 5_000_000), 1_900);
        assert_eq!(rate_bp(0, 0), 0);
    }
}
