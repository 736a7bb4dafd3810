//! `clearcue uses uncovered`: uses that no licence covers, and what would.

use app::licensing::Offered;
use app::metering::kept::{State, Uncovered};
use app::metering::offered::Told;
use app::metering::uncovered::{self, Asked};
use serde_json::{Value, json};

use super::Context;
use crate::cli::UncoveredState;
use crate::exit::Failure;

pub(super) async fn run(
    context: &Context,
    state: UncoveredState,
    limit: u16,
) -> Result<(), Failure> {
    let app = context.app().await?;
    let state = match state {
        UncoveredState::Open => State::Open,
        UncoveredState::Bought => State::Bought,
        UncoveredState::Dismissed => State::Dismissed,
    };
    let asked = Asked {
        state,
        before: None,
        limit: usize::from(limit),
    };
    let page = uncovered::all(&app, &asked).await?;
    for (one, told) in &page.uses {
        say(context, one, told);
    }
    if page.uses.is_empty() {
        let word = state.word();
        context.say.text(format!("no use without cover is {word}"));
    }
    if page.next.is_some() {
        context.say.text("and more: --limit takes up to 100");
    }
    let all = page.uses.iter().map(|(one, told)| document(one, told));
    let all: Vec<Value> = all.collect();
    context
        .say
        .json(&json!({ "uses": all, "more": page.next.is_some() }));
    Ok(())
}

fn say(context: &Context, one: &Uncovered, told: &Told) {
    context.say.text(format!(
        "{}  {}  of {}  {}  under {}  received {}",
        one.id, one.report.id, one.reporter, one.title, one.code, one.received_at
    ));
    for reason in &one.reasons {
        context.say.text(format!("  {}", reason.sentence()));
    }
    if one.state != State::Bought {
        context.say.text(format!("  {}", told.sentence()));
    }
}

fn document(one: &Uncovered, told: &Told) -> Value {
    let reasons = one.reasons.iter().map(|reason| reason.sentence());
    json!({
        "id": one.id.to_string(), "event": one.report.id, "reporter": one.reporter,
        "licence_code": one.code.to_string(), "track": one.track.to_string(),
        "title": one.title, "received_at": one.received_at.to_string(),
        "state": one.state.word(), "reasons": reasons.collect::<Vec<_>>(), "offer": offer(told),
    })
}

/// What is offered, or null.
pub(super) fn offer(told: &Told) -> Value {
    match told {
        Told::Offer(offered) => self::offered(offered),
        Told::Nothing | Told::AskAgain | Told::NotKept => Value::Null,
    }
}

/// An offer as JSON.
pub(super) fn offered(offered: &Offered) -> Value {
    json!({
        "offer": offered.option.offer, "label": offered.option.label,
        "tier": offered.option.tier, "total_micros": offered.option.total_micros,
        "currency": offered.option.currency, "covers": offered.sentence(),
        "tops_up": offered.tops_up.as_ref().map(|of| of.code.to_string()),
    })
}
