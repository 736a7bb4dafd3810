//! Playing a scenario: each step through the use case that the pages and the API call, and what
//! it moved read back from the ledger.

use std::collections::BTreeMap;

use app::licensing::buy::{Purchase, buy};
use app::licensing::quote::{Ask, quote_in};
use app::licensing::{Licence, QuotedOption};
use app::metering::overview::overview;
use app::metering::report::{Answer, report};
use app::{IntendedUse, Money, Refusal, Stop, Timestamp, upkeep};
use serde_json::json;

use super::act::{self, Done};
use super::figures::{Seconds, amount};
use super::scenario::{PayWord, Step, Word, Wrong};
use super::stage::Stage;
use super::{pledge, tax};
use crate::exit::Failure;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// The sandbox's card: no card of anybody's.
pub(super) const CARD: &str = "4242 4242 4242 4242";

/// What became of a step.
#[derive(Debug, Clone)]
pub struct Happened {
    /// Its place among the steps, from 0.
    pub step: usize,
    /// When.
    pub at: Timestamp,
    /// What it was, in words.
    pub what: String,
    /// What came of it.
    pub outcome: Outcome,
    /// The accounts whose balance it changed.
    pub moved: Vec<Moved>,
    /// What was expected and isn't so.
    pub missed: Option<String>,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done; in words.
    Done(String),
    /// The rules refused it: the stable code, and the sentence.
    Refused(String, String),
}

/// An account's balance before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The account's name in the ledger.
    pub account: String,
    /// Whose it is, in words.
    pub whose: String,
    /// By how much.
    pub by: Money,
    /// What stands there now.
    pub now: Money,
}

/// Balances by account and currency code, with whose each is.
pub(super) type Books = BTreeMap<(String, &'static str), (String, Money)>;

/// Every balance now.
pub(super) async fn books(stage: &Stage) -> Result<Books, Failure> {
    let accounts = overview(&stage.app).await?.accounts.into_iter();
    let keyed = |(account, whose, money): (String, String, Money)| {
        ((account, money.currency().code()), (whose, money))
    };
    Ok(accounts.map(keyed).collect())
}

fn moved(before: &Books, after: &Books) -> Vec<Moved> {
    let mut out = Vec::new();
    for (key, (whose, now)) in after {
        let had = before.get(key).map_or(0, |(_, money)| money.micros());
        let by = Money::new(now.micros() - had, now.currency());
        if !by.is_zero() {
            out.push(Moved {
                account: key.0.clone(),
                whose: whose.clone(),
                by,
                now: *now,
            });
        }
    }
    out
}

/// Plays one step.
pub(super) async fn step(
    stage: &mut Stage,
    nth: usize,
    step: &Step,
    before: &Books,
) -> Result<(Happened, Books), Failure> {
    let now = stage.app.call().now;
    let mut done = Done::new();
    if let Some(at) = step.at {
        days_pass(stage, at.0.since(now), &mut done).await?;
    }
    let mut outcome = Outcome::Done(String::new());
    for time in 0..step.times.unwrap_or(1) {
        outcome = match step.action {
            Word::Close => act::close(stage, &done).await?,
            _ => act(stage, nth, time, step).await?,
        };
        if matches!(outcome, Outcome::Refused(..)) {
            break;
        }
    }
    let after = books(stage).await?;
    let mut happened = Happened {
        step: nth,
        at: stage.app.call().now,
        what: step.words(),
        moved: moved(before, &after),
        missed: None,
        outcome,
    };
    happened.missed = missed(stage, nth, step, &happened.outcome, &after)?;
    Ok((happened, after))
}

/// Lets time pass, a day at a time, and the store do by itself what it does as time passes.
async fn days_pass(stage: &Stage, ms: i64, done: &mut Done) -> Result<(), Failure> {
    let mut left = ms;
    while left > 0 {
        let some = left.min(DAY_MS);
        stage.app.edge.pass(some);
        left -= some;
        act::add(done, upkeep::run(&stage.app).await?);
    }
    Ok(())
}

async fn act(stage: &mut Stage, nth: usize, time: u32, step: &Step) -> Result<Outcome, Failure> {
    let key = format!("step-{nth}-{time}");
    let place = |field: &str| format!("steps[{nth}].{field}");
    match step.action {
        Word::Buy | Word::Subscribe => purchase(stage, &key, step).await,
        Word::Use => used(stage, &key, step).await,
        Word::Cancel | Word::Pause | Word::Resume | Word::Change => {
            act::changed(stage, &key, step).await
        }
        Word::Tax => tax::changed(stage, &place("tax"), step).await,
        Word::Load => pledge::loaded(stage, (&key, &place("amount")), step).await,
        Word::Advance => pledge::advanced(stage, (&key, &place("amount")), step).await,
        Word::Refund => act::give_back(stage, (&key, &place("amount")), step).await,
        Word::Dispute => act::disputed(stage, &place("amount"), step).await,
        Word::Split => act::split(stage, &place("splits"), step).await,
        Word::PayOut => act::pay_out(stage, step).await,
        Word::Close | Word::Expect | Word::Wait => Ok(Outcome::Done(String::new())),
    }
}

/// A use case's answer as a step's outcome; a fault of ours ends the play.
pub(super) fn outcome<T, R: Refusal>(
    answer: Result<T, Stop<R>>,
    words: impl FnOnce(T) -> String,
) -> Result<Outcome, Failure> {
    match answer {
        Ok(done) => Ok(Outcome::Done(words(done))),
        Err(Stop::Refused(refusal)) => Ok(Outcome::Refused(
            refusal.code().to_owned(),
            refusal.to_string(),
        )),
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

async fn purchase(stage: &mut Stage, key: &str, step: &Step) -> Result<Outcome, Failure> {
    let ask = match &step.bundle {
        _ if step.action == Word::Subscribe => act::subscription(stage, step),
        Some(plan) => Ask::Bundle { plan: plan.clone() },
        None => Ask::Track {
            track: stage.track(step).unwrap_or_default(),
            wanted: Box::new(IntendedUse::default()),
            stem: None,
        },
    };
    let asked = tax::circumstances(step)?;
    let mut call = stage.app.call();
    let quoted = match quote_in(&stage.app, &mut call, &ask, &asked).await {
        Ok(quoted) => quoted,
        Err(stop) => return outcome(Err::<(), _>(stop), |()| String::new()),
    };
    let Some(option) = quoted.options.iter().find(|option| fits(step, option)) else {
        let on_sale: Vec<_> = quoted.options.iter().map(named).collect();
        let what = format!("no such option on sale; there are {}", on_sale.join(", "));
        return Ok(Outcome::Refused("not_on_sale".to_owned(), what));
    };
    let who = step.who.clone().unwrap_or_default();
    let buyer = stage.buyer(&who).await?;
    let wallet = match step.with {
        Some(PayWord::Wallet) => match pledge::wallet(stage, &buyer).await? {
            Some(wallet) => Some(wallet),
            None => {
                let what = format!("{who} has no wallet: a step `load` before this one makes it");
                return Ok(Outcome::Refused("no_wallet".to_owned(), what));
            }
        },
        _ => None,
    };
    let order = Purchase {
        quote: quoted.id,
        offer: option.offer.clone(),
        licensee: who.clone(),
        email: None,
        card: CARD.to_owned(),
        wallet,
        top_up: None,
    };
    let bought = buy(&stage.app, &mut stage.app.call(), &buyer, key, &order).await;
    if let (Ok(bought), Some(name)) = (&bought, &step.named) {
        stage.bought.insert(name.clone(), bought.licence.id);
    }
    outcome(bought, |bought| sold(&bought.licence))
}

fn fits(step: &Step, option: &QuotedOption) -> bool {
    if step.bundle.is_some() || step.action == Word::Subscribe {
        return true;
    }
    let asset = step.asset.as_deref().unwrap_or("full_mix");
    let tier = step.tier.as_deref().unwrap_or("creator");
    option.asset.code() == asset && option.tier == tier
}

fn named(option: &QuotedOption) -> String {
    format!("{} {}", option.tier, option.asset.code())
}

fn sold(licence: &Licence) -> String {
    format!("{} for {}", licence.label, licence.price.price_display())
}

async fn used(stage: &Stage, key: &str, step: &Step) -> Result<Outcome, Failure> {
    let Some(licence) = stage.named(step) else {
        return Ok(act::not_bought());
    };
    let code = app::licensing::show::licence(&stage.app, licence)
        .await?
        .code;
    let call = stage.app.call();
    let event = json!({
        "id": step.event.as_deref().unwrap_or(key),
        "licence_code": code.to_string(),
        "track": stage.track(step),
        "placement": "youtube_shorts",
        "purpose": "monetised_creator",
        "clip_ms": step.seconds.map_or(0, Seconds::ms),
        "published_at": step.published.map_or(call.now, |one| one.0).to_string(),
        "source": "simulation",
    });
    let receipts = report(&stage.app, &stage.reporter, &[event]).await?;
    Ok(
        match receipts.into_iter().next().map(|receipt| receipt.answer) {
            Some(Answer::Duplicate(_)) => Outcome::Done("counted before: nothing moves".to_owned()),
            Some(Answer::Accepted(counted)) => {
                let currency = stage.app.settings.currency;
                let earned = Money::new(counted.earned_micros, currency);
                let seconds = counted.billed_ms / 1000;
                Outcome::Done(format!("counted: {seconds} s billed, {earned} earned"))
            }
            Some(Answer::Refused(reasons)) => {
                let words: Vec<_> = reasons.iter().map(|one| one.sentence()).collect();
                let reasons: Vec<_> = reasons.iter().map(|one| json!(one)).collect();
                // A wrong field has a code of its own.
                let codes = reasons.iter().filter_map(|one| {
                    let code = one["code"].as_str();
                    code.or_else(|| one["reason"].as_str())
                });
                let codes: Vec<_> = codes.collect();
                Outcome::Refused(codes.join(" "), words.join(" "))
            }
            Some(Answer::Conflict) | None => {
                Outcome::Refused("conflict".to_owned(), "reported twice".to_owned())
            }
        },
    )
}

/// What a step expected and isn't so.
fn missed(
    stage: &Stage,
    nth: usize,
    step: &Step,
    outcome: &Outcome,
    books: &Books,
) -> Result<Option<String>, Failure> {
    match (&step.refused, outcome) {
        (Some(code), Outcome::Refused(found, _)) if found.split(' ').any(|one| one == code) => {}
        (Some(code), _) => return Ok(Some(format!("it should have been refused ({code})"))),
        (None, _) => {}
    }
    let Some(wanted) = &step.balance else {
        return Ok(None);
    };
    let currency = stage.app.settings.currency;
    let wanted = amount(&format!("steps[{nth}].balance"), wanted, currency)?;
    if let Some(account) = &step.account {
        let whole = format!("{account}:");
        let is_one = |name: &String| name == account || name.starts_with(&whole);
        let held = books
            .iter()
            .filter(|((name, code), _)| *code == currency.code() && is_one(name));
        let found = held.map(|(_, (_, money))| money.micros()).sum();
        let found = Money::new(found, currency);
        let missed = || format!("{account} should hold {wanted}, and holds {found}");
        return Ok((found != wanted).then(missed));
    }
    let Some(payee) = &step.payee else {
        return Ok(None);
    };
    let Some(id) = stage.payees.get(payee) else {
        let what = "nobody of this name shares a track's money";
        return Err(Wrong::at(format!("steps[{nth}].payee"), what).into());
    };
    let stands = |kind: &str| {
        let key = (format!("{kind}:{id}"), currency.code());
        books.get(&key).map_or(0, |(_, money)| money.micros())
    };
    let found = Money::new(stands("payee") + stands("escrow"), currency);
    Ok((found != wanted).then(|| format!("{payee} should have {wanted}, and has {found}")))
}
