//! How long closing takes, and whether it comes to the same when it is killed again and again:
//! 100,000 subscribers who used 20 tracks each.
//!
//! ```text
//! cargo run --release -p bench --example close                      # on SQLite
//! cargo run --release -p bench --example close -- 10000 20          # fewer
//! cargo run --release -p bench --example close -- --kill            # and with kill -9
//! cargo run --release -p bench --example close -- --kill --database postgres://u@h/one --other postgres://u@h/two
//! ```
//!
//! The databases named must be empty; the other is the one that is killed in.

use std::error::Error;
use std::process::Command;
use std::time::{Duration, Instant};

use app::subscriptions::close;
use app::{App, Currency, Edge, Issuer, MIGRATIONS, Rates, Seller, Settings};
use licence_key::Jwks;
use store::blobs::Blobs;
use store::db::Database;
use store::mail::Mail;

#[allow(dead_code, reason = "the tests fill a store's folder")]
#[path = "../../crates/server/tests/common/crowd.rs"]
mod crowd;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Says to a copy of this program that it is to close, and in which database.
const WORKER: &str = "--worker";

#[derive(Default)]
struct Asked {
    figures: Vec<i64>,
    database: Option<String>,
    other: Option<String>,
    worker: Option<String>,
    kill: bool,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let asked = asked()?;
    if let Some(address) = &asked.worker {
        return close_all(address).await.map(|_| ());
    }
    let subscribers = asked.figures.first().copied().unwrap_or(100_000);
    let tracks = asked.figures.get(1).copied().unwrap_or(20);
    let folder = tempfile::tempdir()?;
    let file = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let quiet = asked.database.clone().unwrap_or_else(|| file("quiet.db"));
    filled(&quiet, subscribers, tracks).await?;
    let began = Instant::now();
    let (cycles, batches) = close_all(&quiet).await?;
    let took = began.elapsed().as_secs_f64();
    println!("closed {cycles} cycles of {tracks} tracks in {batches} batches: {took:.1} s");
    if asked.kill {
        let killed = match (&asked.database, asked.other) {
            (None, _) => file("killed.db"),
            (Some(_), Some(other)) => other,
            (Some(_), None) => return Err("--kill needs a second empty database: --other".into()),
        };
        filled(&killed, subscribers, tracks).await?;
        let kills = close_killed(&killed, took)?;
        if books(&quiet).await? != books(&killed).await? {
            return Err(format!("after {kills} kills the books differ").into());
        }
        println!("killed {kills} times and resumed: every balance and every cycle is the same");
    }
    Ok(())
}

fn asked() -> Outcome<Asked> {
    let mut asked = Asked::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--kill" => asked.kill = true,
            "--database" => asked.database = words.next(),
            "--other" => asked.other = words.next(),
            WORKER => asked.worker = words.next(),
            figure => asked.figures.push(figure.parse()?),
        }
    }
    Ok(asked)
}

async fn filled(address: &str, subscribers: i64, tracks: i64) -> Outcome<()> {
    let began = Instant::now();
    let db = Database::open(address, true).await?;
    db.migrate(MIGRATIONS).await?;
    db.close().await;
    crowd::fill_database(address, subscribers, tracks).await;
    println!("filled in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// How many cycles were closed, in how many batches.
async fn close_all(address: &str) -> Outcome<(u64, usize)> {
    let folder = tempfile::tempdir()?;
    let db = Database::open(address, false).await?;
    let public_url = "http://127.0.0.1:8080".to_owned();
    let issuer = Issuer::new(None, Jwks::new(&public_url, Vec::new()), [9; 32]);
    let settings = Settings {
        name: "Bench".into(),
        public_url,
        currency: Currency::USD,
        bundles: domain::offer::BUNDLE_PLANS.to_vec(),
        rates: Rates::default(),
        terms: "1".into(),
        seller: Seller::default(),
        reserve_days: 90,
        events_days: 90,
        keep_raw_days: None,
        sandbox_webhook_secret: String::new(),
        mail_from: String::new(),
        ddex: None,
    };
    let blobs = Blobs::local(folder.path().join("blobs"))?;
    let mail = Mail::Folder(folder.path().join("mails"));
    let app = App::new(db, blobs, mail, issuer, settings, Edge::System)?;
    let closed = close::close(&app, None, &|_| {})
        .await
        .map_err(|stop| stop.to_string())?;
    Ok((closed.cycles, closed.batches.len()))
}

/// Closes in copies of this program, each killed when it has lived for another part of the whole
/// time, until one comes to its end. How often that was.
fn close_killed(address: &str, whole: f64) -> Outcome<u32> {
    let mut kills: u32 = 0;
    loop {
        let mut child = Command::new(std::env::current_exe()?)
            .args([WORKER, address])
            .spawn()?;
        // From a twentieth of the whole time on, so that no two are killed at the same point.
        let lives = whole * (0.05 + 0.013 * f64::from(kills));
        std::thread::sleep(Duration::from_secs_f64(lives));
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(kills),
            Some(status) => return Err(format!("a close failed: {status}").into()),
            None => {
                child.kill()?;
                child.wait()?;
                kills += 1;
            }
        }
    }
}

/// Every balance, and how each cycle was closed.
async fn books(address: &str) -> Outcome<Vec<String>> {
    let db = Database::open(address, false).await?;
    let mut tx = db.read().await?;
    let mut out = Vec::new();
    for row in tx.all(BALANCES, &[]).await? {
        let amount = row.int("amount_micros")?;
        out.push(format!("{} {amount}", row.text("account")?));
    }
    for row in tx.all(CLOSED, &[]).await? {
        let cycle = data_encoding::HEXLOWER.encode(&row.bytes("cycle_id")?);
        let (top_up, unused) = (row.int("top_up_micros")?, row.int("unused_micros")?);
        out.push(format!("{cycle} {top_up} {unused}"));
    }
    Ok(out)
}

const BALANCES: &str = "select account, amount_micros from balances order by account";

const CLOSED: &str = "
    select cycle_id, top_up_micros, unused_micros from closed_cycles order by cycle_id";
