//! Catching up, under the meter's lock: with blobs that other processes appended, with what they
//! settled, and with what anybody has changed of that which uses are judged by.

use std::collections::BTreeSet;

use domain::Timestamp;
use licence_key::Code;
use meter::window::{KEPT_MS, Place, Window};
use store::db::Tx;

use super::blobs::{self, Kept, number};
use super::fold::Unsettled;
use super::known::{Id, Known};
use super::state::State;
use super::{Engine, uncovered};
use crate::Fault;

/// How far the log goes.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    /// The last commit.
    pub(super) last: u64,
    /// The last that is settled.
    pub(super) settled: u64,
    /// The last whose blob was dropped, or is about to be: nobody reads it any more.
    pub(super) dropped: u64,
    /// Until when uses were counted that no blob holds.
    pub(super) old_ms: i64,
    /// The last number under which uses that aren't covered were kept.
    pub(super) kept: i64,
}

/// How far the log goes now.
pub(super) async fn mark(tx: &mut Tx) -> Result<Mark, Fault> {
    let row = tx.one(MARK, &[]).await?;
    let dropped = number(&row, "dropped_no")?;
    Ok(Mark {
        // Where every blob was dropped, numbers go on from there.
        last: number(&row, "last_no")?.max(dropped),
        settled: number(&row, "settled_no")?,
        dropped,
        old_ms: row.int("old_ms")?,
        kept: row.int("kept_no")?,
    })
}

/// Is everything settled that counts?
pub(super) async fn is_settled(tx: &mut Tx) -> Result<bool, Fault> {
    let mark = mark(tx).await?;
    Ok(mark.settled >= mark.last)
}

/// Reads the ids accepted lately, before the lock is taken: that may take seconds.
pub(super) async fn prepare(
    engine: &Engine,
    state: &mut State,
    now: Timestamp,
) -> Result<(), Fault> {
    if state.ready && !state.torn {
        return Ok(());
    }
    (state.window, state.kept) = (Window::new(), Kept::default());
    // Of a commit that broke off.
    state.packer.clear();
    let mut tx = engine.db.read().await?;
    let mark = mark(&mut tx).await?;
    let before = blobs::before(&mut tx, now.plus_ms(-KEPT_MS)).await?;
    state.last = before.max(mark.dropped);
    note(engine, state, &mut tx, mark.last).await?;
    (state.ready, state.torn, state.known_ready) = (true, false, false);
    Ok(())
}

/// Catches up with the ids alone, in a snapshot, and says how far the log goes in it.
pub(super) async fn follow(engine: &Engine, state: &mut State, tx: &mut Tx) -> Result<Mark, Fault> {
    let mark = mark(tx).await?;
    forget(state, mark.dropped);
    if mark.last > state.last {
        // What is known hasn't counted these blobs: the next commit reads it again.
        state.known_ready = false;
        note(engine, state, tx, mark.last).await?;
    }
    Ok(mark)
}

/// Catches up. What the state says afterwards is what the database says in this transaction; once
/// that is committed, `known_ready` may say so.
pub(super) async fn catch_up(
    engine: &Engine,
    state: &mut State,
    tx: &mut Tx,
    now: Timestamp,
) -> Result<(), Fault> {
    let horizon = tx.horizon().await?;
    let mark = mark(tx).await?;
    let (seen, changed) = changes(tx, state).await?;
    let appended = mark.last != state.last;
    let settled_elsewhere = mark.settled != state.settled;
    let again = !state.known_ready || settled_elsewhere;
    if settled_elsewhere {
        state.pace.made_elsewhere(now.0);
    }
    state.known_ready = false;
    let concerned = state.known.concerns(&changed);
    state.known.channels.forget(&changed);
    forget(state, mark.dropped);
    note(engine, state, tx, mark.last).await?;
    if again || (appended && concerned) {
        state.known = Known::default();
        state.unsettled = Unsettled::after(mark.settled);
    } else if concerned && !appended {
        state.known.renew(tx, &changed, now).await?;
    }
    replay(engine, state, tx, (mark, now)).await?;
    uncovered::follow(engine, &mut state.watched, tx, mark.kept).await?;
    state.settled = mark.settled;
    state.old_ms = mark.old_ms;
    (state.seen, state.horizon) = (seen, horizon);
    Ok(())
}

/// Forgets what was dropped: it is older than any report that could come again.
fn forget(state: &mut State, dropped: u64) {
    state.window.forget_through(dropped);
    state.kept.forget_through(dropped);
    state.last = state.last.max(dropped);
}

/// What was changed since the last look; twice where it can't be told.
async fn changes(tx: &mut Tx, state: &State) -> Result<(i64, BTreeSet<Id>), Fault> {
    let (mut seen, mut changed) = (state.seen, BTreeSet::new());
    if !state.known_ready {
        // Nothing was read that could have changed.
        seen = tx.one(LAST_CHANGE, &[]).await?.int("n")?;
        return Ok((seen, changed));
    }
    let values = [seen.into(), state.horizon.into()];
    let rows = match state.horizon {
        Some(_) => tx.all(&format!("{CHANGES}{OR_UNSEEN}"), &values).await?,
        None => tx.all(CHANGES, &values[..1]).await?,
    };
    for row in rows {
        seen = seen.max(row.int("n")?);
        changed.insert(row.id("id")?);
    }
    Ok((seen, changed))
}

/// Notes the ids of blobs that came since.
async fn note(engine: &Engine, state: &mut State, tx: &mut Tx, through: u64) -> Result<(), Fault> {
    while state.last < through {
        let page = blobs::after(tx, state.last, through).await?;
        if page.is_empty() {
            let what = format!("blob {} of uses is missing", state.last + 1);
            return Err(Fault::because("reading blobs of uses", what));
        }
        for (no, bytes) in page {
            let blob = blobs::frame(&bytes)?;
            let begun = state.window.begin(no, blob.accepted_at());
            begun.map_err(Fault::while_("noting what was counted"))?;
            for (index, event) in (0..).zip(blob.ids()) {
                let (reporter, id) = event.map_err(Fault::while_("reading a blob of uses"))?;
                let key = engine.seed.of_event(reporter, &id);
                let place = Place { commit: no, index };
                // Blobs hold each id once, so no other place can have it.
                let put = state
                    .window
                    .insert_if_absent(key, place, |_| Ok::<_, Fault>(false));
                put.map_err(Fault::while_("noting what was counted"))?;
            }
            state.kept.put(no, bytes);
            state.last = no;
        }
    }
    Ok(())
}

/// Counts in the book what isn't settled yet and not in it.
async fn replay(
    engine: &Engine,
    state: &mut State,
    tx: &mut Tx,
    (mark, now): (Mark, Timestamp),
) -> Result<(), Fault> {
    state.known.book.reached(mark.settled);
    for (_, bytes) in between(state, tx, state.known.book.through(), mark.last).await? {
        learn(&mut state.known, tx, &bytes, now).await?;
        state
            .unsettled
            .add(&state.known, &engine.part_salts, &bytes)?;
        let blob = state.known.codes.name(blobs::frame(&bytes)?);
        let counted = state.known.book.replay(&blob);
        // Somebody has changed what it was judged by: settled, it needn't be judged again.
        state.stuck = counted.is_err();
        counted.map_err(Fault::while_("counting again what isn't settled"))?;
    }
    Ok(())
}

/// Reads what a blob names.
pub(super) async fn learn(
    known: &mut Known,
    tx: &mut Tx,
    bytes: &[u8],
    now: Timestamp,
) -> Result<(), Fault> {
    let (mut codes, mut tracks) = (BTreeSet::<Code>::new(), BTreeSet::new());
    for event in known.codes.open(tx, bytes).await?.events() {
        let event = event.map_err(Fault::while_("reading a blob of uses"))?;
        codes.extend(event.code.code());
        tracks.extend(event.track);
    }
    known.learn(tx, &codes, &tracks, now).await
}

/// The blobs after one commit and through another, from memory where they are there.
pub(super) async fn between(
    state: &State,
    tx: &mut Tx,
    after: u64,
    through: u64,
) -> Result<Vec<blobs::Numbered>, Fault> {
    let mut out = Vec::new();
    for no in after + 1..=through {
        let bytes = match state.kept.get(no) {
            Some(bytes) => bytes.clone(),
            None => blobs::one(tx, no).await?.ok_or_else(|| {
                Fault::because("reading blobs of uses", format!("blob {no} is missing"))
            })?,
        };
        out.push((no, bytes));
    }
    Ok(out)
}

const MARK: &str = "
    select (select coalesce(max(b.commit_no), 0) from use_blobs b) as last_no, m.settled_no,
           m.dropped_no, m.old_ms, m.kept_no
      from meter_mark m where m.one = 1";

const LAST_CHANGE: &str = "select coalesce(max(n), 0) as n from meter_changes";

const CHANGES: &str = "select n, id from meter_changes where n > $1";

/// What transactions wrote that may have been under way at the last look. Two halves, each with an
/// index of its own: with `or` every row would be looked at.
const OR_UNSEEN: &str = " union select n, id from meter_changes where xid >= $2";
