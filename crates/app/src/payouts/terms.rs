//! A payee's own terms: how long earnings are held beyond the store's minimum, from which amount
//! on they are paid, and how often. Before: the terms can be. After: a new version counts.

use domain::payout::destination::Rail;
use domain::payout::rules::{HOLD_DAYS_MAX, Rules};
use domain::payout::terms::{self, NotYet, Preview, Schedule};
use domain::{PayeeId, Timestamp};
use ledger::{Currency, Money};
use store::db::Tx;
use thiserror::Error;

use super::rules::{self, Local, Unset};
use super::{AccessRefusal, Hand};
use crate::{App, Call, Fault, Refusal, Stop};

/// The largest threshold, in micro-units.
const THRESHOLD_MAX: i64 = 1_000_000_000_000;

/// A payee's terms in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// How long earnings are held, in days: at least the store's minimum.
    pub hold_days: u32,
    /// From which amount on they are paid.
    pub threshold: Money,
    /// How often.
    pub schedule: Schedule,
    /// From when on pay days are counted.
    pub anchor: Timestamp,
}

impl Terms {
    /// The first pay day after a moment; none when the payee asks each time.
    pub(super) fn pay_day_after(&self, since: Timestamp) -> Option<Timestamp> {
        terms::next_pay_day(self.schedule, self.anchor, since)
    }
}

/// Why terms aren't taken. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TermsRefusal {
    /// Not theirs, or nobody's.
    #[error(transparent)]
    Access(#[from] AccessRefusal),
    /// Shorter than the store holds, or too long.
    #[error("this store holds earnings for {least} days at least; say {least} to {HOLD_DAYS_MAX}")]
    HoldDays {
        /// The store's minimum.
        least: u32,
    },
    /// No threshold.
    #[error("say a threshold in {0} of 0 or more, in whole cents")]
    Threshold(Currency),
    /// Somebody else was first.
    #[error("this has just been changed by somebody: look at it again")]
    Overtaken,
}

impl Refusal for TermsRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Access(refusal) => refusal.code(),
            Self::HoldDays { .. } | Self::Threshold(_) => "bad_payout_terms",
            Self::Overtaken => "payouts_overtaken",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Access(refusal) => refusal.field(),
            Self::HoldDays { .. } => Some("hold_days".into()),
            Self::Threshold(_) => Some("threshold".into()),
            Self::Overtaken => None,
        }
    }
}

/// Sets a payee's terms in the threshold's currency. Pay days are counted from now on.
///
/// # Errors
/// [`TermsRefusal`].
pub async fn set(
    app: &App,
    call: &Call,
    hand: Hand<'_>,
    payee: PayeeId,
    (hold_days, threshold, schedule): (u32, Money, Schedule),
) -> Result<Terms, Stop<TermsRefusal>> {
    let refused = |refusal: TermsRefusal| Stop::Refused(refusal);
    super::payees(hand, payee).map_err(|e| refused(e.into()))?;
    let mut tx = app.db.write().await?;
    if super::name(&mut tx, payee).await?.is_none() {
        return Err(refused(AccessRefusal::UnknownPayee(payee).into()));
    }
    let least = rules::in_force(&mut tx).await?.hold_days;
    if !(least..=HOLD_DAYS_MAX).contains(&hold_days) {
        return Err(refused(TermsRefusal::HoldDays { least }));
    }
    let currency = threshold.currency();
    let whole = threshold.micros() % currency.minor_unit_micros() == 0;
    if !whole || !(0..=THRESHOLD_MAX).contains(&threshold.micros()) {
        return Err(refused(TermsRefusal::Threshold(currency)));
    }
    let values = [
        payee.bytes().into(),
        currency.code().into(),
        hold_days.into(),
        threshold.micros().into(),
        word(schedule).into(),
        call.now.0.into(),
        hand.name().into(),
    ];
    if tx.optional(INSERT, &values).await?.is_none() {
        return Err(refused(TermsRefusal::Overtaken));
    }
    tx.commit().await?;
    Ok(Terms {
        hold_days,
        threshold,
        schedule,
        anchor: call.now,
    })
}

/// What a payout of an amount costs by a rail, and what arrives, before anything is saved.
///
/// # Errors
/// [`Unset`] where the rail's fee in this currency isn't known.
pub fn preview(local: &Local, rail: Rail, amount: Money) -> Result<Result<Preview, NotYet>, Unset> {
    of(local, rail, amount)
}

/// What leaves, what it costs the payee, and what arrives.
pub(super) fn of(
    local: &Local,
    rail: Rail,
    amount: Money,
) -> Result<Result<Preview, NotYet>, Unset> {
    use domain::payout::rules::FeeBearer;
    let fee = local.fee(rail)?;
    let preview = terms::preview(amount, &fee).map(|preview| match local.rules.fee_by {
        FeeBearer::Payee => preview,
        FeeBearer::Store => Preview {
            fee: Money::zero(amount.currency()),
            fee_bp: 0,
            arrives: amount,
            ..preview
        },
    });
    Ok(preview)
}

/// The terms that count: the payee's, and never a shorter hold than the store's. Who has set
/// none is paid monthly, from the rail's minimum on, counted from when they were first here.
pub(super) async fn in_force(
    tx: &mut Tx,
    rules: &Rules,
    payee: PayeeId,
    currency: Currency,
) -> Result<Terms, Fault> {
    let values = [payee.bytes().into(), currency.code().into()];
    let Some(row) = tx.optional(LATEST, &values).await? else {
        let made = tx.one(CREATED, &[payee.bytes().into()]).await?;
        return Ok(Terms {
            hold_days: rules.hold_days,
            threshold: Money::zero(currency),
            schedule: Schedule::Monthly,
            anchor: Timestamp(made.int("created_ms")?),
        });
    };
    let days = u32::try_from(row.int("hold_days")?);
    let days = days.map_err(Fault::while_("reading payout terms"))?;
    Ok(Terms {
        hold_days: days.max(rules.hold_days),
        threshold: Money::new(row.int("threshold_micros")?, currency),
        schedule: schedule(&row.text("schedule")?)
            .ok_or_else(|| Fault::because("reading payout terms", "unknown schedule"))?,
        anchor: Timestamp(row.int("anchor_ms")?),
    })
}

/// The word of a schedule.
#[must_use]
pub const fn word(schedule: Schedule) -> &'static str {
    match schedule {
        Schedule::Weekly => "weekly",
        Schedule::Monthly => "monthly",
        Schedule::OnRequest => "on_request",
    }
}

/// The schedule of a word.
#[must_use]
pub fn schedule(text: &str) -> Option<Schedule> {
    let all = [Schedule::Weekly, Schedule::Monthly, Schedule::OnRequest];
    all.into_iter().find(|one| word(*one) == text)
}

const LATEST: &str = "
    select hold_days, threshold_micros, schedule, anchor_ms from payout_terms
     where payee_id = $1 and currency = $2 order by version desc limit 1";

const CREATED: &str = "select created_ms from payees where id = $1";

const INSERT: &str = "
    insert into payout_terms (payee_id, currency, version, hold_days, threshold_micros, schedule,
                              anchor_ms, set_by, set_ms)
    select $1, $2, cast(coalesce(max(version), 0) + 1 as bigint), $3, $4, $5, $6, $7, $6
      from payout_terms where payee_id = $1 and currency = $2
        on conflict do nothing
 returning version";
