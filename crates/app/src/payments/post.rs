//! The ledger follows a payment's facts: what they say it must be, less what is posted.
//!
//! What payees give back comes out of whichever purse they have now, as a line under the sheet
//! that once shared it. A reserve that has gone to the payees already is taken back from them by
//! the sheet of the sale. What is taken of a wallet's load leaves the wallet, as far as it holds
//! that. Clip time and subscriptions have rules of their own: see `clip_time` and `pool`.

use domain::journal::REST_REFUND;
use domain::refund::{Facts, Original, REFUND};
use domain::wallet::WALLET_REFUND;
use domain::{Account, BundleId, LicenceId, LineKind, PaymentId, RestRefundId, WalletLoadId};
use ledger::{Journal, JournalDraft, Money};
use sha2::{Digest, Sha256};
use store::db::Tx;

use super::{clip_time, pool};
use crate::accounts::booking::{self, Booking};
use crate::accounts::paid::{self, Books, Paid};
use crate::accounts::payments::Subject;
use crate::accounts::{holds, subscribed};
use crate::billing::credit_note::{self, Given};
use crate::wallets::{self, taken_back};
use crate::{App, Call, Fault};

/// Kind of a journal in which a released reserve comes back from payees, or goes to them again.
const RESERVE_RETURN: &str = "reserve_return";
/// The longest source of a journal that is kept in full, in bytes.
const SOURCE_MAX: usize = 200;

/// How new facts came about, where the books name it apart.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Cause {
    /// Whatever the provider told.
    #[default]
    Told,
    /// What was left of a bundle was paid back: out of that bundle alone, and of at most so many
    /// micro-units that it holds.
    Rest(RestRefundId, BundleId, i64),
    /// What was left in a wallet was paid back.
    WalletRest,
}

/// Why facts are new.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Why<'a> {
    /// The words that the papers give as the reason; without any they say what happened.
    pub(crate) reason: &'a str,
    /// How they came about.
    pub(crate) cause: Cause,
}

/// What a step is about.
pub(super) struct Step<'a> {
    id: [u8; 16],
    pub(super) paid: &'a Paid,
    source: String,
    memo: &'static str,
    pub(super) cause: Cause,
}

/// Posts the step from the facts before to those after, and writes down what it gave back.
pub(super) async fn follow(
    app: &App,
    call: &mut Call,
    tx: &mut Tx,
    paid: &Paid,
    (before, after): (&Facts, &Facts),
    why: Why<'_>,
) -> Result<(), Fault> {
    let sale = paid::journal(tx, paid).await?;
    let original = paid::legs(&sale)?;
    let step = Step {
        id: call.id(),
        paid,
        source: source(paid.id, after),
        memo: memo(before, after),
        cause: why.cause,
    };
    keep(tx, call, &step, after).await?;
    let sale = (&sale, &original);
    match paid.subject {
        Subject::Licence(licence) => {
            if paid::bundle(tx, licence).await?.is_some() {
                clip_time::follow(tx, call, &step, licence, sale, (before, after)).await?;
            } else {
                of_track(tx, call, &step, licence, sale, after).await?;
            }
            step.note(app, call, tx, (licence, &original), (before, after), why)
                .await
        }
        Subject::Subscription(cycle) => {
            pool::follow(tx, call, &step, cycle, sale, (before, after)).await?;
            let licence = subscribed::licence(tx, cycle).await?;
            step.note(app, call, tx, (licence, &original), (before, after), why)
                .await
        }
        // A load is money kept, and no sale: it has no invoice, so its refund has no credit note.
        Subject::WalletLoad(load) => of_load(tx, call, &step, load, sale, after).await,
    }
}

/// A load that is taken back leaves the wallet; what that no longer holds the platform bears.
async fn of_load(
    tx: &mut Tx,
    call: &mut Call,
    step: &Step<'_>,
    load: WalletLoadId,
    sale: (&Journal, &Original),
    after: &Facts,
) -> Result<(), Fault> {
    // The wallet first: what was borne of the load is read under its lock.
    taken_back::of_load(tx, load).await?;
    let books = differences(tx, step.paid, sale, after).await?;
    let mut booking = step.booking(REFUND, LineKind::Refund);
    for (account, micros) in books {
        match account {
            Account::Wallet(_) => taken_back::take_back(&mut booking, tx, load, -micros).await?,
            other => booking.post(&other, micros),
        }
    }
    step.write(tx, call, booking).await
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
    for (account, micros) in paid::posted(tx, paid, sale).await? {
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
            Account::Wallet(wallet) => {
                wallets::locked(tx, wallet).await?;
                booking.post(&account, micros);
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

impl Step<'_> {
    /// A journal of this step. What its cause names apart has a kind of its own.
    pub(super) fn booking(&self, kind: &str, line: LineKind) -> Booking {
        let source = self.source.as_str();
        let draft = match self.cause {
            Cause::Told => JournalDraft::new(kind, source, self.memo),
            Cause::WalletRest => {
                JournalDraft::new(WALLET_REFUND, source, "A wallet's rest was paid back")
            }
            Cause::Rest(id, _, _) => {
                let memo = "The rest of a bundle was paid back";
                JournalDraft::new(REST_REFUND, id.to_string(), memo)
            }
        };
        Booking::new(draft, (line, &self.id), self.paid.money.currency())
    }

    /// The credit note over what is given back for good by this step, where anything is.
    async fn note(
        &self,
        app: &App,
        call: &Call,
        tx: &mut Tx,
        (licence, original): (LicenceId, &Original),
        (before, after): (&Facts, &Facts),
        why: Why<'_>,
    ) -> Result<(), Fault> {
        let tax = |facts: &Facts| {
            let tax = original.tax_of(facts.settled());
            tax.map_err(Fault::while_("computing the tax given back"))
        };
        let currency = self.paid.money.currency();
        let given = Given {
            step: &self.id,
            licence,
            money: Money::new(after.settled() - before.settled(), currency),
            tax_micros: tax(after)? - tax(before)?,
            reason: Some(why.reason)
                .filter(|r| !r.is_empty())
                .unwrap_or(self.memo),
        };
        if given.money.micros() > 0 {
            credit_note::issue(app, call, tx, self.paid, &given).await?;
        }
        Ok(())
    }

    /// Posts a journal as one that follows the payment's facts.
    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        call: &mut Call,
        booking: Booking,
    ) -> Result<(), Fault> {
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
