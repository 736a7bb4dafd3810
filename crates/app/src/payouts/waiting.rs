//! What keeps a payout that wasn't sent yet, and what the operator has to set or do about it:
//! nothing waits without a reason that its payee and the operator can read.

use std::collections::{BTreeMap, BTreeSet};

use domain::payout::State;
use domain::payout::destination::Rail;
use domain::{Account, PayoutId, Timestamp};
use ledger::{Currency, Money};
use store::db::Tx;
use thiserror::Error;

use super::rules::{self, Local, Unset};
use super::{AccessRefusal, Hand, PayoutSeen, destination};
use crate::{App, Call, Fault, Stop};

/// Why a payout that was proposed hasn't left.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Waiting {
    /// It is large.
    #[error("it is above the limit for one person: {more} must release it")]
    Release {
        /// How many people are still needed, in words.
        more: &'static str,
    },
    /// It would go where the payee isn't paid any more.
    #[error("where it goes has changed: it must be withdrawn, and is then proposed anew")]
    Moved,
    /// The destination changed lately.
    #[error("where it goes changed lately: it leaves after {0}")]
    Held(Timestamp),
    /// Nobody has said what may leave in a day.
    #[error(transparent)]
    Unset(#[from] Unset),
    /// No day lets it out.
    #[error(
        "it is more than the {cap} that may leave in a day: the store has to raise \
         `daily_cap_micros` for {}, or withdraw it", .cap.currency()
    )]
    AboveCap {
        /// The cap.
        cap: Money,
    },
    /// SEPA without an account to pay from.
    #[error("SEPA needs the store's own account: the store has to set `debtor` in its rules")]
    NoDebtor,
    /// Nothing is in its way.
    #[error("it leaves with the next file, as soon as the day's cap lets it")]
    File,
}

impl Waiting {
    /// Its stable word.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Release { .. } => "release_required",
            Self::Moved => "destination_changed",
            Self::Held(_) => "payouts_held",
            Self::Unset(_) => "limits_not_set",
            Self::AboveCap { .. } => "above_daily_cap",
            Self::NoDebtor => "debtor_required",
            Self::File => "next_file",
        }
    }
}

/// What the payouts among these wait for that weren't sent yet. Whoever was shown them may be
/// shown this.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn of(
    app: &App,
    call: &Call,
    payouts: &[PayoutSeen],
) -> Result<BTreeMap<PayoutId, Waiting>, Fault> {
    let mut tx = app.db.read().await?;
    let mut out = BTreeMap::new();
    for seen in payouts {
        if let Some(waiting) = one(&mut tx, app.settings.currency, call.now, seen).await? {
            out.insert(seen.id, waiting);
        }
    }
    Ok(out)
}

/// What the operator has to set so that money can leave: one for each currency in which somebody
/// has something, and each account that is missing.
///
/// # Errors
/// [`AccessRefusal`].
pub async fn to_set(app: &App, hand: Hand<'_>) -> Result<Vec<Waiting>, Stop<AccessRefusal>> {
    super::operators(hand).map_err(Stop::Refused)?;
    let mut tx = app.db.read().await?;
    let mut out = Vec::new();
    for currency in currencies(&mut tx).await? {
        let local = rules::in_currency(&mut tx, app.settings.currency, currency).await?;
        let rails = Rail::ALL.into_iter();
        let mut rails = rails.filter(|rail| local.rules.is_on(*rail) && rail.pays(currency));
        if let Some(unset) = rails.find_map(|rail| local.known(rail).err()) {
            out.push(Waiting::Unset(unset));
        }
    }
    let sepa = [Rail::Sepa.code().into()];
    let wanted = tx.optional(RAIL_WAITS, &sepa).await?.is_some();
    if wanted && rules::in_force(&mut tx).await?.debtor.is_none() {
        out.push(Waiting::NoDebtor);
    }
    Ok(out)
}

/// In which currencies payees have anything.
async fn currencies(tx: &mut Tx) -> Result<BTreeSet<Currency>, Fault> {
    let mut out = BTreeSet::new();
    for row in tx.all(CREDIT, &[]).await? {
        let account = row.text("account")?.parse();
        let account = account.map_err(Fault::while_("reading an account"))?;
        if matches!(account, Account::Payee(_) | Account::InTransit(_)) {
            out.insert(super::currency(&row.text("currency")?)?);
        }
    }
    Ok(out)
}

async fn one(
    tx: &mut Tx,
    home: Currency,
    now: Timestamp,
    seen: &PayoutSeen,
) -> Result<Option<Waiting>, Fault> {
    match seen.state {
        State::AwaitingRelease { first } => {
            let more = first.map_or("two people", |_| "a second person");
            Ok(Some(Waiting::Release { more }))
        }
        State::Ready => {
            let set = destination::latest(tx, seen.payee).await?;
            let Some(set) = set.filter(|set| set.version == seen.destination) else {
                return Ok(Some(Waiting::Moved));
            };
            let local = rules::in_currency(tx, home, seen.amount.currency()).await?;
            let held = set.held_until.filter(|until| now < *until);
            let kept = match held {
                Some(until) => Waiting::Held(until),
                None => by_rules(&local, seen.rail, seen.amount),
            };
            Ok(Some(kept))
        }
        _ => Ok(None),
    }
}

/// What the rules say of a payout that nothing else keeps.
fn by_rules(local: &Local, rail: Rail, amount: Money) -> Waiting {
    if rail == Rail::Sepa && local.rules.debtor.is_none() {
        return Waiting::NoDebtor;
    }
    match local.cap() {
        Err(unset) => Waiting::Unset(unset),
        Ok(Some(cap)) if amount.micros() > cap.micros() => Waiting::AboveCap { cap },
        Ok(_) => Waiting::File,
    }
}

const CREDIT: &str = "
    select account, currency from balances
     where (account like 'payee:%' and amount_micros > 0)
        or (account like 'in-transit:%' and amount_micros <> 0)
     order by currency";

const RAIL_WAITS: &str = "
    select id from payouts where state in ('awaiting_release', 'ready') and rail = $1 limit 1";
