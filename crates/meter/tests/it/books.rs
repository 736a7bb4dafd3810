//! The book decides as the domain does, however its uses are cut into commits.

use domain::{Bundle, LicenceId, Timestamp, TrackId};
use meter::book::{Book, LICENSEES_MAX, Line, Settlement, Source, Verdict};
use meter::event::Event;
use meter::pack::Packer;
use proptest::prelude::*;

use crate::common::{NOW, config, events, licence, open};
use crate::model::{Model, said};
use crate::world::{LICENCES, book};

/// Counts events in commits that end after each of `sizes` events.
pub(crate) fn run(events: &[Event<'_>], sizes: &[usize]) -> (Book, Vec<Vec<u8>>) {
    let (mut book, mut packer, mut blobs) = (book(), Packer::new(), Vec::new());
    let (mut rest, mut commit, mut sizes) = (events, 0, sizes.iter().cycle());
    while !rest.is_empty() {
        let (now, later) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
        rest = later;
        for event in now {
            if let Verdict::Accept(accepted) = book.judge(event, NOW) {
                book.apply(&accepted);
                packer
                    .add_under("camera", event, accepted.under(), accepted.outcome())
                    .unwrap();
            }
        }
        commit += 1;
        book.reached(commit);
        blobs.push(packer.seal(commit, NOW));
    }
    (book, blobs)
}

/// Everything but the number of the last commit, which depends on how it was cut.
pub(crate) fn balances(book: &Book) -> (Settlement, Vec<Vec<Bundle>>) {
    let settlement = Settlement {
        through: 0,
        ..book.settlement()
    };
    (
        settlement,
        LICENCES.map(|n| book.bundles(licence(n))).collect(),
    )
}

fn key(line: &Line) -> (LicenceId, Source, TrackId, Timestamp, Option<Timestamp>) {
    (line.licence, line.source, line.track, line.day, line.origin)
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn it_judges_as_the_domain_does(events in prop::collection::vec(events(), 1..120)) {
        let (mut book, mut model) = (book(), Model::new());
        for event in &events {
            let verdict = book.judge(event, NOW);
            if let Verdict::Accept(accepted) = &verdict {
                book.apply(accepted);
            }
            prop_assert_eq!(said(verdict), model.judge(event, NOW), "{:?}", event);
        }
        for (owner, _, held) in model.bundles {
            prop_assert!(book.bundles(licence(owner)).contains(&held));
        }
    }

    #[test]
    fn any_batching_gives_the_same_balances_and_the_blobs_the_same_book(
        events in prop::collection::vec(events(), 1..150),
        sizes in prop::collection::vec(1..40_usize, 1..6),
    ) {
        let (one, _) = run(&events, &[events.len()]);
        let (cut, blobs) = run(&events, &sizes);
        prop_assert_eq!(balances(&one), balances(&cut));
        let mut again = book();
        for bytes in &blobs {
            let blob = open(bytes).unwrap();
            prop_assert_eq!(again.replay(&blob), Ok(blob.count()));
            prop_assert_eq!(again.replay(&blob), Ok(0), "a second time it is passed over");
        }
        prop_assert!(again == cut);
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace(
        before in prop::collection::vec(events(), 1..60),
        failed in prop::collection::vec(events(), 1..60),
    ) {
        let (mut book, _) = run(&before, &[10]);
        let kept = book.clone();
        let mut taken = Vec::new();
        for event in &failed {
            if let Verdict::Accept(accepted) = book.judge(event, NOW) {
                book.apply(&accepted);
                taken.push(accepted);
            }
        }
        taken.iter().rev().for_each(|accepted| book.undo(accepted));
        prop_assert!(book == kept);
    }

    /// Nothing is earned that isn't taken from somewhere, and every use stands in the reports.
    #[test]
    fn a_settlement_balances(events in prop::collection::vec(events(), 1..150)) {
        let (mut book, blobs) = run(&events, &[50]);
        let settled = book.settlement();
        let earned: i64 = settled.earned.iter().map(|one| one.micros).sum();
        let taken: i64 = settled.taken.iter().map(|one| one.micros).sum();
        let pools: i64 = settled.pools.iter().map(|one| one.micros).sum();
        let rolls: i64 = settled.rolls.iter().map(|one| one.micros).sum();
        prop_assert_eq!((earned, rolls), (taken + pools, earned));
        let lines: i64 = settled.lines.iter().map(|one| one.micros).sum();
        prop_assert_eq!(lines, earned);
        prop_assert!(settled.lines.is_sorted_by(|one, next| key(one) < key(next)));
        let free = settled.lines.iter().filter(|one| one.source == Source::Sale);
        prop_assert!(free.into_iter().all(|one| (one.billed_ms, one.micros) == (0, 0)));
        let uses: u64 = settled.rolls.iter().map(|one| one.uses).sum();
        let kept: u32 = blobs.iter().map(|bytes| open(bytes).unwrap().count()).sum();
        prop_assert_eq!(uses, u64::from(kept));
        let lines = settled.lines.iter();
        let sums = lines.fold((0, 0, 0), |sum, one| {
            (sum.0 + one.uses, sum.1 + one.clip_ms, sum.2 + one.billed_ms)
        });
        let rolls = settled.rolls.iter();
        let rolled = rolls.fold((0, 0, 0), |sum, one| {
            (sum.0 + one.uses, sum.1 + one.clip_ms, sum.2 + one.billed_ms)
        });
        prop_assert_eq!(sums, rolled);
        for roll in &settled.rolls {
            let named = u64::try_from(roll.licensees.len()).unwrap();
            prop_assert!(roll.licensees.is_sorted_by(|one, next| one < next));
            prop_assert!(named >= 1 && named <= roll.uses && roll.licensees.len() <= LICENSEES_MAX);
        }
        book.settled();
        let nothing = Settlement { through: settled.through, ..Settlement::default() };
        prop_assert_eq!(book.settlement(), nothing);
    }
}
