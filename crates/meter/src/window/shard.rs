//! A part of the table: slots sorted by their marks, each as near behind its home as it can lie.
//!
//! A mark's home is its share of the home slots, so a look-up ends at the first greater mark: after
//! five slots where seven of eight are taken. Putting one in moves those behind it on by one, up to
//! the next free slot. What is pushed beyond the last home goes on behind it, and never round.
//!
//! Slots lie in pages of one size. Growing takes more of them and lays the entries out anew, page
//! after page, into those that were read: memory is neither taken twice nor left in pieces.

use std::ops::Range;

/// Of a slot that nothing was put in.
const NONE: u32 = 0;
/// Of a slot whose id was taken out, or forgotten long ago: below every floor.
const FORGOTTEN: u32 = 1;
/// The lowest ordinal of an id.
pub(super) const FIRST: u32 = 2;

const PAGE: usize = 256;
/// Slots of a line of the processor's cache, and how many lines an id is mostly put in within.
const LINE: usize = 8;
const LINES: usize = 3;
/// Slots behind the last home.
const BEHIND: usize = 16;

#[derive(Clone, Copy, Debug)]
struct Slot {
    mark: u32,
    ordinal: u32,
}

type Page = Box<[Slot; PAGE]>;

const EMPTY: Slot = Slot {
    mark: 0,
    ordinal: NONE,
};

pub(super) enum Found {
    Here(usize),
    /// Here it would have to be put.
    Absent(usize),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Shard {
    pages: Vec<Page>,
    homes: usize,
    /// Slots that aren't empty, forgotten ones included.
    taken: usize,
}

impl Shard {
    /// Looks for an id with this mark and an ordinal from `floor` on that is the `same`.
    pub(super) fn search<E>(
        &self,
        mark: u32,
        floor: u32,
        mut same: impl FnMut(u32) -> Result<bool, E>,
    ) -> Result<Found, E> {
        let mut at = home(mark, self.homes);
        for page in &self.pages[at / PAGE..] {
            for slot in &page[at % PAGE..] {
                if slot.ordinal == NONE || slot.mark > mark {
                    return Ok(Found::Absent(at));
                }
                if slot.mark == mark && slot.ordinal >= floor && same(slot.ordinal)? {
                    return Ok(Found::Here(at));
                }
                at += 1;
            }
        }
        Ok(Found::Absent(at))
    }

    /// Puts an id in where a search has found it absent, after room was made.
    pub(super) fn put(&mut self, at: usize, (mark, ordinal): (u32, u32), floor: u32) {
        let (mut moved, mut start) = (Slot { mark, ordinal }, at % PAGE);
        for page in &mut self.pages[at / PAGE..] {
            for slot in &mut page[start..] {
                std::mem::swap(slot, &mut moved);
                if moved.ordinal < floor {
                    self.taken += usize::from(moved.ordinal == NONE);
                    return;
                }
            }
            start = 0;
        }
        let mut page = blank();
        page[0] = moved;
        self.pages.push(page);
        self.taken += 1;
    }

    /// Sees to it that at most seven eighths are taken once one is put in.
    pub(super) fn make_room(&mut self, floor: u32) {
        if (self.taken + 1) * 8 > self.pages.len() * PAGE * 7 {
            self.lay_out(floor);
        }
    }

    /// Lays the ids out anew, without those that were forgotten, so that seven ninths are taken.
    fn lay_out(&mut self, floor: u32) {
        let live = self.count(floor..u32::MAX);
        let wanted = (live * 9 / 7 + PAGE / 2) / PAGE;
        let wanted = wanted.max(live * 8 / 7 / PAGE + 1);
        let (mut pages, mut spare, mut next) = (Vec::with_capacity(wanted), Vec::new(), 0);
        let homes = wanted * PAGE - BEHIND;
        for mut page in std::mem::take(&mut self.pages) {
            for slot in page.iter().filter(|slot| slot.ordinal >= floor) {
                let at = home(slot.mark, homes).max(next);
                while pages.len() <= at / PAGE {
                    pages.push(spare.pop().unwrap_or_else(blank));
                }
                pages[at / PAGE][at % PAGE] = *slot;
                next = at + 1;
            }
            page.fill(EMPTY);
            spare.push(page);
        }
        while pages.len() < wanted {
            pages.push(spare.pop().unwrap_or_else(blank));
        }
        (self.pages, self.homes, self.taken) = (pages, homes, live);
    }

    /// How many ids have ordinals in a range above those of no id.
    pub(super) fn count(&self, ordinals: Range<u32>) -> usize {
        let slots = self.pages.iter().flat_map(|page| page.iter());
        slots
            .filter(|slot| ordinals.contains(&slot.ordinal))
            .count()
    }

    /// Makes every ordinal lower by so much; those below the floor are forgotten.
    pub(super) fn lower(&mut self, by: u32, floor: u32) {
        for slot in self.pages.iter_mut().flat_map(|page| page.iter_mut()) {
            if slot.ordinal >= floor {
                slot.ordinal -= by;
            } else if slot.ordinal != NONE {
                slot.ordinal = FORGOTTEN;
            }
        }
    }

    /// The ordinal of an id that a search has found.
    pub(super) fn ordinal(&self, at: usize) -> u32 {
        self.pages[at / PAGE][at % PAGE].ordinal
    }

    /// Takes out an id that a search has found. Its slot stays, so that those behind it are found.
    pub(super) fn forget(&mut self, at: usize) {
        self.pages[at / PAGE][at % PAGE].ordinal = FORGOTTEN;
    }

    /// Reads a mark's home, and what putting an id in there would move.
    pub(super) fn glance(&self, mark: u32) -> u32 {
        let at = home(mark, self.homes);
        let Some(page) = self.pages.get(at / PAGE) else {
            return 0;
        };
        let lines = page[at % PAGE..].iter().step_by(LINE).take(LINES);
        lines.fold(0, |sum, slot| sum ^ slot.mark)
    }

    pub(super) fn bytes(&self) -> usize {
        self.pages.len() * size_of::<[Slot; PAGE]>() + self.pages.capacity() * size_of::<Page>()
    }
}

fn blank() -> Page {
    Box::new([EMPTY; PAGE])
}

fn home(mark: u32, homes: usize) -> usize {
    // The mark's share of the homes. They are fewer than 2³², so the product fits.
    let scaled = u64::from(mark) * u64::try_from(homes).unwrap_or(0);
    usize::try_from(scaled >> 32).unwrap_or(0)
}
