//! What a simulation tells: each step and what it moved, every balance, every invariant.

use serde_json::{Value, json};

use super::scenario::{DisputeWord, Step, Word};
use super::{Moved, Outcome, Played};
use crate::say::Say;

impl Step {
    /// What the step is, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let who = self.who.as_deref().unwrap_or("somebody");
        let of = self.of.as_deref().unwrap_or("it");
        let track = self.track.as_deref().unwrap_or("a track");
        let much = self.amount.as_deref().unwrap_or("all");
        let payee = self.payee.as_deref().unwrap_or("everybody");
        let once = match self.action {
            Word::Buy => match &self.bundle {
                Some(bundle) => format!("{who} buys {bundle}"),
                None => {
                    let asset = self.asset.as_deref().unwrap_or("full_mix");
                    let tier = self.tier.as_deref().unwrap_or("creator");
                    format!("{who} buys {tier} {asset} of {track}")
                }
            },
            Word::Use => {
                let seconds = self.seconds.map(|one| one.to_string());
                let seconds = seconds.unwrap_or_default();
                format!("{seconds} s of {track} are used under {of}")
            }
            Word::Expect => {
                let balance = self.balance.as_deref().unwrap_or("0");
                match &self.account {
                    Some(account) => format!("{account} should hold {balance}"),
                    None => format!("{payee} should have {balance}"),
                }
            }
            Word::Wait => "time passes".to_owned(),
            Word::Subscribe => format!("{who} subscribes"),
            Word::Cancel => format!("{of} is cancelled"),
            Word::Pause => format!("{of} is paused"),
            Word::Resume => format!("{of} is resumed"),
            Word::Change => {
                let to = self.plan.as_deref().or(self.country.as_deref());
                format!("{of} changes to {}", to.unwrap_or("another plan"))
            }
            Word::Tax => {
                let country = self.country.as_deref().unwrap_or("a country");
                format!("the tax of {country} changes")
            }
            Word::Load => format!("{who} loads {much} into a wallet"),
            Word::Advance => format!("{payee} is paid {much} in advance"),
            Word::Refund if self.rest => format!("what is left of {of} is refunded"),
            Word::Refund => format!("{much} of {of} is refunded"),
            Word::Dispute => match self.state {
                Some(DisputeWord::Won) => format!("the dispute about {of} is won"),
                Some(DisputeWord::Lost) => format!("the dispute about {of} is lost"),
                _ => format!("{much} of {of} is disputed"),
            },
            Word::Split => format!("{track} is shared otherwise"),
            Word::Close => "what is due is done".to_owned(),
            Word::PayOut => format!("{payee} is paid out"),
        };
        match self.times {
            Some(times) if times > 1 => format!("{once}, {times} times"),
            _ => once,
        }
    }
}

/// Tells it to people.
pub(crate) fn tell(say: &Say, played: &Played) {
    say.text(format!("{}\n", played.name));
    for step in &played.steps {
        let day = step.at.to_string();
        let day = day.get(..16).unwrap_or(&day).replace('T', " ");
        say.text(format!("{:>4}  {day}  {}", step.step, step.what));
        match &step.outcome {
            Outcome::Done(words) if words.is_empty() => {}
            Outcome::Done(words) => say.text(format!("      {words}")),
            Outcome::Refused(code, words) => say.text(format!("      refused ({code}): {words}")),
        }
        for moved in &step.moved {
            say.text(format!("      {}", line(moved)));
        }
        if let Some(missed) = &step.missed {
            say.text(format!("      NOT AS EXPECTED: {missed}"));
        }
    }
    say.text("\nbalances at the end (what is owed is positive)");
    for (account, whose, money) in played.balances.iter().filter(|one| !one.2.is_zero()) {
        say.text(format!(
            "  {:>20}  {}",
            money.to_string(),
            named(account, whose)
        ));
    }
    let broken: Vec<_> = played
        .audit
        .iter()
        .filter(|c| !c.breaches.is_empty())
        .collect();
    say.text(format!(
        "\n{} of {} invariants hold",
        played.audit.len() - broken.len(),
        played.audit.len()
    ));
    for breach in broken.iter().flat_map(|check| &check.breaches) {
        say.text(format!(
            "  {}: {}: {}",
            breach.invariant, breach.subject, breach.detail
        ));
    }
}

fn line(moved: &Moved) -> String {
    let sign = if moved.by.micros() > 0 { "+" } else { "" };
    let by = format!("{sign}{}", moved.by);
    format!("{by:>20}  {}", named(&moved.account, &moved.whose))
}

/// An account in words; its kind in front, without the id that nobody reads.
fn named(account: &str, whose: &str) -> String {
    let kind = account.split(':').next().unwrap_or(account);
    format!("{kind} ({whose})")
}

/// Tells it to programs.
pub(crate) fn document(played: &Played) -> Value {
    let steps = played.steps.iter().map(|step| {
        let (outcome, code) = match &step.outcome {
            Outcome::Done(words) => (words, Value::Null),
            Outcome::Refused(code, words) => (words, json!(code)),
        };
        json!({
            "step": step.step,
            "at": step.at.to_string(),
            "what": step.what,
            "outcome": outcome,
            "refused": code,
            "moved": step.moved.iter().map(|moved| json!({
                "account": moved.account,
                "whose": moved.whose,
                "currency": moved.by.currency().code(),
                "by_micros": moved.by.micros(),
                "now_micros": moved.now.micros(),
            })).collect::<Vec<_>>(),
            "missed": step.missed,
        })
    });
    json!({
        "name": played.name,
        "ended": played.ended.to_string(),
        "holds": played.holds(),
        "steps": steps.collect::<Vec<_>>(),
        "balances": played.balances.iter().map(|(account, whose, money)| json!({
            "account": account,
            "whose": whose,
            "currency": money.currency().code(),
            "micros": money.micros(),
        })).collect::<Vec<_>>(),
        "invariants": played.audit.iter().map(|check| json!({
            "name": check.invariant,
            "looked_at": check.looked_at,
            "breaches": check.breaches.iter().map(|one| json!({
                "subject": one.subject, "detail": one.detail,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
