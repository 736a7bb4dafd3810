//! Payout files that are tables: `PayPal`, Wise, and the list to be ticked off by hand.
//! No cell starts a formula: see [`crate::csv`].

use ledger::Money;

use super::destination::Destination;
use crate::csv::row;
use crate::id::PayoutId;

/// One payout of a list.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The payout; its id is the reference.
    pub payout: PayoutId,
    /// The payee's name here.
    pub payee: &'a str,
    /// How much arrives.
    pub amount: Money,
    /// Where.
    pub to: &'a Destination,
    /// What the payee reads.
    pub about: &'a str,
}

/// `PayPal`'s mass payment: one row a payee, without a heading.
#[must_use]
pub fn paypal(items: &[Item<'_>]) -> String {
    let rows = items.iter().filter_map(|item| {
        let Destination::Paypal { email } = item.to else {
            return None;
        };
        let (id, amount) = (item.payout.to_string(), digits(item.amount));
        let currency = item.amount.currency().code();
        Some(row(&[email, &amount, currency, &id, item.about, "PayPal"]))
    });
    rows.collect()
}

/// Wise's batch payment: the recipient gets the exact amount.
#[must_use]
pub fn wise(items: &[Item<'_>]) -> String {
    let mut text = row(&[
        "recipientId",
        "name",
        "recipientEmail",
        "sourceCurrency",
        "targetCurrency",
        "amountCurrency",
        "amount",
        "paymentReference",
    ]);
    for item in items {
        let Destination::Wise {
            name,
            email,
            recipient,
        } = item.to
        else {
            continue;
        };
        let currency = item.amount.currency().code();
        let (id, amount) = (item.payout.to_string(), digits(item.amount));
        let recipient = recipient.as_deref().unwrap_or_default();
        text.push_str(&row(&[
            recipient, name, email, currency, currency, "target", &amount, &id,
        ]));
    }
    text
}

/// The list to be ticked off by hand. With its two empty columns filled in it is a results file.
#[must_use]
pub fn manual(items: &[Item<'_>]) -> String {
    let mut text = row(&[
        "payout", "payee", "amount", "currency", "how", "state", "reason",
    ]);
    for item in items {
        let how = match item.to {
            Destination::Manual { note } => note.as_str(),
            _ => "",
        };
        let currency = item.amount.currency().code();
        let (id, amount) = (item.payout.to_string(), digits(item.amount));
        text.push_str(&row(&[&id, item.payee, &amount, currency, how, "", ""]));
    }
    text
}

/// The digits of an amount of whole minor units: `12.34`.
fn digits(amount: Money) -> String {
    let shown = amount.price_display();
    shown.split(' ').next().unwrap_or_default().to_owned()
}
