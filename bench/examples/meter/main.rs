//! How fast uses are counted: batches and single reports over HTTP to the real program, beside two
//! plain ways of doing the same, all on this machine in this run.
//!
//! ```text
//! cargo build --release --bin clearcue
//! cargo run --release -p bench --example meter                            # 1,000,000 events
//! cargo run --release -p bench --example meter -- --events 10000000       # full size
//! cargo run --release -p bench --example meter -- --help
//! ```

mod lean;
mod load;
mod naive;
mod program;
mod shop;
mod stream;

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use load::Load;
use program::{Program, Spent};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const HELP: &str = "\
Measures how fast uses are counted, beside naive SQLite rows and a lean PostgreSQL schema.

  --events N       events in batches of 1,000 (default 1000000)
  --singles N      requests with one event each, at 64 connections (default 100000)
  --reads N        reads right after an acknowledgement (default 2000)
  --baseline N     events of each baseline (default 100000; 0 leaves them out)
  --licences N     licences they fall under (default 10000)
  --database URL   have the store on PostgreSQL; the database must be empty
  --postgres URL   where the lean schema is made and dropped
                   (default postgres://postgres@127.0.0.1:5432/postgres)
  --program FILE   the program (default: clearcue beside this one's folder)

Examples:
  meter --events 10000000
  meter --events 100000 --baseline 0 --database postgres://postgres@127.0.0.1/empty";

struct Asked {
    events: u64,
    singles: u64,
    reads: u64,
    baseline: u64,
    licences: u64,
    database: Option<String>,
    postgres: String,
    program: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let Some(asked) = asked()? else {
        println!("{HELP}");
        return Ok(());
    };
    println!(
        "load before: {}",
        std::fs::read_to_string("/proc/loadavg")?.trim()
    );
    println!("{} cores", std::thread::available_parallelism()?);
    let folder = tempfile::tempdir()?;
    let began = Instant::now();
    let store = shop::open(&asked.program, folder.path(), asked.database.as_deref()).await?;
    let shop = shop::furnish(&store, asked.licences).await?;
    println!(
        "{} licences in {:.1} s",
        asked.licences,
        began.elapsed().as_secs_f64()
    );
    let mut program = Program::start(&asked.program, &store)?;
    let load = Load::new(&program.address, &store.key, &shop);

    // The first batches read 10,000 licences into memory; they count, but aren't timed.
    load.batches(64, 4).await?;
    batches(&program, &load, &store, asked.events).await?;
    singles(&program, &load, asked.singles).await?;
    reads(&program, &load, asked.reads).await?;
    println!("memory: {} MB resident", program.resident_kb()? / 1024);
    program.stop()?;
    replay(&asked.program, &store)?;
    if asked.baseline > 0 {
        naive::run(folder.path(), &load, asked.baseline).await?;
        lean::run(&asked.postgres, &load, asked.baseline).await?;
    }
    println!(
        "load after: {}",
        std::fs::read_to_string("/proc/loadavg")?.trim()
    );
    Ok(())
}

/// Batches of 1,000, in steps each ten times the last, so that growth shows.
async fn batches(program: &Program, load: &Load, store: &shop::Store, events: u64) -> Outcome<()> {
    let mut done = 0;
    let mut step = events.min(100_000);
    while done < events {
        let until = step.min(events);
        let before = (program.spent()?, store.bytes()?, own_cpu()?);
        let began = Instant::now();
        load.batches((until - done) / 1_000, 4).await?;
        let took = began.elapsed();
        let spent = program.spent()? - before.0;
        let own = own_cpu()?.saturating_sub(before.2);
        said(
            "batches of 1,000",
            until - done,
            took,
            spent,
            store.bytes()?.saturating_sub(before.1),
            own,
        );
        done = until;
        step = step.saturating_mul(10);
    }
    Ok(())
}

async fn singles(program: &Program, load: &Load, count: u64) -> Outcome<()> {
    if count == 0 {
        return Ok(());
    }
    let before = (program.spent()?, own_cpu()?);
    let began = Instant::now();
    let mut times = load.singles(count, 64).await?;
    let took = began.elapsed();
    times.sort_unstable();
    let at = |part: usize| times[(times.len() - 1) * part / 1000];
    let spent = program.spent()? - before.0;
    said(
        "one event a request, 64 connections",
        count,
        took,
        spent,
        0,
        own_cpu()?.saturating_sub(before.1),
    );
    println!(
        "  answered in {:.2?} (median), {:.2?} (p99), {:.2?} (p99.9)",
        at(500),
        at(990),
        at(999)
    );
    Ok(())
}

async fn reads(program: &Program, load: &Load, count: u64) -> Outcome<()> {
    if count == 0 {
        return Ok(());
    }
    let began = Instant::now();
    let before = program.spent()?;
    let stale = load.reads(count, 8).await?;
    said(
        "a report read after each acknowledgement",
        count,
        began.elapsed(),
        program.spent()? - before,
        0,
        Duration::ZERO,
    );
    println!("  {stale} of {count} reads were stale");
    Ok(())
}

fn replay(program: &std::path::Path, store: &shop::Store) -> Outcome<()> {
    let began = Instant::now();
    let mut command = store.command(program, &["replay"]);
    let output = command.output()?;
    println!(
        "replay: {:.2} s: {}",
        began.elapsed().as_secs_f64(),
        String::from_utf8_lossy(&output.stdout)
            .trim()
            .replace('\n', "; ")
    );
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(())
}

fn said(what: &str, events: u64, took: Duration, spent: Spent, bytes: u64, own: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (events, written, grown) = (events as f64, spent.written as f64, bytes as f64);
    println!(
        "{what}: {events} events in {:.2} s: {:.0} a second",
        took.as_secs_f64(),
        events / took.as_secs_f64()
    );
    println!(
        "  server: {:.2} µs of CPU, {:.0} bytes written, {:.0} bytes kept an event; generator: {:.2} µs",
        spent.cpu.as_secs_f64() * 1e6 / events,
        written / events,
        grown / events,
        own.as_secs_f64() * 1e6 / events
    );
}

/// CPU time of this very process.
fn own_cpu() -> Outcome<Duration> {
    program::cpu_of("self")
}

fn asked() -> Outcome<Option<Asked>> {
    let beside = std::env::current_exe()?;
    let beside = beside
        .parent()
        .and_then(std::path::Path::parent)
        .ok_or("no folder")?;
    let mut asked = Asked {
        events: 1_000_000,
        singles: 100_000,
        reads: 2_000,
        baseline: 100_000,
        licences: 10_000,
        database: None,
        postgres: "postgres://postgres@127.0.0.1:5432/postgres".into(),
        program: beside.join("clearcue"),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if matches!(word.as_str(), "--help" | "-h") {
            return Ok(None);
        }
        let value = words
            .next()
            .ok_or_else(|| format!("{word} needs a value; see --help"))?;
        match word.as_str() {
            "--events" => asked.events = value.parse()?,
            "--singles" => asked.singles = value.parse()?,
            "--reads" => asked.reads = value.parse()?,
            "--baseline" => asked.baseline = value.parse()?,
            "--licences" => asked.licences = value.parse()?,
            "--database" => asked.database = Some(value),
            "--postgres" => asked.postgres = value,
            "--program" => asked.program = std::path::absolute(value)?,
            _ => return Err(format!("there is no {word}; see --help").into()),
        }
    }
    if !asked.program.is_file() {
        return Err("build the program first: cargo build --release --bin clearcue".into());
    }
    Ok(Some(asked))
}
