//! The two forms of a payee's payouts: where they want to be paid, and when.

use app::App;
use app::payouts::balance::Standing;
use app::payouts::{Destination, Hand, destination, terms};
use domain::PayeeId;
use domain::payout::destination::{Account, Rail};
use domain::payout::rules::Rules;
use ledger::Money;

use super::filled::Filled;
use super::frame::Frame;
use super::view::{DestinationForm, TermsForm};
use crate::api::payees;
use crate::problem::Problem;

/// What the two forms show: the fields of refusals under the names they have there.
pub(super) const SHOWN: [(&str, &str); 11] = [
    ("notify", "notify"),
    ("name", "name"),
    ("iban", "iban"),
    ("bic", "bic"),
    ("town", "town"),
    ("country", "country"),
    ("email", "email"),
    ("recipient", "recipient"),
    ("note", "note"),
    ("hold_days", "hold_days"),
    ("threshold", "threshold"),
];

/// Saves where a payee wants to be paid.
pub(super) async fn set_destination(
    app: &App,
    frame: &Frame,
    payee: PayeeId,
    filled: &Filled,
) -> Result<(), Problem> {
    let text = |name: &str| filled.value(name).to_owned();
    let optional = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let rail: Rail = filled.value("rail").parse().map_err(|_| {
        Problem::new("bad_destination", "choose how you want to be paid").at("rail")
    })?;
    let to = match rail {
        Rail::Sepa => Destination::Sepa(Account {
            name: text("name"),
            iban: text("iban"),
            bic: optional("bic"),
            town: text("town"),
            country: text("country"),
        }),
        Rail::Paypal => Destination::Paypal {
            email: text("email"),
        },
        Rail::Wise => Destination::Wise {
            name: text("name"),
            email: text("email"),
            recipient: optional("recipient"),
        },
        Rail::Manual => Destination::Manual { note: text("note") },
    };
    let hand = Hand::Asker(&frame.caller.0);
    destination::set(
        app,
        &mut app.call(),
        hand,
        payee,
        to,
        filled.value("notify"),
    )
    .await?;
    Ok(())
}

/// Saves when a payee wants to be paid.
pub(super) async fn set_terms(
    app: &App,
    frame: &Frame,
    payee: PayeeId,
    filled: &Filled,
) -> Result<(), Problem> {
    let bad = |field: &str, detail: &str| Problem::new("bad_payout_terms", detail).at(field);
    let currency = payees::currency(app, Some(filled.value("currency")))?;
    let days = filled.value("hold_days").parse();
    let days = days.map_err(|_| bad("hold_days", "say a whole number of days"))?;
    let typed = filled.value("threshold").replace(',', ".");
    let threshold = format!("{typed} {currency}").parse::<Money>();
    let threshold = threshold.map_err(|_| bad("threshold", "write the threshold like 25.00"))?;
    let schedule = terms::schedule(filled.value("schedule"));
    let schedule = schedule.ok_or_else(|| bad("schedule", "choose how often you are paid"))?;
    let hand = Hand::Asker(&frame.caller.0);
    terms::set(app, &app.call(), hand, payee, (days, threshold, schedule)).await?;
    Ok(())
}

/// Where a payee wants to be paid, as it was typed.
pub(super) fn destination_form(
    filled: &Filled,
    rules: &Rules,
    chosen: Option<Rail>,
) -> DestinationForm {
    let rails = Rail::ALL.into_iter().filter(|rail| rules.is_on(*rail));
    let rails = rails.map(|rail| (rail.code(), super::standing::capital(rail.label())));
    let field = |name| filled.field(name, "");
    DestinationForm {
        rails: filled.choices("rail", chosen.map_or("", Rail::code), rails),
        notify: field("notify"),
        name: field("name"),
        iban: field("iban"),
        bic: field("bic"),
        town: field("town"),
        country: field("country"),
        email: field("email"),
        recipient: field("recipient"),
        note: field("note"),
    }
}

/// When a payee wants to be paid, as it was typed, else as it stands.
pub(super) fn terms_form(filled: &Filled, first: &Standing) -> TermsForm {
    let threshold = first.terms.threshold.price_display();
    let threshold = threshold.split(' ').next().unwrap_or_default();
    let schedules = [
        ("weekly", "Every week"),
        ("monthly", "Every month"),
        ("on_request", "When I ask"),
    ];
    TermsForm {
        hold_days: filled.field("hold_days", &first.terms.hold_days.to_string()),
        threshold: filled.field("threshold", threshold),
        currency: first.currency.code().to_owned(),
        schedules: filled.choices("schedule", terms::word(first.terms.schedule), schedules),
    }
}
