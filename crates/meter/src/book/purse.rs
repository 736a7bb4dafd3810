//! A purse: bundles of clip time that belong together, drawn as `domain::bundle` draws them.

use domain::bundle::{Draw, NotEnough, billed_ms, draw};
use domain::{Bundle, Timestamp};
use ledger::round::mul_div_floor;

use super::TermsError;
use crate::pack::Part;

/// Bundles, the earliest expiry first, ties by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Purse {
    held: Vec<Held>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    bundle: Bundle,
    nth: u32,
    /// The book's number of the licence that it was bought under.
    owner: u32,
    /// May it be drawn on? Not while its licence isn't in force, nor once it was removed.
    open: bool,
    /// Removed, and only kept for the settlement that names it.
    gone: bool,
    /// ⌊N·s/T⌋, so that a draw divides once.
    earned: i64,
    unsettled: Unsettled,
}

/// Clip time billed since the settlement with a number. Sums of what is pending, which is compared
/// itself: so two books needn't agree on when they last settled.
#[derive(Clone, Copy, Debug, Default)]
struct Unsettled {
    epoch: u32,
    ms: i64,
}

impl PartialEq for Unsettled {
    fn eq(&self, _: &Unsettled) -> bool {
        true
    }
}

impl Eq for Unsettled {}

impl Unsettled {
    fn ms(self, epoch: u32) -> i64 {
        if self.epoch == epoch { self.ms } else { 0 }
    }
}

/// A bundle as it is put into a purse.
pub(super) struct Put {
    pub(super) nth: u32,
    pub(super) owner: u32,
    pub(super) open: bool,
    /// With what was consumed up to the last settlement.
    pub(super) bundle: Bundle,
}

impl Purse {
    /// Takes a bundle in, or what has changed of it. What was drawn since the last settlement
    /// stays drawn.
    pub(super) fn put(&mut self, put: Put, epoch: u32) -> Result<(), TermsError> {
        let Put {
            nth,
            owner,
            open,
            mut bundle,
        } = put;
        let old = self.place(nth);
        let ms = old.map_or(0, |at| self.held[at].unsettled.ms(epoch));
        let consumed = bundle.consumed_ms.checked_add(ms);
        bundle.consumed_ms = consumed.ok_or(TermsError::Figures)?;
        let figures = |one: &Bundle| (one.id, one.total_ms, one.unearned_micros, one.consumed_ms);
        if ms != 0 && old.is_some_and(|at| figures(&self.held[at].bundle) != figures(&bundle)) {
            return Err(TermsError::Unsettled);
        }
        let earned = match bundle.total_ms {
            // All that was left of it was cut off.
            0 => 0,
            _ => bundle.earned_micros().map_err(|_| TermsError::Figures)?,
        };
        if let Some(at) = old {
            self.held.remove(at);
        }
        let order = |one: &Bundle| (one.expires_at, one.id);
        let before = |one: &Held| order(&one.bundle) < order(&bundle);
        let at = self.held.partition_point(before);
        let held = Held {
            bundle,
            nth,
            owner,
            open,
            gone: false,
            earned,
            unsettled: Unsettled { epoch, ms },
        };
        // Nearly always the only one, and there is one for each licence.
        self.held.reserve_exact(1);
        self.held.insert(at, held);
        Ok(())
    }

    /// Takes a bundle out; one that has paid for unsettled uses is kept, closed, until
    /// [`Purse::sweep`]. Is there such a one?
    pub(super) fn remove(&mut self, nth: u32, epoch: u32) -> bool {
        let Some(at) = self.place(nth) else {
            return false;
        };
        let held = &mut self.held[at];
        if held.unsettled.ms(epoch) != 0 {
            (held.open, held.gone) = (false, true);
            return true;
        }
        self.held.remove(at);
        false
    }

    /// Drops what was removed.
    pub(super) fn sweep(&mut self) {
        self.held.retain(|held| !held.gone);
    }

    /// Opens or closes the bundles that were bought under a licence.
    pub(super) fn open(&mut self, owner: u32, open: bool) {
        let bought = self.held.iter_mut().filter(|held| held.owner == owner);
        bought.for_each(|held| held.open = open && !held.gone);
    }

    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// Looks at where a draw begins.
    pub(super) fn touch(&self) -> usize {
        let first = self.held.first();
        first.map_or(0, |held| {
            usize::from(held.bundle.total_ms > 0) ^ usize::from(held.earned > 0)
        })
    }

    pub(super) fn bundles(&self) -> Vec<Bundle> {
        self.held.iter().map(|held| held.bundle.clone()).collect()
    }

    /// Those that may be drawn on.
    pub(super) fn open_ones(&self) -> Vec<Bundle> {
        let open = self.held.iter().filter(|held| held.open);
        open.map(|held| held.bundle.clone()).collect()
    }

    /// The bundle with a place in the order of buying.
    pub(super) fn nth(&self, nth: u32) -> Option<&Bundle> {
        self.place(nth).map(|at| &self.held[at].bundle)
    }

    /// What a clip would draw; nothing is changed.
    pub(super) fn draw(&self, clip_ms: i64, at: Timestamp) -> Result<Vec<Part>, NotEnough> {
        if let Some(part) = self.draw_one(billed_ms(clip_ms), at) {
            return Ok(vec![part]);
        }
        let draws = draw(&self.open_ones(), clip_ms, at)?;
        let part = |one: &Draw| {
            let held = self.held.iter().find(|held| held.bundle.id == one.bundle);
            Part {
                nth: held.map_or(u32::MAX, |held| held.nth),
                billed_ms: one.billed_ms,
                earns: one.earns,
            }
        };
        Ok(draws.iter().map(part).collect())
    }

    /// The usual draw: all of it from the first open bundle. `None` where that isn't enough.
    fn draw_one(&self, billed_ms: i64, at: Timestamp) -> Option<Part> {
        let mut all = self.held.iter();
        let held = all.find(|held| {
            let bundle = &held.bundle;
            held.open && bundle.expires_at > at && bundle.left_ms() > 0
        })?;
        if billed_ms <= 0 || held.bundle.left_ms() < billed_ms {
            return None;
        }
        Some(Part {
            nth: held.nth,
            billed_ms,
            earns: held.earns(billed_ms)?,
        })
    }

    /// Would this part, drawn next, be what the rule says?
    pub(super) fn allows(&self, part: &Part) -> bool {
        let Some(held) = self.place(part.nth).map(|at| &self.held[at]) else {
            return false;
        };
        let fits = part.billed_ms > 0 && part.billed_ms <= held.bundle.left_ms();
        fits && held.earns(part.billed_ms) == Some(part.earns)
    }

    pub(super) fn take(&mut self, part: &Part, epoch: u32) {
        self.shift(part.nth, part.billed_ms, part.earns, epoch);
    }

    pub(super) fn give_back(&mut self, part: &Part, epoch: u32) {
        self.shift(part.nth, -part.billed_ms, -part.earns, epoch);
    }

    fn shift(&mut self, nth: u32, ms: i64, micros: i64, epoch: u32) {
        if let Some(place) = self.place(nth) {
            let held = &mut self.held[place];
            let consumed = &mut held.bundle.consumed_ms;
            *consumed = consumed.saturating_add(ms);
            held.earned = held.earned.saturating_add(micros);
            let ms = held.unsettled.ms(epoch).saturating_add(ms);
            held.unsettled = Unsettled { epoch, ms };
        }
    }

    fn place(&self, nth: u32) -> Option<usize> {
        self.held.iter().position(|held| held.nth == nth)
    }
}

impl Held {
    fn earns(&self, billed_ms: i64) -> Option<i64> {
        let bundle = &self.bundle;
        let consumed = bundle.consumed_ms.checked_add(billed_ms)?;
        // Most products fit into 64 bits, where a division takes a fifth of the time.
        let product = bundle.unearned_micros.checked_mul(consumed);
        let after = match product {
            Some(product) if bundle.total_ms > 0 => product.div_euclid(bundle.total_ms),
            _ => mul_div_floor(bundle.unearned_micros, consumed, bundle.total_ms).ok()?,
        };
        after.checked_sub(self.earned)
    }
}
