//! A payee's payouts: what they have, why nothing is paid now, and how they want to be paid.

use std::sync::Arc;

use app::App;
use app::access::{Principal, Role};
use app::payouts::balance::{self, Standing};
use app::payouts::{
    Destination, Hand, Key, PayoutSeen, destination, list, propose, release, rules, terms,
};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::HEXLOWER;
use domain::PayeeId;
use domain::payout::State as Stage;
use domain::payout::destination::{Account, Rail};
use domain::payout::rules::Rules;
use ledger::{Currency, Money};

use super::filled::Filled;
use super::frame::Frame;
use super::problem::sentence;
use super::view::{CostRow, DestinationForm, PayoutRow, PayoutsPage, PurseShown, TermsForm};
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
        Some("withdraw") => Some("The payout is withdrawn: the money is available again."),
        _ => None,
    };
    page(
        &app,
        frame,
        payee,
        done.map(str::to_owned),
        &Filled::default(),
    )
    .await
}

/// What the two forms show: the fields of refusals under the names they have there.
const SHOWN: [(&str, &str); 11] = [
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

/// `POST /payouts`: saves a form, asks for a payout, or calls one off.
pub(crate) async fn save(
    State(app): State<Arc<App>>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let payee = whose(&frame, Some(filled.value("payee")))?;
    let payee =
        payee.ok_or_else(|| Problem::new("payee_required", "say whose payouts").at("payee"))?;
    let what = filled.value("do").to_owned();
    let done = match what.as_str() {
        "destination" => set_destination(&app, &frame, payee, &filled).await,
        "terms" => set_terms(&app, &frame, payee, &filled).await,
        "pay" => pay(&app, &frame, payee, &filled).await,
        "withdraw" => withdraw(&app, &frame, &filled).await,
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
        Err(problem) => {
            let again = filled.refuse(problem, &SHOWN)?;
            let page = page(&app, frame, payee, None, &again).await?;
            Ok(again.answer(page))
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
    filled: &Filled,
) -> Result<Response, Problem> {
    let hand = Hand::Asker(&frame.caller.0);
    let mut call = app.call();
    let stands = balance::standings(app, &call, hand, payee).await?;
    let payouts = list::of_payee(app, hand, payee).await?;
    let rules = rules::rules(app).await?;
    let first = stands
        .first()
        .ok_or_else(|| Problem::new("unknown_payee", "nobody is paid so"))?;
    let currency = first.currency;
    let (small, large) = (Money::new(SMALL, currency), Money::new(LARGE, currency));
    let set = first.destination.as_ref();
    let mut costs = Vec::new();
    for rail in Rail::ALL.into_iter().filter(|rail| rules.is_on(*rail)) {
        costs.push(cost(app, &rules, rail, currency).await?);
    }
    let mut purses = Vec::new();
    for one in &stands {
        purses.push(purse(one, HEXLOWER.encode(&call.random::<16>())));
    }
    super::html(&PayoutsPage {
        payee: payee.to_string(),
        name: first.name.clone(),
        done,
        problem: filled.alert(),
        payouts: payouts.iter().map(row).collect(),
        destination: set.map(|set| format!("{}: {}", set.to.rail().label(), set.to.masked())),
        held: set
            .and_then(|set| set.held_until)
            .filter(|at| call.now < *at)
            .map(words::moment),
        to: destination_form(filled, &rules, set.map(|set| set.to.rail())),
        costs,
        small: words::price(small),
        large: words::price(large),
        terms: terms_form(filled, first),
        purses,
        shell: frame.unlisted("Payouts"),
    })
}

fn destination_form(filled: &Filled, rules: &Rules, chosen: Option<Rail>) -> DestinationForm {
    let rails = Rail::ALL.into_iter().filter(|rail| rules.is_on(*rail));
    let rails = rails.map(|rail| (rail.code(), capital(rail.label())));
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

fn terms_form(filled: &Filled, first: &Standing) -> TermsForm {
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

/// The amounts that the ways of being paid are compared by.
const SMALL: i64 = 25_000_000;
const LARGE: i64 = 250_000_000;

async fn cost(
    app: &App,
    rules: &Rules,
    rail: Rail,
    currency: Currency,
) -> Result<CostRow, Problem> {
    let mut arrives = Vec::new();
    for micros in [SMALL, LARGE] {
        let preview = terms::preview(app, rail, Money::new(micros, currency)).await?;
        arrives.push(match preview {
            Ok(preview) => words::price(preview.arrives),
            Err(why) => sentence(&why.to_string()),
        });
    }
    let pays = if rail.pays(currency) {
        ""
    } else {
        " (pays EUR alone)"
    };
    let large = arrives.pop().unwrap_or_default();
    Ok(CostRow {
        rail: format!("{}{pays}", capital(rail.label())),
        minimum: words::price(rules.minimum(rail, currency)),
        small: arrives.pop().unwrap_or_default(),
        large,
    })
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
pub(super) fn row(seen: &PayoutSeen) -> PayoutRow {
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
    let waits = matches!(seen.state, Stage::AwaitingRelease { .. });
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
        reason: seen.reason.clone().unwrap_or_default(),
        at: words::moment(seen.changed_at),
        can_withdraw: waits || seen.state == Stage::Ready,
        can_release: waits,
    }
}
