//! Paying.

use super::form::{Alert, Choice, Field, Hidden, PriceLine, Submit};
use super::shell::Shell;
use super::terms::Terms;

/// Asking for the price again: from another country, in another currency, with a code. It posts to
/// `/checkout` with `country`, `currency` and `promo`.
#[derive(Debug, Clone)]
pub struct Again {
    /// What names what is bought.
    pub hidden: Vec<Hidden>,
    /// Whether promotion codes hold for it.
    pub takes_codes: bool,
    /// The country that tax is for.
    pub country: Field,
    /// What is paid in.
    pub currency: Field,
    /// The code.
    pub promo: Field,
}

impl Again {
    /// Whether something in it was refused, so that it has to be seen.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        let fields = [&self.country, &self.currency, &self.promo];
        fields.into_iter().any(|field| field.error.is_some())
    }
}

/// `GET /checkout/{quote}` and, after a refusal, the answer to its POST.
///
/// The form posts to `submit.action` with the hidden fields of `submit` (among them the
/// idempotency key) and `licensee`, `email`, `card_number`, `card_expiry`, `card_cvc`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "checkout.html", whitespace = "minimize")]
pub struct CheckoutPage {
    /// The frame.
    pub shell: Shell,
    /// What is bought, for instance `15-second cut · Creator`.
    pub item: String,
    /// Of what: `Slow Lantern — Ada Moreau`; for clip time the plan's promise.
    pub subject: String,
    /// What it is for, in words; absent for clip time.
    pub stated_use: Option<String>,
    /// Back to the options.
    pub back_href: String,
    /// The price, the sum last.
    pub lines: Vec<PriceLine>,
    /// What will be allowed; absent for clip time.
    pub terms: Option<Terms>,
    /// What asks for the price again.
    pub again: Option<Again>,
    /// Whether it costs nothing: then no card is asked for.
    pub free: bool,
    /// What stopped the payment: a declined card, an expired quote.
    pub problem: Option<Alert>,
    /// A way out of `problem` as a link (label, address), for instance to a fresh quote.
    pub remedy: Option<(String, String)>,
    /// Who the licence is for.
    pub licensee: Field,
    /// Where the receipt goes; optional.
    pub email: Field,
    /// The card's number.
    pub card_number: Field,
    /// Month and year, `12/34`.
    pub card_expiry: Field,
    /// The check number.
    pub card_cvc: Field,
    /// Whether payments are the sandbox's: then the page says that no money moves.
    pub sandbox: bool,
    /// A wallet that could pay instead of the card.
    pub wallet: Option<Choice>,
    /// The Pay button.
    pub submit: Submit,
}
