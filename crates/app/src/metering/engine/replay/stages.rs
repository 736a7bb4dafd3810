//! A replay's stages: while the next page is read from the database, the last is read into uses by a few
//! threads, and the one before is summed by another. So at most three pages are in memory.

use std::num::NonZero;
use std::sync::Arc;

use tlog::PartSalts;
use tokio::sync::{RwLock, RwLockWriteGuard};
use tokio::task::{self, JoinHandle};

use super::super::names::Names;
use super::counting::Counting;
use super::reading::{self, Raw, Read};
use crate::Fault;

/// The most threads that read blobs at once.
const THREADS_MAX: usize = 4;

/// Pages on their way.
pub(super) struct Stages {
    names: Arc<RwLock<Names>>,
    salts: PartSalts,
    reading: Vec<JoinHandle<Vec<Read>>>,
    counting: JoinHandle<Counting>,
}

impl Stages {
    pub(super) fn new(salts: &PartSalts, counting: Counting) -> Stages {
        Stages {
            names: Arc::default(),
            salts: salts.clone(),
            reading: Vec::new(),
            counting: task::spawn_blocking(|| counting),
        }
    }

    /// What blobs name, to learn more. What was put before is summed from now on.
    pub(super) async fn names(&mut self) -> Result<RwLockWriteGuard<'_, Names>, Fault> {
        self.turn().await?;
        Ok(self.names.write().await)
    }

    /// Begins to read blobs, all of whose names were learnt.
    pub(super) async fn put(&mut self, mut blobs: Vec<Raw>) -> Result<(), Fault> {
        self.turn().await?;
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let each = blobs.len().div_ceil(threads.min(THREADS_MAX));
        while !blobs.is_empty() {
            let rest = blobs.split_off(each.min(blobs.len()));
            let some = std::mem::replace(&mut blobs, rest);
            let (names, salts) = (Arc::clone(&self.names), self.salts.clone());
            let read = move || reading::read(&names.blocking_read(), &salts, some);
            self.reading.push(task::spawn_blocking(read));
        }
        Ok(())
    }

    /// Hands on what was read.
    async fn turn(&mut self) -> Result<(), Fault> {
        let mut all = Vec::new();
        for read in &mut self.reading {
            all.extend(read.await.map_err(Fault::while_(DOING))?);
        }
        self.reading.clear();
        if all.is_empty() {
            return Ok(());
        }
        let mut counting = (&mut self.counting).await.map_err(Fault::while_(DOING))?;
        self.counting = task::spawn_blocking(move || {
            all.into_iter().for_each(|read| counting.add(read));
            counting
        });
        Ok(())
    }

    /// What all blobs made, and what they name.
    pub(super) async fn end(mut self) -> Result<(Counting, Arc<RwLock<Names>>), Fault> {
        self.turn().await?;
        let counting = self.counting.await.map_err(Fault::while_(DOING))?;
        Ok((counting, self.names))
    }
}

const DOING: &str = "replaying uses";
