//! Licences as a store has them, and reports of their uses.

use std::sync::Arc;

use domain::cycle::Cycle;
use domain::envelope::{Credit, Placement};
use domain::offer::BUNDLE_PLANS;
use domain::subscription::Run;
use domain::template::shipped;
use domain::usage::LicenceState;
use domain::{AssetKind, Bundle, BundleId, Envelope, LicenceId, Timestamp, TrackId, uuid7};
use ledger::Currency;
use licence_key::Code;
use meter::book::{Book, CycleTerms, Holder, LicenceTerms, Paid, PurseId, Span, TrackTerms};

use crate::{BATCH, NOW};

const TRACKS: usize = 2_000;

pub(crate) struct World {
    pub(crate) book: Book,
    codes: Vec<Code>,
    random: std::cell::Cell<u64>,
}

impl World {
    /// So many licences, of 2,000 tracks.
    pub(crate) fn new(licences: usize) -> World {
        let mut world = World {
            book: Book::new(),
            codes: Vec::new(),
            random: std::cell::Cell::new(0x9e37_79b9_7f4a_7c15),
        };
        for n in 0..TRACKS {
            let always = Span {
                from: Timestamp(0),
                until: Timestamp(i64::MAX),
            };
            let terms = TrackTerms {
                attested: true,
                exclusive: Vec::new(),
                rotation: vec![always],
            };
            world.book.put_track(track(n), terms);
        }
        let clip_time =
            Arc::new(BUNDLE_PLANS[2].envelope(Credit::NotRequired, NOW.plus_ms(-86_400_000)));
        let tier = Arc::new(tier());
        for n in 0..licences {
            world.licence(n, &clip_time, &tier);
        }
        world
    }

    /// Of ten licences six are paid by clip time, two by a subscription, two at the sale.
    fn licence(&mut self, n: usize, clip_time: &Arc<Envelope>, tier: &Arc<Envelope>) {
        let code = Code::from_random(|| {
            let mut bytes = [0; 9];
            bytes[..8].copy_from_slice(&self.draw().to_le_bytes());
            bytes
        });
        self.codes.push(code);
        let id = LicenceId::from_bytes(bytes(n));
        let (paid_by, envelope) = match n % 10 {
            0..6 => (Paid::Bundle, clip_time),
            6 | 7 => (Paid::Pool, clip_time),
            _ => (Paid::Tier(track(n % TRACKS)), tier),
        };
        let terms = LicenceTerms {
            id,
            code,
            number: u32::try_from(n).ok(),
            state: LicenceState::Active,
            envelope: Arc::clone(envelope),
            currency: Currency::USD,
            paid_by,
            holder: Holder(*id.bytes()),
            purse: PurseId(*id.bytes()),
        };
        self.book.put_licence(terms).expect("a new code");
        if paid_by == Paid::Bundle {
            let bundle = Bundle {
                id: BundleId::from_bytes(bytes(n)),
                total_ms: 70_000_000,
                consumed_ms: 0,
                unearned_micros: 768_500_000,
                expires_at: NOW.plus_months(12),
            };
            self.book
                .put_bundle(id, 0, bundle)
                .expect("a known licence");
        } else if paid_by == Paid::Pool {
            let anchor = NOW.plus_ms(-86_400_000);
            let run = Run {
                anchor,
                until: None,
            };
            let cycle = Cycle::nth(anchor, 0);
            let cycle = CycleTerms {
                nth: 0,
                cycle,
                contribution: 3_025_750_000,
                guarantee: 50_000,
                per_track_cap: None,
                closed: false,
                uses: Vec::new(),
            };
            self.book.put_runs(id, vec![run]).expect("a known licence");
            self.book.put_cycle(id, &cycle).expect("a known licence");
        }
    }

    pub(crate) fn body(&self, batch: usize) -> String {
        let events: Vec<String> = (0..BATCH).map(|n| self.event(batch * BATCH + n)).collect();
        format!("[{}]", events.join(","))
    }

    fn event(&self, n: usize) -> String {
        let licence = usize::try_from(self.draw() % 10_000).unwrap_or(0);
        let at = NOW.plus_ms(-i64::try_from(self.draw() % 7_200_000).unwrap_or(0));
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.draw().to_le_bytes());
        let id = uuid7(NOW.plus_ms(i64::try_from(n / 100).unwrap_or(0)), random);
        let id = meter::id::EventId::Uuid7(id).write();
        let used = match licence % 10 {
            8 | 9 => track(licence % TRACKS),
            // Some tracks are used much more than others.
            _ => {
                let (a, b) = (self.draw() % 2_000, self.draw() % 2_000);
                track(usize::try_from(a * b / 2_000).unwrap_or(0))
            }
        };
        let placement = [
            Placement::Tiktok,
            Placement::YoutubeShorts,
            Placement::Instagram,
        ];
        let placement = placement[n % 3].code();
        let territory = ["DE", "US", "FR", "BR"][n % 4];
        let clip = 3_000 + self.draw() % 12_000;
        format!(
            "{{\"id\":\"{id}\",\"licence_code\":\"{}\",\"track\":\"{used}\",\
             \"placement\":\"{placement}\",\"purpose\":\"monetised_creator\",\"clip_ms\":{clip},\
             \"published_at\":\"{at}\",\"territory\":\"{territory}\",\"source\":\"editor\"}}",
            self.codes[licence],
        )
    }

    /// A xorshift: the same world each time.
    fn draw(&self) -> u64 {
        let mut x = self.random.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.random.set(x);
        x
    }
}

fn tier() -> Envelope {
    let has = AssetKind::ALL.into();
    let drafts = shipped()
        .into_iter()
        .filter_map(|one| one.drafts(&has, &Credit::NotRequired, Currency::USD).ok());
    let mut envelopes = drafts.flatten().map(|draft| draft.envelope);
    let mut widest = envelopes
        .find(|one| one.clip_ms.is_none_or(|most| most >= 15_000))
        .expect("a shipped template");
    widest.videos = domain::envelope::Videos::Unlimited;
    widest.placements = domain::Set::all();
    widest.purposes = domain::Set::all();
    widest.publish_window = domain::envelope::PublishWindow::default();
    widest
}

fn track(n: usize) -> TrackId {
    TrackId::from_bytes(bytes(n))
}

fn bytes(n: usize) -> [u8; 16] {
    (0x0190_0000_0000_7000_8000_0000_0000_0000_u128 + u128::try_from(n).unwrap_or(0)).to_be_bytes()
}
