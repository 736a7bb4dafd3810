//! Clip time gives back what nobody has earned first: out of the bundle that was bought, then out
//! of those that were given away. What that doesn't cover the tracks give back that it was used
//! on, in proportion, by the sheets that shared their uses. What lies idle since it expired
//! unused can't be taken back any more: the platform bears that. A curator's share of the sale goes
//! back in proportion, as of any sale.
//!
//! Every step posts the difference between what is and what must be, so steps in any order end
//! alike.

use std::collections::BTreeMap;

use domain::bundle_refund::entitled;
use domain::refund::{Facts, Original};
use domain::{Account, LicenceId, LineKind, PayeeId};
use ledger::Journal;
use store::db::Tx;

use super::post::{Cause, Step};
use crate::accounts::booking::{self, Booking};
use crate::accounts::clip_tree::{self, Branch, Earned};
use crate::accounts::paid::{self, Books};
use crate::{Call, Fault};

/// Kind of a journal in which clip time gives back what it was paid with.
const TAKEN_BACK: &str = "taken_back";

/// What the composers' side of a payment has, and must have.
struct Side {
    /// What stands for it now, in all.
    has: i64,
    /// What the facts leave it.
    due: i64,
}

/// Posts a step of a payment for clip time.
pub(super) async fn follow(
    tx: &mut Tx,
    call: &mut Call,
    step: &Step<'_>,
    licence: LicenceId,
    (sale, original): (&Journal, &Original),
    (before, after): (&Facts, &Facts),
) -> Result<(), Fault> {
    let branches = clip_tree::locked(tx, step.paid).await?;
    let target = |facts: &Facts| {
        let target = original.target(facts);
        let target = target.map_err(Fault::while_("computing what a payment should have moved"))?;
        Ok::<Books, Fault>(paid::of_payees(target.accounts))
    };
    let (stood, target) = (target(before)?, target(after)?);
    let posted = paid::posted(tx, step.paid, sale).await?;
    let composers = |books: &Books| -> i64 {
        let theirs = books.iter().filter(|(a, _)| paid::is_clip_time(a));
        theirs.map(|(_, micros)| micros).sum()
    };
    let side = Side {
        has: composers(&posted) - curators(&stood).map(|(_, micros)| micros).sum::<i64>(),
        due: composers(&target) - curators(&target).map(|(_, micros)| micros).sum::<i64>(),
    };
    let mut booking = step.booking(TAKEN_BACK, LineKind::Refund);
    let mut moved: BTreeMap<PayeeId, i64> = BTreeMap::new();
    for (books, sign) in [(&target, 1), (&stood, -1)] {
        for (payee, micros) in curators(books) {
            *moved.entry(payee).or_default() += sign * micros;
        }
    }
    for (payee, micros) in moved.into_iter().filter(|(_, micros)| *micros != 0) {
        let purse = booking::purse(tx, payee).await?;
        booking.reverse(purse, (None, Some(licence)), micros)?;
    }
    for (books, sign) in [(&target, 1), (&posted, -1)] {
        for (account, micros) in books.iter().filter(|(a, _)| !paid::is_clip_time(a)) {
            if let Account::Wallet(wallet) = account {
                crate::wallets::locked(tx, *wallet).await?;
            }
            booking.post(account, sign * micros);
        }
    }
    // What is borne is of the commission: every journal sums to zero.
    let borne = match step.cause {
        Cause::Rest(_, bundle, most) => {
            let taken = (side.has - side.due).min(most);
            booking.post(&Account::BundleUnearned(bundle), -taken);
            side.has - taken - side.due
        }
        Cause::Told | Cause::WalletRest => {
            take(tx, &mut booking, step, licence, (&branches, &side)).await?
        }
    };
    booking.post(&Account::Commission, -borne);
    step.write(tx, call, booking).await
}

/// The payees of a sale of clip time: whoever curated it.
fn curators(books: &Books) -> impl Iterator<Item = (PayeeId, i64)> {
    books.iter().filter_map(|(account, micros)| match account {
        Account::Payee(payee) => Some((*payee, *micros)),
        _ => None,
    })
}

/// Brings bundles and tracks to what they are entitled to; what the platform bears then.
async fn take(
    tx: &mut Tx,
    booking: &mut Booking,
    step: &Step<'_>,
    licence: LicenceId,
    (branches, side): (&[Branch], &Side),
) -> Result<i64, Fault> {
    let idle = clip_tree::idle(tx, step.paid).await?;
    let earned = clip_tree::earned(tx, step.paid).await?;
    let weights: Vec<_> = earned.iter().map(|one| (one.track, one.micros)).collect();
    let shared = entitled(&weights, side.due - idle);
    let (tracks, unearned) = shared.map_err(Fault::while_("sharing a refund"))?;
    let mut kept = unearned + idle;
    for (one, (_, micros)) in earned.iter().zip(&tracks) {
        let moved = micros - one.micros - one.back;
        if moved != 0 {
            booking
                .share_by(tx, one.sheet, Some(licence), moved)
                .await?;
        }
        kept += micros;
    }
    check(branches, &earned, idle, side)?;
    let all: i64 = branches.iter().map(|one| one.held + one.taken).sum();
    let mut left = all - unearned;
    for one in branches {
        let taken = left.min(one.held + one.taken);
        left -= taken;
        if taken != one.taken {
            booking.post(&Account::BundleUnearned(one.id), one.taken - taken);
            tx.run(TAKEN, &[one.id.bytes().into(), taken.into()])
                .await?;
        }
    }
    if left != 0 {
        return Err(broken("its bundles hold less than that"));
    }
    Ok(kept - side.due)
}

/// What bundles, tracks and the idle account have must be what is posted for the payment.
fn check(branches: &[Branch], earned: &[Earned], idle: i64, side: &Side) -> Result<(), Fault> {
    let held: i64 = branches.iter().map(|one| one.held).sum();
    let tracks: i64 = earned.iter().map(|one| one.micros + one.back).sum();
    if held + tracks + idle == side.has {
        return Ok(());
    }
    Err(broken("its bundles and tracks don't have what was posted"))
}

fn broken(what: &'static str) -> Fault {
    Fault::because("refunding clip time", what)
}

const TAKEN: &str = "update bundles set taken_micros = $2 where id = $1";
