//! The sums that uses add to, under the book's own numbers, which are quick to find; and the
//! settlement made of them.

use std::hash::{Hash, Hasher};

use domain::envelope::{Placement, Purpose};
use domain::set::Member;
use domain::{Country, LicenceId, Timestamp};
use ledger::Currency;

use super::settle::{Earned, LICENSEES_MAX, Line, PoolUse, Roll, Settlement, Source, Taken};
use super::{Accepted, Book, Holder, Map, index};
use crate::pack::Outcome;

/// Milliseconds of a roll-up's hour.
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    uses: u64,
    clip_ms: i64,
    billed_ms: i64,
    micros: i64,
}

/// What paid: the bundle by its place in the purse, the cycle by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Payer {
    Sale,
    Bundle(u32),
    Cycle(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LineKey {
    licence: u32,
    track: u32,
    payer: Payer,
    /// Days since 1970.
    day: i32,
    origin: Option<i32>,
}

/// Three words instead of five fields: this is hashed for every use.
impl Hash for LineKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (kind, place) = match self.payer {
            Payer::Sale => (0, 0),
            Payer::Bundle(nth) => (1, nth),
            Payer::Cycle(nth) => (2, nth),
        };
        let origin = self.origin.map_or(0, |day| day.cast_unsigned() | 1 << 31);
        state.write_u64(u64::from(self.licence) << 32 | u64::from(self.track));
        state.write_u64(u64::from(place) << 32 | kind);
        state.write_u64(u64::from(self.day.cast_unsigned()) << 32 | u64::from(origin));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RollKey {
    track: u32,
    hour: i64,
    placement: Placement,
    purpose: Purpose,
    territory: Option<Country>,
    currency: Currency,
}

/// Two words instead of six fields: this is hashed for every use.
impl Hash for RollKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let letters = self
            .territory
            .as_ref()
            .map_or("", Country::as_str)
            .as_bytes();
        let money = self.currency.code().as_bytes();
        let mut more = [0; 8];
        for (byte, from) in more.iter_mut().zip(money.iter().chain(letters)) {
            *byte = *from;
        }
        let [place, ..] = (self.placement.place() | self.purpose.place() << 4).to_le_bytes();
        more[7] = place;
        state.write_u64(u64::from(self.track) ^ (self.hour.cast_unsigned() << 32));
        state.write_u64(u64::from_le_bytes(more));
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rolled {
    sum: Sum,
    /// The first holders, by the book's numbers, with the uses of each: so that one can be taken
    /// back.
    seen: [(u32, u32); LICENSEES_MAX],
}

impl Rolled {
    fn see(&mut self, holder: u32) {
        let mut free = None;
        for (at, (had, uses)) in self.seen.iter_mut().enumerate() {
            if *uses == 0 {
                free = Some(at);
                break;
            }
            if *had == holder {
                *uses = uses.saturating_add(1);
                return;
            }
        }
        if let Some(at) = free {
            self.seen[at] = (holder, 1);
        }
    }

    /// Uses are taken back in reverse order, so a holder who leaves came last.
    fn unsee(&mut self, holder: u32) {
        let mut seen = self.seen.iter_mut();
        if let Some(one) = seen.find(|one| one.0 == holder && one.1 > 0) {
            one.1 -= 1;
            if one.1 == 0 {
                *one = (0, 0);
            }
        }
    }
}

/// What isn't settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pending {
    lines: Map<LineKey, Sum>,
    rolls: Map<RollKey, Rolled>,
    videos: Vec<(u32, String)>,
}

impl Pending {
    /// Adds a use of a holder, known by the book's number.
    pub(super) fn add(&mut self, accepted: &Accepted, holder: u32) {
        if let Some(video) = &accepted.video {
            self.videos.push((accepted.licence, video.clone()));
        }
        let rolled = self.rolls.entry(roll_key(accepted)).or_default();
        rolled.sum.add(whole(accepted));
        rolled.see(holder);
        for_lines(accepted, |key, sum| {
            self.lines.entry(key).or_default().add(sum);
        });
    }

    pub(super) fn take_back(&mut self, accepted: &Accepted, holder: u32) {
        if accepted.video.is_some() {
            self.videos.pop();
        }
        let key = roll_key(accepted);
        if let Some(rolled) = self.rolls.get_mut(&key) {
            rolled.unsee(holder);
            if rolled.sum.take_back(whole(accepted)) {
                self.rolls.remove(&key);
            }
        }
        for_lines(accepted, |key, sum| {
            let line = self.lines.get_mut(&key);
            if line.is_some_and(|line| line.take_back(sum)) {
                self.lines.remove(&key);
            }
        });
    }

    /// Forgets the sums and keeps the room.
    pub(super) fn clear(&mut self) {
        self.lines.clear();
        self.rolls.clear();
        self.videos.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rolls.is_empty()
    }
}

fn whole(accepted: &Accepted) -> Sum {
    Sum {
        uses: 1,
        clip_ms: accepted.clip_ms,
        billed_ms: accepted.outcome.billed_ms(),
        micros: accepted.outcome.earned(),
    }
}

fn roll_key(accepted: &Accepted) -> RollKey {
    RollKey {
        track: accepted.track,
        hour: accepted.published_at.millis().div_euclid(HOUR_MS),
        placement: accepted.placement,
        purpose: accepted.purpose,
        territory: accepted.territory,
        currency: accepted.currency,
    }
}

fn for_lines(accepted: &Accepted, mut each: impl FnMut(LineKey, Sum)) {
    let key = |payer| LineKey {
        licence: accepted.licence,
        track: accepted.track,
        payer,
        day: day(accepted.received_at),
        origin: accepted.late.then(|| day(accepted.published_at)),
    };
    let mut sum = whole(accepted);
    match &accepted.outcome {
        Outcome::Free => each(key(Payer::Sale), sum),
        Outcome::Pooled { cycle, .. } => each(key(Payer::Cycle(*cycle)), sum),
        Outcome::Drawn(parts) => {
            for part in parts {
                (sum.billed_ms, sum.micros) = (part.billed_ms, part.earns);
                each(key(Payer::Bundle(part.nth)), sum);
                (sum.uses, sum.clip_ms) = (0, 0);
            }
        }
        Outcome::Uncovered => {}
    }
}

/// The day of an instant. Beyond the five million years that fit it is the last of them.
fn day(at: Timestamp) -> i32 {
    let days = at.millis().div_euclid(DAY_MS);
    i32::try_from(days).unwrap_or(i32::MAX)
}

fn start(day: i32) -> Timestamp {
    Timestamp(i64::from(day) * DAY_MS)
}

impl Sum {
    fn add(&mut self, other: Sum) {
        self.uses = self.uses.saturating_add(other.uses);
        self.clip_ms = self.clip_ms.saturating_add(other.clip_ms);
        self.billed_ms = self.billed_ms.saturating_add(other.billed_ms);
        self.micros = self.micros.saturating_add(other.micros);
    }

    /// Is nothing left?
    fn take_back(&mut self, other: Sum) -> bool {
        self.uses = self.uses.saturating_sub(other.uses);
        self.clip_ms = self.clip_ms.saturating_sub(other.clip_ms);
        self.billed_ms = self.billed_ms.saturating_sub(other.billed_ms);
        self.micros = self.micros.saturating_sub(other.micros);
        *self == Sum::default()
    }
}

impl Book {
    /// What has changed since the last settlement. It stays pending until [`Book::settled`] says
    /// that the transaction which wrote it is durable.
    #[must_use]
    pub fn settlement(&self) -> Settlement {
        let lines = self.lines();
        let mut out = Settlement {
            through: self.through,
            earned: self.earned(),
            taken: taken(&lines),
            pools: pools(&lines),
            lines,
            rolls: self.rolls(),
            videos: self.new_videos(),
        };
        out.rolls.sort_unstable();
        out
    }

    /// Is nothing unsettled?
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.pending.is_empty()
    }

    fn lines(&self) -> Vec<Line> {
        let sums = self.pending.lines.iter();
        let lines = sums.filter_map(|(key, sum)| {
            let licence = &self.licences[index(key.licence)];
            let source = match key.payer {
                Payer::Sale => Source::Sale,
                Payer::Cycle(nth) => Source::Cycle(nth),
                // A bundle that pays is kept until it is settled.
                Payer::Bundle(nth) => Source::Bundle(self.purse_of(licence)?.nth(nth)?.id),
            };
            Some(Line {
                licence: licence.terms.id,
                source,
                track: self.tracks[index(key.track)].0,
                day: start(key.day),
                origin: key.origin.map(start),
                uses: sum.uses,
                clip_ms: sum.clip_ms,
                billed_ms: sum.billed_ms,
                micros: sum.micros,
            })
        });
        let mut lines: Vec<Line> = lines.collect();
        lines.sort_unstable();
        lines
    }

    fn earned(&self) -> Vec<Earned> {
        let mut by_track: Map<(u32, Currency), Sum> = Map::default();
        for (key, sum) in &self.pending.lines {
            if key.payer != Payer::Sale {
                let currency = self.licences[index(key.licence)].terms.currency;
                by_track.entry((key.track, currency)).or_default().add(*sum);
            }
        }
        let earned = by_track.iter().filter(|(_, sum)| sum.micros != 0);
        let earned = earned.map(|((track, currency), sum)| Earned {
            track: self.tracks[index(*track)].0,
            currency: *currency,
            uses: sum.uses,
            micros: sum.micros,
        });
        let mut earned: Vec<Earned> = earned.collect();
        earned.sort_unstable();
        earned
    }

    fn rolls(&self) -> Vec<Roll> {
        let rolls = self.pending.rolls.iter();
        let rolls = rolls.map(|(key, Rolled { sum, seen })| Roll {
            track: self.tracks[index(key.track)].0,
            hour: Timestamp(key.hour * HOUR_MS),
            placement: key.placement,
            purpose: key.purpose,
            territory: key.territory,
            currency: key.currency,
            uses: sum.uses,
            clip_ms: sum.clip_ms,
            billed_ms: sum.billed_ms,
            micros: sum.micros,
            licensees: self.named(seen),
        });
        rolls.collect()
    }

    fn named(&self, seen: &[(u32, u32)]) -> Vec<Holder> {
        let seen = seen.iter().take_while(|(_, uses)| *uses > 0);
        let mut named: Vec<Holder> = seen.map(|(at, _)| self.holders[index(*at)]).collect();
        named.sort_unstable();
        named
    }

    fn new_videos(&self) -> Vec<(LicenceId, String)> {
        let videos = self.pending.videos.iter();
        let videos = videos.map(|(licence, video)| {
            let id = self.licences[index(*licence)].terms.id;
            (id, video.clone())
        });
        videos.collect()
    }
}

fn taken(lines: &[Line]) -> Vec<Taken> {
    let drawn = lines.iter().filter_map(|line| match line.source {
        Source::Bundle(bundle) => Some(Taken {
            bundle,
            billed_ms: line.billed_ms,
            micros: line.micros,
        }),
        Source::Sale | Source::Cycle(_) => None,
    });
    let mut drawn: Vec<Taken> = drawn.collect();
    drawn.sort_unstable();
    drawn.dedup_by(|next, sum| {
        let same = next.bundle == sum.bundle;
        if same {
            sum.billed_ms = sum.billed_ms.saturating_add(next.billed_ms);
            sum.micros = sum.micros.saturating_add(next.micros);
        }
        same
    });
    drawn
}

/// The lines are in order of licence, source and track, and so are these.
fn pools(lines: &[Line]) -> Vec<PoolUse> {
    let pooled = lines.iter().filter_map(|line| match line.source {
        Source::Cycle(cycle) => Some(PoolUse {
            licence: line.licence,
            cycle,
            track: line.track,
            uses: line.uses,
            micros: line.micros,
        }),
        Source::Sale | Source::Bundle(_) => None,
    });
    let mut pooled: Vec<PoolUse> = pooled.collect();
    pooled.dedup_by(|next, sum| {
        let same = (next.licence, next.cycle, next.track) == (sum.licence, sum.cycle, sum.track);
        if same {
            sum.uses = sum.uses.saturating_add(next.uses);
            sum.micros = sum.micros.saturating_add(next.micros);
        }
        same
    });
    pooled
}
