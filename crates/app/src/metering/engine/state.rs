//! What one process remembers between commits.

use meter::pack::Packer;
use meter::window::Window;

use super::blobs::Kept;
use super::fold::Unsettled;
use super::known::Known;
use super::pace::Pace;
use super::uncovered::Watched;

/// The engine's memory. Everything in it can be made again from the database.
#[derive(Default)]
pub(super) struct State {
    /// Were the ids accepted lately read?
    pub(super) ready: bool,
    /// Was a commit broken off, so that `window` holds what may never have been?
    pub(super) torn: bool,
    /// Ids accepted lately.
    pub(super) window: Window,
    /// Licences, clip time, pools and tracks that were asked for.
    pub(super) known: Known,
    /// Is `known` what the database says? Not while a transaction is under way, nor once one failed:
    /// what was read or numbered in it may never have been.
    pub(super) known_ready: bool,
    /// Can what isn't settled not be judged again?
    pub(super) stuck: bool,
    /// The last blobs.
    pub(super) kept: Kept,
    /// What of `known`'s uses isn't settled, folded.
    pub(super) unsettled: Unsettled,
    pub(super) packer: Packer,
    /// The last commit that is in `window` and `known`.
    pub(super) last: u64,
    /// The last that is settled.
    pub(super) settled: u64,
    /// The last change that was read, and the transactions that may have written others meanwhile.
    pub(super) seen: i64,
    pub(super) horizon: Option<i64>,
    /// How long settlements take, and when the last one was made.
    pub(super) pace: Pace,
    /// Until when uses were counted that no blob holds.
    pub(super) old_ms: i64,
    /// Ids of uses that aren't covered and are kept.
    pub(super) watched: Watched,
}

impl State {
    /// Is everything settled, as far as this process knows?
    pub(super) fn is_settled(&self) -> bool {
        self.settled >= self.last
    }
}
