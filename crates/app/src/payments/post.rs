//! The ledger follows a payment's facts: what they say it must be, less what is posted.
//!
//! What payees give back comes out of whichever purse they have now, as a line under the sheet
//! that once shared it. A reserve that has gone to the payees already is taken back from them by
//! the sheet of the sale. Clip time gives back what wasn't earned first, and then the tracks it
//! was used on do, in proportion.

use domain::bundle_refund::entitled;
use domain::refund::{Facts, Original, REFUND};
use domain::{Account, BundleId, LicenceId, LineKind, PaymentId, SplitSheetId, TrackId};
use ledger::{Journal, JournalDraft, Money};
use sha2::{Digest, Sha256};
use store::db::Tx;

use crate::accounts::booking::{self, Booking};
use crate::accounts::paid::{self, Books, Paid};
use crate::accounts::payments::Subject;
use crate::accounts::{audit, holds};
use crate::licensing::credit_note::{self, Given};
use crate::{App, Call, Fault};

/// Kind of a journal in which tracks give back what clip time earned them.
const TAKEN_BACK: &str = "taken_back";
/// Kind of a journal in which a released reserve comes back from payees, or goes to them again.
const RESERVE_RETURN: &str = "reserve_return";
/// The longest source of a journal that is kept in full, in bytes.
const SOURCE_MAX: usize = 200;

/// What a step is about.
struct Step<'a> {
    id: [u8; 16],
    paid: &'a Paid,
    source: String,
    memo: &'static str,
}

/// Posts the step from the facts before to those after, and writes down what it gave back.
pub(super) async fn follow(
    app: &App,
    call: &mut Call,
    tx: &mut Tx,
    paid: &Paid,
    (before, after): (&Facts, &Facts),
    reason: &str,
) -> Result<(), Fault> {
    let sale = paid::journal(tx, paid).await?;
    let original = paid::legs(&sale)?;
    let step = Step {
        id: call.id(),
        paid,
        source: source(paid.id, after),
        memo: memo(before, after),
    };
    keep(tx, call, &step, after).await?;
    let Subject::Licence(licence) = paid.subject else {
        return Err(Fault::because(
            "following a payment",
            "it paid for no licence",
        ));
    };
    match paid::bundle(tx, licence).await? {
        None => of_track(tx, call, &step, licence, (&sale, &original), after).await?,
        Some(bundle) => {
            of_bundle(
                tx,
                call,
                &step,
                (licence, bundle),
                (&sale, &original),
                after,
            )
            .await?;
        }
    }
    let given = after.settled() - before.settled();
    if given > 0 {
        let tax = |facts: &Facts| {
            let tax = original.tax_of(facts.settled());
            tax.map_err(Fault::while_("computing the tax given back"))
        };
        let reason = if reason.is_empty() { step.memo } else { reason };
        let given = Given {
            step: &step.id,
            licence,
            money: Money::new(given, paid.money.currency()),
            tax_micros: tax(after)? - tax(before)?,
            reason,
        };
        credit_note::issue(app, call, tx, &given).await?;
    }
    Ok(())
}

/// The facts as a journal's source; a digest of them where they are long.
fn source(payment: PaymentId, facts: &Facts) -> String {
    let payment = payment.to_string();
    let text = facts.reference(&payment);
    if text.len() <= SOURCE_MAX {
        return text;
    }
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(text));
    format!("{payment}:{digest}")
}

fn memo(before: &Facts, after: &Facts) -> &'static str {
    if after.refunded > before.refunded {
        "the payment was given back"
    } else if after.returned() > before.returned() {
        "the payment is disputed"
    } else if after.returned() < before.returned() {
        "the dispute was won"
    } else if after.settled() > before.settled() {
        "the dispute was lost"
    } else {
        "the provider's fees changed"
    }
}

async fn keep(tx: &mut Tx, call: &Call, step: &Step<'_>, after: &Facts) -> Result<(), Fault> {
    let values = [
        (&step.id).into(),
        step.paid.id.bytes().into(),
        call.now.0.into(),
        after.returned().into(),
        after.settled().into(),
    ];
    tx.run(STEP, &values).await?;
    Ok(())
}

/// What each account must move by.
async fn differences(
    tx: &mut Tx,
    paid: &Paid,
    (sale, original): (&Journal, &Original),
    after: &Facts,
) -> Result<Books, Fault> {
    let target = original.target(after);
    let target = target.map_err(Fault::while_("computing what a payment should have moved"))?;
    let mut books = paid::of_payees(target.accounts);
    for (account, micros) in paid::posted(tx, paid.id, sale).await? {
        *books.entry(account).or_default() -= micros;
    }
    books.retain(|_, micros| *micros != 0);
    Ok(books)
}

async fn of_track(
    tx: &mut Tx,
    call: &mut Call,
    step: &Step<'_>,
    licence: LicenceId,
    sale: (&Journal, &Original),
    after: &Facts,
) -> Result<(), Fault> {
    let books = differences(tx, step.paid, sale, after).await?;
    let sheets = paid::sheets(tx, licence).await?;
    let mut booking = step.booking(REFUND, LineKind::Refund);
    let mut reserve = 0;
    for (account, micros) in books {
        match account {
            Account::Payee(payee) => {
                let sheet = sheets.get(&payee).copied().flatten();
                let purse = booking::purse(tx, payee).await?;
                booking.reverse(purse, (sheet, Some(licence)), micros)?;
            }
            Account::Reserve(_) => {
                booking.post(&account, micros);
                reserve = micros;
            }
            other => booking.post(&other, micros),
        }
    }
    step.write(tx, call, booking).await?;
    of_reserve(tx, call, step, licence, reserve).await
}

/// A reserve that isn't there any more: what was taken of it comes back from the payees who got
/// it, and what it was given again goes on to them.
async fn of_reserve(
    tx: &mut Tx,
    call: &mut Call,
    step: &Step<'_>,
    licence: LicenceId,
    moved: i64,
) -> Result<(), Fault> {
    let Some(held) = holds::locked(tx, licence).await? else {
        return Ok(());
    };
    if held.released.is_none() || moved == 0 {
        return Ok(());
    }
    let mut booking = step.booking(RESERVE_RETURN, LineKind::Reserve);
    booking.post(&Account::Reserve(held.sheet), -moved);
    booking
        .share_by(tx, held.sheet, Some(licence), moved)
        .await?;
    // It moves between the reserve and the payees, so it is no part of what the payment moved.
    booking.write(tx, call).await?;
    Ok(())
}

async fn of_bundle(
    tx: &mut Tx,
    call: &mut Call,
    step: &Step<'_>,
    (licence, bundle): (LicenceId, BundleId),
    (sale, original): (&Journal, &Original),
    after: &Facts,
) -> Result<(), Fault> {
    paid::lock(tx, bundle).await?;
    let posted = paid::posted(tx, step.paid.id, sale).await?;
    let books = differences(tx, step.paid, (sale, original), after).await?;
    let mut booking = step.booking(TAKEN_BACK, LineKind::Refund);
    let costs = books
        .iter()
        .filter(|(account, _)| !paid::is_clip_time(account));
    let mut moved = 0_i64;
    for (account, micros) in costs {
        booking.post(account, *micros);
        moved += micros;
    }
    // Every journal sums to zero, so the composers' side is what the rest isn't.
    let left: i64 = posted
        .iter()
        .filter(|(a, _)| !paid::is_clip_time(a))
        .map(|(_, m)| -m)
        .sum();
    let earned = earned(tx, bundle).await?;
    let weights: Vec<_> = earned
        .iter()
        .map(|(track, _, micros)| (*track, *micros))
        .collect();
    let of = |left| entitled(&weights, left).map_err(Fault::while_("sharing a refund"));
    let ((before, unearned), (now, still)) = (of(left)?, of(left - moved)?);
    let account = Account::BundleUnearned(bundle);
    booking.post(&account, still - unearned);
    for ((_, sheet, _), ((_, had), (_, has))) in earned.iter().zip(before.iter().zip(&now)) {
        if has != had {
            booking
                .share_by(tx, *sheet, Some(licence), has - had)
                .await?;
        }
    }
    let currency = step.paid.money.currency().code();
    let held = audit::balance(tx, account.id().as_str(), currency).await?;
    if held + still - unearned < 0 {
        return Err(Fault::because(
            "refunding clip time",
            "the bundle holds less than that",
        ));
    }
    let values = [bundle.bytes().into(), (unearned - still).into()];
    tx.run(TAKE, &values).await?;
    step.write(tx, call, booking).await
}

/// What each track has earned of a bundle, by the sheets that shared it, always in one order.
async fn earned(tx: &mut Tx, bundle: BundleId) -> Result<Vec<(TrackId, SplitSheetId, i64)>, Fault> {
    let rows = tx.all(EARNED, &[bundle.bytes().into()]).await?;
    let one = |row: &store::db::Row| {
        let track = TrackId::from_bytes(row.id("track_id")?);
        let sheet = SplitSheetId::from_bytes(row.id("sheet_id")?);
        Ok((track, sheet, row.int("earned")?))
    };
    rows.iter().map(one).collect()
}

impl Step<'_> {
    fn booking(&self, kind: &str, line: LineKind) -> Booking {
        let draft = JournalDraft::new(kind, self.source.as_str(), self.memo);
        Booking::new(draft, (line, &self.id), self.paid.money.currency())
    }

    /// Posts a journal as one that follows the payment's facts.
    async fn write(&self, tx: &mut Tx, call: &mut Call, booking: Booking) -> Result<(), Fault> {
        if let Some(journal) = booking.write(tx, call).await? {
            let values = [
                self.paid.id.bytes().into(),
                journal.bytes().into(),
                (&self.id).into(),
            ];
            tx.run(FOLLOWED, &values).await?;
        }
        Ok(())
    }
}

const STEP: &str = "
    insert into payment_steps (id, payment_id, step, at_ms, returned_micros, settled_micros)
    select $1, $2, coalesce(max(step), 0) + 1, $3, $4, $5
      from payment_steps where payment_id = $2";

const FOLLOWED: &str = "
    insert into payment_journals (payment_id, journal_id, step_id) values ($1, $2, $3)";

const TAKE: &str = "update bundles set taken_micros = taken_micros + $2 where id = $1";

const EARNED: &str = "
    select s.track_id, s.sheet_id, cast(sum(s.earned_micros) as bigint) as earned
      from (select u.track_id, d.earned_micros,
                   (select e.sheet_id from payee_lines e
                     where e.kind = 'use' and e.source_id = d.use_id limit 1) as sheet_id
              from use_draws d join uses u on u.id = d.use_id
             where d.bundle_id = $1 and d.earned_micros > 0) s
     group by s.track_id, s.sheet_id
     order by s.track_id, s.sheet_id";
