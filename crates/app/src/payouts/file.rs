//! The bytes of a file of payouts, by its rail.

use domain::payout::destination::{Destination, Rail};
use domain::payout::lists::{self, Item};
use domain::payout::rules::Rules;
use domain::payout::sepa::{self, Transfer};
use domain::{PayoutBatchId, Timestamp};
use ledger::Currency;

use super::PayoutSeen;

/// A file that was put together.
pub(super) struct Made {
    pub(super) name: String,
    pub(super) media: &'static str,
    pub(super) content: String,
}

/// Puts a file together; `None` for SEPA without an account to pay from.
pub(super) fn make(
    rules: &Rules,
    (id, at, store): (PayoutBatchId, Timestamp, &str),
    (rail, currency): (Rail, Currency),
    payouts: &[(PayoutSeen, Destination)],
) -> Option<Made> {
    let about = format!("Payout from {store}");
    let (content, end, media) = match rail {
        Rail::Sepa => {
            let transfers = payouts.iter().filter_map(|(seen, to)| match to {
                Destination::Sepa(to) => Some(Transfer {
                    payout: seen.id,
                    amount: seen.amount,
                    to,
                    about: &about,
                }),
                _ => None,
            });
            let transfers: Vec<_> = transfers.collect();
            let from = rules.debtor.as_ref()?;
            let xml = sepa::file(id, at, from, &transfers);
            (xml, "xml", "application/xml")
        }
        Rail::Paypal => (lists::paypal(&items(payouts, &about)), "csv", CSV),
        Rail::Wise => (lists::wise(&items(payouts, &about)), "csv", CSV),
        Rail::Manual => (lists::manual(&items(payouts, &about)), "csv", CSV),
    };
    let currency = currency.code().to_lowercase();
    Some(Made {
        name: format!("{}-{currency}-{}-{id}.{end}", rail.code(), at.day()),
        media,
        content,
    })
}

const CSV: &str = "text/csv; charset=utf-8";

fn items<'a>(payouts: &'a [(PayoutSeen, Destination)], about: &'a str) -> Vec<Item<'a>> {
    let item = |(seen, to): &'a (PayoutSeen, Destination)| Item {
        payout: seen.id,
        payee: &seen.payee_name,
        amount: seen.amount,
        to,
        about,
    };
    payouts.iter().map(item).collect()
}
