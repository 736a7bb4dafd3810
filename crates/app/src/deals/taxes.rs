//! The table of taxes by country: set, taken out, listed.
//!
//! After: one more line, which counts from its moment on. Quotes given before keep theirs.

use domain::tax_table::{RATE_MAX_BP, TaxRule};
use domain::{Country, Timestamp};

use super::{DealRefusal, bad, next_line, operator};
use crate::accounts::taxed::rule;
use crate::offers::Hand;
use crate::{App, Call, Fault, Stop, Tax};

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxLine {
    /// The country, its tax (none where it is taken out), and from when.
    pub rule: TaxRule,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether it counts now.
    pub counts: bool,
}

/// Sets the tax of a country from a moment on; `None` takes the country out of the table, so that
/// the store's own tax counts for it again.
///
/// # Errors
/// [`DealRefusal`]: not the operator, a rate above the whole.
pub async fn set(
    app: &App,
    call: &Call,
    hand: Hand<'_>,
    country: Country,
    tax: Option<Tax>,
    from: Option<Timestamp>,
) -> Result<TaxRule, Stop<DealRefusal>> {
    operator(hand)?;
    let (mode, bp) = match tax {
        None => ("removed", 0),
        Some(Tax::None) => ("none", 0),
        Some(Tax::Inclusive { bp }) => ("inclusive", bp),
        Some(Tax::Exclusive { bp }) => ("exclusive", bp),
    };
    if bp > RATE_MAX_BP {
        return bad("rate", "a tax is at most 100 %");
    }
    let from = from.unwrap_or(call.now);
    let mut tx = app.write().await?;
    let line = next_line(&mut tx, "tax_rates").await?;
    let values = [
        line.into(),
        country.as_str().into(),
        mode.into(),
        bp.into(),
        from.0.into(),
        hand.name().into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    tx.commit().await?;
    Ok(TaxRule { country, tax, from })
}

/// Every line, by country and time.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn list(app: &App, now: Timestamp) -> Result<Vec<TaxLine>, Fault> {
    let mut tx = app.read().await?;
    let rows = tx.all(ALL, &[]).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        lines.push(TaxLine {
            rule: rule(row)?,
            by: row.text("set_by")?,
            at: Timestamp(row.int("set_ms")?),
            counts: false,
        });
    }
    for at in 0..lines.len() {
        let TaxRule { country, from, .. } = lines[at].rule;
        let after = lines[at + 1..].iter().map(|line| line.rule);
        lines[at].counts = from <= now
            && !after
                .into_iter()
                .any(|r| r.country == country && r.from <= now);
    }
    Ok(lines)
}

const INSERT: &str = "
    insert into tax_rates (line, country, mode, bp, from_ms, set_by, set_ms)
    values ($1, $2, $3, $4, $5, $6, $7)";

const ALL: &str = "
    select country, mode, bp, from_ms, set_by, set_ms
      from tax_rates order by country, from_ms, line";
