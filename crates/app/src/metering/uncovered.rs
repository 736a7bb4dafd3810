//! Uses that no licence covers: kept as they were reported, earning nothing, each an offer.
//!
//! Before: uses were refused for lack of cover (`engine/uncovered.rs`). After: whoever holds the
//! licence, or the operator, sees them with what would cover each; one that is dismissed is open
//! again by a word. What is offered is asked of what is on sale when it is shown: nothing is kept
//! of a price. What counts once it is sent again isn't among them any more.

use domain::{Timestamp, UncoveredId};
use store::db::{Row, Value};
use thiserror::Error;

use super::kept::{LIST, State, Uncovered, read};
use super::offered::{Offers, Told};
use crate::access::{Principal, Role, Scope};
use crate::{App, Call, Fault, Refusal, Stop};

/// The most of one page.
pub const PAGE_MAX: usize = 100;
/// For how long they are kept, in ms.
pub const KEPT_MS: i64 = 400 * domain::time::DAY_MS;

/// A page of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The latest first, each with what would cover it.
    pub uses: Vec<(Uncovered, Told)>,
    /// What to ask for next: those before this one. None on the last page.
    pub next: Option<UncoveredId>,
}

/// Which are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// In this state.
    pub state: State,
    /// Those before this one; from the latest on where none is named.
    pub before: Option<UncoveredId>,
    /// At most so many, up to [`PAGE_MAX`].
    pub limit: usize,
}

/// Why nothing is changed. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UncoveredRefusal {
    /// There is none, or not for whoever asks.
    #[error("there is no use `{0}` of yours that isn't covered: take the id from the list")]
    Unknown(UncoveredId),
    /// It counts by now.
    #[error("this use counts by now: there is nothing to dismiss")]
    Counts,
}

impl Refusal for UncoveredRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_uncovered_use",
            Self::Counts => "use_counts",
        }
    }

    fn field(&self) -> Option<String> {
        Some("use".into())
    }
}

/// Those in a state that whoever asks may see, the latest first: of a buyer those under their
/// licences, of a program also those that it reported, for the operator and programs that may read
/// reports all.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn list(app: &App, who: &Principal, asked: &Asked) -> Result<Page, Fault> {
    match who {
        Principal::Guest => Ok(Page::default()),
        who if who.may(Scope::ReadReports) => all(app, asked).await,
        Principal::Person(person) => {
            page(app, asked, (OF_BUYER, &[person.id.bytes().into()])).await
        }
        Principal::Program(key) => {
            let whose = [key.id.bytes().into(), who.name().into()];
            page(app, asked, (OF_PROGRAM, &whose)).await
        }
    }
}

/// Those in a state, whosever they are: for the operator.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn all(app: &App, asked: &Asked) -> Result<Page, Fault> {
    page(app, asked, ("", &[])).await
}

async fn page(app: &App, asked: &Asked, (whose, names): (&str, &[Value])) -> Result<Page, Fault> {
    let limit = asked.limit.clamp(1, PAGE_MAX);
    let before = asked.before.map_or([u8::MAX; 16], |id| *id.bytes());
    // One more than is shown tells whether there is another page.
    let rows_max = i64::try_from(limit).unwrap_or(0) + 1;
    let mut values = vec![asked.state.word().into(), (&before).into(), rows_max.into()];
    values.extend_from_slice(names);
    let mut tx = app.db.read().await?;
    let sql = format!("{LIST}{IN_STATE}{whose}{LATEST}");
    let rows = tx.all(&sql, &values).await?;
    let mut page = Page::default();
    let (mut offers, call) = (Offers::default(), app.call());
    for row in rows.iter().take(limit) {
        let one = read(row)?;
        let told = match asked.state {
            State::Bought => Told::Nothing,
            State::Open | State::Dismissed => offers.of(app, &mut tx, &call, &one).await?,
        };
        page.uses.push((one, told));
    }
    let last = page.uses.last().map(|(one, _)| one.id);
    page.next = last.filter(|_| rows.len() > limit);
    Ok(page)
}

/// Dismisses one, or opens it again: either may be said twice.
///
/// # Errors
/// [`UncoveredRefusal`].
pub async fn set(
    app: &App,
    who: &Principal,
    call: &Call,
    id: UncoveredId,
    dismissed: bool,
) -> Result<Uncovered, Stop<UncoveredRefusal>> {
    // As uses are counted, so that it isn't counted meanwhile.
    let mut tx = app.write().await?;
    let sql = format!("{LIST}{BY_ID}");
    let row = tx.optional(&sql, &[id.bytes().into()]).await?;
    let row = row.filter(|row| owns(who, row).unwrap_or(false));
    let row = row.ok_or(Stop::Refused(UncoveredRefusal::Unknown(id)))?;
    let mut one = read(&row)?;
    if one.state == State::Bought {
        return Err(Stop::Refused(UncoveredRefusal::Counts));
    }
    let wanted = if dismissed {
        State::Dismissed
    } else {
        State::Open
    };
    if one.state != wanted {
        let closed = dismissed.then_some(call.now.0);
        let values = [id.bytes().into(), wanted.word().into(), closed.into()];
        tx.run(SET, &values).await?;
        tx.commit().await?;
        one.state = wanted;
    }
    Ok(one)
}

/// May they say what becomes of it? Whoever bought the licence, and the operator.
fn owns(who: &Principal, row: &Row) -> Result<bool, Fault> {
    let buyer = row.opt_bytes("buyer_id")?;
    let is = |id: &[u8; 16]| buyer.as_deref() == Some(id.as_slice());
    Ok(match who {
        Principal::Guest => false,
        Principal::Person(person) if person.role == Role::Operator => true,
        Principal::Person(person) => is(person.id.bytes()),
        Principal::Program(key) => is(key.id.bytes()),
    })
}

/// Drops those that are kept for too long; how many those were.
///
/// # Errors
/// [`Fault`] of the database.
pub(crate) async fn drop_old(app: &App, now: Timestamp) -> Result<usize, Fault> {
    let since = now.plus_ms(-KEPT_MS).0;
    let mut tx = app.db.read().await?;
    if tx.optional(OLD, &[since.into()]).await?.is_none() {
        return Ok(0);
    }
    drop(tx);
    let mut tx = app.db.write().await?;
    let dropped = tx.run(DROP, &[since.into()]).await?;
    tx.commit().await?;
    Ok(usize::try_from(dropped).unwrap_or(usize::MAX))
}

impl Default for Page {
    fn default() -> Self {
        let uses = Vec::new();
        Self { uses, next: None }
    }
}

const IN_STATE: &str = "
     where u.state = $1 and u.id < $2";

const OF_BUYER: &str = " and l.buyer_id = $4";

const OF_PROGRAM: &str = " and (l.buyer_id = $4 or u.reporter = $5)";

const LATEST: &str = " order by u.id desc limit $3";

const BY_ID: &str = " where u.id = $1";

const SET: &str = "update uncovered_uses set state = $2, closed_ms = $3 where id = $1";

const OLD: &str = "select id from uncovered_uses where received_ms < $1 limit 1";

const DROP: &str = "delete from uncovered_uses where received_ms < $1";
