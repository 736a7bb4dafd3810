//! How often one asker may look up licence codes.
//!
//! A code is public and opens nothing, but nobody should be able to walk through all of them.
//! Whoever says who they are has an allowance of their own, a larger one; everybody else shares
//! the allowance of their address. The counting is GCRA (the "leaky bucket as a meter" of ITU-T
//! I.371), by `governor`, on the store's own clock. It is kept in memory, so each process of a
//! store counts for itself.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use app::App;
use app::access::Principal;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::principal::Caller;
use crate::problem::Problem;
use crate::state::{ClientAddress, Web};

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
enum Asker {
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
    fn take(&self, asker: &Asker) -> Result<(), Duration> {
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

/// A request that looks up a code and has been counted. As an argument of a handler it refuses
/// whoever has used up their allowance.
pub(crate) struct Counted;

impl FromRequestParts<Web> for Counted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, web).await?;
        let asker = match caller.0 {
            Principal::Guest => from(parts, web.options.client_address),
            known @ (Principal::Person(_) | Principal::Program(_)) => Asker::Known(known.name()),
        };
        match web.look_ups.take(&asker) {
            Ok(()) => Ok(Self),
            Err(wait) => Err(too_many(wait)),
        }
    }
}

fn too_many(wait: Duration) -> Problem {
    let seconds = wait.as_secs().max(1);
    let detail = format!(
        "too many codes were looked up from here: wait {seconds} s, or send an API key for a larger allowance"
    );
    Problem::new("too_many_requests", detail)
        .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
}

/// Where a guest asks from.
fn from(parts: &Parts, address: ClientAddress) -> Asker {
    let peer = || {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        info.map(|ConnectInfo(peer)| peer.ip())
    };
    let ip = match address {
        ClientAddress::Peer => peer(),
        ClientAddress::Forwarded => forwarded(&parts.headers).or_else(peer),
    };
    match ip.map(|ip| ip.to_canonical()) {
        Some(IpAddr::V4(ip)) => Asker::V4(ip.octets()),
        Some(IpAddr::V6(ip)) => {
            let [a, b, c, d, e, f, g, h, ..] = ip.octets();
            Asker::V6([a, b, c, d, e, f, g, h])
        }
        None => Asker::Nowhere,
    }
}

/// The last address of the last `X-Forwarded-For`: the one that the store's own proxy wrote.
/// Those before it are whatever the asker likes to claim.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn asker(address: ClientAddress, peer: &str, forwarded: &[&str]) -> Asker {
        let mut request = Request::builder();
        for line in forwarded {
            request = request.header("x-forwarded-for", *line);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        if let Ok(peer) = peer.parse::<SocketAddr>() {
            parts.extensions.insert(ConnectInfo(peer));
        }
        from(&parts, address)
    }

    #[test]
    fn an_address_is_the_peers_unless_a_proxy_stands_before_the_store() {
        use ClientAddress::{Forwarded, Peer};
        let v4 = |last| Asker::V4([192, 0, 2, last]);
        for (address, peer, lines, wanted) in [
            (Peer, "192.0.2.1:80", &[][..], v4(1)),
            (Peer, "192.0.2.1:80", &["192.0.2.9"][..], v4(1)),
            (Peer, "[::ffff:192.0.2.1]:80", &[][..], v4(1)),
            (Forwarded, "192.0.2.1:80", &["192.0.2.9"][..], v4(9)),
            (
                Forwarded,
                "192.0.2.1:80",
                &["10.0.0.1, 192.0.2.9"][..],
                v4(9),
            ),
            (
                Forwarded,
                "192.0.2.1:80",
                &["192.0.2.7", "192.0.2.9"][..],
                v4(9),
            ),
            (Forwarded, "192.0.2.1:80", &["nonsense"][..], v4(1)),
            (Forwarded, "192.0.2.1:80", &[][..], v4(1)),
            (Peer, "", &[][..], Asker::Nowhere),
        ] {
            assert_eq!(asker(address, peer, lines), wanted, "{peer} {lines:?}");
        }
    }

    #[test]
    fn a_whole_ipv6_network_is_one_asker() {
        let one = asker(ClientAddress::Peer, "[2001:db8:1:2::3]:80", &[]);
        let other = asker(ClientAddress::Peer, "[2001:db8:1:2:ffff::9]:80", &[]);
        let elsewhere = asker(ClientAddress::Peer, "[2001:db8:1:3::3]:80", &[]);
        assert_eq!(one, other);
        assert_ne!(one, elsewhere);
    }
}
