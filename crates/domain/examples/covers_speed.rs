//! How long `covers` and copying an envelope take, in nanoseconds each, best of nine rounds:
//! `cargo run -p domain --release --example covers_speed`.

use std::hint::black_box;
use std::time::Instant;

use domain::envelope::{Credit, Placement, Purpose, Videos};
use domain::template::shipped;
use domain::{AssetKind, Envelope, IntendedUse, Line, Timestamp, covers};
use ledger::Currency;

const OFFERS: usize = 10_000;
const ROUNDS: usize = 9;

fn main() {
    let credit =
        Line::cleaned("Music: Ada – Night Market").map_or(Credit::NotRequired, Credit::Required);
    let has = AssetKind::ALL.into();
    let drafts = shipped()
        .into_iter()
        .filter_map(|one| one.drafts(&has, &credit, Currency::USD).ok());
    let shipped: Vec<Envelope> = drafts.flatten().map(|draft| draft.envelope).collect();
    let offers: Vec<Envelope> = (0..OFFERS)
        .map(|n| shipped[n % shipped.len()].clone())
        .collect();
    let usual = IntendedUse {
        published_at: Some(Timestamp(1_700_000_000_000)),
        ..IntendedUse::default()
    };
    let advertisement = IntendedUse {
        placements: [Placement::Broadcast, Placement::OnlineAds].into(),
        purpose: Purpose::PaidAd,
        videos: Videos::Count(20),
        clip_ms: 90_000,
        credits: false,
        ..usual.clone()
    };
    for (name, wanted) in [("covered", &usual), ("not covered", &advertisement)] {
        let reasons = offers.iter().filter_map(|one| covers(one, wanted).err());
        let reasons: usize = reasons.map(|list| list.len()).sum();
        let ns = best(|| {
            offers
                .iter()
                .map(|one| usize::from(covers(one, black_box(wanted)).is_ok()))
                .sum()
        });
        println!("covers, {name}: {ns} ns an offer ({reasons} reasons in {OFFERS} offers)");
    }
    let ns = best(|| {
        offers
            .iter()
            .map(|one| black_box(one.clone()).placements.len() as usize)
            .sum()
    });
    println!("clone: {ns} ns an envelope");
    println!("an envelope takes {} bytes", size_of::<Envelope>());
}

/// Nanoseconds for one of [`OFFERS`] pieces of work, in the best round.
fn best(mut work: impl FnMut() -> usize) -> u128 {
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_nanos() / OFFERS as u128
    });
    rounds.min().unwrap_or_default()
}
