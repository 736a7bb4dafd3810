//! What uses have changed since the last settlement, in the sums that a transaction writes.

use std::hash::{Hash, Hasher};

use domain::envelope::Placement;
use domain::set::Member;
use domain::{BundleId, Country, LicenceId, Timestamp, TrackId};
use ledger::Currency;

use super::{Accepted, Book, Map, index};
use crate::pack::Outcome;

/// Milliseconds of a roll-up's hour.
const HOUR_MS: i64 = 3_600_000;

/// What a track earned, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Earned {
    /// The track whose split sheet it is shared by.
    pub track: TrackId,
    /// The currency.
    pub currency: Currency,
    /// Uses that earned it.
    pub uses: u64,
    /// The amount, in micro-units: of bundles and pools together.
    pub micros: i64,
}

/// What was taken from a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taken {
    /// The bundle.
    pub bundle: BundleId,
    /// Clip time billed, in ms.
    pub billed_ms: i64,
    /// What that earned, in micro-units.
    pub micros: i64,
}

/// What a subscription's cycle paid for a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PoolUse {
    /// The subscription's licence.
    pub licence: LicenceId,
    /// The cycle, by its place among the subscription's.
    pub cycle: u32,
    /// The track.
    pub track: TrackId,
    /// Uses accepted.
    pub uses: u64,
    /// What was guaranteed for them, in micro-units.
    pub micros: i64,
}

/// Uses of a track in one hour, at one placement, for one territory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Roll {
    /// The track.
    pub track: TrackId,
    /// The first instant of the hour of publication.
    pub hour: Timestamp,
    /// The placement.
    pub placement: Placement,
    /// The territory; none is worldwide.
    pub territory: Option<Country>,
    /// The currency of the licences.
    pub currency: Currency,
    /// Uses.
    pub uses: u64,
    /// Clip time published, in ms.
    pub clip_ms: i64,
    /// Clip time billed, in ms.
    pub billed_ms: i64,
    /// What was earned, in micro-units.
    pub micros: i64,
}

/// What a settling transaction adds to what is stored. Every list is sorted and holds each of its
/// keys once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// The last commit in it: the new watermark.
    pub through: u64,
    /// To split among payees, by track.
    pub earned: Vec<Earned>,
    /// From bundles, by bundle.
    pub taken: Vec<Taken>,
    /// From pools, by cycle and track.
    pub pools: Vec<PoolUse>,
    /// For reports.
    pub rolls: Vec<Roll>,
    /// New videos under licences that count them.
    pub videos: Vec<(LicenceId, String)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    uses: u64,
    clip_ms: i64,
    billed_ms: i64,
    micros: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RollKey {
    track: u32,
    hour: i64,
    placement: Placement,
    territory: Option<Country>,
    currency: Currency,
}

/// Two words instead of five fields: this is hashed for every use.
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
        let [place, ..] = self.placement.place().to_le_bytes();
        more[7] = place;
        state.write_u64(u64::from(self.track) ^ (self.hour.cast_unsigned() << 32));
        state.write_u64(u64::from_le_bytes(more));
    }
}

/// The sums under the book's own numbers, which are quick to find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pending {
    /// By track.
    earned: Map<(u32, Currency), Sum>,
    /// By licence and the bundle's place.
    taken: Map<(u32, u32), Sum>,
    /// By licence, the cycle's place and track.
    pools: Map<(u32, u32, u32), Sum>,
    rolls: Map<RollKey, Sum>,
    videos: Vec<(u32, String)>,
}

impl Pending {
    pub(super) fn add(&mut self, accepted: &Accepted, currency: Currency) {
        if let Some(video) = &accepted.video {
            self.videos.push((accepted.licence, video.clone()));
        }
        self.shift(accepted, currency, Sum::add);
    }

    pub(super) fn take_back(&mut self, accepted: &Accepted, currency: Currency) {
        if accepted.video.is_some() {
            self.videos.pop();
        }
        self.shift(accepted, currency, Sum::take_back);
    }

    /// Forgets the sums and keeps the room.
    fn clear(&mut self) {
        self.earned.clear();
        self.taken.clear();
        self.pools.clear();
        self.rolls.clear();
        self.videos.clear();
    }

    fn shift(&mut self, accepted: &Accepted, currency: Currency, by: fn(&mut Sum, Sum) -> bool) {
        let (licence, track) = (accepted.licence, accepted.track);
        let whole = Sum {
            uses: 1,
            clip_ms: accepted.clip_ms,
            billed_ms: accepted.outcome.billed_ms(),
            micros: accepted.outcome.earned(),
        };
        let key = RollKey {
            track,
            hour: accepted.published_at.millis().div_euclid(HOUR_MS),
            placement: accepted.placement,
            territory: accepted.territory,
            currency,
        };
        change(&mut self.rolls, key, whole, by);
        if whole.micros != 0 {
            change(&mut self.earned, (track, currency), whole, by);
        }
        match &accepted.outcome {
            Outcome::Drawn(parts) => {
                for part in parts {
                    let sum = Sum {
                        billed_ms: part.billed_ms,
                        micros: part.earns,
                        ..whole
                    };
                    change(&mut self.taken, (licence, part.nth), sum, by);
                }
            }
            Outcome::Pooled { cycle, .. } => {
                change(&mut self.pools, (licence, *cycle, track), whole, by);
            }
            Outcome::Free | Outcome::Uncovered => {}
        }
    }
}

fn change<K: Eq + Hash + Copy>(
    sums: &mut Map<K, Sum>,
    key: K,
    by: Sum,
    how: fn(&mut Sum, Sum) -> bool,
) {
    if !how(sums.entry(key).or_default(), by) {
        sums.remove(&key);
    }
}

impl Sum {
    fn add(&mut self, other: Sum) -> bool {
        self.uses = self.uses.saturating_add(other.uses);
        self.clip_ms = self.clip_ms.saturating_add(other.clip_ms);
        self.billed_ms = self.billed_ms.saturating_add(other.billed_ms);
        self.micros = self.micros.saturating_add(other.micros);
        true
    }

    /// Is anything left?
    fn take_back(&mut self, other: Sum) -> bool {
        self.uses = self.uses.saturating_sub(other.uses);
        self.clip_ms = self.clip_ms.saturating_sub(other.clip_ms);
        self.billed_ms = self.billed_ms.saturating_sub(other.billed_ms);
        self.micros = self.micros.saturating_sub(other.micros);
        self.uses > 0
    }
}

impl Book {
    /// What has changed since the last settlement. It stays pending until [`Book::settled`] says
    /// that the transaction which wrote it is durable.
    #[must_use]
    pub fn settlement(&self) -> Settlement {
        let mut out = Settlement {
            through: self.through,
            earned: self.earned(),
            taken: self.taken(),
            pools: self.pools(),
            rolls: self.rolls(),
            videos: self.new_videos(),
        };
        out.earned.sort_unstable();
        out.taken.sort_unstable();
        out.pools.sort_unstable();
        out.rolls.sort_unstable();
        out
    }

    /// Says that the last [`Book::settlement`] is durable. Nothing may have been counted since.
    pub fn settled(&mut self) {
        self.pending.clear();
    }

    fn earned(&self) -> Vec<Earned> {
        let sums = self.pending.earned.iter();
        let earned = sums.map(|((track, currency), sum)| Earned {
            track: self.tracks[index(*track)].0,
            currency: *currency,
            uses: sum.uses,
            micros: sum.micros,
        });
        earned.collect()
    }

    fn taken(&self) -> Vec<Taken> {
        let sums = self.pending.taken.iter();
        let taken = sums.filter_map(|((licence, nth), sum)| {
            let bundle = self.licences[index(*licence)].purse.nth(*nth)?.id;
            Some(Taken {
                bundle,
                billed_ms: sum.billed_ms,
                micros: sum.micros,
            })
        });
        taken.collect()
    }

    fn pools(&self) -> Vec<PoolUse> {
        let sums = self.pending.pools.iter();
        let pools = sums.map(|((licence, cycle, track), sum)| PoolUse {
            licence: self.id_of(*licence),
            cycle: *cycle,
            track: self.tracks[index(*track)].0,
            uses: sum.uses,
            micros: sum.micros,
        });
        pools.collect()
    }

    fn rolls(&self) -> Vec<Roll> {
        let sums = self.pending.rolls.iter();
        let rolls = sums.map(|(key, sum)| Roll {
            track: self.tracks[index(key.track)].0,
            hour: Timestamp(key.hour * HOUR_MS),
            placement: key.placement,
            territory: key.territory,
            currency: key.currency,
            uses: sum.uses,
            clip_ms: sum.clip_ms,
            billed_ms: sum.billed_ms,
            micros: sum.micros,
        });
        rolls.collect()
    }

    fn new_videos(&self) -> Vec<(LicenceId, String)> {
        let videos = self.pending.videos.iter();
        let videos = videos.map(|(licence, video)| (self.id_of(*licence), video.clone()));
        videos.collect()
    }

    fn id_of(&self, licence: u32) -> LicenceId {
        self.licences[index(licence)].terms.id
    }
}
