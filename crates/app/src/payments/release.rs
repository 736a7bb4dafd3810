//! The reserve goes to the payees once it is old enough.
//!
//! Before: a sale's hold is older than the operator's `reserve_days` and hasn't gone. After: what
//! refunds and disputes have left of it is shared by the sheet of the sale, once. What they take
//! later comes back from the payees who got it: see `post`.

use domain::extras::Hold;
use domain::{Account, LicenceId, LineKind, PaymentId, Timestamp};
use ledger::JournalDraft;
use store::db::Tx;

use crate::accounts::booking::Booking;
use crate::accounts::{holds, paid};
use crate::stop::Tries;
use crate::{App, Call, Fault};

/// Kind of the journal in which a reserve goes to the payees.
const RELEASE: &str = "reserve_release";
/// How many holds are looked at together.
const AT_ONCE: i64 = 200;

/// Releases every hold that is due; how many there were.
///
/// # Errors
/// [`Fault`] of the database; what was released before stays so.
pub async fn due(app: &App, call: &mut Call) -> Result<usize, Fault> {
    adopt(app).await?;
    let age = i64::from(app.settings.reserve_days) * domain::time::DAY_MS;
    let until = Timestamp(call.now.0.saturating_sub(age));
    let mut released = 0;
    loop {
        let holds = holds::old(&mut app.db.read().await?, until, AT_ONCE).await?;
        if holds.is_empty() {
            return Ok(released);
        }
        for licence in holds {
            let mut tries = Tries::default();
            loop {
                match release(app, call, licence, age).await {
                    Err(fault) if tries.again(&fault) => {}
                    done => break done?,
                }
            }
            released += 1;
        }
    }
}

/// Writes down the holds of sales that were made before this was kept.
async fn adopt(app: &App) -> Result<(), Fault> {
    loop {
        let mut tx = app.write().await?;
        let missing = holds::missing(&mut tx, AT_ONCE).await?;
        if missing.is_empty() {
            return Ok(());
        }
        for held in &missing {
            holds::keep(&mut tx, held).await?;
        }
        tx.commit().await?;
    }
}

async fn release(app: &App, call: &mut Call, licence: LicenceId, age: i64) -> Result<(), Fault> {
    let mut tx = app.write().await?;
    // The payment first, as whoever follows its facts does.
    let returned = match payment(&mut tx, licence).await? {
        Some(id) => match paid::locked(&mut tx, id).await? {
            Some(paid) => {
                let facts = paid::facts(&mut tx, &paid).await?;
                (facts.returned(), paid.money.micros())
            }
            None => (0, 1),
        },
        None => (0, 1),
    };
    let Some(held) = holds::locked(&mut tx, licence).await? else {
        return Ok(());
    };
    let hold = Hold {
        since: held.since,
        micros: held.money.micros(),
        released: held.released.is_some(),
    };
    let due = hold.due(call.now, age, returned.0, returned.1);
    let due = due.map_err(Fault::while_("computing a reserve's rest"))?;
    if held.released.is_none() {
        let draft = JournalDraft::new(RELEASE, licence.to_string(), "the reserve by age");
        let line = (LineKind::Reserve, licence.bytes());
        let mut booking = Booking::new(draft, line, held.money.currency());
        booking.post(&Account::Reserve(held.sheet), -due);
        booking
            .share_by(&mut tx, held.sheet, Some(licence), due)
            .await?;
        booking.write(&mut tx, call).await?;
        holds::release(&mut tx, licence, call.now).await?;
    }
    Ok(tx.commit().await?)
}

async fn payment(tx: &mut Tx, licence: LicenceId) -> Result<Option<PaymentId>, Fault> {
    let row = tx.optional(PAYMENT, &[licence.bytes().into()]).await?;
    let id = row
        .map(|row| row.opt_bytes("payment_id"))
        .transpose()?
        .flatten();
    let id = id.map(|id| {
        let id = id.try_into();
        id.map_err(|_| Fault::because("reading a licence", "its payment is no id"))
    });
    Ok(id.transpose()?.map(PaymentId::from_bytes))
}

const PAYMENT: &str = "select payment_id from licences where id = $1";
