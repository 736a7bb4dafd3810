//! What covering all of a table's uses would cost: for each the cheapest that covers it, bought as
//! often as is needed.
//!
//! It is a bound from above: one wider licence for several of them, or a larger plan, may cost less.

use std::collections::{BTreeMap, HashSet};

use domain::envelope::Videos;
use foldhash::fast::RandomState;
use ledger::{Currency, Money};
use sha2::{Digest, Sha256};

use super::offered::Told;
use crate::Fault;
use crate::licensing::Offered;

/// What would be bought, so that every use that isn't covered counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToCover {
    /// Uses that aren't covered.
    pub uses: u64,
    /// Of those, for how many nothing is offered: nothing on sale covers them, or too many different
    /// ones were asked about.
    pub without_offer: u64,
    /// What would be bought, in the order in which it was first offered.
    pub purchases: Vec<Purchase>,
}

/// Something that would be bought, once or several times.
#[derive(Debug, Clone, PartialEq)]
pub struct Purchase {
    /// What is bought, as it is offered for the first of the uses.
    pub offered: Offered,
    /// How many uses it covers.
    pub uses: u64,
    /// How often it is bought.
    pub times: u64,
}

impl ToCover {
    /// What all of it costs now: a sum for each currency.
    ///
    /// # Errors
    /// [`Fault`] where an option names no currency.
    pub fn cost(&self) -> Result<Vec<Money>, Fault> {
        let mut cost: BTreeMap<&str, i64> = BTreeMap::new();
        for one in &self.purchases {
            let sum = cost
                .entry(one.offered.option.currency.as_str())
                .or_default();
            *sum = sum.saturating_add(one.total_micros());
        }
        let money = |(code, micros)| {
            let currency = Currency::from_code(code);
            let currency = currency.map_err(Fault::while_("adding up offers"))?;
            Ok(Money::new(micros, currency))
        };
        cost.into_iter().map(money).collect()
    }
}

impl Purchase {
    /// What it costs as often as it is bought, in micro-units of its currency.
    #[must_use]
    pub fn total_micros(&self) -> i64 {
        let times = i64::try_from(self.times).unwrap_or(i64::MAX);
        self.offered.option.total_micros.saturating_mul(times)
    }
}

/// What has been offered for a table's uses so far.
#[derive(Default)]
pub(super) struct Covering {
    uses: u64,
    without_offer: u64,
    groups: Vec<Group>,
}

/// Uses that one offer covers: there are as few as different uses are looked for.
struct Group {
    offered: Offered,
    uses: u64,
    /// The videos, where the licence counts them.
    videos: HashSet<[u8; 16], RandomState>,
    /// The clip time that they draw, in ms.
    draws_ms: i64,
}

impl Covering {
    /// Notes what is told of a use of this video.
    pub(super) fn add(&mut self, told: &Told, video: &str) {
        self.uses += 1;
        let Told::Offer(offered) = told else {
            self.without_offer += 1;
            return;
        };
        let same = |group: &Group| is_same(&group.offered, offered);
        let place = match self.groups.iter().position(same) {
            Some(place) => place,
            None => {
                self.groups.push(Group::of(offered));
                self.groups.len() - 1
            }
        };
        self.groups[place].add(offered, video);
    }

    /// What would be bought for all of them.
    pub(super) fn all(&self) -> ToCover {
        let purchases = self.groups.iter().map(|group| Purchase {
            offered: group.offered.clone(),
            uses: group.uses,
            times: group.times(),
        });
        ToCover {
            uses: self.uses,
            without_offer: self.without_offer,
            purchases: purchases.collect(),
        }
    }
}

impl Group {
    fn of(offered: &Offered) -> Group {
        Group {
            offered: offered.clone(),
            uses: 0,
            videos: HashSet::default(),
            draws_ms: 0,
        }
    }

    fn add(&mut self, offered: &Offered, video: &str) {
        self.uses += 1;
        if offered.tops_up.is_some() {
            let draws = offered.option.draws_ms.unwrap_or_default();
            self.draws_ms = self.draws_ms.saturating_add(draws);
        } else if matches!(offered.envelope.videos, Videos::Count(_)) {
            let mut name = [0; 16];
            name.copy_from_slice(&Sha256::digest(video)[..16]);
            self.videos.insert(name);
        }
    }

    /// How often it is bought: for so much clip time as they draw, or for so many videos.
    fn times(&self) -> u64 {
        let option = &self.offered.option;
        if self.offered.tops_up.is_some() {
            let holds = option.bundle_ms.unwrap_or_default().max(1);
            let times = self.draws_ms.div_euclid(holds) + i64::from(self.draws_ms % holds > 0);
            return u64::try_from(times).unwrap_or(1).max(1);
        }
        match self.offered.envelope.videos {
            Videos::Unlimited => 1,
            Videos::Count(most) => {
                let videos = u64::try_from(self.videos.len()).unwrap_or(u64::MAX);
                videos.div_ceil(u64::from(most.max(1))).max(1)
            }
        }
    }
}

/// Would one purchase be for both? Of a licence's own track or of one licence's clip time.
fn is_same(one: &Offered, other: &Offered) -> bool {
    let of = |offered: &Offered| offered.tops_up.as_ref().map(|of| of.code);
    (&one.option.offer, of(one)) == (&other.option.offer, of(other))
        && (one.tops_up.is_some() || (one.track == other.track && one.envelope == other.envelope))
}
