//! Split sheets over time, escrow, advances.

use std::collections::BTreeSet;

use domain::advance::{Advance, NoAdvance, Recouped, earn_through};
use domain::agreement::{
    AcceptRefusal, NotLater, Proposal, Purse, TrackSplits, Versions, claim, retire, route,
};
use domain::{AssetKind, PayeeId, SplitSheet, SplitSheetId, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::payee;

fn sheet_id(n: u8) -> SplitSheetId {
    SplitSheetId::from_bytes([n; 16])
}

fn sheet(version: u32, shares: &[(u8, u32)], shared: i64) -> SplitSheet {
    let shares = shares.iter().map(|(n, ppm)| (payee(*n), *ppm)).collect();
    SplitSheet::new(sheet_id(1), version, shares, shared).unwrap()
}

fn people(numbers: &[u8]) -> BTreeSet<PayeeId> {
    numbers.iter().map(|n| payee(*n)).collect()
}

fn waiting(proposal: &Proposal) -> Vec<u8> {
    let ids = proposal.waiting_for();
    ids.iter().map(|id| id.bytes()[0]).collect()
}

#[test]
fn a_version_takes_effect_when_all_parties_have_accepted() {
    let new = sheet(1, &[(1, 600_000), (2, 400_000)], 0);
    let proposal = Proposal::new(new, None, &people(&[1, 2]));
    assert_eq!(waiting(&proposal), [1, 2]);
    let proposal = proposal.accept(payee(2)).unwrap();
    assert!(!proposal.is_agreed());
    let (proposal, why) = *proposal.accept(payee(2)).unwrap_err();
    assert_eq!(why, AcceptRefusal::Already(payee(2)));
    let (proposal, why) = *proposal.accept(payee(3)).unwrap_err();
    assert_eq!(why, AcceptRefusal::NotAParty(payee(3)));
    let proposal = proposal.accept(payee(1)).unwrap();
    assert!(proposal.is_agreed());
    assert_eq!(proposal.sheet().version(), 1);
}

#[test]
fn nobody_loses_their_part_without_accepting() {
    let present = sheet(1, &[(1, 500_000), (2, 300_000), (3, 200_000)], 0);
    let against = |shares: &[(u8, u32)], registered: &[u8]| {
        let new = sheet(2, shares, 0);
        waiting(&Proposal::new(new, Some(&present), &people(registered)))
    };
    assert_eq!(
        against(&[(1, 1_000_000)], &[1]),
        [1, 2, 3],
        "pushed out unasked"
    );
    let raised = [(1, 400_000), (2, 400_000), (3, 200_000)];
    assert_eq!(
        against(&raised, &[1]),
        [1],
        "others only gain, and aren't here yet"
    );
    assert_eq!(against(&raised, &[1, 2, 3]), [1, 2, 3]);
    let joined = [(1, 400_000), (2, 300_000), (3, 200_000), (4, 100_000)];
    assert_eq!(
        against(&joined, &[1]),
        [1],
        "an invited newcomer earns into escrow"
    );
    let lowered = [(1, 600_000), (2, 300_000), (3, 100_000)];
    assert_eq!(against(&lowered, &[1]), [1, 3]);
}

#[test]
fn an_unregistered_payee_may_accept_but_need_not() {
    let new = sheet(1, &[(1, 600_000), (2, 400_000)], 0);
    let proposal = Proposal::new(new, None, &people(&[1]));
    assert_eq!(waiting(&proposal), [1]);
    let proposal = proposal.accept(payee(2)).unwrap();
    assert!(!proposal.is_agreed(), "the registered one still must");
    assert!(proposal.accept(payee(1)).unwrap().is_agreed());
}

#[test]
fn a_new_version_counts_from_the_next_event_on() {
    let versions = Versions::default()
        .with(Timestamp(10), sheet_id(1))
        .unwrap()
        .with(Timestamp(20), sheet_id(2))
        .unwrap();
    let seen = [9, 10, 19, 20, 99].map(|at| versions.in_force(Timestamp(at)));
    let [one, two] = [1, 2].map(|n| Some(sheet_id(n)));
    assert_eq!(seen, [None, one, one, two, two]);
    assert_eq!(
        versions.with(Timestamp(19), sheet_id(3)),
        Err(NotLater(Timestamp(20)))
    );
}

#[test]
fn a_kind_of_asset_may_have_a_split_of_its_own() {
    let from = |at, n| {
        Versions::default()
            .with(Timestamp(at), sheet_id(n))
            .unwrap()
    };
    let splits = TrackSplits {
        track: from(0, 1),
        kinds: [(AssetKind::Stem, from(50, 2))].into(),
    };
    let seen = |kind, at| splits.in_force(kind, Timestamp(at));
    assert_eq!(seen(Some(AssetKind::Stem), 49), Some(sheet_id(1)));
    assert_eq!(seen(Some(AssetKind::Stem), 50), Some(sheet_id(2)));
    assert_eq!(seen(Some(AssetKind::FullMix), 50), Some(sheet_id(1)));
    assert_eq!(seen(None, 50), Some(sheet_id(1)));
    assert_eq!(seen(None, -1), None);
}

#[test]
fn retiring_a_version_settles_its_carry() {
    let old = sheet(1, &[(1, 333_333), (2, 333_333), (3, 333_334)], 2);
    assert_eq!(old.carry(), Ok(2));
    let settled = retire(&old).unwrap();
    assert_eq!(settled.carry, -2);
    let parts: Vec<i64> = settled.parts.iter().map(|(_, part)| *part).collect();
    assert_eq!(parts, [1, 0, 1]);
}

#[test]
fn a_payee_who_is_not_registered_earns_into_escrow_and_claims_it_once() {
    let sheet = sheet(1, &[(1, 600_000), (2, 400_000)], 0);
    let routed = route(&sheet.share(1_000).unwrap(), &people(&[1]));
    assert_eq!(
        routed,
        [
            (Purse::Payee(payee(1)), 600),
            (Purse::Escrow(payee(2)), 400)
        ]
    );
    let claimed = claim(payee(2), 400);
    assert_eq!(
        claimed,
        [
            (Purse::Escrow(payee(2)), -400),
            (Purse::Payee(payee(2)), 400)
        ]
    );
    assert_eq!(claim(payee(2), 0), []);
    let owing = claim(payee(2), -5);
    assert_eq!(
        owing,
        [(Purse::Escrow(payee(2)), 5), (Purse::Payee(payee(2)), -5)]
    );
}

#[test]
fn earnings_pay_back_an_advance_first() {
    let advance = Advance::grant(100).unwrap();
    let table = [
        (60, (60, 0), 40),
        (70, (40, 30), 0),
        (50, (0, 50), 0),
        (-100, (-20, -80), 20),
        (-200, (-80, -120), 100),
        (300, (100, 200), 0),
    ];
    let mut advance = advance;
    for (earned, (to_advance, to_payee), outstanding) in table {
        let (after, recouped) = advance.earn(earned).unwrap();
        let expected = Recouped {
            to_advance,
            to_payee,
        };
        assert_eq!(recouped, expected, "{earned}");
        assert_eq!(after.outstanding(), outstanding, "{earned}");
        advance = after;
    }
    assert_eq!(Advance::grant(0), Err(NoAdvance));
    assert!(advance.earn(i64::MAX).is_err());
}

#[test]
fn the_earliest_advance_is_paid_back_first() {
    let advances = [100, 50].map(|micros| Advance::grant(micros).unwrap());
    let (after, left) = earn_through(&advances, 120).unwrap();
    let seen: Vec<(i64, i64)> = after
        .iter()
        .map(|(a, part)| (a.outstanding(), *part))
        .collect();
    assert_eq!((seen, left), (vec![(0, 100), (30, 20)], 0));
}

proptest! {
    #[test]
    fn an_advance_depends_on_the_sum_of_earnings_alone(
        granted in 1..1_000_000_i64,
        earnings in vec(-200_000..300_000_i64, 0..30),
    ) {
        let run = |earnings: &[i64]| {
            let (mut advance, mut paid) = (Advance::grant(granted).unwrap(), 0);
            for earned in earnings {
                let (after, recouped) = advance.earn(*earned).unwrap();
                assert_eq!(recouped.to_advance + recouped.to_payee, *earned);
                paid += recouped.to_payee;
                advance = after;
            }
            (advance, paid)
        };
        let (advance, paid) = run(&earnings);
        prop_assert!((0..=granted).contains(&advance.recouped()));
        let reversed: Vec<i64> = earnings.iter().rev().copied().collect();
        prop_assert_eq!(run(&reversed), (advance, paid));
        prop_assert_eq!(run(&[earnings.iter().sum()]), (advance, paid));
        prop_assert_eq!(advance.recouped() + paid, earnings.iter().sum::<i64>());
    }

    #[test]
    fn versions_hand_over_without_losing_a_micro_unit(
        before in vec(0..100_000_i64, 0..20),
        after in vec(0..100_000_i64, 0..20),
        cut in 1..999_999_u32,
    ) {
        let mut old = sheet(1, &[(1, cut), (2, 1_000_000 - cut)], 0);
        let mut new = sheet(2, &[(1, 333_333), (2, 333_333), (3, 333_334)], 0);
        let mut paid = 0;
        for amount in &before {
            let shared = old.share(*amount).unwrap();
            paid += shared.parts.iter().map(|(_, part)| part).sum::<i64>();
            old = old.after(&shared);
        }
        let settled = retire(&old).unwrap();
        let parts: i64 = settled.parts.iter().map(|(_, part)| part).sum();
        prop_assert_eq!(parts + settled.carry, 0);
        prop_assert_eq!(old.carry().unwrap() + settled.carry, 0, "the carry ends at zero");
        paid += parts;
        prop_assert_eq!(paid, before.iter().sum::<i64>(), "all of it is somebody's");
        for amount in &after {
            let shared = new.share(*amount).unwrap();
            paid += shared.parts.iter().map(|(_, part)| part).sum::<i64>();
            new = new.after(&shared);
        }
        let all: i64 = before.iter().chain(&after).sum();
        prop_assert_eq!(paid + new.carry().unwrap(), all);
    }
}
