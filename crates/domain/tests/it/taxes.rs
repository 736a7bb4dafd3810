//! The table of taxes, and what a plan's price becomes by each: what is charged, what the pool gets,
//! how many uses that guarantees.

use domain::pool::IdleRule;
use domain::quote::LineKind;
use domain::subscription::upgrade_charge;
use domain::tax_table::{TaxRule, in_force};
use domain::{Country, Cycle, Plan, Rates, Tax, Timestamp, split_sale};
use ledger::{Currency, Money};
use proptest::prelude::*;

const NINETEEN: Tax = Tax::Inclusive { bp: 1_900 };

fn country(code: &str) -> Country {
    code.parse().unwrap()
}

fn rule(code: &str, tax: Option<Tax>, from: i64) -> TaxRule {
    TaxRule {
        country: country(code),
        tax,
        from: Timestamp(from),
    }
}

fn usd(cents: i64) -> Money {
    Money::from_minor(cents, Currency::USD).unwrap()
}

fn rates(tax: Tax) -> Rates {
    Rates {
        tax,
        ..Rates::default()
    }
}

#[test]
fn the_line_that_began_last_counts_and_of_two_the_one_written_later() {
    let added = Tax::Exclusive { bp: 2_100 };
    let table = [
        rule("DE", Some(NINETEEN), 10),
        rule("US", Some(added), 10),
        // Written before it counts.
        rule("DE", Some(added), 30),
        rule("DE", Some(Tax::None), 20),
        // Two at once: the second replaces the first.
        rule("US", Some(Tax::None), 20),
        rule("US", Some(NINETEEN), 20),
        // Taken out.
        rule("US", None, 40),
    ];
    for (code, at, wanted) in [
        ("DE", 9, None),
        ("DE", 10, Some(NINETEEN)),
        ("DE", 19, Some(NINETEEN)),
        ("DE", 20, Some(Tax::None)),
        ("DE", 29, Some(Tax::None)),
        ("DE", 30, Some(added)),
        ("US", 19, Some(added)),
        ("US", 20, Some(NINETEEN)),
        ("US", 40, None),
        // A country without a row: the store's own tax is for the caller to take.
        ("FR", 99, None),
    ] {
        assert_eq!(
            in_force(&table, country(code), Timestamp(at)),
            wanted,
            "{code} {at}"
        );
    }
}

#[test]
fn a_plans_price_stays_what_it_is_and_the_pool_gets_what_tax_and_fee_leave() {
    // Charged, tax, fee, A, K of a plan of $5.00 with $0.05 a use; in micro-units.
    for (tax, charged, taxed, fee, pool, uses) in [
        (Tax::None, 5_000_000, 0, 450_000, 3_674_125, 73),
        (
            Tax::Exclusive { bp: 0 },
            5_000_000,
            0,
            450_000,
            3_674_125,
            73,
        ),
        (
            Tax::Inclusive { bp: 0 },
            5_000_000,
            0,
            450_000,
            3_674_125,
            73,
        ),
        // Added: only the card's fee on the tax costs the pool anything.
        (
            Tax::Exclusive { bp: 1_900 },
            5_950_000,
            950_000,
            470_000,
            3_657_975,
            73,
        ),
        (
            Tax::Exclusive { bp: 825 },
            5_410_000,
            410_000,
            460_000,
            3_666_050,
            73,
        ),
        // Within the price: it is no part of what is shared.
        (NINETEEN, 5_000_000, 800_000, 450_000, 3_028_125, 60),
        (
            Tax::Inclusive { bp: 2_500 },
            5_000_000,
            1_000_000,
            450_000,
            2_866_625,
            57,
        ),
    ] {
        let plan = Plan::new(usd(500), usd(5), None, IdleRule::Share).unwrap();
        let split = split_sale(plan.price(), &rates(tax)).unwrap();
        let figures = [split.gross, split.tax, split.fee, split.composers].map(Money::micros);
        assert_eq!(figures, [charged, taxed, fee, pool], "{tax:?}");
        assert_eq!(
            plan.fund(split.composers).unwrap().allowance(),
            uses,
            "{tax:?}"
        );
    }
}

#[test]
fn a_line_says_the_rate_and_whose_it_is() {
    let germany = Some(country("DE"));
    assert_eq!(LineKind::tax(Tax::None, germany), None);
    let bp = 1_900;
    let kinds = [Tax::Exclusive { bp }, NINETEEN].map(|tax| LineKind::tax(tax, germany));
    let wanted = [
        LineKind::Tax {
            bp,
            country: germany,
        },
        LineKind::TaxIncluded {
            bp,
            country: germany,
        },
    ];
    assert_eq!(kinds, wanted.map(Some));
}

fn taxes() -> impl Strategy<Value = Tax> {
    prop_oneof![
        Just(Tax::None),
        (0..=10_000_u32).prop_map(|bp| Tax::Inclusive { bp }),
        (0..=10_000_u32).prop_map(|bp| Tax::Exclusive { bp }),
    ]
}

proptest! {
    #[test]
    fn every_cent_of_a_cycle_is_somebodys_and_the_guarantees_are_funded(
        cents in 1..100_000_i64,
        guarantee in 1..1_000_000_i64,
        tax in taxes(),
    ) {
        let price = usd(cents);
        let Ok(split) = split_sale(price, &rates(tax)) else {
            return Ok(());
        };
        let parts = [split.tax, split.fee, split.commission, split.reserve, split.composers];
        let sum: i64 = parts.iter().map(|part| part.micros()).sum();
        prop_assert_eq!(sum, split.gross.micros());
        // The price is the buyer's in the one, and the store's in the other.
        let kept = match tax {
            Tax::Exclusive { .. } => split.gross.micros() - split.tax.micros(),
            _ => split.gross.micros(),
        };
        prop_assert_eq!(kept, price.micros());
        let guarantee = Money::new(guarantee, Currency::USD);
        let Ok(plan) = Plan::new(price, guarantee, None, IdleRule::Share) else {
            return Ok(());
        };
        let pool = plan.fund(split.composers).unwrap();
        let (uses, a) = (pool.allowance(), split.composers.micros());
        prop_assert!(uses * guarantee.micros() <= a && a < (uses + 1) * guarantee.micros());
    }

    #[test]
    fn no_tax_gives_the_pool_more_than_none_does(cents in 100..100_000_i64, tax in taxes()) {
        let price = usd(cents);
        let none = split_sale(price, &rates(Tax::None)).unwrap();
        if let Ok(taxed) = split_sale(price, &rates(tax)) {
            prop_assert!(taxed.composers.micros() <= none.composers.micros());
        }
    }

    #[test]
    fn what_a_dearer_plan_adds_is_reckoned_before_tax_and_taxed_on_its_day(
        old in 100..5_000_i64,
        more in 500..5_000_i64,
        day in 0..15_i64,
        (first, then) in (taxes(), taxes()),
    ) {
        let cycle = Cycle::nth(Timestamp(0), 0);
        let at = Timestamp(day * 86_400_000);
        let added = upgrade_charge(&cycle, at, usd(old), usd(old + more)).unwrap();
        let whole = usd(more).micros();
        prop_assert!(added.micros() >= 0 && added.micros() <= whole);
        // Two charges of one cycle, at two rates: each carries its own tax, and no more.
        for (price, tax) in [(usd(old), first), (added, then)] {
            if let Ok(split) = split_sale(price, &rates(tax)) {
                let alone = domain::sale::tax_on(price, tax).unwrap();
                prop_assert_eq!((split.tax, split.gross), alone);
            }
        }
    }
}
