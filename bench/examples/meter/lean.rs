//! A lean double-entry schema on PostgreSQL, of our own: one statement a batch puts the rows in, one
//! posts their sums. PostgreSQL reads the JSON itself.

use std::time::Instant;

use store::db::Database;

use super::Outcome;
use super::load::Load;

pub(crate) async fn run(address: &str, load: &Load, events: u64) -> Outcome<()> {
    let db = Database::open(address, false).await?;
    let mut tx = db.write().await?;
    for sql in TABLES {
        tx.run(sql, &[]).await?;
    }
    tx.commit().await?;
    let texts: Vec<String> = load.texts(events / 1_000).collect();
    let began = Instant::now();
    for text in &texts {
        let mut tx = db.write().await?;
        tx.run(COUNT, &[text.as_str().into()]).await?;
        tx.commit().await?;
    }
    let took = began.elapsed().as_secs_f64();
    let mut tx = db.read().await?;
    let bytes = tx.one(SIZE, &[]).await?.int("bytes")?;
    drop(tx);
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (events, bytes) = (events as f64, bytes as f64);
    println!(
        "beside: lean double entry on PostgreSQL, without HTTP: {:.0} events a second, {:.0} bytes kept an event",
        events / took,
        bytes / events
    );
    let mut tx = db.write().await?;
    tx.run("drop schema clearcue_bench cascade", &[]).await?;
    tx.commit().await?;
    db.close().await;
    Ok(())
}

const TABLES: [&str; 5] = [
    "drop schema if exists clearcue_bench cascade",
    "create schema clearcue_bench",
    "create table clearcue_bench.uses (
         id uuid primary key, licence text not null, track text not null, placement text not null,
         clip_ms bigint not null)",
    "create table clearcue_bench.lines (
         n bigint generated always as identity primary key, account text not null,
         micros bigint not null)",
    "create table clearcue_bench.sums (account text primary key, micros bigint not null)",
];

const COUNT: &str = "
    with came as (
        select * from json_to_recordset(cast($1 as json))
          as e(id uuid, licence_code text, track text, placement text, clip_ms bigint)
    ), counted as (
        insert into clearcue_bench.uses (id, licence, track, placement, clip_ms)
        select id, licence_code, track, placement, clip_ms from came
            on conflict do nothing
     returning licence, track, clip_ms
    ), sums as (
        select 'track:' || track as account, cast(sum(clip_ms * 7) as bigint) as micros
          from counted group by track
        union all
        select 'licence:' || licence, cast(-sum(clip_ms * 7) as bigint)
          from counted group by licence
    ), posted as (
        insert into clearcue_bench.lines (account, micros) select account, micros from sums
    )
    insert into clearcue_bench.sums (account, micros) select account, micros from sums
        on conflict (account) do update set micros = sums.micros + excluded.micros";

const SIZE: &str = "
    select cast(sum(pg_total_relation_size(c.oid)) as bigint) as bytes
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'clearcue_bench' and c.relkind = 'r'";
