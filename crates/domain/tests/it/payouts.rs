//! Payouts: balances, terms, and the state machine.

use domain::payout::balance::{Balance, Change, ChangeRefusal, by_age, next_available};
use domain::payout::terms::{
    NotYet, RailFee, Schedule, held_until, next_pay_day, payable, preview, within_daily_cap,
};
use domain::payout::{Answer, Effect, Event, ProposeRefusal, Refusal, State};
use domain::{Payout, PayoutId, PersonId, Timestamp};
use ledger::{Currency, Money};

use crate::support::{at, golden, int, payee, usd};

const NOW: Timestamp = Timestamp(1_000_000);
const SEND: Event = Event::Send {
    now: NOW,
    held_until: None,
};

fn id(n: u8) -> PayoutId {
    PayoutId::from_bytes([n; 16])
}

fn person(n: u8) -> PersonId {
    PersonId::from_bytes([n; 16])
}

fn payout(state: State) -> Payout {
    Payout::stored(id(1), payee(1), usd(50_000_000), state)
}

#[test]
fn g_a_clawback_goes_below_zero_and_earnings_fill_it_first() {
    let changes: [&[Change]; 8] = [
        &[Change::Earn(12_345_678)],
        &[Change::Mature(12_345_678)],
        &[Change::Pay(12_340_000)],
        &[Change::Settle(12_340_000)],
        &[Change::TakeBack(4_000_000)],
        &[Change::Earn(1_500_000), Change::Mature(1_500_000)],
        &[Change::Earn(15_000_000), Change::Mature(15_000_000)],
        &[Change::Pay(12_500_000)],
    ];
    let golden = golden("G_clawback");
    let rows = golden.as_array().unwrap();
    assert_eq!(rows.len(), changes.len());
    let mut balance = Balance::default();
    for (row, changes) in rows.iter().zip(changes) {
        for change in changes {
            balance = balance.after(*change).unwrap();
        }
        let expected: Balance = serde_json::from_value(row[1].clone()).unwrap();
        assert_eq!(balance, expected, "{row}");
        assert_eq!(balance.owed(), (-balance.available).max(0));
    }
}

#[test]
fn money_that_is_not_there_does_not_move() {
    let balance = Balance {
        available: -5,
        ..Balance::default()
    };
    let not_there = |wanted, there| Err(ChangeRefusal::NotThere { wanted, there });
    assert_eq!(balance.after(Change::Pay(1)), not_there(1, -5));
    assert_eq!(balance.after(Change::Mature(1)), not_there(1, 0));
    assert_eq!(balance.after(Change::Settle(1)), not_there(1, 0));
    assert_eq!(balance.after(Change::Return(1)), not_there(1, 0));
    assert_eq!(
        balance.after(Change::Earn(0)),
        Err(ChangeRefusal::NotPositive)
    );
    let rich = Balance {
        pending: i64::MAX,
        ..balance
    };
    assert!(matches!(
        rich.after(Change::Earn(1)),
        Err(ChangeRefusal::Arithmetic(_))
    ));
}

#[test]
fn earnings_are_pending_until_their_hold_is_over() {
    let lines = [
        (Timestamp(0), 100),
        (Timestamp(50), 30),
        (Timestamp(60), -7),
    ];
    assert_eq!(by_age(&lines, Timestamp(99), 100), Ok((130, -7)));
    assert_eq!(by_age(&lines, Timestamp(100), 100), Ok((30, 93)));
    assert_eq!(by_age(&lines, Timestamp(150), 100), Ok((0, 123)));
    assert!(by_age(&[(NOW, i64::MAX), (NOW, 1)], NOW, 1).is_err());
    let both = [lines[0], lines[1], lines[2], (Timestamp(50), 5)];
    let next = |now| next_available(&both, Timestamp(now), 100);
    assert_eq!(next(99), Ok(Some((Timestamp(100), 100))));
    assert_eq!(next(100), Ok(Some((Timestamp(150), 35))));
    assert_eq!(next(150), Ok(None));
}

#[test]
fn h_fee_the_fee_is_shown_before_anything_is_sent() {
    let rail = RailFee {
        bp: 25,
        fixed_micros: 250_000,
        unit_micros: 1,
    };
    for row in golden("H_fee").as_array().unwrap() {
        let amount = usd(int(row, "amount"));
        let seen = preview(amount, &rail).unwrap();
        assert_eq!(seen.fee.micros(), int(row, "fee"), "{row}");
        assert_eq!(seen.fee_bp, int(row, "pct_bp"), "{row}");
        assert_eq!(seen.arrives.checked_add(seen.fee), Ok(amount));
    }
    let eaten = preview(usd(250_000), &rail);
    assert_eq!(eaten, Err(NotYet::FeeTakesAll { fee: usd(250_625) }));
    assert_eq!(preview(usd(0), &rail), Err(NotYet::Nothing));
}

#[test]
fn z_currencies_pay_whole_minor_units_and_keep_the_rest() {
    for row in golden("Z currencies").as_array().unwrap() {
        let currency: Currency = row["cur"].as_str().unwrap().parse().unwrap();
        let money = |micros| Money::new(micros, currency);
        let available = money(int(row, "payable"));
        let paid = payable(available, money(0), money(0));
        let expected = money(int(row, "paid"));
        if expected.is_zero() {
            assert_eq!(paid, Err(NotYet::Nothing), "{row}");
        } else {
            assert_eq!(paid, Ok(expected), "{row}");
        }
        let stays = available.checked_sub(expected).unwrap();
        assert_eq!(stays.micros(), int(row, "stays"), "{row}");
    }
}

#[test]
fn nothing_is_paid_below_the_threshold_the_minimum_or_zero() {
    let pay = |available, threshold, minimum| payable(usd(available), usd(threshold), usd(minimum));
    assert_eq!(pay(-1, 0, 0), Err(NotYet::Owing(usd(1))));
    let missing = usd(10_000);
    assert_eq!(
        pay(9_999_999, 10_000_000, 0),
        Err(NotYet::BelowLeast { missing })
    );
    assert_eq!(
        pay(9_999_999, 0, 10_000_000),
        Err(NotYet::BelowLeast { missing })
    );
    assert_eq!(pay(10_009_999, 10_000_000, 1), Ok(usd(10_000_000)));
    let euros = Money::new(1, Currency::EUR);
    assert!(matches!(
        payable(usd(10_000), euros, usd(0)),
        Err(NotYet::Money(_))
    ));
    let left = usd(30);
    assert_eq!(within_daily_cap(usd(30), usd(70), usd(100)), Ok(()));
    assert_eq!(
        within_daily_cap(usd(31), usd(70), usd(100)),
        Err(NotYet::DailyCap { left })
    );
    let left = usd(0);
    assert_eq!(
        within_daily_cap(usd(1), usd(170), usd(100)),
        Err(NotYet::DailyCap { left })
    );
}

#[test]
fn the_next_pay_day_counts_from_the_payees_anchor() {
    let anchor = at("2026-01-31T00:00:00Z");
    let next = |schedule, now| next_pay_day(schedule, anchor, at(now)).map(Timestamp::day);
    let february = "2026-02-10T00:00:00Z";
    assert_eq!(next(Schedule::Monthly, february).unwrap(), "2026-02-28");
    assert_eq!(
        next(Schedule::Monthly, "2026-02-28T00:00:00Z").unwrap(),
        "2026-03-31"
    );
    assert_eq!(next(Schedule::Weekly, february).unwrap(), "2026-02-14");
    let pay_day = "2026-02-14T00:00:00Z";
    assert_eq!(next(Schedule::Weekly, pay_day).unwrap(), "2026-02-21");
    assert_eq!(next(Schedule::OnRequest, february), None);
    assert_eq!(
        next(Schedule::Weekly, "2026-01-01T00:00:00Z").unwrap(),
        "2026-01-31"
    );
}

#[test]
fn a_change_of_destination_holds_payouts_for_72_hours() {
    let changed = at("2026-05-01T12:00:00Z");
    let until = held_until(changed);
    assert_eq!(until, at("2026-05-04T12:00:00Z"));
    let send = |now| Event::Send {
        now,
        held_until: Some(until),
    };
    let ready = payout(State::Ready);
    let refused = ready.step(send(until.plus_ms(-1))).unwrap_err();
    assert_eq!(refused.refusal, Refusal::Held(until));
    assert_eq!(refused.payout, ready);
    assert_eq!(ready.step(send(until)).unwrap().1, Effect::Leave(id(1)));
}

#[test]
fn above_the_limit_two_people_release_a_payout() {
    let propose = |amount, limit| Payout::propose(id(1), payee(1), usd(amount), limit);
    let limit = Some(usd(50_000_000));
    assert_eq!(propose(50_000_000, limit).unwrap().state(), State::Ready);
    assert_eq!(propose(50_010_000, None).unwrap().state(), State::Ready);
    let big = propose(50_010_000, limit).unwrap();
    assert_eq!(big.step(SEND).unwrap_err().refusal, Refusal::NotReleased);
    let (once, _) = big.step(Event::Release { by: person(1) }).unwrap();
    let again = once.step(Event::Release { by: person(1) }).unwrap_err();
    assert_eq!(again.refusal, Refusal::SamePerson);
    assert_eq!(once.step(SEND).unwrap_err().refusal, Refusal::NotReleased);
    let (ready, _) = once.step(Event::Release { by: person(2) }).unwrap();
    assert_eq!(ready.state(), State::Ready);
    let euros = Some(Money::new(i64::MAX, Currency::EUR));
    let first = None;
    assert_eq!(
        propose(10_000, euros).unwrap().state(),
        State::AwaitingRelease { first }
    );
    assert_eq!(propose(0, None), Err(ProposeRefusal::NotPositive));
    assert_eq!(
        propose(15_000, None),
        Err(ProposeRefusal::NotPayable(usd(15_000)))
    );
}

#[test]
fn every_state_takes_every_event_or_says_why_not() {
    let release = Event::Release { by: person(2) };
    let [paid, failed, unknown] =
        [Answer::Paid, Answer::Failed, Answer::Unknown].map(Event::Answer);
    let events = [release, SEND, paid, failed, unknown, Event::Withdraw];
    let once = State::AwaitingRelease {
        first: Some(person(1)),
    };
    let gone = Effect::Leave(id(1));
    let contradiction = |was, now| Err(Refusal::Contradiction { was, now });
    let never = Err(Refusal::NeverSent);
    let over = Err(Refusal::Over);
    let sent = Err(Refusal::AlreadySent);
    let nothing = Err(Refusal::NothingToRelease);
    let (settled, returned) = (
        Ok((State::Paid, Effect::Settle)),
        Ok((State::Failed, Effect::Return)),
    );
    let called_off = Ok((State::Withdrawn, Effect::Return));
    let still = |state| Ok((state, Effect::None));
    let table = [
        (
            once,
            [
                still(State::Ready),
                Err(Refusal::NotReleased),
                never,
                never,
                never,
                called_off,
            ],
        ),
        (
            State::Ready,
            [
                nothing,
                Ok((State::Sent, gone)),
                never,
                never,
                never,
                called_off,
            ],
        ),
        (
            State::Sent,
            [
                nothing,
                sent,
                settled,
                returned,
                still(State::Unknown),
                sent,
            ],
        ),
        (
            State::Unknown,
            [
                nothing,
                sent,
                settled,
                returned,
                still(State::Unknown),
                sent,
            ],
        ),
        (
            State::Paid,
            [
                over,
                over,
                still(State::Paid),
                contradiction(State::Paid, Answer::Failed),
                still(State::Paid),
                over,
            ],
        ),
        (
            State::Failed,
            [
                over,
                over,
                contradiction(State::Failed, Answer::Paid),
                still(State::Failed),
                still(State::Failed),
                over,
            ],
        ),
        (State::Withdrawn, [over, over, never, never, never, over]),
    ];
    for (state, answers) in table {
        for (event, expected) in events.into_iter().zip(answers) {
            let before = payout(state);
            match before.step(event) {
                Ok((after, effect)) => {
                    assert_eq!(Ok((after.state(), effect)), expected, "{state:?} {event:?}");
                    assert_eq!((after.id(), after.amount()), (before.id(), before.amount()));
                }
                Err(refused) => {
                    assert_eq!(Err(refused.refusal), expected, "{state:?} {event:?}");
                    assert_eq!(refused.payout, before);
                }
            }
        }
    }
}
