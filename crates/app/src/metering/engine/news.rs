//! Telling those who listen, once a settlement is durable.

use store::bus::Bus;
use store::db::Tx;

use super::super::live::{self, UseSeen};
use super::Engine;
use super::fold::Folded;
use crate::Fault;

/// How many lines are told one by one. Where there are more, listeners read them for themselves.
const LINES_MAX: usize = 100;

/// What to tell.
pub(super) enum News {
    /// Each of these, to its payee.
    Uses(Vec<UseSeen>),
    /// That there is much to read.
    Many,
}

/// What there is to tell of lines that were just written; nothing where nobody listens.
pub(super) async fn of(engine: &Engine, tx: &mut Tx, days: &[Folded]) -> Result<News, Fault> {
    let lines = || days.iter().flat_map(|day| &day.lines);
    if lines().count() > LINES_MAX {
        return Ok(News::Many);
    }
    let mut seen = Vec::new();
    if engine.bus.is_heard() {
        for line in lines() {
            seen.extend(live::seen(tx, &line.id).await?);
        }
    }
    Ok(News::Uses(seen))
}

impl News {
    pub(super) fn tell(&self, bus: &Bus) {
        match self {
            News::Uses(seen) => seen.iter().for_each(|news| live::tell(bus, news)),
            News::Many => live::tell_many(bus),
        }
    }
}
