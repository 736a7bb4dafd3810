//! Refunds and disputes: the same facts end in the same ledger, however they arrive.

use std::collections::BTreeMap;

use domain::agreement::route;
use domain::journal::{Taken, post_shares, sale_draft};
use domain::refund::{Dispute, DisputeState, Facts, Original, RefundError, Target};
use domain::usage::LicenceState;
use domain::{Account, ProviderName, Rates, SaleSplit, SplitSheet, SplitSheetId, Tax, split_sale};
use ledger::{Journal, JournalDraft};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{golden, int, payee, usd};

const SHEET: SplitSheetId = SplitSheetId::from_bytes([9; 16]);

fn provider() -> ProviderName {
    ProviderName::new("sandbox").unwrap()
}

fn journal_of(split: &SaleSplit, shares: &[u32], before: i64) -> Journal {
    let shares = (1..).zip(shares).map(|(n, ppm)| (payee(n), *ppm)).collect();
    let sheet = SplitSheet::new(SHEET, 1, shares, before).unwrap();
    let shared = sheet.share(split.composers.micros()).unwrap();
    let taken = Taken {
        provider: provider(),
        country: Some("DE".parse().unwrap()),
    };
    let mut draft = sale_draft("lic_1", "a sale", split, &taken, SHEET).unwrap();
    let everyone = shared.parts.iter().map(|(payee, _)| *payee).collect();
    let parts = route(&shared, &everyone);
    let currency = split.gross.currency();
    post_shares(&mut draft, SHEET, &parts, shared.carry, currency);
    draft.finish().unwrap().unwrap()
}

/// The sale of 10.00 of the design's case F.
fn ten() -> Original {
    let orig = golden("F partial refunds of 10.00");
    let fee = usd(int(&orig, "fee"));
    let commission = usd(int(&orig["orig"], "platform"));
    let composers = usd(6_587_000);
    let split = SaleSplit {
        gross: usd(10_000_000),
        tax: usd(0),
        fee,
        net: usd(9_410_000),
        commission,
        reserve: usd(0),
        composers,
    };
    Original::of(&journal_of(&split, &[500_000, 300_000, 200_000], 0)).unwrap()
}

fn refunded(captured: i64, refunded: i64) -> Facts {
    Facts {
        captured,
        refunded,
        ..Facts::default()
    }
}

fn disputed(captured: i64, id: &str, state: DisputeState, micros: i64) -> Facts {
    let fee_micros = 15_000_000;
    let dispute = Dispute {
        state,
        micros,
        fee_micros,
    };
    Facts {
        captured,
        disputes: [(id.to_owned(), dispute)].into(),
        ..Facts::default()
    }
}

type Books = BTreeMap<Account, i64>;

/// Posts what the facts ask for, as a use case would.
fn follow(original: &Original, facts: &Facts, books: &mut Books) -> Option<Journal> {
    let target = original.target(facts).unwrap();
    let source = facts.reference("pmt_1");
    let journal = original.post(&source, "facts", &target, books).unwrap()?;
    for line in journal.lines() {
        let account = line.account.as_str().parse().unwrap();
        *books.entry(account).or_default() += line.money.micros();
    }
    books.retain(|_, micros| *micros != 0);
    Some(journal)
}

#[test]
fn f_partial_refunds_reverse_every_leg_by_cumulative_floors() {
    let golden = golden("F partial refunds of 10.00");
    let original = ten();
    assert_eq!(original.gross(), 10_000_000);
    let at =
        |target: &Target, account: &Account| target.accounts.get(account).copied().unwrap_or(0);
    let mut before = original.target(&refunded(10_000_000, 0)).unwrap();
    let (mut returned, mut absorbed) = (0, 0);
    for step in golden["steps"].as_array().unwrap() {
        returned += int(step, "refund");
        let after = original.target(&refunded(10_000_000, returned)).unwrap();
        for (n, name) in [(1, "c1"), (2, "c2"), (3, "c3")] {
            let account = Account::Payee(payee(n));
            let leg = at(&before, &account) - at(&after, &account);
            assert_eq!(leg, int(&step["legs"], name), "{step}");
        }
        let bears = after.absorbed - before.absorbed;
        assert_eq!(bears, int(step, "fee_absorbed_by_platform"), "{step}");
        let taken = at(&before, &Account::Commission) - at(&after, &Account::Commission);
        assert_eq!(taken - bears, int(&step["legs"], "platform"), "{step}");
        absorbed += bears;
        before = after;
    }
    assert_eq!(absorbed, int(&golden, "total_fee_absorbed"));
    let fee = int(&golden, "fee");
    let last = [(Account::ProviderFees, fee), (Account::Commission, -fee)];
    assert_eq!(before.accounts, last.into());
}

#[test]
fn a_fee_that_the_provider_returns_is_not_borne_by_the_platform() {
    let mut facts = refunded(10_000_000, 10_000_000);
    facts.fee_returned = 590_000;
    let target = ten().target(&facts).unwrap();
    assert_eq!(target, Target::default(), "nothing is left of the sale");
    facts.fee_returned = 700_000;
    assert_eq!(ten().target(&facts).unwrap(), Target::default());
}

#[test]
fn tax_is_given_back_in_whole_minor_units() {
    let rates = Rates {
        tax: Tax::Inclusive { bp: 2_000 },
        ..Rates::default()
    };
    let split = split_sale(usd(5_000_000), &rates).unwrap();
    let original = Original::of(&journal_of(&split, &[1_000_000], 0)).unwrap();
    let tax = |returned| {
        let target = original.target(&refunded(5_000_000, returned)).unwrap();
        let account = Account::Tax(Some("DE".parse().unwrap()));
        target.accounts.get(&account).copied().unwrap_or(0)
    };
    assert_eq!(tax(0), 830_000);
    assert_eq!(tax(1_000_000), 830_000 - 160_000);
    assert_eq!(tax(5_000_000), 0);
}

#[test]
fn a_full_refund_reverses_even_a_tax_that_is_not_whole_minor_units() {
    let mut draft = JournalDraft::new("sale", "lic_1", "");
    draft.post(Account::ProviderClearing(provider()).id(), usd(-25_000));
    draft.post(Account::Tax(None).id(), usd(15_000));
    draft.post(Account::Payee(payee(1)).id(), usd(10_000));
    let original = Original::of(&draft.finish().unwrap().unwrap()).unwrap();
    let left = |returned| original.target(&refunded(25_000, returned)).unwrap();
    assert_eq!(left(20_000).accounts[&Account::Tax(None)], 5_000);
    assert_eq!(left(25_000), Target::default());
}

#[test]
fn a_dispute_takes_the_money_at_once_and_gives_it_back_when_won() {
    let original = ten();
    let mut books = Books::new();
    let sold = refunded(10_000_000, 0);
    follow(&original, &sold, &mut books).unwrap();
    let whole = books.clone();
    let open = sold.join(&disputed(10_000_000, "d1", DisputeState::Open, 10_000_000));
    follow(&original, &open, &mut books).unwrap();
    assert_eq!(books.get(&Account::Payee(payee(1))), None);
    assert_eq!(books[&Account::Commission], -15_590_000);
    assert_eq!(open.licence_state(), LicenceState::Suspended);
    let won = open.clone().join(&disputed(0, "d1", DisputeState::Won, 0));
    follow(&original, &won, &mut books).unwrap();
    assert_eq!(won.licence_state(), LicenceState::Active);
    let mut expected = whole;
    *expected.get_mut(&Account::Commission).unwrap() -= 15_000_000;
    *expected.get_mut(&Account::ProviderFees).unwrap() += 15_000_000;
    assert_eq!(books, expected, "only the dispute's fee is gone");
    let lost = open.join(&disputed(0, "d1", DisputeState::Lost, 0));
    assert_eq!(lost.licence_state(), LicenceState::Revoked);
    assert_eq!(refunded(5, 5).licence_state(), LicenceState::Revoked);
    assert_eq!(refunded(5, 4).licence_state(), LicenceState::Active);
    assert_eq!(Facts::default().licence_state(), LicenceState::Active);
}

#[test]
fn more_is_never_reversed_than_was_captured() {
    let both =
        refunded(10_000_000, 6_000_000).join(&disputed(0, "d1", DisputeState::Lost, 10_000_000));
    assert_eq!(both.returned(), 10_000_000);
    let target = ten().target(&both).unwrap();
    assert!(!target.accounts.contains_key(&Account::Payee(payee(1))));
    let absurd =
        refunded(10_000_000, i64::MAX).join(&disputed(0, "d", DisputeState::Open, i64::MAX));
    assert_eq!(absurd.returned(), 10_000_000);
}

#[test]
fn facts_that_do_not_fit_the_sale_are_refused() {
    let differs = RefundError::CapturedDiffers {
        captured: 9_990_000,
        charged: 10_000_000,
    };
    assert_eq!(ten().target(&refunded(9_990_000, 0)), Err(differs));
    assert_eq!(ten().target(&Facts::default()), Ok(Target::default()));
    let lines = |accounts: &[(Account, i64)]| {
        let mut draft = JournalDraft::new("use", "u1", "");
        for (account, micros) in accounts {
            draft.post(account.id(), usd(*micros));
        }
        Original::of(&draft.finish().unwrap().unwrap())
    };
    let cash = Account::ProviderClearing(provider());
    let other = Account::ProviderClearing(ProviderName::new("other").unwrap());
    let commission = Account::Commission;
    let refused = Err(RefundError::NotASale);
    assert_eq!(
        lines(&[(commission.clone(), 1), (Account::ProviderFees, -1)]),
        refused
    );
    assert_eq!(
        lines(&[(commission.clone(), -1), (cash.clone(), 1)]),
        refused
    );
    assert_eq!(lines(&[(commission, 2), (cash, -1), (other, -1)]), refused);
}

#[test]
fn every_order_of_six_messages_with_a_repetition_ends_in_one_ledger() {
    let messages = [
        refunded(10_000_000, 0),
        refunded(10_000_000, 3_330_000),
        refunded(0, 6_660_000),
        disputed(10_000_000, "d1", DisputeState::Open, 2_000_000),
        disputed(0, "d1", DisputeState::Won, 2_000_000),
        disputed(10_000_000, "d2", DisputeState::Lost, 1_000_000),
        refunded(10_000_000, 3_330_000),
    ];
    let original = ten();
    let all = messages.iter().fold(Facts::default(), Facts::join);
    let end = original.target(&all).unwrap().accounts;
    let mut order: Vec<usize> = (0..messages.len()).collect();
    let mut orders = 0;
    permutations(&mut order, 0, &mut |order| {
        let (mut facts, mut books) = (Facts::default(), Books::new());
        for at in order {
            facts = facts.clone().join(&messages[*at]);
            follow(&original, &facts, &mut books);
        }
        assert_eq!(books, end, "{order:?}");
        orders += 1;
    });
    assert_eq!(orders, 5_040);
}

fn permutations(order: &mut Vec<usize>, from: usize, see: &mut impl FnMut(&[usize])) {
    if from == order.len() {
        return see(order);
    }
    for at in from..order.len() {
        order.swap(from, at);
        permutations(order, from + 1, see);
        order.swap(from, at);
    }
}

fn facts() -> impl Strategy<Value = Facts> {
    let dispute = (0..3_usize, 0..3_usize, 0..12_000_000_i64, 0..3_i64);
    let dispute = dispute.prop_map(|(id, state, micros, fee)| {
        let states = [DisputeState::Open, DisputeState::Won, DisputeState::Lost];
        let fee_micros = fee * 7_500_000;
        let state = states[state];
        let one = Dispute {
            state,
            micros,
            fee_micros,
        };
        (format!("d{id}"), one)
    });
    let figures = (
        any::<bool>(),
        0..11_000_000_i64,
        0..700_000_i64,
        vec(dispute, 0..3),
    );
    figures.prop_map(|(captured, refunded, fee_returned, disputes)| Facts {
        captured: if captured { 10_000_000 } else { 0 },
        refunded,
        fee_returned,
        disputes: disputes.into_iter().collect(),
    })
}

proptest! {
    #[test]
    fn facts_join_in_any_order_any_number_of_times(a in facts(), b in facts(), c in facts()) {
        prop_assert_eq!(a.clone().join(&b), b.clone().join(&a));
        prop_assert_eq!(a.clone().join(&b).join(&c), a.clone().join(&b.clone().join(&c)));
        prop_assert_eq!(a.clone().join(&a), a.clone());
        let all = a.clone().join(&b);
        prop_assert_eq!(all.reference("p") == a.reference("p"), all == a);
    }

    #[test]
    fn any_order_with_any_repetition_ends_in_the_ledger_of_the_joined_facts(
        messages in vec(facts(), 1..6),
        picks in vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let original = ten();
        let (mut known, mut books) = (Facts::default(), Books::new());
        let mut seen = Vec::new();
        // Any messages in any order and number, and then each once, as a pull would bring them.
        let picked = picks.iter().map(|pick| pick.get(&messages));
        for message in picked.chain(&messages) {
            known = known.join(message);
            if let Some(journal) = follow(&original, &known, &mut books) {
                prop_assert!(!seen.contains(&journal.source().to_owned()), "one reference, once");
                seen.push(journal.source().to_owned());
            }
            prop_assert_eq!(books.values().sum::<i64>(), 0);
        }
        let all = messages.iter().fold(Facts::default(), Facts::join);
        prop_assert_eq!(books, original.target(&all).unwrap().accounts);
    }

    #[test]
    fn refunding_everything_in_any_steps_reverses_every_leg_exactly(
        cents in 100..1_000_000_i64,
        tax_bp in 0..2_700_u32,
        before in 0..1_000_000_i64,
        cuts in vec(0..=10_000_i64, 0..8),
    ) {
        let rates = Rates { tax: Tax::Inclusive { bp: tax_bp }, ..Rates::default() };
        let split = split_sale(usd(cents * 10_000), &rates).unwrap();
        let journal = journal_of(&split, &[333_333, 333_334, 333_333], before);
        let original = Original::of(&journal).unwrap();
        let gross = original.gross();
        let mut books = Books::new();
        follow(&original, &refunded(gross, 0), &mut books);
        let posted: Books = journal
            .lines()
            .iter()
            .map(|line| (line.account.as_str().parse().unwrap(), line.money.micros()))
            .collect();
        prop_assert_eq!(&books, &posted, "with nothing returned the target is the sale");
        let mut cuts = cuts;
        cuts.sort_unstable();
        for cut in cuts.into_iter().chain([10_000]) {
            let returned = gross / 10_000 * cut / 10_000 * 10_000;
            follow(&original, &refunded(gross, returned), &mut books);
            for (account, micros) in &books {
                let was = posted.get(account).copied().unwrap_or(0);
                if *account != Account::Commission {
                    prop_assert!(was.min(0) <= *micros && *micros <= was.max(0));
                }
            }
        }
        follow(&original, &refunded(gross, gross), &mut books);
        let fee = split.fee.micros();
        let left = [(Account::ProviderFees, fee), (Account::Commission, -fee)];
        prop_assert_eq!(books, left.into());
    }
}
