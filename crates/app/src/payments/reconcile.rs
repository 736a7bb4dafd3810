//! What no message told is asked for.
//!
//! Before: the provider may know more of a payment than was heard here, and a refund may have
//! been asked for whose answer was lost. After: both are learned, as if the messages had come.

use domain::PaymentId;
use ledger::Currency;
use sha2::{Digest, Sha256};

use super::learn::{self, Heard};
use super::{refund, sandbox};
use crate::accounts::paid;
use crate::accounts::sandbox::NAME;
use crate::{App, Call, Fault, Stop};

/// How many payments are asked about together.
const AT_ONCE: i64 = 200;

/// Supplies what is missing; how many payments had something new.
///
/// # Errors
/// [`Fault`] of the database; what was learned before stays so.
pub async fn due(app: &App, call: &mut Call) -> Result<usize, Fault> {
    let mut new = 0;
    let rows = app.db.read().await?.all(OPEN, &[]).await?;
    for row in rows {
        let request = refund::find(&mut app.read().await?, &row.id("id")?).await?;
        let learned = refund::carry_out(app, call, &request).await?;
        new += usize::from(learned.is_some_and(|learned| learned.is_new));
    }
    let mut after = String::new();
    loop {
        let found = sandbox::touched(&mut app.db.read().await?, &after, AT_ONCE).await?;
        let Some(last) = found.last() else {
            return Ok(new);
        };
        after.clone_from(last);
        for reference in &found {
            new += usize::from(pull(app, call, reference).await?);
        }
    }
}

/// Asks the sandbox about one payment; whether that told anything new.
pub(super) async fn pull(app: &App, call: &mut Call, reference: &str) -> Result<bool, Fault> {
    let mut tx = app.read().await?;
    let Some(id) = paid::named(&mut tx, NAME, reference).await? else {
        return Ok(false);
    };
    let Some(paid) = paid::find(&mut tx, id).await? else {
        return Ok(false);
    };
    let facts = sandbox::facts(&mut tx, reference).await?;
    let known = paid::facts(&mut tx, &paid).await?;
    drop(tx);
    if known.clone().join(&facts) == known {
        return Ok(false);
    }
    let heard = Heard {
        provider: NAME.to_owned(),
        event: event(paid.id, paid.money.currency(), &facts.reference("")),
        reference: reference.to_owned(),
        currency: paid.money.currency(),
        facts,
    };
    match learn::learn(app, call, &heard).await {
        Ok(learned) => Ok(learned.is_new),
        Err(Stop::Fault(fault)) => Err(fault),
        Err(Stop::Refused(refusal)) => {
            Err(Fault::because("asking the provider", refusal.to_string()))
        }
    }
}

/// A number for a message that never came: the same for the same facts.
fn event(id: PaymentId, currency: Currency, facts: &str) -> String {
    let text = format!("{id}{}{facts}", currency.code());
    format!(
        "pull:{}",
        data_encoding::HEXLOWER.encode(&Sha256::digest(text))
    )
}

const OPEN: &str = "
    select id from refund_requests where done_ms is null order by asked_ms, id";
