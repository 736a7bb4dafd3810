//! Listing payouts: a payee's own, or everybody's for the operator; and one with its history.

use domain::payout::State;
use domain::{PayeeId, PayoutId, Timestamp};
use store::db::Tx;

use super::{AccessRefusal, Hand, PAYOUTS, PayoutSeen, read};
use crate::{App, Fault, Stop};

/// How many payouts a list holds.
pub const LIST_MAX: i64 = 200;

/// One line of a payout's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// How it stands since.
    pub state: String,
    /// Why, where anything was said.
    pub reason: String,
}

/// A payee's payouts, the newest first.
///
/// # Errors
/// [`AccessRefusal`].
pub async fn of_payee(
    app: &App,
    hand: Hand<'_>,
    payee: PayeeId,
) -> Result<Vec<PayoutSeen>, Stop<AccessRefusal>> {
    super::payees(hand, payee).map_err(Stop::Refused)?;
    let mut tx = app.read().await?;
    let sql = format!("{PAYOUTS} where o.payee_id = $1 order by o.id desc limit $2");
    let rows = tx
        .all(&sql, &[payee.bytes().into(), LIST_MAX.into()])
        .await?;
    let payouts: Result<Vec<_>, Fault> = rows.iter().map(read).collect();
    Ok(payouts?)
}

/// Everybody's payouts, those that aren't over first, the newest first.
///
/// # Errors
/// [`AccessRefusal`].
pub async fn all(app: &App, hand: Hand<'_>) -> Result<Vec<PayoutSeen>, Stop<AccessRefusal>> {
    super::operators(hand).map_err(Stop::Refused)?;
    let mut tx = app.read().await?;
    let sql = format!("{PAYOUTS} {OPEN_FIRST}");
    let rows = tx.all(&sql, &[LIST_MAX.into()]).await?;
    let payouts: Result<Vec<_>, Fault> = rows.iter().map(read).collect();
    Ok(payouts?)
}

/// One payout and everything that happened to it, the oldest first.
///
/// # Errors
/// [`AccessRefusal`].
pub async fn show(
    app: &App,
    hand: Hand<'_>,
    id: PayoutId,
) -> Result<(PayoutSeen, Vec<Past>), Stop<AccessRefusal>> {
    let mut tx = app.read().await?;
    let sql = format!("{PAYOUTS} where o.id = $1");
    let row = tx.optional(&sql, &[id.bytes().into()]).await?;
    let seen = row.as_ref().map(read).transpose()?;
    let seen = match seen {
        Some(seen) => seen,
        // Whoever isn't the operator isn't told which payouts there are.
        None => {
            super::operators(hand).map_err(|_| Stop::Refused(AccessRefusal::NotYours))?;
            return Err(Stop::Refused(AccessRefusal::UnknownPayout(id)));
        }
    };
    super::payees(hand, seen.payee).map_err(Stop::Refused)?;
    let mut past = Vec::new();
    for row in tx.all(HISTORY, &[id.bytes().into()]).await? {
        past.push(Past {
            at: Timestamp(row.int("at_ms")?),
            who: row.text("who")?,
            state: row.text("state")?,
            reason: row.text("reason")?,
        });
    }
    Ok((seen, past))
}

/// Whether a payout's money is in transit still.
#[must_use]
pub const fn is_open(state: State) -> bool {
    !matches!(state, State::Paid | State::Failed | State::Withdrawn)
}

pub(super) async fn of_run(tx: &mut Tx, run: &[u8; 16]) -> Result<Vec<PayoutSeen>, Fault> {
    let sql = format!("{PAYOUTS} where o.run_id = $1 order by o.id");
    let rows = tx.all(&sql, &[run.into()]).await?;
    rows.iter().map(read).collect()
}

const OPEN_FIRST: &str = "
     order by case when o.state in ('paid', 'failed', 'withdrawn') then 1 else 0 end, o.id desc
     limit $1";

const HISTORY: &str = "
    select at_ms, who, state, reason from payout_events where payout_id = $1 order by no";
