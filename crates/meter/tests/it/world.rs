//! A world of licences to report uses under, as a store would tell the book of it.

use std::sync::Arc;

use domain::cycle::Cycle;
use domain::envelope::{Audience, Credit, Placement, PublishWindow, Territory, Videos};
use domain::offer::BUNDLE_PLANS;
use domain::subscription::Run;
use domain::usage::LicenceState;
use domain::{Bundle, BundleId, Envelope, Timestamp};
use ledger::Currency;
use meter::book::{Book, CycleTerms, Holder, LicenceTerms, Paid, PurseId, Span, TrackTerms};

use crate::common::{HOUR, NOW, code, licence, number, track};

/// The licences' numbers.
pub(crate) const LICENCES: std::ops::RangeInclusive<u8> = 1..=12;

/// A bundle, the licence it was bought under and its place in that one's purse.
pub(crate) type Owned = (u8, u32, Bundle);

fn is_pool(n: u8) -> bool {
    [6, 7, 11, 12].contains(&n)
}

fn envelope(n: u8) -> Envelope {
    let hours = if is_pool(n) { 2_000 } else { 20 };
    let sold_at = NOW.plus_ms(-hours * HOUR);
    let mut envelope = BUNDLE_PLANS[0].envelope(Credit::NotRequired, sold_at);
    match n {
        1 => envelope.videos = Videos::Count(2),
        2 => {
            envelope.placements = [Placement::Tiktok, Placement::Youtube].into();
            envelope.clip_ms = Some(10_000);
        }
        3 => {
            envelope.territory = Territory::Only(["DE".parse().unwrap()].into_iter().collect());
            envelope.channels.audience = Audience::UpTo100k;
        }
        4 => {
            envelope.territory = Territory::Except(["US".parse().unwrap()].into_iter().collect());
            envelope.publish_window = PublishWindow {
                from: Some(NOW.plus_ms(-3 * HOUR)),
                until: Some(NOW),
            };
        }
        _ => {}
    }
    envelope
}

/// Licences 1, 2: tiers of tracks 1 and 2. 3, 4, 5, 8, 9, 10: clip time, little of it; 4 and 8
/// share a purse, and so do 5 and 9; 8 is suspended. 6, 7, 11, 12: pools; 7 has the clip time of
/// 10 too. Tracks 3: exclusive for a while, 4: not attested, 5: out of rotation.
pub(crate) fn book() -> Book {
    let mut book = Book::new();
    for n in 1..=5 {
        book.put_track(track(n), track_terms(n));
    }
    for n in LICENCES {
        book.put_licence(terms(n)).unwrap();
    }
    for (n, nth, bundle) in bundles() {
        book.put_bundle(licence(n), nth, bundle).unwrap();
    }
    for n in [6, 7, 11, 12] {
        book.put_runs(licence(n), runs(n)).unwrap();
    }
    for (n, cycle) in cycles() {
        book.put_cycle(licence(n), &cycle).unwrap();
    }
    book
}

pub(crate) fn track_terms(n: u8) -> TrackTerms {
    let always = Span {
        from: Timestamp(0),
        until: Timestamp(i64::MAX),
    };
    let mut terms = TrackTerms {
        attested: n != 4,
        exclusive: Vec::new(),
        rotation: vec![always],
    };
    if n == 3 {
        let until = |hours: i64| Span {
            from: NOW.plus_ms(-hours * HOUR),
            until: NOW.plus_ms(-HOUR),
        };
        terms.exclusive = vec![until(2), until(3)];
    }
    if n == 5 {
        terms.rotation.clear();
    }
    terms
}

pub(crate) fn terms(n: u8) -> LicenceTerms {
    let paid_by = match n {
        1 | 2 => Paid::Tier(track(n)),
        _ if is_pool(n) => Paid::Pool,
        _ => Paid::Bundle,
    };
    LicenceTerms {
        id: licence(n),
        code: code(n),
        number: number(n),
        state: if n == 8 {
            LicenceState::Suspended
        } else {
            LicenceState::Active
        },
        envelope: Arc::new(envelope(n)),
        currency: if n == 5 || n == 9 {
            Currency::from_code("EUR").unwrap()
        } else {
            Currency::USD
        },
        paid_by,
        holder: Holder([n % 5; 16]),
        purse: PurseId([purse(n); 16]),
    }
}

/// The purse of a licence. 3 and 5 name the same, in two currencies.
pub(crate) fn purse(n: u8) -> u8 {
    match n {
        3 | 9 => 5,
        8 => 4,
        10 => 7,
        other => other,
    }
}

pub(crate) fn bundles() -> Vec<Owned> {
    let bundle = |id: u8, total_ms: i64, consumed_ms: i64, hours: i64| Bundle {
        id: BundleId::from_bytes([id; 16]),
        total_ms,
        consumed_ms,
        unearned_micros: 6_587_001,
        expires_at: NOW.plus_ms(hours * HOUR),
    };
    vec![
        (3, 0, bundle(30, 60_000, 21_000, 900)),
        (3, 1, bundle(31, 30_999, 0, 2)),
        (3, 2, bundle(32, 45_000, 1_000, -2)),
        (3, 3, bundle(33, 0, 0, 1)),
        (4, 0, bundle(40, 90_999, 0, 5)),
        (8, 1, bundle(80, 50_000, 0, 4)),
        (5, 0, bundle(50, 600_000, 590_000, 50)),
        (5, 1, bundle(51, 40_000, 0, 50)),
        (9, 2, bundle(90, 50_000, 0, 49)),
        (10, 0, bundle(100, 50_000, 0, 50)),
    ]
}

/// The end of a cycle that takes late uses.
pub(crate) const EDGE: Timestamp = Timestamp(NOW.0 - 2 * HOUR);

/// Thirty days before `end`, which is a month in April.
fn month_before(end: Timestamp) -> Timestamp {
    end.plus_ms(-30 * 24 * HOUR)
}

/// All but 7 have run since a month before [`EDGE`]; 7 paused for ten hours.
pub(crate) fn runs(n: u8) -> Vec<Run> {
    if n == 7 {
        let (ended, resumed) = (NOW.plus_ms(-60 * HOUR), NOW.plus_ms(-50 * HOUR));
        return vec![
            Run {
                anchor: month_before(ended),
                until: Some(ended),
            },
            Run {
                anchor: resumed,
                until: None,
            },
        ];
    }
    vec![Run {
        anchor: month_before(EDGE),
        until: None,
    }]
}

/// 6 has one cycle that is over and takes late uses, and one that is open. The first of 7 is
/// closed, that of 11 was closed too soon, that of 12 was never paid.
pub(crate) fn cycles() -> Vec<(u8, CycleTerms)> {
    let cycle = |n: u8, nth, anchor| {
        let terms = CycleTerms {
            nth,
            cycle: Cycle::at(anchor, anchor).unwrap(),
            contribution: 425_000,
            guarantee: 50_000,
            per_track_cap: Some(5),
            closed: nth == 0 && n != 6,
            uses: vec![(track(1), nth)],
        };
        (n, terms)
    };
    let mut all = Vec::new();
    for n in [6, 7, 11, 12] {
        let runs = runs(n);
        let second = runs.get(1).map_or(EDGE, |run| run.anchor);
        all.extend((n != 12).then(|| cycle(n, 0, runs[0].anchor)));
        all.push(cycle(n, 1, second));
    }
    all
}
