//! The operator's table of taxes: which rate a country's buyers pay at a moment.
//!
//! The table is append-only: a rate is replaced, or taken away, by a later line. What counts is
//! the line that began last; of two that begin at once, the one written later.

use crate::country::Country;
use crate::sale::Tax;
use crate::time::Timestamp;

/// The highest rate that is taken for one, in basis points.
pub const RATE_MAX_BP: u32 = 10_000;

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxRule {
    /// The country.
    pub country: Country,
    /// Its tax from then on; none where the country is taken out of the table.
    pub tax: Option<Tax>,
    /// The first instant at which it counts.
    pub from: Timestamp,
}

/// The tax of a country at `now`, from lines in the order they were written. `None` where the
/// table says nothing of it.
#[must_use]
pub fn in_force(rules: &[TaxRule], country: Country, now: Timestamp) -> Option<Tax> {
    let of = rules
        .iter()
        .filter(|rule| rule.country == country && rule.from <= now);
    // `max_by_key` keeps the last of equals.
    of.max_by_key(|rule| rule.from).and_then(|rule| rule.tax)
}
