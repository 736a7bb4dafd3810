//! The meter's engine: every use once, in one packed blob a commit, settled about once a second.
//!
//! What decides stands in memory (`meter::Book`), what was decided in the database. Whoever gets the
//! engine's lock commits for everybody who waits: their events are judged, packed into one blob and
//! made durable in one transaction, then each gets their receipts. A settlement folds the blobs since
//! the last one into sums and books what they earned; it needs nothing but the blobs, so any process
//! can write it, and [`replay`] finds the same sums from the blobs alone.
//!
//! Blobs are one log that every process on a database appends to and follows: under the meter's lock
//! each first catches up with what the others have appended, and reads again what somebody has
//! changed (`meter_changes`).

mod blobs;
mod catch_up;
mod channels;
mod commit;
pub mod drop;
mod each;
mod fold;
pub(crate) mod follow;
mod judge;
mod keyed;
mod known;
mod line;
mod lines;
mod load;
mod members;
mod names;
mod news;
mod numbers;
mod old;
mod pace;
mod place;
mod places;
pub(super) mod receipt;
pub mod replay;
pub(crate) mod roots;
mod settle;
mod state;
mod trial;
pub(super) mod uncovered;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use meter::id::Seed;
use store::bus::Bus;
use store::db::{Database, Tx};
use tlog::PartSalts;
use tokio::sync::{Mutex as Lock, oneshot};

use super::batch::{Asked, Reported};
use crate::proofs::Secret;
use crate::{Edge, Fault};
use state::State;
pub(super) use trial::Trial;

/// The name of the meter's lock among a PostgreSQL database's advisory locks.
const METER: i64 = 7_305_323;
/// How often something that loses a race is tried before that is a fault.
const TRIES_MAX: usize = 20;
/// The most requests that are committed together.
const TOGETHER_MAX: usize = 256;

struct Waiting {
    asked: Asked,
    answer: oneshot::Sender<Result<Option<Reported>, Fault>>,
}

/// The engine of one process. Shared by reference.
pub struct Engine {
    db: Database,
    bus: Bus,
    edge: Edge,
    seed: Seed,
    /// What the salts of the transparency log are made of.
    log_secret: Secret,
    /// What those of single uses are made of.
    part_salts: PartSalts,
    waiting: Mutex<Vec<Waiting>>,
    state: Lock<State>,
    /// Is somebody going to settle what is left?
    awake: AtomicBool,
    /// Is somebody committing for those who wait?
    committing: AtomicBool,
}

/// The turn of the one who commits. However it ends, by a panic too, whoever waits by then, or comes
/// later, finds another.
struct Turn(Arc<Engine>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.committing.store(false, Ordering::SeqCst);
        // Who came between the last look and now saw that somebody was committing.
        if !self.0.waiting().is_empty() && tokio::runtime::Handle::try_current().is_ok() {
            self.0.commit_what_waits();
        }
    }
}

impl Engine {
    pub(crate) fn new(db: Database, bus: Bus, edge: Edge, log_secret: Secret) -> Arc<Engine> {
        let seed = Seed::new(edge.secret());
        Arc::new(Engine {
            db,
            bus,
            edge,
            seed,
            log_secret,
            part_salts: PartSalts::of_log(&log_secret),
            waiting: Mutex::default(),
            state: Lock::default(),
            awake: AtomicBool::new(false),
            committing: AtomicBool::new(false),
        })
    }

    /// Counts what counts of a request's events; when this answers it is durable. Nothing where the
    /// reporter's key was withdrawn.
    pub(super) async fn take(self: &Arc<Self>, asked: Asked) -> Result<Option<Reported>, Fault> {
        let (answer, told) = oneshot::channel();
        self.waiting().push(Waiting { asked, answer });
        self.commit_what_waits();
        told.await.map_err(Fault::while_("waiting for a commit"))?
    }

    /// Has somebody commit for all who wait, unless somebody does already. In a task of its own: whoever
    /// hangs up doesn't leave a commit half done.
    fn commit_what_waits(self: &Arc<Self>) {
        if self.committing.swap(true, Ordering::SeqCst) {
            return;
        }
        let turn = Turn(Arc::clone(self));
        tokio::spawn(async move { while turn.0.commit_waiting().await {} });
    }

    /// One commit. Did anybody wait?
    async fn commit_waiting(self: &Arc<Self>) -> bool {
        let mut state = self.state.lock().await;
        let waiting: Vec<Waiting> = {
            let mut all = self.waiting();
            let together = all.len().min(TOGETHER_MAX);
            all.drain(..together).collect()
        };
        if waiting.is_empty() {
            return false;
        }
        let (asked, answers): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .map(|one| (one.asked, one.answer))
            .unzip();
        // Who hung up meanwhile gets no answer; their events count all the same.
        match commit::commit(self, &mut state, &asked).await {
            Ok(all) => {
                for ((answer, judged), asked) in answers.into_iter().zip(all).zip(asked) {
                    let reported = judged.map(|judged| judged.of(asked));
                    let _ = answer.send(Ok(reported));
                }
            }
            Err(fault) => {
                for answer in answers {
                    let _ = answer.send(Err(fault.clone()));
                }
            }
        }
        if !state.is_settled() {
            self.wake(state.last);
        }
        true
    }

    /// Settles what has been counted since the last settlement, by any process.
    ///
    /// # Errors
    /// [`Fault`] of the database.
    pub async fn settle(&self) -> Result<(), Fault> {
        let mut state = self.state.lock().await;
        settle::now(self, &mut state).await?;
        Ok(())
    }

    /// A transaction that may write, begun when everything that counts was settled; nothing else is
    /// counted before it ends.
    pub(crate) async fn settled_write(&self) -> Result<Tx, Fault> {
        let mut tx = self.alone().await?;
        if catch_up::is_settled(&mut tx).await? {
            return Ok(tx);
        }
        drop(tx);
        let mut state = self.state.lock().await;
        // Nobody else of this process counts meanwhile; another one may, a few times.
        for _ in 0..TRIES_MAX {
            settle::now(self, &mut state).await?;
            let mut tx = self.alone().await?;
            if catch_up::is_settled(&mut tx).await? {
                return Ok(tx);
            }
        }
        Err(Fault::because("settling uses", "there are always new ones"))
    }

    /// A snapshot in which everything that counts is settled.
    pub(crate) async fn settled_read(&self) -> Result<Tx, Fault> {
        let mut tx = self.db.read().await?;
        for _ in 0..TRIES_MAX {
            if catch_up::is_settled(&mut tx).await? {
                break;
            }
            drop(tx);
            // What is counted from now on needn't be in it, so this ends.
            let through = match self.settle_through().await {
                Ok(through) => through,
                // What there is can still be read: a full disk closes no store.
                Err(fault) => {
                    tracing::error!("uses can't be settled: {}", fault.chain());
                    return Ok(self.db.read().await?);
                }
            };
            tx = self.db.read().await?;
            if catch_up::mark(&mut tx).await?.settled >= through {
                break;
            }
        }
        Ok(tx)
    }

    async fn settle_through(&self) -> Result<u64, Fault> {
        let mut state = self.state.lock().await;
        settle::now(self, &mut state).await
    }

    /// What the blobs say against what was settled, in a snapshot.
    pub(crate) async fn replayed(&self, tx: &mut Tx) -> Result<replay::Replayed, Fault> {
        replay::of(tx, &self.part_salts).await
    }

    /// A transaction that writes, under the meter's lock.
    async fn alone(&self) -> Result<Tx, Fault> {
        let mut tx = self.db.write().await?;
        tx.alone(METER).await?;
        Ok(tx)
    }

    /// Looks each second whether what was counted is settled, and settles it when that is due or nobody
    /// has counted anything since the last look, in any process: nothing waits for it then. Where another
    /// one goes on counting, it settles.
    fn wake(self: &Arc<Self>, mut last: u64) {
        if self.awake.swap(true, Ordering::SeqCst) {
            return;
        }
        let engine = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(pace::LOOK).await;
                // Where the log can't be read, settling says so.
                let end = engine.log_end().await.unwrap_or(last);
                let is_idle = std::mem::replace(&mut last, end) == end;
                let state = engine.state.lock().await;
                let is_due = end <= state.last && settle::is_due(&engine, &state);
                if is_idle || is_due || state.is_settled() {
                    break;
                }
            }
            engine.awake.store(false, Ordering::SeqCst);
            if let Err(fault) = engine.settle().await {
                // The blobs are durable; the next commit or report settles them.
                tracing::warn!("uses aren't settled yet: {}", fault.chain());
            }
        });
    }

    /// The last commit of the log, by any process.
    async fn log_end(&self) -> Result<u64, Fault> {
        Ok(catch_up::mark(&mut self.db.read().await?).await?.last)
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
