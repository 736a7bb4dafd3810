//! `clearcue close`, the real program: killed at any moment and run again, it ends where a run that
//! was never stopped does.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use common::{Place, crowd};
use store::db::Database;

const SUBSCRIBERS: i64 = 10_000;
const TRACKS: i64 = 5;

#[test]
fn a_close_that_is_killed_again_and_again_ends_as_one_that_never_was() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let place = Place::with_store();
    let (quiet, killed) = (place.path("store"), place.path("killed"));
    runtime.block_on(crowd::fill(&quiet, SUBSCRIBERS, TRACKS));
    copy(&quiet, &killed);
    let told = place.run(&["close", "--store", "store", "--dry-run"]);
    assert_eq!(told.out.trim(), "10000 cycles would be closed");
    let whole = place.run(&["close", "--store", "store"]);
    assert_eq!(whole.code, 0, "{}", whole.err);
    let wanted = runtime.block_on(books(&quiet));

    let mut kills = 0;
    // Each run lives a little longer than the last, so that it is killed at other moments.
    for wait_ms in (40..).step_by(60) {
        let mut command = place.command(&["close", "--store", "killed"]);
        let quietly = command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = quietly.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait_ms));
        match child.try_wait().unwrap() {
            Some(status) => {
                assert!(status.success());
                break;
            }
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                kills += 1;
            }
        }
    }
    assert!(kills > 0, "it was never killed");
    assert_eq!(
        runtime.block_on(books(&killed)),
        wanted,
        "after {kills} kills"
    );
    let again = place.run(&["close", "--store", "killed"]);
    assert_eq!(again.out.trim(), "no cycle is due");
}

#[test]
fn a_report_that_was_written_is_verified_and_one_that_was_touched_is_not() {
    let place = Place::with_store();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(crowd::fill(&place.path("store"), 3, 2));
    let closed = place.run(&["close", "--store", "store", "--json"]);
    let closed: serde_json::Value = serde_json::from_str(&closed.out).unwrap();
    let batch = closed["batches"][0].as_str().unwrap();
    let report = place.run(&["close", "--store", "store", "--report", batch]);
    assert_eq!(report.code, 0, "{}", report.err);
    let file = place.write("close.json", &report.out);
    let verified = place.run(&["close", "--verify", &file]);
    assert_eq!(
        (verified.code, verified.out.trim()),
        (0, "3 cycles follow from their inputs")
    );
    let touched = report.out.replacen("3025750", "3025751", 1);
    let file = place.write("touched.json", touched);
    let refused = place.run(&["close", "--verify", &file]);
    assert_eq!(refused.code, 1);
    assert!(refused.only_line().contains("don't follow"));
}

#[test]
fn a_time_to_come_and_a_batch_that_is_none_are_refused() {
    let place = Place::with_store();
    let early = place.run(&[
        "close",
        "--store",
        "store",
        "--until",
        "2999-01-01T00:00:00Z",
    ]);
    assert_eq!(early.code, 1);
    assert!(early.only_line().contains("still to come"));
    let none = place.run(&["close", "--store", "store", "--report", "nothing"]);
    assert_eq!(none.code, 1);
    assert!(none.only_line().contains("no close"));
    let upkeep = place.run(&["upkeep", "--store", "store"]);
    assert_eq!((upkeep.code, upkeep.out.trim()), (0, "nothing was due"));
    let empty = place.run(&["rotation", "list", "--store", "store"]);
    assert!(empty.out.contains("nothing is in rotation"));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Every balance, and how each cycle was closed. The ids of batches differ from run to run.
async fn books(folder: &Path) -> Vec<String> {
    let address = format!("sqlite:{}", folder.join("clearcue.db").display());
    let db = Database::open(&address, false).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let mut out = Vec::new();
    for row in tx.all(BALANCES, &[]).await.unwrap() {
        out.push(format!(
            "{} {}",
            row.text("account").unwrap(),
            row.int("amount_micros").unwrap()
        ));
    }
    for row in tx.all(CLOSED, &[]).await.unwrap() {
        out.push(format!(
            "{} {} {}",
            row.text("cycle").unwrap(),
            row.int("top_up_micros").unwrap(),
            row.int("unused_micros").unwrap(),
        ));
    }
    drop(tx);
    db.close().await;
    let payees = out.iter().filter(|line| line.starts_with("payee:"));
    assert_eq!(payees.count(), 5);
    assert_eq!(
        out.iter().filter(|line| line.starts_with("c0")).count(),
        10_000
    );
    out
}

const BALANCES: &str = "select account, amount_micros from balances order by account";

const CLOSED: &str = "
    select cast(cycle_id as text) as cycle, top_up_micros, unused_micros
      from closed_cycles order by cycle_id";
