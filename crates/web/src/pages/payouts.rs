//! A payee's payouts: what they have, why nothing is paid now, and how they want to be paid.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::App;
use app::access::{Principal, Role};
use app::payouts::balance::{self, Standing};
use app::payouts::confirm;
use app::payouts::rules::Local;
use app::payouts::waiting::Waiting;
use app::payouts::{
    Destination, Hand, Key, PayoutSeen, destination, list, propose, release, rules, terms, waiting,
};
use axum::Form;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::HEXLOWER;
use domain::payout::State as Stage;
use domain::payout::destination::{Account, Rail, mask_address};
use domain::{PayeeId, PayoutId, Timestamp};
use ledger::{Currency, Money};

use super::fields::Filled;
use super::frame::Frame;
use super::problem::sentence;
use super::view::{Choice, CostRow, PayoutRow, PayoutsPage, PurseShown};
use crate::api::{params, payees};
use crate::principal::sign_in_required;
use crate::problem::Problem;
use crate::words;

/// `GET /payouts`: one's own, or `?payee=` for the operator.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let payee = whose(&frame, params::value(query.as_deref(), "payee").as_deref())?;
    let Some(payee) = payee else {
        return Ok(Redirect::to("/operator/payouts").into_response());
    };
    let done = match params::value(query.as_deref(), "done").as_deref() {
        Some("destination") => Some("Where you are paid is saved."),
        Some("terms") => Some("Your terms are saved."),
        Some("pay") => Some("The payout is proposed."),
        Some("confirm") => {
            Some("A sign-in link is on its way to the address that is told of changes.")
        }
        Some("withdraw") => Some("The payout is withdrawn: the money is available again."),
        _ => None,
    };
    page(&app, frame, payee, done.map(str::to_owned), None).await
}

/// `POST /payouts`: saves a form, asks for a payout, or calls one off.
pub(crate) async fn save(
    State(app): State<Arc<App>>,
    frame: Frame,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let filled = Filled(fields);
    let payee = whose(&frame, Some(filled.value("payee")))?;
    let payee =
        payee.ok_or_else(|| Problem::new("payee_required", "say whose payouts").at("payee"))?;
    let what = filled.value("do").to_owned();
    let done = match what.as_str() {
        "destination" => set_destination(&app, &frame, payee, &filled).await,
        "terms" => set_terms(&app, &frame, payee, &filled).await,
        "pay" => pay(&app, &frame, payee, &filled).await,
        "withdraw" => withdraw(&app, &frame, &filled).await,
        "confirm" => confirm(&app, &frame, payee).await,
        _ => Err(Problem::new("bad_value", "this form isn't one of this page").at("do")),
    };
    match done {
        Ok(()) => {
            let own = matches!(&frame.caller.0, Principal::Person(p) if p.payee == Some(payee));
            let of = if own {
                String::new()
            } else {
                format!("payee={payee}&")
            };
            Ok(Redirect::to(&format!("/payouts?{of}done={what}")).into_response())
        }
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) if is_elsewhere(&problem) => Err(problem),
        Err(problem) => {
            let words = sentence(&problem.detail);
            let mut page = page(&app, frame, payee, None, Some(words)).await?;
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
    }
}

/// Whose payouts are meant; nobody's for an operator who names none.
fn whose(frame: &Frame, named: Option<&str>) -> Result<Option<PayeeId>, Problem> {
    let Principal::Person(person) = &frame.caller.0 else {
        return Err(sign_in_required());
    };
    match (
        named.filter(|named| !named.is_empty()),
        person.payee,
        person.role,
    ) {
        (Some(named), _, _) => payees::read(named, "payee").map(Some),
        (None, Some(payee), _) => Ok(Some(payee)),
        (None, None, Role::Operator) => Ok(None),
        (None, None, _) => {
            let detail = "nobody of your name is paid here, so there are no payouts of yours";
            Err(Problem::new("not_your_payouts", detail))
        }
    }
}

async fn set_destination(
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

/// What this page has no answer to: whose it isn't. Signing in again it can help with.
fn is_elsewhere(problem: &Problem) -> bool {
    problem.status() == StatusCode::FORBIDDEN && problem.code != "fresh_sign_in_required"
}

async fn confirm(app: &App, frame: &Frame, payee: PayeeId) -> Result<(), Problem> {
    let hand = Hand::Asker(&frame.caller.0);
    confirm::send(app, &mut app.call(), hand, payee).await?;
    Ok(())
}

async fn set_terms(
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

async fn pay(app: &App, frame: &Frame, payee: PayeeId, filled: &Filled) -> Result<(), Problem> {
    let currency = payees::currency(app, Some(filled.value("currency")))?;
    let who = frame.caller.0.name();
    let key = Key {
        who: &who,
        key: filled.value("key"),
    };
    let hand = Hand::Asker(&frame.caller.0);
    propose::request(app, &mut app.call(), hand, (payee, currency), Some(key)).await?;
    Ok(())
}

async fn withdraw(app: &App, frame: &Frame, filled: &Filled) -> Result<(), Problem> {
    let id = payees::read(filled.value("payout"), "payout")?;
    let hand = Hand::Asker(&frame.caller.0);
    release::withdraw(app, &mut app.call(), hand, id, "withdrawn on the page").await?;
    Ok(())
}

async fn page(
    app: &App,
    frame: Frame,
    payee: PayeeId,
    done: Option<String>,
    problem: Option<String>,
) -> Result<Response, Problem> {
    let hand = Hand::Asker(&frame.caller.0);
    let mut call = app.call();
    let stands = balance::standings(app, &call, hand, payee).await?;
    let payouts = list::of_payee(app, hand, payee).await?;
    let first = stands
        .first()
        .ok_or_else(|| Problem::new("unknown_payee", "nobody is paid so"))?;
    let currency = first.currency;
    let local = rules::local(app, currency).await?;
    let waits = waiting::of(app, &call, &payouts).await?;
    let (small, large) = (Money::new(SMALL, currency), Money::new(LARGE, currency));
    let set = first.destination.as_ref();
    let rails = Rail::ALL
        .into_iter()
        .filter(|rail| local.rules.is_on(*rail));
    let mut costs = Vec::new();
    for rail in rails.clone() {
        costs.push(cost(&local, rail, currency));
    }
    let typed = first.terms.threshold.price_display();
    let mut purses = Vec::new();
    for one in &stands {
        purses.push(purse(one, HEXLOWER.encode(&call.random::<16>())));
    }
    let chosen = set.map(|set| set.to.rail());
    let page = PayoutsPage {
        payee: payee.to_string(),
        name: first.name.clone(),
        done,
        problem,
        payouts: payouts.iter().map(|seen| row(seen, &waits)).collect(),
        destination: set.map(|set| format!("{}: {}", set.to.rail().label(), set.to.masked())),
        confirm: set
            .filter(|_| !is_fresh(&frame, payee, call.now))
            .map(|set| mask_address(&set.notify)),
        held: set
            .and_then(|set| set.held_until)
            .filter(|at| call.now < *at)
            .map(words::moment),
        rails: rails
            .map(|rail| choice(rail.code(), rail.label(), chosen == Some(rail)))
            .collect(),
        costs,
        small: words::price(small),
        large: words::price(large),
        hold_days: first.terms.hold_days.to_string(),
        threshold: typed.split(' ').next().unwrap_or_default().to_owned(),
        currency: currency.code().to_owned(),
        schedules: schedules(first),
        purses,
        shell: frame.unlisted("Payouts"),
    };
    super::html(&page)
}

/// Whether no link by mail is needed, or could be had, to change where somebody is paid.
fn is_fresh(frame: &Frame, payee: PayeeId, now: Timestamp) -> bool {
    match &frame.caller.0 {
        Principal::Person(person) => person.payee != Some(payee) || person.is_fresh(now),
        _ => true,
    }
}

/// The amounts that the ways of being paid are compared by.
const SMALL: i64 = 25_000_000;
const LARGE: i64 = 250_000_000;
/// What stands where the store has said nothing of a currency.
const NOT_SET: &str = "not set yet";

fn cost(local: &Local, rail: Rail, currency: Currency) -> CostRow {
    let arrives = |micros| match terms::preview(local, rail, Money::new(micros, currency)) {
        Ok(Ok(preview)) => words::price(preview.arrives),
        Ok(Err(why)) => sentence(&why.to_string()),
        Err(_) => NOT_SET.to_owned(),
    };
    let pays = if rail.pays(currency) {
        ""
    } else {
        " (pays EUR alone)"
    };
    let minimum = local.minimum(rail);
    CostRow {
        rail: format!("{}{pays}", capital(rail.label())),
        minimum: minimum.map_or_else(|_| NOT_SET.to_owned(), words::price),
        small: arrives(SMALL),
        large: arrives(LARGE),
    }
}

fn schedules(first: &Standing) -> Vec<Choice> {
    let all = [
        ("weekly", "Every week"),
        ("monthly", "Every month"),
        ("on_request", "When I ask"),
    ];
    let now = terms::word(first.terms.schedule);
    all.map(|(value, label)| choice(value, label, value == now))
        .into()
}

fn choice(value: &str, label: &str, chosen: bool) -> Choice {
    Choice {
        value: value.to_owned(),
        label: capital(label),
        chosen,
    }
}

fn capital(label: &str) -> String {
    super::standing::capital(label)
}

fn purse(one: &Standing, key: String) -> PurseShown {
    let money = |micros| words::exact(Money::new(micros, one.currency));
    let why = one.why.as_ref().map_or_else(
        || "It is paid by the next run.".to_owned(),
        |why| sentence(&why.to_string()),
    );
    PurseShown {
        currency: one.currency.code().to_owned(),
        pending: money(one.balance.pending),
        available: money(one.balance.available),
        in_transit: money(one.balance.in_transit),
        paid: money(one.balance.paid),
        why,
        expected: one.expected.map(words::date),
        next: one
            .next
            .map(|(at, next)| format!("{} on {}", words::exact(next), words::date(at))),
        preview: one.preview.map(|preview| {
            format!(
                "{} leaves your balance, {} is the fee, {} arrives.",
                words::price(preview.amount),
                words::price(preview.fee),
                words::price(preview.arrives)
            )
        }),
        key: one.preview.map(|_| key),
    }
}

/// A payout as both pages show it.
pub(super) fn row(seen: &PayoutSeen, waits: &BTreeMap<PayoutId, Waiting>) -> PayoutRow {
    let state = match seen.state {
        Stage::AwaitingRelease { first: None } => "waits for two releases",
        Stage::AwaitingRelease { first: Some(_) } => "waits for a second release",
        Stage::Ready => "ready to be sent",
        Stage::Sent => "sent",
        Stage::Unknown => "sent, outcome not known yet",
        Stage::Paid => "paid",
        Stage::Failed => "came back",
        Stage::Withdrawn => "withdrawn",
    };
    let released = seen
        .released_by
        .as_ref()
        .map(|by| format!(", released by {by}"));
    let unreleased = matches!(seen.state, Stage::AwaitingRelease { .. });
    PayoutRow {
        id: seen.id.to_string(),
        payee: seen.payee_name.clone(),
        amount: words::price(seen.amount),
        fee: Some(seen.fee)
            .filter(|fee| !fee.is_zero())
            .map(words::price),
        rail: capital(seen.rail.label()),
        state: capital(state),
        by: format!(
            "Proposed by {}{}",
            seen.proposed_by,
            released.unwrap_or_default()
        ),
        reason: waits.get(&seen.id).map_or_else(
            || seen.reason.clone().unwrap_or_default(),
            |waiting| sentence(&waiting.to_string()),
        ),
        at: words::moment(seen.changed_at),
        can_withdraw: unreleased || seen.state == Stage::Ready,
        can_release: unreleased,
    }
}
