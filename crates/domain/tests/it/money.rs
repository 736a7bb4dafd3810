//! Sales and split sheets.

use domain::sale::{SaleRefusal, tax_on};
use domain::split::SplitSheetError;
use domain::{Rates, SplitSheet, SplitSheetId, Tax, split_sale};
use ledger::{Currency, Money};
use proptest::prelude::*;

use crate::support::{golden, int, payee, usd};

fn sheet(ppm: &[u32]) -> Result<SplitSheet, SplitSheetError> {
    let shares = (1..).zip(ppm).map(|(n, part)| (payee(n), *part)).collect();
    SplitSheet::new(SplitSheetId::from_bytes([9; 16]), 1, shares, 0)
}

#[test]
fn b_net_every_sale_is_divided_as_stated() {
    let card = |bp, fixed, tax| Rates {
        commission_bp: 3_000,
        reserve_bp: 500,
        provider_fee_bp: bp,
        provider_fee_fixed_micros: fixed,
        tax,
    };
    let us = card(290, 300_000, Tax::None);
    let rates = [
        us,
        card(150, 250_000, Tax::None),
        card(150, 250_000, Tax::Inclusive { bp: 2_000 }),
        card(150, 250_000, Tax::Inclusive { bp: 1_900 }),
        us,
        us,
        us,
    ];
    let cases = golden("B_net");
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), rates.len());
    for (row, rates) in cases.iter().zip(rates) {
        let split = split_sale(usd(int(row, "gross")), &rates).unwrap();
        let figures = [
            split.gross,
            split.tax,
            split.fee,
            split.net,
            split.commission,
            split.reserve,
        ];
        let fields = ["gross", "tax", "fee", "net", "platform", "reserve"];
        assert_eq!(
            figures.map(Money::micros),
            fields.map(|f| int(row, f)),
            "{}",
            row["name"]
        );
        assert_eq!(
            split.composers.micros(),
            int(row, "pool"),
            "{}",
            row["name"]
        );
    }
}

#[test]
fn the_shipped_rates_are_fifteen_percent_and_a_card_fee() {
    let split = split_sale(usd(5_000_000), &Rates::default()).unwrap();
    assert_eq!((split.fee, split.commission), (usd(450_000), usd(682_500)));
    assert_eq!(
        (split.reserve, split.composers),
        (usd(193_375), usd(3_674_125))
    );
}

#[test]
fn exclusive_tax_is_added_and_borne_by_the_buyer() {
    let rates = Rates {
        tax: Tax::Exclusive { bp: 825 },
        ..Rates::default()
    };
    let split = split_sale(usd(5_000_000), &rates).unwrap();
    assert_eq!((split.tax, split.gross), (usd(410_000), usd(5_410_000)));
    let inclusive = tax_on(usd(5_000_000), Tax::Inclusive { bp: 2_000 }).unwrap();
    assert_eq!(inclusive, (usd(830_000), usd(5_000_000)));
}

#[test]
fn a_sale_that_cannot_be_made_is_refused_with_its_cause() {
    let rates = Rates::default();
    assert_eq!(split_sale(usd(0), &rates), Err(SaleRefusal::NotPositive));
    assert_eq!(split_sale(usd(-1), &rates), Err(SaleRefusal::NotPositive));
    let too_small = SaleRefusal::TooSmall {
        gross: usd(310_000),
        costs: usd(310_000),
    };
    assert_eq!(split_sale(usd(310_000), &rates), Err(too_small.clone()));
    assert_eq!(
        too_small.to_string(),
        "0.31 USD is too little to charge: tax and the payment fee take 0.31 USD"
    );
    assert!(split_sale(usd(320_000), &rates).is_ok());
    let greedy = Rates {
        commission_bp: 10_001,
        ..rates
    };
    assert_eq!(
        split_sale(usd(5_000_000), &greedy),
        Err(SaleRefusal::RateTooHigh(10_001))
    );
    let huge = Money::new(i64::MAX, Currency::USD);
    let taxed = Rates {
        tax: Tax::Exclusive { bp: 2_000 },
        ..rates
    };
    assert!(matches!(
        split_sale(huge, &taxed),
        Err(SaleRefusal::Money(_))
    ));
}

#[test]
fn a_split_sheet_that_breaks_a_rule_is_refused() {
    let table = [
        (vec![], SplitSheetError::PayeeCount(0)),
        (vec![31_250; 33], SplitSheetError::PayeeCount(33)),
        (vec![1_000_000, 0], SplitSheetError::ZeroShare(payee(2))),
        (vec![500_000, 499_999], SplitSheetError::Sum(999_999)),
        (
            vec![u32::MAX, u32::MAX],
            SplitSheetError::Sum(8_589_934_590),
        ),
    ];
    for (ppm, error) in table {
        assert_eq!(sheet(&ppm), Err(error), "{ppm:?}");
    }
    let twice = vec![(payee(1), 500_000), (payee(1), 500_000)];
    let refused = SplitSheet::new(SplitSheetId::from_bytes([9; 16]), 1, twice, 0);
    assert_eq!(refused, Err(SplitSheetError::PayeeTwice(payee(1))));
    assert!(sheet(&[31_250; 32]).is_ok() && sheet(&[1_000_000]).is_ok());
}

#[test]
fn d_telescoping_a_sheet_shares_as_stated() {
    let golden = golden("D_telescoping");
    let mut sheet = sheet(&[500_000, 300_000, 200_000]).unwrap();
    for row in golden["rows"].as_array().unwrap() {
        let shared = sheet.share(int(row, "amount")).unwrap();
        let parts: Vec<i64> = shared.parts.iter().map(|(_, part)| *part).collect();
        assert_eq!(serde_json::json!(parts), row["parts"], "{row}");
        assert_eq!(shared.carry, int(row, "carry_line"), "{row}");
        sheet = sheet.after(&shared);
        assert_eq!(sheet.carry(), Ok(int(row, "carry")), "{row}");
    }
    let closing: Vec<i64> = sheet
        .close()
        .unwrap()
        .into_iter()
        .map(|(_, part)| part)
        .collect();
    assert_eq!(serde_json::json!(closing), golden["close"]);
}

proptest! {
    #[test]
    fn the_legs_of_a_sale_sum_to_what_is_charged(
        cents in 100..100_000_000_i64,
        commission_bp in 0..=10_000_u32,
        reserve_bp in 0..=10_000_u32,
        tax_bp in 0..3_000_u32,
        added: bool,
    ) {
        let tax =
            if added { Tax::Exclusive { bp: tax_bp } } else { Tax::Inclusive { bp: tax_bp } };
        let rates = Rates { commission_bp, reserve_bp, tax, ..Rates::default() };
        let split = split_sale(usd(cents * 10_000), &rates).unwrap();
        let legs = [split.tax, split.fee, split.commission, split.reserve, split.composers];
        let micros = legs.map(Money::micros);
        prop_assert_eq!(micros.iter().sum::<i64>(), split.gross.micros());
        prop_assert!(micros.iter().all(|leg| *leg >= 0));
        prop_assert_eq!(split.tax.micros() % 10_000, 0);
        prop_assert_eq!(split.fee.micros() % 10_000, 0);
    }
}
