//! Counting look-ups of licence codes: who asks, and from where. What they may is in `look_ups`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use app::access::Principal;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};

use crate::look_ups::Asker;
use crate::principal::Caller;
use crate::problem::Problem;
use crate::state::{ClientAddress, Web};

/// A request that looks up a code and has been counted. As an argument of a handler it refuses
/// whoever has used up their allowance.
pub(crate) struct Counted(Asker);

impl Counted {
    /// Counts more look-ups of the same request: one that names several codes.
    pub(crate) fn also(&self, web: &Web, more: usize) -> Result<(), Problem> {
        (0..more).try_for_each(|_| web.look_ups.take(&self.0).map_err(too_many))
    }
}

impl FromRequestParts<Web> for Counted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, web).await?;
        let asker = match caller.0 {
            Principal::Guest => from(parts, web.options.client_address),
            known @ (Principal::Person(_) | Principal::Program(_)) => Asker::Known(known.name()),
        };
        match web.look_ups.take(&asker) {
            Ok(()) => Ok(Self(asker)),
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
