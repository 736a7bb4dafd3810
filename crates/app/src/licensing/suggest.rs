//! A suggestion: the cheapest mix of licences and clip time for the next month, from what a buyer
//! says they do or from what they did in the last thirty days. Nothing is written.
//!
//! What is on sale, at what price in the buyer's circumstances: see `suggest_sale`.

use domain::suggest::{ClipTime, Habit, OnSale, Pool, SuggestError, Suggestion, habits_of};
use domain::{LicenceId, PersonId, Timestamp, TrackId, UseReport};
use ledger::Currency;
use store::db::{Tx, Value};
use thiserror::Error;

use super::suggest_sale::{clip_time, licences, pools, usual_offers};
use crate::deals::{Circumstances, Terms, TermsRefusal};
use crate::{App, Call, Fault, Refusal, Stop};

/// How far back uses are looked at, in ms: thirty days.
pub const LOOK_BACK_MS: i64 = 30 * domain::time::DAY_MS;
/// The most uses that are looked at, the latest first.
pub const USES_MAX: i64 = 5_000;

/// What is asked.
#[derive(Debug, Clone)]
pub enum Ask {
    /// From habits that the buyer states; their licences are filled in here.
    Habits(Vec<Habit>),
    /// From the uses counted lately.
    LastUses(Whose),
}

/// Whose uses.
#[derive(Debug, Clone)]
pub enum Whose {
    /// Those of one licence, for whoever holds it.
    Licence(LicenceId),
    /// Those of every licence that a person bought.
    Person(PersonId),
    /// Those that a program reported, by the name its reports are kept under.
    Reporter(String),
}

/// A suggestion, with what it was made from.
#[derive(Debug, Clone)]
pub struct Suggested {
    /// The habits, each with the licences on sale for it.
    pub habits: Vec<Habit>,
    /// How many uses they were read from; none where they were stated.
    pub uses: Option<usize>,
    /// The answer.
    pub suggestion: Suggestion,
    /// The currency of its amounts.
    pub currency: Currency,
}

/// Why nothing is suggested.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SuggestRefusal {
    /// Nothing was used lately.
    #[error("no use was counted in the last thirty days: say what you make instead")]
    NoUses,
    /// Not in these circumstances.
    #[error(transparent)]
    Terms(TermsRefusal),
    /// The question is out of bounds.
    #[error("{0}")]
    Bounds(SuggestError),
}

impl Refusal for SuggestRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoUses => "no_recent_uses",
            Self::Terms(refusal) => refusal.code(),
            Self::Bounds(SuggestError::TooMuch | SuggestError::OnSale) => "too_much_at_once",
            Self::Bounds(_) => "bad_habit",
        }
    }

    fn field(&self) -> Option<String> {
        let of = |place: &usize, member: &str| Some(format!("habits.{place}.{member}"));
        match self {
            Self::Bounds(SuggestError::Videos(place)) => of(place, "videos"),
            Self::Bounds(SuggestError::Tracks(place)) => of(place, "tracks"),
            Self::Bounds(SuggestError::Clip(place)) => of(place, "use.clip_ms"),
            Self::Bounds(_) => Some("habits".into()),
            Self::Terms(refusal) => refusal.field(),
            Self::NoUses => None,
        }
    }
}

/// Suggests at the store's own prices.
///
/// # Errors
/// [`SuggestRefusal`].
pub async fn suggest(app: &App, call: &Call, ask: &Ask) -> Result<Suggested, Stop<SuggestRefusal>> {
    suggest_in(app, call, ask, &Circumstances::default()).await
}

/// The same in circumstances that change prices: a country, a currency.
///
/// # Errors
/// [`SuggestRefusal`].
pub async fn suggest_in(
    app: &App,
    call: &Call,
    ask: &Ask,
    asked: &Circumstances,
) -> Result<Suggested, Stop<SuggestRefusal>> {
    let mut tx = app.db.read().await?;
    let (mut habits, uses, held_ms) = match ask {
        Ask::Habits(habits) => (habits.clone(), None, 0),
        Ask::LastUses(whose) => {
            let uses = last_uses(&mut tx, whose, call.now).await?;
            if uses.is_empty() {
                return Err(Stop::Refused(SuggestRefusal::NoUses));
            }
            let held = held_ms(&mut tx, whose, call.now).await?;
            (habits_of(&uses), Some(uses.len()), held)
        }
    };
    let terms = Terms::find(app, &mut tx, asked, None, call.now).await;
    let terms = terms.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(SuggestRefusal::Terms(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    let currency = terms.currency(app.settings.currency);
    let offers = usual_offers(app, &mut tx, &terms, call.now).await?;
    for habit in &mut habits {
        habit.each.published_at.get_or_insert(call.now);
        habit.licences = licences(call.now, &offers, &terms, habit)?;
    }
    let clip_time = clip_time(app, call.now, &terms, held_ms)?;
    let pools = pools(app, &mut tx, &terms, call.now).await?;
    drop(tx);
    // A large question takes some hundred milliseconds, which others shouldn't wait for.
    let reckon = move || {
        let suggestion = cheapest(&habits, &clip_time, pools, currency);
        (habits, suggestion)
    };
    let (habits, suggestion) = tokio::task::spawn_blocking(reckon)
        .await
        .map_err(Fault::while_("reckoning a suggestion"))?;
    let suggestion = suggestion.map_err(|error| Stop::Refused(SuggestRefusal::Bounds(error)))?;
    Ok(Suggested {
        habits,
        uses,
        suggestion,
        currency,
    })
}

/// The best answer of those with each subscription on sale, or with none: a month has one at most.
fn cheapest(
    habits: &[Habit],
    clip_time: &ClipTime,
    pools: Vec<Pool>,
    currency: Currency,
) -> Result<Suggestion, SuggestError> {
    let with = |pool: Option<Pool>| {
        let on_sale = OnSale {
            clip_time: Some(clip_time.clone()),
            pool,
        };
        domain::suggest::suggest(habits, &on_sale, currency)
    };
    if pools.is_empty() {
        return with(None);
    }
    let cost = |one: &Suggestion| one.mixes.first().map_or(i64::MAX, |mix| mix.total_micros);
    let mut answers: Vec<_> = pools.into_iter().map(|pool| with(Some(pool))).collect();
    if answers.iter().all(Result::is_err) {
        // With a subscription it is too much at once; what is sold beside it may not be.
        return with(None);
    }
    answers.sort_by_key(|answer| answer.as_ref().map_or(i64::MAX, cost));
    answers.swap_remove(0)
}

async fn last_uses(
    tx: &mut Tx,
    whose: &Whose,
    now: Timestamp,
) -> Result<Vec<(TrackId, UseReport)>, Fault> {
    let (by, name) = whose.sql();
    let sql = format!("{USES}{by}{LATEST}");
    let since = now.plus_ms(-LOOK_BACK_MS);
    let rows = tx
        .all(&sql, &[name, since.0.into(), USES_MAX.into()])
        .await?;
    rows.iter()
        .map(|row| {
            let report = serde_json::from_str(&row.text("report")?)
                .map_err(Fault::while_("reading a reported use"))?;
            Ok((TrackId::from_bytes(row.id("track_id")?), report))
        })
        .collect()
}

/// Clip time that is held and lasts the next month.
async fn held_ms(tx: &mut Tx, whose: &Whose, now: Timestamp) -> Result<i64, Fault> {
    let by = match whose {
        Whose::Licence(_) => BY_LICENCE,
        Whose::Person(_) => BY_PERSON,
        // A program reports for many; what each of them holds isn't its to draw on.
        Whose::Reporter(_) => return Ok(0),
    };
    let until = now.plus_ms(LOOK_BACK_MS);
    let values = [whose.sql().1, until.0.into()];
    Ok(tx
        .one(&format!("{HELD}{by}"), &values)
        .await?
        .int("held_ms")?)
}

impl Whose {
    /// The condition that finds their uses, and its value.
    fn sql(&self) -> (&'static str, Value) {
        match self {
            Self::Licence(id) => (BY_LICENCE, id.bytes().into()),
            Self::Person(id) => (BY_PERSON, id.bytes().into()),
            Self::Reporter(name) => (BY_REPORTER, name.as_str().into()),
        }
    }
}

const USES: &str = "
    select u.report, u.track_id
      from uses u join licences l on l.id = u.licence_id
     where u.received_ms > $2";

const LATEST: &str = "
     order by u.received_ms desc, u.id desc limit $3";

const HELD: &str = "
    select cast(coalesce(sum(b.total_ms - b.consumed_ms - b.gone_ms), 0) as bigint) as held_ms
      from bundles b join licences l on l.id = b.licence_id
     where b.expires_ms > $2 and l.status = 'valid'";

const BY_LICENCE: &str = " and l.id = $1";

const BY_PERSON: &str = " and l.buyer_id = $1";

const BY_REPORTER: &str = " and u.reporter = $1";
