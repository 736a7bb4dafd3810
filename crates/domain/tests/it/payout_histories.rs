//! Random histories of payouts: whatever happens in whatever order, money leaves once.

use std::collections::BTreeMap;

use domain::invariant_money::{
    TransferRow, TransitRow, each_payout_is_sent_once, in_transit_is_open_payouts,
};
use domain::payout::balance::{Balance, Change};
use domain::payout::{Answer, Effect, Event, State};
use domain::{Payout, PayoutId, PersonId, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{payee, usd};

/// What may happen; payouts are picked by number.
#[derive(Clone, Debug)]
enum Step {
    Change(Change),
    Propose(i64),
    Event(usize, Event),
}

fn steps() -> impl Strategy<Value = Step> {
    let micros = || 1..40_000_000_i64;
    let answer = prop_oneof![
        Just(Answer::Paid),
        Just(Answer::Failed),
        Just(Answer::Unknown),
        Just(Answer::Returned)
    ];
    let event = prop_oneof![
        (0..3_u8).prop_map(|n| Event::Release {
            by: PersonId::from_bytes([n; 16])
        }),
        (0..200_i64, prop::option::of(0..200_i64)).prop_map(|(now, held)| Event::Send {
            now: Timestamp(now),
            held_until: held.map(Timestamp),
        }),
        answer.prop_map(Event::Answer),
        Just(Event::Withdraw),
    ];
    prop_oneof![
        2 => micros().prop_map(|m| Step::Change(Change::Earn(m))),
        2 => micros().prop_map(|m| Step::Change(Change::Mature(m))),
        1 => micros().prop_map(|m| Step::Change(Change::TakeBack(m))),
        2 => (1..4_000_i64).prop_map(Step::Propose),
        8 => (0..6_usize, event).prop_map(|(at, event)| Step::Event(at, event)),
    ]
}

/// A payee with their payouts, and what left the house.
#[derive(Default)]
struct House {
    balance: Balance,
    earned: i64,
    payouts: Vec<Payout>,
    left: BTreeMap<PayoutId, usize>,
}

impl House {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Change(change) => {
                if let Ok(after) = self.balance.after(*change) {
                    self.balance = after;
                    self.earned += match change {
                        Change::Earn(micros) => *micros,
                        Change::TakeBack(micros) => -micros,
                        _ => 0,
                    };
                }
            }
            Step::Propose(cents) => self.propose(cents * 10_000),
            Step::Event(at, event) => self.event(*at, *event),
        }
    }

    fn propose(&mut self, micros: i64) {
        let number = u8::try_from(self.payouts.len()).unwrap();
        let id = PayoutId::from_bytes([number; 16]);
        let limit = Some(usd(20_000_000));
        if let Ok(after) = self.balance.after(Change::Pay(micros)) {
            self.balance = after;
            let payout = Payout::propose(id, payee(1), usd(micros), limit).unwrap();
            self.payouts.push(payout);
        }
    }

    fn event(&mut self, at: usize, event: Event) {
        let Some(payout) = self.payouts.get_mut(at) else {
            return;
        };
        let Ok((after, effect)) = payout.step(event) else {
            return;
        };
        *payout = after;
        let micros = after.amount().micros();
        match effect {
            Effect::None => {}
            Effect::Leave(key) => *self.left.entry(key).or_default() += 1,
            Effect::Settle => self.balance = self.balance.after(Change::Settle(micros)).unwrap(),
            Effect::Return => self.balance = self.balance.after(Change::Return(micros)).unwrap(),
            Effect::BankReturn => {
                self.balance.paid -= micros;
                self.balance.available += micros;
            }
        }
    }

    fn transit(&self) -> TransitRow {
        let amounts = |wanted: fn(&Payout) -> bool| {
            let chosen = self.payouts.iter().filter(|payout| wanted(payout));
            chosen.map(|payout| payout.amount().micros()).collect()
        };
        TransitRow {
            payee: "pay_1".into(),
            in_transit: self.balance.in_transit,
            paid: self.balance.paid,
            open: amounts(Payout::is_open),
            settled: amounts(|payout| payout.state() == State::Paid),
        }
    }

    fn transfers(&self) -> (Vec<String>, Vec<TransferRow>) {
        let paid = self.payouts.iter().filter(|one| one.state() == State::Paid);
        let paid: Vec<String> = paid.map(|one| one.id().to_string()).collect();
        let transfers = self.left.iter().flat_map(|(key, times)| {
            let payout = key.to_string();
            let settled = paid.contains(&payout);
            vec![TransferRow { payout, settled }; *times]
        });
        let transfers = transfers.collect();
        (paid, transfers)
    }
}

proptest! {
    #[test]
    fn money_never_leaves_twice_and_every_micro_unit_stands_somewhere(
        history in vec(steps(), 0..120),
    ) {
        let mut house = House::default();
        for step in &history {
            house.take(step);
            prop_assert_eq!(house.balance.earned(), i128::from(house.earned));
            prop_assert!(house.balance.pending >= 0 && house.balance.in_transit >= 0);
        }
        prop_assert!(house.left.values().all(|times| *times == 1));
        prop_assert_eq!(in_transit_is_open_payouts(&[house.transit()]), []);
        let (paid, transfers) = house.transfers();
        let paid: Vec<&str> = paid.iter().map(String::as_str).collect();
        prop_assert_eq!(each_payout_is_sent_once(&paid, &transfers), []);
        for payout in &house.payouts {
            let sent = house.left.contains_key(&payout.id());
            let needs = matches!(
                payout.state(),
                State::Sent | State::Unknown | State::Paid | State::Failed
            );
            prop_assert_eq!(sent, needs, "{:?}", payout);
        }
    }
}
