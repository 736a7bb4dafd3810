//! The worked cases of `golden-money.json`, as far as they are arithmetic.

use ledger::round::{
    bps_floor, bps_plus_fixed_half_up, exchange_floor, floor_to, mul_div_floor, mul_div_half_up,
    whole_times,
};
use ledger::{Currency, Money, largest_remainder, share, telescope};
use serde_json::Value;

fn golden(section: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../golden-money.json")).unwrap();
    all[section].clone()
}

fn rows(section: &str) -> Vec<Value> {
    golden(section).as_array().unwrap().clone()
}

fn int(row: &Value, field: &str) -> i64 {
    row[field]
        .as_i64()
        .unwrap_or_else(|| panic!("{field} in {row}"))
}

fn ints(value: &Value) -> Vec<i64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_i64().unwrap())
        .collect()
}

#[test]
fn d_telescoping_posts_the_growth_of_each_entitlement() {
    let golden = golden("D_telescoping");
    let weights: Vec<u64> = ints(&golden["weights"])
        .iter()
        .map(|w| w.unsigned_abs())
        .collect();
    let (mut shared, mut balances) = (0, vec![0; weights.len()]);
    for row in golden["rows"].as_array().unwrap() {
        let event = telescope(shared, int(row, "amount"), &weights).unwrap();
        shared = event.shared_after;
        for (balance, part) in balances.iter_mut().zip(&event.parts) {
            *balance += part;
        }
        assert_eq!(event.parts, ints(&row["parts"]), "{row}");
        assert_eq!(event.carry_delta, int(row, "carry_line"), "{row}");
        assert_eq!(balances, ints(&row["balances"]), "{row}");
        assert_eq!(
            share::carry(shared, &weights),
            Ok(int(row, "carry")),
            "{row}"
        );
    }
    let closing = share::close(shared, &weights).unwrap();
    assert_eq!(closing, ints(&golden["close"]));
    let last: Vec<i64> = balances.iter().zip(&closing).map(|(b, c)| b + c).collect();
    assert_eq!(last, ints(&golden["final"]));
    assert_eq!(last, largest_remainder(shared, &weights).unwrap());
}

#[test]
fn d_bias_a_million_events_rounded_alone_drift_and_telescoped_do_not() {
    let golden = golden("D_bias");
    let (mut alone, mut telescoped, mut shared) = (vec![0; 3], vec![0; 3], 0);
    for _ in 0..1_000_000 {
        let event = telescope(shared, 2_000, &[1, 1, 1]).unwrap();
        shared = event.shared_after;
        telescoped
            .iter_mut()
            .zip(&event.parts)
            .for_each(|(sum, part)| *sum += part);
    }
    let once = largest_remainder(2_000, &[1, 1, 1]).unwrap();
    alone
        .iter_mut()
        .zip(&once)
        .for_each(|(sum, part)| *sum = part * 1_000_000);
    assert_eq!(alone, ints(&golden["per_event_lrm"]));
    assert_eq!(telescoped, ints(&golden["telescoping"]));
}

#[test]
fn b_net_taxes_fees_and_shares_round_as_stated() {
    // (fee in basis points, fixed fee, tax rate) of each named case, in the file's order.
    let rates = [
        (290, 300_000, 0),
        (150, 250_000, 0),
        (150, 250_000, 2_000),
        (150, 250_000, 1_900),
        (290, 300_000, 0),
        (290, 300_000, 0),
        (290, 300_000, 0),
    ];
    let cases = rows("B_net");
    assert_eq!(cases.len(), rates.len());
    for (row, (bp, fixed, tax_rate)) in cases.iter().zip(rates) {
        let gross = int(row, "gross");
        let tax = mul_div_half_up(gross, tax_rate, 10_000 + tax_rate, 10_000).unwrap();
        let fee = bps_plus_fixed_half_up(gross, bp, fixed, 10_000).unwrap();
        let net = gross - tax - fee;
        let commission = bps_floor(net, 3_000).unwrap();
        let reserve = bps_floor(net - commission, 500).unwrap();
        let figures = [
            tax,
            fee,
            net,
            commission,
            reserve,
            net - commission - reserve,
        ];
        let fields = ["tax", "fee", "net", "platform", "reserve", "pool"];
        assert_eq!(
            figures.to_vec(),
            fields.map(|f| int(row, f)).to_vec(),
            "{}",
            row["name"]
        );
    }
}

#[test]
fn e_bundle_every_use_earns_the_difference_of_cumulative_floors() {
    let golden = golden("E_bundle");
    let (pool, total) = (int(&golden, "composer_pool"), int(&golden, "total_ms"));
    let (mut before, mut recognised) = (0, 0);
    for row in golden["uses"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["status"].is_null())
    {
        let after = int(row, "consumed_ms");
        let value = mul_div_floor(pool, after, total).unwrap()
            - mul_div_floor(pool, before, total).unwrap();
        assert_eq!(value, int(row, "value"), "{row}");
        before = after;
        recognised += value;
    }
    assert_eq!(recognised, int(&golden, "recognised"));
    assert_eq!(pool - recognised, int(&golden, "left_value"));
    let refund = mul_div_floor(int(&golden, "price"), int(&golden, "left_ms"), total).unwrap();
    let row = self::golden("E_refund");
    assert_eq!(floor_to(refund, 10_000), Ok(int(&row, "refund")));
}

#[test]
fn f_partial_refunds_reverse_every_leg_exactly_in_the_end() {
    let golden = golden("F partial refunds of 10.00");
    let payees = ["c1", "c2", "c3"];
    let (paid, fee) = (10_000_000, int(&golden, "fee"));
    let reversed = |leg: i64, refunded: i64| mul_div_floor(leg, refunded, paid).unwrap();
    let (mut before, mut platform_total) = (0, 0);
    for step in golden["steps"].as_array().unwrap() {
        let after = before + int(step, "refund");
        let mut platform = after - before;
        for payee in payees {
            let leg = int(&golden["orig"], payee);
            let part = reversed(leg, after) - reversed(leg, before);
            assert_eq!(part, int(&step["legs"], payee), "{step}");
            platform -= part;
        }
        let absorbed = reversed(fee, after) - reversed(fee, before);
        assert_eq!(absorbed, int(step, "fee_absorbed_by_platform"), "{step}");
        assert_eq!(
            platform - absorbed,
            int(&step["legs"], "platform"),
            "{step}"
        );
        platform_total += platform - absorbed;
        before = after;
    }
    assert_eq!(before, paid);
    assert_eq!(platform_total, int(&golden["orig"], "platform"));
    for payee in payees {
        assert_eq!(
            reversed(int(&golden["orig"], payee), paid),
            int(&golden["total"], payee)
        );
    }
}

#[test]
fn h_fee_a_payout_fee_is_a_quarter_and_a_quarter_percent() {
    for row in rows("H_fee") {
        let amount = int(&row, "amount");
        let fee = bps_plus_fixed_half_up(amount, 25, 250_000, 1).unwrap();
        assert_eq!(fee, int(&row, "fee"), "{row}");
        assert_eq!(
            mul_div_floor(fee, 10_000, amount),
            Ok(int(&row, "pct_bp")),
            "{row}"
        );
    }
}

#[test]
fn i_vat_inclusive_tax_goes_half_up_to_the_minor_unit() {
    for row in rows("I_vat") {
        let (price, rate) = (int(&row, "price"), int(&row, "rate"));
        let tax = mul_div_half_up(price, rate, 10_000 + rate, int(&row, "unit")).unwrap();
        assert_eq!(
            (tax, price - tax),
            (int(&row, "tax"), int(&row, "net")),
            "{row}"
        );
    }
}

#[test]
fn j_k_the_guarantee_goes_into_the_pool_a_whole_number_of_times() {
    for row in rows("J_k") {
        assert_eq!(
            whole_times(int(&row, "pool"), int(&row, "g")),
            Ok(int(&row, "K")),
            "{row}"
        );
    }
}

#[test]
fn c1_a_cycle_is_shared_by_largest_remainder_over_the_tracks_used() {
    for row in rows("C1 cycle close")
        .iter()
        .filter(|row| row["n"].is_i64())
    {
        let uses = row["uses"].as_object().unwrap();
        let weights: Vec<u64> = uses.values().map(|n| n.as_u64().unwrap()).collect();
        let parts = largest_remainder(3_025_750, &weights).unwrap();
        for ((track, part), used) in uses.keys().zip(&parts).zip(&weights) {
            assert_eq!(*part, int(&row["pay"], track), "{row}");
            let guaranteed = i64::try_from(*used).unwrap() * 50_000;
            assert_eq!(part - guaranteed, int(&row["topup"], track), "{row}");
        }
    }
}

#[test]
fn z_currencies_pay_whole_minor_units_and_keep_the_rest() {
    for row in rows("Z currencies") {
        let currency: Currency = row["cur"].as_str().unwrap().parse().unwrap();
        assert_eq!(i64::from(currency.exponent()), int(&row, "exp"));
        assert_eq!(currency.minor_unit_micros(), int(&row, "unit"));
        let payable = Money::new(int(&row, "payable"), currency);
        let paid = payable.floor_to_minor().unwrap();
        assert_eq!(paid.micros(), int(&row, "paid"), "{row}");
        assert_eq!(
            payable.checked_sub(paid).unwrap().micros(),
            int(&row, "stays"),
            "{row}"
        );
    }
}

#[test]
fn fx_an_exchange_keeps_its_residue() {
    for row in rows("FX") {
        let (bought, residue) = exchange_floor(int(&row, "usd"), 92_731, 100_000).unwrap();
        assert_eq!(
            (bought, residue),
            (int(&row, "eur"), int(&row, "residue_num")),
            "{row}"
        );
    }
}
