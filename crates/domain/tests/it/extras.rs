//! Promotions, curators, the reserve's release, and sales for nothing.

use domain::extras::{CuratorRefusal, FromReserve, Hold, curate, free_sale};
use domain::promo::{Discount, Promo, PromoRefusal, Reduced};
use domain::sale::SaleRefusal;
use domain::{Rates, SaleSplit, Tax, Timestamp, split_sale};
use ledger::{Currency, Money};
use proptest::prelude::*;

use crate::support::usd;

fn promo(discount: Discount) -> Promo {
    Promo {
        discount,
        from: Timestamp(10),
        until: Some(Timestamp(20)),
        limit: Some(3),
    }
}

fn legs(split: &SaleSplit) -> i64 {
    let parts = [
        split.tax,
        split.fee,
        split.commission,
        split.reserve,
        split.composers,
    ];
    parts.map(Money::micros).iter().sum()
}

#[test]
fn a_promotion_takes_whole_minor_units_off_and_never_more_than_the_price() {
    let percent = |bp| Discount::Percent { bp };
    let table = [
        (percent(2_000), 5_000_000, 1_000_000),
        (percent(3_333), 990_000, 320_000),
        (percent(1), 990_000, 0),
        (percent(10_000), 990_000, 990_000),
        (Discount::Fixed(usd(500_000)), 990_000, 500_000),
        (Discount::Fixed(usd(505_000)), 990_000, 500_000),
        (Discount::Fixed(usd(5_000_000)), 990_000, 990_000),
    ];
    for (discount, price, off_micros) in table {
        let price_micros = price - off_micros;
        let reduced = promo(discount).apply(usd(price), 0, Timestamp(10));
        let expected = Reduced {
            off_micros,
            price_micros,
        };
        assert_eq!(reduced, Ok(expected), "{discount:?}");
    }
}

#[test]
fn a_promotion_counts_in_its_time_as_often_as_it_may() {
    let tenth = promo(Discount::Percent { bp: 1_000 });
    let apply = |used, at| tenth.apply(usd(1_000_000), used, Timestamp(at)).err();
    assert_eq!(apply(0, 9), Some(PromoRefusal::NotYet(Timestamp(10))));
    assert_eq!(apply(2, 10), None);
    assert_eq!(apply(2, 19), None);
    assert_eq!(apply(0, 20), Some(PromoRefusal::Ended(Timestamp(20))));
    assert_eq!(apply(3, 15), Some(PromoRefusal::UsedUp(3)));
    for discount in [
        Discount::Percent { bp: 0 },
        Discount::Percent { bp: 10_001 },
        Discount::Fixed(usd(0)),
        Discount::Fixed(usd(-1)),
    ] {
        let refused = promo(discount).apply(usd(1_000_000), 0, Timestamp(15));
        assert_eq!(refused, Err(PromoRefusal::Discount), "{discount:?}");
    }
    let euros = Discount::Fixed(Money::new(10_000, Currency::EUR));
    let wrong = PromoRefusal::WrongCurrency {
        promo: Currency::EUR,
        price: Currency::USD,
    };
    assert_eq!(
        promo(euros).apply(usd(10_000), 0, Timestamp(15)),
        Err(wrong)
    );
}

#[test]
fn a_sale_for_nothing_charges_nothing() {
    let free = free_sale(Currency::USD);
    assert_eq!((legs(&free), free.gross, free.net), (0, usd(0), usd(0)));
    // The ordinary rule would charge a payment fee, so it refuses.
    let refused = split_sale(usd(0), &Rates::default());
    assert_eq!(refused, Err(SaleRefusal::NotPositive));
}

#[test]
fn a_curator_is_paid_out_of_the_commission() {
    let split = split_sale(usd(5_000_000), &Rates::default()).unwrap();
    let curated = curate(split, 500).unwrap();
    assert_eq!(
        (curated.curator, curated.split.commission),
        (usd(227_500), usd(455_000))
    );
    assert_eq!(curated.split.composers, split.composers);
    assert_eq!(curate(split, 1_500).unwrap().split.commission, usd(0));
    let micros = 682_955;
    let commission = split.commission;
    let refused = CuratorRefusal::AboveCommission { micros, commission };
    assert_eq!(curate(split, 1_501), Err(refused));
}

#[test]
fn a_reserve_is_released_by_age_as_far_as_refunds_left_it() {
    let hold = Hold {
        since: Timestamp(100),
        micros: 193_375,
        released: false,
    };
    let due = |hold: Hold, at, returned| hold.due(Timestamp(at), 50, returned, 5_000_000);
    assert_eq!(due(hold, 149, 0), Ok(0));
    assert_eq!(due(hold, 150, 0), Ok(193_375));
    assert_eq!(due(hold, 150, 2_500_000), Ok(96_688));
    assert_eq!(due(hold, 150, 5_000_000), Ok(0));
    let released = Hold {
        released: true,
        ..hold
    };
    assert_eq!(due(released, 150, 0), Ok(0), "once");
    let from = |reserve, payees| FromReserve { reserve, payees };
    assert_eq!(hold.reverse(7), from(7, 0));
    assert_eq!(released.reverse(7), from(0, 7));
    assert!(
        hold.due(Timestamp(150), 50, 1, 0).is_err(),
        "of a sale for nothing"
    );
}

proptest! {
    #[test]
    fn the_legs_sum_to_what_is_charged_with_promotion_and_curator(
        cents in 100..10_000_000_i64,
        off_bp in 1..=9_000_u32,
        commission_bp in 0..=10_000_u32,
        curator_bp in 0..=10_000_u32,
        tax_bp in 0..3_000_u32,
        added: bool,
    ) {
        let price = usd(cents * 10_000);
        let reduced = promo(Discount::Percent { bp: off_bp })
            .apply(price, 0, Timestamp(15))
            .unwrap();
        prop_assert_eq!(reduced.off_micros + reduced.price_micros, price.micros());
        prop_assert_eq!(reduced.price_micros % 10_000, 0);
        let tax = if added { Tax::Exclusive { bp: tax_bp } } else { Tax::Inclusive { bp: tax_bp } };
        let rates = Rates { commission_bp, tax, ..Rates::default() };
        let Ok(split) = split_sale(usd(reduced.price_micros), &rates) else {
            // Too small to bear its fee.
            return Ok(());
        };
        prop_assert_eq!(legs(&split), split.gross.micros());
        match curate(split, curator_bp) {
            Ok(curated) => {
                let all = legs(&curated.split) + curated.curator.micros();
                prop_assert_eq!(all, split.gross.micros());
                prop_assert!(curated.split.commission.micros() >= 0);
            }
            Err(_) => prop_assert!(curator_bp > commission_bp),
        }
    }
}
