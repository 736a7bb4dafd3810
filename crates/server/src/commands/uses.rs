//! `clearcue uses`: uses that come as a table.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::Path;

use app::metering::import::{Import, ImportRefusal, RowAnswer, Sums, Wording};
use app::metering::import_report;
use app::metering::to_cover::{Purchase, ToCover};
use app::{Currency, Money, Stop};
use serde_json::{Value, json};

use super::{Context, uncovered};
use crate::cli::{Delimiter, UsesImport, UsesVerb};
use crate::exit::Failure;
use crate::progress::Progress;

/// How much of a file is read at once.
const PIECE: usize = 64 << 10;
/// How many rows that don't count are listed.
const LISTED: usize = 20;

pub(super) async fn run(context: &Context, verb: &UsesVerb) -> Result<(), Failure> {
    match verb {
        UsesVerb::Import(args) => import(context, args).await,
        UsesVerb::Gaps { reporter } => super::gaps::run(context, reporter.as_deref()).await,
        UsesVerb::DropRaw {
            older_than_days,
            dry_run,
        } => super::drop_raw::run(context, *older_than_days, *dry_run).await,
        UsesVerb::Uncovered { state, limit } => uncovered::run(context, *state, *limit).await,
        UsesVerb::Receipt { event, reporter } => {
            super::receipt::run(context, event, reporter).await
        }
    }
}

async fn import(context: &Context, args: &UsesImport) -> Result<(), Failure> {
    let mut file = File::open(&args.file).map_err(|error| unread(&args.file, &error))?;
    let bytes = file.metadata().map_or(0, |found| found.len());
    let begun = Import::of(&args.reporter, wording(args), args.dry_run);
    let mut import = begun.map_err(|refusal| stopped(Stop::Refused(refusal)))?;
    let app = context.app().await?;
    let mut answers = Answers::to(args.report.as_deref())?;
    let progress = Progress::bytes(if args.dry_run { "judging" } else { "counting" }, bytes);
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece);
        let read = read.map_err(|error| unread(&args.file, &error))?;
        if read == 0 {
            break;
        }
        let some = import.feed(&app, &piece[..read]).await;
        answers.take(some.map_err(stopped)?)?;
        progress.advance(read as u64);
    }
    answers.take(import.finish(&app).await.map_err(stopped)?)?;
    // What is left a second from now would be settled by the next program: better by this one.
    if !args.dry_run {
        app.engine.settle().await?;
    }
    progress.finish();
    answers.close()?;
    say(context, args, &import, &answers)
}

fn wording(args: &UsesImport) -> Wording {
    Wording {
        delimiter: args.delimiter.map(|delimiter| match delimiter {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
        }),
        columns: args.map.clone(),
        always: args.set.clone(),
        utc: args.utc,
    }
}

/// A header that can't be used is a misuse: nothing was reported.
fn stopped(stop: Stop<ImportRefusal>) -> Failure {
    match stop {
        Stop::Refused(refusal @ (ImportRefusal::Header(_) | ImportRefusal::BadReporter)) => {
            Failure::misuse(refusal, "see `clearcue uses import --help`")
        }
        stop => stop.into(),
    }
}

/// What became of the rows: those that don't count are listed, all go into a file if that is asked for.
struct Answers {
    file: Option<BufWriter<File>>,
    listed: Vec<RowAnswer>,
}

impl Answers {
    fn to(path: Option<&Path>) -> Result<Self, Failure> {
        let file = path
            .map(File::create)
            .transpose()
            .map_err(|error| unwritten(&error))?;
        let mut file = file.map(BufWriter::new);
        if let Some(file) = &mut file {
            let header = import_report::header();
            file.write_all(header.as_bytes())
                .map_err(|error| unwritten(&error))?;
        }
        let listed = Vec::new();
        Ok(Self { file, listed })
    }

    fn take(&mut self, answers: Vec<RowAnswer>) -> Result<(), Failure> {
        if let Some(file) = &mut self.file {
            for answer in &answers {
                file.write_all(answer.csv().as_bytes())
                    .map_err(|error| unwritten(&error))?;
            }
        }
        let left = LISTED.saturating_sub(self.listed.len());
        let not_counted = answers.into_iter().filter(|answer| !answer.counts());
        self.listed.extend(not_counted.take(left));
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        match &mut self.file {
            Some(file) => file.flush().map_err(|error| unwritten(&error)),
            None => Ok(()),
        }
    }
}

fn unread(path: &Path, error: &std::io::Error) -> Failure {
    let what = format!("{} can't be read: {error}", path.display());
    Failure::failed(what, "check the path")
}

fn unwritten(error: &std::io::Error) -> Failure {
    let what = format!("the report can't be written: {error}");
    Failure::failed(
        what,
        "name another file; importing again counts nothing twice",
    )
}

fn say(
    context: &Context,
    args: &UsesImport,
    import: &Import,
    answers: &Answers,
) -> Result<(), Failure> {
    let (sums, to_cover) = (import.sums(), import.to_cover());
    for row in &answers.listed {
        let reasons = row.reasons().join("; ");
        let line = format!("line {}  {}  {reasons}", row.line, row.status());
        context.say.text(line);
        if let Some(told) = &row.told {
            context.say.text(format!("  {}", told.sentence()));
        }
    }
    let left_out = sums.refused + sums.conflict - answers.listed.len() as u64;
    if left_out > 0 {
        context
            .say
            .text(format!("and {left_out} more: `--report FILE` lists all"));
    }
    if !sums.passed_over.is_empty() {
        let names = sums.passed_over.join(", ");
        context.say.text(format!("columns passed over: {names}"));
    }
    let mut earned = Vec::new();
    for (code, micros) in &sums.earned_micros {
        let currency = Currency::from_code(code);
        let currency = currency.map_err(|error| Failure::failed(error, "report this"))?;
        earned.push(Money::new(*micros, currency));
    }
    context.say.text(line(args.dry_run, sums, &earned));
    for line in cover_lines(&to_cover)? {
        context.say.text(line);
    }
    let mut document = document(args.dry_run, sums, &earned, &answers.listed);
    document["to_cover"] = cover_document(&to_cover)?;
    context.say.json(&document);
    Ok(())
}

/// What covering everything that lacks cover would cost; nothing where nothing lacks it.
fn cover_lines(all: &ToCover) -> Result<Vec<String>, Failure> {
    if all.uses == 0 {
        return Ok(Vec::new());
    }
    let cost: Vec<String> = all.cost()?.iter().map(ToString::to_string).collect();
    let cost = if cost.is_empty() {
        "nothing is offered".to_owned()
    } else {
        format!("covering them costs {} at most", cost.join(", "))
    };
    let without = match all.without_offer {
        0 => String::new(),
        some => format!(" ({some} without an offer)"),
    };
    let mut lines = vec![format!("{} lack cover: {cost}{without}", all.uses)];
    lines.extend(all.purchases.iter().map(|one| {
        let (times, label, rows) = (one.times, &one.offered.option.label, one.uses);
        let of = match &one.offered.tops_up {
            Some(of) => format!("topping up {}", of.code),
            None => format!("of {}", one.offered.track),
        };
        format!("  {times} × {label} {of}, for {rows} rows")
    }));
    Ok(lines)
}

fn cover_document(all: &ToCover) -> Result<Value, Failure> {
    let purchase = |one: &Purchase| {
        let mut offer = uncovered::offered(&one.offered);
        offer["track"] = one.offered.track.to_string().into();
        offer["rows"] = one.uses.into();
        offer["times"] = one.times.into();
        offer
    };
    let cost = all.cost()?;
    Ok(json!({
        "rows": all.uses, "without_offer": all.without_offer,
        "cost": cost.iter().map(money).collect::<Vec<_>>(),
        "purchases": all.purchases.iter().map(purchase).collect::<Vec<_>>(),
    }))
}

fn money(money: &Money) -> Value {
    json!({ "micros": money.micros(), "currency": money.currency().code() })
}

fn line(dry_run: bool, sums: &Sums, earned: &[Money]) -> String {
    let (would, nothing) = if dry_run {
        ("would count", ": nothing was written")
    } else {
        ("count now", "")
    };
    let earned: Vec<String> = earned.iter().map(ToString::to_string).collect();
    let earned = if earned.is_empty() {
        String::new()
    } else {
        format!(" and earn {}", earned.join(", "))
    };
    format!(
        "{} rows: {} {would}{earned}, {} counted before, {} are in conflict, {} are refused{nothing}",
        sums.rows, sums.accepted, sums.duplicate, sums.conflict, sums.refused
    )
}

fn document(dry_run: bool, sums: &Sums, earned: &[Money], listed: &[RowAnswer]) -> Value {
    let row = |row: &RowAnswer| {
        json!({
            "line": row.line, "id": row.receipt.id, "status": row.status(),
            "reasons": row.reasons(), "offer": row.told.as_ref().map(uncovered::offer),
        })
    };
    json!({
        "dry_run": dry_run, "rows": sums.rows, "accepted": sums.accepted,
        "duplicate": sums.duplicate, "conflict": sums.conflict, "refused": sums.refused,
        "billed_ms": sums.billed_ms, "earned": earned.iter().map(money).collect::<Vec<_>>(),
        "passed_over": sums.passed_over,
        "not_counted": listed.iter().map(row).collect::<Vec<_>>(),
    })
}
