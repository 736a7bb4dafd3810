//! One commit: everything that waits is judged, packed into one blob and made durable.

use std::sync::Arc;

use domain::Timestamp;
use store::db::Tx;

use super::super::batch::{Asked, Judged};
use super::judge::{self, Counting, Draft};
use super::state::State;
use super::uncovered::Refused;
use super::{Engine, blobs, catch_up, settle};
use crate::Fault;
use crate::access::api_key;
use crate::stop::Tries;

/// The answers of every request, once they are durable; none where its key was withdrawn. Where it
/// fails nothing has happened.
pub(super) async fn commit(
    engine: &Engine,
    state: &mut State,
    asked: &[Asked],
) -> Result<Vec<Option<Judged>>, Fault> {
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
) -> Result<Vec<Option<Judged>>, Fault> {
    let now = engine.edge.now();
    catch_up::prepare(engine, state, now).await?;
    let mut tx = engine.alone().await?;
    catch_up::catch_up(engine, state, &mut tx, now).await?;
    let keys = asked.iter().filter_map(|one| one.key).collect();
    let withdrawn = api_key::withdrawn(&mut tx, keys).await?;
    let stands = |one: &Asked| one.key.is_none_or(|key| !withdrawn.contains(&key));
    let (keys, earlier, old) = judge::prepare(engine, state, &mut tx, asked, now).await?;
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
        .zip(&keys)
        .map(|(one, keys)| {
            let judged = stands(one).then(|| draft.judge(state, &old, one, keys));
            judged.transpose()
        })
        .collect::<Result<Vec<_>, Fault>>();
    let answers = match judged {
        Ok(answers) => answers,
        Err(fault) => {
            draft.undo(state);
            return Err(fault);
        }
    };
    let refused = std::mem::take(&mut draft.refused);
    let written = if draft.counted.is_empty() {
        keep(engine, state, tx, (refused, now)).await
    } else {
        let counted = &draft.counted;
        write(engine, state, tx, (no, now), (counted, refused)).await
    };
    match written {
        Ok(()) => {
            state.torn = false;
            Ok(answers)
        }
        // If it was committed all the same, the next one finds the blob and catches up with it.
        Err(fault) => {
            draft.undo(state);
            Err(fault)
        }
    }
}

/// Commits where nothing counts: what was read into memory, and what isn't covered.
async fn keep(
    engine: &Engine,
    state: &mut State,
    mut tx: Tx,
    (mut refused, now): (Refused<'_>, Timestamp),
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
    (counted, mut refused): (&[Counting<'_>], Refused<'_>),
) -> Result<(), Fault> {
    let events = state.packer.count();
    let blob = Arc::new(state.packer.seal(no, now));
    blobs::insert(&mut tx, no, (now, events), &blob).await?;
    let uses = counted.iter().map(Counting::judged);
    state
        .unsettled
        .take(&state.known, &engine.part_salts, (no, now), uses)?;
    let kept = refused.write(engine, &state.watched, &mut tx, now).await?;
    let settled = if settle::is_due(engine, state) {
        let own = Some((no, Arc::clone(&blob)));
        Some(settle::in_step(engine, state, &mut tx, own).await?)
    } else {
        None
    };
    tx.commit().await?;
    refused.done(&mut state.watched, kept);
    // Only now: what is in memory under a number must be what is in the log.
    state.kept.put(no, blob);
    state.last = no;
    state.known.book.reached(no);
    state.known_ready = true;
    if let Some(settled) = settled {
        settle::done(engine, state, &settled);
    }
    Ok(())
}
