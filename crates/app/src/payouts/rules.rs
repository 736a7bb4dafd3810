//! The operator's rules of payouts. Before: they can be. After: a new version counts, at once.

use domain::payout::rules::RulesError;
use ledger::Currency;
use store::db::Tx;
use thiserror::Error;

pub use domain::payout::local::{Local, Unset};
pub use domain::payout::rules::Rules;

use super::{AccessRefusal, Hand};
use crate::exchanges::rate;
use crate::{App, Call, Fault, Refusal, Stop};

/// Why rules aren't taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RulesRefusal {
    /// Not the operator.
    #[error(transparent)]
    Access(#[from] AccessRefusal),
    /// They can't be.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// Somebody else was first.
    #[error("somebody has just changed the rules: look at them again")]
    Overtaken,
}

impl Refusal for RulesRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Access(refusal) => refusal.code(),
            Self::Rules(_) => "bad_payout_rules",
            Self::Overtaken => "payouts_overtaken",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Rules(error) => Some(error.field()),
            Self::Access(_) | Self::Overtaken => None,
        }
    }
}

/// The rules that count now.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn rules(app: &App) -> Result<Rules, Fault> {
    in_force(&mut app.db.read().await?).await
}

/// Sets the rules, and answers with them as they are kept.
///
/// # Errors
/// [`RulesRefusal`].
pub async fn set(
    app: &App,
    call: &Call,
    hand: Hand<'_>,
    rules: Rules,
) -> Result<Rules, Stop<RulesRefusal>> {
    super::operators(hand).map_err(|e| Stop::Refused(e.into()))?;
    let rules = rules.checked().map_err(|e| Stop::Refused(e.into()))?;
    let body = serde_json::to_string(&rules).map_err(Fault::while_("writing payout rules"))?;
    let mut tx = app.db.write().await?;
    let version = tx.one(NEXT, &[]).await?.int("version")?;
    let values = [
        version.into(),
        body.into(),
        hand.name().into(),
        call.now.0.into(),
    ];
    if tx.optional(INSERT, &values).await?.is_none() {
        return Err(Stop::Refused(RulesRefusal::Overtaken));
    }
    tx.commit().await?;
    Ok(rules)
}

/// The rules that count now, as they stand in a currency.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn local(app: &App, currency: Currency) -> Result<Local, Fault> {
    let home = app.settings.currency;
    in_currency(&mut app.db.read().await?, home, currency).await
}

/// The same within a transaction: with the operator's rate between the store's currency `home`
/// and this one, where there is any.
pub(super) async fn in_currency(
    tx: &mut Tx,
    home: Currency,
    currency: Currency,
) -> Result<Local, Fault> {
    let rules = in_force(tx).await?;
    let mut stated = rate::latest(tx, (home, currency)).await?;
    if stated.is_none() {
        stated = rate::latest(tx, (currency, home)).await?;
    }
    let rate = stated.map(|stated| stated.rate);
    Ok(Local::new(rules, home, currency, rate))
}

pub(super) async fn in_force(tx: &mut Tx) -> Result<Rules, Fault> {
    match tx.optional(LATEST, &[]).await? {
        None => Ok(Rules::default()),
        Some(row) => {
            serde_json::from_str(&row.text("body")?).map_err(Fault::while_("reading payout rules"))
        }
    }
}

const LATEST: &str = "select body from payout_rules order by version desc limit 1";

const NEXT: &str =
    "select cast(coalesce(max(version), 0) + 1 as bigint) as version from payout_rules";

const INSERT: &str = "
    insert into payout_rules (version, body, set_by, set_ms) values ($1, $2, $3, $4)
    on conflict do nothing
 returning version";
