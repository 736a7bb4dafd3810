//! Proposing payouts on pay days, without anybody asking: a part of the store's upkeep.
//!
//! Before: a payee's pay day has come, by their own schedule. After: what is available is
//! proposed; files are made and large payouts released by people, as ever. A payee is one
//! transaction, which also keeps that their day was looked at: run twice, late, or on two nodes
//! at once, it proposes once.

use domain::{Account, PayeeId};
use ledger::Currency;

use super::propose::{Proposer, propose};
use super::{balance, destination, rules, terms};
use crate::{App, Call, Fault};

/// The name that stands in a payout's history for the store itself.
pub const NAME: &str = "upkeep";

/// Proposes what is due; how many payouts. A payee whose turn fails doesn't keep the others
/// waiting: it is logged, and the next round tries again.
///
/// # Errors
/// [`Fault`] of the database while it is found out who is due.
pub async fn due(app: &App, call: &mut Call) -> Result<usize, Fault> {
    let whose = candidates(app, call).await?;
    let proposer = Proposer {
        name: NAME,
        operator: None,
        run: call.id(),
        by_the_day: true,
    };
    let mut proposed = 0;
    for (payee, currency) in whose {
        match propose(app, call, &proposer, (payee, currency)).await {
            Ok(Ok(Some(_))) => proposed += 1,
            // Their page and the operator's desk say why.
            Ok(Ok(None) | Err(_)) => {}
            Err(fault) => tracing::error!("a payout to {payee}: {}", fault.chain()),
        }
    }
    Ok(proposed)
}

/// Who has something, has said where, and whose pay day has come; read without keeping anybody
/// waiting, and decided again under the payee's lock.
async fn candidates(app: &App, call: &Call) -> Result<Vec<(PayeeId, Currency)>, Fault> {
    let mut tx = app.db.read().await?;
    let rules = rules::in_force(&mut tx).await?;
    let mut due = Vec::new();
    for row in tx.all(CREDIT, &[]).await? {
        let account = row.text("account")?.parse();
        let account = account.map_err(Fault::while_("reading a payee's account"))?;
        let Account::Payee(payee) = account else {
            continue;
        };
        let currency = super::currency(&row.text("currency")?)?;
        let set = destination::latest(&mut tx, payee).await?;
        let payable = set.is_some_and(|set| set.held_until.is_none_or(|until| until <= call.now));
        if !payable {
            continue;
        }
        let terms = terms::in_force(&mut tx, &rules, payee, currency).await?;
        let since = balance::looked(&mut tx, payee, &terms).await?;
        let day = terms.pay_day_after(since);
        if day.is_some_and(|day| day <= call.now) {
            due.push((payee, currency));
        }
    }
    Ok(due)
}

// What is owed to the store, or nothing, isn't paid.
const CREDIT: &str = "
    select account, currency from balances
     where account like 'payee:%' and amount_micros > 0 order by account, currency";
