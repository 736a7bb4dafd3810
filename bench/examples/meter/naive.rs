//! What anybody would write first: a row an event on SQLite, its journal beside it, one transaction a
//! batch.

use std::path::Path;
use std::time::Instant;

use serde_json::Value as Json;
use store::db::{Database, Value};

use super::Outcome;
use super::load::Load;

pub(crate) async fn run(folder: &Path, load: &Load, events: u64) -> Outcome<()> {
    let address = format!("sqlite:{}", folder.join("naive.db").display());
    let db = Database::open(&address, true).await?;
    let mut tx = db.write().await?;
    for sql in TABLES {
        tx.run(sql, &[]).await?;
    }
    tx.commit().await?;
    let texts: Vec<String> = load.texts(events / 1_000).collect();
    let (began, cpu) = (Instant::now(), super::own_cpu()?);
    for text in &texts {
        let batch: Vec<Json> = serde_json::from_str(text)?;
        let mut tx = db.write().await?;
        for event in &batch {
            count(&mut tx, event).await?;
        }
        tx.commit().await?;
    }
    let took = began.elapsed().as_secs_f64();
    let cpu = super::own_cpu()?.saturating_sub(cpu).as_secs_f64();
    let bytes = std::fs::metadata(folder.join("naive.db"))?.len();
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (events, bytes) = (events as f64, bytes as f64);
    println!(
        "beside: naive rows on SQLite, without HTTP: {:.0} events a second, {:.1} µs of CPU and {:.0} bytes kept an event",
        events / took,
        cpu * 1e6 / events,
        bytes / events
    );
    db.close().await;
    Ok(())
}

async fn count(tx: &mut store::db::Tx, event: &Json) -> Outcome<()> {
    let text = |name: &str| Value::from(event[name].as_str().unwrap_or_default());
    let values = [
        text("id"),
        text("licence_code"),
        text("track"),
        text("placement"),
        event["clip_ms"].as_i64().into(),
    ];
    if tx.optional(USE, &values).await?.is_none() {
        return Ok(());
    }
    let earned = event["clip_ms"].as_i64().unwrap_or_default() * 7;
    let third = earned / 3;
    for (account, micros) in [
        ("bundle", -earned),
        ("payee:one", third),
        ("payee:two", earned - third),
    ] {
        tx.run(POSTING, &[text("id"), account.into(), micros.into()])
            .await?;
        tx.run(BALANCE, &[account.into(), micros.into()]).await?;
    }
    Ok(())
}

const TABLES: [&str; 3] = [
    "create table uses (id text primary key, licence text not null, track text not null,
                        placement text not null, clip_ms integer not null) strict",
    "create table lines (use_id text not null references uses (id), account text not null,
                         micros integer not null, primary key (use_id, account)) strict",
    "create table sums (account text primary key, micros integer not null) strict",
];

const USE: &str = "
    insert into uses (id, licence, track, placement, clip_ms) values ($1, $2, $3, $4, $5)
        on conflict do nothing returning id";

const POSTING: &str = "insert into lines (use_id, account, micros) values ($1, $2, $3)";

const BALANCE: &str = "
    insert into sums (account, micros) values ($1, $2)
        on conflict (account) do update set micros = sums.micros + excluded.micros";
