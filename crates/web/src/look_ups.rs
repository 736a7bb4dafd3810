//! How often one asker may look up licence codes.
//!
//! A code is public and opens nothing, but nobody should be able to walk through all of them.
//! Whoever says who they are has an allowance of their own, a larger one; everybody else shares
//! the allowance of their address. The counting is GCRA (the "leaky bucket as a meter" of ITU-T
//! I.371), by `governor`, on the store's own clock. It is kept in memory, so each process of a
//! store counts for itself. Who asks, and from where, is for `limit` to find out.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use app::App;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

/// Look-ups at once by an address: a page full of videos can be checked in one go.
const GUEST_AT_ONCE: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// Look-ups a second by an address after that.
const GUEST_A_SECOND: NonZeroU32 = NonZeroU32::new(1).unwrap();
/// Look-ups at once by somebody who says who they are.
const KNOWN_AT_ONCE: NonZeroU32 = NonZeroU32::new(600).unwrap();
/// Look-ups a second by them after that.
const KNOWN_A_SECOND: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// After so many look-ups, askers whose allowance is whole again are forgotten.
const SWEEP_EVERY: u32 = 4_096;

/// Whose allowance a look-up is taken from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Asker {
    /// Somebody known: by their name among principals.
    Known(String),
    /// An IPv4 address.
    V4([u8; 4]),
    /// The first 64 bits of an IPv6 address: the rest is the subscriber's to choose.
    V6([u8; 8]),
    /// Nobody knows from where.
    Nowhere,
}

/// The store's clock, in the form that counting wants.
#[derive(Clone)]
struct StoreClock(Arc<App>);

impl Clock for StoreClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let ms = u64::try_from(self.0.edge.now().0).unwrap_or(0);
        Nanos::from(Duration::from_millis(ms))
    }
}

type Meter = RateLimiter<Asker, HashMapStateStore<Asker>, StoreClock, NoOpMiddleware<Nanos>>;

/// The allowances.
pub(crate) struct LookUps {
    clock: StoreClock,
    guests: Meter,
    known: Meter,
    counted: AtomicU32,
}

impl LookUps {
    /// Whole allowances for everybody.
    pub(crate) fn new(app: Arc<App>) -> Self {
        let clock = StoreClock(app);
        let meter = |a_second, at_once| {
            let quota = Quota::per_second(a_second).allow_burst(at_once);
            RateLimiter::new(quota, HashMapStateStore::default(), clock.clone())
        };
        Self {
            guests: meter(GUEST_A_SECOND, GUEST_AT_ONCE),
            known: meter(KNOWN_A_SECOND, KNOWN_AT_ONCE),
            counted: AtomicU32::new(0),
            clock,
        }
    }

    /// Takes one look-up from an allowance, or says after how long there is one again.
    pub(crate) fn take(&self, asker: &Asker) -> Result<(), Duration> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.guests.retain_recent();
            self.known.retain_recent();
        }
        let meter = match asker {
            Asker::Known(_) => &self.known,
            Asker::V4(_) | Asker::V6(_) | Asker::Nowhere => &self.guests,
        };
        meter
            .check_key(asker)
            .map_err(|early| early.wait_time_from(self.clock.now()))
    }
}
