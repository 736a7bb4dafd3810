//! Reporting uses to the real program, which is killed at any moment: what it acknowledged counts
//! once, what it didn't once or not at all, and whoever sends everything again loses nothing.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use common::{Place, crowd};
use domain::envelope::Credit;
use domain::offer::BUNDLE_PLANS;
use store::db::{Database, Value};

/// A valid code: the check symbol of a multiple of 37 is 0.
const CODE: u128 = 37 * 1_000_003;
/// Ten hours, so that it never runs out.
const TOTAL_MS: i64 = 36_000_000;
const UNEARNED: i64 = 7_998_500;
const LIVES: u64 = 8;
/// Events of a request.
const BATCH: u64 = 5;

#[test]
fn what_was_acknowledged_counts_once_however_often_the_program_is_killed() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let place = Place::with_store();
    runtime.block_on(furnish(&place.path("store")));
    let made = place.run(&[
        "key",
        "create",
        "--name",
        "editor",
        "--scope",
        "usage:write",
        "--store",
        "store",
        "--json",
    ]);
    assert_eq!(made.code, 0, "{}", made.err);
    let made: serde_json::Value = serde_json::from_str(&made.out).unwrap();
    let key = made["secret"].as_str().unwrap().to_owned();
    let (mut sent, mut acknowledged) = (0, BTreeSet::new());
    for life in 0..LIVES {
        let mut program = Program::start(&place);
        let address = program.address.clone();
        let (key, from) = (key.clone(), sent);
        let again: Vec<u64> = acknowledged
            .iter()
            .copied()
            .filter(|n| n % 10 == life % 10)
            .collect();
        let sender = std::thread::spawn(move || {
            let (mut sent, mut done) = (from, Vec::new());
            let old = again.chunks(7).map(<[u64]>::to_vec);
            let new = (0..).map(|n| (from + n * BATCH..from + (n + 1) * BATCH).collect());
            for batch in old.chain(new) {
                sent = sent.max(batch.iter().max().map_or(0, |n| n + 1));
                match post(&address, &key, &batch) {
                    Some(counted) => {
                        assert_eq!(counted, batch.len(), "everything that is sent counts");
                        done.extend(batch);
                    }
                    None => break,
                }
            }
            (sent, done)
        });
        std::thread::sleep(Duration::from_millis(150 + 137 * life));
        program.kill();
        let (last, done) = sender.join().unwrap();
        sent = last;
        acknowledged.extend(done);
    }
    assert!(acknowledged.len() > 20, "it never came to count much");
    // Everything again, in other batches: what wasn't acknowledged may be new or not.
    let program = Program::start(&place);
    for batch in (0..sent).collect::<Vec<_>>().chunks(7) {
        assert_eq!(post(&program.address, &key, batch), Some(batch.len()));
    }
    drop(program);
    let replayed = place.run(&["replay", "--store", "store", "--json"]);
    assert_eq!(replayed.code, 0, "{} {}", replayed.out, replayed.err);
    let replayed: serde_json::Value = serde_json::from_str(&replayed.out).unwrap();
    assert_eq!(replayed["uses"], sent);
    let sent = i64::try_from(sent).unwrap();
    let (uses, consumed, earned, off) = runtime.block_on(books(&place.path("store")));
    assert_eq!((uses, consumed), (sent, sent * 1_000));
    assert_eq!(earned, UNEARNED * consumed / TOTAL_MS);
    assert_eq!(off, 0, "the books balance");
}

struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start(place: &Place) -> Self {
        let mut command = place.command(&["serve", "--store", "store", "--listen", "127.0.0.1:0"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        Self { child, address }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn now() -> domain::Timestamp {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    domain::Timestamp(i64::try_from(now.as_millis()).unwrap())
}

/// How many of these events count, now or before; nothing where there was no answer.
fn post(address: &str, key: &str, numbers: &[u64]) -> Option<usize> {
    let day = now().day();
    let code = licence_key::Code::from_value(CODE).unwrap();
    let track = domain::TrackId::from_bytes(*b"t000000000000000");
    let lines: Vec<String> = numbers
        .iter()
        .map(|n| {
            format!(
                r#"{{"id":"cam:{n}","licence_code":"{code}","track":"{track}","placement":"tiktok","purpose":"monetised_creator","clip_ms":900,"published_at":"{day}T00:00:00Z"}}"#
            )
        })
        .collect();
    let body = lines.join("\n");
    let mut stream = TcpStream::connect(address).ok()?;
    write!(
        stream,
        "POST /v1/uses HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/x-ndjson\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    let json = body
        .find('{')
        .and_then(|from| Some(&body[from..=body.rfind('}')?]))?;
    let said: serde_json::Value = serde_json::from_str(json).ok()?;
    let count = |what: &str| usize::try_from(said[what].as_u64()?).ok();
    assert_eq!(count("refused")?, 0, "{said}");
    Some(count("accepted")? + count("duplicate")?)
}

/// A licence for clip time, and a track to use it for.
async fn furnish(store: &Path) {
    crowd::fill(store, 1, 2).await;
    let db = open(store).await;
    let mut tx = db.write().await.unwrap();
    let sold = now().plus_ms(-2 * domain::time::DAY_MS);
    let envelope = BUNDLE_PLANS[0].envelope(Credit::NotRequired, sold);
    let envelope = serde_json::to_string(&envelope).unwrap();
    let code = licence_key::Code::from_value(CODE).unwrap().plain();
    let id = *b"b000000000000000";
    let values = [Value::from(&id), code.into(), envelope.into()];
    tx.run(LICENCE, &values).await.unwrap();
    let values = [
        Value::from(&id),
        UNEARNED.into(),
        TOTAL_MS.into(),
        i64::MAX.into(),
    ];
    tx.run(BUNDLE, &values).await.unwrap();
    tx.run(ATTESTED, &[]).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
}

/// Uses, clip time consumed, what payees and carries got by them, and by how much the books are off.
async fn books(store: &Path) -> (i64, i64, i64, i64) {
    let db = open(store).await;
    let mut tx = db.read().await.unwrap();
    let row = tx.one(BOOKS, &[]).await.unwrap();
    let int = |column| row.int(column).unwrap();
    (int("uses"), int("consumed"), int("earned"), int("off"))
}

async fn open(store: &Path) -> Database {
    let address = format!("sqlite:{}", store.join("clearcue.db").display());
    Database::open(&address, false).await.unwrap()
}

const LICENCE: &str = "
    insert into licences (id, code, quote_id, payment_id, asset_kind, tier, label, title, artist,
                          price_micros, currency, price_lines, envelope, envelope_sha256, token,
                          status, status_index, issued_ms)
    select $1, $2, quote_id, payment_id, 'edit', 'bundle', 'Clip time', '', '', 10000000, 'USD',
           '[]', $3, x'00', '', 'valid', 999, 0
      from licences limit 1";

const BUNDLE: &str = "
    insert into bundles (id, licence_id, plan, currency, price_micros, unearned_micros, total_ms,
                         consumed_ms, expires_ms, family)
    values ($1, $1, 'clip_600', 'USD', 10000000, $2, $3, 0, $4, $1)";

const ATTESTED: &str = "
    insert into attestations (track_id, master_ms, composition_ms)
    select id, 1, 1 from tracks where true
        on conflict (track_id) do update set master_ms = 1, composition_ms = 1";

const BOOKS: &str = "
    select (select sum(uses) from uses) as uses,
           (select consumed_ms from bundles) as consumed,
           (select coalesce(sum(p.amount_micros), 0)
              from postings p join journals j on j.id = p.journal_id
             where j.kind = 'use' and p.account not like 'bundle-unearned:%') as earned,
           (select sum(amount_micros) from balances) as off";
