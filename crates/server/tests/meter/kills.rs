//! The program is killed at random moments under load, and whoever reports sends again whatever
//! wasn't answered, with a tenth of what was: each acknowledged event counts exactly once, to the
//! micro-unit.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::program::{Program, post};
use crate::shop::{Shop, billed_ms};

/// How often the program is killed, unless `CLEARCUE_KILLS` says otherwise.
const KILLS: u64 = 100;
/// Who reports at the same time.
const SENDERS: usize = 3;
/// New events of a request.
const BATCH: u64 = 5;
/// The most requests of a sender in one life; clip time is bought for all of them.
const REQUESTS_MAX: u64 = 60;
/// How many lives the clip time of one licence is enough for.
const LIVES_A_LICENCE: u64 = 4;
/// How many kills are between two audits.
const AUDIT_EVERY: u64 = 20;
/// When it is killed, in ms after reporting began.
const KILL_FROM_MS: u64 = 3;
const KILL_TO_MS: u64 = 250;

#[test]
fn what_was_acknowledged_counts_once_however_often_the_program_is_killed() {
    let kills = setting("CLEARCUE_KILLS").map_or(KILLS, |said| said.parse().unwrap());
    let seed = setting("CLEARCUE_SEED").map_or_else(chosen, |said| said.parse().unwrap());
    println!("CLEARCUE_SEED={seed} CLEARCUE_KILLS={kills}");
    let licences = usize::try_from(4 + kills / LIVES_A_LICENCE).unwrap();
    let database = setting("CLEARCUE_KILLS_DATABASE");
    let shop = Shop::with(licences, database.as_deref());
    let mut chance = Chance(seed);
    let reports = Reports::default();
    for life in 1..=kills {
        let mut program = Program::start(&shop.place);
        let address = program.address.clone();
        let again = std::mem::take(&mut *reports.again.lock().unwrap());
        let seeds = [(); SENDERS].map(|()| chance.next());
        std::thread::scope(|scope| {
            let mut shares = vec![Vec::new(); seeds.len()];
            for (nth, batch) in again.into_iter().enumerate() {
                shares[nth % seeds.len()].push(batch);
            }
            let (reports, shop, address) = (&reports, &shop, &address);
            let senders = seeds.into_iter().zip(shares);
            let senders: Vec<_> = senders
                .map(|(seed, again)| {
                    scope.spawn(move || reports.send(shop, address, again, Chance(seed), life))
                })
                .collect();
            let wait = KILL_FROM_MS + chance.below(KILL_TO_MS - KILL_FROM_MS);
            std::thread::sleep(Duration::from_millis(wait));
            program.kill();
            for sender in senders {
                sender
                    .join()
                    .unwrap_or_else(|_| panic!("found at kill {life}"));
            }
        });
        if life % AUDIT_EVERY == 0 {
            let audited = shop.place.run(&["audit", "--store", "store"]);
            assert_eq!(
                audited.code, 0,
                "kill {life}: {}{}",
                audited.out, audited.err
            );
        }
    }
    reports.finish(&shop);
    let answers = reports.answers.into_inner().unwrap();
    println!("{} uses over {kills} kills", answers.len());
    assert!(answers.len() as u64 > kills, "it never came to count much");
    let earned = answers.values().map(|(_, earned)| earned).sum();
    let billed = answers.values().map(|(billed, _)| billed).sum();
    shop.holds(i64::try_from(answers.len()).unwrap(), billed, earned);
}

/// What was reported, and what was answered.
#[derive(Default)]
struct Reports {
    /// The next new event's number.
    next: AtomicU64,
    /// Batches that the next life begins with: those that got no answer, whose events may count or
    /// not, and each sender's last that did, which was hardly on the disk when the program died.
    again: Mutex<Vec<Batch>>,
    /// By acknowledged event, what it was billed (in ms) and earned (in micro-units).
    answers: Mutex<BTreeMap<u64, (i64, i64)>>,
}

/// Events of a request.
type Batch = Vec<(u64, Sent)>;

/// Whether an event was sent before this request, and what it was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Never,
    Unanswered,
    Answered(i64, i64),
}

impl Reports {
    /// Sends what is to be sent again, then new batches, each with some that were answered before,
    /// until nothing answers.
    fn send(&self, shop: &Shop, address: &str, again: Vec<Batch>, mut chance: Chance, life: u64) {
        let mut again = again.into_iter();
        let mut last = None;
        for _ in 0..REQUESTS_MAX {
            let batch = again.next().unwrap_or_else(|| self.batch(&mut chance));
            match self.request(shop, address, &batch, life) {
                Some(answered) => last = Some(answered),
                None => break,
            }
        }
        self.again.lock().unwrap().extend(again.chain(last));
    }

    fn batch(&self, chance: &mut Chance) -> Batch {
        let from = self.next.fetch_add(BATCH, Ordering::SeqCst);
        let new = (from..from + BATCH).map(|n| (n, Sent::Never));
        new.chain(self.old(chance)).collect()
    }

    /// One acknowledged event in half of the cases: a tenth of all that are sent.
    fn old(&self, chance: &mut Chance) -> Option<(u64, Sent)> {
        let answers = self.answers.lock().unwrap();
        let last = *answers.last_key_value()?.0;
        if chance.below(2) == 0 {
            return None;
        }
        let (n, (billed, earned)) = answers.range(chance.below(last + 1)..).next()?;
        Some((*n, Sent::Answered(*billed, *earned)))
    }

    /// The batch with its answers, or nothing where none came. What was answered before gets the
    /// same answer as a duplicate.
    fn request(&self, shop: &Shop, address: &str, batch: &Batch, life: u64) -> Option<Batch> {
        let lines: Vec<_> = batch.iter().map(|(n, _)| shop.event(*n)).collect();
        let body = lines.join("\n");
        let media = "application/x-ndjson";
        let Some(answer) = post(address, &shop.key, media, body.as_bytes()) else {
            let open = |(n, sent): &(u64, Sent)| match sent {
                Sent::Answered(..) => (*n, *sent),
                Sent::Never | Sent::Unanswered => (*n, Sent::Unanswered),
            };
            let open = batch.iter().map(open).collect();
            self.again.lock().unwrap().push(open);
            return None;
        };
        assert_eq!(answer.status, 200, "life {life}: {}", answer.body);
        let receipts = answer.body["receipts"].as_array().unwrap();
        assert_eq!(receipts.len(), batch.len(), "a receipt for each");
        let mut answered = Batch::new();
        for ((n, sent), receipt) in batch.iter().zip(receipts) {
            let got = judged(*n, *sent, receipt, life);
            self.answers.lock().unwrap().insert(*n, got);
            answered.push((*n, Sent::Answered(got.0, got.1)));
        }
        Some(answered)
    }

    /// What is left to be sent again is, and answered.
    fn finish(&self, shop: &Shop) {
        let program = Program::start(&shop.place);
        let again = std::mem::take(&mut *self.again.lock().unwrap());
        for batch in again {
            assert!(self.request(shop, &program.address, &batch, 0).is_some());
        }
    }
}

/// What an event was billed and earned, if it got the answer it must.
fn judged(n: u64, sent: Sent, receipt: &Value, life: u64) -> (i64, i64) {
    let said = |what: &str| format!("event {n} {what} in life {life}: {sent:?}, {receipt}");
    assert_eq!(receipt["id"], format!("cam:{n}"), "{}", said("mixed up"));
    let status = receipt["status"].as_str().unwrap();
    let right = match sent {
        Sent::Never => status == "accepted",
        Sent::Unanswered => matches!(status, "accepted" | "duplicate"),
        Sent::Answered(..) => status == "duplicate",
    };
    assert!(right, "{}", said("lost or counted twice"));
    let billed = receipt["billed_ms"].as_i64().unwrap();
    let earned = receipt["earned"]["micros"].as_i64().unwrap();
    assert_eq!(billed, billed_ms(n), "{}", said("billed"));
    if let Sent::Answered(..) = sent {
        assert_eq!(sent, Sent::Answered(billed, earned), "{}", said("changed"));
    }
    (billed, earned)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test run's own settings; the store reads none"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn chosen() -> u64 {
    u64::try_from(crate::shop::now().0).unwrap()
}

/// SplitMix64: the same numbers for the same seed.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }
}
