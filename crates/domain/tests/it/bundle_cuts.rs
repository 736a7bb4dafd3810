//! Cuts of bundles, wallets: nothing is lost to the micro-unit, whatever the order.

use domain::bundle::draw;
use domain::bundle_cut::{CutBundle, CutRefusal};
use domain::journal::{Taken, post_from_wallet, sale_draft};
use domain::refund::{Facts, Original};
use domain::wallet::{load_fee, load_journal, taken_back, without_fee};
use domain::{Account, BundleId, ProviderName, Rates, SplitSheetId, Timestamp, WalletId};
use domain::{PayeeId, split_sale};
use proptest::prelude::*;

use crate::support::usd;

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
    #![proptest_config(ProptestConfig::with_cases(20_000))]

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
