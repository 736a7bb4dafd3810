//! The bundles of one licence: clip time, drawn as `domain::bundle` draws it.

use domain::bundle::{Draw, NotEnough, billed_ms, draw};
use domain::{Bundle, Timestamp};
use ledger::ArithmeticError;
use ledger::round::mul_div_floor;

use crate::pack::Part;

/// Bundles, the earliest expiry first, ties by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Purse {
    bundles: Vec<Bundle>,
    more: Vec<Held>,
}

/// What stands beside a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    nth: u32,
    /// ⌊N·s/T⌋, so that a draw divides once.
    earned: i64,
}

impl Purse {
    pub(super) fn put(&mut self, nth: u32, bundle: Bundle) -> Result<(), ArithmeticError> {
        let held = Held {
            nth,
            earned: bundle.earned_micros()?,
        };
        if let Some(old) = self.more.iter().position(|one| one.nth == nth) {
            self.more.remove(old);
            self.bundles.remove(old);
        }
        let order = |one: &Bundle| (one.expires_at, one.id);
        let at = self
            .bundles
            .partition_point(|one| order(one) < order(&bundle));
        self.bundles.insert(at, bundle);
        self.more.insert(at, held);
        Ok(())
    }

    pub(super) fn bundles(&self) -> &[Bundle] {
        &self.bundles
    }

    /// The bundle with a place in the order of buying.
    pub(super) fn nth(&self, nth: u32) -> Option<&Bundle> {
        self.place(nth).and_then(|at| self.bundles.get(at))
    }

    /// What a clip would draw; nothing is changed.
    pub(super) fn draw(&self, clip_ms: i64, at: Timestamp) -> Result<Vec<Part>, NotEnough> {
        if let Some(part) = self.draw_one(billed_ms(clip_ms), at) {
            return Ok(vec![part]);
        }
        let draws = draw(&self.bundles, clip_ms, at)?;
        let part = |one: &Draw| {
            let place = self.bundles.iter().position(|held| held.id == one.bundle);
            Part {
                nth: place.map_or(u32::MAX, |place| self.more[place].nth),
                billed_ms: one.billed_ms,
                earns: one.earns,
            }
        };
        Ok(draws.iter().map(part).collect())
    }

    /// The usual draw: all of it from the first open bundle. `None` where that isn't enough.
    fn draw_one(&self, billed_ms: i64, at: Timestamp) -> Option<Part> {
        let open = |one: &Bundle| one.expires_at > at && one.left_ms() > 0;
        let place = self.bundles.iter().position(open)?;
        let bundle = &self.bundles[place];
        if billed_ms <= 0 || bundle.left_ms() < billed_ms {
            return None;
        }
        let earns = self.earns(place, billed_ms)?;
        Some(Part {
            nth: self.more[place].nth,
            billed_ms,
            earns,
        })
    }

    fn earns(&self, place: usize, billed_ms: i64) -> Option<i64> {
        let bundle = &self.bundles[place];
        let consumed = bundle.consumed_ms.checked_add(billed_ms)?;
        // Most products fit into 64 bits, where a division takes a fifth of the time.
        let product = bundle.unearned_micros.checked_mul(consumed);
        let after = match product {
            Some(product) if bundle.total_ms > 0 => product.div_euclid(bundle.total_ms),
            _ => mul_div_floor(bundle.unearned_micros, consumed, bundle.total_ms).ok()?,
        };
        after.checked_sub(self.more[place].earned)
    }

    /// Would this part, drawn next, be what the rule says?
    pub(super) fn allows(&self, part: &Part) -> bool {
        let Some(place) = self.place(part.nth) else {
            return false;
        };
        let fits = part.billed_ms > 0 && part.billed_ms <= self.bundles[place].left_ms();
        fits && self.earns(place, part.billed_ms) == Some(part.earns)
    }

    pub(super) fn take(&mut self, part: &Part) {
        self.shift(part.nth, part.billed_ms, part.earns);
    }

    pub(super) fn give_back(&mut self, part: &Part) {
        self.shift(part.nth, -part.billed_ms, -part.earns);
    }

    fn shift(&mut self, nth: u32, ms: i64, micros: i64) {
        if let Some(place) = self.place(nth) {
            let consumed = &mut self.bundles[place].consumed_ms;
            *consumed = consumed.saturating_add(ms);
            let earned = &mut self.more[place].earned;
            *earned = earned.saturating_add(micros);
        }
    }

    fn place(&self, nth: u32) -> Option<usize> {
        self.more.iter().position(|held| held.nth == nth)
    }
}
