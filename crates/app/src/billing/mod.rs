//! The papers of what was paid: an invoice for each payment that sold something, and a credit note
//! for each step that gave money of it back for good. Both are numbered by year without gaps, in
//! the transaction of what they are over, and never change.
//!
//! A load of a wallet is money kept, and no sale: it has neither. What is bought from the wallet
//! has both.

pub mod credit_note;
pub mod invoice;
pub mod owed;

use domain::quote::{LineKind, QuoteLine};
use domain::{Country, SaleSplit, Timestamp};
use ledger::Money;
use serde::{Deserialize, Serialize};
use store::db::{Row, Tx};

use crate::accounts::taxed::Taxed;
use crate::{App, Fault};

/// One line of an explained price, in micro-units of what is paid in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is for.
    pub label: String,
    /// How much.
    pub micros: i64,
}

impl From<&QuoteLine> for Line {
    fn from(line: &QuoteLine) -> Self {
        Self {
            label: line.label(),
            micros: line.micros,
        }
    }
}

/// What a payment sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A licence; clip time is one.
    Licence,
    /// The first cycle of a subscription.
    SignUp,
    /// A later cycle, or going on after a pause.
    Renewal,
    /// A dearer plan, for the rest of a cycle.
    PlanChange,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Licence, Self::SignUp, Self::Renewal, Self::PlanChange];

    /// Its stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::SignUp => "sign_up",
            Self::Renewal => "renewal",
            Self::PlanChange => "plan_change",
        }
    }

    /// Whether it is a licence's own sale, which for a subscription is its sign-up.
    #[must_use]
    pub const fn is_first(self) -> bool {
        matches!(self, Self::Licence | Self::SignUp)
    }

    fn from_word(word: &str) -> Result<Self, Fault> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.word() == word)
            .ok_or_else(|| Fault::because("reading an invoice's kind", format!("`{word}`")))
    }
}

/// What of a subscription was paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// The plan's code; none where an earlier build didn't keep it.
    pub plan: Option<String>,
    /// The first instant that was paid for.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

impl Period {
    fn read(row: &Row) -> Result<Option<Self>, Fault> {
        let (from, until) = (row.opt_int("from_ms")?, row.opt_int("until_ms")?);
        let plan = row.opt_text("plan")?;
        let period = from.zip(until).map(|(from, until)| Self {
            plan,
            from: Timestamp(from),
            until: Timestamp(until),
        });
        Ok(period)
    }
}

/// What an invoice is to say of a payment.
#[derive(Debug, Clone)]
pub(crate) struct Bill {
    /// What was sold.
    pub(crate) kind: Kind,
    /// Of a subscription: what of it.
    pub(crate) period: Option<Period>,
    /// How the total comes about: they sum to it.
    pub(crate) lines: Vec<Line>,
    /// The tax in the total.
    pub(crate) tax: Money,
    /// The country of the table whose tax it is.
    pub(crate) country: Option<Country>,
    /// The words for it, where it is no line of its own.
    pub(crate) tax_label: Option<String>,
}

impl Bill {
    /// What is charged without a quote, as renewals are: its one line, and the tax as it counted
    /// at that moment.
    pub(crate) fn charged(
        kind: Kind,
        period: Period,
        label: String,
        split: &SaleSplit,
        taxed: &Taxed,
    ) -> Self {
        let worded = |kind| {
            let micros = split.tax.micros();
            Line::from(&QuoteLine { kind, micros })
        };
        let (added, included) = match taxed.line() {
            _ if split.tax.is_zero() => (None, None),
            Some(kind @ LineKind::TaxIncluded { .. }) => (None, Some(worded(kind).label)),
            kind => (kind.map(worded), None),
        };
        let apart = added.as_ref().map_or(0, |line| line.micros);
        let micros = split.gross.micros() - apart;
        let mut lines = vec![Line { label, micros }];
        lines.extend(added);
        Self {
            kind,
            period: Some(period),
            lines,
            tax: split.tax,
            country: taxed.country,
            tax_label: included,
        }
    }
}

/// The next number of this year's papers of a kind.
async fn next(tx: &mut Tx, kind: &str, now: Timestamp) -> Result<(String, i64), Fault> {
    let year: String = now.day().chars().take_while(|c| *c != '-').collect();
    let counter = format!("{kind}:{year}");
    let drawn = tx.one(NEXT, &[counter.into()]).await?.int("next_no")?;
    Ok((year, drawn))
}

/// Who sells, as papers keep it.
fn seller(app: &App) -> Result<String, Fault> {
    serde_json::to_string(&app.settings.seller).map_err(Fault::while_("writing a paper's seller"))
}

const NEXT: &str = "
    insert into counters (name, next_no) values ($1, 1)
    on conflict (name) do update set next_no = counters.next_no + 1
 returning next_no";

#[cfg(test)]
mod tests {
    use domain::{Rates, Tax, split_sale};
    use ledger::Currency;

    use super::*;

    fn charged(tax: Tax) -> Bill {
        charged_in(tax, None)
    }

    fn charged_in(tax: Tax, country: Option<Country>) -> Bill {
        let rates = Rates {
            tax,
            ..Rates::default()
        };
        let price = Money::new(5_000_000, Currency::USD);
        let split = split_sale(price, &rates).expect("five dollars bear their fee");
        let period = Period {
            plan: Some("pool_5".into()),
            from: Timestamp(0),
            until: Timestamp(1),
        };
        Bill::charged(
            Kind::Renewal,
            period,
            "A month".into(),
            &split,
            &Taxed { rates, country },
        )
    }

    fn lines(bill: &Bill) -> Vec<(&str, i64)> {
        let line = |line: &'_ Line| line.micros;
        let labels = bill.lines.iter().map(|one| one.label.as_str());
        labels.zip(bill.lines.iter().map(line)).collect()
    }

    #[test]
    fn tax_that_is_added_is_a_line_and_tax_within_the_price_is_words() {
        let bill = charged(Tax::None);
        assert_eq!(lines(&bill), [("A month", 5_000_000)]);
        assert_eq!((bill.tax.micros(), bill.tax_label), (0, None));
        let bill = charged(Tax::Exclusive { bp: 2_000 });
        let wanted = [("A month", 5_000_000), ("Tax, 20.00 %", 1_000_000)];
        assert_eq!(lines(&bill), wanted);
        assert_eq!((bill.tax.micros(), bill.tax_label), (1_000_000, None));
        let bill = charged(Tax::Inclusive { bp: 2_500 });
        assert_eq!(lines(&bill), [("A month", 5_000_000)]);
        let words = bill.tax_label.as_deref();
        assert_eq!(
            (bill.tax.micros(), words),
            (1_000_000, Some("Tax included, 25.00 %"))
        );
    }

    #[test]
    fn the_tax_of_a_country_of_the_table_names_it() {
        let germany = "DE".parse().ok();
        let bill = charged_in(Tax::Inclusive { bp: 1_900 }, germany);
        let words = bill.tax_label.as_deref();
        let wanted = (germany, Some("Tax included (DE), 19.00 %"));
        assert_eq!((bill.country, words), wanted);
        let bill = charged_in(Tax::Exclusive { bp: 1_900 }, germany);
        assert_eq!(lines(&bill)[1], ("Tax (DE), 19.00 %", 950_000));
        let bill = charged_in(Tax::None, germany);
        assert_eq!((lines(&bill).len(), bill.tax_label), (1, None));
    }

    #[test]
    fn a_kind_is_read_as_it_is_written() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.word()).ok(), Some(kind));
        }
        assert!(Kind::from_word("gift").is_err());
    }
}
