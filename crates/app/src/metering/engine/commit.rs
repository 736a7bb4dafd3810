//! One commit: everything that waits is judged, packed into one blob and made durable.

use std::sync::Arc;

use domain::Timestamp;
use store::db::Tx;

use super::super::report::Receipt;
use super::judge::{self, Draft};
use super::old::Old;
use super::state::State;
use super::uncovered::Refused;
use super::{Asked, Engine, blobs, catch_up, settle};
use crate::Fault;
use crate::stop::Tries;

/// The receipts of every request, once they are durable. Where it fails nothing has happened.
pub(super) async fn commit(
    engine: &Engine,
    state: &mut State,
    asked: &[Asked],
) -> Result<Vec<Vec<Receipt>>, Fault> {
    let mut tries = Tries::default();
    loop {
        match once(engine, state, asked).await {
            Err(fault) if tries.again(&fault) => {}
            Err(_) if state.stuck => {
                state.stuck = false;
                settle::now(engine, state).await?;
            }
            done => return done,
        }
    }
}

async fn once(
    engine: &Engine,
    state: &mut State,
    asked: &[Asked],
) -> Result<Vec<Vec<Receipt>>, Fault> {
    let now = engine.edge.now();
    catch_up::prepare(engine, state, now).await?;
    let mut tx = engine.alone().await?;
    catch_up::catch_up(engine, state, &mut tx, now).await?;
    let (codes, tracks) = judge::named(asked);
    state.known.learn(&mut tx, &codes, &tracks, now).await?;
    let earlier = judge::earlier(engine, state, &mut tx, asked).await?;
    let old = Old::find(state, &mut tx, asked, now.0).await?;
    let no = state.last + 1;
    state.torn = true;
    let begun = state.window.begin(no, now);
    begun.map_err(Fault::while_("beginning a commit"))?;
    let mut draft = Draft {
        no,
        now,
        earlier,
        counted: Vec::new(),
        refused: Refused::default(),
    };
    let judged = asked
        .iter()
        .map(|one| draft.judge(engine, state, &old, one))
        .collect::<Result<Vec<_>, Fault>>();
    let receipts = match judged {
        Ok(receipts) => receipts,
        Err(fault) => {
            draft.undo(engine, state);
            return Err(fault);
        }
    };
    let refused = std::mem::take(&mut draft.refused);
    let written = if draft.counted.is_empty() {
        keep(engine, state, tx, (refused, now)).await
    } else {
        write(engine, state, tx, (no, now), refused).await
    };
    match written {
        Ok(()) => {
            state.torn = false;
            Ok(receipts)
        }
        // If it was committed all the same, the next one finds the blob and catches up with it.
        Err(fault) => {
            draft.undo(engine, state);
            Err(fault)
        }
    }
}

/// Commits where nothing counts: what was read into memory, and what isn't covered.
async fn keep(
    engine: &Engine,
    state: &mut State,
    mut tx: Tx,
    (refused, now): (Refused<'_>, Timestamp),
) -> Result<(), Fault> {
    let kept = refused.write(engine, &state.watched, &mut tx, now).await?;
    tx.commit().await?;
    refused.done(&mut state.watched, kept);
    state.known_ready = true;
    Ok(())
}

async fn write(
    engine: &Engine,
    state: &mut State,
    mut tx: Tx,
    (no, now): (u64, Timestamp),
    refused: Refused<'_>,
) -> Result<(), Fault> {
    let events = state.packer.count();
    let blob = Arc::new(state.packer.seal(no, now));
    blobs::insert(&mut tx, no, (now, events), &blob).await?;
    let kept = refused.write(engine, &state.watched, &mut tx, now).await?;
    let settled = if settle::is_due(engine, state) {
        let mut unsettled = catch_up::unsettled(state, &mut tx, state.settled, state.last).await?;
        unsettled.push((no, Arc::clone(&blob)));
        Some(settle::write(engine, &state.known, &mut tx, &unsettled).await?)
    } else {
        None
    };
    tx.commit().await?;
    refused.done(&mut state.watched, kept);
    state.kept.put(no, blob);
    state.last = no;
    state.known.book.reached(no);
    state.known_ready = true;
    if let Some(settled) = settled {
        settle::done(engine, state, &settled);
    }
    Ok(())
}
