//! `clearcue payout`: paying payees, step by step.

use std::fs;
use std::path::{Path, PathBuf};

use app::payouts::propose::{self, Run};
use app::payouts::results;
use app::payouts::rules::{self, Rules};
use app::payouts::send::{self, Batch};
use app::payouts::{Hand, PayoutSeen, Rail, list, release};
use app::{App, Currency, mails};
use serde_json::{Value, json};

use super::Context;
use crate::cli::{PayoutFile, PayoutVerb};
use crate::exit::Failure;
use crate::say::Say;

pub(super) async fn run(context: &Context, verb: &PayoutVerb) -> Result<(), Failure> {
    let app = context.app().await?;
    let say = &context.say;
    let call = &mut app.call();
    match verb {
        PayoutVerb::List => {
            let all = list::all(&app, Hand::Console).await?;
            all.iter().for_each(|seen| say.text(line(seen)));
            if all.is_empty() {
                say.text("there is no payout yet: `clearcue payout run` proposes what is due");
            }
            let all: Vec<_> = all.iter().map(document).collect();
            say.json(&json!({ "payouts": all }));
        }
        PayoutVerb::Show { id } => show(&app, say, id).await?,
        PayoutVerb::Run => {
            let run = propose::due(&app, call, Hand::Console, None).await?;
            tell_run(say, &run);
        }
        PayoutVerb::Release { id, by } => {
            let seen = release::release_as(&app, call, read(id)?, by).await?;
            tell(say, &seen);
        }
        PayoutVerb::Withdraw { id, reason } => {
            let seen = release::withdraw(&app, call, Hand::Console, read(id)?, reason).await?;
            tell(say, &seen);
        }
        PayoutVerb::File(args) => file(&app, say, args).await?,
        PayoutVerb::Results { file } => read_results(&app, say, file).await?,
        PayoutVerb::Rules { set } => show_rules(&app, say, set.as_deref()).await?,
        PayoutVerb::Mails { dir } => {
            let count = mails::deliver::into_folder(&app, call, dir).await?;
            say.text(format!("{count} letters are in {}", dir.display()));
            say.json(&json!({ "letters": count }));
        }
    }
    Ok(())
}

/// Reads an id; anything else is a misuse.
fn read<T: std::str::FromStr>(text: &str) -> Result<T, Failure>
where
    T::Err: std::fmt::Display,
{
    let fix = "copy the id from `clearcue payout list`";
    text.parse()
        .map_err(|e| Failure::misuse(format!("`{text}`: {e}"), fix))
}

fn open(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file)
        .map_err(|e| Failure::failed(format!("{}: {e}", file.display()), "check the path"))
}

fn line(seen: &PayoutSeen) -> String {
    format!(
        "{}  {:<16} {:>14}  {:<7} {}",
        seen.id,
        seen.state.word(),
        seen.amount.price_display(),
        seen.rail,
        seen.payee_name
    )
}

fn document(seen: &PayoutSeen) -> Value {
    json!({
        "id": seen.id.to_string(), "payee": seen.payee.to_string(), "name": seen.payee_name,
        "amount_micros": seen.amount.micros(), "fee_micros": seen.fee.micros(),
        "currency": seen.amount.currency().code(), "rail": seen.rail.code(),
        "state": seen.state.word(), "reason": seen.reason, "proposed_by": seen.proposed_by,
        "released_by": seen.released_by, "proposed_at": seen.proposed_at.to_string(),
        "changed_at": seen.changed_at.to_string(),
        "batch": seen.batch.map(|id| id.to_string()),
    })
}

fn tell(say: &Say, seen: &PayoutSeen) {
    say.text(line(seen));
    say.json(&document(seen));
}

fn tell_run(say: &Say, run: &Run) {
    run.proposed.iter().for_each(|seen| say.text(line(seen)));
    for (payee, currency, why) in &run.not_yet {
        say.text(format!("{payee}  {currency}  not paid: {why}"));
    }
    if run.proposed.is_empty() {
        say.text("nothing is due to be paid");
    }
    let not_yet = run.not_yet.iter().map(|(payee, currency, why)| {
        json!({ "payee": payee.to_string(), "currency": currency.code(),
                "reason": why.code(), "reason_text": why.to_string() })
    });
    say.json(&json!({
        "proposed": run.proposed.iter().map(document).collect::<Vec<_>>(),
        "not_yet": not_yet.collect::<Vec<_>>(),
    }));
}

async fn show(app: &App, say: &Say, id: &str) -> Result<(), Failure> {
    let (seen, past) = list::show(app, Hand::Console, read(id)?).await?;
    say.text(line(&seen));
    for one in &past {
        say.text(format!(
            "  {}  {} by {} {}",
            one.at, one.state, one.who, one.reason
        ));
    }
    let history = past.iter().map(|one| {
        json!({ "at": one.at.to_string(), "state": one.state, "by": one.who,
                "reason": one.reason })
    });
    let mut document = document(&seen);
    document["history"] = history.collect();
    say.json(&document);
    Ok(())
}

async fn file(app: &App, say: &Say, args: &PayoutFile) -> Result<(), Failure> {
    let mut left_out = Vec::new();
    let id = match (&args.again, &args.rail) {
        (Some(again), _) => read(again)?,
        (None, rail) => {
            let rail: Rail = read(rail.as_deref().unwrap_or_default())?;
            let currency = match &args.currency {
                Some(code) => Currency::from_code(code)
                    .map_err(|e| Failure::misuse(e, "name a currency such as EUR"))?,
                None if rail == Rail::Sepa => Currency::EUR,
                None => app.settings.currency,
            };
            let what = (rail, currency);
            let sent = send::send(app, &mut app.call(), Hand::Console, what, None).await?;
            left_out = sent.left_out;
            sent.batch.id
        }
    };
    let (batch, bytes) = send::content(app, Hand::Console, id).await?;
    let path = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(&batch.file_name));
    fs::write(&path, bytes).map_err(|e| {
        let what = format!("{}: {e}", path.display());
        let fix =
            format!("the payouts are sent; get the file by `clearcue payout file --again {id}`");
        Failure::failed(what, fix)
    })?;
    tell_file(say, &batch, &path);
    for (id, why) in left_out {
        say.text(format!("{id} is left for later: {why}"));
    }
    Ok(())
}

fn tell_file(say: &Say, batch: &Batch, path: &Path) {
    let (lines, total) = (batch.lines, batch.total.price_display());
    say.text(format!(
        "{}: {lines} payouts, {total} ({})",
        path.display(),
        batch.id
    ));
    say.json(&json!({
        "id": batch.id.to_string(), "file": path.display().to_string(), "lines": lines,
        "total_micros": batch.total.micros(), "currency": batch.total.currency().code(),
    }));
}

async fn read_results(app: &App, say: &Say, path: &Path) -> Result<(), Failure> {
    let text = open(path)?;
    let lines = results::import(app, &mut app.call(), Hand::Console, None, &text).await?;
    let mut refused = 0;
    let mut documents = Vec::new();
    for one in &lines {
        let (word, why) = match &one.outcome {
            Ok(done) => (done.word(), String::new()),
            Err(wrong) => ("refused", wrong.to_string()),
        };
        refused += usize::from(one.outcome.is_err());
        let payout = one.payout.map(|id| id.to_string());
        let name = payout.as_deref().unwrap_or("-");
        say.text(format!("line {}  {name}  {word} {why}", one.line));
        documents.push(json!({
            "line": one.line, "payout": payout, "outcome": word, "reason": why,
        }));
    }
    say.json(&json!({ "lines": documents }));
    if refused > 0 {
        let what = format!("{refused} of {} lines were refused", lines.len());
        return Err(Failure::failed(
            what,
            "the others count; correct these and read it again",
        ));
    }
    Ok(())
}

async fn show_rules(app: &App, say: &Say, set: Option<&Path>) -> Result<(), Failure> {
    let rules = match set {
        None => rules::rules(app).await?,
        Some(path) => {
            let wanted: Rules = serde_json::from_str(&open(path)?).map_err(|e| {
                let fix = "begin with `clearcue payout rules --json`";
                Failure::misuse(format!("{}: {e}", path.display()), fix)
            })?;
            rules::set(app, &app.call(), Hand::Console, wanted).await?
        }
    };
    let text = serde_json::to_string_pretty(&rules);
    say.text(text.map_err(|e| Failure::failed(e, "please report it"))?);
    say.json(&json!(rules));
    Ok(())
}
