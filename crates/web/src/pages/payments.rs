//! The operator's payments: the list, one of them, and giving it back in two steps: look, then
//! say yes.

use std::sync::Arc;

use app::App;
use app::payments::list::{self, PAGE_MAX, Payment, Whole};
use app::payments::owing::{self, Owing};
use app::payments::refund::{self, Wanted};
use app::payments::{DisputeState, Facts};
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::HEXLOWER;
use domain::PaymentId;
use ledger::{Currency, Money};

use super::filled::Filled;
use super::frame::Frame;
use super::problem::sentence;
use super::standing::{item, line};
use super::view::{
    EventRow, Hidden, LicenceLink, OwingRow, PaymentPage, PaymentRow, PaymentsPage, RefundForm,
};
use crate::api::params;
use crate::api::payments::{id, needs_operator};
use crate::problem::Problem;
use crate::words;

const LICENCE_HINT: &str =
    "All that is left is filled in. When all of it is back, the licence is withdrawn.";
const REASON_HINT: &str = "It stands on the credit note.";
const LOAD_HINT: &str = "What the wallet still holds of it is filled in. What was bought from it is refunded by itself.";
const LOAD_REASON_HINT: &str = "It is kept with the refund.";

/// `GET /operator/payments`.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    needs_operator(&frame.caller)?;
    let offset = match params::value(query.as_deref(), "cursor") {
        Some(word) => params::read_cursor(&word)?,
        None => 0,
    };
    let found = list::payments(&app, offset, PAGE_MAX).await?;
    let next = params::cursor(offset.saturating_add(PAGE_MAX));
    let more = found.len() == PAGE_MAX;
    let owes = |one: Owing| OwingRow {
        name: one.name,
        owes: words::exact(one.owes),
    };
    super::html(&PaymentsPage {
        shell: frame.unlisted("Payments"),
        payments: found.iter().map(row).collect(),
        next_href: more.then(|| format!("/operator/payments?cursor={next}")),
        owing: owing::owing(&app).await?.into_iter().map(owes).collect(),
    })
}

/// `GET /operator/payments/{payment}`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(payment): Path<String>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    needs_operator(&frame.caller)?;
    let done = params::value(query.as_deref(), "done");
    let done = done.map(|_| "It was given back.".to_owned());
    page(&app, frame, id(&payment)?, done, &Filled::default()).await
}

/// `POST /operator/payments/{payment}`: looks at a refund, and makes it once that was confirmed.
pub(crate) async fn refund(
    State(app): State<Arc<App>>,
    Path(payment): Path<String>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    needs_operator(&frame.caller)?;
    let payment = id(&payment)?;
    match step(&app, &frame, payment, &filled).await {
        Ok(true) => {
            let to = format!("/operator/payments/{payment}?done=1");
            Ok(Redirect::to(&to).into_response())
        }
        Ok(false) => page(&app, frame, payment, None, &filled).await,
        Err(problem) if problem.code == "unknown_payment" => Err(problem),
        Err(problem) => {
            let shown = [("amount", "amount"), ("reason", "reason")];
            let again = filled.refuse(problem, &shown)?;
            let page = page(&app, frame, payment, None, &again).await?;
            Ok(again.answer(page))
        }
    }
}

/// Looks at the refund that the form wants; makes it where that was confirmed, and says so.
async fn step(
    app: &App,
    frame: &Frame,
    payment: PaymentId,
    filled: &Filled,
) -> Result<bool, Problem> {
    let found = list::payment(app, payment).await?.payment;
    let currency = found.money.currency();
    let bad = |detail: String| Problem::new("bad_amount", detail).at("amount");
    let typed = filled.value("amount");
    let micros = words::amount(typed, currency)
        .ok_or_else(|| bad(format!("“{typed}” is no amount: write it like 5.00")))?;
    let reason = filled.value("reason");
    if filled.value("do") == "refund" {
        let wanted = Wanted {
            payment,
            amount: Some((micros, currency.code().to_owned())),
            reason: reason.to_owned(),
        };
        let (who, key) = (&frame.caller.0, filled.value("key"));
        refund::refund(app, &mut app.call(), who, key, &wanted).await?;
        return Ok(true);
    }
    if micros <= 0 || micros > found.left.micros() {
        let most = words::price(found.left);
        return Err(bad(format!(
            "give back more than nothing and at most {most}"
        )));
    }
    if reason.is_empty() {
        return Err(Problem::new("bad_reason", "say why, in a few words").at("reason"));
    }
    Ok(false)
}

async fn page(
    app: &App,
    frame: Frame,
    payment: PaymentId,
    done: Option<String>,
    filled: &Filled,
) -> Result<Response, Problem> {
    let Whole { payment, events } = list::payment(app, payment).await?;
    let (state, class) = state(&payment);
    let left = payment.left;
    // A look that was refused is asked again under a key of its own.
    let key = filled.optional("key").map(str::to_owned);
    let key = key.unwrap_or_else(|| HEXLOWER.encode(&app.call().random::<16>()));
    let currency = payment.money.currency();
    let event = |event: list::Event| EventRow {
        at: words::moment(event.at),
        told: told(&event.facts, currency),
    };
    super::html(&PaymentPage {
        shell: frame.unlisted("Payment"),
        label: item(&payment.label),
        state: state.into(),
        class,
        facts: vec![
            line("Paid", words::price(payment.money)),
            line("Given back", words::price(payment.returned())),
            line("Left", words::price(left)),
            line("When", words::moment(payment.captured_at)),
            line("Provider", &payment.provider),
            line("Number", payment.id.to_string()),
        ],
        licence: payment.licence.as_ref().map(|(id, code)| LicenceLink {
            href: format!("/licences/{id}"),
            code: code.clone(),
        }),
        done,
        problem: filled.alert(),
        refund: (left.micros() > 0).then(|| refund_form(&payment, filled, key)),
        events: events.into_iter().map(event).collect(),
    })
}

fn refund_form(payment: &Payment, filled: &Filled, key: String) -> RefundForm {
    let left = payment.left;
    let currency = left.currency();
    let confirm = filled.value("do") == "look" && filled.alert().is_none();
    let amount = filled.field("amount", &typed(left));
    let micros = words::amount(&amount.value, currency).unwrap_or(0);
    let words = format!(
        "{} of {} goes back to the payer.{} It can't be undone.",
        words::price(Money::new(micros, currency)),
        words::price(payment.money),
        match &payment.licence {
            Some(_) if micros == left.micros() => " The licence is withdrawn with it.",
            Some(_) => "",
            None => " It leaves the wallet that was loaded.",
        }
    );
    RefundForm {
        action: format!("/operator/payments/{}", payment.id),
        hidden: vec![Hidden {
            name: "key".into(),
            value: key,
        }],
        amount,
        currency: currency.code().into(),
        reason: filled.field("reason", ""),
        hints: if payment.licence.is_some() {
            (LICENCE_HINT, REASON_HINT)
        } else {
            (LOAD_HINT, LOAD_REASON_HINT)
        },
        confirm: confirm.then_some(words),
    }
}

fn row(payment: &Payment) -> PaymentRow {
    let (state, class) = state(payment);
    let returned = payment.returned();
    PaymentRow {
        href: format!("/operator/payments/{}", payment.id),
        at: words::moment(payment.captured_at),
        label: item(&payment.label),
        code: payment.licence.as_ref().map(|(_, code)| code.clone()),
        amount: words::price(payment.money),
        returned: if returned.is_zero() {
            String::new()
        } else {
            words::price(returned)
        },
        state: state.into(),
        class,
    }
}

/// How a payment stands, and how the styles know that.
fn state(payment: &Payment) -> (&'static str, &'static str) {
    match payment.state() {
        "disputed" => ("Disputed", "warn"),
        "charged_back" => ("Charged back", "bad"),
        "refunded" => ("Given back", "bad"),
        "partly_refunded" => ("Partly given back", "warn"),
        _ => ("Paid", "good"),
    }
}

/// What a message told, in words.
fn told(facts: &Facts, currency: Currency) -> String {
    let price = |micros| words::price(Money::new(micros, currency));
    let mut parts = Vec::new();
    if facts.refunded > 0 {
        parts.push(format!("{} given back so far", price(facts.refunded)));
    }
    if facts.fee_returned > 0 {
        parts.push(format!("{} of the fee returned", price(facts.fee_returned)));
    }
    for (id, dispute) in &facts.disputes {
        let state = match dispute.state {
            DisputeState::Open => "is open",
            DisputeState::Won => "was won",
            DisputeState::Lost => "was lost",
        };
        parts.push(format!(
            "dispute {id} over {} {state}",
            price(dispute.micros)
        ));
    }
    if parts.is_empty() {
        return "It was captured.".into();
    }
    sentence(&parts.join("; "))
}

/// An amount as it stands in a field.
fn typed(money: Money) -> String {
    let display = money.price_display();
    display.split(' ').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_stands_in_the_field_as_people_type_it() {
        assert_eq!(typed(Money::new(4_710_000, Currency::USD)), "4.71");
    }
}
