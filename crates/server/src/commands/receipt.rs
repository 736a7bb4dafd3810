//! `clearcue uses receipt`: the receipt of an event by its id.

use app::Money;
use app::metering::receipt::{self, Given};
use app::metering::report::Answer;
use serde_json::{Value, json};

use super::{Context, uncovered};
use crate::exit::Failure;

pub(super) async fn run(context: &Context, event: &str, reporter: &str) -> Result<(), Failure> {
    let app = context.app().await?;
    let given = receipt::receipt_of(&app, reporter, event).await?;
    for line in lines(&given)? {
        context.say.text(line);
    }
    context.say.json(&document(&given)?);
    Ok(())
}

fn lines(given: &Given) -> Result<Vec<String>, Failure> {
    let (id, at) = (&given.receipt.id, given.received_at);
    let mut lines = vec![format!("{id}  {}  received {at}", given.receipt.status())];
    if let Answer::Accepted(counted) | Answer::Duplicate(counted) = &given.receipt.answer {
        let (licence, billed_ms) = (counted.licence, counted.billed_ms);
        let earned = Money::new(counted.earned_micros, counted.currency);
        lines.push(format!(
            "  under {licence}: {billed_ms} ms billed, {earned} earned"
        ));
    }
    let reasons = given.receipt.reasons().into_iter();
    lines.extend(reasons.map(|reason| format!("  {reason}")));
    lines.extend(
        given
            .told
            .iter()
            .map(|told| format!("  {}", told.sentence())),
    );
    if let Some(commit) = given.commit {
        let settled = if given.settled { "" } else { "not " };
        lines.push(format!("  in commit {commit}, {settled}settled"));
    }
    Ok(lines)
}

fn document(given: &Given) -> Result<Value, Failure> {
    let counted = match &given.receipt.answer {
        Answer::Accepted(counted) | Answer::Duplicate(counted) => Some(counted),
        Answer::Conflict | Answer::Refused(_) => None,
    };
    let earned = counted.map(
        |counted| json!({ "micros": counted.earned_micros, "currency": counted.currency.code() }),
    );
    Ok(json!({
        "id": given.receipt.id, "status": given.receipt.status(),
        "licence_code": counted.map(|counted| counted.licence.to_string()),
        "billed_ms": counted.map_or(0, |counted| counted.billed_ms), "earned": earned,
        "reasons": given.receipt.reasons(), "received_at": given.received_at.to_string(),
        "commit": given.commit, "settled": given.settled,
        "offer": given.told.as_ref().map(uncovered::offer),
    }))
}
