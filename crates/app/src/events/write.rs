//! Writing events: one function a fact, called where the fact is written, in its transaction.
//!
//! An event names ids, sums and words, and nobody: what else is to be known of a licence or a payout
//! is asked for by its id, by whoever may.

use data_encoding::HEXLOWER;
use domain::payout::State;
use domain::usage::LicenceState;
use domain::{LicenceId, PayeeId, PaymentId, PayoutId, Timestamp, TrackId, uuid7};
use ledger::Money;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::db::Tx;

use super::Kind;
use crate::Fault;
use crate::access::Principal;
use crate::accounts::paid::Paid;
use crate::accounts::payments::Subject;

/// A licence that was sold.
pub(crate) struct Sold<'a> {
    pub(crate) licence: LicenceId,
    /// None where it is free.
    pub(crate) payment: Option<PaymentId>,
    /// None for clip time and subscriptions.
    pub(crate) track: Option<TrackId>,
    pub(crate) buyer: &'a Principal,
    /// The offer's or the plan's id.
    pub(crate) offer: &'a str,
    /// Tax included.
    pub(crate) price_micros: i64,
    pub(crate) currency: &'a str,
}

/// A payout, at a line of its history.
pub(crate) struct Step<'a> {
    pub(crate) payout: PayoutId,
    pub(crate) payee: PayeeId,
    pub(crate) rail: &'a str,
    pub(crate) amount: Money,
    pub(crate) fee: Money,
    /// The line's number and the state since then.
    pub(crate) line: (i64, State),
}

/// What a line of a settlement adds to its event.
pub(crate) struct Settlement {
    pub(crate) uses: i64,
    /// In micro-units.
    pub(crate) earned: i64,
    /// The first and the last commit with such a use.
    pub(crate) commits: (u64, u64),
}

/// Tells of a sale.
pub(crate) async fn sold(tx: &mut Tx, at: Timestamp, sold: &Sold<'_>) -> Result<(), Fault> {
    let buyer = match sold.buyer {
        Principal::Person(person) => Some(person.id.to_string()),
        Principal::Program(key) => Some(key.id.to_string()),
        Principal::Guest => None,
    };
    let data = json!({
        "licence": sold.licence.to_string(),
        "payment": sold.payment.map(|id| id.to_string()),
        "track": sold.track.map(|id| id.to_string()),
        "buyer": buyer,
        "offer": sold.offer,
        "price_micros": sold.price_micros,
        "currency": sold.currency,
    });
    let of = (sold.licence.bytes(), 0);
    put(tx, at, Kind::SaleCompleted, of, &data).await
}

/// Tells of a settlement of uses in one currency. Its lines are found by its id.
pub(crate) async fn settled(
    tx: &mut Tx,
    at: Timestamp,
    (id, currency): (&[u8; 16], &str),
    lines: impl Iterator<Item = Settlement>,
) -> Result<(), Fault> {
    let (mut uses, mut earned, mut count) = (0_i64, 0_i64, 0_u64);
    let (mut first, mut last) = (u64::MAX, 0);
    for line in lines {
        uses += line.uses;
        earned += line.earned;
        count += 1;
        first = first.min(line.commits.0);
        last = last.max(line.commits.1);
    }
    let data = json!({
        "settlement": HEXLOWER.encode(id),
        "uses": uses,
        "lines": count,
        "earned_micros": earned,
        "currency": currency,
        "first_commit": first,
        "last_commit": last,
    });
    let last = i64::try_from(last).map_err(Fault::while_("telling of a settlement"))?;
    put(tx, at, Kind::UseSettled, (id, last), &data).await
}

/// Tells how a licence stands since a line of its history.
pub(crate) async fn moved(
    tx: &mut Tx,
    at: Timestamp,
    (licence, line): (LicenceId, i64),
    after: LicenceState,
    cause: &str,
) -> Result<(), Fault> {
    let data = json!({ "licence": licence.to_string(), "cause": cause });
    let of = (licence.bytes(), line);
    put(tx, at, Kind::of_standing(after), of, &data).await
}

/// Tells of a line of a payout's history, where anybody outside cares.
pub(crate) async fn paid_out(tx: &mut Tx, at: Timestamp, step: &Step<'_>) -> Result<(), Fault> {
    let (no, state) = step.line;
    let Some(kind) = Kind::of_payout(no, state) else {
        return Ok(());
    };
    let data = json!({
        "payout": step.payout.to_string(),
        "payee": step.payee.to_string(),
        "rail": step.rail,
        "amount_micros": step.amount.micros(),
        "fee_micros": step.fee.micros(),
        "currency": step.amount.currency().code(),
    });
    put(tx, at, kind, (step.payout.bytes(), no), &data).await
}

/// Tells what was given back of a payment, where more is back than before.
pub(crate) async fn refunded(
    tx: &mut Tx,
    at: Timestamp,
    paid: &Paid,
    (before, after): (i64, i64),
) -> Result<(), Fault> {
    if after <= before {
        return Ok(());
    }
    let licence = match paid.subject {
        Subject::Licence(licence) => Some(licence.to_string()),
        Subject::WalletLoad(_) | Subject::Subscription(_) => None,
    };
    let data = json!({
        "payment": paid.id.to_string(),
        "licence": licence,
        "refunded_micros": after - before,
        "refunded_total_micros": after,
        "paid_micros": paid.money.micros(),
        "currency": paid.money.currency().code(),
    });
    let of = (paid.id.bytes(), after);
    put(tx, at, Kind::RefundCompleted, of, &data).await
}

/// Writes an event. Its id is made of what it tells, so that no fact has two.
async fn put(
    tx: &mut Tx,
    at: Timestamp,
    kind: Kind,
    (subject, place): (&[u8; 16], i64),
    data: &Value,
) -> Result<(), Fault> {
    let mut digest = Sha256::new();
    digest.update(kind.word());
    digest.update(subject);
    digest.update(place.to_be_bytes());
    let mut chance = [0_u8; 10];
    for (to, from) in chance.iter_mut().zip(digest.finalize()) {
        *to = from;
    }
    let values = [
        (&uuid7(at, chance)).into(),
        kind.word().into(),
        at.0.into(),
        subject.into(),
        place.into(),
        data.to_string().into(),
    ];
    tx.run(PUT, &values).await?;
    Ok(())
}

const PUT: &str = "
    insert into events (id, kind, at_ms, subject, place, data) values ($1, $2, $3, $4, $5, $6)";
