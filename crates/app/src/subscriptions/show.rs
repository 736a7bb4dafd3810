//! A subscription as its holder sees it: its state, the cycle that runs with the uses left, and what
//! was used; and the counts that the operator sees.

use domain::subscription::{Subscription, Then};
use domain::{Country, Cycle, CycleId, LicenceId, Pool, SubscriptionId, Timestamp};
use ledger::{Currency, Money};
use store::db::{Row, Tx};

use super::plans::{self, PoolPlan};
use super::{pooled, state};
use crate::accounts::cycles;
use crate::accounts::taxed::taxed;
use crate::{App, Fault, Tax};

/// How many uses are listed.
pub const USES_LISTED: i64 = 100;

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It runs and renews itself.
    Active,
    /// Its card was declined; it is tried again.
    PastDue,
    /// It runs to the end of its cycle, then rests.
    Pausing,
    /// It runs to the end of its cycle, then ends.
    Cancelled,
    /// It rests.
    Paused,
    /// It is over.
    Ended,
}

impl State {
    /// Its stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Pausing => "pausing",
            Self::Cancelled => "cancelled",
            Self::Paused => "paused",
            Self::Ended => "ended",
        }
    }
}

/// The cycle that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its id.
    pub id: CycleId,
    /// From when until when.
    pub cycle: Cycle,
    /// How many uses it allows.
    pub allowance: i64,
    /// How many were made.
    pub used: i64,
    /// The most of one track, where there is such a limit.
    pub track_cap: Option<u32>,
    /// What reached the composers' side for it.
    pub contribution: Money,
    /// What each use is guaranteed.
    pub guarantee: Money,
}

/// What a cycle costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// What is charged, tax included.
    pub gross: Money,
    /// The tax in it.
    pub tax: Money,
    /// How that tax stands to the price.
    pub how: Tax,
    /// The country of the table whose tax it is.
    pub tax_country: Option<Country>,
}

/// A use of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// When the video was published.
    pub published: Timestamp,
    /// The track's title.
    pub title: String,
    /// Its slug.
    pub slug: String,
    /// What names the video.
    pub video: String,
    /// What the track was guaranteed for it.
    pub earned: Money,
}

/// A subscription.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its id.
    pub id: SubscriptionId,
    /// Its licence.
    pub licence: LicenceId,
    /// Its plan; of the next cycle, where it was changed.
    pub plan: PoolPlan,
    /// How it stands.
    pub state: State,
    /// Since when it rests or is over; when it will, where it is leaving; since when a renewal is
    /// owed.
    pub since: Option<Timestamp>,
    /// When the next step is due: a renewal, another try, the end.
    pub next: Option<Timestamp>,
    /// Where its subscriber is taxed from the next charge on, as they said it.
    pub country: Option<Country>,
    /// What the next cycle would cost now; none where it is over, or tax and fee leave too little.
    pub charge: Option<Charge>,
    /// The paid cycle that runs now.
    pub running: Option<Running>,
    /// Its latest uses.
    pub uses: Vec<Used>,
}

/// Counts for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Subscriptions that run, whatever follows.
    pub running: i64,
    /// Of those, with a renewal that is owed.
    pub past_due: i64,
    /// Cycles that aren't closed.
    pub open_cycles: i64,
    /// Cycles that are.
    pub closed_cycles: i64,
}

/// The subscription of a licence; `None` where it is none.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn of_licence(
    app: &App,
    now: Timestamp,
    licence: LicenceId,
) -> Result<Option<Shown>, Fault> {
    let mut tx = app.read().await?;
    let Some(kept) = state::look(&mut tx, licence).await? else {
        return Ok(None);
    };
    let plan = plans::read(&mut tx, &kept.plan).await?;
    let plan = plan.ok_or_else(|| Fault::because("showing a subscription", "no such plan"))?;
    let (state, since) = match kept.state.at(now) {
        Subscription::Active { .. } if kept.owed.is_some() => (State::PastDue, kept.owed),
        Subscription::Active { .. } => (State::Active, None),
        Subscription::Leaving { ends_at, then, .. } => match then {
            Then::Paused => (State::Pausing, Some(ends_at)),
            Then::Ended => (State::Cancelled, Some(ends_at)),
        },
        Subscription::Paused { since } => (State::Paused, Some(since)),
        Subscription::Ended { since } => (State::Ended, Some(since)),
    };
    Ok(Some(Shown {
        id: kept.id,
        licence,
        state,
        since,
        next: kept.due,
        country: kept.country,
        charge: charge(app, &mut tx, (&plan, state), kept.country, now).await?,
        running: running(&mut tx, kept.id, kept.currency, now).await?,
        uses: uses(&mut tx, licence, kept.currency).await?,
        plan,
    }))
}

/// What the next cycle would cost by what counts now.
async fn charge(
    app: &App,
    tx: &mut Tx,
    (plan, state): (&PoolPlan, State),
    country: Option<Country>,
    now: Timestamp,
) -> Result<Option<Charge>, Fault> {
    if state == State::Ended {
        return Ok(None);
    }
    let taxed = taxed(app, tx, country, now).await?;
    let split = plan.split(&taxed.rates)?;
    Ok(split.map(|split| Charge {
        gross: split.gross,
        tax: split.tax,
        how: taxed.rates.tax,
        tax_country: taxed.country,
    }))
}

async fn running(
    tx: &mut Tx,
    id: SubscriptionId,
    currency: Currency,
    now: Timestamp,
) -> Result<Option<Running>, Fault> {
    let values = [id.bytes().into(), now.0.into()];
    let Some(row) = tx.optional(RUNNING, &values).await? else {
        return Ok(None);
    };
    let cycle = CycleId::from_bytes(row.id("id")?);
    let used = pooled::uses(tx, cycle).await?;
    let pool: Pool = cycles::pool(&row, used)?;
    Ok(Some(Running {
        id: cycle,
        cycle: Cycle {
            start: Timestamp(row.int("start_ms")?),
            end: Timestamp(row.int("end_ms")?),
        },
        allowance: pool.allowance(),
        used: pool.used(),
        track_cap: cycles::cap(&row)?,
        contribution: Money::new(pool.contribution(), currency),
        guarantee: Money::new(pool.guarantee(), currency),
    }))
}

async fn uses(tx: &mut Tx, licence: LicenceId, currency: Currency) -> Result<Vec<Used>, Fault> {
    let values = [licence.bytes().into(), USES_LISTED.into()];
    let rows = tx.all(USES, &values).await?;
    let one = |row: &Row| -> Result<Used, Fault> {
        Ok(Used {
            published: Timestamp(row.int("published_ms")?),
            title: row.text("title")?,
            slug: row.text("slug")?,
            video: row.text("video")?,
            earned: Money::new(row.int("earned_micros")?, currency),
        })
    };
    rows.iter().map(one).collect()
}

/// The licences that a person subscribes by, the latest first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn of_person(app: &App, person: domain::PersonId) -> Result<Vec<LicenceId>, Fault> {
    let mut tx = app.read().await?;
    let rows = tx.all(OF_PERSON, &[person.bytes().into()]).await?;
    rows.iter()
        .map(|row| Ok(LicenceId::from_bytes(row.id("licence_id")?)))
        .collect()
}

/// Counts for the operator.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn figures(app: &App) -> Result<Figures, Fault> {
    let row = app.read().await?.one(FIGURES, &[]).await?;
    Ok(Figures {
        running: row.int("running")?,
        past_due: row.int("past_due")?,
        open_cycles: row.int("open_cycles")?,
        closed_cycles: row.int("closed_cycles")?,
    })
}

const RUNNING: &str = "
    select id, start_ms, end_ms, contribution_micros, taken_micros, guarantee_micros, track_cap
      from cycles
     where subscription_id = $1 and start_ms <= $2 and end_ms > $2 and batch_id is null";

const USES: &str = "
    select u.published_ms, coalesce(u.video, 'several videos') as video, u.earned_micros, t.title, t.slug
      from uses u join tracks t on t.id = u.track_id
     where u.licence_id = $1 order by u.published_ms desc, u.id desc limit $2";

const OF_PERSON: &str = "
    select s.licence_id from subscriptions s join licences l on l.id = s.licence_id
     where l.buyer_id = $1 order by s.created_ms desc";

const FIGURES: &str = "
    select (select count(*) from subscriptions where due_ms is not null) as running,
           (select count(*) from subscriptions where owed_ms is not null) as past_due,
           (select count(*) from cycles where batch_id is null) as open_cycles,
           (select count(*) from closed_cycles) as closed_cycles";
