//! The sums that uses add to, under the book's own numbers, which are quick to find; and the
//! settlement made of them.

use std::hash::{Hash, Hasher};

use domain::envelope::{Placement, Purpose};
use domain::set::Member;
use domain::{Country, LicenceId, Timestamp};
use ledger::Currency;

use super::log::{Log, Sum, halves, start, whole};
use super::settle::{Earned, LICENSEES_MAX, Line, PoolUse, Roll, Settlement, Source, Taken};
use super::{Accepted, Book, Holder, Map, index};

/// Milliseconds of a roll-up's hour.
const HOUR_MS: i64 = 3_600_000;

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
    /// The first holders, by the book's numbers.
    seen: [u32; LICENSEES_MAX],
    /// How many those are.
    count: u8,
}

impl Rolled {
    fn seen(&self) -> &[u32] {
        &self.seen[..usize::from(self.count)]
    }

    /// Was the holder noted now? Not where they were before, or ten others were.
    fn see(&mut self, holder: u32) -> bool {
        if self.seen().contains(&holder) {
            return false;
        }
        let Some(free) = self.seen.get_mut(usize::from(self.count)) else {
            return false;
        };
        *free = holder;
        self.count += 1;
        true
    }

    /// Uses are taken back in reverse order, so whoever leaves came last.
    fn unsee(&mut self) {
        self.count = self.count.saturating_sub(1);
        self.seen[usize::from(self.count)] = 0;
    }
}

/// Not compared: what can be taken back isn't what was counted.
#[derive(Clone, Debug, Default)]
struct Noted(Vec<bool>);

impl PartialEq for Noted {
    fn eq(&self, _: &Noted) -> bool {
        true
    }
}

impl Eq for Noted {}

/// What isn't settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pending {
    log: Log,
    rolls: Map<RollKey, Rolled>,
    /// For each use that can still be taken back, in order: was its holder noted with it?
    noted: Noted,
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
        self.noted.0.push(rolled.see(holder));
        self.log.add(accepted);
    }

    pub(super) fn take_back(&mut self, accepted: &Accepted) {
        if accepted.video.is_some() {
            self.videos.pop();
        }
        let key = roll_key(accepted);
        if let Some(rolled) = self.rolls.get_mut(&key) {
            if self.noted.0.pop() == Some(true) {
                rolled.unsee();
            }
            if rolled.sum.take_back(whole(accepted)) {
                self.rolls.remove(&key);
            }
        }
        self.log.take_back(accepted);
    }

    /// Forgets the sums and keeps the room.
    pub(super) fn clear(&mut self) {
        self.log.clear();
        self.rolls.clear();
        self.noted.0.clear();
        self.videos.clear();
    }

    /// Bounds its memory. What was added before can't be taken back any more.
    pub(super) fn tidy(&mut self) {
        self.log.tidy();
        self.noted.0.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rolls.is_empty()
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

impl Book {
    /// What has changed since the last settlement. It stays pending until [`Book::settled`] says
    /// that the transaction which wrote it is durable.
    #[must_use]
    pub fn settlement(&self) -> Settlement {
        let (lines, earned) = self.lines();
        let mut out = Settlement {
            through: self.through,
            earned,
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

    fn lines(&self) -> (Vec<Line>, Vec<Earned>) {
        let sums = self.pending.log.sums();
        let mut lines = Vec::with_capacity(sums.len());
        let mut by_track: Map<(u32, Currency), Sum> = Map::default();
        for (key, sum) in &sums {
            let [(licence, place), (kind, track), (day, origin)] = key.map(halves);
            let licence = &self.licences[index(licence)];
            let source = match kind {
                0 => Source::Sale,
                1 => match self.purse_of(licence).and_then(|purse| purse.nth(place)) {
                    Some(bundle) => Source::Bundle(bundle.id),
                    // A bundle that pays is kept until it is settled.
                    None => continue,
                },
                _ => Source::Cycle(place),
            };
            if source != Source::Sale {
                let earned = by_track.entry((track, licence.terms.currency));
                earned.or_default().add(*sum);
            }
            lines.push(Line {
                licence: licence.terms.id,
                source,
                track: self.tracks[index(track)].0,
                day: start(day),
                origin: (origin != 0).then(|| start(origin)),
                uses: sum.uses,
                clip_ms: sum.clip_ms,
                billed_ms: sum.billed_ms,
                micros: sum.micros,
            });
        }
        // Nearly in order already where licences were put in the order of their ids.
        lines.sort();
        (lines, self.earned(&by_track))
    }

    fn earned(&self, by_track: &Map<(u32, Currency), Sum>) -> Vec<Earned> {
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
        let rolls = rolls.map(|(key, rolled)| Roll {
            track: self.tracks[index(key.track)].0,
            hour: Timestamp(key.hour * HOUR_MS),
            placement: key.placement,
            purpose: key.purpose,
            territory: key.territory,
            currency: key.currency,
            uses: rolled.sum.uses,
            clip_ms: rolled.sum.clip_ms,
            billed_ms: rolled.sum.billed_ms,
            micros: rolled.sum.micros,
            licensees: self.named(rolled.seen()),
        });
        rolls.collect()
    }

    fn named(&self, seen: &[u32]) -> Vec<Holder> {
        let named = seen.iter().map(|place| self.holders[index(*place)]);
        let mut named: Vec<Holder> = named.collect();
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
