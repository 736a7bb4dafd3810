//! What scenarios do to money beside buying and using: subscriptions, refunds, disputes, splits,
//! payouts. Each by the use case that pages and the API call.

use app::bundles::Asker;
use app::bundles::refund::refund as refund_rest;
use app::licensing::quote::Ask;
use app::licensing::show;
use app::payments::dispute::{Act, dispute};
use app::payments::list::{PAGE_MAX, payments};
use app::payments::refund::{Wanted, refund};
use app::payouts::{Hand, Rail, propose, release, results, send};
use app::splits::propose as splits;
use app::subscriptions::change::{Wish, change};
use app::{Currency, Money, PayeeId, PaymentId, upkeep};

use super::figures::amount;
use super::play::{Outcome, outcome};
use super::scenario::{DisputeWord, Step, Word};
use super::stage::{OPERATORS, Stage};
use super::{set, tax};
use crate::exit::Failure;

/// What a step that needs something bought says when that was refused.
pub(super) fn not_bought() -> Outcome {
    let what = "what it is about was never bought: that step was refused";
    Outcome::Refused("not_bought".to_owned(), what.to_owned())
}

/// What a subscription is asked for by; the store's first plan where none is named.
pub(super) fn subscription(stage: &Stage, step: &Step) -> Ask {
    Ask::Pool {
        plan: step.plan.clone().unwrap_or_else(|| stage.plan.clone()),
    }
}

/// Changes a subscription: its end, a rest, another country, another plan. Where both are named,
/// the country comes first, and counts for what a dearer plan adds.
pub(super) async fn changed(stage: &Stage, key: &str, step: &Step) -> Result<Outcome, Failure> {
    let Some(licence) = stage.named(step) else {
        return Ok(not_bought());
    };
    if let Some(code) = step.country.as_deref() {
        let key = format!("{key}-country");
        let moved = tax::moved(stage, &key, (licence, code)).await?;
        if step.plan.is_none() || matches!(moved, Outcome::Refused(..)) {
            return Ok(moved);
        }
    }
    let (wish, words) = match step.action {
        Word::Pause => (Wish::Pause, "it rests from the end of its cycle on"),
        Word::Resume => (Wish::Resume, "it goes on"),
        Word::Change => {
            let plan = step.plan.clone().unwrap_or_default();
            (
                Wish::Plan(plan),
                "a dearer plan counts now, any other from the next cycle on",
            )
        }
        _ => (Wish::Cancel, "it ends with its cycle"),
    };
    let mut call = stage.app.call();
    let who = &stage.operator;
    let done = change(&stage.app, &mut call, who, key, (licence, &wish)).await;
    outcome(done, |_| words.to_owned())
}

/// Gives a payment back.
pub(super) async fn give_back(
    stage: &Stage,
    (key, place): (&str, &str),
    step: &Step,
) -> Result<Outcome, Failure> {
    if step.rest {
        return rest(stage, key, step).await;
    }
    let Some(payment) = payment(stage, step).await? else {
        return Ok(not_bought());
    };
    let currency = stage.app.settings.currency;
    let much = step.amount.as_deref();
    let much = much.map(|text| amount(place, text, currency)).transpose()?;
    let wanted = Wanted {
        payment,
        amount: much.map(|money| (money.micros(), currency.code().to_owned())),
        reason: "the scenario says so".to_owned(),
    };
    let mut call = stage.app.call();
    let done = refund(&stage.app, &mut call, &stage.operator, key, &wanted).await;
    outcome(done, |done| {
        format!("{} given back", done.money.price_display())
    })
}

/// Gives back what is left of clip time.
async fn rest(stage: &Stage, key: &str, step: &Step) -> Result<Outcome, Failure> {
    let Some(licence) = stage.named(step) else {
        return Ok(not_bought());
    };
    let Some(bundle) = show::licence(&stage.app, licence).await?.bundle else {
        let what = "only clip time has a rest that can be given back";
        return Ok(Outcome::Refused("no_clip_time".to_owned(), what.to_owned()));
    };
    let asker = Asker {
        who: &stage.operator,
        grant: None,
    };
    let mut call = stage.app.call();
    let done = refund_rest(&stage.app, &mut call, asker, key, bundle.id).await;
    outcome(done, |done| {
        let seconds = done.ms / 1_000;
        format!("{} given back for {seconds} s", done.refund.price_display())
    })
}

/// Raises or decides a dispute.
pub(super) async fn disputed(stage: &Stage, place: &str, step: &Step) -> Result<Outcome, Failure> {
    let Some(payment) = payment(stage, step).await? else {
        return Ok(not_bought());
    };
    let currency = stage.app.settings.currency;
    let much = step.amount.as_deref();
    let much = much.map(|text| amount(place, text, currency)).transpose()?;
    let act = match step.state {
        Some(DisputeWord::Won) => Act::Won,
        Some(DisputeWord::Lost) => Act::Lost,
        _ => Act::Open(much.map(Money::micros)),
    };
    let mut call = stage.app.call();
    let done = dispute(&stage.app, &mut call, payment, act).await;
    outcome(done, |()| String::new())
}

/// The latest payment for what a step names.
async fn payment(stage: &Stage, step: &Step) -> Result<Option<PaymentId>, Failure> {
    let Some(licence) = stage.named(step) else {
        return Ok(None);
    };
    let mut offset = 0;
    loop {
        let page = payments(&stage.app, offset, PAGE_MAX).await?;
        if let Some(found) = page
            .iter()
            .find(|one| one.licence.as_ref().is_some_and(|(id, _)| *id == licence))
        {
            return Ok(Some(found.id));
        }
        if page.len() < PAGE_MAX {
            return Ok(None);
        }
        offset += page.len();
    }
}

/// Shares a track otherwise, everybody having agreed.
pub(super) async fn split(stage: &mut Stage, place: &str, step: &Step) -> Result<Outcome, Failure> {
    let parts = step.splits.clone().unwrap_or_default();
    let parts = set::splits(place, &parts)?;
    let share = |(payee, ppm): (String, u32)| splits::Share {
        email: (!stage.payees.contains_key(&payee)).then(|| "somebody@example.org".to_owned()),
        payee,
        ppm,
    };
    let wish = splits::Wish {
        track: stage.track(step).unwrap_or_default(),
        shares: parts.into_iter().map(share).collect(),
        agreed_on_paper: Some("the scenario".to_owned()),
        ..splits::Wish::default()
    };
    let mut call = stage.app.call();
    let done = splits::propose(&stage.app, &mut call, Hand::Console, &wish).await;
    stage.know_payees().await?;
    outcome(done, |_| "in force from the next event on".to_owned())
}

/// What upkeep does that moves no money.
const MOVES_NOTHING: [&str; 3] = ["journals sealed", "statements logged", "letters sent"];

/// Does what is due, and tells what was done by itself since the step before.
pub(super) async fn close(stage: &Stage, before: &Done) -> Result<Outcome, Failure> {
    let mut done = before.clone();
    add(&mut done, upkeep::run(&stage.app).await?);
    let done: Vec<_> = done
        .into_iter()
        .filter(|(what, count)| *count > 0 && !MOVES_NOTHING.contains(what))
        .map(|(what, count)| format!("{what}: {count}"))
        .collect();
    Ok(Outcome::Done(match done.is_empty() {
        true => "nothing was due".to_owned(),
        false => done.join(", "),
    }))
}

/// What upkeep did, by what it was.
pub(super) type Done = Vec<(&'static str, usize)>;

/// Adds up what several rounds of upkeep did.
pub(super) fn add(sum: &mut Done, more: Done) {
    for (what, count) in more {
        match sum.iter_mut().find(|one| one.0 == what) {
            Some(one) => one.1 += count,
            None => sum.push((what, count)),
        }
    }
}

/// Pays out what may be, to one payee or everybody, and lets it arrive.
pub(super) async fn pay_out(stage: &Stage, step: &Step) -> Result<Outcome, Failure> {
    let currency = stage.app.settings.currency;
    let whose = stage.payees.iter();
    let whose = whose.filter(|(name, _)| step.payee.as_ref().is_none_or(|one| one == *name));
    let mut said = Vec::new();
    for (name, payee) in whose {
        match one(stage, *payee, currency).await? {
            Outcome::Done(words) => said.push(format!("{name} {words}")),
            refused if step.payee.is_some() => return Ok(refused),
            Outcome::Refused(_, words) => said.push(format!("{name} nothing ({words})")),
        }
    }
    Ok(Outcome::Done(said.join("; ")))
}

async fn one(stage: &Stage, payee: PayeeId, currency: Currency) -> Result<Outcome, Failure> {
    let (app, hand) = (&stage.app, Hand::Console);
    let mut call = app.call();
    let asked = propose::request(app, &mut call, hand, (payee, currency), None).await;
    let payout = match asked {
        Ok(payout) => payout,
        Err(stop) => return outcome(Err::<(), _>(stop), |()| String::new()),
    };
    for operator in OPERATORS {
        // Whether one or two people must release it is the store's rule.
        let _ = release::release_as(app, &mut app.call(), payout.id, operator).await;
    }
    let what = (Rail::Manual, currency);
    send::send(app, &mut app.call(), hand, what, None).await?;
    let file = format!("payout,state\n{},paid\n", payout.id);
    results::import(app, &mut app.call(), hand, None, &file).await?;
    Ok(Outcome::Done(payout.amount.price_display()))
}
