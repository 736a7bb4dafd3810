//! The operator's payments: the list, and one of them with what can be done about it.

use super::form::{Alert, Field, Hidden};
use super::licence::ReceiptLine;
use super::shell::Shell;

/// The licence that was paid for.
#[derive(Debug, Clone)]
pub struct LicenceLink {
    /// Where it is.
    pub href: String,
    /// Its code.
    pub code: String,
}

/// A payment in the list.
#[derive(Debug, Clone)]
pub struct PaymentRow {
    /// Where it is shown.
    pub href: String,
    /// When it was captured, worded.
    pub at: String,
    /// What was bought.
    pub label: String,
    /// The licence's code, where it was one.
    pub code: Option<String>,
    /// What was paid.
    pub amount: String,
    /// What is back; empty for nothing.
    pub returned: String,
    /// How it stands, in words.
    pub state: String,
    /// The word that the styles know that by.
    pub class: &'static str,
}

/// A payee who owes.
#[derive(Debug, Clone)]
pub struct OwingRow {
    /// Their name.
    pub name: String,
    /// How much.
    pub owes: String,
}

/// `GET /operator/payments`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "payments.html", whitespace = "minimize")]
pub struct PaymentsPage {
    /// The frame.
    pub shell: Shell,
    /// The payments, the latest first.
    pub payments: Vec<PaymentRow>,
    /// Where the next page is.
    pub next_href: Option<String>,
    /// Who owes.
    pub owing: Vec<OwingRow>,
}

/// One message of the provider.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// When it was taken in.
    pub at: String,
    /// What it told, in words.
    pub told: String,
}

/// A refund that is about to be made.
#[derive(Debug, Clone)]
pub struct RefundForm {
    /// Where it is sent.
    pub action: String,
    /// What it carries.
    pub hidden: Vec<Hidden>,
    /// What is left, as it is typed.
    pub amount: Field,
    /// The currency's code.
    pub currency: String,
    /// The reason as it was typed.
    pub reason: Field,
    /// What is said of the amount, and of the reason.
    pub hints: (&'static str, &'static str),
    /// What would be given back, once it was looked at: the second step asks for a yes.
    pub confirm: Option<String>,
}

/// `GET /operator/payments/{payment}`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "payment.html", whitespace = "minimize")]
pub struct PaymentPage {
    /// The frame.
    pub shell: Shell,
    /// What was bought.
    pub label: String,
    /// How it stands, in words.
    pub state: String,
    /// The word that the styles know that by.
    pub class: &'static str,
    /// What was paid, what is back, what is left.
    pub facts: Vec<ReceiptLine>,
    /// The licence it paid for, where it was one.
    pub licence: Option<LicenceLink>,
    /// What has just been done.
    pub done: Option<String>,
    /// Why it wasn't.
    pub problem: Option<Alert>,
    /// The refund's form; none where nothing is left.
    pub refund: Option<RefundForm>,
    /// What the provider told, the oldest first.
    pub events: Vec<EventRow>,
}
