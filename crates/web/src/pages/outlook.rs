//! The forecast on a composer's report: three months, each with its range.

use app::reports::{Forecast, InCurrency};
use domain::Timestamp;
use domain::forecast::{Month, Range};
use ledger::{Currency, Money};

use super::standing::capital;
use super::view::{Outlook, OutlookRow};
use crate::words;

/// The bar's length in units of its view box.
const BAR: i64 = 100;

/// The forecast, one part a currency.
pub(super) fn outlook(forecast: Forecast) -> Vec<Outlook> {
    let ends = forecast.ends;
    let currencies = forecast.currencies.into_iter();
    currencies.map(|of| in_currency(&of, &ends)).collect()
}

fn in_currency(of: &InCurrency, ends: &[Timestamp]) -> Outlook {
    let (months, why_not) = match &of.months {
        Ok(months) => (rows(months, ends, of.currency), String::new()),
        Err(why) => (Vec::new(), capital(&why.to_string())),
    };
    Outlook {
        currency: of.currency.code().to_owned(),
        months,
        why_not,
    }
}

fn rows(months: &[Month], ends: &[Timestamp], currency: Currency) -> Vec<OutlookRow> {
    let most = months.iter().map(|month| month.total.high).max();
    let money = |micros| words::price(floored(micros, currency));
    let row = |(month, end): (&Month, &Timestamp)| {
        let (bar, mark) = bar(month.total, most.unwrap_or(0));
        OutlookRow {
            until: words::date(*end),
            expected: money(month.total.expected),
            subscriptions: money(month.subscriptions.expected),
            low: money(month.total.low),
            high: money(month.total.high),
            bar,
            mark,
        }
    };
    months.iter().zip(ends).map(row).collect()
}

/// Whole minor units: more digits would say that they are known.
fn floored(micros: i64, currency: Currency) -> Money {
    let unit = currency.minor_unit_micros();
    Money::new(micros - micros.rem_euclid(unit), currency)
}

/// Where a range begins, how long it is and where its point stands, beside the highest of all.
fn bar(range: Range, most: i64) -> ((i64, i64), i64) {
    let at = |micros: i64| {
        let place = i128::from(micros) * i128::from(BAR) / i128::from(most.max(1));
        i64::try_from(place).unwrap_or(BAR).clamp(0, BAR)
    };
    let (from, until) = (at(range.low), at(range.high));
    // A range without length is seen, too.
    ((from, (until - from).max(1)), at(range.expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_stands_in_proportion_to_the_highest() {
        let range = |low, expected, high| Range {
            low,
            expected,
            high,
        };
        assert_eq!(bar(range(25, 50, 200), 200), ((12, 88), 25));
        assert_eq!(bar(range(0, 0, 0), 0), ((0, 1), 0));
        assert_eq!(
            bar(range(i64::MAX, i64::MAX, i64::MAX), i64::MAX),
            ((100, 1), 100)
        );
    }

    #[test]
    fn amounts_are_floored_to_what_a_bank_pays() {
        let floored = |micros| floored(micros, Currency::USD).micros();
        assert_eq!((floored(1_239_999), floored(10_000)), (1_230_000, 10_000));
    }
}
