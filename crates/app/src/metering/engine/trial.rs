//! A trial: events are judged as they would be now, one commit after another, and nothing is written.
//!
//! It has a memory of its own, filled as every process fills its own, in which its commits are
//! counted; those of everybody else since it began are not. What it reads it reads in transactions
//! that are never committed, since reading a bundle for the first time gives it its number.

use std::sync::Arc;

use super::super::batch::{Asked, Judged, Reported};
use super::judge::{self, Draft};
use super::state::State;
use super::uncovered::Refused;
use super::{Engine, catch_up};
use crate::Fault;
use crate::stop::Tries;

/// Commits that are never written. In memory it takes what they would take in the database.
#[derive(Default)]
pub(in crate::metering) struct Trial {
    state: State,
    begun: bool,
}

impl Trial {
    /// Judges events after those of this trial's commits before.
    pub(in crate::metering) async fn judge(
        &mut self,
        engine: &Engine,
        asked: Asked,
    ) -> Result<Reported, Fault> {
        let mut tries = Tries::default();
        loop {
            match self.once(engine, &asked).await {
                Err(fault) if tries.again(&fault) => {}
                done => return done.map(|judged| judged.of(asked)),
            }
        }
    }

    async fn once(&mut self, engine: &Engine, asked: &Asked) -> Result<Judged, Fault> {
        let now = engine.edge.now();
        if !self.begun {
            self.state = State::default();
            catch_up::prepare(engine, &mut self.state, now).await?;
        }
        let state = &mut self.state;
        let mut tx = engine.alone().await?;
        if !self.begun {
            catch_up::catch_up(engine, state, &mut tx, now).await?;
            state.kept.keep_all();
            self.begun = true;
        }
        let asked = std::slice::from_ref(asked);
        let (keys, earlier, old) = judge::prepare(engine, state, &mut tx, asked, now).await?;
        // Taken back: nobody waits for what is left to do.
        drop(tx);
        let no = state.last + 1;
        let begun = state.window.begin(no, now);
        begun.map_err(Fault::while_("beginning a trial"))?;
        let mut draft = Draft {
            no,
            now,
            earlier,
            counted: Vec::new(),
            refused: Refused::default(),
        };
        let mut judged = Judged::default();
        for (one, keys) in asked.iter().zip(&keys) {
            judged = draft.judge(state, &old, one, keys)?;
        }
        if !draft.counted.is_empty() {
            let blob = state.packer.seal(no, now);
            state.kept.put(no, Arc::new(blob));
            state.last = no;
            state.known.book.reached(no);
        }
        Ok(judged)
    }
}
