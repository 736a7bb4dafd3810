//! Moving a licence's standing: on hold, restored, withdrawn for good.
//!
//! The move and its line in the history are one transaction. From its commit on the status list
//! says so, files aren't delivered, uses aren't accepted, and every look-up tells the new
//! standing. No money moves by it: what was paid and earned stays in the books as it is. (The other
//! way round it does go: a payment that is given back or disputed moves its licence, by `follow`.)

pub use domain::standing::Move;

use domain::standing::{REASON_MAX, step};
use domain::usage::LicenceState;
use domain::{LicenceId, Timestamp};
use store::db::{Tx, Value};
use thiserror::Error;

use super::show::{self, LicenceRefusal};
use super::{Licence, Standing};
use crate::{App, Call, Fault, Refusal, Stop, events};

/// A licence after a move.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The licence as it stands now.
    pub licence: Licence,
    /// Whether it stood like this before, and nothing was changed.
    pub repeated: bool,
}

/// A line of a licence's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// How it stood.
    pub before: Standing,
    /// How it stands since.
    pub after: Standing,
    /// Why.
    pub reason: String,
}

/// Why a licence isn't moved.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StandingRefusal {
    /// A move needs its reason: the holder reads it.
    #[error("say why, in 1 to {REASON_MAX} characters: the licence's holder reads it")]
    BadReason,
    /// There is no such licence.
    #[error(transparent)]
    Licence(LicenceRefusal),
    /// It was revoked.
    #[error(transparent)]
    Final(domain::standing::Final),
}

impl Refusal for StandingRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::BadReason => "bad_reason",
            Self::Licence(refusal) => refusal.code(),
            Self::Final(_) => "licence_revoked",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::BadReason => Some("reason".into()),
            Self::Licence(refusal) => refusal.field(),
            Self::Final(_) => None,
        }
    }
}

/// Moves a licence's standing. The same move again changes nothing; its first reason stays.
///
/// # Errors
/// [`StandingRefusal`].
pub async fn change(
    app: &App,
    call: &Call,
    licence: LicenceId,
    wanted: Move,
    reason: &str,
) -> Result<Moved, Stop<StandingRefusal>> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_MAX || reason.contains(char::is_control)
    {
        return Err(Stop::Refused(StandingRefusal::BadReason));
    }
    let mut tx = app.write().await?;
    let before = locked(&mut tx, licence).await?;
    let next = step(before.into(), wanted)
        .map_err(|refusal| Stop::Refused(StandingRefusal::Final(refusal)))?;
    if let Some(next) = next {
        write(&mut tx, call, licence, (before, next), (OPERATOR, reason)).await?;
    }
    tx.commit().await?;
    Ok(Moved {
        licence: show::by_id(app, licence).await?,
        repeated: next.is_none(),
    })
}

/// Brings a licence to the state that its payment's facts ask for, in the caller's transaction.
/// What was revoked stays so, and a hold that the operator has put on it is theirs to end.
pub(crate) async fn follow(
    tx: &mut Tx,
    call: &Call,
    licence: LicenceId,
    wanted: LicenceState,
    reason: &str,
) -> Result<(), Fault> {
    let sql = format!("{LOCK}{}", tx.for_update());
    let row = tx.one(&sql, &[licence.bytes().into()]).await?;
    let before = Standing::from_word(&row.text("status")?)?;
    let moves = match (before, wanted) {
        (Standing::Valid, LicenceState::Suspended | LicenceState::Revoked)
        | (Standing::Suspended, LicenceState::Revoked) => true,
        (Standing::Suspended, LicenceState::Active) => {
            let last = tx.optional(CAUSE, &[licence.bytes().into()]).await?;
            let cause = last.map(|row| row.text("cause")).transpose()?;
            cause.as_deref() == Some(PAYMENT)
        }
        _ => false,
    };
    if moves {
        write(tx, call, licence, (before, wanted), (PAYMENT, reason)).await?;
    }
    Ok(())
}

/// What became of a licence's standing, the oldest first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn history(app: &App, licence: LicenceId) -> Result<Vec<Line>, Fault> {
    let rows = app
        .read()
        .await?
        .all(HISTORY, &[licence.bytes().into()])
        .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        lines.push(Line {
            at: Timestamp(row.int("at_ms")?),
            before: Standing::from_word(&row.text("before")?)?,
            after: Standing::from_word(&row.text("after")?)?,
            reason: row.text("reason")?,
        });
    }
    Ok(lines)
}

async fn locked(tx: &mut Tx, licence: LicenceId) -> Result<Standing, Stop<StandingRefusal>> {
    let sql = format!("{LOCK}{}", tx.for_update());
    let Some(row) = tx.optional(&sql, &[licence.bytes().into()]).await? else {
        let refusal = LicenceRefusal::Unknown(licence.to_string());
        return Err(Stop::Refused(StandingRefusal::Licence(refusal)));
    };
    Ok(Standing::from_word(&row.text("status")?)?)
}

async fn write(
    tx: &mut Tx,
    call: &Call,
    licence: LicenceId,
    (before, next): (Standing, LicenceState),
    (cause, reason): (&str, &str),
) -> Result<(), Fault> {
    let after = Standing::from(next).word();
    tx.run(MOVE, &[licence.bytes().into(), after.into()])
        .await?;
    let values: [Value; 6] = [
        licence.bytes().into(),
        call.now.0.into(),
        before.word().into(),
        after.into(),
        reason.into(),
        cause.into(),
    ];
    let line = tx.one(WRITE, &values).await?.int("line")?;
    events::moved(tx, call.now, (licence, line), next, cause).await
}

/// A move that somebody made by hand.
const OPERATOR: &str = "operator";
/// A move that a payment's facts asked for.
const PAYMENT: &str = "payment";

const CAUSE: &str = "
    select cause from standing_history where licence_id = $1 order by line desc limit 1";

const LOCK: &str = "select status from licences where id = $1";

const MOVE: &str = "update licences set status = $2 where id = $1";

const WRITE: &str = "
    insert into standing_history (licence_id, line, at_ms, before, after, reason, cause)
    select $1, coalesce(max(line), 0) + 1, $2, $3, $4, $5, $6
      from standing_history where licence_id = $1
 returning line";

const HISTORY: &str = "
    select at_ms, before, after, reason from standing_history
     where licence_id = $1 order by line";
