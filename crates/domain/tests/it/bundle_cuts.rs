//! Cuts of bundles, wallets: nothing is lost to the micro-unit, whatever the order.

use domain::bundle::draw;
use domain::bundle_cut::{CutBundle, CutRefusal, gift_price};
use domain::journal::{Taken, post_from_wallet, sale_draft};
use domain::refund::{Facts, Original};
use domain::wallet::{load_fee, load_journal, taken_back, without_fee};
use domain::{Account, BundleId, ProviderName, Rates, SplitSheetId, Timestamp, WalletId};
use domain::{PayeeId, split_sale};
use proptest::prelude::*;

use crate::support::{cases, usd};

const WALLET: WalletId = WalletId::from_bytes([3; 16]);

fn bundle(sold_ms: i64, sold_micros: i64) -> CutBundle {
    CutBundle {
        id: BundleId::from_bytes([1; 16]),
        sold_ms,
        sold_micros,
        consumed_ms: 0,
        gone_ms: 0,
        gone_micros: 0,
        base_ms: 0,
        base_micros: 0,
        expires_at: Timestamp(1_000),
    }
}

proptest! {
    #![proptest_config(cases(20_000))]

    #[test]
    fn uses_gifts_and_returns_in_any_order_lose_nothing(
        seconds in 1_i64..10_000,
        micros in 0_i64..100_000_000,
        steps in proptest::collection::vec((0_u8..3, 1_i64..400), 0..30),
    ) {
        let mut held = bundle(seconds * 1_000, micros);
        let (mut earned, mut given) = (0, Vec::new());
        for (what, size) in steps {
            match what {
                0 => if let Ok(draws) = draw(&[held.run()], size * 1_000, Timestamp(0)) {
                    for one in draws {
                        prop_assert!(one.earns >= 0);
                        earned += one.earns;
                        held.consumed_ms += one.billed_ms;
                    }
                },
                1 => if let Ok(cut) = held.give(size * 1_000) {
                    given.push((cut.ms, cut.micros));
                    held = cut.after;
                },
                _ => if let Some((ms, micros)) = given.pop() {
                    held = held.take_back(ms, micros).unwrap().after;
                },
            }
            let out: i64 = given.iter().map(|(_, micros)| micros).sum();
            prop_assert_eq!(earned + out + held.left_micros().unwrap(), micros);
            prop_assert!(held.left_ms() >= 0 && held.left_micros().unwrap() >= 0);
        }
        let last = held.empty().unwrap();
        prop_assert_eq!((last.after.left_ms(), last.after.left_micros().unwrap()), (0, 0));
    }

    #[test]
    fn what_expires_in_any_number_of_steps_is_what_was_left(
        seconds in 1_i64..10_000,
        micros in 0_i64..100_000_000,
        used in 0_i64..10_000,
        taken in proptest::collection::vec(0_i64..=10_000, 0..5),
    ) {
        let mut held = bundle(seconds * 1_000, micros);
        held.consumed_ms = (used * 1_000).min(held.left_ms());
        let (left, earned) = (held.left_micros().unwrap(), micros - held.left_micros().unwrap());
        let mut shared = 0;
        // Disputes take parts of what is left and give them again; each time it expires anew.
        let mut taken = taken;
        taken.sort_unstable_by(|a, b| b.cmp(a));
        for part in taken.into_iter().chain([0]) {
            let taken = (left * part / 10_000).min(held.left_micros().unwrap());
            let cut = held.expire(taken).unwrap();
            prop_assert!(cut.micros >= 0 && cut.ms >= 0);
            shared += cut.micros;
            held = cut.after;
            prop_assert_eq!((held.left_ms(), held.left_micros().unwrap()), (0, taken));
            prop_assert_eq!(earned + shared + taken, micros);
        }
        prop_assert_eq!(shared, left);
    }

    #[test]
    fn a_refund_of_the_rest_takes_exactly_what_is_held(
        seconds in 2_i64..10_000,
        cents in 100_i64..100_000,
        used in 0_i64..10_000,
        gift in 0_i64..10_000,
    ) {
        let price = cents * 10_000;
        let mut held = bundle(seconds * 1_000, price * 8 / 10);
        if let Ok(cut) = held.give(gift * 1_000) {
            held = cut.after;
        }
        held.consumed_ms += (used * 1_000).min(held.left_ms());
        if let Ok(rest) = held.refund(usd(price), 0) {
            prop_assert_eq!(rest.unearned + rest.to_composers, held.left_micros().unwrap());
            prop_assert_eq!(rest.tax + rest.unearned + rest.platform, rest.refund.micros());
            prop_assert!(rest.unearned >= 0 && rest.to_composers >= 0 && rest.platform >= 0);
        }
    }

    #[test]
    fn a_load_taken_back_and_given_again_leaves_the_platform_whole(
        load in 1_i64..1_000_000,
        spent in 0_i64..1_000_000,
    ) {
        let held = (load - spent).max(0);
        let away = taken_back(load, held, 0);
        prop_assert!(held - away.wallet >= 0);
        let back = taken_back(-load, held - away.wallet, away.platform);
        prop_assert_eq!((away.wallet + back.wallet, away.platform + back.platform), (0, 0));
    }
}

#[test]
fn only_whole_seconds_that_are_left_are_given() {
    let held = bundle(10_000, 100);
    assert_eq!(held.give(999), Err(CutRefusal::NotWholeSeconds));
    assert_eq!(held.give(0), Err(CutRefusal::NotWholeSeconds));
    assert_eq!(
        held.give(11_000),
        Err(CutRefusal::TooMuch { left_ms: 10_000 })
    );
    assert_eq!(held.give(10_000).unwrap().micros, 100);
}

#[test]
fn a_sale_paid_from_a_wallet_is_reversed_into_it() {
    let sandbox = ProviderName::new("sandbox").unwrap();
    let split = split_sale(usd(5_000_000), &without_fee(&Rates::default())).unwrap();
    let taken = Taken {
        provider: sandbox.clone(),
        country: None,
    };
    let sheet = SplitSheetId::from_bytes([9; 16]);
    let mut draft = sale_draft("lic_1", "a sale", &split, &taken, sheet).unwrap();
    post_from_wallet(&mut draft, split.gross, &taken, WALLET).unwrap();
    let ada = Account::Payee(PayeeId::from_bytes([5; 16]));
    draft.post(ada.id(), split.composers);
    let original = Original::of(&draft.finish().unwrap().unwrap()).unwrap();
    let facts = Facts {
        captured: 5_000_000,
        refunded: 2_000_000,
        ..Facts::default()
    };
    let target = original.target(&facts).unwrap();
    assert_eq!(target.accounts[&Account::Wallet(WALLET)], -3_000_000);
    assert_eq!(target.absorbed, 0);
    let all = Facts {
        refunded: 5_000_000,
        ..facts
    };
    assert!(original.target(&all).unwrap().accounts.is_empty());
}

#[test]
fn a_load_taken_back_leaves_its_fee_with_the_platform() {
    let sandbox = ProviderName::new("sandbox").unwrap();
    let fee = load_fee(usd(10_000_000), &Rates::default()).unwrap();
    assert_eq!(fee, usd(590_000));
    let load = load_journal("lod_1", (usd(10_000_000), fee), sandbox, WALLET).unwrap();
    let original = Original::of(&load).unwrap();
    let facts = Facts {
        captured: 10_000_000,
        refunded: 10_000_000,
        ..Facts::default()
    };
    let target = original.target(&facts).unwrap();
    let wanted = [
        (Account::ProviderFees, 590_000),
        (Account::Commission, -590_000),
    ];
    assert_eq!(target.accounts, wanted.into());
}

#[test]
fn what_was_taken_of_a_bundle_stays_behind_when_it_expires() {
    let mut held = bundle(10_000, 1_000);
    held.consumed_ms = 2_000;
    // Left are 800, of which so much is taken; so much is shared, and so much stays behind.
    for (taken, shared) in [(0, 800), (1, 799), (300, 500), (800, 0), (900, 0)] {
        let cut = held.expire(taken).unwrap();
        assert_eq!((cut.ms, cut.micros), (8_000, shared), "{taken}");
        assert_eq!(cut.after.left_ms(), 0);
        assert_eq!(cut.after.left_micros().unwrap(), 800 - shared);
    }
    let once = held.expire(300).unwrap().after;
    assert_eq!(
        once.expire(300).unwrap().micros,
        0,
        "nothing is shared twice"
    );
    assert_eq!(
        once.expire(100).unwrap().micros,
        200,
        "what is given again is"
    );
}

#[test]
fn a_gift_is_worth_its_part_in_whole_cents_and_one_at_least() {
    for (ms, micros) in [(60_000, 1_000_000), (59_000, 980_000), (1_000, 10_000)] {
        assert_eq!(
            gift_price(usd(10_000_000), ms, 600_000).unwrap(),
            usd(micros)
        );
    }
    assert_eq!(
        gift_price(usd(100_000), 1_000, 600_000).unwrap(),
        usd(10_000)
    );
    assert!(gift_price(usd(100_000), 1_000, 0).is_err());
}
