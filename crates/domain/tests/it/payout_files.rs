//! Payout files, read back line by line.

use domain::payout::file::{LineRefusal, Outcome, reconcile};
use domain::payout::{Answer, Effect, Event, Refusal, State};
use domain::{Payout, PayoutId, Timestamp};

use crate::support::{golden, int, payee, usd};

const SEND: Event = Event::Send {
    now: Timestamp(0),
    held_until: None,
};

fn id(n: u8) -> PayoutId {
    PayoutId::from_bytes([n; 16])
}

#[test]
fn p_a_payout_file_settles_line_by_line_and_once() {
    let golden = golden("P payout file");
    let lines = golden["lines"].as_array().unwrap();
    let sent: Vec<Payout> = (1..)
        .zip(lines)
        .map(|(n, line)| {
            let amount = usd(line[2].as_i64().unwrap());
            Payout::stored(id(n), payee(n), amount, State::Sent)
        })
        .collect();
    let outcomes: Vec<Outcome> = (1..)
        .zip(lines)
        .map(|(n, line)| {
            let status = &golden["statuses"][line[0].as_str().unwrap()];
            Outcome {
                payout: id(n),
                amount: Some(usd(line[2].as_i64().unwrap())),
                answer: serde_json::from_value(status.clone()).unwrap(),
            }
        })
        .collect();
    let (after, results) = reconcile(&sent, &outcomes);
    let expected = [Ok(Effect::Settle), Ok(Effect::Return), Ok(Effect::None)];
    assert_eq!(results, expected);
    let states: Vec<State> = after.iter().map(Payout::state).collect();
    assert_eq!(states, [State::Paid, State::Failed, State::Unknown]);
    assert_eq!(
        after[2].amount().micros(),
        int(&golden["after"], "c3_transit")
    );
    assert!(after[2].is_open() && !after[0].is_open() && !after[1].is_open());
    assert_eq!(
        after[2].step(SEND).unwrap_err().refusal,
        Refusal::AlreadySent
    );
    let (again, results) = reconcile(&after, &outcomes);
    assert_eq!(
        (again, results),
        (after, vec![Ok(Effect::None); 3]),
        "imported twice"
    );
}

#[test]
fn a_line_that_cannot_be_right_is_refused_and_the_others_count() {
    let sent = [Payout::stored(
        id(1),
        payee(1),
        usd(50_000_000),
        State::Sent,
    )];
    let line = |n, amount, answer| Outcome {
        payout: id(n),
        amount,
        answer,
    };
    let (after, results) = reconcile(
        &sent,
        &[
            line(7, None, Answer::Paid),
            line(1, Some(usd(49_990_000)), Answer::Paid),
            line(1, None, Answer::Paid),
            line(1, None, Answer::Failed),
        ],
    );
    assert_eq!(results[0], Err(LineRefusal::UnknownPayout));
    assert!(matches!(results[1], Err(LineRefusal::AmountDiffers { .. })));
    assert_eq!(results[2], Ok(Effect::Settle));
    assert!(matches!(
        results[3],
        Err(LineRefusal::Payout(Refusal::Contradiction { .. }))
    ));
    assert_eq!(after[0].state(), State::Paid);
}
