//! Sign-in links: made by the operator, or sent to somebody who must sign in anew; good for one
//! sign-in within a time.
//!
//! Opening the page of a link changes nothing; only pressing its button does, so that mail
//! scanners and previews don't use it up.

use domain::{PersonId, Timestamp};
use store::db::Tx;

use super::{Person, fresh_secret, hash, person, session};
use crate::{App, Call, Fault, Refusal, Stop};

/// How long a link is good for: a day, in ms.
pub const LINK_MS: i64 = 24 * 60 * 60 * 1000;

/// Why a link doesn't sign anybody in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkRefusal {
    /// No such link, or its time is over, or it was used.
    #[error("this sign-in link has expired or was used already: ask for a new one")]
    Spent,
}

impl Refusal for LinkRefusal {
    fn code(&self) -> &'static str {
        "sign_in_link_spent"
    }
}

/// Makes a link for somebody and says its secret.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn make(app: &App, call: &mut Call, who: PersonId) -> Result<String, Fault> {
    let mut tx = app.db.write().await?;
    let secret = write(&mut tx, call, who, LINK_MS).await?;
    tx.commit().await?;
    Ok(secret)
}

/// The same within a transaction, good for `lasts_ms`.
pub(crate) async fn write(
    tx: &mut Tx,
    call: &mut Call,
    who: PersonId,
    lasts_ms: i64,
) -> Result<String, Fault> {
    let (secret, hash) = fresh_secret(call);
    let expires = call.now.0 + lasts_ms;
    let values = [(&hash).into(), who.bytes().into(), expires.into()];
    tx.run(INSERT, &values).await?;
    Ok(secret)
}

/// Whether somebody has an unused link that ends within a time from now, bounds included.
pub(crate) async fn ends_between(
    tx: &mut Tx,
    who: PersonId,
    (from, to): (Timestamp, Timestamp),
) -> Result<bool, Fault> {
    let values = [who.bytes().into(), from.0.into(), to.0.into()];
    Ok(tx.optional(ENDS, &values).await?.is_some())
}

/// Whom a link would sign in. Changes nothing.
///
/// # Errors
/// [`LinkRefusal::Spent`].
pub async fn look(app: &App, call: &Call, secret: &str) -> Result<Person, Stop<LinkRefusal>> {
    let mut tx = app.db.read().await?;
    let values = [(&hash(secret)).into(), call.now.0.into()];
    let row = tx
        .optional(LOOK, &values)
        .await?
        .ok_or(Stop::Refused(LinkRefusal::Spent))?;
    let id = PersonId::from_bytes(row.id("person_id")?);
    person::by_id(&mut tx, id)
        .await?
        .ok_or(Stop::Refused(LinkRefusal::Spent))
}

/// Uses a link up and opens a session: its secret, and whose it is.
///
/// # Errors
/// [`LinkRefusal::Spent`], also when another request was first.
pub async fn use_up(
    app: &App,
    call: &mut Call,
    secret: &str,
) -> Result<(String, Person), Stop<LinkRefusal>> {
    let mut tx = app.db.write().await?;
    let values = [(&hash(secret)).into(), call.now.0.into()];
    let row = tx
        .optional(USE, &values)
        .await?
        .ok_or(Stop::Refused(LinkRefusal::Spent))?;
    let id = PersonId::from_bytes(row.id("person_id")?);
    let person = person::by_id(&mut tx, id)
        .await?
        .ok_or(Stop::Refused(LinkRefusal::Spent))?;
    let session = session::open(&mut tx, call, id).await?;
    tx.commit().await?;
    let signed_in = Some(call.now);
    Ok((
        session,
        Person {
            signed_in,
            ..person
        },
    ))
}

const INSERT: &str =
    "insert into sign_in_links (token_sha256, person_id, expires_ms) values ($1, $2, $3)";

const ENDS: &str = "
    select person_id from sign_in_links
     where person_id = $1 and used_ms is null and expires_ms between $2 and $3 limit 1";

const LOOK: &str = "
    select person_id from sign_in_links
     where token_sha256 = $1 and expires_ms > $2 and used_ms is null";

const USE: &str = "
    update sign_in_links set used_ms = $2
     where token_sha256 = $1 and expires_ms > $2 and used_ms is null
 returning person_id";
