//! The generator: bodies made once, their ids written anew before each is sent, so that it costs the
//! two cores that it shares with the program as little as can be.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

use super::Outcome;
use super::shop::Shop;
use super::stream::{Stream, find};

/// Events of a batch.
const BATCH: u64 = 1_000;
/// Different batches: with them every licence is used.
const BODIES: u64 = 64;

pub(crate) struct Load {
    address: String,
    key: String,
    payee: String,
    bodies: Vec<Rc<Body>>,
    /// The last number that was given to an event.
    next: Cell<u64>,
}

/// A request's body and where in it the ids are.
#[derive(Clone)]
struct Body {
    text: Vec<u8>,
    ids: Vec<usize>,
}

pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or_default()
}

impl Load {
    pub(crate) fn new(address: &str, key: &str, shop: &Shop) -> Self {
        let bodies = (0..BODIES).map(|body| Rc::new(Body::new(body, shop)));
        Self {
            address: address.to_owned(),
            key: key.to_owned(),
            payee: shop.payee.clone(),
            bodies: bodies.collect(),
            next: Cell::new(0),
        }
    }

    /// The texts of so many batches, for whoever counts them otherwise.
    pub(crate) fn texts(&self, batches: u64) -> impl Iterator<Item = String> + '_ {
        (0..batches).map(|_| {
            let mut body = self.body();
            body.number(&self.next);
            String::from_utf8(body.text).unwrap_or_default()
        })
    }

    fn body(&self) -> Body {
        let nth = (self.next.get() / BATCH) % BODIES;
        let nth = usize::try_from(nth).unwrap_or_default();
        Body::clone(&self.bodies[nth])
    }

    /// Sends so many batches over so many connections; every event must count.
    pub(crate) async fn batches(&self, count: u64, connections: u64) -> Outcome<()> {
        let left = Cell::new(count);
        let one = || async {
            let mut stream = Stream::open(&self.address).await?;
            let mut request = Vec::new();
            while left.get() > 0 {
                left.set(left.get() - 1);
                let nth = usize::try_from((self.next.get() / BATCH) % BODIES)?;
                self.bodies[nth].write(&mut request, self, usize::MAX);
                let answer = stream.ask(&request).await?;
                if find(
                    &answer[answer.len().saturating_sub(100)..],
                    b"\"accepted\":1000,",
                )
                .is_none()
                {
                    return Err(format!("not all counted: {}", excerpt(answer)).into());
                }
            }
            Outcome::Ok(())
        };
        together(connections, one).await.map(|_| ())
    }

    /// Sends so many requests with one event each; how long each took.
    pub(crate) async fn singles(&self, count: u64, connections: u64) -> Outcome<Vec<Duration>> {
        let left = Cell::new(count);
        let one = || async {
            let mut stream = Stream::open(&self.address).await?;
            let (mut request, mut times) = (Vec::new(), Vec::new());
            while left.get() > 0 {
                left.set(left.get() - 1);
                let nth = usize::try_from(left.get() % BODIES)?;
                self.bodies[nth].write(&mut request, self, 1);
                let began = Instant::now();
                let answer = stream.ask(&request).await?;
                times.push(began.elapsed());
                if find(answer, b"\"accepted\":1,").is_none() {
                    return Err(format!("it didn't count: {}", excerpt(answer)).into());
                }
            }
            Outcome::Ok(times)
        };
        Ok(together(connections, one).await?.concat())
    }

    /// Reports a use and reads its payee's report, again and again; how often the report missed a use
    /// that was acknowledged before it was asked for.
    pub(crate) async fn reads(&self, count: u64, connections: u64) -> Outcome<u64> {
        let (left, counted) = (Cell::new(count), Cell::new(self.uses().await?));
        let stale = Cell::new(0);
        let one = || async {
            let mut stream = Stream::open(&self.address).await?;
            let mut request = Vec::new();
            while left.get() > 0 {
                left.set(left.get() - 1);
                // The first event of the first body is of a track of the payee's.
                self.bodies[0].write(&mut request, self, 1);
                stream.ask(&request).await?;
                counted.set(counted.get() + 1);
                let least = counted.get();
                if uses_in(stream.ask(self.report().as_bytes()).await?)? < least {
                    stale.set(stale.get() + 1);
                }
            }
            Outcome::Ok(())
        };
        together(connections, one).await?;
        Ok(stale.get())
    }

    async fn uses(&self) -> Outcome<u64> {
        let mut stream = Stream::open(&self.address).await?;
        uses_in(stream.ask(self.report().as_bytes()).await?)
    }

    fn report(&self) -> String {
        format!(
            "GET /v1/reports/uses?payee={} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            self.payee, self.address, self.key
        )
    }
}

async fn together<T, F: Future<Output = Outcome<T>>>(
    connections: u64,
    one: impl Fn() -> F,
) -> Outcome<Vec<T>> {
    let mut all = Vec::new();
    let mut running: Vec<_> = (0..connections).map(|_| Box::pin(one())).collect();
    // All of them on this one thread: each is asked whenever the sockets have news.
    std::future::poll_fn(|context| {
        let mut at = 0;
        while let Some(future) = running.get_mut(at) {
            match future.as_mut().poll(context) {
                std::task::Poll::Ready(done) => {
                    all.push(done);
                    drop(running.swap_remove(at));
                }
                std::task::Poll::Pending => at += 1,
            }
        }
        if running.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    all.into_iter().collect()
}

fn uses_in(report: &[u8]) -> Outcome<u64> {
    let report: serde_json::Value = serde_json::from_slice(report)?;
    Ok(report["uses_total"].as_u64().ok_or("no figure")?)
}

fn excerpt(answer: &[u8]) -> String {
    String::from_utf8_lossy(answer).chars().take(600).collect()
}

impl Body {
    fn new(body: u64, shop: &Shop) -> Self {
        let day = Timestamps::day();
        let (mut text, mut ids) = (Vec::from(*b"["), Vec::new());
        let (codes, tracks) = (shop.codes.len() as u64, shop.tracks.len() as u64);
        for n in 0..BATCH {
            if n > 0 {
                text.push(b',');
            }
            // Strides that reach every licence, and mix tracks and licences.
            let licence = (body * BATCH + n) * 7_919 % codes;
            let track = match licence % 10 {
                8 | 9 => licence % tracks,
                _ => tracks - 1 - (n + body) % tracks,
            };
            text.extend_from_slice(br#"{"id":""#);
            ids.push(text.len());
            let code = &shop.codes[usize::try_from(licence).unwrap_or_default()];
            let track = &shop.tracks[usize::try_from(track).unwrap_or_default()];
            let placement = ["tiktok", "youtube_shorts", "instagram"]
                [usize::try_from(n % 3).unwrap_or_default()];
            let territory = ["DE", "FR", "US", "JP"][usize::try_from(n % 4).unwrap_or_default()];
            let clip = 900 + n * 13;
            text.extend_from_slice(
                format!(
                    r#"01900000-0000-7000-8000-000000000000","licence_code":"{code}","track":"{track}","placement":"{placement}","purpose":"monetised_creator","clip_ms":{clip},"published_at":"{day}T00:00:00Z","territory":"{territory}","source":"editor"}}"#
                )
                .as_bytes(),
            );
        }
        text.push(b']');
        Self { text, ids }
    }

    /// Writes the request of its first events, with ids of their own.
    fn write(&self, request: &mut Vec<u8>, load: &Load, events: usize) {
        let count = events.min(self.ids.len());
        let end = self
            .ids
            .get(count)
            .map_or(self.text.len(), |next| next - r#",{"id":""#.len());
        let body = &self.text[..end];
        let close: &[u8] = if count < self.ids.len() { b"]" } else { b"" };
        request.clear();
        request.extend_from_slice(
            format!(
                "POST /v1/uses HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                load.address,
                load.key,
                body.len() + close.len()
            )
            .as_bytes(),
        );
        let from = request.len();
        request.extend_from_slice(body);
        request.extend_from_slice(close);
        number(&mut request[from..], &self.ids[..count], &load.next);
    }

    fn number(&mut self, next: &Cell<u64>) {
        number(&mut self.text, &self.ids, next);
    }
}

/// Writes ids of version 7 of now, each with the next number.
fn number(text: &mut [u8], ids: &[usize], next: &Cell<u64>) {
    let now = format!("{:012x}", now_ms());
    for at in ids {
        let n = next.get();
        next.set(n + 1);
        let id = &mut text[*at..*at + 36];
        id[..8].copy_from_slice(&now.as_bytes()[..8]);
        id[9..13].copy_from_slice(&now.as_bytes()[8..]);
        for digit in 0..12 {
            let nibble = (n >> (4 * digit)) & 15;
            id[35 - digit] = b"0123456789abcdef"[usize::try_from(nibble).unwrap_or_default()];
        }
    }
}

struct Timestamps;

impl Timestamps {
    /// Today, as a report says it.
    fn day() -> String {
        domain::Timestamp(now_ms()).day().to_string()
    }
}
